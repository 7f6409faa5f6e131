"""On the demo city, nineteen of twenty doors get their number back; the whole runs in tests/bench/bench_numbering.py."""

from __future__ import annotations

from random import Random

import pytest

from geoapp.planner.demo.addresses import make_addresses
from geoapp.planner.demo.city import built_up_areas, load_units
from geoapp.planner.demo.streets import make_streets
from tests.naming.numbering.leave_one_out import kind_of, leave_one_out


@pytest.fixture(scope="module")
def city():
    units = load_units()
    streets = make_streets(units, built_up_areas(units), seed=2026, count=6000)
    return streets, make_addresses(units, streets, seed=2026)


def test_removed_doors_get_their_number_back(city):
    streets, addresses = city
    kinds = {s.key: kind_of(s) for s in streets}
    sample = set(Random(7).sample(range(len(addresses)), 1200))
    # Special streets are few: all of their doors.
    special = {"ring", "broken", "with opposite part", "with planned part"}
    sample |= {i for i, a in enumerate(addresses) if kinds[a.street_key] in special}
    found = leave_one_out(streets, addresses, sample=sample)
    print("\n".join(found.lines()))
    assert special <= set(found.tries) and len(found.tries) >= 8
    assert found.share >= 0.95
    for kind, tries in found.tries.items():
        if tries >= 60:
            assert found.hits[kind] / tries >= 0.93, kind
