"""The words of a CQL2 text: names, strings, numbers, signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from django.utils.translation import gettext as _

from geoapp.ogc.cql.nodes import refuse

Kind = Literal["name", "quoted", "text", "number", "sign", "end"]

_START = (
    ":_A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1ffe\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = ".0-9\u0300-\u036f\u203f-\u2040"
# The standard's letters reach over what a Chinese keyboard types for brackets, commas and signs of comparison.
_MISTYPED = "（），＝＞＜、。＇＂；"
_WORD = re.compile(
    r"(?P<space>[ \t\r\n\u3000]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<sign><>|<=|>=|[=<>(),+\-*/%^])"
    rf"|(?P<name>[{_START}][{_START}{_MORE}]*)"
    r'|"(?P<quoted>[^"]+)"'
)


@dataclass(frozen=True)
class Word:
    """A word: its kind, its value (strings without quotes), the number of its first character, from 1."""

    kind: Kind
    value: str
    at: int


def split(text: str) -> list[Word]:
    """Return the words of a filter and the end. Raises BadRequest at what is no word."""
    found: list[Word] = []
    place = 0
    while place < len(text):
        if text[place] == "'":
            value, after = _string(text, place)
            found.append(Word("text", value, place + 1))
            place = after
            continue
        match = _WORD.match(text, place)
        if match is None:
            _unreadable(text, place)
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        if kind == "name":
            _typed_right(match[0], place)
        if match.lastgroup != "space":
            found.append(Word(kind, match[kind], place + 1))
        place = match.end()
    found.append(Word("end", "", len(text) + 1))
    return found


def _string(text: str, start: int) -> tuple[str, int]:
    r"""Return a string that begins at ``start`` and where it is over; ``''`` and ``\'`` stand for a quote."""
    parts: list[str] = []
    place = start + 1
    while True:
        over = text.find("'", place)
        if over < 0:
            refuse(start + 1, _("文字没有结束"), _("文字写在一对单引号中；文字里的单引号写作两个单引号"))
        piece = text[place:over]
        if (len(piece) - len(piece.rstrip("\\"))) % 2:  # two make one of a pattern, and leave the quote alone
            parts += [piece[:-1], "'"]
        elif text.startswith("''", over):
            parts += [piece, "'"]
            over += 1
        else:
            return "".join([*parts, piece]), over + 1
        place = over + 1


def _typed_right(name: str, place: int) -> None:
    for n, character in enumerate(name):
        if character in _MISTYPED:
            refuse(
                place + n + 1,
                _("这里不能用全角符号 %s") % character,
                _("请改用半角的括号、逗号、引号和比较符号"),
            )


def _unreadable(text: str, place: int) -> NoReturn:
    if text[place] == '"':
        refuse(place + 1, _("属性名没有结束"), _("双引号只用于属性名；文字写在一对单引号中"))
    shown = text[place] if text[place].isprintable() else f"U+{ord(text[place]):04X}"
    refuse(place + 1, _("不认识字符 %s") % shown, _("文字写在一对单引号中，例如 name = '祖庙路'"))
