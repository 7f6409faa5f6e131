"""Provinces, cities and counties of the whole country, present and former: for addresses outside the city.

The table is NBS 2023 (china-division), the former names are JioNLP's list (``naming/lexicon/README.md``).
"""

from __future__ import annotations

from functools import lru_cache

from naming.addressing.gazetteer import ALIAS, FULL, SHORT, Name, NameTable, enter_unit
from naming.language.lexicon import rows

_PROVINCE_ENDS = ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市")
_KINDS = {2: "province", 4: "city", 6: "district"}
_MUNICIPALITIES = ("11", "12", "31", "50")
_PEOPLES = [
    "各族",
    "回族",
    "蒙古族",
    "藏族",
    "壮族",
    "苗族",
    "彝族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "高山族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯",
    "鄂温克族",
    "保安族",
    "裕固族",
    "塔吉克",
    "独龙族",
    "普米族",
    "阿昌族",
]


@lru_cache(maxsize=4)
def national_table(without: str = "") -> NameTable:
    """Return the table; divisions whose code begins with ``without`` (the register's own city) are left out."""
    table = NameTable()
    names = {row["code"]: row["name"] for row in rows("divisions_2023")}
    kept = {code: name for code, name in names.items() if not (without and code.startswith(without))}
    for code, name in kept.items():
        kind = _KINDS[len(code)]
        if kind == "province":
            _province(table, code, name)
        else:
            enter_unit(table, kind, name, code=code, local=False)
            _short_autonomous(table, kind, code, name)
    for row in rows("divisions_former"):
        if row["code"] in kept:
            kind = _KINDS[len(row["code"])]
            enter_unit(table, kind, row["former"], code=row["code"], now=kept[row["code"]], local=False)
    return table


def _province(table: NameTable, code: str, name: str) -> None:
    codes = frozenset({code})
    for end in _PROVINCE_ENDS:
        if name.endswith(end):
            table.add(name.removesuffix(end), Name("province", name, codes, strength=SHORT))
            if end != "省" and end != "市":
                table.add(name.removesuffix(end) + "自治区", Name("province", name, codes, strength=ALIAS))
            break
    table.add(name, Name("province", name, codes, strength=FULL))
    if code in _MUNICIPALITIES:
        # 上海上海市: a municipality is a city too.
        table.add(name, Name("city", name, codes, strength=FULL))
        table.add(name.removesuffix("市"), Name("city", name, codes, strength=SHORT))


def _short_autonomous(table: NameTable, kind: str, code: str, name: str) -> None:
    """Enter 恭城 for 恭城瑶族自治县."""
    if name.endswith(("林区", "新区")) and len(name) > 3:
        table.add(name[:-2] + "区", Name(kind, name, frozenset({code}), strength=ALIAS))
        table.add(name[:-2], Name(kind, name, frozenset({code}), strength=SHORT))
    for end in ("自治州", "自治县", "自治旗", "区"):
        if not name.endswith(end):
            continue
        bare = name.removesuffix(end)
        while people := next((p for p in _PEOPLES if bare.endswith(p) and len(bare) > len(p) + 1), ""):
            bare = bare.removesuffix(people)
        if bare != name.removesuffix(end):
            table.add(bare, Name(kind, name, frozenset({code}), strength=SHORT))
            table.add(bare + end[-1], Name(kind, name, frozenset({code}), strength=ALIAS))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in rows("divisions_2023")}


def above(codes: frozenset[str]) -> dict[str, str]:
    """Return the province, city and district that all the codes share, by part: what a text means but does not say."""
    found = {}
    for length, kind in _KINDS.items():
        heads = {code[:length] for code in codes}
        if len(heads) != 1:
            break
        head = heads.pop()
        name = _names().get(head, "")
        if len(head) == length and name:
            found[kind] = name
        elif length == 4 and head[:2] in _MUNICIPALITIES:
            found[kind] = _names()[head[:2]]
    return found
