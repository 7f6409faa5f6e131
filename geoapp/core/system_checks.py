"""Checks at start-up, each with its cure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pyproj
import shapely
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError

from geoapp.core.database import index_faults


@register()
def native_libraries(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[Error]:
    """The coverage functions need GEOS 3.12; the frame must be a projected CRS in metres."""
    found = []
    if shapely.geos_version < (3, 12, 0):
        found.append(
            Error(
                f"GEOS {shapely.geos_version_string} 过旧",
                hint="用 pip 安装带 GEOS ≥ 3.12 的 shapely",
                id="core.E001",
            )
        )
    crs = pyproj.CRS.from_epsg(settings.GEOAPP_FRAME_SRID)
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        found.append(
            Error(
                f"EPSG:{settings.GEOAPP_FRAME_SRID} 不是以米为单位的投影坐标系",
                hint="把 GEOAPP_FRAME_SRID 设为本市投影坐标系，佛山为 4547",
                id="core.E002",
            )
        )
    return found


@register()
def import_order(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[Error]:
    """The native wheels must be loaded before SpatiaLite is."""
    missing = [name for name in ("shapely", "pyproj", "fiona", "rtree") if name not in sys.modules]
    if not missing:
        return []
    return [Error(f"{missing} 未先行载入", hint="geoapp/__init__.py 须先导入它们", id="core.E003")]


@register(Tags.database)
def spatial_indexes(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[Warning]:
    """Every spatial index is on and holds every row."""
    try:
        faults = index_faults()
    except DatabaseError:
        return []
    return [
        Warning(f"空间索引 {fault} 未启用或不完整", hint="运行 manage.py setup", id="core.W001")
        for fault in faults
    ]
