"""The naming matter inside a renaming of villages and communities.

A name that is approved together with another matter must be applied for with the contents of a naming application
(地名管理条例实施办法 art. 5 ¶2). A renaming carries them in its plan; the naming wing judges them, one decision decides
both, and the act that changes the unit writes the gazetteer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from boundaries.ground import uuids
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.ports import NamingCase, NamingContents, ports
from boundaries.proposed import Faults, read_units
from geoapp.core.checks import Finding, Stage
from geoapp.core.effective import in_force


def contents_of(row: AdjustmentItem, on: date) -> list[NamingContents]:
    """Return what a renaming says of each unit it calls otherwise; nothing for other kinds of adjustment."""
    if row.kind != AdjustmentItem.Kind.RENAME:
        return []
    units = {u.id: u for u in read_units(row.after, Faults()) if u.name and not u.ceases}
    names = in_force(UnitVersion.objects.filter(unit_id__in=uuids(units)), on).values_list("unit_id", "name")
    old = {str(unit): name for unit, name in names}
    return [
        NamingContents(
            u.id, u.name, old[u.id], u.pinyin, u.meaning, u.naming_reason, u.trigger, u.legal_basis
        )
        for u in units.values()
        if u.id in old and old[u.id] != u.name
    ]


def naming_cases(row: AdjustmentItem, on: date, stages: Sequence[Stage]) -> list[NamingCase]:
    """Open the naming matter of each unit an item renames, judged at some stages."""
    number, item = row.item.case.number, str(row.item_id)
    return [
        ports().open_naming_case(contents, on=on, stages=stages, case=number, item=item)
        for contents in contents_of(row, on)
    ]


def naming_findings(row: AdjustmentItem, on: date, stages: Sequence[Stage]) -> list[Finding]:
    """Return what the naming rules find in an item's naming matter."""
    return [finding for case in naming_cases(row, on, stages) for finding in case.findings]
