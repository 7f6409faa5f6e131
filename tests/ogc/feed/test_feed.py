"""The feed over HTTP: gap-free entries, exact rows, digests that a reader computes from content alone, pages."""

from __future__ import annotations

import hashlib
import json
import random
import tracemalloc
from datetime import date
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geoapp.core import bulk
from geoapp.core.models import Act, FeedMark, FeedState
from geoapp.core.published import forget_digests
from geoapp.ogc.feed import entries, states
from geoapp.ogc.feed.canonical import Held, chain_hash, root, row_writer
from geoapp.ogc.feed.sethash import SetHash
from geoapp.ogc.layers import LAYERS
from naming.models import PublishedStreet
from tests.ogc.feed.conftest import body, deed, ident, publish, street_row


class Reader:
    """Keeps a copy from the JSON of the feed alone: rows as bytes per layer."""

    def __init__(self) -> None:
        self.rows: dict[str, list[bytes]] = {name: [] for name in LAYERS}
        self.hash, self.seq = "0" * 64, 0

    def canonical(self, layer: str, row: dict) -> bytes:
        columns = LAYERS[layer].columns
        if "wkb" in row:
            wkb = bytes.fromhex(row["wkb"]) if row["wkb"] else None
        else:
            shape = row["geometry"] and shapely.geometry.shape(row["geometry"])
            wkb = shapely.to_wkb(shape, byte_order=1) if shape else None
        values = [row["properties"][c.name] for c in columns]
        return row_writer(layer, [(c.name, c.kind) for c in columns])(row["id"], values, wkb)

    def digests(self) -> dict[str, Held]:
        found = {}
        for layer, held in self.rows.items():
            hashed = SetHash()
            for content in held:
                hashed.add(content)
            found[layer] = Held(len(held), hashed.digest)
        return found

    def take(self, change: dict) -> None:
        held = self.rows[change["layer"]]
        if change["before"]:
            held.remove(self.canonical(change["layer"], change["before"]))
        if change["after"]:
            held.append(self.canonical(change["layer"], change["after"]))

    def prove(self, entry: dict) -> None:
        assert entry["prev_hash"] == self.hash
        self.seq += 1
        assert entry["seq"] == self.seq
        wanted = (entry["prev_hash"], entry["seq"], entry["at"], entry["kind"], entry["payload_hash"])
        assert entry["hash"] == chain_hash(*wanted)
        mine = self.digests()
        assert {k: {"count": v.count, "digest": v.digest} for k, v in mine.items()} == entry["layers"]
        assert entry["root"] == root(entry["seq"], entry["hash"], mine)
        self.hash = entry["hash"]


def pages(client, url: str):
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, body(answer)
        document = json.loads(body(answer))
        yield document
        url = next((x["href"] for x in document["links"] if x["rel"] == "next"), "")


@pytest.mark.parametrize("form", ["geojson", "wkb"])
@pytest.mark.parametrize(("limit", "size"), [(100, 1000), (2, 1000), (100, 1), (3, 2)])
def test_a_reader_of_json_arrives_at_every_digest(told, client, form, limit, size):
    reader, seen = Reader(), []
    for page in pages(client, f"/ogc/feed?limit={limit}&changes={size}&geometry={form}"):
        assert len(page["entries"]) <= limit
        assert page["head"]["seq"] == told[-1]
        for entry in page["entries"]:
            for change in entry["changes"]:
                reader.take(change)
            if not entry["partial"]:
                reader.prove(entry)
                seen.append(entry["seq"])
    assert seen == told == list(range(1, 7))


