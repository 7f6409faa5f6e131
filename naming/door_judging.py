"""Judging the doors of a case: the registry of address rules over one proposal per door (``naming.address_checks``).

The profile in force on the day weighs what the rules find. Doors of one case see each other in one book. Where a
number is at fault the remedy names the next one that is free here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.authority import profile_on
from geoapp.core.checks import Court, Finding, Severity, Stage
from geoapp.core.effective import in_force
from geoapp.core.errors import Conflict, NotFound
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case
from naming import door_numbers
from naming.address_checks import RULES
from naming.bilingual import both
from naming.door_numbers import Given
from naming.door_plan import wished
from naming.door_proposals import book_of, proposals_of
from naming.models import AddressItem, PlaceNameVersion

ALL_STAGES = (Stage.SUBMIT, Stage.ACCEPT, Stage.NUMBER)
"""The stages of a door case; what is kept with its doors covers all of them."""

ENDING = ("A-15",)
"""An address that ends proposes nothing new: what is asked of it is that it stands."""

ABOUT_NUMBERS = frozenset({"A-02", "A-03", "A-04", "A-05", "A-06", "A-07", "A-11"})
Results = dict[AddressItem, list[Finding]]


def doors_of_case(case: Case, *, pending: bool = True) -> list[AddressItem]:
    """Return the doors of a case in order; ``pending`` leaves out those with an outcome."""
    rows = AddressItem.objects.filter(item__case=case).select_related("item__case", "naming_case")
    if pending:
        rows = rows.filter(item__outcome="pending")
    return list(rows.order_by("item__seq"))


def judge_items(case: Case, stages: Sequence[Stage], on: date) -> Results:
    """Judge every pending door of a case, with the numbers applied for, at some stages on a day.

    Raises NotReady when no rule profile is in force.
    """
    rows = doors_of_case(case)
    return judge(rows, wished(rows), stages, on)


def judge(
    rows: Sequence[AddressItem], numbers: Mapping[UUID, Given | None], stages: Sequence[Stage], on: date
) -> Results:
    """Judge doors with the numbers they are to have, against the register and against each other."""
    if not rows:
        return {}
    profile = profile_on(on)
    proposals = proposals_of(rows, numbers, on)
    book = book_of(rows, proposals, on, profile)
    court = Court(RULES, profile, stages=stages, on=on)
    ending = Court(RULES, profile, stages=stages, on=on, only=ENDING)
    found: Results = {}
    # A main number before its sub-numbers: one that is not going to be given carries none.
    for row in sorted(rows, key=lambda row: _place_in_street(numbers.get(row.pk))):
        chosen = ending if row.item.kind == AddressItem.Kind.CANCEL else court
        found[row] = chosen.judge(proposals[row.pk], book)
        if any(f.severity is Severity.BLOCK for f in found[row]):
            book.withdraw_main(proposals[row.pk])
    return {row: _with_free(row, found[row], numbers, rows, on) for row in rows}


def _place_in_street(given: Given | None) -> tuple[int, int]:
    return (0, 0) if given is None else (given.number, given.sub_number or 0)


def _with_free(
    row: AddressItem,
    findings: list[Finding],
    numbers: Mapping[UUID, Given | None],
    rows: Iterable[AddressItem],
    on: date,
) -> list[Finding]:
    """Add to the remedies about a door's number which number is free here."""
    given = numbers.get(row.pk)
    if given is None or given.by_rule or row.street_id is None:
        return findings
    if not any(f.code in ABOUT_NUMBERS and f.severity is not Severity.INFO for f in findings):
        return findings
    # What the other doors of the case ask for is spoken for.
    others = {other.key for r in rows if r.street_id == row.street_id and (other := numbers.get(r.pk))}
    away = [row.address_id] if row.address_id else []
    try:
        free = door_numbers.suggest(row.street_id, to_shapely(row.geom), on, besides=away, given=others)
    except (Conflict, NotFound):
        return findings
    return [_naming(f, free.text) if f.code in ABOUT_NUMBERS else f for f in findings]


def _naming(finding: Finding, free: str) -> Finding:
    if finding.remedy.startswith(f"此处建议号为 {free}（"):
        return finding  # A-03 has said it, with its reasons
    zh, en = both(_lazy("此处下一个可用号为 %(free)s"), free=free)
    return replace(finding, remedy=f"{finding.remedy}；{zh}", remedy_en=f"{finding.remedy_en}; {en}")


def standard_name(street: UUID | None, on: date) -> PlaceNameVersion | None:
    """Return the standard name a street has on a day; None for one without, or out of use."""
    if street is None:
        return None
    return in_force(PlaceNameVersion.objects.filter(place_id=street, use_state="standard"), on).first()


def standard_names(streets: Iterable[UUID | None], on: date) -> dict[UUID, str]:
    """Return the standard names that places have on a day, by place; those without one are left out. One query."""
    held = {street for street in streets if street is not None}
    if not held:
        return {}
    rows = PlaceNameVersion.objects.filter(place_id__among=list(held), use_state="standard")
    return dict(in_force(rows, on).values_list("place_id", "name"))
