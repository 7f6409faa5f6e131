"""Numbers as people write them on doors: 33, 三十三, 一百零五, 五〇一, ３３ (after normalising)."""

from __future__ import annotations

NUMERAL = "(?:[0-9]{1,5}|[零〇一二三四五六七八九十百千两]{1,7})"
"""A regular expression for one number, Arabic or Chinese."""

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN = "零一二三四五六七八九"


def read_number(text: str) -> int | None:
    """Read a number; None when it is none. 十二 is 12, 一百零五 is 105, 五〇一 (digit by digit) is 501."""
    if text.isascii():
        return int(text) if text.isdecimal() else None
    if not any(c in _TENS for c in text):
        if not text or any(c not in _DIGITS for c in text):
            return None
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit, last = 0, None, 10_000
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char in _TENS and _TENS[char] < last:
            last = _TENS[char]
            total += (1 if digit is None else digit) * last
            digit = None
        else:
            return None
    return total + (digit or 0)


def han_number(number: int) -> str:
    """Write a whole number from 0 to 9,999 in Chinese: 33 is 三十三, 105 is 一百零五. Raises ValueError beyond."""
    if not 0 <= number < 10_000:
        raise ValueError(f"{number} is not written in Chinese here")
    if number < 10:
        return _HAN[number]
    text, gap = "", False
    for value, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, value)
        if digit:
            text += ("零" if gap and text else "") + _HAN[digit] + word
            gap = False
        else:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text
