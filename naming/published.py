"""The flat rows of streets, names and addresses, from the register as it stood after an act."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Max, QuerySet

from boundaries.models import UnitVersion
from geoapp.core import bulk
from geoapp.core.effective import known
from geoapp.core.geometry import geographic_geos, geographic_wkb_all, to_shapely
from geoapp.core.models import Act, CaseItem
from geoapp.core.published import replace_rows
from naming.addressing.compose import number_text
from naming.models import (
    Address,
    AddressVersion,
    DoorTask,
    PlaceName,
    PlaceNameVersion,
    PublishedAddress,
    PublishedPlaceName,
    PublishedStreet,
    StreetVersion,
)

_BATCH = 400
_INSIDE = ("compound", "building", "unit_no", "floor", "room")
_DOOR = (
    "address_id",
    "street_id",
    "community_id",
    "number",
    "sub_number",
    "state",
    "text",
    "valid_from",
    "valid_to",
    *_INSIDE,
    "wkb",
)


def _batches(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    wanted = list(ids)
    for start in range(0, len(wanted), _BATCH):
        yield wanted[start : start + _BATCH]


def _overlap(a: Any, b: Any) -> tuple[date, date | None] | None:
    start = max(a.valid_from, b.valid_from)
    stops = [v.valid_to for v in (a, b) if v.valid_to is not None]
    stop = min(stops) if stops else None
    return None if stop is not None and stop <= start else (start, stop)


def street_rows(ids: Collection[UUID], known_at: int) -> Iterator[PublishedStreet]:
    """Yield a row for every span in which a street had one name and one extent."""
    for batch in _batches(ids):
        extents: dict[UUID, list[StreetVersion]] = {}
        for extent in known(StreetVersion.objects.filter(place_id__in=batch), known_at).order_by(
            "valid_from"
        ):
            extents.setdefault(extent.place_id, []).append(extent)
        names = known(PlaceNameVersion.objects.filter(place_id__in=batch), known_at)
        for name in names.select_related("place").order_by("place_id", "valid_from"):
            for extent in extents.get(name.place_id, ()):
                span = _overlap(name, extent)
                if span is not None:
                    yield _street_row(name, extent, span)


def _street_row(
    name: PlaceNameVersion, extent: StreetVersion, span: tuple[date, date | None]
) -> PublishedStreet:
    return PublishedStreet(
        id=name.place_id,
        name=name.name,
        kind=extent.road_class or "street",
        unit=extent.where,
        status=name.use_state,
        valid_from=span[0],
        valid_to=span[1],
        pinyin=name.pinyin_std,
        pinyin_sign=name.pinyin_sign,
        meaning=name.meaning,
        start_text=extent.start_text,
        end_text=extent.end_text,
        width_m=extent.width_m,
        length_m=extent.length_m,
        approver=name.approver,
        approved_on=name.approved_on,
        doc_no=name.doc_no,
        case_number=name.case_number,
        synthetic=name.place.synthetic,
        geom=geographic_geos(to_shapely(extent.geom)),
    )


def place_rows(ids: Collection[UUID], known_at: int) -> Iterator[PublishedPlaceName]:
    """Yield the gazetteer rows of places: one per name, at a point on the street or in the unit."""
    for batch in _batches(ids):
        points = _street_points(batch, known_at) | _unit_points(batch, known_at)
        names = known(PlaceNameVersion.objects.filter(place_id__in=batch), known_at)
        for name in names.select_related("place").order_by("place_id", "valid_from"):
            if name.place_id not in points:
                continue
            point, where, code = points[name.place_id]
            yield PublishedPlaceName(
                id=name.place_id,
                name=name.name,
                kind=name.place.category,
                unit=where,
                status=name.use_state,
                valid_from=name.valid_from,
                valid_to=name.valid_to,
                code=code,
                pinyin=name.pinyin_std,
                meaning=name.meaning,
                synthetic=name.place.synthetic,
                geom=geographic_geos(point),
            )


def _street_points(batch: list[UUID], known_at: int) -> dict[UUID, tuple[Any, str, str]]:
    rows = known(StreetVersion.objects.filter(place_id__in=batch), known_at).order_by("valid_from")
    return {row.place_id: (midpoint(to_shapely(row.geom)), row.where, "") for row in rows}


def _unit_points(batch: list[UUID], known_at: int) -> dict[UUID, tuple[Any, str, str]]:
    places = dict(PlaceName.objects.filter(pk__in=batch, unit__isnull=False).values_list("unit_id", "pk"))
    rows = known(UnitVersion.objects.filter(unit_id__in=places, geom__isnull=False), known_at)
    return {
        places[row.unit_id]: (shapely.point_on_surface(to_shapely(row.geom)), row.name, row.code)
        for row in rows.order_by("valid_from")
    }


def midpoint(lines: Any) -> Any:
    """Return the point half-way along the longest part of a frame line."""
    longest = max(shapely.get_parts(lines), key=lambda part: part.length)
    return shapely.line_interpolate_point(longest, 0.5, normalized=True)


Dated = dict[UUID, list[tuple[date, tuple[Any, ...]]]]
"""What was said of each id from which day on, in order of law."""


def communities_known(known_at: int | None) -> Dated:
    """Return codes and names of communities."""
    units = known(UnitVersion.objects.filter(unit__level="community"), known_at)
    return _dated(units.values_list("unit_id", "valid_from", "code", "name"))


def streets_known(streets: Collection[UUID], known_at: int | None) -> Dated:
    """Return names of streets."""
    versions = known(PlaceNameVersion.objects.filter(place_id__among=dict.fromkeys(streets)), known_at)
    return _dated(versions.values_list("place_id", "valid_from", "name"))


def address_rows(
    ids: Collection[UUID],
    known_at: int | None,
    *,
    communities: Dated | None = None,
    rows_of: Callable[[list[UUID]], QuerySet[AddressVersion]] | None = None,
) -> Iterator[PublishedAddress]:
    """Yield the rows of addresses; the street's name is the one the text was composed with.

    ``communities`` and ``rows_of`` stand for what the register says, where an act is foreseen to say otherwise.
    """
    communities = communities_known(known_at) if communities is None else communities
    for batch in _batches(ids):
        rows = (
            rows_of(batch)
            if rows_of
            else known(AddressVersion.objects.filter(address_id__in=batch), known_at)
        )
        # A reserved number stands at no door yet; what is secret is not public by construction.
        rows = rows.exclude(secret=True).exclude(state=AddressVersion.State.RESERVED)
        synthetic = set(Address.objects.filter(pk__in=batch, synthetic=True).values_list("pk", flat=True))
        streets = set(rows.values_list("street_id", flat=True))
        names = streets_known(streets, known_at)
        # Plain tuples: a city has millions of doors, and an object for each would cost more than the query.
        stored = list(
            rows.annotate(wkb=AsWKB("geom")).order_by("address_id", "valid_from").values_list(*_DOOR)
        )
        shapes = geographic_wkb_all([bytes(r[-1]) for r in stored])
        for row, shape in zip(stored, shapes, strict=True):
            held = dict(zip(_DOOR, row, strict=True))
            until = held["valid_to"]
            community = _last(communities.get(held["community_id"]), until) or ("", "")
            street = (_last(names.get(held["street_id"]), until) or ("",))[0]
            door = held["address_id"] in synthetic
            yield PublishedAddress(**_address_row(held, shape, community, street, door))


def _dated(rows: Iterable[tuple[Any, ...]]) -> Dated:
    """Return what rows (id, first day, values …) say of each id, in order of law."""
    found: Dated = {}
    for ident, day, *values in sorted(rows, key=lambda row: row[1]):
        found.setdefault(ident, []).append((day, tuple(values)))
    return found


def _last(said: list[tuple[date, tuple[Any, ...]]] | None, until: date | None) -> tuple[Any, ...] | None:
    """Return what was last said before the end of an address version: a later name gets a version of its own."""
    if not said:
        return None
    early = [values for day, values in said if until is None or day < until]
    return early[-1] if early else said[0][1]


def _address_row(
    version: Mapping[str, Any], shape: Any, community: tuple[Any, ...], street: str, synthetic: bool
) -> dict[str, Any]:
    """Return the columns of a published address, but for its acts, from those of a version."""
    return {
        "id": version["address_id"],
        "name": version["text"],
        "kind": "door",
        "unit": community[1],
        "status": version["state"] or AddressVersion.State.STANDARD,
        "valid_from": version["valid_from"],
        "valid_to": version["valid_to"],
        "code": community[0],
        "street": street,
        "number": number_text(version["number"], version["sub_number"]),
        "synthetic": synthetic,
        "geom": shape,
        **{part: version[part] for part in _INSIDE},
    }


def publish_entered(
    versions: Sequence[Mapping[str, Any]],
    *,
    seq: int,
    communities: Mapping[UUID, tuple[str, str]],
    streets: Mapping[UUID, str],
    synthetic: bool = False,
) -> int:
    """Publish addresses that act ``seq`` has just entered, from the columns of their versions: what ``publish`` would.

    ``communities`` are code and name by id, ``streets`` names by id, as known at the act; geometry is WKB. Nothing of
    a new address stands in the layer yet, so nothing is read back or closed.
    """
    public = [v for v in versions if not v["secret"] and v["state"] != AddressVersion.State.RESERVED]
    shapes = geographic_wkb_all([bytes(v["geom"]) for v in public])
    unknown = ("", "")
    return bulk.insert(
        PublishedAddress,
        (
            _address_row(
                {"valid_to": None, **version},
                shape,
                communities.get(version["community_id"], unknown),
                streets.get(version["street_id"], ""),
                synthetic,
            )
            | {"act_in": seq, "act_out": None}
            for version, shape in zip(public, shapes, strict=True)
        ),
    )


def released(ids: Iterable[UUID], *, known_at: int | None = None) -> list[UUID]:
    """Return those of some addresses that the public layer shows as they were released: what else changes them must
    not publish the rest.

    A number that was given, changed or cancelled but not yet released stays with the officers, whatever happens to its
    street or community meanwhile; the release shows it as it then stands. ``known_at`` leaves out what has been
    published already as the register stood after a later act.
    """
    wanted = dict.fromkeys(ids)
    rows = PublishedAddress.objects.filter(id__among=wanted, act_out__isnull=True)
    public = dict(rows.values_list("id").annotate(last=Max("act_in")))
    waiting = set(_unreleased())
    later = {seq for seq in public.values() if known_at is not None and seq > known_at}
    stood = _published_as_of(later) if later else {}
    return [
        address
        for address in wanted
        if address in public
        and address not in waiting
        and (known_at is None or stood.get(public[address], public[address]) <= known_at)
    ]


def _published_as_of(seqs: Iterable[int]) -> dict[int, int]:
    """Return the act as of which acts published addresses: a release as of itself, an announcement as of a decision."""
    found: dict[int, int] = {}
    for seq, payload in Act.objects.filter(seq__among=dict.fromkeys(seqs)).values_list("seq", "payload"):
        entries = json.loads(payload).get("publish", ())
        as_of = [entry["known_at"] for entry in entries if entry["layer"] == "addresses"]
        if as_of:
            found[seq] = max(as_of)
    return found


def _unreleased() -> QuerySet[CaseItem, UUID | None]:
    """Return the addresses with a number given, changed or cancelled by a case that has not been released."""
    open_tasks = DoorTask.objects.filter(kind=DoorTask.Kind.RELEASE, done_on__isnull=True)
    items = CaseItem.objects.filter(case__in=open_tasks.values("case"), outcome="approved")
    return items.filter(subject_id__isnull=False).values_list("subject_id", flat=True)


LAYERS = {
    "streets": (PublishedStreet, street_rows),
    "place_names": (PublishedPlaceName, place_rows),
    "addresses": (PublishedAddress, address_rows),
}


def publish(layer: str, ids: Iterable[UUID], *, known_at: int, seq: int) -> int:
    """Let act ``seq`` publish things of a layer as the register stood after act ``known_at``."""
    model, rows_of = LAYERS[layer]
    wanted = list(ids)
    return replace_rows(model, wanted, rows_of(wanted, known_at), seq)
