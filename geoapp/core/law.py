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
    "村民委员会组织法": "Organic Law of the Villagers' Committees",
    "城市居民委员会组织法": "Organic Law of the Urban Residents' Committees",
    "行政区划管理条例": "Regulations on Administrative Divisions",
    "行政区域界线管理条例": "Regulations on the Boundaries of Administrative Areas",
    "江门市门楼号牌管理条例": "Jiangmen Regulations on Door Number Plates",
    "统计用区划代码和城乡划分代码编制规则": "Rules for Statistical Division Codes and Urban-Rural Codes",
    "统计用区划代码规则": "Rules for Statistical Division Codes",
}
REMARKS = {
    "跨区由市级办理参照外地做法，待本市确认": "that the city handles streets across districts follows the practice of other "
    "cities and awaits confirmation here",
    "条例只限同一建成区；全市避免重名参照外地做法，待本市确认": "the Regulations speak of one built-up area only; avoiding "
    "duplicates in the whole city follows the practice of other cities and awaits confirmation here",
    "派生地名规则参照外地做法，待本市确认": "the rules for derived names follow the practice of other cities and await "
    "confirmation here",
    "受理在先者优先为本系统办理规则": "that the case accepted first goes first is a rule of this service",
    "邻市条例，待本市确认": "regulations of a neighbouring city, awaiting confirmation here",
    "UNVERIFIED": "UNVERIFIED",
    "本市待定，UNVERIFIED": "to be settled by this city, UNVERIFIED",
    "本系统设计要求，待本市确认": "a requirement of this service that awaits confirmation here",
    "参照外地做法，待本市确认": "the practice of other cities, awaiting confirmation here",
    "参照外地批复，待本市确认": "approvals of other cities, awaiting confirmation here",
    "村、社区参照适用，待本市确认": "applied to villages and communities by analogy, awaiting confirmation here",
    "限值未见规定，待本市确认": "no limits found laid down; awaiting confirmation here",
    "国家统计局；条文未核，号段待本市统计部门确认": "National Bureau of Statistics; articles not read, segments await "
    "confirmation by the city's statistics office",
    "2026 年 1 月 1 日起": "from 2026-01-01",
    "2025 年修订，2026 年 1 月 1 日起": "revision of 2025, from 2026-01-01",
    "2026 年起条文序号有变，新序号待核": "articles are renumbered from 2026; the new numbers were not read",
}
PHRASES = {
    "设标期限为本市配置": "The time for setting up signs is configured by the city",
    "共享期限为本市配置": "The time for sharing is configured by the city",
    "发布期限为本市配置": "The time for publishing is configured by the city",
    "抽查比例为本市配置": "The size of samples is configured by the city",
    "个人信息留存期限为本市配置": "The time for which personal data are kept is configured by the city",
    "地址须落在所属村、社区范围内的技术要求": "That an address lies inside the land of its community",
    "实施期限为本市配置": "The time for carrying it out is configured by the city",
    "参照地名管理条例": "After the Regulations on Place Names",
    "此前 2018 年文本": "before that, text of 2018",
    "2018 年文本": "text of 2018",
    "以道路、河流中心线表述四至的做法": "The practice of describing bounds by the centrelines of roads and rivers",
    "佛山市民政局 2024 年工作计划：优化城乡社区设置，重点为特大型村改社区和城中村": "Foshan Civil Affairs Bureau, plan of "
    "work for 2024: better layout of communities, above all very large converted villages and villages in the city",
    "受影响地址、街路巷、标志列清单并全部归属的要求": "That affected addresses, streets and signs are listed and placed anew",
    "撤村建居征求集体经济组织意见的做法": "The practice of hearing the collective economic organisation when a village "
    "becomes a community",
    "村、社区范围相接且不重叠的技术要求": "That the land of villages and communities meets without overlap",
    "门楼号单双号分列两侧的做法": "The practice of odd and even numbers on opposite sides",
    "门楼号由起点依次递增的做法": "The practice of numbers rising from the origin",
    "按距离编号的做法": "The practice of numbering by distance",
    "地址数据完整和书写的技术要求": "That address data are complete and written in one form",
    "地址位置与村、社区范围相符的要求": "That the position of an address lies in its community",
    "地址位置与街路、房屋相近的要求": "That the position of an address is near its street and a building",
    "地址限定物街路巷优先的做法": "The practice that a street goes before a compound in an address",
    "地址不重复描述同一位置的要求": "That no two addresses describe one place",
    "调整前后总面积不变的技术要求": "That the total area is the same before and after",
    "调整前后户数、人口平衡的要求": "That households and population balance before and after",
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
