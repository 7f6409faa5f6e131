"""Vector tiles of the published layers (OGC API - Tiles 1.0, Mapbox Vector Tiles 2.1)."""
