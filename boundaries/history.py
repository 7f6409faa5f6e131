"""Yearly code lists written into the register: one act per list, units that keep their identity through time.

The first list is the take-over; every later one is an act ``edition_YYYY`` whose payload holds the inferred acts with
their evidence and the digest of the list. Afterwards the units in law on 31 December of a list's year are exactly
that list: its codes, its names, misprints included. A list is an instrument; what it printed was in force as printed
until the next one mended it, and a spelling of the past is corrected only by an officer (``effective.correct``).
Versions carry no geometry: lists know none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from boundaries.editions import ActKind, Confirmation, Edition, InferredAct, Listed, infer_history
from boundaries.models import Unit, UnitLineage, UnitVersion
from geoapp.core import acts
from geoapp.core.effective import begin, end_many, in_force, succeed_many
from geoapp.core.errors import BadInput, Conflict
from geoapp.core.models import Act
from geoapp.core.wording import listed

Romanise = Callable[[str], str]
_ARROWS = {
    ActKind.SPLIT: UnitLineage.Kind.SPLIT,
    ActKind.MERGED: UnitLineage.Kind.MERGED,
    ActKind.VILLAGE_TO_COMMUNITY: UnitLineage.Kind.VILLAGE_TO_COMMUNITY,
}


@dataclass(frozen=True)
class History:
    """What loading left behind: the units of the last list by code, the number of each year's act."""

    units: dict[str, Unit]
    seqs: dict[int, int]
    acts: dict[int, tuple[InferredAct, ...]]


def town_name(label: str) -> str:
    """Return a town's name from its label in a list: 石湾镇街道办事处 is the office of 石湾镇街道."""
    return label.removesuffix("办事处") if label.endswith("街道办事处") else label


def kind_of(code: str) -> str:
    """Return the kind of unit a code's segment says (GB/T 10114 for towns, 统计用区划代码 for the rest)."""
    if len(code) == 6:
        return UnitVersion.Kind.DISTRICT
    if len(code) == 9:
        return UnitVersion.Kind.STREET_OFFICE if code[6] == "0" else UnitVersion.Kind.TOWN
    if code[9:] in {"498", "598"}:
        return UnitVersion.Kind.VIRTUAL
    return UnitVersion.Kind.VILLAGE if code[9] in "23" else UnitVersion.Kind.COMMUNITY


def is_town(code: str) -> bool:
    """Say whether a town code is of a town: 400–599 are bodies like one (prisons, farms), no division."""
    return code[6] in "0123"


def digest(edition: Edition) -> str:
    """Return the SHA-256 of a list's rows, one ``code,name`` a line, towns first."""
    text = "".join(f"{code},{name}\n" for code, name in edition.rows().items())
    return hashlib.sha256(text.encode()).hexdigest()


def load_editions(
    lists: Sequence[Edition],
    *,
    at: datetime,
    districts: Mapping[str, str],
    confirmed: Iterable[Confirmation] = (),
    romanise: Romanise = lambda name: "",
) -> History:
    """Write yearly lists into an empty register, in one transaction; acts are a second apart from ``at``.

    ``districts`` names the districts by their six digits (lists do not). Acts take effect on 1 January of their
    list's year unless a confirmation dates them. Raises BadInput when there is no list or a district lacks a name,
    Conflict when the register holds units already, ValueError when lists are out of order or a confirmation does
    not fit.
    """
    if not lists:
        raise BadInput(_("没有名单可载入"), remedy=_("请提供至少一年的代码名单"))
    steps = infer_history(lists, confirmed)
    missing = {r.code[:6] for e in lists for r in e.units} - set(districts)
    if missing:
        raise BadInput(_("缺少市辖区名称：%(codes)s") % {"codes": listed(sorted(missing))}, field="districts")
    writer = ListWriter(districts, romanise)
    seqs = {}
    with transaction.atomic():
        if Unit.objects.exists():
            raise Conflict(_("登记库里已有区划单位"), remedy=_("历年名单只能载入空的登记库"))
        for number, edition in enumerate(lists):
            step = steps[number - 1] if number else ()
            kind = f"edition_{edition.year}"
            with acts.act(kind, at=at + timedelta(seconds=number)) as act:
                act.payload |= {
                    "edition": edition.year,
                    "units": len(edition.units),
                    "towns": len(edition.towns),
                    "sha256": digest(edition),
                    "acts": [a.as_json() for a in step],
                }
                if number:
                    writer.step(step, edition, act.seq)
                else:
                    writer.take_over(edition, act.seq)
                seqs[edition.year] = act.seq
    units = {code: version.unit for code, version in writer.standing.items()}
    return History(units, seqs, {e.year: s for e, s in zip(lists[1:], steps, strict=True)})


def list_in_force(on: date, known_at: int | None = None) -> list[Listed]:
    """Return the villages and communities in law on a day as a list would print them, in order of code."""
    rows = in_force(UnitVersion.objects.filter(unit__level=Unit.Level.COMMUNITY), on, known_at)
    return [Listed(code, name) for code, name in rows.order_by("code").values_list("code", "name")]


def inferences(codes: Iterable[str]) -> list[InferredAct]:
    """Return what the lists' acts say of codes, in order of year: what was inferred, why, what else it may be."""
    wanted = set(codes)
    mentioned = Q()
    for code in wanted:
        mentioned |= Q(payload__contains=f'"{code}"')
    rows = Act.objects.filter(mentioned, kind__startswith="edition_") if wanted else Act.objects.none()
    found = []
    for payload in rows.order_by("seq").values_list("payload", flat=True):
        read = (InferredAct.from_json(value) for value in json.loads(payload)["acts"])
        found += [act for act in read if wanted & {*act.codes, *(r.code for r in act.beside)}]
    return found


