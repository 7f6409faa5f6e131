"""The second pass: every staged row is judged by every address rule, whole streets at a time; nothing is entered yet."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from geoapp.core import acts
from geoapp.core.authority import profile_on
from geoapp.core.checks import Court, Finding, Severity, Stage
from geoapp.core.errors import Conflict
from naming.address_batch import load_book
from naming.address_checks import RULES
from naming.address_checks.memory import Entry, MemoryBook
from naming.address_checks.proposal import COLUMN_OF, Door
from naming.address_places import City, Gazetteer
from naming.importing.placing import CELLS
from naming.importing.rows import COLUMNS, RowReader, Staged, unplaced
from naming.models import AddressImport, AddressImportRow

GROUP = 5000
STAGES = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE, Stage.NUMBER)
_SAME_POINT_M = 0.05
_State = AddressImportRow.State


def finding_json(finding: Finding) -> dict[str, str]:
    """Return a finding as a row keeps it."""
    column = COLUMN_OF.get(finding.code, "")
    if finding.code == "A-08" and finding.subject is not None:
        column = finding.subject.id
    return {
        "code": finding.code,
        "variant": finding.variant,
        "severity": finding.severity.value,
        "column": column,
        "message": finding.message,
        "remedy": finding.remedy,
        "message_en": finding.message_en,
        "remedy_en": finding.remedy_en,
    }


def foreign(area: str) -> dict[str, str]:
    """Return the finding of a row that lies outside its sender's area."""
    return {
        "code": "AREA",
        "variant": "",
        "severity": Severity.BLOCK.value,
        "column": "community",
        "message": f"“{area}”不在您的辖区",
        "remedy": "请只导入本区的地址；全市的文件由市级人员导入",
        "message_en": f"“{area}” is outside your area",
        "remedy_en": "Import addresses of your district only; city officers import files of the whole city",
    }


RENUMBERING = {
    "code": "A-15",
    "variant": "",
    "severity": Severity.BLOCK.value,
    "column": "former",
    "message": "这一行写了原地址：改号不能随文件导入",
    "remedy": "请按门牌变更办理，由变更记录留下新旧对照；新编的地址请清空原地址一栏",
    "message_en": "The row names a former address: renumbering does not come with a file",
    "remedy_en": "Handle it as a change of number, which keeps the row from old to new; for a new address empty the column",
}
"""The finding of a row that would renumber: the file enters new addresses only."""


class Crowd:
    """The square metres of an import that hold rows: where two rows may be at one point. Eight bytes a row."""

    def __init__(self, batch: AddressImport) -> None:
        cells = AddressImportRow.objects.filter(batch=batch, cell__isnull=False).values_list(
            "cell", flat=True
        )
        held = np.fromiter(cells.iterator(chunk_size=20_000), dtype=np.int64)
        self._cells, self._counts = np.unique(held, return_counts=True)

    def shared(self, points: Sequence[tuple[float, float]], reach_m: float) -> set[int]:
        """Return the square metres within reach of the points that hold rows besides one at a point itself."""
        if not len(points) or not len(self._cells):
            return set()
        xy = np.array(points)
        low, high = np.floor(xy - reach_m).astype(np.int64), np.floor(xy + reach_m).astype(np.int64)
        own = np.floor(xy).astype(np.int64) @ np.array([CELLS, 1])
        found: set[int] = set()
        for x in (low[:, 0], high[:, 0]):
            for y in (low[:, 1], high[:, 1]):
                wanted = x * CELLS + y
                at = np.minimum(np.searchsorted(self._cells, wanted), len(self._cells) - 1)
                there = self._cells[at] == wanted
                busy = there & (self._counts[at] > np.where(wanted == own, 1, 0))
                found.update(wanted[busy].tolist())
        return found


