"""What every installation starts with: departments, the first rule profile, the working calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import boundaries.checks
import naming.address_checks
from geoapp.core import calendar
from geoapp.core.models import ActHead, Department, RuleProfile
from geoapp.core.profiles import Profile, verify
from geoapp.core.workflow import registries
from naming.profile import load_profile

PROFILES = [
    Path(room.__file__).parent / "profile_foshan.json" for room in (boundaries.checks, naming.address_checks)
]
"""The severities of the rules that are not about names, each beside its rules."""

DEPARTMENTS = {
    "GA": "公安",
    "ZR": "自然资源",
    "ZJ": "住房和城乡建设",
    "JT": "交通运输",
    "WL": "文化广电旅游",
}


def shipped_profile() -> Profile:
    """Return the first profile with the severities of all rules, verified against all of them."""
    whole = load_profile()
    for further in map(load_profile, PROFILES):
        whole = replace(
            whole,
            severities={**whole.severities, **further.severities},
            values={**whole.values, **further.values},
            valid_from=min(whole.valid_from, further.valid_from),
        )
    verify(whole, registries())
    return whole


def seed(today: date) -> list[str]:
    """Write what is missing; return what was written, in words. Rows an office has edited stay."""
    done = []
    ActHead.objects.get_or_create(pk=1)
    for code, name in DEPARTMENTS.items():
        if Department.objects.get_or_create(code=code, defaults={"name": name})[1]:
            done.append(f"部门 {name}")
    profile = shipped_profile()
    row, made = RuleProfile.objects.get_or_create(
        name=profile.name,
        edition=profile.edition,
        defaults={
            "valid_from": profile.valid_from,
            "severities": dict(profile.severities),
            "values": {code: dict(values) for code, values in profile.values.items()},
            "source_status": profile.source_status,
        },
    )
    if made:
        done.append(f"规则方案 {profile.label}")
    elif added := _complete(profile, today):
        done.append(added)
    days = calendar.seed(2022, today.year + 1)
    if days:
        done.append(f"工作日历 {days} 天")
    return done


def _complete(shipped: Profile, today: date) -> str:
    """Give what came with a new release, rules and blocks of values, to the profile in force, by an edition of its own
    from today on.

    What the office has set stays, and past days keep the profile they had. Returns what was written, in words.
    """
    held = RuleProfile.objects.filter(valid_from__lte=today).order_by("-valid_from", "-pk").first()
    if held is None:
        return ""
    new = sorted(set(shipped.severities) - set(held.severities))
    blocks = {block.code for registry in registries() for block in registry.blocks}
    added = [*new, *sorted(blocks - set(held.values))]
    if not added:
        return ""
    values = {code: dict(v) for code, v in shipped.values.items() if code in added}
    made = RuleProfile.objects.create(
        name=held.name,
        edition=f"{today.isoformat()} 增补",
        valid_from=today,
        severities={**held.severities, **{code: shipped.severities[code] for code in new}},
        values={**held.values, **values},
        source_status=held.source_status,
    )
    return f"规则方案 {made.name} {made.edition}：增加 {'、'.join(added)}"
