"""N-09: names that sound alike in one built-up area."""

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
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.keys import SoundKeys
from naming.language.normalise import normalise_name

WORDS = {
    "toned": "普通话读音完全相同",
    "toneless": "普通话读音只有声调不同",
    "jyutping": "粤语读音相同",
}
"""Strongest first: the first that holds is reported."""

WORDS_EN = {
    "toned": "read exactly alike in Mandarin",
    "toneless": "differ in Mandarin by their tones only",
    "jyutping": "read alike in Cantonese",
}


def alike(ours: SoundKeys, theirs: SoundKeys) -> str:
    """Return the strongest way in which two names sound alike, or an empty text."""
    for variant in WORDS:
        key = getattr(ours, variant)
        if key and key == getattr(theirs, variant):
            return variant
    return ""


def _hit(
    proposal: NameProposal, variant: str, other: tuple[str, str], area: tuple[str, str], subject: Subject
) -> Hit:
    """Make the hit; ``other`` and ``area`` come in Chinese and English."""
    sound = " ".join(proposal.syllables)
    read = f"（{sound}）" if sound and variant == "toned" else ""
    read_en = f" ({sound})" if read else ""
    return Hit(
        f"“{proposal.name}”与{other[0]}{WORDS[variant]}{read}，两者都在{area[0]}内；同一建成区内的街路巷名称应当避免同音",
        "请更换专名用字；确需使用的，请书面说明两者不会混淆的理由",
        f"申报名称“{proposal.name}”与{other[0]}在{area[0]}内{WORDS[variant]}，"
        "对照《地名管理条例》第九条第（八）项避免同音的规定，经研究：",
        variant,
        subject,
        message_en=f"“{proposal.name}” and {other[1]} {WORDS_EN[variant]}{read_en}, both in {area[1]}; "
        "street names of one built-up area avoid sounding alike",
        remedy_en="Choose other characters; if the name is needed, explain in writing why the two cannot be confused",
    )


def _areas(proposal: NameProposal, scope_ids: frozenset[str]) -> tuple[str, str]:
    return scope_words(proposal, scope_ids), scope_words_en(proposal, scope_ids)


@RULES.rule(
    "N-09",
    title="同一建成区内避免同音",
    title_en="Avoid names that sound alike",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（八）项",
    since=DM_SINCE,
    variants=tuple(WORDS),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """同一建成区内的街路巷名称避免同音：普通话读音相同（toned）、不计声调相同（toneless）、粤语读音相同
    （jyutping）。对每条街路巷只报最强的一种；完全重名由 N-08 判断。

    Street names in one built-up area avoid sounding alike: same Mandarin reading (``toned``), same apart from
    tones (``toneless``), same Cantonese reading (``jyutping``). Only the strongest is reported for each other
    street; exact duplicates belong to N-08.
    """
    if not gives_name(proposal):
        return
    for street in ask.streets_sounding(proposal.keys):
        if street.id == proposal.street_id or normalise_name(street.name) == proposal.normalised:
            continue
        variant = alike(proposal.keys, street.keys)
        if variant and shares_scope(proposal, street.scope_ids):
            other = (
                f"已登记的{place_words(street.name, street.where)}",
                f"the registered street {place_words_en(street.name, street.where)}",
            )
            subject = Subject("street", street.id, street.name)
            yield _hit(proposal, variant, other, _areas(proposal, street.scope_ids), subject)
    for sibling in proposal.siblings:
        if sibling.item_id == proposal.item_id or sibling.normalised == proposal.normalised:
            continue
        variant = alike(proposal.keys, sibling.keys)
        if variant and shares_scope(proposal, sibling.scope_ids):
            other = (
                f"同案第 {sibling.seq} 项“{sibling.name}”",
                f"item {sibling.seq} of the same case, “{sibling.name}”,",
            )
            subject = Subject("item", sibling.item_id, sibling.name)
            yield _hit(
                proposal,
                variant,
                other,
                _areas(proposal, sibling.scope_ids),
                subject,
            )
