"""The registry every boundary rule enters itself into, and the dates its sources came into force."""

from __future__ import annotations

from datetime import date

from geoapp.core.checks import Registry, Stage

RULES = Registry("boundaries")

SINCE = date(2019, 1, 1)
"""Rules without a date of their own speak from the day 行政区划管理条例 came into force (2019-01-01)."""

EVERY_STAGE = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE)
