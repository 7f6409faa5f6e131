"""System checks: every table and column that ``layers.py`` names exists and has a fitting type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.gis.db.models import GeometryField
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections, models

from geoapp.ogc.crs import EPSG, OFFERED
from geoapp.ogc.layers import BOOKKEEPING, LAYERS, Layer

_FITTING: dict[str, tuple[type[models.Field], ...]] = {  # type: ignore[type-arg]
    "text": (models.CharField, models.TextField),
    "integer": (models.IntegerField,),
    "number": (models.FloatField,),
    "date": (models.DateField,),
    "boolean": (models.BooleanField,),
}


def _wanted(layer: Layer) -> set[str]:
    columns = {c.db for c in layer.columns} | set(BOOKKEEPING)
    return columns | ({layer.synthetic} if layer.synthetic else set())


def _faults(layer: Layer, tables: dict[str, type[models.Model]]) -> list[str]:
    if layer.table not in tables:
        return [f"图层 {layer.id} 的表 {layer.table} 不属于任何已安装的模型"]
    fields = {f.column: f for f in tables[layer.table]._meta.concrete_fields}
    faults = [f"表 {layer.table} 没有列 {c}" for c in sorted(_wanted(layer) - set(fields))]
    for column in layer.columns:
        field = fields.get(column.db)
        if field is not None and not isinstance(field, _FITTING[column.kind]):
            faults.append(f"列 {layer.table}.{column.db} 不是 {column.kind} 类型")
    geometry = fields.get("geom")
    if isinstance(geometry, GeometryField):
        if geometry.geom_type != layer.shape.upper():
            faults.append(f"表 {layer.table} 的几何类型是 {geometry.geom_type}，不是 {layer.shape}")
        if geometry.srid != 4490:
            faults.append(f"表 {layer.table} 的坐标系是 {geometry.srid}，不是 4490")
    return faults


@register(Tags.models)
def layers_fit_models(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Hold every layer against the installed models; needs no database."""
    tables = {model._meta.db_table: model for model in apps.get_models()}
    return [
        Error(fault, hint="核对 geoapp/ogc/layers.py", id="ogc.E001")
        for layer in LAYERS.values()
        for fault in _faults(layer, tables)
    ]


@register(Tags.database)
def layers_fit_database(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Hold every layer against the database itself.

    A warning, not an error: ``migrate`` runs this before it creates what is missing.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        try:
            with connection.cursor() as cursor:
                tables = set(connection.introspection.table_names(cursor))
                if not any(layer.table in tables for layer in LAYERS.values()):
                    continue  # an empty database, about to be migrated
                for layer in LAYERS.values():
                    described = (
                        connection.introspection.get_table_description(cursor, layer.table)
                        if layer.table in tables
                        else []
                    )
                    missing = sorted(_wanted(layer) - {c.name for c in described})
                    if missing:
                        message = f"数据库 {alias} 的表 {layer.table} 缺少列 {'、'.join(missing)}"
                        found.append(Warning(message, hint="运行 manage.py migrate", id="ogc.W001"))
        except DatabaseError as error:
            found.append(Warning(f"数据库 {alias} 无法核对：{type(error).__name__}", id="ogc.W002"))
    return found


@register(Tags.compatibility)
def wfs_default_is_offered(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Hold GEOAPP_WFS_DEFAULT_CRS to the reference systems on offer."""
    chosen = str(settings.GEOAPP_WFS_DEFAULT_CRS)
    if f"{EPSG}{chosen}" in OFFERED:
        return []
    return [
        Error(
            f"GEOAPP_WFS_DEFAULT_CRS={chosen} 不是可用的坐标系",
            hint="用 4490、4326、4547 或 3857",
            id="ogc.E002",
        )
    ]


@register(Tags.compatibility)
def offered_are_known(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Hold GEOAPP_OGC_CRS to the reference systems known."""
    unknown = [code for code in settings.GEOAPP_OGC_CRS if f"{EPSG}{code}" not in OFFERED]
    if not unknown:
        return []
    return [
        Error(
            f"GEOAPP_OGC_CRS 含有未知的坐标系 {'、'.join(unknown)}",
            hint="用 4490、4326、4547、3857，以逗号分隔",
            id="ogc.E003",
        )
    ]
