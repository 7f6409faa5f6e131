"""From a case's items to the frozen proposals that boundary rules judge, and the register's answers to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from boundaries.checks import RULES
from boundaries.checks.proposal import (
    AdjustmentProposal,
    Affected,
    CodeUse,
    FeatureLine,
    MeetingFacts,
    NameHit,
    ProofFault,
    UnitFacts,
)
from boundaries.drawing import Drawn, draw
from boundaries.editing import Refused
from boundaries.editing.land import part_count
from boundaries.impact import affected_by
from boundaries.instructions import LOCK, read_operations
from boundaries.models import AdjustmentItem, River, Unit, UnitVersion
from boundaries.naming_matter import naming_findings
from boundaries.ports import ports
from boundaries.procedure import DIVISION_CHANGE
from boundaries.proposed import Faults, ProposedUnit, read_units
from geoapp.core import checks
from geoapp.core.authority import profile_on
from geoapp.core.checks import Finding, Stage
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case

ALL_STAGES = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE)


class RegisterQuestions:
    """Asks the register as known now."""

    def __init__(self, on: date, exclude: frozenset[str] = frozenset()) -> None:
        self.on = on
        self.exclude = exclude

    def names_like(self, name: str, district_id: str) -> Sequence[NameHit]:
        """Return villages and communities of the district with the same name or the same sound."""
        return [h for h in ports().judge_unit_name(name, district_id, self.on) if h.id not in self.exclude]

    def uses_of_code(self, code: str) -> Sequence[CodeUse]:
        """Return every unit that carries or ever carried a code."""
        rows = UnitVersion.objects.filter(act_out__isnull=True, code=code).order_by("valid_from")
        return [CodeUse(str(v.unit_id), v.name, v.valid_from, v.valid_to) for v in rows]

    def lines_near(self, geometry: BaseGeometry, distance_m: float) -> Sequence[FeatureLine]:
        """Return roads and rivers within ``distance_m`` metres of a frame geometry."""
        x0, y0, x1, y1 = geometry.bounds
        box = (x0 - distance_m, y0 - distance_m, x1 + distance_m, y1 + distance_m)
        rivers = [
            FeatureLine("river", r.name, to_shapely(r.geom)) for r in River.objects.filter(geom__in_box=box)
        ]
        roads = [FeatureLine("road", s.name, s.geometry) for s in ports().street_lines_near(box, self.on)]
        return [line for line in [*rivers, *roads] if line.geometry.dwithin(geometry, distance_m)]


def units_of(row: AdjustmentItem) -> dict[str, ProposedUnit]:
    """Return the units an item proposes, by id. What was stored has been read once already."""
    return {unit.id: unit for unit in read_units(row.after, Faults())}


def drawn_of(row: AdjustmentItem, on: date) -> Drawn | Refused:
    """Replay an item on the land in law on a day."""
    try:
        operations = read_operations(row.operations)
    except Refused as refusal:
        return refusal
    return draw(operations, units_of(row), on, near=list(row.base))


def proposal_of(
    row: AdjustmentItem, on: date, effective: date | None = None
) -> tuple[AdjustmentProposal, Drawn | None]:
    """Return what the rules judge about an item, and the drawing behind it."""
    case = row.item.case
    drawn = drawn_of(row, effective or on)
    common = {
        "kind": row.kind,
        "on": on,
        "meetings": _meetings(case),
        "documents": frozenset(case.attachments.values_list("kind", flat=True)),
        "assets_touched": row.assets_touched,
        "division_change": case.procedure == DIVISION_CHANGE.code,
        "item_id": str(row.item_id),
        "case_number": case.number,
    }
    if isinstance(drawn, Refused):
        return AdjustmentProposal(faults=(_fault(drawn),), **common), None  # type: ignore[arg-type]
    units = units_of(row)
    before = tuple(_before(drawn, unit) for unit in drawn.moved if unit in drawn.before)
    after = tuple(_after(drawn, unit, units) for unit in drawn.moved if unit in drawn.after)
    faults = [_fault(drawn.refused)] if drawn.refused else []
    if drawn.certificate is not None:
        faults += [
            ProofFault(f.code, f.message, units=f.units, place=f.place, figures=f.figures)
            for f in drawn.certificate.faults
        ]
    district, district_id = _district(drawn, before)
    return (
        AdjustmentProposal(
            before=before,
            after=after,
            faults=tuple(faults),
            towns=tuple(dict.fromkeys(unit.town for unit in before)),
            district=district,
            district_id=district_id,
            operations=tuple(str(op.get("op")) for op in row.operations if op.get("op") != LOCK),
            new_lines=drawn.new_lines,
            affected=affected_by(drawn, on) if drawn.refused is None else Affected(),
            **common,  # type: ignore[arg-type]
        ),
        drawn,
    )


def _fault(refusal: Refused) -> ProofFault:
    return ProofFault(
        "refused",
        refusal.message,
        refusal.remedy,
        refusal.code,
        refusal.units,
        refusal.place,
        refusal.figures,
    )


def _meetings(case: Case) -> tuple[MeetingFacts, ...]:
    rows = case.meetings.select_related("unit")  # type: ignore[attr-defined]
    names = dict(
        UnitVersion.objects.filter(act_out__isnull=True, unit__in=[m.unit_id for m in rows])
        .order_by("valid_from")
        .values_list("unit_id", "name")
    )
    return tuple(
        MeetingFacts(
            str(m.unit_id),
            names.get(m.unit_id, ""),
            m.body,
            m.notice_on,
            m.held_on,
            m.eligible,
            m.present,
            m.votes_for,
            m.votes_against,
            m.votes_abstained,
        )
        for m in rows
    )


def _before(drawn: Drawn, unit: str) -> UnitFacts:
    version = drawn.ground.versions[unit]
    land = drawn.before[unit]
    return UnitFacts(
        unit,
        version.name,
        version.kind,
        version.code,
        _town(drawn, land.parent, "name"),
        version.households,
        version.population,
        float(land.geometry.area),
        part_count(land.geometry),
        land.parts,
        geometry=land.geometry,
        town_code=_town(drawn, land.parent, "code"),
    )


def _after(drawn: Drawn, unit: str, units: Mapping[str, ProposedUnit]) -> UnitFacts:
    land, given = drawn.after[unit], units.get(unit)
    version = drawn.ground.versions.get(unit)
    name = (given.name if given else "") or (version.name if version else "")
    households = given.households if given else None
    population = given.population if given else None
    return UnitFacts(
        unit,
        name,
        (given.kind if given else "") or land.kind,
        (given.code if given else "") or (version.code if version else ""),
        _town(drawn, land.parent, "name"),
        version.households if households is None and version else households,
        version.population if population is None and version else population,
        float(land.geometry.area),
        part_count(land.geometry),
        land.parts,
        is_new=version is None,
        name_changes=version is not None and name != version.name,
        geometry=land.geometry,
        town_code=_town(drawn, land.parent, "code"),
        basis=_basis(drawn, unit),
    )


def _basis(drawn: Drawn, unit: str) -> str:
    """Return what the operations say a unit's separate parts rest on."""
    said = [
        d.basis for op in drawn.operations for d in getattr(op, "declare", ()) if d.unit == unit and d.basis
    ]
    return "；".join(dict.fromkeys(said))


