"""JSON for programs; the rows of these addresses are in ``geoapp/access.py``."""

from django.urls import path

from naming import address_api, api

app_name = "naming"
urlpatterns = [
    path("api/check", api.check, name="check"),
    path("api/search", api.search, name="search"),
    path("api/addresses/parse", address_api.parse_address, name="parse_address"),
    path("api/locate", api.locate, name="locate"),
]
