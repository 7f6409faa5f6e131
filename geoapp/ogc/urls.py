"""Addresses of the OGC API and of WFS."""

from django.urls import include, path

from geoapp.ogc import ogcapi, queryables
from geoapp.ogc.wfs import views

app_name = "ogc"
_api = [
    path("", ogcapi.landing, name="landing"),
    path("conformance", ogcapi.conformance, name="conformance"),
    path("api", ogcapi.api, name="api"),
    path("collections", ogcapi.collections, name="collections"),
    path("collections/<str:collection_id>", ogcapi.collection, name="collection"),
    path("queryables", queryables.everywhere, name="all_queryables"),
    path("collections/<str:collection_id>/queryables", queryables.queryables, name="queryables"),
    path("collections/<str:collection_id>/schema", queryables.schema, name="schema"),
    path("collections/<str:collection_id>/items", ogcapi.items, name="items"),
    path("collections/<str:collection_id>/items/<str:item_id>", ogcapi.item, name="item"),
]
urlpatterns = [
    path("ogc/", include(_api)),
    path("wfs", views.wfs, name="wfs"),
]
