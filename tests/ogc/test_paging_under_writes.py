"""GDAL fetches every page while twenty acts a second change what it reads: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from geoapp.core.throttle import forget
from geoapp.ogc import reading
from geoapp.ogc.wfs import results, snapshots
from naming.models import PublishedAddress
from tests import build
from tests.ogc import changing
from tests.ogc.collected import faults
from tests.ogc.conftest import body
from tests.ogc.test_gdal import run

DOORS, PAGE, ACTS = 2400, 100, 20
WAYS = {
    "WFS": ("WFS:{base}/wfs", "geo:addresses", ("--config", "OGR_WFS_PAGE_SIZE", str(PAGE))),
    "OAPIF": ("OAPIF:{base}/ogc/", "addresses", ("-oo", f"PAGE_SIZE={PAGE}")),
}


@pytest.fixture
def doors(transactional_db):
    """A street with many doors, more on it than one page holds, in the order of their rows."""
    forget()
    snapshots.forget()
    town = build.city()
    place = town.named("鱼跃路", build.line((100, 300), (900, 300)))
    return changing.doors(place, town.land.units[f"{build.TOWN_A}001"], DOORS)


@pytest.mark.parametrize("way", WAYS)
def test_every_page_shows_one_state_of_the_record(doors, live_server, monkeypatch, way):
    """Acts on the register (renumbering, retirement) go on from before the first page until after the last."""
    told = told_pages(monkeypatch)
    source, layer, options = WAYS[way]
    before = changing.standing()
    restless = random.Random(7).sample(doors, DOORS // 3)  # everywhere among the pages
    fetched = 0
    with changing.Changing(restless) as writer:
        # A slow machine makes few acts while one answer is fetched: fetched again until there were enough.
        while fetched == 0 or (acts_of(writer) < ACTS and fetched < 6):
            fetched += 1
            written = run(
                "ogr2ogr",
                *("-f", "GeoJSONSeq", *options),
                *("/vsistdout/", source.format(base=live_server.url), layer),
            )
            found = [json.loads(line)["properties"] for line in written.splitlines()]
            wrong = faults(before, [(row["id"], row["name"]) for row in found], writer)
            assert not wrong, wrong
    assert acts_of(writer) >= ACTS, f"{acts_of(writer)} acts in {writer.seconds:.1f} s are no test"
    # GDAL looks at a first page to learn the columns before it begins: an answer of its own, of its own state.
    states: dict[int, list[int]] = {}
    for known_at, matched, returned in told:
        if returned == PAGE:
            states.setdefault(known_at, []).append(matched)
    assert all(len(set(counts)) == 1 for counts in states.values()), "numberMatched changes within a state"
    assert max(map(len, states.values())) >= DOORS // PAGE - 1, "the pages show different states"


def acts_of(writer: changing.Changing) -> int:
    """Return how many acts the writer has made so far."""
    return len(writer.changed) + len(writer.retired)


def told_pages(monkeypatch) -> list[tuple[int, int, int]]:
    """Note act, numberMatched and numberReturned of every page the service gives."""
    told: list[tuple[int, int, int]] = []
    find, read_page = results.find, reading.read_page

    def finding(asked, plans):
        found = find(asked, plans)
        act = plans[0].selection.query.known_at
        told.append((act, sum(f.matched for f in found), sum(len(f.rows) for f in found)))
        return found

    def reading_page(query, **how):
        page = read_page(query, **how)
        told.append((query.known_at, page.matched, len(page.rows)))
        return page

    monkeypatch.setattr(results, "find", finding)
    monkeypatch.setattr(reading, "read_page", reading_page)
    return told


# The pages of WFS clients that count for themselves

ASK = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "addresses"}


def page(client, start: int, count: int = 800, **headers: str) -> list[str]:
    given = ASK | {"startindex": start, "count": count, "outputformat": "application/json"}
    answer = client.get("/wfs", given, headers=headers)
    assert answer.status_code == 200
    return [feature["id"] for feature in json.loads(body(answer))["features"]]


def test_two_runs_of_one_program_keep_apart(client, doors):
    """Two of the same program behind one address ask the same; the second begins when the first is a page ahead."""
    first = page(client, 0)
    changing.retire(doors[0])
    first += page(client, 800)
    second = page(client, 0)
    changing.retire(doors[1])
    first += page(client, 1600)
    second += page(client, 800)
    changing.retire(doors[2])
    second += page(client, 1600)
    assert first == [str(i) for i in doors]
    assert second == [str(i) for i in doors[1:]]


def test_two_programs_keep_apart_even_in_step(client, doors):
    first, second = page(client, 0, **{"User-Agent": "GDAL"}), []
    for start in (0, 800, 1600):
        changing.retire(doors[start // 800])
        second += page(client, start, **{"User-Agent": "QGIS"})
        if start:
            first += page(client, start, **{"User-Agent": "GDAL"})
    assert first == [str(i) for i in doors]
    assert second == [str(i) for i in doors[1:]]


def test_a_run_broken_off_and_begun_anew(client, doors):
    """A map that is panned cancels what it fetches and asks again: the pages belong to the newer run."""
    page(client, 0)
    changing.retire(doors[0])
    again = page(client, 0)
    changing.retire(doors[1])
    again += page(client, 800) + page(client, 1600)
    assert again == [str(i) for i in doors[1:]]


def test_a_page_asked_again_is_the_same_page(client, doors):
    page(client, 0)
    changing.retire(doors[0])
    once = page(client, 800)
    changing.retire(doors[1])
    assert page(client, 800) == once == [str(i) for i in doors[800:1600]]


def test_pages_of_another_size_belong_to_the_same_answer(client, doors):
    found = page(client, 0, 1000)
    changing.retire(doors[0])
    found += page(client, 1000, 1400)
    assert found == [str(i) for i in doors]


def test_the_page_after_a_full_last_one_is_empty(client, doors):
    """GDAL asks on after a full page: rows that came since are no part of the answer."""
    assert len(page(client, 0, DOORS)) == DOORS
    changing.renumber(doors[0], 77_777)
    assert page(client, DOORS, DOORS) == []


def test_a_new_first_page_shows_what_was_just_decided(client, doors):
    assert page(client, 0)[0] == str(doors[0])
    changing.retire(doors[0])
    assert page(client, 0)[0] == str(doors[1])


def test_a_held_page_of_an_older_run_is_not_taken_for_one_of_a_newer_run(client, doors):
    """A cache asks whether its page 2 still stands: the record's head is the same, the run is another."""
    page(client, 0)
    changing.retire(doors[0])
    older = client.get("/wfs", ASK | {"startindex": 800, "count": 800})
    assert "ETag" not in older
    first = client.get("/wfs", ASK | {"startindex": 0, "count": 800})
    assert first["ETag"]
    newer = client.get(
        "/wfs", ASK | {"startindex": 800, "count": 800}, headers={"If-None-Match": first["ETag"]}
    )
    assert newer.status_code == 200
    assert re.findall(rb"<geo:id>([^<]+)", body(newer))[0] == str(doors[801]).encode()


