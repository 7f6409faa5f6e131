"""The shipped rule profile of the city: read from the lexicon, verified against the naming rules. Pure."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from geoapp.core.profiles import Profile, verify
from naming.checks import RULES

FOSHAN = Path(__file__).parent / "lexicon" / "profile_foshan.json"
"""The first profile, 佛山（试行）; every local value in it is UNVERIFIED."""


def load_profile(path: Path = FOSHAN) -> Profile:
    """Read a profile from a JSON file; nothing is verified yet.

    Raises OSError when the file cannot be read, ValueError when it is no JSON or holds no date, KeyError when
    a member is missing.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    return Profile(
        name=data["name"],
        edition=data["edition"],
        valid_from=date.fromisoformat(data["valid_from"]),
        severities=data["severities"],
        values=data.get("values", {}),
        source_status=data.get("source_status", "UNVERIFIED"),
    )


def verified(profile: Profile) -> Profile:
    """Return the profile when every code, variant, severity and parameter in it exists.

    Raises UnknownRule, or ValueError for a severity that does not exist.
    """
    verify(profile, [RULES])
    return profile
