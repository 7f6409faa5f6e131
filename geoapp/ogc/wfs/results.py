"""Answers of GetFeature and GetPropertyValue: collections of features or values, streamed, with page links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NoReturn
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from geoapp.core.wording import joined, listed
from geoapp.ogc import quicktext, reading, shelf
from geoapp.ogc.crs import CRS84
from geoapp.ogc.filtering.fields import ID_COLUMN
from geoapp.ogc.quicktext import Text
from geoapp.ogc.reading import chunk, successors
from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import PROCESSING, attribute, refuse
from geoapp.ogc.wfs.gmltext import clean, feature, fid, geometry_text, ident_text, value_text
from geoapp.ogc.wfs.planning import Plan, value_of
from geoapp.ogc.wfs.request import Asked
from geoapp.ogc.wfs.selecting import count, first, rows, texts
from geoapp.ogc.wfs.service import Service

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Found:
    """What one query of a request found: all that match, the rows on this page, the texts of the first of them."""

    plan: Plan
    matched: int
    rows: list[int]
    texts: list[bytes] = field(default_factory=list)


def find(asked: Asked, plans: list[Plan]) -> list[Found]:
    """Run the queries of a request: the page goes through them in turn."""
    left = min(asked.count if asked.count is not None else names.MAX_COUNT, names.MAX_COUNT)
    skip = asked.start
    found = []
    for plan in plans:
        one = _found(asked, plan, skip, 0 if asked.hits else left)
        left -= len(one.rows)
        skip = max(0, skip - one.matched)
        found.append(one)
    return found


def _found(asked: Asked, plan: Plan, skip: int, left: int) -> Found:
    """Run one query. What fits on a first page is counted by reading it."""
    kept = _kept(asked, plan, left) if not skip else None
    if kept is not None:
        return kept
    if left <= 0 or skip:
        matched = count(plan.selection)
        if left <= 0 or skip >= matched:
            return Found(plan, matched, [])
    page, made = _page(asked, plan, skip, left + 1)
    matched = len(page) if not skip and len(page) <= left else count(plan.selection)
    found = Found(plan, matched, page[:left], made[:left])
    if not skip and matched == len(page) <= shelf.MOST_ROWS and _is_whole(asked, plan):
        text = _text(asked, plan)
        found = replace(found, texts=[made for part in _texts(found, text) for made in part])
        shelf.WHOLE_LAYERS.put(reading.shelf_key(plan.selection.query, text.careful), page, found.texts)
    return found


def _is_whole(asked: Asked, plan: Plan) -> bool:
    """Say whether a query asks for all of a layer, in the order of its rows."""
    one = plan.selection
    return asked.operation != "GetPropertyValue" and not (one.where or one.order or one.query.spatial)


def _kept(asked: Asked, plan: Plan, left: int) -> Found | None:
    """Return a whole layer from memory when it was read since the last act."""
    if left <= 0 or not _is_whole(asked, plan):
        return None
    key = reading.shelf_key(plan.selection.query, _text(asked, plan).careful)
    kept = shelf.WHOLE_LAYERS.take(key)
    if kept is None or len(kept[0]) > left:
        return None
    return Found(plan, len(kept[0]), list(kept[0]), list(kept[1]))


def _text(asked: Asked, plan: Plan) -> Text:
    return object_text(plan) if asked.format == "geojson" else member_text(plan)


def _page(asked: Asked, plan: Plan, skip: int, most: int) -> tuple[list[int], list[bytes]]:
    """Return the rows of a page, and the texts of the first of them where one statement may read both."""
    made: list[bytes] = []
    if connection.vendor == "postgresql" and asked.operation != "GetPropertyValue":
        text = _text(asked, plan)
        size = min(most, chunk(plan.layer) + 1)
        pairs = first(plan.selection, skip, size, text)
        made = [one for _row, one in pairs]
        if len(pairs) < size or size == most:
            return [row for row, _one in pairs], made
    return rows(plan.selection, skip, most), made


def member_text(plan: Plan) -> Text:
    """Return the text of a row as GML."""
    return feature(plan.layer, plan.crs, plan.suffix, connection.vendor, plan.with_id, plan.with_shape)


def object_text(plan: Plan) -> Text:
    """Return the text of a row as GeoJSON."""
    return quicktext.geojson(plan.layer, CRS84, connection.vendor)


def _texts(found: Found, text: Text) -> Iterator[list[bytes]]:
    if found.texts:
        yield found.texts
    yield from texts(text, found.plan.layer, found.rows[len(found.texts) :])


def now() -> str:
    """Return the time of an answer."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _numbers(asked: Asked, matched: int, returned: int, service: Service) -> str:
    told = f'timeStamp="{now()}" numberMatched="{matched}" numberReturned="{returned}"'
    size = min(asked.count if asked.count is not None else names.MAX_COUNT, names.MAX_COUNT)
    if asked.hits or size == 0:
        if asked.hits and matched and (first := service.page(asked, 0)):
            told += f" next={attribute(first)}"
        return told
    if asked.start > 0 and (before := service.page(asked, max(0, asked.start - size))):
        told += f" previous={attribute(before)}"
    if asked.start + returned < matched and (after := service.page(asked, asked.start + returned)):
        told += f" next={attribute(after)}"
    return told


