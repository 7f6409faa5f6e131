"""One spelling for what people write: widths, traditional forms, blanks, brackets, dashes, separators."""

from __future__ import annotations

import re
import unicodedata

from naming.language.characters import simplified

LONGEST = 300
"""Characters of an address that are read; what lies behind is handed back as not understood."""

_OPENING, _CLOSING = "([{<【《〈「『〔〖", ")]}>】》〉」』〕〗"
_DASHES = "-‐‑‒–—―−－─~～_"
_BLANKS = ",，;；/\\|。:：!！?？\"'“”‘’`*…=+&^$%"
_TABLE = {ord(c): "(" for c in _OPENING} | {ord(c): ")" for c in _CLOSING}
# A middle dot parts the words of one name (新世界·凯粤湾) or two levels; neither needs it.
_TABLE |= dict.fromkeys(map(ord, "·・•‧"), "")
_TABLE |= {ord(c): "-" for c in _DASHES} | {ord(c): " " for c in _BLANKS}
_RUNS = re.compile(r" {2,}")
_DASH_RUNS = re.compile(r"-{2,}")
# A comma between door numbers parts them like 、 (7,9号; 7号，9号), between other things it is a blank.
_NUMBER_COMMA = re.compile(r"(?<=[0-9号])[,，] ?(?=[0-9]{1,4}(?:号?[,，、][0-9]{1,4}){0,5}号(?![楼铺房]))")
# Numerals as on cheques count floors and doors too (贰楼); elsewhere 伍 and 陆 are names.
_BANKERS = re.compile(r"[壹贰叁肆伍陆柒捌玖拾]{1,3}(?=[楼层号座栋幢梯])")
_PLAIN_NUMERALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
# A dash that joins numbers stays; one that parts names, or stands at an end, is a blank. So is a full stop.
_PARTING_DASH = re.compile(r"(?<![0-9A-Za-z号之])-|-(?![0-9A-Za-z一二三四五六七八九十])")
_PARTING_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])")
_AROUND_DASH = re.compile(r" *- *(?=[0-9A-Za-z])")
_INSIDE = re.compile(
    r"(?<=[0-9A-Za-z]) (?=[号座栋幢楼层室房单梯铺附#]|之[0-9])|(?<=[号座栋幢]) (?=之)|(?<=之) (?=[0-9])"
)


def clean(text: str) -> str:
    """Return the text in which addresses are read; of the result, ``segment`` reads the first ``LONGEST`` characters.

    Half-width and simplified; brackets are ( and ), dashes between numbers -, every other separator one blank. 、
    stays, for it parts numbers (33、35号). Idempotent on what ``compose`` writes.
    """
    folded = unicodedata.normalize("NFKC", text)
    folded = "".join(" " if unicodedata.category(c)[0] in "ZC" else c for c in folded)
    folded = _NUMBER_COMMA.sub("、", unicodedata.normalize("NFKC", simplified(folded)))
    folded = _BANKERS.sub(lambda m: m[0].translate(_PLAIN_NUMERALS), folded).translate(_TABLE)
    folded = _RUNS.sub(" ", _AROUND_DASH.sub("-", _DASH_RUNS.sub("-", folded)))
    folded = _PARTING_DOT.sub(" ", _PARTING_DASH.sub(" ", folded))
    folded = _RUNS.sub(" ", folded)
    return _INSIDE.sub("", folded).strip()


def name_key(name: str) -> str:
    """Return the form in which a name stands in a gazetteer: as ``clean`` leaves it, without blanks."""
    return clean(name).replace(" ", "")
