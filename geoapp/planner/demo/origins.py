"""From which end the demo's streets are numbered: by the profile 佛山（试行）, which the city's rules are checked with.

Doors numbered against the profile would make half of the demo's streets an exception that an officer has to look at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.streets import DemoStreet
from naming.addressing.numbering import build_axis, load_profile, place


def main_lines(streets: Sequence[DemoStreet]) -> list[BaseGeometry]:
    """Return the main line of every street, from the origin of its numbers onward. Frame metres."""
    profile = load_profile("foshan")
    mains = [s.geometry.geoms[s.parts.index("main")] for s in streets]
    shapes = [s.geometry for s in streets]
    tree = shapely.STRtree(shapes)
    ends = np.array([[line.coords[0], line.coords[-1]] for line in mains])
    mouths = np.zeros((len(mains), 2), dtype=bool)
    for end in (0, 1):
        mine, other = tree.query(shapely.points(ends[:, end]), predicate="dwithin", distance=profile.touch_m)
        mouths[mine[mine != other], end] = True
    dx, dy = (ends[:, 1] - ends[:, 0]).T
    across = np.abs(dx) >= np.abs(dy)
    back = np.where(across, (dx > 0) == (profile.ew_origin == "E"), (dy > 0) == (profile.ns_origin == "N"))
    if profile.deadend_origin == "MOUTH":
        back = np.where(mouths[:, 0] != mouths[:, 1], mouths[:, 1], back)
    lines = [shapely.reverse(line) if turn else line for line, turn in zip(mains, back, strict=True)]
    for i, street in enumerate(streets):
        if street.parts.count("main") > 1 or mains[i].is_ring:
            near = [shapes[j] for j in tree.query(shapes[i].envelope, predicate="intersects") if j != i]
            axis = build_axis(street.geometry, street.parts, profile, near)
            if axis.closed:
                lines[i] = shapely.LineString(np.round(axis.xy + np.array(axis.origin), 3))
                continue
            first, last = (place(axis, mains[i].coords[end]).measure_m for end in (0, -1))
            lines[i] = shapely.reverse(mains[i]) if last < first else mains[i]
    return lines
