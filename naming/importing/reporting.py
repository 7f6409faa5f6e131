"""What was found in a file, to read and to take away: counts, a report by row and column, a corrected file."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook

from boundaries.exporting import safe_cell
from geoapp.core.wording import english
from naming.address_checks import RULES
from naming.address_checks.words import column_words
from naming.addressing.reading import read_row
from naming.importing.rows import text_reader
from naming.models import AddressImport, AddressImportRow

_State = AddressImportRow.State
SEVERITIES = {"block": "不通过", "warn": "警告", "info": "提示"}
_ORDER = {"block": 0, "warn": 1, "info": 2}
_CHUNK = 2000


def counts(batch: AddressImport) -> dict[str, int]:
    """Return how many rows stand how."""
    rows = AddressImportRow.objects.filter(batch=batch).values_list("state").annotate(n=Count("row"))
    found = dict(rows.order_by())
    return {state: found.get(state, 0) for state in _State.values}


def changes(batch: AddressImport) -> QuerySet[AddressImportRow]:
    """Return the rows that change an address on record to a new number, in the order of the file."""
    rows = AddressImportRow.objects.filter(batch=batch, findings__isnull=False)
    return rows.filter(findings__icontains='"variant": "change"').order_by("index")


def by_rule(batch: AddressImport) -> list[dict[str, Any]]:
    """Return how often each rule spoke, with its title and an example, most frequent first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for index, told in _found(batch):
        for f in told:
            row = found.setdefault(
                (f["code"], f["severity"]),
                {"code": f["code"], "severity": f["severity"], "count": 0, "example": f, "row": index + 2},
            )
            row["count"] += 1
    cards = {card.code: card for card in RULES}
    for row in found.values():
        card = cards.get(row["code"])
        row["title"] = (card.title_en if english() else card.title) if card else _("不在辖区")
        row["law"] = card.law if card else ""
    return sorted(found.values(), key=lambda r: (_ORDER[r["severity"]], -r["count"], r["code"]))


def _found(batch: AddressImport) -> Iterator[tuple[int, list[dict[str, str]]]]:
    rows = AddressImportRow.objects.filter(batch=batch, findings__isnull=False)
    yield from rows.order_by("index").values_list("index", "findings").iterator(chunk_size=_CHUNK)


def said(finding: dict[str, str], key: str) -> str:
    """Return a finding's message or remedy in the reader's language."""
    return (english() and finding.get(f"{key}_en")) or finding[key]


def column_title(batch: AddressImport, column: str) -> str:
    """Return the title of the file's column that holds a part, failing that the part's own name."""
    if column == "point":
        held = [batch.mapping[c] for c in ("x", "y", "lon", "lat") if c in batch.mapping]
        if held:
            return "、".join(held)
    words = column_words(column)
    return str(batch.mapping.get(column) or words[1 if english() else 0])


def report_head() -> list[str]:
    """Return the titles of the report's columns."""
    return [_("行"), _("列"), _("值"), _("规则"), _("结果"), _("问题"), _("处理办法"), _("依据")]


def report_rows(batch: AddressImport) -> Iterator[list[Any]]:
    """Yield a line for everything found: row, column, value, rule, result, what is wrong, remedy, law."""
    at = {title: i for i, title in enumerate(batch.header)}
    rows = AddressImportRow.objects.filter(batch=batch, findings__isnull=False)
    stored = rows.order_by("index").values_list("index", "values", "findings")
    laws = {card.code: card.law for card in RULES}
    for index, cells, told in stored.iterator(chunk_size=_CHUNK):
        for f in told:
            title = batch.mapping.get(f["column"], "")
            value = cells[1 + at[title]] if title in at else ""
            yield [
                index + 2,
                column_title(batch, f["column"]),
                value,
                f["code"],
                severity_words(f["severity"]),
                said(f, "message"),
                said(f, "remedy"),
                laws.get(f["code"], ""),
            ]


def severity_words(severity: str) -> str:
    """Return a severity in words."""
    return {"block": _("不通过"), "warn": _("警告"), "info": _("提示")}[severity]


def corrected_head(batch: AddressImport) -> list[str]:
    """Return the file's own columns and those of the check."""
    return [*batch.header, _("检查结果"), _("检查规则"), _("处理办法")]


def corrected_rows(batch: AddressImport) -> Iterator[list[Any]]:
    """Yield every row as it was written, with the repairs agreed to, and what the check says of it."""
    labels = {state.value: str(state.label) for state in _State}
    at = {title: i for i, title in enumerate(batch.header)}
    parts = [(part, at[title]) for part, title in batch.mapping.items() if title in at]
    rows = AddressImportRow.objects.filter(batch=batch).order_by("index")
    stored = rows.values_list("values", "state", "findings", "accepted")
    texts = text_reader(batch.on)
    for cells, state, told, accepted in stored.iterator(chunk_size=_CHUNK):
        cells = cells[1:]
        if accepted or batch.accepted:
            values = {part: text for part, i in parts if (text := cells[i].strip(" "))}
            where = dict(parts)
            for repair in read_row(values, mended=True, texts=texts).repairs:
                cells[where[repair.column]] = repair.better
        told = told or []
        yield [
            *cells,
            "；".join([labels[state], *(said(f, "message") for f in told)]),
            "、".join(dict.fromkeys(f["code"] for f in told)),
            "；".join(dict.fromkeys(said(f, "remedy") for f in told)),
        ]


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV as spreadsheets of this country open it (UTF-8 with a mark, CRLF), piece by piece.

    No cell begins like a formula.
    """
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow([safe_cell(title) for title in head])
    yield b"\xef\xbb\xbf"
    for n, row in enumerate(rows):
        writer.writerow([safe_cell(value) for value in row])
        if n % 500 == 499:
            yield sink.getvalue().encode()
            sink.seek(0)
            sink.truncate()
    yield sink.getvalue().encode()


def xlsx_file(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """Return an .xlsx in a temporary file, at its start; cells that a spreadsheet would run are text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("检查结果"))
    sheet.append([safe_cell(title) for title in head])
    for row in rows:
        sheet.append([safe_cell(_plain(value)) for value in row])
    sink = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(sink)
    sink.seek(0)
    return sink


def _plain(value: Any) -> Any:
    """Return a value without the control characters a workbook cannot hold."""
    if isinstance(value, str):
        return "".join(c for c in value if c >= " " or c in "\t\n")
    return value


Tables: dict[
    str, tuple[Callable[[AddressImport], list[str]], Callable[[AddressImport], Iterator[list[Any]]]]
] = {
    "report": (lambda batch: report_head(), report_rows),
    "corrected": (corrected_head, corrected_rows),
}
"""The files to take away, by name: their head and their rows."""