@dataclass
class ListWriter:
    """The register while lists are written: the version that stands under each code."""

    districts: Mapping[str, str]
    romanise: Romanise
    standing: dict[str, UnitVersion] = field(default_factory=dict)

    def take_over(self, edition: Edition, seq: int) -> None:
        """Write the first list."""
        day = date(edition.year, 1, 1)
        for code, name in sorted(self.districts.items()):
            unit = Unit.objects.create(level=Unit.Level.DISTRICT)
            values = self._values(Listed(code, name)) | {"unit": unit}
            self.standing[code] = begin(UnitVersion, seq=seq, valid_from=day, **values)
        self._begin([(r, day) for r in edition.towns if is_town(r.code)], seq)
        self._begin([(r, day) for r in edition.units], seq)

    def step(self, step: Sequence[InferredAct], edition: Edition, seq: int) -> None:
        """Write the acts that lead to a list; those without a day of their own take effect on 1 January."""
        # Towns first: what moves below them looks its parent up.
        for level in ("town", "community"):
            found = [a for a in step if a.level == level and self.counts(a)]
            self._write(found, date(edition.year, 1, 1), seq)

    @staticmethod
    def counts(act: InferredAct) -> bool:
        """A town's label is the list's affair; bodies like a town are not in the register."""
        if act.level == "community":
            return True
        names = {town_name(r.name) for r in (*act.before, *act.after)}
        return any(is_town(code) for code in act.codes) and not (
            act.kind is ActKind.LABEL and len(names) == 1
        )

    def _write(self, found: Sequence[InferredAct], new_year: date, seq: int) -> None:
        went = {(id(a), r.code): self.standing[r.code] for a in found for r in a.before if self.kept(r)}
        changes: list[tuple[UnitVersion, date, dict[str, Any]]] = []
        endings: list[tuple[UnitVersion, date]] = []
        beginnings: list[tuple[Listed, date]] = []
        for act in found:
            day = act.effective or new_year
            before = [r for r in act.before if self.kept(r)]
            after = [r for r in act.after if self.kept(r)]
            if act.kind.continues and before and after:
                values = self._values(after[0])
                values["parent_id"] = getattr(values.pop("parent"), "pk", None)
                changes.append((went[id(act), before[0].code], day, values))
                continue
            endings += [(went[id(act), r.code], day) for r in before]
            beginnings += [(r, day) for r in after]
        for version, _day, _values in changes:
            self.standing.pop(version.code)
        for version, _day in endings:
            self.standing.pop(version.code)
        for (old, _day, _values), version in zip(changes, succeed_many(changes, seq=seq), strict=True):
            version.unit = old.unit  # spares a query per unit
            self.standing[version.code] = version
        end_many(endings, seq=seq)
        self._begin(beginnings, seq)
        self._arrows(found, went, new_year, seq)

    @staticmethod
    def kept(row: Listed) -> bool:
        """Say whether the register holds a row: bodies like a town are not in it."""
        return len(row.code) == 12 or is_town(row.code)

    def _begin(self, rows: Sequence[tuple[Listed, date]], seq: int) -> None:
        level = {9: Unit.Level.TOWN, 12: Unit.Level.COMMUNITY}
        units = [Unit(level=level[len(row.code)]) for row, _ in rows]
        Unit.objects.bulk_create(units, batch_size=400)
        versions = [
            UnitVersion(unit=unit, valid_from=day, act_in=seq, **self._values(row))
            for unit, (row, day) in zip(units, rows, strict=True)
        ]
        UnitVersion.objects.bulk_create(versions, batch_size=400)
        self.standing |= {v.code: v for v in versions}

    def _arrows(
        self,
        found: Sequence[InferredAct],
        went: Mapping[tuple[int, str], UnitVersion],
        new_year: date,
        seq: int,
    ) -> None:
        arrows = []
        for act in (a for a in found if a.kind in _ARROWS):
            sources = [went[id(act), r.code].unit for r in act.before if self.kept(r)]
            targets = [self.standing[r.code].unit for r in act.after if self.kept(r)]
            if act.kind is ActKind.MERGED:
                targets += [self.standing[r.code].unit for r in act.beside]
            else:
                sources += [self.standing[r.code].unit for r in act.beside]
            arrows += [
                UnitLineage(
                    from_unit=source,
                    to_unit=target,
                    effective=act.effective or new_year,
                    kind=_ARROWS[act.kind],
                    confidence=act.confidence,
                    source=(act.source or act.evidence[0].text)[:500],
                    act_in=seq,
                )
                for source in sources
                for target in targets
            ]
        UnitLineage.objects.bulk_create(arrows)

    def _values(self, row: Listed) -> dict[str, Any]:
        """Return what a list says of a unit, as columns of its version."""
        name = town_name(row.name) if len(row.code) == 9 else row.name
        kind = kind_of(row.code)
        parent = self.standing.get(row.code[:9]) if len(row.code) == 12 else None
        parent = parent or (self.standing.get(row.code[:6]) if len(row.code) > 6 else None)
        return {
            "parent": parent.unit if parent else None,
            "name": name,
            "pinyin": self.romanise(name),
            "code": row.code,
            "kind": kind,
            "landless": kind == UnitVersion.Kind.VIRTUAL,
        }
