"""The line of acts: no gaps, a chain that notices every change, moments that never run backwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from geoapp.core import acts
from geoapp.core.models import Act
from tests.build import NOW

pytestmark = pytest.mark.django_db


def write(kind: str = "test", at=NOW, **payload) -> int:
    with transaction.atomic(), acts.act(kind, at=at) as act:
        act.payload.update(payload)
    return act.seq


def test_numbers_have_no_gaps_even_after_a_failure():
    first = write()
    with pytest.raises(RuntimeError), transaction.atomic(), acts.act("test", at=NOW):
        raise RuntimeError("the effect failed")
    assert write() == first + 1
    assert acts.faults() == []


def test_moments_never_run_backwards():
    write(at=NOW)
    seq = write(at=NOW - timedelta(days=5))
    assert Act.objects.get(seq=seq).at == NOW


def test_known_at_maps_a_moment_to_the_last_act_before_it():
    first = write(at=NOW)
    second = write(at=NOW + timedelta(hours=1))
    assert acts.seq_at(NOW - timedelta(seconds=1)) == first - 1
    assert acts.seq_at(NOW + timedelta(minutes=30)) == first
    assert acts.seq_at(NOW + timedelta(hours=2)) == second


@pytest.mark.parametrize("change", [{"payload": "{}"}, {"kind": "other"}, {"prev_hash": "f" * 64}])
def test_every_change_is_noticed(change):
    write(name="映霞路")
    write()
    assert acts.faults() == []
    Act.objects.filter(seq=1).update(**change)
    assert acts.faults()


def test_a_removed_act_is_noticed():
    write()
    write()
    Act.objects.filter(seq=1).delete()
    assert "缺失" in acts.faults()[0]


@pytest.mark.django_db(transaction=True)
def test_an_act_needs_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"), acts.act("test", at=NOW):
        raise AssertionError("never reached")
