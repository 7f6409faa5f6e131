"""P-01: the Roman spelling reads the characters, syllable by syllable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geoapp.core.checks import Hit
from naming.checks.comparison import gives_name
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.characters import is_han
from naming.language.normalise import mend_latin
from naming.language.reading import allowed_readings, strip_marks


def _faults(name: str, syllables: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Walk name and syllables together and yield what does not fit, in Chinese and English words."""
    if len(name) != len(syllables):
        said = " ".join(syllables[:12])
        yield (
            f"{len(name)} 个汉字，{len(syllables)} 个音节（{said}）",
            f"{len(name)} characters, {len(syllables)} syllables ({said})",
        )
        return
    for char, syllable in zip(name, syllables, strict=True):
        allowed = allowed_readings(char)
        said = syllable.lower()
        if not allowed or said in allowed:
            continue
        choices, choices_en = "、".join(allowed), " or ".join(allowed)
        if said in {strip_marks(reading) for reading in allowed}:
            yield (
                f"“{char}”的音节“{syllable}”没有标声调，表内读音为 {choices}",
                f"the syllable “{syllable}” of “{char}” has no tone mark; the table reads it {choices_en}",
            )
        else:
            yield (
                f"“{char}”不读“{syllable}”，表内读音为 {choices}",
                f"“{char}” is not read “{syllable}”; the table reads it {choices_en}",
            )


@RULES.rule(
    "P-01",
    title="拼音与汉字逐字相符",
    title_en="Pinyin reads the characters",
    stages=EVERY_STAGE,
    law="地名管理条例 第十五条；中国地名汉语拼音字母拼写规则（汉语地名部分） 第8条",
    since=DM_SINCE,
    variants=("lookalike",),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """地名的罗马字母拼写用汉语拼音：拼音要读得出，音节与汉字一一对应，每个音节是该字的规范读音；街巷序号可写阿拉伯数字。
    近形字母（如 U+0261）改正后列出（lookalike）。

    The Roman spelling is Hanyu Pinyin: it can be read, has one syllable for each character (an ordinal may be
    written in Arabic digits), and each syllable is a reading of its character. ``lookalike``: letters that
    only look like Latin ones were mended, as a note.
    """
    if not gives_name(proposal) or not proposal.pinyin.strip():
        return
    for mark in dict.fromkeys(proposal.mended):
        letter = mend_latin(chr(int(mark.removeprefix("U+"), 16)))[0]
        yield Hit(
            f"拼音中有形近而编码不同的字母，已把 {mark} 改为 {letter}",
            "无需处理；请改用标准键盘输入拼音，以免制牌和检索出错",
            f"申报拼音含形近字母，已把 {mark} 改为 {letter}，符合《地名管理条例》第十五条的拼写要求。",
            "lookalike",
            message_en=f"The spelling held a letter that only looks like a Latin one: {mark} was replaced by {letter}",
            remedy_en="Nothing to do; type pinyin on a standard keyboard, so that signs and searches come out right",
        )
    name = "".join(char for char in proposal.name if is_han(char))
    if proposal.pinyin_error:
        unread = proposal.pinyin_error_en or "it cannot be read as Hanyu Pinyin"
        faults = [(proposal.pinyin_error, unread)]
    else:
        faults = list(_faults(name, proposal.syllables))
    if faults:
        words = "；".join(zh for zh, _ in faults[:6])
        yield Hit(
            f"拼音“{proposal.pinyin}”与“{proposal.name}”不符：{words}",
            "请逐字核对读音并标声调，如“Zǔmiào Lù”；表内没有的地方读音须另附读音依据",
            f"经审查，申报拼音“{proposal.pinyin}”与汉字不符（{words}），"
            "不符合《地名管理条例》第十五条的规定，请申请人修改。",
            message_en=f"The spelling “{proposal.pinyin}” does not read “{proposal.name}”: "
            + "; ".join(en for _, en in faults[:6]),
            remedy_en="Check the reading character by character and mark the tones, as in “Zǔmiào Lù”; a local reading "
            "that is not in the table needs evidence of its own",
        )
