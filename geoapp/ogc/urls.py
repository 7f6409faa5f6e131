"""Addresses of the OGC API, of the change feed and of WFS."""

from django.urls import include, path

from geoapp.ogc import ogcapi
from geoapp.ogc.feed import atom
from geoapp.ogc.feed import views as feed
from geoapp.ogc.wfs import views

app_name = "ogc"
_api = [
    path("", ogcapi.landing, name="landing"),
    path("conformance", ogcapi.conformance, name="conformance"),
    path("api", ogcapi.api, name="api"),
    path("collections", ogcapi.collections, name="collections"),
    path("collections/<str:collection_id>", ogcapi.collection, name="collection"),
    path("collections/<str:collection_id>/items", ogcapi.items, name="items"),
    path("collections/<str:collection_id>/items/<str:item_id>", ogcapi.item, name="item"),
    path("feed", feed.feed, name="feed"),
    path("feed.atom", atom.feed_atom, name="feed_atom"),
    path("feed/head", feed.feed_head, name="feed_head"),
    path("feed/snapshot", feed.feed_snapshot, name="feed_snapshot"),
    path("feed/<str:seq>", feed.feed_entry, name="feed_entry"),
]
urlpatterns = [
    path("ogc/", include(_api)),
    path("wfs", views.wfs, name="wfs"),
]