OTHER_PROCESS = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"
import django
django.setup()
from datetime import date
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from geoapp.ogc.wfs.snapshots import Snapshot, answer_key, note
note(answer_key("somebody", "GDAL", "something"), 0, 100, Snapshot(7, date(2026, 1, 2)))
"""


def test_another_process_knows_the_page(transactional_db):
    """Worker processes share what they remember: the second page may reach another one than the first."""
    from django.db import connection

    snapshots.forget()
    name = str(connection.settings_dict["NAME"])
    subprocess.run([sys.executable, "-c", OTHER_PROCESS, name], check=True, timeout=60)
    newest = snapshots.Snapshot(9, build.TODAY)
    key = snapshots.answer_key("somebody", "GDAL", "something")
    assert snapshots.shown(key, 100, newest).seq == 7
    assert snapshots.shown(key, 0, newest) == newest
    assert snapshots.shown(snapshots.answer_key("another", "GDAL", "something"), 100, newest) == newest


def test_pages_are_remembered_for_a_quarter_of_an_hour(transactional_db):
    snapshots.forget()
    old, newest = snapshots.Snapshot(3, build.TODAY - timedelta(days=1)), snapshots.Snapshot(4, build.TODAY)
    snapshots.note("k", 0, 100, old, now=1000.0)
    assert snapshots.shown("k", 100, newest, now=1890.0) == old, "over midnight too"
    assert snapshots.shown("k", 100, newest, now=1910.0) == newest
    assert snapshots.shown("k", 100, snapshots.Snapshot(2, build.TODAY), now=1001.0).seq == 2, "never ahead"


def test_a_state_directory_that_cannot_be_written_is_no_fault(settings, tmp_path):
    settings.STATE_DIR = tmp_path / "missing"
    snapshots.note("k", 0, 100, snapshots.Snapshot(3, build.TODAY))
    assert snapshots.shown("k", 100, snapshots.Snapshot(4, build.TODAY)).seq == 3
    snapshots.forget()


def test_changing_is_what_it_says(doors):
    """The writer itself: a renumbered door gets a new row, a retired one is gone, the rest stands."""
    changing.renumber(doors[0], 77_777)
    changing.retire(doors[1])
    standing = changing.standing()
    assert standing[str(doors[0])].endswith("鱼跃路77777号")
    assert str(doors[1]) not in standing and len(standing) == DOORS - 1
    rows = list(PublishedAddress.objects.order_by("row").values_list("id", flat=True))
    assert rows[:DOORS] == doors and set(rows[DOORS:]) == {doors[0], doors[1]}, "what changed goes to the end"
