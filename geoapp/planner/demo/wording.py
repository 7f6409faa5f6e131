"""Credible street names in local patterns (示意): specific parts made of auspicious and local syllables."""

from __future__ import annotations

import random
from collections.abc import Iterator

FIRST = "永兴福康华文德和泰安荣昌盛祥瑞嘉锦桂澜岭汾湖塘沙石松竹梅兰荷莲金银丰富庆顺利达通宏广景朝东西南北新联民众同仁礼义信忠孝"
SECOND = "安乐宁平和泰兴旺隆盛发达昌明华丽景秀园庭苑村涌滘围基岗坑坊溪源江湖海港埠桥亭台阁楼宝珠玉辉光耀晖阳星月云霞"
WELL_KNOWN = {
    "440604012": ("岭南大道", "汾江中路", "祖庙路", "同济路", "建新路"),
    "440604010": ("季华五路", "同华路", "影荫路"),
    "440605011": ("南海大道", "桂澜路", "海八路"),
}
"""Real street names by town, so that what people look for first is there; their course is made up (示意)."""
FAMILIES = "一二三四五六七八九"


def specifics(rng: random.Random) -> Iterator[str]:
    """Yield two-character specific parts without end in sight, never the same twice."""
    pairs = [a + b for a in FIRST for b in SECOND if a != b]
    rng.shuffle(pairs)
    yield from pairs
    triples = [pair + c for pair in pairs for c in "东西南北中"]
    yield from triples


def meaning_of(specific: str) -> str:
    """Return the words for a name's meaning."""
    return f"取“{specific}”吉祥之意，沿用当地习惯用字（示意）"