def test_operations_and_rows(told, ask):
    entries = ask("feed")["entries"]
    ops = [[(c["layer"], c["op"], c["id"]) for c in e["changes"]] for e in entries]
    one, two, five, nine = (str(ident(n)) for n in (1, 2, 5, 9))
    assert ops == [
        [("streets", "insert", one), ("streets", "insert", two)],
        [("streets", "update", one), ("place_names", "insert", nine)],
        [],
        [("streets", "update", two), ("streets", "insert", two)],
        [("streets", "delete", one), ("communities", "insert", five)],
        [],
    ]
    update = entries[1]["changes"][0]
    assert update["before"]["properties"]["name"] == "甲路"
    assert (
        update["after"]["properties"] | {"name": "丙路", "width_m": 0.1, "act": 2}
        == update["after"]["properties"]
    )
    assert update["after"]["properties"]["length_m"] == 512.1 + 0.2
    assert update["after"]["geometry"]["coordinates"][0][1] == [113.123456789, 23.012345678]
    assert entries[1]["changes"][1]["after"]["properties"]["name"] == '引"号\\阁\n😀'
    assert entries[4]["changes"][0]["after"] is None
    assert "预备路" not in json.dumps(entries, ensure_ascii=False)


def test_a_filter_leaves_digests_whole(told, ask):
    entries = ask("feed", layer="communities,place_names")["entries"]
    assert [[c["layer"] for c in e["changes"]] for e in entries] == [
        [],
        ["place_names"],
        [],
        [],
        ["communities"],
        [],
    ]
    assert entries[1]["layers"] == ask("feed")["entries"][1]["layers"]


def test_one_entry_the_head_and_known_at(told, ask):
    entries = ask("feed")["entries"]
    one = ask("feed/2")
    assert {k: v for k, v in one.items() if k != "links"} == entries[1]
    head = ask("feed/head")
    assert head["seq"] == 6 and head["root"] == entries[5]["root"] == states.root_at(6)
    then = ask("feed/head", known_at=4)
    assert then["root"] == entries[3]["root"] and then["layers"]["streets"]["count"] == 3
    assert [e["seq"] for e in ask("feed", known_at="2020-01-03T12:00:00+08:00")["entries"]] == [1, 2, 3]
    nothing = ask("feed/head", known_at="2019-01-01T00:00:00Z")
    assert nothing["seq"] == 0 and nothing["layers"]["streets"] == {
        "count": 0,
        "digest": SetHash().digest,
    }
    assert ask("feed", after=6)["entries"] == []


def test_an_act_too_long_is_told_in_parts(db, client, monkeypatch):
    monkeypatch.setattr(states, "TOUCHED_MOST", 10)  # so that rows are found again by their act
    numbers = list(range(100, 137))
    publish(0, (PublishedStreet, numbers, [street_row(n, f"{n}路") for n in numbers]))
    publish(1, (PublishedStreet, numbers, [street_row(n, f"{n}新路") for n in numbers]))
    deed(2)
    reader, parts = Reader(), []
    for page in pages(client, "/ogc/feed?changes=10"):
        for entry in page["entries"]:
            parts.append((entry["seq"], len(entry["changes"]), entry["partial"]))
            for change in entry["changes"]:
                reader.take(change)
            if not entry["partial"]:
                reader.prove(entry)
    assert [p for p in parts if p[0] == 1] == [(1, 10, True)] * 3 + [(1, 7, False)]
    assert all(size <= 10 for _, size, _ in parts) and parts[-1] == (3, 0, False)
    assert sum(size for seq, size, _ in parts if seq == 2) == 37
    assert FeedState.objects.filter(rows="").count() == 2
    whole = [json.loads(body(client.get(f"/ogc/feed/2?changes={n}"))) for n in (10, 1000)]
    assert whole[0]["partial"] and not whole[1]["partial"]
    assert [c["op"] for c in whole[1]["changes"]] == ["update"] * 37


def test_a_snapshot_and_what_followed(told, client, ask):
    start = ask("feed/snapshot", seq=2)
    reader = Reader()
    reader.hash, reader.seq = start["hash"], start["seq"]
    for item in (x for x in start["links"] if x["rel"] == "item"):
        for page in pages(client, f"{item['href']}&limit=1"):
            reader.rows[page["layer"]] += [reader.canonical(page["layer"], row) for row in page["rows"]]
    assert {k: vars(v) for k, v in reader.digests().items()} == start["layers"]
    following = next(x["href"] for x in start["links"] if x["rel"] == "next")
    for page in pages(client, following):
        for entry in page["entries"]:
            for change in entry["changes"]:
                reader.take(change)
            reader.prove(entry)
    assert reader.seq == 6


