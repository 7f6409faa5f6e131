"""Rows that name a former address change it: the same door under a new number, the line from old to new kept."""

from __future__ import annotations

import json
from datetime import date

import pytest
import shapely
from django.db import transaction
from django.utils import timezone

from geoapp.core import acts
from geoapp.core.effective import in_force, succeed
from geoapp.core.models import Act
from geoapp.planner.rebuild import compare
from naming import address_history
from naming.address_register import Door, enter
from naming.importing import reporting
from naming.models import (
    Address,
    AddressCode,
    AddressImportRow,
    AddressPosition,
    AddressVersion,
    PlaceNameVersion,
    Plate,
    PublishedAddress,
    Renumbering,
)
from naming.published import publish
from tests import build
from tests.naming.address_files import HEADER, door, streets, write
from tests.naming.test_address_import import bring, enter_all, found

pytestmark = pytest.mark.django_db
COLUMNS = (*HEADER, "原地址", "号码状态", "宗地号")
LONG_AGO, TODAY = date(2024, 1, 1), date(2026, 11, 23)


def text(number: str, street: str = "鱼跃路") -> str:
    return f"佛山市南海区试验镇{street}{number}"


def standing_doors(town, numbers, *, public: bool = True, **given) -> dict[str, Address]:
    """Doors entered long ago, on 鱼跃路, where the good rows of those numbers lie; by their text."""
    street = PlaceNameVersion.objects.get(name="鱼跃路").place_id
    community = town.land.units[f"{build.TOWN_A}001"].pk
    doors = []
    for number, room in numbers:
        x, y = (float(v) for v in door("鱼跃路", number)[5:])
        doors.append(Door(street, community, number, shapely.Point(x, y), room=room, **given))
    with transaction.atomic(), acts.act("takeover_addresses", at=timezone.now()) as act:
        made = enter(doors, seq=act.seq, valid_from=LONG_AGO)
        if public:
            publish("addresses", [a.pk for a in made], known_at=act.seq, seq=act.seq)
            ids = [str(a.pk) for a in made]
            act.payload["publish"] = [{"layer": "addresses", "ids": ids, "known_at": act.seq}]
    versions = AddressVersion.objects.filter(address__in=made)
    return {v.text: v.address for v in versions.select_related("address")}


def row(new: int, former: str, *, state: str = "", plot: str = "", at: int | None = None, **changes: str):
    """A row that gives the door of number ``at`` (default: where the new number lies) a new number."""
    given = door("鱼跃路", new, **changes)
    if at is not None:
        given[5:7] = door("鱼跃路", at)[5:7]
    return [*given, former, state, plot]


def test_a_door_gets_a_new_number_and_stays_itself(town, tmp_path, client):
    streets(town)
    held = standing_doors(town, [(1, ""), (3, ""), (5, "")])
    address = held[text("5号")]
    plate = Plate.objects.create(
        address=address, token="t5", text=text("5号"), number="5号", state="hung", ordered_in=1
    )
    batch = bring(write(tmp_path / "changes.csv", [row(7, text("5号"), at=5), row(9, "")], COLUMNS))
    assert found(batch)[0][0] == "A-15 change", found(batch)
    told = AddressImportRow.objects.get(index=0).findings[0]
    assert told["message"] == f"变更：{text('5号')} → {text('7号')}" and told["severity"] == "info"
    assert reporting.changes(batch).count() == 1
    assert AddressVersion.objects.filter(act_out__isnull=True).count() == 3, "nothing is written by the check"
    enter_all(batch, note="整治门牌")
    assert Address.objects.count() == 4, "the renumbered door is no new address"
    now = in_force(AddressVersion.objects.filter(address=address), TODAY).get()
    assert (now.text, now.number, now.side, now.source) == (text("7号"), 7, "left", "changes.csv")
    before = in_force(AddressVersion.objects.filter(address=address), date(2025, 5, 1)).get()
    assert (before.text, before.valid_to) == (text("5号"), TODAY)
    line = Renumbering.objects.get()
    assert (line.address, line.old_text, line.new_text) == (address, text("5号"), text("7号"))
    assert (line.old_number, line.new_number, line.case) == ("5号", "7号", None)
    plate.refresh_from_db()
    assert plate.state == "replaced" and plate.closed_in == line.act_in
    payload = json.loads(Act.objects.latest("seq").payload)
    assert payload["changes"] == [{"id": str(address.pk), "old": text("5号"), "new": text("7号")}]
    assert payload["addresses"] == 1
    # Old text and old plate lead to the door as it is called now.
    told = client.get(f"/api/addresses/{address.pk}").json()
    assert told["text"] == text("7号") and [t["text"] for t in told["texts"]] == [text("5号"), text("7号")]
    assert [s.text for s in address_history.spans(address.pk, TODAY)] == [text("5号"), text("7号")]
    results = client.get("/api/search", {"q": text("5号")}).json()["results"]
    assert any(r["id"] == str(address.pk) for r in results), results
    assert acts.faults() == [] and compare(lambda _: None) == []
    again = bring(write(tmp_path / "again.csv", [row(7, text("5号"), at=5)], COLUMNS))
    assert reporting.counts(again)["present"] == 1


