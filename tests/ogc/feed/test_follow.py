"""The reference client: an exact copy in a second database, proven, resumed, and loud when something is wrong."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from datetime import date
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from geoapp.core.database_url import settings_from_url
from geoapp.core.published import forget_digests
from geoapp.ogc.feed import states
from geoapp.ogc.feed.following.follow import follow, verify
from geoapp.ogc.feed.following.replica import Mismatch, Replica
from geoapp.ogc.feed.following.source import FeedError, Source
from geoapp.ogc.layers import LAYERS
from naming.models import PublishedPlaceName, PublishedStreet
from tests.ogc.feed.conftest import deed, place_row, prepare_rows, publish, story, street_row

ROOT = Path(__file__).resolve().parents[3]
REGISTER = os.environ.get("GEOAPP_DATABASE_URL", "")
KINDS = ["spatialite", "postgis"] if REGISTER.startswith("post") else ["spatialite"]
FULL = os.environ.get("GEOAPP_FULL_RACES") == "1"
KILLS = 20 if FULL else 2
ACTS = 200 if FULL else 40


@pytest.fixture
def second_database(transactional_db):
    """Let the test reach databases that it enters itself: the suite allows only those of the settings."""
    guarded = BaseDatabaseWrapper.ensure_connection

    def connect(self):
        if self.alias not in {"copy", "replica"}:
            guarded(self)
        elif self.connection is None:
            with self.wrap_database_errors:
                self.connect()

    with mock.patch.object(BaseDatabaseWrapper, "ensure_connection", connect):
        yield


@pytest.fixture(params=KINDS)
def copy_url(request, tmp_path, second_database):
    """The URL of an empty second database of each kind at hand."""
    if request.param == "spatialite":
        yield f"spatialite:///{tmp_path}/copy.sqlite3"
        return
    name = f"copy_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield REGISTER.rsplit("/", 1)[0] + f"/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def copy(copy_url):
    """The alias of the second database."""
    alias = "copy"
    entry = settings_from_url(copy_url)
    known = connections.configure_settings({"default": connections.settings["default"], alias: entry})
    connections.settings[alias] = known[alias]
    yield alias
    connections[alias].close()
    del connections[alias], connections.settings[alias]


@pytest.fixture
def source(live_server):
    """The feed of the story, over HTTP."""
    prepare_rows()
    story()
    return Source(f"{live_server.url}/ogc/feed")


SHAPE = {"sqlite": "hex(AsBinary(geom))", "postgresql": "upper(encode(ST_AsBinary(geom, 'NDR'), 'hex'))"}


def content(database, layer: str, where: str = f"act_in < {2**62}") -> list[str]:
    """Return a layer's rows whole, as texts that compare across databases."""
    shape = SHAPE[database.vendor]
    columns = ", ".join(c.db for c in LAYERS[layer].columns)
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {columns}, act_in, act_out, {shape} FROM {LAYERS[layer].table} WHERE {where}"
        )
        found = cursor.fetchall()
    return sorted("|".join(_plain(value) for value in row) for row in found)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return value.hex if isinstance(value, uuid.UUID) else str(value)


def assert_equal(copy: str, where: str = f"act_in < {2**62}") -> int:
    total = 0
    for layer in LAYERS:
        mine, theirs = content(connections[copy], layer, where), content(connection, layer, where)
        assert mine == theirs, layer
        total += len(mine)
    return total


def test_the_copy_equals_the_register_row_by_row(source, copy):
    replica = Replica(copy)
    assert follow(source, replica).seq == 6
    assert assert_equal(copy) == 7
    assert verify(source, replica).seq == 6
    again = Replica(copy)
    assert follow(source, again).seq == 6
    publish(7, (PublishedStreet, [2], [street_row(2, "戊路", valid_to=date(2031, 1, 1), width_m=30.25)]))
    deed(8)
    assert follow(source, again).seq == 8
    assert assert_equal(copy) == 8
    assert verify(source, again).seq == 8