def gml(asked: Asked, found: list[Found], service: Service) -> Iterator[bytes]:
    """Yield a feature collection, or the one feature that was asked for by its id."""
    layers = list(dict.fromkeys(f.plan.selection.query.layer.id for f in found))
    spaces = service.namespaces(layers)
    if len(found) == 1 and asked.queries[0].by_id:
        yield _single(asked, found[0], spaces)
        return
    matched, returned = sum(f.matched for f in found), sum(len(f.rows) for f in found)
    numbers = _numbers(asked, matched, returned, service)
    yield f"{HEAD}<wfs:FeatureCollection {spaces} {numbers}>".encode()
    for each in found:
        if len(found) > 1:
            told = f'timeStamp="{now()}" numberMatched="{each.matched}" numberReturned="{len(each.rows)}"'
            yield f"<wfs:member><wfs:FeatureCollection {told}>".encode()
        yield from _members(each)
        if len(found) > 1:
            yield b"</wfs:FeatureCollection></wfs:member>"
    yield b"</wfs:FeatureCollection>\n"


def _members(found: Found) -> Iterator[bytes]:
    for part in _texts(found, member_text(found.plan)):
        yield clean(b"\n".join(part))


def _missing(asked: Asked, found: Found) -> NoReturn:
    """Refuse an id that has no feature; say what stands in its place when something does."""
    asked_for = (asked.queries[0].ids or [""])[0]
    said = _("没有标识为 %s 的要素") % asked_for[:80]
    query = found.plan.selection.query
    with suppress(ValueError):
        heirs = successors(query.layer, UUID(asked_for.rpartition(".")[2]), query.known_at)
        if heirs:
            said = joined([said, _("由 %s 承接") % listed(f"{query.layer.id}.{heir}" for heir in heirs)])
    refuse(PROCESSING, said, "ID", status=404)


def _single(asked: Asked, found: Found, spaces: str) -> bytes:
    members = b"".join(_members(found))
    if not members:
        _missing(asked, found)
    start = f"<{names.PREFIX}:{found.plan.layer.id} ".encode()
    feature = members.removeprefix(b"<wfs:member>").removesuffix(b"</wfs:member>")
    return HEAD.encode() + start + spaces.encode() + b" " + feature.removeprefix(start)


def geojson(asked: Asked, found: list[Found], service: Service) -> Iterator[bytes]:
    """Yield a GeoJSON feature collection (RFC 7946): always CRS84, whatever srsName says."""
    if len(found) == 1 and asked.queries[0].by_id:
        text = b"".join(t for part in _objects(found[0]) for t in part)
        if not text:
            _missing(asked, found[0])
        yield text
        return
    matched, returned = sum(f.matched for f in found), sum(len(f.rows) for f in found)
    head: dict[str, object] = {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": returned,
        "timeStamp": now(),
    }
    if not asked.hits and returned and asked.start + returned < matched:
        following = service.page(asked, asked.start + returned)
        if following:
            head["links"] = [{"rel": "next", "href": following, "type": names.GEOJSON_TYPE}]
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": ['
    lead = b"\n"
    for each in found:
        for part in _objects(each):
            if part:
                yield lead + b",\n".join(part)
                lead = b",\n"
    yield b"\n]}\n"


def _objects(found: Found) -> Iterator[list[bytes]]:
    return _texts(found, object_text(found.plan))


def property_values(asked: Asked, found: list[Found], service: Service) -> Iterator[bytes]:
    """Yield a value collection. A property that is not known has no member."""
    spaces = service.namespaces([])
    matched, returned = sum(f.matched for f in found), 0
    parts: list[bytes] = []
    for each in found:
        plan, vendor = each.plan, connection.vendor
        wanted = value_of(plan.selection.query.layer, asked.value_reference)
        if wanted == names.GEOMETRY_NAME:
            text = geometry_text(plan.layer, plan.crs, plan.suffix, vendor)
        elif wanted == "@gml:id":
            text = fid(plan.layer, plan.suffix, vendor)
        elif wanted == ID_COLUMN:
            text = ident_text(vendor)
        else:
            assert not isinstance(wanted, str)
            text = value_text(wanted, vendor)
        for part in texts(Text(text), plan.layer, each.rows):
            returned += len(part)
            parts += [clean(b"<wfs:member>" + value + b"</wfs:member>") for value in part]
    told = _numbers(asked, matched, returned, service)
    yield f"{HEAD}<wfs:ValueCollection {spaces} {told}>".encode()
    yield b"\n".join(parts)
    yield b"</wfs:ValueCollection>\n"