def test_a_former_address_that_is_not_one_is_refused(town, tmp_path):
    streets(town)
    held = standing_doors(town, [(1, ""), (3, ""), (5, ""), (7, "")])
    seven = held[text("7号")]
    with transaction.atomic(), acts.act("adjust", at=timezone.now()) as act:
        succeed(
            AddressVersion.objects.get(address=seven, act_out__isnull=True),
            seq=act.seq,
            valid_from=date(2027, 1, 1),
            text=text("7号之1"),
        )
    # A second door of the same text: a fault of the register, which the file does not decide.
    standing_doors(town, [(3, "")])
    rows = [
        row(9, text("99号")),
        row(11, text("3号")),
        row(1, text("1号"), at=3),
        row(13, text("5号")),
        row(15, text("5号")),
        row(17, text("7号")),
    ]
    told = found(bring(write(tmp_path / "changes.csv", rows, COLUMNS)))
    firsts = ("A-15 unknown", "A-15 ambiguous", "A-15 unchanged", "A-15 twice", "A-15 twice", "A-15 later")
    assert all(first in told[i] for i, first in enumerate(firsts)), told
    remedies = [f["remedy"] for r in AddressImportRow.objects.all() for f in r.findings]
    assert all(remedies)


def test_a_number_given_up_in_the_file_is_not_given_to_another_door(town, tmp_path):
    streets(town)
    held = standing_doors(town, [(1, ""), (3, ""), (5, "")])
    rows = [row(3, text("1号"), at=1), row(7, text("3号"), at=3), row(9, text("5号"), at=5), row(5, "")]
    batch = bring(write(tmp_path / "changes.csv", rows, COLUMNS))
    told = found(batch)
    assert "A-02 cancelled" in told[0] and "A-02 cancelled" in told[3], told
    said = next(f for f in AddressImportRow.objects.get(index=0).findings if f["code"] == "A-02")
    assert "第 3 行要把它改号" in said["message"] and "没有用过的号码" in said["remedy"]
    assert {"A-15 change"} <= set(told[1]) & set(told[2])
    enter_all(batch, note="核实")
    now = {
        v.address_id: v.text
        for v in in_force(AddressVersion.objects.filter(address__in=held.values()), TODAY)
    }
    assert now == {
        held[text("1号")].pk: text("1号"),
        held[text("3号")].pk: text("7号"),
        held[text("5号")].pk: text("9号"),
    }
    assert Address.objects.count() == 3
    # A pair that swaps is refused both ways.
    swap = [row(9, text("7号"), at=3), row(7, text("9号"), at=5)]
    told = found(bring(write(tmp_path / "swap.csv", swap, COLUMNS)))
    assert "A-02 cancelled" in told[0] and "A-02 cancelled" in told[1]


def test_the_homes_behind_a_door_move_with_it(town, tmp_path):
    streets(town)
    rooms = ["", "101", "102"]
    standing_doors(town, [(1, ""), *((3, room) for room in rooms)])
    rows = [
        row(5, text("3号") + (f"{room}室" if room else ""), at=3, room=room, plot="JC9") for room in rooms
    ]
    batch = bring(write(tmp_path / "changes.csv", rows, COLUMNS))
    assert all(
        "A-13 same_point" not in told and "A-11 plot_twice" not in told for told in found(batch).values()
    )
    enter_all(batch, note="核实")
    assert Renumbering.objects.count() == 3 and Address.objects.count() == 4
    assert AddressCode.objects.filter(code="JC9", act_out__isnull=True).count() == 3
    assert AddressPosition.objects.count() == 4, "a door that did not move keeps its entrance"


def test_a_door_that_stays_stands_in_the_way_again(town, tmp_path):
    streets(town)
    standing_doors(town, [(1, ""), (3, "")])
    # The change of 3号 is refused (twice); so the new 5号 at its point is told of it.
    rows = [row(7, text("3号")), row(9, text("3号")), row(5, "", at=3)]
    told = found(bring(write(tmp_path / "changes.csv", rows, COLUMNS)))
    assert "A-13 same_point" in told[2]


