"""From accepted doors to door cases: every door once, set aside while its street has no name, back when it has one."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import shapely
from django.db import connection, transaction
from django.utils import timezone

from geoapp.core import acts, roles
from geoapp.core.errors import AppError, BadInput, Conflict, Forbidden
from geoapp.core.geometry import frame_geos, to_shapely
from geoapp.core.models import Case, FindingRow
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from naming import address_register, collected_cases, collected_desk, door_intake, published
from naming.collected_desk import Stand
from naming.models import (
    AddressItem,
    CollectedDoor,
    CollectedItem,
    NameWanted,
    PlaceName,
    PlaceNameVersion,
)
from tests import build
from tests.naming import fieldwork
from tests.naming.test_races import at_once

ON = build.TODAY


def collected(task, at, *, street=None, number=None, sub_number=None, state="accepted", **fields):
    """Return a door as the town accepted it; the phone's own way here is tested elsewhere."""
    now = timezone.now()
    return CollectedDoor.objects.create(
        id=uuid.uuid4(),
        task=task,
        device=uuid.uuid4(),
        seq=1,
        revision=1,
        payload_hash="0" * 64,
        street=street,
        plate=fields.pop("plate", "hangs" if number else "none"),
        plate_text=fields.pop("plate_text", f"{number}号" if number else ""),
        number=number,
        sub_number=sub_number,
        method="gnss",
        accuracy_m=3.5,
        recorded_at=now,
        first_received_at=now,
        received_at=now,
        collected_by=task.created_by,
        state=state,
        geom=frame_geos(shapely.Point(build.at(*at))),
        **fields,
    )


def press(city, task, chosen=None, *, by="demo-town", basis="town_proof", permit="示意证明1号"):
    user = city.users[by]
    held = roles.grants(user, timezone.localdate())
    return collected_cases.open_cases(
        task, chosen, actor=user, held=held, basis=basis, permit_number=permit, at=timezone.now()
    )


def states(task) -> dict[str, str]:
    return {r.door.plate_text: str(r.state) for r in collected_desk.standings(task, ON)}


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


@pytest.fixture
def task(town):
    return fieldwork.task(town)


pytestmark = pytest.mark.django_db


def test_one_press_makes_one_case_of_all_ready_doors(town, street, task):
    doors = [
        collected(task, (300, 506), street=street, number=11, sub_number=1, plate_text="11号之一"),
        collected(task, (290, 506), street=street, number=7, building="2座"),
        collected(task, (250, 506), street=street, number=5, suggested=True, plate="none"),
        collected(task, (300, 494), street=street),
        collected(task, (200, 506), street=street, number=9, state="received"),
    ]
    opened = press(town, task)
    (case,) = opened.cases
    assert opened.doors == 4 and case.status == "draft" and case.place.code == build.TOWN_A
    assert case.title == "鱼跃路5号（新编门楼号）、鱼跃路7号2座（新编门楼号）等 4 扇门"
    rows = list(AddressItem.objects.filter(item__case=case).order_by("item__seq"))
    assert [(r.number, r.sub_number, r.building) for r in rows] == [
        (5, None, ""),
        (7, None, "2座"),
        (11, 1, ""),
        (None, None, ""),
    ]
    assert {r.collected for r in rows} == {str(d.pk) for d in doors[:4]}
    assert [r.item.collected_door.door_id for r in rows] == [uuid.UUID(r.collected) for r in rows]
    assert rows[2].geom.coords == doors[0].geom.coords and rows[0].street_id == street.pk
    assert {(r.item.kind, r.basis, r.permit_number) for r in rows} == {("new", "town_proof", "示意证明1号")}
    assert FindingRow.objects.filter(item__case=case, code="A-07").exists(), (
        "11号之一 without a 11号 is found"
    )
    assert set(states(task).values()) == {"in_case"}
    again = press(town, task)
    assert again.cases == () and [c.number for c in again.held_by] == [case.number]
    assert Case.objects.filter(procedure="door_numbering").count() == 1


def test_only_the_chosen_ones_and_not_more_than_fit(town, street, task, monkeypatch):
    rows = [collected(task, (100 + 20 * n, 506), street=street, number=2 * n + 1) for n in range(5)]
    first = press(town, task, {rows[1].pk, rows[3].pk})
    assert first.doors == 2 and first.cases[0].items.count() == 2
    monkeypatch.setattr(collected_cases, "PER_CASE", 2)
    rest = press(town, task)
    assert [case.items.count() for case in rest.cases] == [2, 1] and rest.doors == 3
    with pytest.raises(BadInput) as caught:
        press(town, task, set())
    assert caught.value.field == "door"


def test_without_papers_the_numbers_are_temporary(town, street, task):
    collected(task, (300, 506), street=street, number=7)
    with pytest.raises(BadInput) as caught:
        press(town, task, basis="")
    assert caught.value.field == "basis"
    with pytest.raises(BadInput) as caught:
        press(town, task, permit="号" * 101)
    assert caught.value.field == "permit_number"
    assert press(town, task, basis="none").cases[0].items.get().kind == "temporary"


