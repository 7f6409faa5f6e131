"""Pages and JSON of this wing; the rows of these addresses are in ``geoapp/access.py``."""

from django.urls import path

from boundaries import api, edition_views, views

app_name = "boundaries"
urlpatterns = [
    path("api/units", api.units, name="units"),
    path("boundaries/import/", views.import_start, name="import_start"),
    path("boundaries/import/<uuid:upload_id>/", views.import_report, name="import_report"),
    path(
        "boundaries/import/<uuid:upload_id>/report.json", views.import_report_json, name="import_report_json"
    ),
    path("boundaries/import/<uuid:upload_id>/places.geojson", views.import_places, name="import_places"),
    path("boundaries/editions/", edition_views.start, name="editions"),
    path("boundaries/editions/<uuid:upload_id>/", edition_views.edition, name="edition"),
    path("boundaries/sizes/", views.sizes_page, name="sizes"),
    path("boundaries/sizes.csv", views.sizes_csv, name="sizes_csv"),
    path("boundaries/sizes.geojson", views.sizes_geojson, name="sizes_geojson"),
    path("boundaries/units.csv", views.units_csv, name="units_csv"),
    path("boundaries/units.geojson", views.units_geojson, name="units_geojson"),
]