def test_a_snapshot_is_not_continued_over_a_rebuild(told, client, ask):
    page = ask("feed/snapshot", seq=1, layer="streets", limit=1)
    following = next(x["href"] for x in page["links"] if x["rel"] == "next")
    forget_digests()
    answer = client.get(following)
    assert answer.status_code == 409 and "重建" in answer.json()["detail"]


def test_digests_do_not_depend_on_when_they_were_asked_for(db, ask):
    publish(0, (PublishedStreet, [1], [street_row(1, "甲路")]))
    first = ask("feed/head")["root"]
    publish(1, (PublishedStreet, [1], [street_row(1, "乙路")]))
    second = ask("feed/head")["root"]
    forget_digests()
    assert [e["root"] for e in ask("feed")["entries"]] == [first, second]
    assert states.recomputed(connection, 2) == states.held_at(2)
    assert states.recomputed(connection, 1) == states.held_at(1)


def test_rows_put_in_and_taken_out_by_one_act_are_never_told(db, ask):
    seq = publish(0, (PublishedStreet, [1], [street_row(1, "甲路")]))
    ghost = street_row(2, "幽路")
    ghost.act_in = ghost.act_out = seq
    ghost.save()
    page = ask("feed")
    assert [c["id"] for c in page["entries"][0]["changes"]] == [str(ident(1))]
    assert page["head"]["layers"]["streets"]["count"] == 1


def test_steps_of_any_length_agree(told, monkeypatch):
    whole = {n: states.root_at(n) for n in [states.bring_forward().seq]}
    forget_digests()
    monkeypatch.setattr(states, "STEP", 1)
    states.bring_forward()
    assert {6: states.root_at(6)} == whole


def test_two_who_bring_forward_at_once_do_it_once(told, monkeypatch):
    real = states._changes

    def meanwhile(*args):
        found = real(*args)
        monkeypatch.setattr(states, "_changes", real)
        states.bring_forward()
        return found

    monkeypatch.setattr(states, "_changes", meanwhile)
    assert states.bring_forward().seq == 6
    assert states.recomputed(connection, 6) == states.held_at(6)


def test_nothing_is_scanned_while_nothing_is_new(told, client):
    states.bring_forward()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/ogc/feed/head")
    assert not [q for q in asked.captured_queries if "pub_" in q["sql"]]


def test_a_rebuild_drops_the_digests_and_they_come_back(town, ask):
    from tests import build

    town.named("鱼跃路", build.line((100, 500), (900, 500)))
    before = ask("feed")
    assert before["head"]["layers"]["streets"]["count"] == 1
    call_command("rebuild_published", "--check", stdout=StringIO())
    call_command("rebuild_published", stdout=StringIO())
    assert FeedState.objects.count() == 0
    after = ask("feed")
    assert after["head"] == before["head"]


def test_unchanged_pages_are_not_sent_again(told, client):
    for path in ("feed", "feed/head", "feed/3", "feed/snapshot?seq=2&layer=streets", "feed.atom"):
        answer = client.get(f"/ogc/{path}")
        tag = answer["ETag"]
        assert client.get(f"/ogc/{path}", headers={"If-None-Match": tag}).status_code == 304, path
    forget_digests()
    assert client.get("/ogc/feed/3", headers={"If-None-Match": tag}).status_code == 200
    tag = client.get("/ogc/feed?after=6")["ETag"]
    deed(9)
    assert client.get("/ogc/feed?after=6", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("feed?after=7", 400, "after"),
        ("feed?after=-1", 400, "after"),
        ("feed?after=x", 400, "after"),
        ("feed?limit=0", 400, "limit"),
        ("feed?changes=0", 400, "changes"),
        ("feed?layer=rivers", 400, "layer"),
        ("feed?geometry=gml", 400, "geometry"),
        ("feed?part=streets", 400, "part"),
        ("feed?part=rivers.x", 400, "part"),
        ("feed?known-at=99", 400, "known-at"),
        ("feed?nothing=1", 400, "nothing"),
        ("feed/0", 404, None),
        ("feed/7", 404, None),
        ("feed/x", 404, None),
        ("feed/99999999999999999999", 404, None),
        ("feed/snapshot?seq=7", 400, "seq"),
        ("feed/snapshot?layer=streets,towns", 400, "layer"),
        ("feed/snapshot?layer=streets&after=1", 400, "after"),
        ("feed.atom?district=999999", 400, "district"),
    ],
)
def test_refusals_are_problems_that_name_the_parameter(told, client, path, status, field):
    answer = client.get(f"/ogc/{path}")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json().get("field") == field and answer.json()["detail"]


