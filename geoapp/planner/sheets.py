"""Spreadsheets for officers: made of rows already computed; cells that a spreadsheet would take for a formula are text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from boundaries.impact import Impact

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Any) -> Any:
    """Return a cell's value; text that would run as a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _sheet(book: Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title[:31])
    sheet.append(list(heads))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([neutral(value) for value in row])
    for n, head in enumerate(heads):
        sheet.column_dimensions[chr(ord("A") + n)].width = max(12, 2 * len(head) + 4)
    sheet.freeze_panes = "A2"


def impact_workbook(title: str, impact: Impact, names: Mapping[str, str]) -> bytes:
    """Return the impact statement as an .xlsx: balances, moved addresses, streets, whom to tell."""
    book = Workbook()
    book.remove(book.active)
    heads = [
        _("单位"),
        _("面积前（平方米）"),
        _("面积后（平方米）"),
        _("户数前"),
        _("户数后"),
        _("人口前"),
        _("人口后"),
        _("地址前"),
        _("地址后"),
    ]
    _sheet(
        book,
        _("调整前后"),
        heads,
        (
            (
                b.name_after or b.name,
                b.area_before_m2,
                b.area_after_m2,
                b.households_before,
                b.households_after,
                b.population_before,
                b.population_after,
                b.addresses_before,
                b.addresses_after,
            )
            for b in impact.balances
        ),
    )
    _sheet(
        book,
        _("换村居的地址"),
        [_("地址"), _("原村居"), _("新村居")],
        ((m.premise.text, names.get(m.from_unit, ""), names.get(m.to_unit, "")) for m in impact.moves),
    )
    _sheet(
        book,
        _("涉及街路巷"),
        [_("街路巷"), _("长度（米）")],
        ((s.name, round(s.length_m, 1)) for s in impact.streets),
    )
    _sheet(book, _("告知单位"), [_("单位")], ((who,) for who in impact.told))
    book.properties.title = title
    out = BytesIO()
    book.save(out)
    return out.getvalue()
