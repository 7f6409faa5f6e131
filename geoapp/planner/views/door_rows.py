"""Doors of a case as pages show them: what is asked for, what the rules suggest and found, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case, CaseItem
from geoapp.planner.views.case_rooms import findings_of_all
from naming import door_numbers
from naming.addressing.compose import number_text
from naming.door_intake import community_names
from naming.door_judging import standard_names
from naming.door_numbers import Ask
from naming.models import AddressItem, CollectedDoor, Confirmation, Renumbering

Suggested = Mapping[UUID, door_numbers.Suggestion | None]


def row_of(row: AddressItem) -> dict[str, Any]:
    """Return one door as pages show it, without what follows its number."""
    return rows_of([row], row.item.case)[0]


def rows_of(
    rows: Sequence[AddressItem], case: Case, suggested: Suggested | None = None
) -> list[dict[str, Any]]:
    """Return doors of a case as pages show them, in the order given; queries do not grow with the doors."""
    on = timezone.localdate()
    items = [row.pk for row in rows]
    papers = {p.item_id: p for p in Confirmation.objects.filter(item_id__among=items)}
    lines = {r.address_id: r for r in Renumbering.objects.filter(case=case)}
    named = standard_names([row.street_id for row in rows], on)
    communities = community_names({row.community_id for row in rows}, on)
    if suggested is None:
        suggested = suggestions(rows, case, on)
    findings = findings_of_all(items)
    return [
        {
            "item": row.item,
            "name": row.item.title,
            "door": row,
            "kind": AddressItem.Kind(row.item.kind).label,
            "street": named.get(row.street_id, row.street_text),
            "unnamed": row.street_id not in named and row.item.kind != AddressItem.Kind.CANCEL,
            "community": communities.get(row.community_id, ""),
            "wish": number_text(row.number, row.sub_number) if row.number else "",
            "suggestion": suggested.get(row.pk),
            "inside": [part for part in row.inside() if part],
            "seen": seen_in_field(row),
            "paper": papers.get(row.pk),
            "line": lines.get(row.item.subject_id),
            **findings[row.pk],
        }
        for row in rows
    ]


def suggestions(rows: Sequence[AddressItem], case: Case, on: date) -> Suggested:
    """Return the number the rules give each door that asks for none and is not decided, by item."""
    if case.status not in {"draft", "collected", "checked"}:
        return {}
    open_rows = [
        row
        for row in rows
        if row.item.outcome == CaseItem.Outcome.PENDING
        and row.item.kind != AddressItem.Kind.CANCEL
        and not row.number
        and row.street_id
    ]
    asked = [
        Ask(row.street_id, to_shapely(row.geom), (row.address_id,) if row.address_id else ())  # type: ignore[arg-type]
        for row in open_rows
    ]
    return {row.pk: found for row, found in zip(open_rows, door_numbers.suggest_each(asked, on), strict=True)}


def seen_in_field(row: AddressItem) -> CollectedDoor | None:
    """Return the collected door an item was made of, with its plate and photos; None for one from the counter."""
    link = getattr(row.item, "collected_door", None)
    return link.door if link is not None else None
