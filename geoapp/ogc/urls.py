"""Addresses of the OGC API, of the change feed and of WFS."""

from django.urls import include, path

from geoapp.ogc import ogcapi, queryables
from geoapp.ogc.downloads import views as downloads
from geoapp.ogc.feed import atom
from geoapp.ogc.feed import views as feed
from geoapp.ogc.tiles import views as tiles
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
    path("feed", feed.feed, name="feed"),
    path("feed.atom", atom.feed_atom, name="feed_atom"),
    path("feed/head", feed.feed_head, name="feed_head"),
    path("feed/snapshot", feed.feed_snapshot, name="feed_snapshot"),
    path("feed/<str:seq>", feed.feed_entry, name="feed_entry"),
]
_TILE = "<str:level>/<str:row>/<str:col>"
_tiles = [
    path("tileMatrixSets", tiles.matrix_sets, name="matrix-sets"),
    path("tileMatrixSets/<str:grid_id>", tiles.matrix_set, name="matrix-set"),
    path("tiles", tiles.tilesets, name="tilesets"),
    path("tiles/<str:grid_id>", tiles.tileset, name="tileset"),
    path(f"tiles/<str:grid_id>/{_TILE}", tiles.tile, name="tile"),
    path("collections/<str:collection_id>/tiles", tiles.layer_tilesets, name="layer-tilesets"),
    path("collections/<str:collection_id>/tiles/<str:grid_id>", tiles.layer_tileset, name="layer-tileset"),
    path(f"collections/<str:collection_id>/tiles/<str:grid_id>/{_TILE}", tiles.layer_tile, name="layer-tile"),
]
urlpatterns = [
    path("ogc/", include(_api)),
    path("ogc/", include(_tiles)),
    path("wfs", views.wfs, name="wfs"),
    path("download/", downloads.index, name="downloads"),
    path("download/<str:name>", downloads.download, name="download"),
]
