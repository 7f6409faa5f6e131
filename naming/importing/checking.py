"""The second pass: every staged row is judged by every address rule, whole streets at a time; nothing is entered yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from json import dumps
from typing import Any
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
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
from naming.importing import changing
from naming.importing.changing import Former
from naming.importing.placing import CELLS
from naming.importing.rows import COLUMNS, RowReader, Staged, unplaced
from naming.models import AddressImport, AddressImportRow

GROUP = 5000
STAGES = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE, Stage.NUMBER)
_SAME_POINT_M = 0.05
_State = AddressImportRow.State
Verdict = tuple[Staged, str, list[dict[str, str]]]
"""A row, how it stands, and what was found."""


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


class Crowd:
    """The square metres of an import that hold rows: where two rows may be at one point. Eight bytes a square metre."""

    def __init__(self, batch: AddressImport) -> None:
        cells = AddressImportRow.objects.filter(batch=batch, cell__isnull=False).order_by("cell")
        counted = cells.values_list("cell").annotate(rows=Count("*"))
        held = np.fromiter(chain.from_iterable(counted.iterator(chunk_size=20_000)), dtype=np.int64).reshape(
            -1, 2
        )
        self._cells, self._counts = held[:, 0].copy(), (held[:, 1] > 1) + np.int8(1)

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
        self._reach_m = float(self.profile.parameters("A-13", RULES["A-13"].parameters)["point_m"])
        if batch.checked_seq is None:
            batch.checked_seq = acts.head_seq()

    @cached_property
    def crowd(self) -> Crowd:
        """Where the rows of the import lie; read when rows are judged, which entering rarely asks for."""
        return Crowd(self.batch)

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

    def judged(self, rows: Sequence[tuple[Any, ...]]) -> list[Verdict]:
        """Judge rows together; return each with its state and what was found."""
        staged = self.reader.staged(rows)
        formers = changing.formers_of(staged, self.batch.on)
        if formers:
            staged = [changing.as_change(s, formers[s.index]) if s.index in formers else s for s in staged]
        claims: dict[UUID, list[Staged]] = defaultdict(list)
        for one in staged:
            if one.index in formers:
                claims[formers[one.index].address].append(one)
        book = load_book(
            [(s.proposal, s.words) for s in staged],
            on=self.batch.on,
            land=self.city.land,
            profile=self.profile,
            elsewhere=self._elsewhere(staged),
            apart_m=self._reach_m,
            leaving={str(address): found[0].words for address, found in claims.items()},
        )
        found = self._verdicts(staged, book, formers, claims)
        # A door whose change is refused stays where it is, and stands in the way of others again.
        while (
            stuck := {
                str(formers[s.index].address)
                for s, state, _ in found
                if state == _State.BLOCKED and s.index in formers
            }
            & book.leaving.keys()
        ):
            book.stay(stuck)
            found = self._verdicts(staged, book, formers, claims)
        return found

    def _verdicts(
        self,
        staged: Sequence[Staged],
        book: MemoryBook,
        formers: Mapping[int, Former],
        claims: Mapping[UUID, Sequence[Staged]],
    ) -> list[Verdict]:
        found: list[Verdict] = []
        for one in staged:
            former = formers.get(one.index)
            if former is None and self._present(one, book):
                found.append((one, _State.PRESENT.value, []))
                continue
            told = [finding_json(f) for f in self.court.judge(one.proposal, book)]
            if former is not None:
                rivals = [other for other in claims[former.address] if other.index != one.index]
                told.insert(0, changing.told_of(one, former, rivals))
            if self.batch.areas is not None:
                told[:0] = self._foreign(one, former)
            state = _State.STAGED.value
            if any(f["severity"] == Severity.BLOCK for f in told):
                state = _State.BLOCKED.value
                book.withdraw_main(one.proposal)
            elif any(f["severity"] == Severity.WARN for f in told):
                state = _State.WARNED.value
            found.append((one, state, told))
        return found

    def _foreign(self, one: Staged, former: Former | None) -> list[dict[str, str]]:
        """Return what is said of a row whose address, or whose former address, lies outside its sender's area."""
        for community in (one.community, former.community if former else ""):
            area = self.city.code_of(community)[:6] if community else ""
            if community and area not in (self.batch.areas or ()):
                return [foreign(self.city.above(community)[0] or area)]
        return []

    def _present(self, one: Staged, book: MemoryBook) -> bool:
        """Whether the very address stands on record: the same text at the same point."""
        for door in book.twins(one.proposal):
            if (
                door.row_words
                or door.leaving
                or not door.standing
                or door.text != one.proposal.text
                or door.point is None
            ):
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
        others = [
            row for row in rows.values_list(*COLUMNS) if not unplaced(row[3]) and str(row[3]) not in places
        ]
        found = []
        for other in self.reader.staged(others):
            assert other.place is not None
            parts, proposal = other.proposal.parts, other.proposal
            door = Door(proposal.row, proposal.text, point=other.point, row_words=other.words)
            found.append(Entry(door, other.place.id, parts.number or 0, parts.sub_number, proposal.inside))
        return found


def write_states(found: Sequence[tuple[int, str, list[dict[str, str]]]]) -> None:
    """Write states and findings of rows, in one go."""
    if not found:
        return
    table = connection.ops.quote_name(AddressImportRow._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One text: an array of texts would be searched and escaped element by element.
            told_as_json = dumps([{"r": r, "s": s, "f": f or None} for r, s, f in found], ensure_ascii=False)
            cursor.execute(
                f"UPDATE {table} t SET state = v.s, findings = nullif(v.f, 'null'::jsonb) "
                "FROM jsonb_to_recordset(%s::jsonb) AS v(r bigint, s text, f jsonb) WHERE t.row = v.r",
                [told_as_json],
            )
        else:
            cursor.executemany(
                f"UPDATE {table} SET state = %s, findings = %s WHERE row = %s",
                [
                    (state, dumps(told, ensure_ascii=False) if told else None, row)
                    for row, state, told in found
                ],
            )
