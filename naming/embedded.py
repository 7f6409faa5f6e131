"""A naming matter contained in another case: names of villages and communities (地名管理条例实施办法 art. 5 ¶2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from boundaries.ports import NamingCase, NamingContents
from geoapp.core import checks
from geoapp.core.authority import profile_on
from geoapp.core.checks import Stage
from naming.checks import RULES
from naming.proposals import Draft, Renamed, proposal_of
from naming.questions import RegisterQuestions

FOR_UNITS = ("N-02", "N-03", "N-22", "P-01")
"""The naming rules that speak of the name itself, its reading and the reasons for it; whether a name of a unit is
taken is V-09's affair, for it compares within the county-level area."""


def open_embedded(
    contents: NamingContents, *, on: date, stages: Sequence[Stage], case: str = "", item: str = ""
) -> NamingCase:
    """Return what the contents lack, in words, and what the naming rules for units find at some stages."""
    draft = Draft(
        name=contents.name,
        pinyin=contents.pinyin,
        kind="rename" if contents.old_name else "name",
        category="ADM",
        item_id=item,
        # The plan names the unit by its id, so that its name of today is the one it had on the day it is judged.
        renaming=Renamed(contents.unit, contents.old_name, contents.trigger, contents.legal_basis)
        if contents.old_name
        else None,
    )
    proposal = proposal_of(draft, on)
    findings = checks.run(
        RULES, proposal, RegisterQuestions(on), profile_on(on), stages=stages, on=on, only=FOR_UNITS
    )
    wanted = [(_("含义"), contents.meaning), (_("理由"), contents.reason)]
    missing = tuple(label for label, text in wanted if not text.strip())
    return NamingCase(contents, missing, tuple(findings))
