"""The flat rows of units, boundary lines and markers, from the register as it stood after an act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F

from boundaries.models import (
    BoundaryLine,
    BoundaryLineVersion,
    BoundaryMarker,
    BoundaryMarkerLine,
    BoundaryMarkerVersion,
    PublishedBoundaryLine,
    PublishedBoundaryMarker,
    PublishedCommunity,
    PublishedDistrict,
    PublishedTown,
    PublishedUnit,
    Unit,
    UnitLineage,
    UnitVersion,
)
from boundaries.spans import spans
from geoapp.core.effective import known
from geoapp.core.geometry import geographic_geos, geographic_wkb_all, to_shapely
from geoapp.core.models import PublishedRow, PublishedSuccessor
from geoapp.core.published import replace_rows

LAYERS: dict[str, type[PublishedUnit]] = {
    "communities": PublishedCommunity,
    "towns": PublishedTown,
    "districts": PublishedDistrict,
}
EDGE_LAYERS: dict[str, type[PublishedRow]] = {
    "boundary_lines": PublishedBoundaryLine,
    "boundary_markers": PublishedBoundaryMarker,
}
_BATCH = 400
LAYER_OF_LEVEL = {"community": "communities", "town": "towns", "district": "districts"}


def unit_rows(level: str, ids: Collection[UUID] | None, known_at: int) -> Iterator[PublishedUnit]:
    """Yield the rows of units with land, one per version on record after act ``known_at``."""
    model = LAYERS[LAYER_OF_LEVEL[level]]
    versions = known(UnitVersion.objects.filter(unit__level=level, geom__isnull=False), known_at)
    if ids is not None:
        versions = versions.filter(unit_id__in=ids)
    parents = {
        v.unit_id: v
        for v in known(UnitVersion.objects.exclude(unit__level="community"), known_at).order_by("valid_from")
    }
    for version in versions.order_by("code", "valid_from").iterator(chunk_size=500):
        parent = parents.get(version.parent_id) if version.parent_id else None
        yield model(
            id=version.unit_id,
            name=version.name,
            kind=version.kind,
            unit=parent.name if parent else "",
            status="in_force",
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            code=version.code,
            pinyin=version.pinyin,
            parent_code=parent.code if parent else "",
            households=version.households,
            population=version.population,
            synthetic=version.synthetic,
            geom=geographic_geos(to_shapely(version.geom)),
        )


def publish_units(level: str, ids: Collection[UUID] | None, *, known_at: int, seq: int) -> int:
    """Let act ``seq`` publish units (None: all of the level) as known after act ``known_at``."""
    if ids is None:
        ids = list(Unit.objects.filter(level=level).values_list("pk", flat=True))
    rows = list(unit_rows(level, ids if len(ids) < 400 else None, known_at))
    _publish_successors(LAYER_OF_LEVEL[level], ids, known_at, seq)
    return replace_rows(LAYERS[LAYER_OF_LEVEL[level]], ids, rows, seq)


def _publish_successors(layer: str, ids: Collection[UUID], known_at: int, seq: int) -> None:
    """Let act ``seq`` make public what came of units, as known after ``known_at``; what is public already stays."""
    arrows = known(UnitLineage.objects.all(), known_at).exclude(from_unit_id=F("to_unit_id"))
    there = PublishedSuccessor.objects.filter(layer=layer)
    if len(ids) < 400:
        arrows, there = arrows.filter(from_unit_id__in=ids), there.filter(id__in=ids)
    else:
        arrows = arrows.filter(from_unit__level=next(k for k, v in LAYER_OF_LEVEL.items() if v == layer))
    public = set(there.values_list("id", "successor", "effective"))
    PublishedSuccessor.objects.bulk_create(
        PublishedSuccessor(layer=layer, id=source, successor=target, effective=day, kind=kind, act_in=seq)
        for source, target, day, kind in arrows.order_by("row").values_list(
            "from_unit_id", "to_unit_id", "effective", "kind"
        )
        if (source, target, day) not in public
    )


def publish_lines(ids: Collection[UUID] | None, *, known_at: int, seq: int) -> int:
    """Let act ``seq`` publish boundary lines (None: all) as known after act ``known_at``."""
    wanted = list(BoundaryLine.objects.values_list("pk", flat=True)) if ids is None else list(ids)
    return replace_rows(PublishedBoundaryLine, wanted, list(line_rows(wanted, known_at)), seq)


def line_rows(ids: Sequence[UUID], known_at: int) -> Iterator[PublishedBoundaryLine]:
    """Yield the rows of boundary lines, one per version on record after act ``known_at``."""
    versions = list(_batched(BoundaryLineVersion, "line_id", ids, known_at, "line"))
    courses = geographic_wkb_all([bytes(v.geom.wkb) for v in versions])
    for version, course in zip(versions, courses, strict=True):
        yield PublishedBoundaryLine(
            id=version.line_id,
            name=version.name,
            kind=version.line.level,
            unit=version.units,
            status="in_force",
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            code=version.code,
            unit_codes=version.unit_codes,
            length_m=version.length_m,
            agreement=version.agreement,
            agreed_on=version.agreed_on,
            synthetic=version.synthetic,
            geom=course,
        )


def publish_markers(ids: Collection[UUID] | None, *, known_at: int, seq: int) -> int:
    """Let act ``seq`` publish boundary markers (None: all) as known after act ``known_at``."""
    wanted = list(BoundaryMarker.objects.values_list("pk", flat=True)) if ids is None else list(ids)
    return replace_rows(PublishedBoundaryMarker, wanted, list(marker_rows(wanted, known_at)), seq)


def marker_rows(ids: Sequence[UUID], known_at: int) -> Iterator[PublishedBoundaryMarker]:
    """Yield the rows of markers on record after act ``known_at``: a new one whenever their lines are called otherwise."""
    links = defaultdict(list)
    for link in _batched(BoundaryMarkerLine, "marker_id", ids, known_at):
        links[link.marker_id].append(link)
    lines = defaultdict(list)
    linked = sorted({link.line_id for rows in links.values() for link in rows})
    for line in _batched(BoundaryLineVersion, "line_id", linked, known_at, defer="geom"):
        lines[line.line_id].append(line)
    versions = list(_batched(BoundaryMarkerVersion, "marker_id", ids, known_at))
    keepers = defaultdict(list)
    responsible = sorted({v.responsible_id for v in versions if v.responsible_id})
    for unit in _batched(UnitVersion, "unit_id", responsible, known_at, defer="geom"):
        keepers[unit.unit_id].append(unit)
    for version in versions:
        mine = links[version.marker_id]
        marked = [line for link in mine for line in lines[link.line_id]]
        held = keepers[version.responsible_id]
        geom = geographic_geos(to_shapely(version.geom))

        def words(day: date, mine: Any = mine, held: Any = held, version: Any = version) -> Any:
            if not _stands(version, day):
                return None
            on = [v for link in mine if _stands(link, day) for v in lines[link.line_id] if _stands(v, day)]
            on.sort(key=lambda v: (v.unit_codes, v.name))
            keeper = next((unit.name for unit in held if _stands(unit, day)), "")
            return (
                _each(v.units for v in on),
                _each(v.unit_codes for v in on),
                _each(v.name for v in on),
                keeper,
            )

        turns = [d for v in (version, *mine, *marked, *held) for d in (v.valid_from, v.valid_to)]
        for span in spans(turns, words):
            units, codes, names, keeper = span.value
            yield PublishedBoundaryMarker(
                id=version.marker_id,
                name=version.number,
                kind=version.kind,
                unit=units,
                status="in_force",
                valid_from=span.start,
                valid_to=span.stop,
                unit_codes=codes,
                lines=names,
                faces=version.faces,
                responsible=keeper,
                state=version.state,
                synthetic=version.synthetic,
                geom=geom,
            )


def publish_edges(lines: Collection[UUID] | None, *, known_at: int, seq: int) -> list[dict[str, Any]]:
    """Publish lines (None: all) and the markers on them, as known after act ``known_at``; return what was published.

    A marker's row names its lines, so it is published with them.
    """
    if lines is not None and not lines:
        return []
    publish_lines(lines, known_at=known_at, seq=seq)
    ids = None if lines is None else [str(i) for i in lines]
    entries: list[dict[str, Any]] = [{"layer": "boundary_lines", "ids": ids, "known_at": known_at}]
    markers = _markers_of(lines, known_at)
    if markers:
        publish_markers(markers, known_at=known_at, seq=seq)
        entries.append({"layer": "boundary_markers", "ids": [str(i) for i in markers], "known_at": known_at})
    return entries


def _markers_of(lines: Collection[UUID] | None, known_at: int) -> list[UUID]:
    if lines is None:
        found = set(known(BoundaryMarkerLine.objects.all(), known_at).values_list("marker_id", flat=True))
    else:
        found = {link.marker_id for link in _batched(BoundaryMarkerLine, "line_id", list(lines), known_at)}
    return sorted(found)


def _batched(
    model: Any, key: str, ids: Sequence[UUID], known_at: int, related: str = "", defer: str = ""
) -> Iterator[Any]:
    """Yield the versions on record after an act of some things, in a fixed order, some hundred things at a time."""
    for start in range(0, len(ids), _BATCH):
        rows = known(model.objects.filter(**{f"{key}__in": ids[start : start + _BATCH]}), known_at)
        rows = rows.select_related(related) if related else rows
        yield from (rows.defer(defer) if defer else rows).order_by(key, "valid_from", "row")


def _stands(version: Any, day: date) -> bool:
    return bool(version.valid_from <= day and (version.valid_to is None or version.valid_to > day))


def _each(texts: Iterable[str]) -> str:
    """Return the parts of enumerations once each, in the order they come."""
    return "、".join(dict.fromkeys(part for text in texts for part in text.split("、") if part))
