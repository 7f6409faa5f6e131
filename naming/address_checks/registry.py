"""The registry every address rule enters itself into, and the dates its sources came into force."""

from __future__ import annotations

from datetime import date

from geoapp.core.checks import Registry, Stage

RULES = Registry("addresses")

DM_SINCE = date(2022, 5, 1)
"""地名管理条例 (State Council order 753) has been in force since 2022-05-01."""

SINCE = date(2019, 1, 1)
"""Rules that follow the practice of numbering, not one ordinance: as long as the city's other practices."""

EVERY_STAGE = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.NUMBER)
"""An address is judged from the first entry on a form to the moment its number is given."""

ONCE_NAMED = (Stage.DRAFT, Stage.ACCEPT, Stage.NUMBER)
"""Not at the submission: an application for a door at an unnamed street is taken in, and the street is named first."""
