"""The registry every naming rule enters itself into, and the dates its sources came into force."""

from __future__ import annotations

from datetime import date

from geoapp.core.checks import Registry, Stage

RULES = Registry("naming")

DM_SINCE = date(2022, 5, 1)
"""地名管理条例 (State Council order 753) has been in force since 2022-05-01."""

EVERY_STAGE = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE)
"""Rules about the name itself speak from the first stroke to the decision."""
