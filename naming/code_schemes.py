"""The schemes of address codes: how each is written, whether it is public. Data with its source; all UNVERIFIED."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "lexicon" / "address_codes.json"
_CODE = re.compile(r"(?=.*[0-9])[0-9A-Z.+()-]{6,60}")


@dataclass(frozen=True)
class Scheme:
    """How one system writes the codes of addresses.

    ``unique``: no two addresses have one code at one time (a plot may carry several doors). ``public``: shown to
    everybody and found by the public search. ``verified`` is False while nobody has seen the source's own text.
    """

    key: str
    name: str
    name_en: str
    standard: str
    pattern: str
    form: str
    form_en: str
    unique: bool
    public: bool
    verified: bool

    def fits(self, code: str) -> bool:
        """Say whether a code is written as the scheme wants it."""
        return re.fullmatch(self.pattern, code) is not None


@cache
def schemes() -> dict[str, Scheme]:
    """Return the schemes by key. Raises OSError or KeyError when the shipped file is damaged."""
    data: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    verified = data["source_status"] != "UNVERIFIED"
    return {key: Scheme(key=key, verified=verified, **row) for key, row in data["schemes"].items()}


def public_schemes() -> list[str]:
    """Return the keys of the schemes that everybody may see."""
    return [key for key, scheme in schemes().items() if scheme.public]


def clean(text: str) -> str:
    """Return a code as it is kept: half-width, capitals, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def looks_like_code(text: str) -> bool:
    """Say whether a search text may be the code of an address."""
    return _CODE.fullmatch(clean(text)) is not None