def test_only_the_window_of_the_town_presses(town, street, task):
    collected(task, (300, 506), street=street, number=7)
    for by in ("demo-district", "demo-planner", "demo-police"):
        with pytest.raises(Forbidden):
            press(town, task, by=by)
    assert not CollectedItem.objects.exists()


def test_registered_doors_and_twins_are_shown_and_never_doubled(town, street, task):
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW) as act:
        community = town.land.units[f"{build.TOWN_A}001"].pk
        point = shapely.Point(build.at(300, 505))
        entered = address_register.enter(
            [address_register.Door(street.pk, community, 7, point)], seq=act.seq, valid_from=date(2024, 1, 1)
        )
        published.publish("addresses", [a.pk for a in entered], known_at=act.seq, seq=act.seq)
    collected(task, (340, 505), street=street, number=7, plate_text="在册")
    collected(task, (300, 505), street=street, number=7, room="201", plate_text="户室")
    collected(task, (400, 505), street=street, number=9, plate_text="先到")
    collected(task, (410, 505), street_text="鱼跃路", number=9, plate_text="后到")
    found = {r.door.plate_text: r for r in collected_desk.standings(task, ON)}
    assert states(task) == {"在册": "registered", "户室": "ready", "先到": "ready", "后到": "same"}
    assert found["在册"].address.address_id == entered[0].pk and found["在册"].apart_m == pytest.approx(40)
    assert found["后到"].twin.plate_text == "先到"
    press(town, task)
    assert states(task) == {"在册": "registered", "户室": "in_case", "先到": "in_case", "后到": "same"}
    with pytest.raises(Conflict):
        press(town, task, {found["后到"].door.pk})


def test_a_door_in_another_town_is_set_aside(town, street, task):
    land = town.land.units[f"{build.TOWN_C}001"].pk
    away = collected_desk.in_force(collected_desk.UnitVersion.objects.filter(unit_id=land), ON).get()
    row = collected(task, (300, 506), street=street, number=7)
    CollectedDoor.objects.filter(pk=row.pk).update(
        geom=frame_geos(to_shapely(away.geom).representative_point())
    )
    assert list(states(task).values()) == ["outside"]


def test_a_case_that_came_to_nothing_gives_its_doors_back(town, street, task):
    collected(task, (300, 506), street=street, number=7)
    (case,) = press(town, task).cases
    item = case.items.get()
    with pytest.raises(Conflict) as caught:
        collected_cases.leave_cases_alone([item.collected_door.door_id])
    assert case.number in caught.value.message
    Case.objects.filter(pk=case.pk).update(status="withdrawn")
    (row,) = collected_desk.standings(task, ON)
    assert row.state == Stand.READY and row.before == item
    collected_cases.leave_cases_alone([row.door.pk])
    (second,) = press(town, task).cases
    assert CollectedItem.objects.get().item.case == second
    door_intake.remove_item(
        second,
        str(second.items.get().pk),
        actor=town.users["demo-town"],
        version=second.version,
        at=timezone.now(),
    )
    assert list(states(task).values()) == ["ready"]


def test_numbered_doors_are_shown_as_numbered(town, street, task):
    collected(task, (300, 506), street=street)
    (case,) = press(town, task, basis="homestead_approval").cases
    walk = DoorJourney(town.users, timezone.now())
    walk.number = case.number
    walk.attach("homestead_approval").to_checked().give()
    (row,) = collected_desk.standings(task, ON)
    assert row.state == Stand.NUMBERED and row.item.door.given_number == 122


def name_it(town, name, line):
    return town.named(name, build.line(*line))


def test_a_street_without_a_name_waits_and_comes_back(town, street, task):
    """By its name when that was registered as written, by its naming case when another name was given."""
    near = collected(task, (300, 806), street_text="石头巷", number=3)
    collected(task, (320, 806), street_text="石头巷", number=5)
    far = collected(task, (300, 1400), street_text=" 石头巷 ", number=7)
    other = collected(task, (600, 806), street_text="新巷", number=1)
    assert set(states(task).values()) == {"unnamed"}
    with pytest.raises(Conflict):
        press(town, task)
    name_it(town, "石头巷", ((250, 800), (400, 800)))
    found = {r.door.pk: r for r in collected_desk.standings(task, ON)}
    assert found[near.pk].state == Stand.READY and found[near.pk].name == "石头巷"
    assert found[far.pk].state == Stand.UNNAMED, "the street of that name lies elsewhere"
    naming = build.draft(town, "新兴巷").case
    collected_cases.want_name(other, naming)
    assert collected_desk.naming_cases([other]) == {collected_desk.wanted_key(other): naming}
    second = build.draft(town, "新旺巷").case
    with pytest.raises(Conflict) as caught:
        collected_cases.want_name(other, second)
    assert naming.number in caught.value.message
    Case.objects.filter(pk=naming.pk).update(status="withdrawn")
    collected_cases.want_name(other, second)
    assert NameWanted.objects.get().naming_case == second
    place = name_it(town, "新旺巷", ((550, 800), (700, 800)))
    second.items.update(outcome="approved", subject_id=place.pk)
    row = next(r for r in collected_desk.standings(task, ON) if r.door == other)
    assert row.state == Stand.READY and row.street == place.pk and row.name == "新旺巷"
    opened = press(town, task)
    assert opened.doors == 3
    assert set(AddressItem.objects.values_list("street_id", flat=True)) == {near_street(town), place.pk}


