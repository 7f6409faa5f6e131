"""A release that brings rules: the profile in force gets them from today on, past days keep what they had."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geoapp.core.authority import profile_on
from geoapp.core.models import RuleProfile
from geoapp.core.profiles import UnknownRule
from geoapp.planner import reference
from tests import build

pytestmark = pytest.mark.django_db


def test_new_rules_come_into_an_older_profile_from_today_on():
    reference.seed(build.TODAY)
    old = RuleProfile.objects.get()
    severities = dict(old.severities)
    shipped = severities.pop("N-16")
    RuleProfile.objects.filter(pk=old.pk).update(severities=severities | {"N-10": "off"})
    with pytest.raises(UnknownRule, match="N-16"):
        profile_on(build.TODAY)
    assert any("增加 N-16" in line for line in reference.seed(build.TODAY))
    today, past = profile_on(build.TODAY), profile_on(build.TODAY - timedelta(days=1))
    assert today.severities["N-16"] == shipped and today.severities["N-10"] == "off", (
        "what the office set stays"
    )
    assert "N-16" not in past.severities and past.severity("N-16") == "off"
    assert reference.seed(build.TODAY) == [] and RuleProfile.objects.count() == 2
