"""JSON for programs, and pages; the rows of these addresses are in ``geoapp/access.py``."""

from django.urls import path

from naming import api, views

app_name = "naming"
urlpatterns = [
    path("api/check", api.check, name="check"),
    path("api/search", api.search, name="search"),
    path("api/locate", api.locate, name="locate"),
    path("addresses/import/", views.import_start, name="import_start"),
    path("addresses/import/<uuid:upload_id>/", views.import_addresses, name="import_addresses"),
    path(
        "addresses/import/<uuid:upload_id>/<slug:table>.<slug:kind>", views.import_table, name="import_table"
    ),
]
