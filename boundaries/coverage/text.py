"""Attributes: which field is the code, which the name; codes used twice; characters lost on the way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# exact names (folded), the most telling first
_CODES = [
    "code",
    "xzqdm",
    "zldwdm",
    "qsdwdm",
    "dm",
    "xzqhdm",
    "qhdm",
    "zqdm",
    "cjdm",
    "cundm",
    "sqdm",
    "jddm",
    "xzdm",
    "tjyqhdm",
    "tjdm",
    "bsm_dm",
    "代码",
    "编码",
    "行政区划代码",
    "行政区代码",
    "区划代码",
    "统计用区划代码",
    "统计代码",
    "坐落单位代码",
    "座落单位代码",
    "权属单位代码",
    "村代码",
    "社区代码",
    "adcode",
    "ad_code",
    "pac",
    "insee",
    "insee_com",
    "code_insee",
    "codgeo",
    "com_code",
    "codecommune",
    "code_commune",
    "code_com",
    "code_canton",
    "code_iris",
    "geoid",
    "geoid20",
    "geoid10",
    "geoidfq",
    "fips",
    "fips_code",
    "fipscode",
    "nuts_id",
    "nuts_code",
    "lau_id",
    "lau_code",
    "lau_code_",
    "gisco_id",
    "ags",
    "ags_0",
    "ars",
    "gss_code",
    "lad_code",
    "istat",
    "pro_com",
    "pro_com_t",
    "cod_istat",
    "cvegeo",
    "cd_geocmu",
    "ibge",
    "gemcode",
    "gm_code",
    "bu_code",
    "statcode",
    "nis",
    "kommunenummer",
    "kommunnamn_kod",
    "shn",
    "gmdnr",
    "bfs_nr",
    "bfs_nummer",
    "precinct",
    "precinct_id",
    "precinctid",
    "vtd",
    "vtdst",
    "vtdid",
    "pct",
    "prec_id",
    "prec_code",
    "precinct_c",
    "pcode",
    "adm4_pcode",
    "adm3_pcode",
    "adm2_pcode",
    "adm1_pcode",
    "hasc",
    "hasc_2",
    "gid_4",
    "gid_3",
    "gid_2",
    "gid_1",
    "unit_code",
    "unitcode",
    "area_code",
    "id_code",
    "id",
]
_NAMES = [
    "name",
    "mc",
    "xzqmc",
    "zldwmc",
    "qsdwmc",
    "名称",
    "行政区名称",
    "行政区划名称",
    "村名",
    "社区名称",
    "nom",
    "nom_com",
    "nom_comm",
    "nome",
    "nombre",
    "nom_officiel",
    "libelle",
    "libgeo",
    "namelsad",
    "namelsad20",
    "name20",
    "prename",
    "gen",
    "naam",
    "gemeentenaam",
    "kommunenavn",
    "lau_name",
    "nuts_name",
    "comune",
    "shape_name",
    "precinct",
    "precinct_name",
    "vtd_name",
    "full_name",
    "label",
    "title",
    "单位名称",
    "adm4_zh",
    "adm3_zh",
    "adm2_zh",
    "adm4_en",
    "adm3_en",
    "adm2_en",
]
_CODE_LIKE = re.compile(r"(code|dm$|_cd$|cd$|insee|geoid|fips|代码|编码|precinct|vtd|pcode)")
_NUMBER = re.compile(r"^(?=.*\d)[A-Za-z0-9._/\-]{1,20}$")
_PARENT = re.compile(
    r"(dep|dept|reg|state|county|country|prov|district|parent|type|class|ur_|zip|post|上级|类型|类别|邮)"
)


def _folded(fields: Iterable[str]) -> dict[str, str]:
    folded: dict[str, str] = {}
    for name in fields:
        folded.setdefault(unicodedata.normalize("NFKC", str(name)).strip().casefold(), name)
    return folded


def normal_code(value: Any) -> str:
    """Return a code as text for comparison: full-width digits narrowed, 440604.0 without its fraction."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if re.fullmatch(r"\d+\.0+", text):
        text = text.split(".")[0]
    return "" if text.casefold() in {"null", "none", "nan", "-", "<null>"} else text