def test_acts_longer_than_a_page(source, copy, monkeypatch):
    monkeypatch.setattr(states, "TOUCHED_MOST", 5)
    numbers = list(range(200, 260))
    publish(7, (PublishedStreet, numbers, [street_row(n, f"{n}路") for n in numbers]))
    publish(8, (PublishedStreet, numbers[5:], [street_row(n, f"{n}新路") for n in numbers[7:]]))
    small = Source(source.url, changes=7)
    replica = Replica(copy)
    assert follow(small, replica).seq == 8
    assert_equal(copy)
    verify(small, replica)


def test_a_copy_may_begin_with_a_snapshot(source, copy):
    replica = Replica(copy)
    assert follow(source, replica, snapshot=True).seq == 6
    assert_equal(copy, "act_out IS NULL")
    publish(7, (PublishedPlaceName, [9], [place_row(9, "魁星阁")]))
    assert follow(source, replica, snapshot=True).seq == 7
    assert_equal(copy, "act_out IS NULL")
    assert verify(source, replica).seq == 7


def test_a_snapshot_goes_on_where_it_was_broken_off(source, copy, monkeypatch):
    real, asked = Source.get, []

    def broken(self, url):
        asked.append(url)
        if len(asked) == 3:
            raise FeedError("断线")
        return real(self, url)

    monkeypatch.setattr(Source, "get", broken)
    with pytest.raises(FeedError, match="断线"):
        follow(source, Replica(copy), snapshot=True)
    deed(9)
    replica = Replica(copy)
    assert follow(source, replica, snapshot=True).seq == 7
    assert not any("snapshot?geometry" in url for url in asked[3:]), "it did not begin again"
    assert_equal(copy, "act_out IS NULL")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE pub_streets SET name = 'X' WHERE act_out IS NULL AND valid_to IS NULL",
        "DELETE FROM pub_streets WHERE act_out IS NULL AND valid_to IS NULL",
        "UPDATE pub_streets SET length_m = length_m + 0.0000000000001 WHERE act_out IS NULL AND valid_to IS NULL",
        "UPDATE pub_streets SET act_out = NULL WHERE act_out = 5",
    ],
)
def test_verify_names_the_layer_that_was_tampered_with(source, copy, damage):
    replica = Replica(copy)
    follow(source, replica)
    with connections[copy].cursor() as cursor:
        cursor.execute(damage)
        assert cursor.rowcount == 1
    with pytest.raises(Mismatch, match="图层 streets，登记行为第 6 号"):
        verify(source, replica)


def test_rows_changed_behind_the_acts_are_noticed(source, copy):
    replica = Replica(copy)
    follow(source, replica)
    PublishedStreet.objects.filter(act_out__isnull=True, valid_to__isnull=True).update(name="暗改路")
    forget_digests()
    deed(9)
    with pytest.raises(Mismatch, match="图层 streets，登记行为第 7 号"):
        follow(source, Replica(copy))
    assert Replica(copy).mark().seq == 6, "what is wrong is not kept"
    replica.drop()
    assert follow(source, Replica(copy)).seq == 7


class Lying(Source):
    """A feed that changes what it tells."""

    def __init__(self, url: str, seq: int, change) -> None:
        super().__init__(url)
        self.seq, self.change = seq, change

    def entries(self, after: int):
        for entry in super().entries(after):
            if entry["seq"] == self.seq:
                self.change(entry)
            yield entry


def _rename(entry):
    entry["changes"][0]["after"]["properties"]["name"] = "假路"


def _other_before(entry):
    entry["changes"][0]["before"]["properties"]["name"] = "假路"


@pytest.mark.parametrize(
    ("seq", "change", "told"),
    [
        (2, _rename, "图层 streets，登记行为第 2 号"),
        (2, _other_before, "图层 streets，登记行为第 2 号"),
        (3, lambda e: e.update(prev_hash="f" * 64), "第 3 号"),
        (3, lambda e: e.update(kind="other"), "第 3 号"),
        (3, lambda e: e.update(seq=4), "第 3 号"),
        (4, lambda e: e.update(root="0" * 64), "第 4 号：校验根不符"),
        (4, lambda e: e["changes"].pop(), "图层 streets，登记行为第 4 号"),
        (5, lambda e: e.update(partial=True), "第 5 号"),
    ],
)
def test_a_feed_that_lies_is_not_believed(source, copy, seq, change, told):
    replica = Replica(copy)
    with pytest.raises(FeedError, match=told):
        follow(Lying(source.url, seq, change), replica)
    assert replica.mark().seq == seq - 1
    assert follow(source, replica).seq == 6
    verify(source, replica)


