"""Addresses of the OGC API."""

from django.urls import path

from geoapp.ogc import ogcapi

app_name = "ogc"
urlpatterns = [
    path("", ogcapi.landing, name="landing"),
    path("conformance", ogcapi.conformance, name="conformance"),
    path("api", ogcapi.api, name="api"),
    path("collections", ogcapi.collections, name="collections"),
    path("collections/<str:collection_id>", ogcapi.collection, name="collection"),
    path("collections/<str:collection_id>/items", ogcapi.items, name="items"),
    path("collections/<str:collection_id>/items/<str:item_id>", ogcapi.item, name="item"),
]
