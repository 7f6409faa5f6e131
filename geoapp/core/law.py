"""Legal sources in English: instruments by name, articles by number. Pure.

The Chinese text is the law; the English serves readers and is never stored. Titles follow the translations in
use (State Council order 753, the Administrative Licensing Law); they are not official.
"""

from __future__ import annotations

import re

INSTRUMENTS = {
    "地名管理条例": "Regulations on Place Names",
    "行政许可法": "Administrative Licensing Law",
    "通用规范汉字表": "Table of General Standard Chinese Characters",
    "中国地名汉语拼音字母拼写规则（汉语地名部分）": "Rules for Spelling Chinese Place Names in Hanyu Pinyin",
    "地名备案公告管理办法": "Measures on Filing and Announcing Place Names",
}
REMARKS = {
    "跨区由市级办理参照外地做法，待本市确认": "that the city handles streets across districts follows the practice of other "
    "cities and awaits confirmation here",
    "条例只限同一建成区；全市避免重名参照外地做法，待本市确认": "the Regulations speak of one built-up area only; avoiding "
    "duplicates in the whole city follows the practice of other cities and awaits confirmation here",
    "派生地名规则参照外地做法，待本市确认": "the rules for derived names follow the practice of other cities and await "
    "confirmation here",
    "受理在先者优先为本系统办理规则": "that the case accepted first goes first is a rule of this service",
    "UNVERIFIED": "UNVERIFIED",
}
PHRASES = {
    "设标期限为本市配置": "The time for setting up signs is configured by the city",
    "共享期限为本市配置": "The time for sharing is configured by the city",
}
_DIGITS = {char: number for number, char in enumerate("〇一二三四五六七八九")}
_ARTICLE = re.compile(r"第([〇一二三四五六七八九十百]+)条(?:第（([一二三四五六七八九十]+)）项)?")
_RULE = re.compile(r"第(\d+)条")


def number_of(text: str) -> int:
    """Read a Chinese numeral below one thousand as articles are counted (三十二 is 32)."""
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * (100 if char == "百" else 10)
            digit = 0
    return total + digit


def in_english(text: str) -> str:
    """Return a legal source in English, or an empty text when part of it is not in the tables.

    «地名管理条例 第九条第（八）项» is «Regulations on Place Names, art. 9(8)».
    """
    found = text
    for zh, en in REMARKS.items():
        found = found.replace(f"（{zh}）", f" ({en})")
    for zh, en in sorted((INSTRUMENTS | PHRASES).items(), key=lambda pair: -len(pair[0])):
        found = found.replace(zh, en)
    found = _ARTICLE.sub(_article, found)
    found = _RULE.sub(r"rule \1", found)
    found = re.sub(r" (?=(?:art\.|rule) \d)", ", ", found).replace("、, ", "、")
    found = found.replace("、", " and ").replace("；", "; ")
    return "" if re.search("[\u3000-\u9fff\uff00-\uffef]", found) else found.strip()


def _article(match: re.Match[str]) -> str:
    article, item = match.groups()
    return f"art. {number_of(article)}" + (f"({number_of(item)})" if item else "")
