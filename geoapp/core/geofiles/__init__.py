"""Reading boundary files as people have them.

``open_boundaries(path)`` takes a Shapefile (also zipped), a GeoPackage, GeoJSON or CSV and gives a
``BoundaryFile`` whose rows are read lazily with their original coordinates, CRS and attributes. Whatever is
wrong with a file ends in ``BadInput`` (or ``TooLarge``) saying what, where and how to mend it.
"""

from geoapp.core.geofiles.opening import BoundaryFile, open_boundaries
from geoapp.core.geofiles.rows import Limits, Row

__all__ = ["BoundaryFile", "Limits", "Row", "open_boundaries"]