def test_what_a_number_is_stays_unless_the_row_says_otherwise(town, tmp_path):
    streets(town)
    held = standing_doors(town, [(1, ""), (3, "")], state="temporary")
    rows = [row(5, text("1号")), row(7, text("3号"), state="正式")]
    batch = bring(write(tmp_path / "changes.csv", rows, COLUMNS))
    enter_all(batch, note="核实")
    states = {
        address: in_force(AddressVersion.objects.filter(address=a), TODAY).get().state
        for address, a in held.items()
    }
    assert states == {text("1号"): "temporary", text("3号"): "standard"}
    shown = dict(
        PublishedAddress.objects.filter(valid_to__isnull=True, act_out__isnull=True).values_list(
            "number", "status"
        )
    )
    assert shown == {"5号": "temporary", "7号": "standard"}
    moved = AddressPosition.objects.filter(act_out__isnull=True)
    assert AddressPosition.objects.count() == 4 and moved.count() == 2


def test_what_is_not_public_is_not_published_by_a_change(town, tmp_path):
    streets(town)
    standing_doors(town, [(1, "")], public=False)
    standing_doors(town, [(3, "")], secret=True)
    standing_doors(town, [(5, "")])
    rows = [row(7, text("1号")), row(9, text("3号")), row(11, text("5号")), row(13, "")]
    batch = bring(write(tmp_path / "changes.csv", rows, COLUMNS))
    enter_all(batch, note="核实")
    assert reporting.counts(batch)["entered"] == 4
    shown = PublishedAddress.objects.filter(valid_to__isnull=True, act_out__isnull=True)
    assert sorted(shown.values_list("number", flat=True)) == ["11号", "13号"]
    assert compare(lambda _: None) == []


def test_a_change_that_came_first_is_seen_when_the_rows_are_entered(town, tmp_path):
    streets(town)
    held = standing_doors(town, [(1, ""), (3, "")])
    batch = bring(write(tmp_path / "changes.csv", [row(5, text("1号")), row(7, text("3号"))], COLUMNS))
    with transaction.atomic(), acts.act("door_numbering", at=timezone.now()) as act:
        old = AddressVersion.objects.get(address=held[text("1号")], act_out__isnull=True)
        succeed(old, seq=act.seq, valid_from=TODAY, text=text("9号"), number=9)
    enter_all(batch, note="核实")
    held_rows = reporting.counts(batch)
    assert (held_rows["entered"], held_rows["blocked"]) == (1, 1)
    assert "A-15 unknown" in found(batch)[0]


def test_two_places_that_claim_one_door_change_it_once(town, tmp_path, monkeypatch):
    streets(town)
    standing_doors(town, [(1, "")])
    monkeypatch.setattr("naming.importing.checking.GROUP", 1)
    rows = [row(3, text("1号")), [*door("鲲鹏路", 2), text("1号"), "", ""]]
    batch = bring(write(tmp_path / "changes.csv", rows, COLUMNS))
    enter_all(batch, note="核实")
    assert Renumbering.objects.count() == 1 and reporting.counts(batch)["blocked"] == 1
    check_again = AddressImportRow.objects.get(state="blocked")
    assert check_again.findings[0]["variant"] in ("unknown", "twice")


def test_an_officer_changes_the_doors_of_the_own_district_only(town, tmp_path):
    streets(town)
    standing_doors(town, [(1, "")])
    batch = bring(write(tmp_path / "changes.csv", [row(3, text("1号"))], COLUMNS), areas=["440604"])
    assert found(batch)[0][0] == "AREA"


def test_the_page_shows_what_changes(town, client, tmp_path):
    from tests.naming.test_address_import_pages import confirm, send, work

    streets(town)
    standing_doors(town, [(1, "")])
    client.force_login(town.users["demo-district"])
    page = send(client, write(tmp_path / "changes.csv", [row(3, text("1号")), row(5, "")], COLUMNS)).url
    confirm(client, page)
    work(client, page)
    shown = client.get(page).content.decode()
    assert 'data-testid="changes"' in shown
    listed = client.get(f"{page}?show=changes").content.decode()
    assert "变更的行" in listed and f"{text('1号')} → {text('3号')}" in listed
    report = b"".join(client.get(f"{page}report.csv").streaming_content).decode("utf-8-sig")
    assert f"变更：{text('1号')} → {text('3号')}" in report


def test_a_long_run_gives_back_what_it_set(town):
    import gc

    from naming.importing.running import long_run

    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), long_run():
        assert gc.get_threshold() != before and gc.get_freeze_count() > frozen
        raise ZeroDivisionError
    assert gc.get_threshold() == before and gc.get_freeze_count() == 0