def _town(drawn: Drawn, parent: str, key: str) -> str:
    version = drawn.ground.versions.get(parent)
    return str(getattr(version, key)) if version else ""


def _district(drawn: Drawn, before: Sequence[UnitFacts]) -> tuple[str, str]:
    for unit in before:
        town = drawn.ground.versions.get(drawn.before[unit.id].parent)
        district = drawn.ground.versions.get(str(town.parent_id)) if town else None
        if district is not None:
            return district.name, str(district.unit_id)
    return "", ""


def judge_case(
    case: Case, stages: Sequence[Stage], on: date, effective: date | None = None
) -> dict[AdjustmentItem, list[Finding]]:
    """Run the boundary rules of some stages over every pending item of a case, and the naming rules over its names."""
    profile = profile_on(on)
    found = {}
    for row in items_of(case):
        proposal, _ = proposal_of(row, on, effective)
        own = frozenset(unit.id for unit in (*proposal.before, *proposal.after))
        findings = checks.run(RULES, proposal, RegisterQuestions(on, own), profile, stages=stages, on=on)
        found[row] = checks.ranked([*findings, *naming_findings(row, on, stages)])
    return found


def items_of(case: Case, outcome: str = "pending") -> list[AdjustmentItem]:
    """Return a case's items with an outcome, in order."""
    rows = AdjustmentItem.objects.filter(item__case=case, item__outcome=outcome).select_related("item__case")
    return list(rows.order_by("item__seq"))


def town_of(unit_ids: Sequence[str], on: date) -> UnitVersion | None:
    """Return the town that holds all the units on a day, None when they lie in several."""
    parents = set(
        in_force(UnitVersion.objects.filter(unit_id__in=unit_ids), on).values_list("parent_id", flat=True)
    )
    if len(parents) != 1:
        return None
    return (
        in_force(UnitVersion.objects.filter(Q(unit_id__in=parents), unit__level=Unit.Level.TOWN), on)
        .select_related("unit__jurisdiction")
        .first()
    )
