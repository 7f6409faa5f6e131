"""JSON for programs; the rows of these addresses are in ``geoapp/access.py``."""

from django.urls import path

from boundaries import api

app_name = "boundaries"
urlpatterns = [
    path("api/units", api.units, name="units"),
]
