"""Two texts that mean one name become one: widths, spaces, look-alike letters."""

from __future__ import annotations

import unicodedata

from naming.language.characters import simplified

# Letters that printing shops and word processors put where Hanyu Pinyin wants a plain one.
_LOOKALIKES = {
    "ɡ": "g",
    "ɑ": "a",
    "α": "a",
    "а": "a",
    "е": "e",
    "о": "o",
    "і": "i",
    "ı": "i",
    "υ": "u",
    "ă": "ǎ",
    "ĕ": "ě",
    "ĭ": "ǐ",
    "ŏ": "ǒ",
    "ŭ": "ǔ",
    "Ă": "Ǎ",
    "Ĕ": "Ě",
    "Ŏ": "Ǒ",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
}


def normalise_name(text: str) -> str:
    """Return the form in which names are compared: NFKC, simplified, without spaces and separators.

    Only for comparison: what people read keeps the characters that were approved.
    """
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in folded if unicodedata.category(c)[0] not in "ZC" and c not in "·・-—")
    return unicodedata.normalize("NFKC", simplified(unicodedata.normalize("NFKC", kept)))


def mend_latin(text: str) -> tuple[str, list[str]]:
    """Replace look-alike letters in pinyin; return the mended text and what was replaced (``U+0261``)."""
    composed = unicodedata.normalize("NFC", text)
    mended, found = [], []
    for char in composed:
        replacement = _LOOKALIKES.get(char)
        if replacement is None and "\uff01" <= char <= "\uff5e":
            replacement = unicodedata.normalize("NFKC", char)
        if replacement is not None and replacement != char:
            found.append(f"U+{ord(char):04X}")
        mended.append(replacement or char)
    return unicodedata.normalize("NFC", "".join(mended)), list(dict.fromkeys(found))
