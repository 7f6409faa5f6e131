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


def test_new_blocks_of_values_come_the_same_way():
    reference.seed(build.TODAY)
    old = RuleProfile.objects.get()
    values = {code: held for code, held in old.values.items() if not code.startswith("door_")}
    RuleProfile.objects.filter(pk=old.pk).update(values=values | {"door_review": {"sample_share": 0.5}})
    said = reference.seed(build.TODAY)
    assert any("增加 door_clocks、door_privacy" in line for line in said), said
    today, past = profile_on(build.TODAY), profile_on(build.TODAY - timedelta(days=1))
    assert today.values["door_clocks"]["number_days"] == 15
    assert today.values["door_review"] == {"sample_share": 0.5}, "what the office set stays"
    assert "door_clocks" not in past.values
    assert reference.seed(build.TODAY) == [] and RuleProfile.objects.count() == 2
