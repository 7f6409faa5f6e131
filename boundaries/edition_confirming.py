"""What an officer sees of a list: the inferred acts by kind, what stands in the way of each, what was answered.

Land is never touched by a list. An act that would end a unit with land, or bring one with land to another town, is
refused here: land changes only by an adjustment case or a recorded division change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from boundaries.edition_acts import ActKind, Confirmation, Edition, InferredAct, Listed, apply_acts
from boundaries.edition_register import Standing, act_of, comparable, later_versions
from boundaries.editions import infer
from boundaries.history import is_town
from boundaries.models import EditionAnswer, EditionUpload, UnitVersion
from boundaries.ports import ports
from geoapp.core.acts import canonical
from geoapp.core.wording import listed


@dataclass(frozen=True)
class Obstacle:
    """Why an act cannot be confirmed, and what to do instead; ``case`` names the kind of case to open."""

    message: str
    remedy: str
    case: str = ""


@dataclass
class Proposed:
    """An inferred act with the officer's answer and what stands in its way."""

    act: InferredAct
    key: str
    effective: date
    obstacle: Obstacle | None = None
    answer: EditionAnswer | None = None
    landless: list[Listed] = field(default_factory=list)

    @property
    def confirmed(self) -> bool:
        """Say whether the officer confirmed it and nothing has come in the way since."""
        return self.answer is not None and self.answer.verdict == "confirmed" and self.obstacle is None

    @property
    def rejected(self) -> bool:
        """Say whether the officer rejected it."""
        return self.answer is not None and self.answer.verdict == "rejected"

    @property
    def pending(self) -> bool:
        """Say whether it still waits for an answer."""
        return not (self.confirmed or self.rejected)

    def dated(self) -> InferredAct:
        """Return the act with the day it takes effect."""
        return replace(self.act, effective=self.effective)


@dataclass
class Comparison:
    """A list against the register of the day before."""

    old: Edition
    new: Edition
    proposed: list[Proposed]
    dropped: list[dict[str, Any]]

    def groups(self) -> list[tuple[ActKind, list[Proposed]]]:
        """Return the acts by kind, in the order of kinds."""
        found = [(kind, [p for p in self.proposed if p.act.kind is kind]) for kind in ActKind]
        return [(kind, rows) for kind, rows in found if rows]

    def find(self, key: str) -> Proposed | None:
        """Return the act of a key."""
        return next((p for p in self.proposed if p.key == key), None)

    @property
    def pending(self) -> list[Proposed]:
        """Return the acts that wait for an answer."""
        return [p for p in self.proposed if p.pending]

    @property
    def confirmed(self) -> list[Proposed]:
        """Return the confirmed acts."""
        return [p for p in self.proposed if p.confirmed]

    @property
    def rejected(self) -> list[Proposed]:
        """Return the rejected acts."""
        return [p for p in self.proposed if p.rejected]


def key_of(act: InferredAct) -> str:
    """Return what names an act from one comparison to the next: its kind and rows."""
    rows = [[[r.code, r.name] for r in part] for part in (act.before, act.after, act.beside)]
    return hashlib.sha256(canonical([str(act.kind), *rows]).encode()).hexdigest()


def told_of(entry: Mapping[str, Any], year: int) -> Confirmation:
    """Return a reading an officer chose as what a document says."""
    return Confirmation(
        year, ActKind(entry["kind"]), tuple(entry["before"]), tuple(entry["after"]), None, entry["source"]
    )


def infer_told(
    old: Edition, new: Edition, told: Sequence[Mapping[str, Any]]
) -> tuple[tuple[InferredAct, ...], list[dict[str, Any]]]:
    """Return the acts, officers' readings first, and the readings that no longer fit the lists."""
    held: list[Confirmation] = []
    dropped = []
    acts = infer(old, new)
    for entry in told:
        try:
            acts = infer(old, new, [*held, told_of(entry, new.year)])
        except ValueError:
            dropped.append(dict(entry))
        else:
            held.append(told_of(entry, new.year))
    return acts, dropped


def compare(upload: EditionUpload, edition: Edition, base: Standing) -> Comparison:
    """Compare a list with the register; answers given before are found again by their keys."""
    # The register speaks of the day before; a step is named by its years, so the old side is the year before.
    old, new = base.edition(upload.year - 1), comparable(edition)
    acts, dropped = infer_told(old, new, upload.told)
    answers = {a.key: a for a in upload.answers.select_related("answered_by")}  # type: ignore[attr-defined]
    ground = _Ground.of(acts, base, upload.on)
    proposed = []
    for act in acts:
        key = key_of(act)
        answer = answers.get(key)
        effective = answer.effective if answer and answer.effective else act.effective or upload.on
        proposed.append(
            Proposed(
                act,
                key,
                effective,
                next(ground.obstacles(act), None),
                answer,
                landless_of(act),
            )
        )
    return Comparison(old, new, proposed, dropped)


def landless_of(act: InferredAct) -> list[Listed]:
    """Return the units an act brings, which will stand without land (virtual ones never have any)."""
    if act.kind.continues or act.level == "town":
        return []
    return [r for r in act.after if r.code[9:] not in {"498", "598"}]


