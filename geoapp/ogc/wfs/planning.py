"""From the client's words to selections: names resolved, filters compiled, the state of the record pinned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db import connection
from django.utils.translation import gettext as _

from geoapp.ogc.crs import Crs
from geoapp.ogc.filtering import limits, places
from geoapp.ogc.filtering.budget import Budget
from geoapp.ogc.filtering.fields import ID_COLUMN, by_code_point
from geoapp.ogc.filtering.shapes import box, hold_on_earth, stored
from geoapp.ogc.layers import IDENT, LAYERS, Column, Layer
from geoapp.ogc.query import Query, RecordClock, Span, read_item
from geoapp.ogc.sqltext import Clause
from geoapp.ogc.wfs import axes, names
from geoapp.ogc.wfs.context import Context
from geoapp.ogc.wfs.faults import INVALID, PROCESSING, refuse
from geoapp.ogc.wfs.fields import last_name, resolve
from geoapp.ogc.wfs.filters import compile_filter, matching_ids
from geoapp.ogc.wfs.gmlread import numbers
from geoapp.ogc.wfs.request import Asked, Wanted
from geoapp.ogc.wfs.selecting import Order, Selection
from geoapp.ogc.wfs.snapshots import Snapshot


@dataclass(frozen=True)
class Plan:
    """One query ready to run: what is selected, in which frame, which properties are delivered.

    ``layer`` is the layer with the columns asked for alone; ``suffix`` tells its gml:ids from those of other
    versions and queries in the same answer.
    """

    selection: Selection
    layer: Layer
    crs: Crs
    with_id: bool = True
    with_shape: bool = True
    suffix: str = ""


def plan(asked: Asked, snapshot: Snapshot, clock: RecordClock, hold: Callable[[Query], Query]) -> list[Plan]:
    """Return the queries of a request, ready to run; ``hold`` keeps each to what the client may read.

    ``snapshot`` is what is shown where the request names neither day nor act.

    Raises Fault, BadRequest on a bad day or act, and what ``hold`` raises.
    """
    given: Mapping[str, str] = {
        name: value
        for name, value in (("datetime", asked.datetime), ("known-at", asked.known_at))
        if value is not None
    }
    today = snapshot.day
    budget = Budget()
    plans: list[Plan] = []
    seen: set[str] = set()
    for wanted in asked.queries:
        if not wanted.layer:
            _unknown(wanted)
        base = hold(read_item(LAYERS[wanted.layer], given, today=today, clock=clock))
        if asked.known_at is None:
            base = replace(base, known_at=snapshot.seq)
        made = _plan(wanted, base, Context(base.layer, connection.vendor, budget, today=today))
        suffix = "" if _one_day(base.span) else "r"
        suffix += f"q{len(plans)}" if wanted.layer in seen else ""
        seen.add(wanted.layer)
        plans.append(replace(made, suffix=suffix))
    return plans


def _unknown(wanted: Wanted) -> None:
    ident = (wanted.ids or [""])[0]
    refuse(PROCESSING, _("没有标识为 %s 的要素") % ident[:80], "ID", status=404)


def _one_day(span: Span) -> bool:
    return span.start is not None and span.start == span.end


def _plan(wanted: Wanted, base: Query, context: Context) -> Plan:
    layer = base.layer
    where: Clause | None = None
    if wanted.filter is not None:
        where = compile_filter(wanted.filter, context)
    elif wanted.bbox:
        where = _bbox(wanted.bbox, context)
    elif wanted.ids is not None:
        if len(wanted.ids) > limits.MAX_NODES:
            refuse(INVALID, _("过滤条件过长或嵌套过深"), "resourceId")
        where = matching_ids(wanted.ids, context)
    order = tuple(_order(reference, down, context) for reference, down in wanted.sort)
    selection = Selection(base, where, order, context.spatial, context.lends)
    crs = axes.read(wanted.crs)
    if not wanted.properties or any(p.strip() == "*" for p in wanted.properties):
        return Plan(selection, layer, crs)
    fields = [resolve(layer, p, context.vendor, "propertyName") for p in wanted.properties]
    chosen = {f.name for f in fields}
    columns = tuple(c for c in layer.columns if c.name in chosen)
    return Plan(
        selection, replace(layer, columns=columns), crs, IDENT in chosen, names.GEOMETRY_NAME in chosen
    )


def _order(reference: str, descending: bool, context: Context) -> Order:
    field = resolve(context.layer, reference, context.vendor, "sortBy")
    if field.kind == "geometry":
        refuse(INVALID, _("不能按几何排序"), "sortBy")
    sql = by_code_point(field.sql, context.vendor) if field.kind == "text" else field.sql
    return Order(sql, descending)


def _bbox(value: str, context: Context) -> Clause:
    parts = value.split(",")
    name = None
    if len(parts) in {5, 7}:
        name = parts.pop().strip()
    if len(parts) not in {4, 6}:
        refuse(INVALID, _("须为 4 个或 6 个数"), "bbox")
    crs = axes.read(name, "bbox")
    found = numbers(" ".join(parts), "bbox")
    if len(found) not in {4, 6}:
        refuse(INVALID, _("须为 4 个或 6 个数"), "bbox")
    half = len(found) // 2
    a, b, c, d = found[0], found[1], found[half], found[half + 1]
    corners = (b, a, d, c) if crs.north_first else (a, b, c, d)
    shape = box(*corners)
    hold_on_earth(shape, crs, "bbox")
    return places.met("ST_Intersects", stored(shape, crs), context)


def value_of(layer: Layer, reference: str) -> Column | str:
    """Return what a value reference names: a column, ``geom`` or ``@gml:id``. Raises Fault."""
    field = resolve(layer, reference, connection.vendor, "valueReference")
    if field.kind in {"geometry", "fid"}:
        return field.name
    if field.name == IDENT:
        return ID_COLUMN
    (column,) = (c for c in layer.columns if c.name == last_name(reference))
    return column
