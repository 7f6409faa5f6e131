"""Rows are locked in one order whatever order they are asked for in: many at once never wait for each other in a ring."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from geoapp.core.database import lock_rows
from naming.models import PlaceName

TURNS, PEOPLE, PLACES = 15, 4, 6


@pytest.mark.django_db(transaction=True)
def test_no_ring_and_every_lock_is_counted():
    ids = [PlaceName.objects.create(category="STR").pk for _ in range(PLACES)]
    faults: list[BaseException] = []

    def work(person: int) -> None:
        try:
            for turn in range(TURNS):
                asked = ids if (person + turn) % 2 else ids[::-1]
                with transaction.atomic():
                    lock_rows(PlaceName.objects.all(), asked)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    people = [threading.Thread(target=work, args=(n,)) for n in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert faults == []
    held = PlaceName.objects.filter(pk__in=ids).values_list("lock_version", flat=True)
    assert list(held) == [TURNS * PEOPLE] * PLACES


@pytest.mark.django_db
def test_nothing_to_lock_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        lock_rows(PlaceName.objects.all(), [])
