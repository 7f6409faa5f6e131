"""The place-name and boundary service of one city.

The native wheels are loaded here, before anything can open a SpatiaLite connection: SpatiaLite brings its own
GEOS and PROJ with global symbols, and a wheel first imported afterwards crashes the process.
"""

import fiona  # noqa: F401
import pyproj  # noqa: F401
import rtree  # noqa: F401
import shapely  # noqa: F401