def test_links_are_absolute_and_in_the_service_description(told, ask):
    page = ask("feed", limit=1)
    assert all(x["href"].startswith("http://testserver/ogc/feed") for x in page["links"])
    paths = ask("api")["paths"]
    assert {"/feed", "/feed/head", "/feed/{seq}", "/feed/snapshot", "/feed.atom"} <= set(paths)
    assert any(x["rel"] == "changes" for x in ask("")["links"])


def test_pages_for_people(told, client):
    page = client.get("/ogc/feed?f=html").content.decode()
    assert page.index(">6</a>") < page.index(">1</a>") and "没有改动公开图层" in page
    entry = client.get("/ogc/feed/2?f=html").content.decode()
    assert "甲路" in entry and "丙路" in entry and states.root_at(2) in entry
    older = client.get("/ogc/feed?f=html&limit=2&after=4").content.decode()
    assert "较早的" in older and "较新的" not in older


def test_the_hash_of_the_first_act_follows_zeros(told, ask):
    first = ask("feed/1")
    assert first["prev_hash"] == "0" * 64
    act = Act.objects.get(seq=1)
    assert hashlib.sha256(act.payload.encode()).hexdigest() == first["payload_hash"]


def test_other_layers_or_a_restored_backup_begin_anew(told, ask):
    root = ask("feed/head")["root"]
    generation = FeedMark.objects.get().generation
    FeedMark.objects.update(edition="of an older program")
    FeedState.objects.update(digest="0" * 64)
    assert ask("feed/head")["root"] == root
    FeedMark.objects.update(seq=99)
    assert ask("feed/head")["root"] == root
    assert FeedMark.objects.get().generation == generation + 2


def test_chance(db, client, monkeypatch):
    """Forty acts by chance, digests asked for by chance: a reader of the JSON agrees after every one."""
    chance = random.Random(15)
    monkeypatch.setattr(states, "TOUCHED_MOST", 4)
    monkeypatch.setattr(states, "STEP", 3)
    for day in range(40):
        chosen = chance.sample(range(1, 9), chance.randint(0, 8))
        fresh = [
            street_row(number, chance.choice("甲乙丙") + "路", valid_from=date(2020 + version, 1, 1))
            for number in chosen
            for version in range(chance.randint(0, 3))
        ]
        publish(day, (PublishedStreet, chosen, fresh))
        if chance.random() < 0.3:
            states.bring_forward()
    reader = Reader()
    for page in pages(client, "/ogc/feed?changes=5&limit=7"):
        for entry in page["entries"]:
            for change in entry["changes"]:
                reader.take(change)
            if not entry["partial"]:
                reader.prove(entry)
    assert reader.seq == 40
    for seq in chance.sample(range(1, 41), 5):
        assert states.recomputed(connection, seq) == states.held_at(seq)


def test_an_act_of_any_size_is_written_in_little_memory(db, client, monkeypatch):
    """However much goes out, a handful of rows are held."""
    monkeypatch.setattr(entries, "READ", 50)
    corners = ",".join(f"{113 + n / 10000:.9f} {23 + (n % 7) / 1000:.9f}" for n in range(150))
    seq = deed()
    first = street_row(1, "甲路", wkt=f"MULTILINESTRING(({corners}))")
    values = {f.attname: getattr(first, f.attname) for f in PublishedStreet._meta.concrete_fields}
    fresh = (values | {"id": ident(n), "act_in": seq} for n in range(1200))
    bulk.insert(PublishedStreet, ({k: v for k, v in row.items() if k != "row"} for row in fresh))
    states.bring_forward()
    answer = client.get("/ogc/feed?changes=5000")
    tracemalloc.start()
    sent = sum(len(part) for part in answer.streaming_content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent > 3_000_000 and peak < sent / 3