def code_field(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the field that identifies the features, by its name and by its values, or None.

    A known name wins, in the order of the list; then any field that sounds like a code and not like that of
    a parent. A field with mostly repeated values (fewer than half distinct) tells a class, not a feature.
    """
    fields = _folded(rows[0]) if rows else {}
    exact = [fields[name] for name in _CODES if name in fields and name != "id"]
    close = [
        original for name, original in fields.items() if _CODE_LIKE.search(name) and not _PARENT.search(name)
    ]
    last = [fields[name] for name in ("id",) if name in fields]
    for field in (*exact, *close, *last):
        values = [normal_code(row.get(field)) for row in rows]
        filled = [value for value in values if value]
        if filled and 2 * len(set(filled)) >= len(filled) and 2 * len(filled) >= len(values):
            return field
    named = name_field(rows)
    if named is not None:  # a precinct called 2823: the name is the code
        values = [normal_code(row.get(named)) for row in rows]
        numbered = [value for value in values if _NUMBER.match(value)]
        if 10 * len(numbered) >= 9 * len(values) and 2 * len(set(numbered)) >= len(values):
            return named
    return None


def name_field(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the field with the features' names, or None."""
    fields = _folded(rows[0]) if rows else {}
    exact = [fields[name] for name in _NAMES if name in fields]
    close = [original for name, original in fields.items() if re.search(r"(name|mc$|名称|^nom|nom$)", name)]
    for field in (*exact, *close):
        if any(isinstance(row.get(field), str) and str(row[field]).strip() for row in rows):
            return field
    return None


@dataclass(frozen=True)
class LostText:
    """A value in which characters were lost: what was seen, and what it may have been."""

    reason: str
    guess: str = ""


_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_QUESTION = re.compile(rf"[{_HAN}]\s*\?|\?\s*[{_HAN}]")
_ONLY_QUESTIONS = re.compile(r"^\s*\?{2,}\s*$")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_STAND_IN = re.compile(rf"(?<=[{_HAN}])[□〓]|[□〓](?=[{_HAN}])")
_FAMOUS = re.compile("锟斤拷|锟斤|斤拷|烫烫|屯屯屯|ï»¿|\xef\xbf\xbd")
_HIGH = re.compile(r"[^\x00-\x7f]+")
_HAN_ALL = re.compile(rf"^[{_HAN}·（）()—\-]+$")
_LATIN_RUN = re.compile("[\u0080-\u00ffŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{2,}")


def _as_bytes(run: str) -> bytes | None:
    """Return the bytes a run of Latin-1 or Windows-1252 characters stood for."""
    out = bytearray()
    for char in run:
        if ord(char) < 256:
            out.append(ord(char))
            continue
        try:
            out += char.encode("cp1252")
        except UnicodeEncodeError:
            return None
    return bytes(out)


def _read_as_latin(text: str) -> str:
    """Return what a text read as Latin-1 was, or "": UTF-8 of any script, or at least two GB 2312 characters."""
    runs = _LATIN_RUN.findall(text)
    if not runs:
        return ""
    meant = text
    for run in runs:
        raw = _as_bytes(run)
        if raw is None:
            return ""
        try:
            meant = meant.replace(run, raw.decode("utf-8"))
            continue
        except UnicodeDecodeError:
            pass
        try:
            decoded = raw.decode("gb2312")
        except UnicodeDecodeError:
            return ""
        if len(decoded) < 2 or not _HAN_ALL.match(decoded):
            return ""
        meant = meant.replace(run, decoded)
    return meant


def _utf8_read_as_gbk(text: str) -> str:
    """Return what UTF-8 read as GBK was (浣涘北甯 is 佛山…), or "". Three Chinese characters never decode so by chance
    unless their bytes are all of UTF-8's narrow pattern, which common words are not."""
    for run in _HIGH.findall(text):
        try:
            decoded = run.encode("gb18030").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if len(decoded) >= 2 and _HAN_ALL.match(decoded):
            return text.replace(run, decoded)
    return ""


def lost_characters(value: Any) -> LostText | None:
    """Return what is wrong with a text value, or None when it reads as it should."""
    if not isinstance(value, str) or not value:
        return None
    if "\ufffd" in value:
        return LostText("含替换符 U+FFFD，原字已丢失")
    if _FAMOUS.search(value):
        return LostText("含“锟斤拷”一类乱码，原字已丢失")
    if value.isascii():
        if _ONLY_QUESTIONS.match(value):
            return LostText("整个值只剩问号，原字已丢失")
        return LostText("含控制字符") if _CONTROL.search(value) else None
    if found := _PRIVATE.search(value):
        return LostText(f"含私用区字符 U+{ord(found[0]):04X}，换一台电脑就显示不出")
    if _QUESTION.search(value):
        return LostText("汉字间夹有问号，可能丢了字")
    if _STAND_IN.search(value):
        return LostText("汉字间夹有方框或〓，可能丢了字")
    if guess := _read_as_latin(value):
        return LostText("编码读错（按西文读了中文或 UTF-8）", guess)
    if guess := _utf8_read_as_gbk(value):
        return LostText("编码读错（按 GBK 读了 UTF-8）", guess)
    if _CONTROL.search(value) or re.search(r"[\x80-\x9f]", value):
        return LostText("含控制字符")
    return None
