"""JSON for programs, and pages; the rows of these addresses are in ``geoapp/access.py``."""

from django.urls import path

from naming import address_api, address_history_api, api, numbering_api, views

app_name = "naming"
urlpatterns = [
    path("api/check", api.check, name="check"),
    path("api/search", api.search, name="search"),
    path("api/addresses/parse", address_api.parse_address, name="parse_address"),
    path("api/locate", api.locate, name="locate"),
    path("api/addresses/<uuid:address_id>", address_history_api.address, name="address"),
    path("api/addresses/suggest", numbering_api.suggest_number, name="suggest_number"),
    path("addresses/export.csv", views.export_addresses, name="export_addresses"),
    path("addresses/import/", views.import_start, name="import_start"),
    path("addresses/import/<uuid:upload_id>/", views.import_addresses, name="import_addresses"),
    path(
        "addresses/import/<uuid:upload_id>/<slug:table>.<slug:kind>", views.import_table, name="import_table"
    ),
]
