"""What is written beforehand for a confirmed list, outside the write lock: addresses in the register and in public.

What the list makes of the units is foreseen here; the act compares with what it has written, and writes itself what
the forecast does not fit (geoapp/docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from boundaries.edition_acts import InferredAct
from boundaries.edition_confirming import Comparison
from boundaries.edition_register import Standing
from boundaries.history import ListWriter, town_name
from boundaries.models import EditionUpload, Unit, UnitVersion
from boundaries.ports import Beforehand, Called, ports
from geoapp.core.effective import in_force, known


@dataclass
class ReadyList:
    """What lies prepared for a list: addresses below each town that is called otherwise, and their public rows."""

    towns: dict[UUID, Beforehand] = field(default_factory=dict)
    public: Beforehand | None = None


@dataclass
class Foreseen:
    """What a list makes of units that stand: their names, towns and codes; the day each renamed town changes."""

    called: dict[UUID, Called] = field(default_factory=dict)
    codes: dict[UUID, tuple[date, str, str]] = field(default_factory=dict)
    towns: dict[UUID, date] = field(default_factory=dict)
    touched: set[UUID] = field(default_factory=set)


def foresee(confirmed: Sequence[InferredAct], base: Standing) -> Foreseen:
    """Return what confirmed acts make of the units of ``base``, as ``ListWriter`` writes them."""
    found = Foreseen()
    held = {code: version.unit_id for code, version in base.versions.items()}
    for level in ("town", "community"):
        mine = [act for act in confirmed if act.level == level and ListWriter.counts(act)]
        went = {code: held.pop(code) for act in mine for code in _codes(act.before) if code in held}
        for act in mine:
            assert act.effective is not None
            before, after = _codes(act.before), _codes(act.after)
            found.touched |= {went[code] for code in before if code in went}
            if not (act.kind.continues and before and after):
                for unit in (went[code] for code in before if code in went):
                    found.called[unit] = Called(str(unit), (act.effective,), ceases=True)
            elif unit := went.get(before[0]):
                held[after[0]] = unit
                _continue(found, act, base.versions[before[0]], held)
    return found


def _codes(rows: Sequence[object]) -> list[str]:
    return [row.code for row in rows if ListWriter.kept(row)]  # type: ignore[attr-defined,arg-type]


def _continue(found: Foreseen, act: InferredAct, version: UnitVersion, held: dict[str, UUID]) -> None:
    row, day, unit = act.after[0], act.effective, version.unit_id
    assert day is not None
    name = town_name(row.name) if len(row.code) == 9 else row.name
    parent = held.get(row.code[:9]) if len(row.code) == 12 else None
    parent = parent or held.get(row.code[:6])
    found.called[unit] = Called(str(unit), (day,), name, str(parent) if parent else "")
    if len(row.code) == 12:
        found.codes[unit] = (day, row.code, name)
    elif (version.name, version.code) != (name, row.code):
        found.towns[unit] = day


def prepare(
    upload: EditionUpload, comparison: Comparison, base: Standing, *, until: float | None
) -> ReadyList:
    """Write beforehand what the list's act will put on record. Outside any transaction.

    Raises StillPreparing after the moment ``until`` (``time.monotonic``); the next call goes on.
    """
    foreseen, ready = foresee([p.dated() for p in comparison.confirmed], base), ReadyList()
    units = foreseen.touched | {
        unit for town in foreseen.towns for unit in _below_now(town)
    }  # as the act publishes them

    def register() -> list[Beforehand]:
        for town, day in foreseen.towns.items():
            found = ports().prepare_addresses(
                list(foreseen.called.values()),
                day,
                case=None,
                subject=f"{upload.pk}/{town.hex[:20]}",
                until=until,
                units=_below(town, day, foreseen),
            )
            if found is not None:
                ready.towns[town] = found
        return list(ready.towns.values())

    codes = {str(unit): said for unit, said in foreseen.codes.items()}
    ready.public = ports().prepare_listed(
        [str(unit) for unit in units], codes, register, subject=f"{upload.pk}/public", until=until
    )
    if ready.public is None:
        ready.towns.clear()
    return ready


def _below_now(town: UUID) -> set[UUID]:
    rows = known(UnitVersion.objects.filter(parent_id=town, unit__level=Unit.Level.COMMUNITY))
    return set(rows.values_list("unit_id", flat=True))


def _below(town: UUID, day: date, foreseen: Foreseen) -> list[str]:
    """Return the communities that will be in a town on a day."""
    rows = in_force(UnitVersion.objects.filter(parent_id=town), day)
    found = set(rows.values_list("unit_id", flat=True))
    for unit, said in foreseen.called.items():
        if said.days[0] > day:
            continue
        if said.ceases or (said.parent and said.parent != str(town)):
            found.discard(unit)
        elif said.parent == str(town):
            found.add(unit)
    return sorted(map(str, found))
