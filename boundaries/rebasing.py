"""When somebody else's act moved the land under a drawing: who, what, and which operations still fit.

Three lands are told apart: the one the drawing was made on (as the register knew it at the act ``base_seq``), the one
on record now, and what the drawing would make of the first. A change decided already and in force later counts: the
land is looked at as it will stand. Geometry in the city frame. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries.drawing import Drawn, draw
from boundaries.edges import borders, changed_lines
from boundaries.editing import Refused
from boundaries.ground import shape_of, uuids
from boundaries.instructions import Instruction
from boundaries.models import UnitVersion
from boundaries.proof import MOST_DISPLACEMENT_MM
from boundaries.proposed import ProposedUnit
from geoapp.core.effective import known
from geoapp.core.errors import Conflict
from geoapp.core.models import Act
from geoapp.core.wording import listed

_LEAST_M2 = 0.01
_FACTS = ("name", "code", "kind", "parent_id", "households", "population")


@dataclass(frozen=True)
class Change:
    """A unit that is no longer what the drawer saw: its land then and now (None where it is not), and the act.

    ``day`` is the first day of the land now; it may lie ahead.
    """

    unit: str
    name: str
    before: BaseGeometry | None
    after: BaseGeometry | None
    day: date | None
    act: Act | None

    @property
    def who(self) -> str:
        """Who moved it, in words."""
        return str(self.act.actor) if self.act and self.act.actor else _("系统")

    @property
    def case(self) -> str:
        """The number of the case in which it was moved, "" where there is none."""
        return self.act.case.number if self.act and self.act.case else ""


def changed_since(ids: Collection[str], base_seq: int) -> list[Change]:
    """Return those of some units that acts after ``base_seq`` changed, with their land then and as it will stand.

    A unit that only received a corner from a neighbour's new border is not among them.
    """
    rows = UnitVersion.objects.filter(unit_id__in=uuids(ids))
    then = _last(known(rows, base_seq))
    now = _last(known(rows))
    found = []
    for unit in sorted(then.keys() | now.keys()):
        old, new = then.get(unit), now.get(unit)
        if old is not None and new is not None and (old.row == new.row or _corners_only(old, new)):
            continue
        named = new or old
        assert named is not None
        seq = new.act_in if new else named.act_out
        act = Act.objects.select_related("case", "actor").filter(seq=seq).first() if seq else None
        day = new.valid_from if new else _ended(unit)
        found.append(Change(unit, named.name, _shape(old), _shape(new), day, act))
    return found


def _last(rows: QuerySet[UnitVersion]) -> dict[str, UnitVersion]:
    """Return the versions without an end, by unit: a unit that ceases has none."""
    return {str(v.unit_id): v for v in rows.filter(valid_to__isnull=True)}


def _ended(unit: str) -> date | None:
    days = UnitVersion.objects.filter(unit_id=unit, act_out__isnull=True).values_list("valid_to", flat=True)
    return max((day for day in days if day), default=None)


def _corners_only(old: UnitVersion, new: UnitVersion) -> bool:
    if any(getattr(old, key) != getattr(new, key) for key in _FACTS):
        return False
    before, after = _shape(old), _shape(new)
    if before is None or after is None:
        return before is after
    moved_m2 = float(shapely.symmetric_difference(before, after).area)
    return moved_m2 <= MOST_DISPLACEMENT_MM / 1000 * before.length


def _shape(version: UnitVersion | None) -> BaseGeometry | None:
    return None if version is None or version.geom is None else shape_of(version)


def require_same_land(ids: Collection[str], base_seq: int) -> None:
    """Raise Conflict naming who moved which units since ``base_seq``."""
    changes = changed_since(ids, base_seq)
    if not changes:
        return
    first = changes[0]
    raise Conflict(
        _("您画图之后，%(units)s的界线已由%(who)s在案件 %(case)s 中调整（第 %(seq)s 号登记行为）")
        % {
            "units": listed(change.name for change in changes),
            "who": first.who,
            "case": first.case or "—",
            "seq": first.act.seq if first.act else "—",
        },
        field="base_seq",
        remedy=_("请对照原界线、对方的界线和您的方案，再在最新界线上重做"),
        moved_by=first.who,
        moved=[change.unit for change in changes],
    )


@dataclass(frozen=True)
class Rebase:
    """A drawing on the old land, and for each of its operations why it no longer fits (None where it does)."""

    mine: Drawn
    theirs: Drawn
    misfits: tuple[Refused | None, ...]


def rebase(
    operations: Sequence[Instruction],
    units: Mapping[str, ProposedUnit],
    base_seq: int,
    on: date,
    near: Collection[str] = (),
) -> Rebase:
    """Replay operations on the land of a day; those refused are left out one by one, the rest replayed again.

    ``theirs`` is that land with the operations that fit. An operation on what a refused one would have made is
    refused too: it is told with its own reason.
    """
    mine = draw(operations, units, on, known_at=base_seq, near=near)
    misfits: list[Refused | None] = [None] * len(operations)
    kept = list(range(len(operations)))
    while True:
        theirs = draw([operations[n] for n in kept], units, on, near=near)
        if theirs.refused is None:
            return Rebase(mine, theirs, tuple(misfits))
        misfits[kept.pop(theirs.refused_at)] = theirs.refused


def their_lines(found: Rebase, changes: Sequence[Change]) -> tuple[BaseGeometry, BaseGeometry]:
    """Return the border lines others took away and those they drew."""
    then, now = found.mine.before, found.theirs.before
    lost = shapely.union_all([change.before for change in changes if change.before is not None])
    shown = {unit for unit in then if unit in now} | {change.unit for change in changes}
    # Units others made stand on land the drawer knew; what merely lies farther out is in one of the two grounds only.
    made = {unit for unit in now if shapely.intersection(now[unit].geometry, lost).area > _LEAST_M2}
    old = borders([land for land in then.lands() if land.id in shown])
    new = borders([land for land in now.lands() if land.id in shown | made])
    return changed_lines(old, new)


def their_land(changes: Sequence[Change]) -> BaseGeometry:
    """Return the land that changed hands by others' acts: what the changed units gained and lost."""
    pieces = []
    for change in changes:
        if change.before is None or change.after is None:
            pieces.append(change.before or change.after)
        else:
            pieces.append(shapely.symmetric_difference(change.before, change.after))
    parts = shapely.get_parts(shapely.union_all([p for p in pieces if p is not None]))
    return shapely.MultiPolygon([p for p in parts if p.geom_type == "Polygon" and p.area > _LEAST_M2])
