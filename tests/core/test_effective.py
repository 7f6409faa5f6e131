"""Two times: what was law on a day, and what the register knew after an act."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boundaries.models import Unit, UnitVersion
from geoapp.core.effective import begin, correct, end, in_force, succeed
from geoapp.core.errors import Conflict

pytestmark = pytest.mark.django_db
D0 = date(2020, 1, 1)


def first(name: str = "旧名", seq: int = 1) -> UnitVersion:
    unit = Unit.objects.create(level="community")
    return begin(UnitVersion, seq=seq, valid_from=D0, unit=unit, name=name, code="1", kind="village")


def name_on(version: UnitVersion, on: date, known_at: int | None = None) -> str | None:
    rows = in_force(UnitVersion.objects.filter(unit=version.unit), on, known_at)
    names = list(rows.values_list("name", flat=True))
    assert len(names) <= 1, "two names at once"
    return names[0] if names else None


def test_a_change_keeps_the_past():
    old = first()
    succeed(old, seq=2, valid_from=date(2023, 5, 1), name="新名")
    assert name_on(old, date(2023, 4, 30)) == "旧名"
    assert name_on(old, date(2023, 5, 1)) == "新名"
    assert name_on(old, date(2023, 5, 1), known_at=1) == "旧名"


def test_a_correction_changes_what_we_know_not_what_we_knew():
    old = first("错字")
    correct(old, seq=2, name="正字")
    assert name_on(old, date(2021, 1, 1)) == "正字"
    assert name_on(old, date(2021, 1, 1), known_at=1) == "错字"


def test_an_end_ends():
    old = first()
    end(old, seq=2, valid_to=date(2024, 1, 1))
    assert name_on(old, date(2023, 12, 31)) == "旧名"
    assert name_on(old, date(2024, 1, 1)) is None


def test_a_replaced_version_cannot_be_replaced_again():
    old = first()
    succeed(old, seq=2, valid_from=date(2023, 5, 1), name="新名")
    with pytest.raises(Conflict):
        succeed(old, seq=3, valid_from=date(2023, 6, 1), name="又名")


def test_a_change_outside_the_validity_is_refused():
    with pytest.raises(Conflict):
        succeed(first(), seq=2, valid_from=date(2019, 1, 1), name="新名")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2000)), max_size=6))
def test_answers_about_the_past_never_change(steps):
    current = first("0")
    days = [D0 + timedelta(days=n) for n in range(0, 2100, 150)]
    remembered: dict[int, list[str | None]] = {1: [name_on(current, d, 1) for d in days]}
    seq = 1
    for is_change, offset in steps:
        on = D0 + timedelta(days=offset)
        seq += 1
        if is_change and on > current.valid_from:
            current = succeed(current, seq=seq, valid_from=on, name=str(seq))
        else:
            current = correct(current, seq=seq, name=str(seq))
        remembered[seq] = [name_on(current, d) for d in days]
        for known_at, answers in remembered.items():
            assert [name_on(current, d, known_at) for d in days] == answers
