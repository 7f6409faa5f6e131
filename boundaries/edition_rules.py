"""The passes of ``editions.infer``: each explains what it can and leaves the rest to the next. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from boundaries import edition_names as names
from boundaries.edition_acts import ActKind, Alternative, Edition, Evidence, InferredAct, Listed


@dataclass
class Step:
    """Two lists being compared: what is still unexplained, and what was found."""

    old: Edition
    new: Edition
    gone: dict[str, Listed] = field(default_factory=dict)
    come: dict[str, Listed] = field(default_factory=dict)
    acts: list[InferredAct] = field(default_factory=list)

    def found(
        self,
        kind: ActKind,
        before: Sequence[Listed],
        after: Sequence[Listed],
        confidence: float,
        evidence: Sequence[Evidence],
        alternatives: Sequence[Alternative] = (),
        **more: Any,
    ) -> None:
        """Note an act, likeliest alternative first, and strike its rows from what is unexplained."""
        for row in before:
            self.gone.pop(row.code, None)
        for row in after:
            self.come.pop(row.code, None)
        self.acts.append(
            InferredAct(
                kind,
                self.old.year,
                self.new.year,
                tuple(before),
                tuple(after),
                tuple(evidence),
                confidence,
                alternatives=tuple(sorted(alternatives, key=lambda a: -a.confidence)),
                **more,
            )
        )


def same_code(step: Step) -> None:
    """Explain rows whose code stayed and whose name did not."""
    for code in sorted(step.gone.keys() & step.come.keys()):
        old, new = step.gone[code], step.come[code]
        kind, confidence, evidence, alternatives = _name_change(old, new)
        same = Evidence("same_code", f"代码 {code} 未变，代码不重用，主体延续")
        step.found(kind, [old], [new], confidence, [same, *evidence], alternatives=alternatives)


def _name_change(old: Listed, new: Listed) -> tuple[ActKind, float, list[Evidence], tuple[Alternative, ...]]:
    alike = names.similarity(old.name, new.name)
    near = Evidence("similarity", f"“{old.name}”与“{new.name}”相似度 {alike:.2f}", alike)
    lost = _lost(old.name, new.name)
    if lost:
        return lost[0], 0.98, [Evidence("lost_character", lost[1]), near], ()
    (stem, label), (new_stem, new_label) = names.split_label(old.name), names.split_label(new.name)
    if stem == new_stem:
        return _label_change(old, new, label, new_label)
    if names.is_renumbering(stem, new_stem):
        text = f"“{stem}”与“{new_stem}”只差序号的写法（字母改为数字）"
        return ActKind.RENAMED, 0.95, [Evidence("renumbered", text), near], ()
    pair = names.one_substitution(stem, new_stem)
    sound = names.common_reading(*pair) if pair else ""
    if pair and sound:
        text = f"“{pair[0]}”与“{pair[1]}”同音（{sound}），其余相同，多为名单误字改正"
        other = _other(ActKind.RENAMED, old, new, "经批准的更名", 0.25)
        return ActKind.CORRECTED, 0.75, [Evidence("same_sound", text), near], (other,)
    if pair or names.similarity(stem, new_stem) >= 0.6:
        other = _other(ActKind.CORRECTED, old, new, "名单误字改正", 0.35)
        return ActKind.RENAMED, 0.65, [near], (other,)
    reused = _other(ActKind.ADDED, old, new, "原单位撤销、代码误用于新单位", 0.1)
    return ActKind.RENAMED, 0.9, [near], (reused,)


def _lost(old: str, new: str) -> tuple[ActKind, str] | None:
    """Return the kind and the words when a character was lost from, or came back to, a name."""
    if names.has_placeholder(new) and not names.has_placeholder(old):
        if names.fits_placeholder(new, old):
            return ActKind.LOST_CHARACTER, f"“{new}”是“{old}”缺字后的写法"
    elif names.fits_placeholder(old, new):
        rare = "".join(c for c in new if names.is_rare(c))
        how = f"；“{rare}”不在 GBK 字集，转码后正是“{old}”" if names.gbk_copy(new) == old else ""
        return ActKind.CORRECTED, f"“{old}”的缺字恢复为“{new}”{how}"
    if names.dropped_rare(new, old):
        return ActKind.LOST_CHARACTER, f"生僻字“{names.dropped_rare(new, old)}”从名称中脱落"
    if names.dropped_rare(old, new):
        return ActKind.CORRECTED, f"脱落的生僻字“{names.dropped_rare(old, new)}”恢复"
    return None


def _label_change(
    old: Listed, new: Listed, label: str, new_label: str
) -> tuple[ActKind, float, list[Evidence], tuple[Alternative, ...]]:
    words = Evidence("label", f"专名未变，只是“{label or '（无）'}”写作“{new_label or '（无）'}”")
    if names.MISPRINTED_LABELS.get(label) == new_label:
        return (
            ActKind.CORRECTED,
            0.97,
            [Evidence("misprint", f"没有“{label}”这种组织，应为“{new_label}”")],
            (),
        )
    if label.startswith("村") and "居" in new_label:
        other = _other(ActKind.LABEL, old, new, "名单写法变化（村改居须换代码段）", 0.4)
        return ActKind.VILLAGE_TO_COMMUNITY, 0.55, [words], (other,)
    return ActKind.LABEL, 0.95, [words], ()


def _other(kind: ActKind, old: Listed, new: Listed, text: str, confidence: float) -> Alternative:
    return Alternative(kind, (old.code,), (new.code,), text, confidence)


def same_name(step: Step) -> None:
    """Explain rows that kept name and kind under another code: transfers and new numbers."""
    pairs = _unique_pairs(step, lambda r: (r.specific if r.segment == "town" else r.name, r.segment))
    routes = Counter((a.town_code, b.town_code) for a, b in pairs if a.town_code != b.town_code)
    for old, new in pairs:
        if old.segment == "town":
            _town_recoded(step, old, new)
            continue
        if old.town_code == new.town_code:
            _recoded(step, old, new)
            continue
        together = routes[old.town_code, new.town_code]
        across = old.code[:6] != new.code[:6]
        evidence = [
            Evidence("same_name", f"“{old.name}”名称、类别相同，两版中均唯一", 1.0),
            Evidence("prefix", f"代码前九位由 {old.town_code} 移到 {new.town_code}"),
        ]
        if together > 1:
            evidence.append(Evidence("together", f"同年同向移动的共 {together} 个"))
        confidence = 0.8 if across else 0.97 if together > 1 else 0.85
        other = _other(ActKind.ADDED, old, new, "两地各自撤销、新设的同名单位", round(1 - confidence, 2))
        step.found(ActKind.TRANSFERRED, [old], [new], confidence, evidence, alternatives=(other,))


def _town_recoded(step: Step, old: Listed, new: Listed) -> None:
    """A town kept its name under another code; a town that became a sub-district changed its segment too."""
    evidence = [
        Evidence("same_specific", f"专名“{old.specific}”相同，“{old.name}”改称“{new.name}”", 1.0),
        Evidence("segment", f"代码段由 {old.code[6:]} 移到 {new.code[6:]}（001–099 街道，100–199 镇）"),
    ]
    other = _other(ActKind.ADDED, old, new, "撤销与同名新设互不相干", 0.1)
    confidence = 0.85 if old.code[:6] == new.code[:6] else 0.6
    step.found(ActKind.RECODED, [old], [new], confidence, evidence, alternatives=(other,))


def _recoded(step: Step, old: Listed, new: Listed) -> None:
    beside = [r for r in step.gone.values() if r.town_code == old.town_code and r.code != old.code]
    absorbed = tuple(r.code for r in sorted(beside) if r.segment == old.segment)
    other = Alternative(
        ActKind.MERGED,
        (old.code, *absorbed),
        (new.code,),
        "换号意味着范围有变：可能并入了同年撤销的单位" if absorbed else "换号可能意味着范围有变",
        0.35 if absorbed else 0.15,
    )
    evidence = [
        Evidence("same_name", f"“{old.name}”在本镇街名称、类别相同，只换代码", 1.0),
        *_serial(step, new),
    ]
    step.found(ActKind.RECODED, [old], [new], 0.65 if absorbed else 0.85, evidence, alternatives=(other,))


def _serial(step: Step, new: Listed) -> list[Evidence]:
    """Return what the new number says: issued after the last one of its town and segment, or not."""
    last = max(
        (r.code for r in step.old.units if r.town_code == new.town_code and r.segment == new.segment),
        default="",
    )
    if not last or len(new.code) == 9:
        return []
    gap = int(new.code[9:]) - int(last[9:])
    if gap > 0:
        return [
            Evidence("serial", f"新代码 {new.code[9:]} 接在本镇街该段末号 {last[9:]} 之后第 {gap} 位", gap)
        ]
    return [Evidence("serial", f"新代码 {new.code[9:]} 小于该段末号 {last[9:]}，不是顺序新编")]


def village_to_community(step: Step) -> None:
    """Explain a village code that went and a community code of the same specific part that came."""
    for old, new in _unique_pairs(step, lambda r: r.specific if r.segment in {"village", "community"} else r):
        if (old.segment, new.segment) != ("village", "community"):
            continue
        same_town = old.town_code == new.town_code
        evidence = [
            Evidence("same_specific", f"专名“{old.specific}”相同，“{old.name}”改称“{new.name}”", 1.0),
            Evidence("segment", f"代码段由 {old.code[9:]}（村委会）移到 {new.code[9:]}（居委会）"),
            *_serial(step, new),
        ]
        other = _other(ActKind.ADDED, old, new, "村委会撤销与同名居委会新设互不相干", 0.05)
        step.found(
            ActKind.VILLAGE_TO_COMMUNITY,
            [old],
            [new],
            0.95 if same_town else 0.7,
            evidence,
            alternatives=(other,),
        )


def _unique_pairs(step: Step, key: Callable[[Listed], object]) -> list[tuple[Listed, Listed]]:
    """Pair rows that went with rows that came by a key held once on either side: in the town, else at large."""
    pairs: list[tuple[Listed, Listed]] = []
    scopes: tuple[Callable[[Listed], object], ...] = (lambda r: r.town_code, lambda r: len(r.code))
    for scope in scopes:
        taken = {r.code for pair in pairs for r in pair}
        went, came = (
            _grouped((r for r in rows.values() if r.code not in taken), lambda r: (scope(r), key(r)))  # noqa: B023
            for rows in (step.gone, step.come)
        )
        for group, rows_gone in went.items():
            rows_come = came.get(group, [])
            if len(rows_gone) == 1 and len(rows_come) == 1:
                pairs.append((rows_gone[0], rows_come[0]))
    return pairs


def _grouped(rows: Iterable[Listed], key: Callable[[Listed], object]) -> dict[object, list[Listed]]:
    groups: dict[object, list[Listed]] = defaultdict(list)
    for row in sorted(rows):
        groups[key(row)].append(row)
    return groups


def split_and_merged(step: Step) -> None:
    """Explain one unit that became several of its name, and several that became one."""
    for old in sorted(step.gone.values()):
        parts = [r for r in sorted(step.come.values()) if _part(r, old)]
        if len(parts) >= 2:
            text = f"“{old.name}”撤销，同镇街同年新设{'、'.join(r.name for r in parts)}，专名均为其后加序数或方位"
            evidence = [Evidence("parts", text), *_serial(step, parts[0])]
            other = Alternative(ActKind.ADDED, (), tuple(r.code for r in parts), "部分范围来自其他单位", 0.15)
            step.found(ActKind.SPLIT, [old], parts, 0.9, evidence, alternatives=(other,))
    for new in sorted(step.come.values()):
        parts = [r for r in sorted(step.gone.values()) if _part(r, new)]
        if len(parts) >= 2:
            text = f"{'、'.join(r.name for r in parts)}撤销，同镇街同年新设“{new.name}”，专名为其共有部分"
            step.found(ActKind.MERGED, parts, [new], 0.9, [Evidence("parts", text), *_serial(step, new)])


def _part(part: Listed, whole: Listed) -> bool:
    return part.town_code == whole.town_code and names.is_part_of(part.specific, whole.specific)


def rest(step: Step) -> None:
    """Say added or removed of what is left, with the rows that could have to do with it."""
    gone, come = sorted(step.gone.values()), sorted(step.come.values())
    for old in gone:
        others = _candidates(old, come)
        successors = tuple(
            Alternative(ActKind.RECODED, (old.code,), (new.code,), f"改为“{new.name}”（换名换号）", weight)
            for new, weight in others
        )
        standing = [r for r in step.new.units if r.town_code == old.town_code and r.code not in step.come]
        absorbed = Alternative(
            ActKind.MERGED, (old.code,), (), "并入本镇街其他单位，名单未载明", 0.4 if standing else 0.05
        )
        by_name = tuple(
            Alternative(ActKind.MERGED, (old.code,), (r.code,), f"并入名称相关的“{r.name}”", 0.4)
            for r in standing
            if len(old.specific) > 1 and old.specific in r.specific
        )
        evidence = [Evidence("gone", f"{step.new.year} 年名单不再列 {old.code} {old.name}")]
        step.found(
            ActKind.REMOVED,
            [old],
            [],
            0.55 if others or by_name else 0.7,
            evidence,
            alternatives=(*_split_of(old, gone, come), *successors, *by_name, *_renewed(step, old), absorbed),
        )
    for new in come:
        others = _candidates(new, gone)
        sources = tuple(
            Alternative(ActKind.RECODED, (old.code,), (new.code,), f"由“{old.name}”改名换号而来", weight)
            for old, weight in others
        )
        carved = Alternative(ActKind.SPLIT, (), (new.code,), "由本镇街在册单位分设，名单未载明由谁分出", 0.6)
        evidence = [Evidence("new", f"{step.new.year} 年名单新列 {new.code} {new.name}"), *_serial(step, new)]
        step.found(
            ActKind.ADDED, [], [new], 0.6 if others else 0.8, evidence, alternatives=(*sources, carved)
        )


def _split_of(old: Listed, gone: Sequence[Listed], come: Sequence[Listed]) -> tuple[Alternative, ...]:
    """Return the reading that the only unit gone from a town became all the units of its kind that came there."""

    def beside(rows: Sequence[Listed]) -> list[Listed]:
        return [r for r in rows if (r.town_code, r.segment) == (old.town_code, old.segment)]

    parts = beside(come)
    if len(beside(gone)) > 1 or not 2 <= len(parts) <= 6:
        return ()
    in_order = names.is_series([r.specific for r in parts])
    text = f"分设为{'、'.join(r.name for r in parts)}" + ("（名称成方位或序数系列）" if in_order else "")
    codes = tuple(r.code for r in parts)
    return (Alternative(ActKind.SPLIT, (old.code,), codes, text, 0.4 if in_order else 0.25),)


def _renewed(step: Step, old: Listed) -> tuple[Alternative, ...]:
    """Return the reading that a unit was merged into one of its town that got a new number that year."""
    return tuple(
        Alternative(
            ActKind.MERGED, (old.code,), (a.after[0].code,), f"并入同年换号的“{a.after[0].name}”", 0.3
        )
        for a in step.acts
        if a.kind is ActKind.RECODED and a.after[0].town_code == old.town_code
    )


def _candidates(row: Listed, others: Iterable[Listed]) -> list[tuple[Listed, float]]:
    """Return rows of the same town and segment with a weight: nearer names weigh more, crowds less."""
    near = [r for r in others if r.town_code == row.town_code and r.segment == row.segment]
    weighed = [
        (r, round(min(0.5, (0.15 + 0.5 * names.similarity(row.specific, r.specific)) / len(near) ** 0.5), 2))
        for r in near
    ]
    return sorted(weighed, key=lambda pair: (-pair[1], pair[0]))[:5]