@dataclass(frozen=True)
class _Ground:
    """What stands in the way of acts: land, addresses, what is recorded to come, towns that go on under new codes."""

    base: Standing
    land: set[str]
    addressed: set[str]
    later: Sequence[UnitVersion]
    town_before: Mapping[str, str]

    @classmethod
    def of(cls, acts: Sequence[InferredAct], base: Standing, on: date) -> _Ground:
        land, codes = base.with_land(), {c for act in acts for c in act.codes}
        units = [base.versions[c].unit_id for c in codes if c in base.versions]
        ending = {
            str(base.versions[r.code].unit_id): r.code
            for act in acts
            if not act.kind.continues and act.level == "community"
            for r in act.before
            if r.code in base.versions and r.code not in land
        }
        premises = ports().premises_in(sorted(ending), on) if ending else ()
        towns = {
            act.after[0].code: act.before[0].code
            for act in acts
            if act.level == "town" and act.kind.continues
        }
        addressed = {ending[p.community] for p in premises}
        return cls(base, land, addressed, later_versions(units, codes, on), towns)

    def obstacles(self, act: InferredAct) -> Iterator[Obstacle]:
        """Yield why an act cannot be confirmed, weightiest first."""
        if not act.kind.continues:
            yield from self._ends(act)
        elif act.level == "community" and act.before[0].code in self.land:
            yield from self._moves(act)
        yield from _recorded_later(act, self.base, self.later)
        for row in () if act.kind.continues else act.after:
            if any(v.name == row.name for v in self.base.uncoded):
                yield Obstacle(
                    _("登记里的“%(name)s”还没有代码，名单里的 %(code)s 应是它")
                    % {"name": row.name, "code": row.code},
                    _("请先在原调整案件里赋码，再比对名单"),
                )

    def _ends(self, act: InferredAct) -> Iterator[Obstacle]:
        community = act.level == "community"
        for held, words in (
            (self.land, _("“%(names)s”有登记的土地，名单不能让它消失")),
            (self.addressed, _("“%(names)s”还有登记的地址，名单没有说它们归谁")),
        ):
            ends = [r.name for r in act.before if r.code in held]
            if ends:
                yield Obstacle(
                    words % {"names": listed(ends)},
                    _("请另开村居调整案（撤销、合并、分设或村改居），土地只随调整变动；本项请驳回")
                    if community
                    else _("请登记行政区划变更，土地只随变更变动；本项请驳回"),
                    "adjustment" if community else "division",
                )

    def _moves(self, act: InferredAct) -> Iterator[Obstacle]:
        # A town that only got another code is the same town: nothing moves.
        code = act.after[0].town_code
        town = self.base.versions.get(self.town_before.get(code, code))
        stays = town is not None and town.unit_id == self.base.versions[act.before[0].code].parent_id
        if not stays and act.kind is ActKind.TRANSFERRED:
            yield Obstacle(
                _("“%(name)s”有登记的土地，划归其他镇街须改动镇街界线") % {"name": act.before[0].name},
                _("请登记行政区划变更（上级批文），界线只随变更变动；本项请驳回"),
                "division",
            )


def _recorded_later(act: InferredAct, base: Standing, later: Sequence[UnitVersion]) -> Iterator[Obstacle]:
    units = {base.versions[r.code].unit_id for r in act.before if r.code in base.versions}
    coming = {r.code for r in act.after}
    for version in later:
        if version.unit_id in units or (version.code in coming and version.code not in base.versions):
            deed = act_of(version.act_in)
            yield Obstacle(
                _("“%(name)s”自 %(day)s 起的变动已经登记（第 %(seq)s 号登记行为%(case)s）")
                % {
                    "name": version.name,
                    "day": version.valid_from,
                    "seq": version.act_in,
                    "case": f" {deed.case.number}" if deed and deed.case else "",
                },
                _("请把名单的生效日期定在该变动当日或之后，再比对一次；或驳回本项"),
            )
            return
    for row in act.before:
        version = base.versions.get(row.code)
        if version is not None and version.valid_to is not None:
            yield Obstacle(
                _("“%(name)s”已登记于 %(day)s 终止") % {"name": row.name, "day": version.valid_to},
                _("请核对该单位的登记；或驳回本项"),
            )


def walk(comparison: Comparison) -> list[tuple[date, dict[str, str]]]:
    """Return the list (name by code) after the confirmed acts of each day of effect, in order.

    Raises ValueError when on some day two units would bear one code.
    """
    rows, found = comparison.old.rows(), []
    acts = [p.dated() for p in comparison.confirmed]
    for day in sorted({a.effective for a in acts if a.effective}):
        rows = apply_acts(rows, [a for a in acts if a.effective == day])
        found.append((day, rows))
    return found


def strays(comparison: Comparison, base: Standing) -> list[str]:
    """Return the units that the confirmed acts would on some day leave without their town, with the day."""
    ended = {r.code for p in comparison.confirmed if p.act.level == "town" for r in p.act.before}
    standing = {c for c in base.versions if len(c) == 9} - ended

    def homeless(rows: Mapping[str, str]) -> set[str]:
        towns = standing | {c for c in rows if len(c) == 9}
        return {c for c in rows if len(c) == 12 and is_town(c[:9]) and c[:9] not in towns}

    before = homeless(comparison.old.rows())
    return [
        f"{day} {code} {rows[code]}"
        for day, rows in walk(comparison)
        for code in sorted(homeless(rows) - before)
    ]
