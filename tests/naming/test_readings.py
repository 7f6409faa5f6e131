"""Found on reading: what may be told when acts cross, names with long numbers, JSON that only Python reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from geoapp.core import acts
from geoapp.core.effective import succeed
from geoapp.planner import rebuild
from naming import published, search
from naming.models import SearchName
from naming.unit_ports import NamingPorts
from tests import build
from tests.naming.test_prepared_cascade import publish
from tests.naming.test_renaming import composed, doors, public_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


def write(door, text: str, *, days: int, released: bool) -> int:
    """An act changes the text of a door, perhaps telling the public at once; return its number."""
    with transaction.atomic(), acts.act("numbering", at=build.NOW) as act:
        old = door.versions.filter(act_out__isnull=True).order_by("valid_from").last()
        succeed(old, seq=act.seq, valid_from=build.TODAY + timedelta(days=days), text=text)
        if released:
            publish([door.pk], act)
    return act.seq


def announce(community, decided: int) -> None:
    with transaction.atomic(), acts.act("unit_announcement", at=build.NOW) as act:
        act.payload["publish"] = NamingPorts().publish([str(community)], known_at=decided, seq=act.seq)


def test_what_was_released_since_a_decision_is_not_told_as_at_the_decision(town, street):
    made = doors(town, street, {n: composed("鱼跃路", n) for n in (1, 3)})
    community = town.land.units[f"{build.TOWN_A}001"].pk
    decided = write(made[1], composed("映霞路", 1), days=1, released=False)
    write(made[3], composed("鱼跃路", 33), days=2, released=True)
    announce(community, decided)
    assert public_texts(made[1])[-1] == composed("映霞路", 1)
    assert public_texts(made[3])[-1] == composed("鱼跃路", 33), "the release came after the decision"
    assert rebuild.compare(lambda _: None) == []


@pytest.mark.parametrize("first", [0, 1])
def test_two_decisions_announced_in_either_order(town, street, first):
    """The later decision's announcement tells both; an earlier one's never takes it back, nor hides a later one."""
    made = doors(town, street, {1: composed("鱼跃路", 1)})
    community = town.land.units[f"{build.TOWN_A}001"].pk
    decided = [write(made[1], composed(f"映霞{n}路", 1), days=n, released=False) for n in (1, 2)]
    announce(community, decided[first])
    assert public_texts(made[1])[-1] == composed(f"映霞{first + 1}路", 1)
    announce(community, decided[1 - first])
    assert public_texts(made[1])[-1] == composed("映霞2路", 1)
    assert published.released([made[1].pk], known_at=decided[0]) == []
    assert rebuild.compare(lambda _: None) == []


@pytest.mark.parametrize("name", ["鱼跃001200路", "鱼跃路1200巷", "鱼跃99999999999999999999路"])
def test_a_name_with_a_number_beyond_reason_is_registered_and_found(town, name):
    place = town.named(name, build.line((100, 700), (900, 700)))
    line = SearchName.objects.get(subject_id=place.pk)
    number = "".join(c for c in name if c.isdigit())
    assert number in line.latin
    assert [row["name"] for row in search.search("yuyue")] == [name]
    assert [row["name"] for row in search.search(name)] == [name]


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": [{"b": "x\\ud83d"}]}',
        b"[" * 100_000,
    ],
)
def test_json_that_nobody_else_reads_is_refused(town, client, body):
    client.force_login(town.users["demo-town"])
    for url in ("/boundaries/try/", "/boundaries/survey/"):
        answer = client.post(url, body, content_type="application/json")
        assert answer.status_code == 422 and "提交的内容不是 JSON" in answer.content.decode(), url


def test_json_with_a_whole_emoji_is_read(town, client):
    client.force_login(town.users["demo-town"])
    body = b'{"text": "\\ud83d\\ude00"}'
    answer = client.post("/boundaries/survey/", body, content_type="application/json")
    assert "提交的内容不是 JSON" not in answer.content.decode()