def near_street(town):
    return PlaceNameVersion.objects.get(name="石头巷").place_id


def test_a_natural_village_is_found_by_the_name_written(town, task):
    row = collected(task, (300, 806), village="沙岗", number=3)
    assert collected_desk.standings(task, ON)[0].is_village and states(task) == {"3号": "unnamed"}
    village = PlaceName.objects.create(category="VIL")
    with transaction.atomic(), acts.act("takeover_street", at=build.NOW) as act:
        PlaceNameVersion.objects.create(
            place=village,
            name="沙岗",
            normalised="沙岗",
            pinyin_std="Shāgǎng",
            valid_from=date(2023, 1, 1),
            act_in=act.seq,
        )
    (found,) = collected_desk.standings(task, ON)
    assert (found.state, found.street, found.door) == (Stand.READY, village.pk, row)
    (case,) = press(town, task).cases
    assert case.items.get().title == "沙岗3号（新编门楼号）"


def test_the_counter_cannot_take_a_door_twice(town, street, task):
    row = collected(task, (300, 506), street=street, number=7)
    walk = DoorJourney(town.users, timezone.now())
    data = door(shapely.Point(build.at(300, 506)), street=str(street.pk), collected=str(row.pk))
    walk.draft([data], papers_held=())
    assert states(task) == {"7号": "in_case"}
    with pytest.raises(Conflict) as caught:
        DoorJourney(town.users, timezone.now()).draft([data], papers_held=())
    assert (
        walk.number in caught.value.message and Case.objects.filter(procedure="door_numbering").count() == 1
    )
    for key, error in ((str(uuid.uuid4()), BadInput), (str(_received(task, street).pk), Conflict)):
        with pytest.raises(error):
            DoorJourney(town.users, timezone.now()).draft([data | {"collected": key}], papers_held=())


def _received(task, street):
    return collected(task, (500, 506), street=street, number=11, state="received")


def test_queries_do_not_grow_with_the_doors(town, street, task, django_assert_max_num_queries):
    for n in range(3):
        collected(task, (100 + 10 * n, 506), street=street, number=2 * n + 1)
    with django_assert_max_num_queries(12) as few:
        collected_desk.standings(task, ON)
    for n in range(3, 30):
        collected(task, (100 + 10 * n, 506), street=street, number=2 * n + 1)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(collected_desk.standings(task, ON)) == 30


@pytest.mark.django_db(transaction=True)
def test_race_two_officers_press_at_the_same_moment():
    city = build.city()
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    for n in range(6):
        task = fieldwork.task(city, block=f"第{n}片")
        for m in range(4):
            collected(task, (110 + 100 * n + 10 * m, 506), street=street, number=100 * n + 2 * m + 1)

        def once(task=task) -> str:
            try:
                opened = press(city, task)
            except AppError as error:
                return f"{type(error).__name__}: {error.message}"
            return f"{len(opened.cases)} new, held {len(opened.held_by)}"

        assert at_once([once, once, once]) == {"1 new, held 0": 1, "0 new, held 1": 2}
    cases = Case.objects.filter(procedure="door_numbering")
    assert cases.count() == 6 and AddressItem.objects.count() == 24 and CollectedItem.objects.count() == 24
    assert connection.vendor in {"sqlite", "postgresql"}


@pytest.mark.django_db(transaction=True)
def test_race_the_counter_and_the_desk_for_one_door():
    city = build.city()
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    for n in range(6):
        task = fieldwork.task(city, block=f"第{n}片")
        row = collected(task, (110 + 100 * n, 506), street=street, number=100 * n + 1)
        data = door(shapely.Point(build.at(110 + 100 * n, 506)), street=str(street.pk), collected=str(row.pk))

        def desk(task=task) -> str:
            try:
                opened = press(city, task)
            except Conflict:
                return "told"
            return "case" if opened.cases else "told"

        def counter(data=data) -> str:
            try:
                DoorJourney(city.users, timezone.now()).draft([data], papers_held=())
            except Conflict:
                return "told"
            return "case"

        assert at_once([desk, counter]) == {"case": 1, "told": 1}
    assert CollectedItem.objects.count() == 6 == AddressItem.objects.count()
