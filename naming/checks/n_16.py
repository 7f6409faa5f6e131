"""N-16: numbered names: the number is free and the name it is derived from exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Subject
from naming.checks.comparison import (
    gives_name,
    place_words,
    place_words_en,
    scope_words,
    scope_words_en,
    shares_scope,
)
from naming.checks.proposal import NamedStreet, NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.normalise import normalise_name
from naming.language.split import NameParts, chinese_number


def _base(parts: NameParts) -> str:
    """Return the stem without the 第 of an ordinal written out (锦程第二路)."""
    return parts.stem.removesuffix("第")


def _same_number(ours: NameParts, theirs: NameParts) -> bool:
    """Say whether two names are the same number of the same series.

    锦程第二路 is 锦程二路; 升平路一横巷 and 升平路一巷 are two series.
    """
    positions = [
        "".join(c for c in parts.modifier if chinese_number(c) is None and c != "〇")
        for parts in (ours, theirs)
    ]
    return positions[0] == positions[1] and (_base(ours), ours.generic, ours.ordinal) == (
        _base(theirs),
        theirs.generic,
        theirs.ordinal,
    )


def _series(parts: NameParts, ask: Questions) -> list[NamedStreet]:
    """Return the registered streets of the series, however their ordinal is written."""
    stems = (_base(parts), _base(parts) + "第")
    return [street for stem in stems for street in ask.streets_of_stem(stem, parts.generic)]


def _used(proposal: NameProposal, other: tuple[str, str], scope_ids: frozenset[str], subject: Subject) -> Hit:
    """Make the hit; ``other`` comes in Chinese and English."""
    area = scope_words(proposal, scope_ids)
    number = f"“{_base(proposal.parts)}”的第 {proposal.parts.ordinal} 号{proposal.parts.generic}"
    return Hit(
        f"“{proposal.name}”即{number}，{area}内{other[0]}已使用这一序号，同一范围内不得重号",
        "请改用尚未使用的序号，或者更换专名",
        f"经审查，申报名称“{proposal.name}”的序号在{area}内已由{other[0]}使用，"
        "不符合《地名管理条例》第九条第（八）项的规定，请申请人修改。",
        "used",
        subject,
        message_en=f"“{proposal.name}” is number {proposal.parts.ordinal} of “{_base(proposal.parts)}”, and in "
        f"{scope_words_en(proposal, scope_ids)} {other[1]} has that number already",
        remedy_en="Use a number that is free, or choose another specific part",
    )


def _has_stem(proposal: NameProposal, ask: Questions, series: list[NamedStreet]) -> bool:
    """Say whether a street, village or place is called by the stem, here or in the same case."""
    stem = _base(proposal.parts)
    if any(stem in (_base(s.parts), s.parts.specific, s.name) for s in proposal.siblings):
        return True
    if any(s.id != proposal.street_id and shares_scope(proposal, s.scope_ids) for s in series):
        return True
    return bool(ask.place_of_stem(stem))


@RULES.rule(
    "N-16",
    title="序号名称有本、不重号",
    title_en="Numbered names: number free, stem known",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（八）项（派生地名规则参照外地做法，待本市确认）",
    since=DM_SINCE,
    variants=("used", "no_stem"),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """带序号的名称（锦程二路、西闸街二巷）：同一范围内序号不得重复（used）；序号之前的名称应当有同名的街路巷、村居或者
    同案事项作依据（no_stem）。写法完全相同的由 N-08 判断。

    A numbered name (锦程二路, 西闸街二巷). ``used``: the number is taken in the same area under another
    spelling (锦程第二路); the exactly equal name is N-08's matter. ``no_stem``: no street, village or place of
    the stem exists; another street of the series, or of the same case, counts as one.
    """
    parts = proposal.parts
    if not gives_name(proposal) or parts.ordinal is None or not _base(parts):
        return
    series = _series(parts, ask)
    for street in series:
        equal = normalise_name(street.name) == proposal.normalised
        if equal or street.id == proposal.street_id or not _same_number(parts, street.parts):
            continue
        if shares_scope(proposal, street.scope_ids):
            other = (
                f"已登记的{place_words(street.name, street.where)}",
                f"the registered street {place_words_en(street.name, street.where)}",
            )
            subject = Subject("street", street.id, street.name)
            yield _used(proposal, other, street.scope_ids, subject)
    for sibling in proposal.siblings:
        equal = sibling.normalised == proposal.normalised
        if equal or sibling.item_id == proposal.item_id or not _same_number(parts, sibling.parts):
            continue
        if shares_scope(proposal, sibling.scope_ids):
            other = (
                f"同案第 {sibling.seq} 项“{sibling.name}”",
                f"item {sibling.seq} of the same case, “{sibling.name}”,",
            )
            subject = Subject("item", sibling.item_id, sibling.name)
            yield _used(proposal, other, sibling.scope_ids, subject)
    if not _has_stem(proposal, ask, series):
        stem = _base(parts)
        yield Hit(
            f"没有找到名为“{stem}”的街路巷、村居或地点，“{proposal.name}”的序号没有依据",
            f"请先命名“{stem}”，或与同系列的街路巷一并申请，或说明序号的由来",
            f"申报名称“{proposal.name}”以“{stem}”加序号派生，未查到同名的街路巷、村居或地点，"
            "对照《地名管理条例》第九条第（八）项，经研究：",
            "no_stem",
            message_en=f"No street, village, community or place is called “{stem}”: the number in “{proposal.name}” "
            "has nothing to count from",
            remedy_en=f"Name “{stem}” first, apply together with the other streets of the series, or explain where the "
            "number comes from",
        )