def test_the_command(source, copy_url, copy):
    out = StringIO()
    options = {"database": copy_url, "stdout": out}
    call_command("follow_feed", source.url, verify=True, **options)
    assert "副本到第 6 号登记行为为止" in out.getvalue() and "一致" in out.getvalue()
    with connections[copy].cursor() as cursor:
        cursor.execute("UPDATE pub_place_names SET name = 'X'")
    with pytest.raises(CommandError, match="图层 place_names，登记行为第 6 号"):
        call_command("follow_feed", source.url, verify=True, **options)
    call_command("follow_feed", source.url, verify=True, anew=True, snapshot=True, **options)
    assert_equal(copy, "act_out IS NULL")
    with pytest.raises(CommandError, match="--anew"):
        call_command("follow_feed", source.url.replace("/ogc", "//ogc"), **options)


@pytest.mark.parametrize(
    ("url", "database", "told"),
    [
        ("file:///etc/passwd", "spatialite:////tmp/x.sqlite3", "不是变更流的地址"),
        ("http://127.0.0.1:1/ogc/feed", "default", "登记库自己"),
        ("http://127.0.0.1:1/ogc/feed", "nowhere", "没有数据库"),
        ("http://127.0.0.1:1/ogc/feed", "mysql://x", "unknown scheme"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(db, url, database, told):
    with pytest.raises(CommandError, match=told):
        call_command("follow_feed", url, database=database)


def test_tables_of_somebody_else_are_left_alone(source, copy):
    with connections[copy].cursor() as cursor:
        cursor.execute("CREATE TABLE pub_towns (x integer)")
    with pytest.raises(FeedError, match="已有表 pub_towns"):
        follow(source, Replica(copy))


# Killed at any moment


def _start(url: str, copy_url: str, tmp_path: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "GEOAPP_DATABASE_URL": f"spatialite:///{tmp_path}/unused.sqlite3"}
    command = [sys.executable, "manage.py", "follow_feed", url, "--database", copy_url, "--changes", "3"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.timeout(1500 if FULL else 300)
def test_a_follower_killed_at_random_points_ends_with_equal_digests(live_server, copy_url, copy, tmp_path):
    """SIGKILL to the very process this test started, in the middle of applying entries; then it goes on."""
    chance = random.Random(20261124)
    for n in range(ACTS):
        if n % 4 == 3:
            publish(n, (PublishedStreet, [n - 1], []))
        else:
            rows = [street_row(n, f"{n}路"), street_row(500 + n % 7, f"{n}街")]
            publish(n, (PublishedStreet, [n, 500 + n % 7], rows))
    numbers = list(range(1000, 1060))
    publish(ACTS, (PublishedStreet, numbers, [street_row(n, f"{n}路") for n in numbers]))
    states.bring_forward()
    killed, reached = 0, []
    for _kill in range(KILLS):
        process = _start(f"{live_server.url}/ogc/feed", copy_url, tmp_path)
        # Wait for the first entry of this run to be applied, so that every kill lands in the middle of the work.
        line = process.stdout.readline()
        if not line or "已复制" not in line:
            assert process.wait(60) == 0, process.stderr.read()
            break
        time.sleep(chance.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stdout.close()
        process.stderr.close()
        killed += process.returncode == -signal.SIGKILL
        reached.append(Replica(copy).mark().seq)
        connections[copy].close()
    assert killed >= (10 if FULL else 1), "the follower was never caught in the middle"
    assert reached == sorted(reached) and reached[0] < ACTS + 1
    last = _start(f"{live_server.url}/ogc/feed", copy_url, tmp_path)
    _out, told = last.communicate(timeout=120)
    assert last.returncode == 0, told
    replica = Replica(copy)
    assert verify(Source(f"{live_server.url}/ogc/feed"), replica).seq == ACTS + 1
    assert replica.held() == states.held_at(ACTS + 1)
    assert_equal(copy)
