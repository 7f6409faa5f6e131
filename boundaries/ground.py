"""The land of the register as a coverage to edit: the units around some place, on a day, with their parents.

Geometry in the city frame. Only the neighbourhood is read; its size decides the cost, not the city's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import shapely

from boundaries.editing import Coverage, Land
from boundaries.editing.land import enclave_count, part_count
from boundaries.models import Unit, UnitVersion
from geoapp.core.effective import in_force, known

_AROUND_M = 1.0


@dataclass(frozen=True)
class Ground:
    """A coverage with the register's versions behind it, by unit id (parents too)."""

    on: date
    coverage: Coverage
    versions: dict[str, UnitVersion]

    def base(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the row numbers of the versions of some units: what a drawing was made on."""
        return {i: self.versions[i].row for i in sorted(ids) if i in self.versions}


def shape_of(version: UnitVersion) -> shapely.Geometry:
    """Return a version's land as shapely."""
    return shapely.from_wkb(bytes(version.geom.wkb))


def ground_around(
    ids: Collection[str], on: date, *, known_at: int | None = None, locked: Mapping[str, str] | None = None
) -> Ground:
    """Return the land of units ``ids`` and of every unit near them, in law on ``on``, with their parents.

    Near means that the boxes of the units meet: whatever an operation on ``ids`` can touch is in it, and the
    neighbours of these. Units without land, or not in law on that day, are left out. ``locked`` gives the reasons
    of units that operations must not touch, by id.
    """
    communities = UnitVersion.objects.filter(unit__level=Unit.Level.COMMUNITY, geom__isnull=False)
    standing = in_force(communities, on, known_at)
    own = list(standing.filter(unit_id__in=uuids(ids)))
    found = {v.row: v for v in own}
    # Twice outwards: a neighbour that receives a corner has neighbours of its own, and the proof looks at them.
    for _ in range(2):
        if found:
            found |= {v.row: v for v in standing.filter(geom__in_box=_box(found.values()))}
    return _ground(on, found.values(), known_at, locked or {})


def _box(versions: Iterable[UnitVersion]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = zip(*(v.geom.extent for v in versions), strict=True)
    return min(x0) - _AROUND_M, min(y0) - _AROUND_M, max(x1) + _AROUND_M, max(y1) + _AROUND_M


def land_beside(version: UnitVersion, on: date, *, known_at: int | None = None) -> tuple[Land, list[Land]]:
    """Return a unit's land and that of every unit of its level whose box meets its own, in law on ``on``.

    ``version`` must have land. Units of another town or district are among the neighbours too.
    """
    peers = UnitVersion.objects.filter(unit__level=version.unit.level, geom__in_box=_box([version]))
    beside = in_force(peers.exclude(unit_id=version.unit_id), on, known_at)
    return _land(version, {}), [_land(v, {}) for v in beside]


def whole_ground(on: date, *, known_at: int | None = None) -> Ground:
    """Return all land in law on a day."""
    communities = UnitVersion.objects.filter(unit__level=Unit.Level.COMMUNITY, geom__isnull=False)
    return _ground(on, in_force(communities, on, known_at), known_at, {})


@dataclass(frozen=True)
class Bare:
    """Units in law on a day that have no land on record, by id, told apart by why.

    ``landless`` are virtual by their nature; ``before_record`` lived on a day from which the register knows no
    geometry at all (``known_since`` is the first day it does); ``missing`` should have land.
    """

    landless: list[str]
    before_record: list[str]
    missing: list[str]
    known_since: date | None


def bare_units(on: date, *, known_at: int | None = None) -> Bare:
    """Return the units of every level without geometry on a day."""
    rows = in_force(UnitVersion.objects.filter(geom__isnull=True), on, known_at)
    drawn = known(UnitVersion.objects.filter(geom__isnull=False), known_at)
    since = drawn.order_by("valid_from").values_list("valid_from", flat=True).first()
    landless, others = [], []
    for unit, virtual in rows.order_by("code").values_list("unit_id", "landless"):
        (landless if virtual else others).append(str(unit))
    early = since is None or on < since
    return Bare(landless, others if early else [], [] if early else others, since)


def uuids(ids: Iterable[str]) -> list[UUID]:
    """Return the ids that are UUIDs; others name nothing in the register."""
    found = []
    for text in ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _ground(on: date, rows: Iterable[UnitVersion], known_at: int | None, locked: Mapping[str, str]) -> Ground:
    versions = {str(v.unit_id): v for v in rows}
    parents: dict[str, UnitVersion] = {}
    above = {v.parent_id for v in versions.values() if v.parent_id}
    while above:
        held = in_force(UnitVersion.objects.filter(unit_id__in=above, geom__isnull=False), on, known_at)
        fresh = {str(v.unit_id): v for v in held}
        parents |= fresh
        above = {v.parent_id for v in fresh.values() if v.parent_id} - {v.unit_id for v in parents.values()}
    coverage = Coverage(
        (_land(v, locked) for v in versions.values()), (_land(v, {}) for v in parents.values())
    )
    return Ground(on, coverage, versions | parents)


def _land(version: UnitVersion, locked: Mapping[str, str]) -> Land:
    shape = shape_of(version)
    return Land(
        id=str(version.unit_id),
        geometry=shape,
        parent=str(version.parent_id or ""),
        kind=version.kind if version.kind in ("village", "community") else "community",
        locked=str(version.unit_id) in locked,
        lock_reason=locked.get(str(version.unit_id), ""),
        parts=part_count(shape),
        enclaves=enclave_count(shape),
        name=version.name,
    )


def later_days(ids: Collection[str], after: date) -> list[date]:
    """Return the later days on which any of some units changes, as recorded now, in order."""
    rows = UnitVersion.objects.filter(act_out__isnull=True, unit_id__in=uuids(ids))
    days = {d for d in rows.values_list("valid_from", flat=True) if d > after}
    days |= {d for d in rows.values_list("valid_to", flat=True) if d is not None and d > after}
    return sorted(days)
