"""What a phone looks up offline is what the numbering room would say: fixture for suggest.js, and agreement."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
import shapely

from geoapp.planner.demo.addresses import make_addresses
from geoapp.planner.demo.city import built_up_areas, load_units
from geoapp.planner.demo.streets import make_streets
from naming.addressing.numbering import Door, load_profile, number_street, suggest
from tests.naming import phone
from tests.naming.numbering.leave_one_out import axes


def test_the_fixture_is_what_the_room_says():
    assert phone.FIXTURE.read_text(encoding="utf-8") == phone.written(phone.cases()), (
        "run: .venv/bin/python -m tests.naming.phone"
    )


@pytest.fixture(scope="module")
def city():
    units = load_units()
    streets = make_streets(units, built_up_areas(units), seed=2026, count=6000)
    return streets, make_addresses(units, streets, seed=2026)


@pytest.mark.parametrize("moved_m", [0.0, 4.0], ids=["as drawn", "unevenly spaced"])
def test_doors_taken_out_of_the_demo_city(city, tmp_path, moved_m):
    """1,000 doors taken out one by one, and two more spots beside each: at least 99 of 100 answers agree."""
    streets, addresses = city
    random = Random(11)
    sample = random.sample(range(len(addresses)), 1000)
    held = Counter()
    coordinates = np.round(shapely.get_coordinates([a.point for a in addresses]), 3)
    coordinates += np.round(np.random.default_rng(3).uniform(-moved_m, moved_m, coordinates.shape), 3)
    own: dict[str, list[int]] = {}
    for i, address in enumerate(addresses):
        own.setdefault(address.street_key, []).append(i)
    wanted = {addresses[i].street_key for i in sample}
    chosen = [s for s in streets if s.key in wanted]
    by_key = dict(zip((s.key for s in streets), axes(streets, load_profile()), strict=True)) if chosen else {}
    asked, said = [], []
    for i in sample:
        key = addresses[i].street_key
        doors = [
            Door(str(j), addresses[j].number, addresses[j].sub_number, tuple(coordinates[j].tolist()))
            for j in own[key]
            if j != i
        ]
        # A tenth of the neighbours are away too, so that there is vacant frontage.
        doors = [d for d in doors if random.random() > 0.1]
        street = number_street(by_key[key], doors, load_profile())
        x, y = coordinates[i].tolist()
        points = [(x, y), *((x + random.uniform(-30, 30), y + random.uniform(-30, 30)) for _ in range(2))]
        points = [(round(a, 3), round(b, 3)) for a, b in points]
        asked.append({"numbers": phone.packed(street), "points": points})
        said.append([suggest(street, point) for point in points])
    found = phone.looked_up(asked, tmp_path)
    for answers, wants in zip(found, said, strict=True):
        for got, want in zip(answers, wants, strict=True):
            same = (got["number"], got["sub_number"], got["side"]) == (
                want.number,
                want.sub_number,
                want.side,
            )
            held["same" if same else "differ"] += 1
    print(moved_m, dict(held))
    assert sum(held.values()) == 3000
    assert held["same"] >= 0.99 * 3000