class Checker:
    """Judges the rows of an import, a group of whole places and one transaction at a time."""

    def __init__(self, batch: AddressImport) -> None:
        self.batch = batch
        self.profile = profile_on(batch.on)
        self.court = Court(RULES, self.profile, stages=STAGES, on=batch.on)
        self.city = City.on(batch.on)
        self.reader = RowReader(batch, Gazetteer.on(batch.on), self.city, settings.GEOAPP_CITY)
        self.crowd = Crowd(batch)
        self._reach_m = float(self.profile.parameters("A-13", RULES["A-13"].parameters)["point_m"])
        if batch.checked_seq is None:
            batch.checked_seq = acts.head_seq()

    def step(self) -> bool:
        """Judge the next group; return False when every row is judged."""
        batch = self.batch
        rows = self._group()
        done = not rows
        found = [] if done else self.judged(rows)
        with transaction.atomic():
            held = AddressImport.objects.filter(pk=batch.pk, state="checking", checked=batch.checked)
            values: dict[str, Any] = {"checked_seq": batch.checked_seq, "checked": batch.checked + len(rows)}
            values |= {"state": AddressImport.State.CHECKED} if done else {"checked_to": rows[-1][3]}
            if not held.update(**values):
                raise Conflict(_("另一处正在检查这个文件"), remedy=_("请稍候刷新页面"))
            write_states([(s.row, state, told) for s, state, told in found if told or state != _State.STAGED])
        for key, value in values.items():
            setattr(batch, key, value)
        return not done

    def _group(self) -> list[tuple[Any, ...]]:
        """Return the rows of the next places: whole ones, as many as fit; one alone however large."""
        rows = AddressImportRow.objects.filter(batch=self.batch).exclude(state=_State.ENTERED)
        if self.batch.checked_to is not None:
            rows = rows.filter(place__gt=self.batch.checked_to)
        rows = rows.order_by("place", "number", "sub_number", "index")
        group = list(rows[:GROUP].values_list(*COLUMNS))
        if len(group) < GROUP:
            return group
        last = group[-1][3]
        whole = [row for row in group if row[3] != last]
        return whole or list(rows.filter(place=last).values_list(*COLUMNS))

    def judged(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Staged, str, list[dict[str, str]]]]:
        """Judge rows together; return each with its state and what was found."""
        staged = self.reader.staged(rows)
        book = load_book(
            [(s.proposal, s.words) for s in staged],
            on=self.batch.on,
            land=self.city.land,
            profile=self.profile,
            elsewhere=self._elsewhere(staged),
            apart_m=self._reach_m,
        )
        found = []
        for one in staged:
            if self._present(one, book):
                found.append((one, _State.PRESENT.value, []))
                continue
            told = [finding_json(f) for f in self.court.judge(one.proposal, book)]
            if self.batch.areas is not None and one.community:
                area = self.city.code_of(one.community)[:6]
                if area not in self.batch.areas:
                    told.insert(0, foreign(self.city.above(one.community)[0] or area))
            if one.reading.former and not any(f["code"] == "A-15" for f in told):
                told.insert(0, RENUMBERING)
            state = _State.STAGED.value
            if any(f["severity"] == Severity.BLOCK for f in told):
                state = _State.BLOCKED.value
                book.withdraw_main(one.proposal)
            elif any(f["severity"] == Severity.WARN for f in told):
                state = _State.WARNED.value
            found.append((one, state, told))
        return found

    def _present(self, one: Staged, book: MemoryBook) -> bool:
        """Whether the very address stands on record: the same text at the same point."""
        for door in book.twins(one.proposal):
            if door.row_words or not door.standing or door.text != one.proposal.text or door.point is None:
                continue
            point = one.point
            if point is not None and door.state == one.reading.state:
                return (
                    abs(door.point[0] - point[0]) <= _SAME_POINT_M
                    and abs(door.point[1] - point[1]) <= _SAME_POINT_M
                )
        return False

    def _elsewhere(self, staged: Sequence[Staged]) -> list[Entry]:
        """Return the rows of the import on other places that are at the point of one of these."""
        cells = self.crowd.shared([s.point for s in staged if s.point is not None], self._reach_m)
        if not cells:
            return []
        places = {s.place.id for s in staged if s.place is not None}
        rows = AddressImportRow.objects.filter(batch=self.batch, cell__among=sorted(cells))
        found = []
        for row in rows.values_list(*COLUMNS):
            if unplaced(row[3]) or str(row[3]) in places:
                continue
            other = self.reader.staged([row])[0]
            door = Door(str(row[1]), other.proposal.text, point=other.point, row_words=other.words)
            found.append(Entry(door, str(row[3]), row[4], row[5] or None, other.proposal.inside))
        return found


def write_states(found: Sequence[tuple[int, str, list[dict[str, str]]]]) -> None:
    """Write states and findings of rows, in one go."""
    if not found:
        return
    table = connection.ops.quote_name(AddressImportRow._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} t SET state = v.state, findings = v.findings::jsonb "
                "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS v(row, state, findings) WHERE t.row = v.row",
                [
                    [row for row, _, _ in found],
                    [state for _, state, _ in found],
                    [dumps(told, ensure_ascii=False) if told else None for _, _, told in found],
                ],
            )
        else:
            cursor.executemany(
                f"UPDATE {table} SET state = %s, findings = %s WHERE row = %s",
                [
                    (state, dumps(told, ensure_ascii=False) if told else None, row)
                    for row, state, told in found
                ],
            )
