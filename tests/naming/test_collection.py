"""From the field to the server: every door arrives once, the second to claim a number is told, nothing is lost."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from PIL import Image

from geoapp.core.models import Membership
from naming import collection
from naming.models import CollectedDoor, CollectedPhoto, CollectedRevision, CollectTask
from tests import build
from tests.naming import fieldwork
from tests.naming import phone as phone_room
from tests.naming.fieldwork import Phone


@pytest.fixture
def field(town):
    """A street with no registered door, two collectors with a phone each, one task nobody was given."""
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    first, second = fieldwork.collector(town, "jia"), fieldwork.collector(town, "yi")
    task = fieldwork.task(town)
    phones = []
    for user in (first, second):
        client = Client()
        client.force_login(user)
        phones.append(Phone(client, task))
    return town, street, task, phones


def room_says(street, at, *, besides):
    """Return the steps of the numbering room for a place, as sentences."""
    import shapely

    from naming.addressing.numbering.words import say

    point = shapely.Point(build.at(*at))
    found = collection.suggestion(street.pk, point, build.TODAY, besides=[uuid.UUID(besides)])
    assert found.steps
    return [say(step) for step in found.steps]


def doors():
    return CollectedDoor.objects.count()


def test_a_batch_repeated_has_no_second_effect(field):
    _town, street, _task, (phone, _) = field
    items = [Phone.item(phone.door(n, (100 + 10 * n, 505), street=street)) for n in (1, 3, 5)]
    assert [a["fate"] for a in phone.send(*items)] == ["accepted"] * 3
    before = list(CollectedDoor.objects.order_by("pk").values())
    assert [a["fate"] for a in phone.send(*items, items[0])] == ["duplicate"] * 4
    assert list(CollectedDoor.objects.order_by("pk").values()) == before
    assert CollectedRevision.objects.count() == 3


def test_the_second_to_suggest_a_number_is_told_who_has_it_and_what_is_free(field):
    _town, street, _task, (one, two) = field
    plate = {"plate": "none", "plate_text": "", "suggested": True}
    mine = Phone.item(one.door(7, (300, 505), street=street, **plate))
    theirs = Phone.item(two.door(7, (320, 505), street=street, **plate))
    assert one.send(mine)[0]["fate"] == "accepted"
    answer = two.send(theirs)[0]
    assert answer["fate"] == "conflict" and answer["state"] == "conflict"
    rival = answer["conflict"]["with"][0]
    assert (rival["door"], rival["by"], rival["number"]) == (mine["door"], "采集员jia", 7)
    assert rival["distance_m"] == 20.0
    # Numbers run from the eastern end (the city's rule): towards it lie the lower ones.
    next_ = answer["conflict"]["next"]
    assert (next_["number"], next_["sub_number"]) == (5, None)
    assert next_["why"] == room_says(street, (320, 505), besides=theirs["door"])
    assert doors() == 2
    assert CollectedDoor.objects.get(pk=mine["door"]).state == "received"
    # The next free number, as a later revision of the same door.
    again = two.door(5, (320, 505), street=street, **plate, resolution="next")
    answer = two.send(Phone.item(again, door=theirs["door"], revision=2))[0]
    assert (answer["fate"], answer["state"]) == ("accepted", "received")
    assert doors() == 2 and CollectedRevision.objects.count() == 3


def test_the_one_who_came_first_leaves_and_the_other_is_free(field):
    _town, street, _task, (one, two) = field
    first = Phone.item(one.door(7, (300, 505), street=street))
    second = Phone.item(two.door(7, (302, 505), street=street))
    one.send(first)
    assert two.send(second)[0]["fate"] == "conflict"
    one.send(Phone.item(one.door(11, (300, 505), street=street), door=first["door"], revision=2))
    assert CollectedDoor.objects.get(pk=second["door"]).state == "received"


def test_the_same_door_twice_is_taken_down_but_kept(field):
    _town, street, _task, (one, two) = field
    one.send(Phone.item(one.door(7, (300, 505), street=street)))
    second = Phone.item(two.door(7, (301, 505), street=street))
    two.send(second)
    settled = Phone.item(
        two.door(7, (301, 505), street=street, resolution="theirs"), door=second["door"], revision=2
    )
    assert two.send(settled)[0]["state"] == "withdrawn"
    assert doors() == 2
    insisted = Phone.item(
        two.door(7, (301, 505), street=street, resolution="mine"), door=second["door"], revision=3
    )
    answer = two.send(insisted)[0]
    assert (answer["fate"], answer["conflict"]["chosen"]) == ("conflict", "mine")


def test_homes_behind_one_door_do_not_collide(field):
    _town, street, _task, (one, two) = field
    one.send(Phone.item(one.door(7, (300, 505), street=street, building="2座", room="501")))
    answer = two.send(Phone.item(two.door(7, (300, 505), street=street, building="2座", room="502")))[0]
    assert answer["fate"] == "accepted"


def test_without_a_street_name_the_written_name_is_the_place(field):
    _town, _street, _task, (one, two) = field
    one.send(Phone.item(one.door(7, (300, 805), street_text="石 头巷")))
    answer = two.send(Phone.item(two.door(7, (400, 805), street_text="石头巷")))[0]
    assert answer["fate"] == "conflict"
    assert answer["conflict"]["next"] == {"number": 8, "sub_number": None, "why": []}
    assert two.send(Phone.item(two.door(7, (400, 805), street_text="木头巷")))[0]["fate"] == "accepted"


def test_a_suggested_number_of_the_register_is_in_conflict_but_a_plate_matches(field):
    town, street, _task, (one, _two) = field
    _register(street, town, 7, (300, 505))
    suggested = one.door(7, (320, 505), street=street, plate="none", plate_text="", suggested=True)
    answer = one.send(Phone.item(suggested))[0]
    assert answer["fate"] == "conflict" and answer["conflict"]["registered"]
    assert answer["conflict"]["with"] == [] and answer["conflict"]["next"]["number"] == 5
    assert answer["conflict"]["next"]["why"] == room_says(street, (320, 505), besides=answer["door"])
    CollectedRevision.objects.all().delete()
    CollectedDoor.objects.all().delete()
    hangs = Phone.item(one.door(7, (303, 505), street=street))
    assert one.send(hangs)[0]["fate"] == "accepted"
    assert CollectedDoor.objects.get(pk=hangs["door"]).registered is not None


def _register(street, town, number, at):
    import shapely
    from django.db import transaction

    from geoapp.core import acts
    from naming.address_register import Door, enter

    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW) as act:
        enter(
            [Door(street.pk, town.land.units[f"{build.TOWN_A}001"].pk, number, shapely.Point(build.at(*at)))],
            seq=act.seq,
            valid_from=build.TODAY - timedelta(days=400),
        )


def test_revisions(field):
    _town, street, _task, (one, _) = field
    first = Phone.item(one.door(7, (300, 505), street=street))
    third = Phone.item(one.door(9, (300, 505), street=street), door=first["door"], revision=3)
    second = Phone.item(one.door(8, (300, 505), street=street), door=first["door"], revision=2)
    assert [a["fate"] for a in one.send(first, third, second)] == ["accepted", "accepted", "superseded"]
    assert CollectedDoor.objects.get().number == 9
    forged = Phone.item(one.door(12, (300, 505), street=street), door=first["door"], revision=3)
    answer = one.send(forged)[0]
    assert answer["fate"] == "refused" and answer["field"] == "revision" and answer["remedy"]
    assert CollectedDoor.objects.get().number == 9


def test_a_bad_item_does_not_hold_up_the_others(field):
    town, street, task, (one, _) = field
    good = Phone.item(one.door(7, (300, 505), street=street))
    damaged = Phone.item(one.door(9, (310, 505), street=street)) | {"hash": "0" * 64}
    outside = Phone.item(one.door(11, (300, 505), street=street, x=1.0, y=2.0))
    nowhere = Phone.item(one.door(13, (300, 505), street=street, task=str(uuid.uuid4())))
    empty = Phone.item(one.door(None, (300, 505), street=street))
    both = Phone.item(one.door(15, (300, 505), street=street, suggested=True))
    unknown = Phone.item(one.door(17, (300, 505)) | {"street": str(uuid.uuid4())})
    answers = one.send(damaged, outside, nowhere, empty, both, unknown, "x", None, good)
    assert [a["fate"] for a in answers] == ["refused"] * 8 + ["accepted"]
    assert [a["field"] for a in answers[:8]] == [
        "hash",
        "point",
        "task",
        "number",
        "suggested",
        "street",
        "items",
        "items",
    ]
    assert all(a["reason"] and a["remedy"] for a in answers[:8])
    assert doors() == 1


@pytest.mark.parametrize(
    ("change", "field_name"),
    [
        ({"plate": "gone"}, "plate"),
        ({"number": 0}, "number"),
        ({"number": True}, "number"),
        ({"number": 10**6}, "number"),
        ({"number": None, "sub_number": 2}, "number"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"accuracy_m": "x"}, "accuracy_m"),
        ({"recorded_at": "yesterday"}, "recorded_at"),
        ({"recorded_at": "2026-11-24T08:00:00"}, "recorded_at"),
        ({"recorded_at": "1901-01-01T00:00:00Z"}, "recorded_at"),
        ({"x": None, "y": None}, "point"),
        ({"x": "a", "y": "b"}, "point"),
        ({"x": None, "y": None, "lon": 300, "lat": 23}, "point"),
        ({"note": "长" * 301}, "note"),
        ({"note": 7}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"seq": -1}, "seq"),
        ({"method": "guess"}, "method"),
        ({"resolution": "whatever"}, "resolution"),
        ({"street": "no-uuid"}, "street"),
    ],
)
def test_refusals_name_the_field(field, change, field_name):
    _town, street, _task, (one, _) = field
    answer = one.send(Phone.item(one.door(7, (300, 505), street=street) | change))[0]
    assert answer["fate"] == "refused" and answer["field"] == field_name and answer["remedy"]
    assert doors() == 0


def test_envelopes_that_cannot_be_read(field):
    *_, (one, _two) = field
    assert one.post(device="x").status_code == 422
    assert one.post(device_now="x").status_code == 422
    assert one.post(items="x").status_code == 400
    assert one.post(items=[{}] * 101).status_code == 413
    assert one.client.post("/collect/sync", "[", content_type="application/json").status_code == 422
    assert doors() == 0


def test_degrees_are_put_into_the_frame(field):
    _town, street, _task, (one, _) = field
    import shapely

    from geoapp.core import frame

    lon, lat = frame.to_geographic(shapely.Point(build.at(300, 505))).coords[0]
    sent = one.door(7, (300, 505), street=street, lon=lon, lat=lat, x=None, y=None)
    one.send(Phone.item(sent))
    assert CollectedDoor.objects.get().geom.coords == build.at(300, 505)


def test_a_clock_that_is_wrong_is_noticed(field):
    town, street, task, (one, _) = field
    one.slow = timedelta(hours=2)
    one.send(Phone.item(one.door(7, (300, 505), street=street)))
    door = CollectedDoor.objects.get()
    assert 7190 < door.clock_skew_s < 7210
    true = door.recorded_at + timedelta(seconds=door.clock_skew_s)
    assert abs((true - door.received_at).total_seconds()) < 5
    from naming.collecting.findings import Surroundings, hints

    codes = {h.code for h in hints(door, Surroundings(task, [door], build.TODAY), ())}
    assert "CLOCK" in codes


def test_who_may_send(field):
    town, street, task, (one, two) = field
    stranger = Client()
    stranger.force_login(fieldwork.collector(town, "bing", build.TOWN_C))
    answer = Phone(stranger, task).send(Phone.item(one.door(7, (300, 505), street=street)))[0]
    assert (answer["fate"], answer["field"]) == ("refused", "task")
    item = Phone.item(one.door(7, (300, 505), street=street))
    one.send(item)
    other = two.send(Phone.item(two.door(9, (300, 505), street=street), door=item["door"], revision=2))[0]
    assert (other["fate"], other["field"]) == ("refused", "door")
    # A task that ended, or went to somebody else, loses no door that was collected before.
    CollectTask.objects.update(state="closed", assigned_to=town.users["demo-town"])
    assert one.send(Phone.item(one.door(11, (330, 505), street=street)))[0]["fate"] == "accepted"
    Membership.objects.filter(user__username="jia").update(valid_to=build.TODAY)
    answer = one.post(Phone.item(one.door(13, (330, 505), street=street)))
    assert answer.status_code == 403 and answer.json()["remedy"]


def test_signed_out_the_session_says_so_and_nothing_is_taken(field):
    _town, street, _task, (one, _) = field
    assert one.client.get("/collect/session").json()["signed_in"]
    one.client.logout()
    told = one.client.get("/collect/session").json()
    assert told["signed_in"] is False and told["now"]
    assert one.post(Phone.item(one.door(7, (300, 505), street=street))).status_code == 403
    assert doors() == 0


def test_the_package_holds_what_a_walk_needs(field):
    town, street, task, (one, _) = field
    _register(street, town, 7, (300, 505))
    one.send(Phone.item(one.door(9, (330, 505), street=street)))
    found = one.client.get(f"/collect/package/{task.pk}").json()
    row = next(s for s in found["streets"] if s["id"] == str(street.pk))
    assert row["name"] == "鱼跃路" and row["pinyin"] == "Yúyuè Lù"
    assert row["doors"] == [[7, None, *build.at(300, 505)]]
    assert row["axis"] == [[list(build.at(100, 500)), list(build.at(900, 500))]]
    assert [d["number"] for d in found["collected"]] == [9]
    assert row["numbers"]["sides"]["left"]["odd"] is True
    assert [g.get("low") for g in row["numbers"]["sides"]["left"]["gaps"]] == [None, "7", "9"]
    assert found["words"]["notes"]["chosen"] == "取 {number} 号" and not found["words"]["english"]
    assert len(found["outline"][0]) == 5
    assert found["config"]["accuracy_m"] == 10.0
    assert found["frame"]["lon_0"] == 114 and found["frame"]["rf"] == pytest.approx(298.257222101)
    listed = one.client.get("/collect/state").json()
    assert [t["id"] for t in listed["tasks"]] == [str(task.pk)]
    assert [d["state"] for d in listed["doors"]] == ["received"]


def test_a_secret_door_holds_its_number_but_no_phone_is_told_where_it_is(field, tmp_path):
    from naming.models import AddressVersion

    town, street, task, (one, _) = field
    for number, x in ((1, 890), (3, 870), (5, 850)):
        _register(street, town, number, (x, 495))
    AddressVersion.objects.filter(street=street, number=5).update(secret=True)
    pack = one.client.get(f"/collect/package/{task.pk}").json()
    row = next(s for s in pack["streets"] if s["id"] == str(street.pk))
    assert [d[0] for d in row["doors"]] == [1, 3] and [5, None] in row["taken"]
    assert [g.get("low") for g in row["numbers"]["sides"]["left"]["gaps"]] == [None, "1", "3"]
    points = [build.at(x, 495) for x in (850, 845, 800)]
    found = phone_room.looked_up([{"numbers": row["numbers"], "points": points}], tmp_path)[0]
    import shapely

    said = [collection.suggestion(street.pk, shapely.Point(at), build.TODAY) for at in points]
    assert [f["number"] for f in found] == [s.number for s in said]
    assert 5 not in [s.number for s in said] and said[0].number == 7


def test_the_phone_and_the_server_agree_on_the_registers_own_streets(field, tmp_path):
    import shapely

    town, street, task, (one, two) = field
    for number, x in ((1, 880), (3, 860), (9, 780), (2, 880), (6, 850)):
        _register(street, town, number, (x, 495 if number % 2 else 506))
    one.send(Phone.item(one.door(5, (840, 495), street=street)))
    pack = two.client.get(f"/collect/package/{task.pk}").json()
    row = next(s for s in pack["streets"] if s["id"] == str(street.pk))
    points = [build.at(x, y) for x in range(90, 911, 7) for y in (494, 507.5)]
    found = phone_room.looked_up([{"numbers": row["numbers"], "points": points}], tmp_path)[0]
    said = [collection.suggestion(street.pk, shapely.Point(at), build.TODAY) for at in points]
    assert [(f["number"], f["sub_number"], f["side"]) for f in found] == [
        (s.number, s.sub_number, s.side) for s in said
    ]


def test_suggestions_know_the_register_and_the_field(field):
    import shapely

    town, street, _task, (one, _) = field
    _register(street, town, 7, (300, 505))
    one.send(Phone.item(one.door(9, (330, 505), street=street)))
    found = collection.suggestion(street.pk, shapely.Point(build.at(360, 505)), build.TODAY)
    # 7 and 9 run from the western end, against the rule: what stands there is followed.
    assert (found.number, found.sub_number, found.side) == (11, None, "left")
    assert [step.id for step in found.steps if step.id == "way_kept"] == ["way_kept"]
    assert collection.suggestion(uuid.uuid4(), shapely.Point(build.at(0, 0)), build.TODAY) is None


# Photos


def _send_photo(phone, door, content, *, kind="plate", sha256=None):
    body = {
        "door": door,
        "kind": kind,
        "sha256": sha256 or hashlib.sha256(content).hexdigest(),
        "file": SimpleUploadedFile("x.jpg", content),
    }
    return phone.client.post("/collect/photos", body, headers={"Accept": "application/json"})


def test_photos_are_encoded_anew(field):
    _town, street, _task, (one, two) = field
    item = Phone.item(one.door(7, (300, 505), street=street))
    content = fieldwork.picture()
    assert b"SECRETPHONE" in content
    assert _send_photo(one, item["door"], content).status_code == 409
    one.send(item)
    assert _send_photo(one, item["door"], content).status_code == 201
    assert _send_photo(one, item["door"], content).json()["fate"] == "duplicate"
    photo = CollectedPhoto.objects.get()
    kept = photo.file.read()
    assert hashlib.sha256(kept).hexdigest() == photo.stored_sha256 and len(kept) == photo.size
    picture = Image.open(io.BytesIO(kept))
    assert picture.format == "JPEG" and max(picture.size) == 1600 and not picture.getexif()
    assert b"SECRETPHONE" not in kept and b"Exif" not in kept
    assert one.client.get(f"/collect/photos/{photo.pk}").headers["Content-Type"] == "image/jpeg"
    assert two.client.get(f"/collect/photos/{photo.pk}").status_code == 403
    assert _send_photo(two, item["door"], content, kind="front").status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.4",
        fieldwork.picture()[:900],
        b"\xff\xd8\xff" + b"\0" * 500,
    ],
    ids=["empty", "gif", "svg", "pdf", "cut", "head"],
)
def test_what_is_no_photo_is_refused(field, content):
    import weasyprint  # noqa: F401  it tells Pillow to take pictures that were cut off

    _town, street, _task, (one, _) = field
    item = Phone.item(one.door(7, (300, 505), street=street))
    one.send(item)
    answer = _send_photo(one, item["door"], content)
    assert answer.status_code == 422 and answer.json()["remedy"]
    assert not CollectedPhoto.objects.exists()


def test_photos_out_of_bounds(field, monkeypatch):
    from naming.collecting import photos

    _town, street, _task, (one, _) = field
    item = Phone.item(one.door(7, (300, 505), street=street))
    one.send(item)
    content = fieldwork.picture((40, 40))
    assert _send_photo(one, item["door"], content, sha256="0" * 64).status_code == 422
    assert _send_photo(one, item["door"], content, kind="cat").status_code == 422
    monkeypatch.setattr(photos, "MOST_PIXELS", 100)
    assert _send_photo(one, item["door"], content).status_code == 413
    monkeypatch.setattr(photos, "MOST_BYTES", 100)
    assert _send_photo(one, item["door"], content).status_code == 413
    assert not CollectedPhoto.objects.exists()


# The town


@pytest.fixture
def officer(field):
    town, *_ = field
    client = Client()
    client.force_login(town.users["demo-town"])
    return client


def test_a_task_is_made_and_handed_on(field, officer):
    town, *_ = field
    person = fieldwork.collector(town, "ding")
    area = {
        "type": "Polygon",
        "coordinates": [[[113.1, 23.0], [113.11, 23.0], [113.11, 23.01], [113.1, 23.0]]],
    }
    form = {
        "community": str(town.land.units[f"{build.TOWN_A}001"].pk),
        "block": "西头片",
        "setting": "urban",
        "assigned_to": person.pk,
        "due_on": "2026-12-20",
        "area": json.dumps(area),
    }
    answer = officer.post("/collect/tasks/", form)
    task = CollectTask.objects.get(block="西头片")
    assert answer.status_code == 302 and answer.url == f"/collect/tasks/{task.pk}/"
    assert (task.assigned_to, task.setting, task.area["type"]) == (person, "urban", "Polygon")
    for change in (
        {"community": str(town.land.units[f"{build.TOWN_C}001"].pk)},
        {"block": " "},
        {"setting": "moon"},
        {"assigned_to": str(town.users["demo-expert"].pk)},
        {"due_on": "soon"},
        {"area": "{"},
    ):
        answer = officer.post("/collect/tasks/", form | change)
        assert answer.status_code == 422 and next(iter(change)) == answer.context["problem"].field
    url = f"/collect/tasks/{task.pk}/"
    assert officer.post(url, {"version": 1, "state": "closed", "due_on": ""}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.assigned_to, task.due_on, task.version) == ("closed", None, None, 2)
    assert officer.post(url, {"version": 1, "state": "open"}).status_code == 409
    far = Client()
    far.force_login(town.users["demo-chancheng"])
    assert far.get(url).status_code == 403


def test_review(field, officer):
    town, street, task, (one, two) = field
    first = Phone.item(one.door(7, (300, 505), street=street))
    second = Phone.item(two.door(7, (340, 505), street=street))
    third = Phone.item(two.door(8, (340, 495), street=street))
    one.send(first)
    two.send(second, third)
    page = officer.get(f"/collect/tasks/{task.pk}/?state=conflict")
    (pair,) = page.context["pairs"]
    assert str(pair["rival"]["door"].pk) == first["door"] and pair["free"] == "5"
    assert pair["why"] == room_says(street, (340, 505), besides=second["door"])
    url = f"/collect/tasks/{task.pk}/review/"

    def act(action, *items, note=""):
        return officer.post(url, {"action": action, "door": [i["door"] for i in items], "note": note})

    assert act("accept", first, third).status_code == 302
    assert [str(d.pk) for d in collection.accepted_doors(task)] == sorted(
        (first["door"], third["door"]), key=lambda k: CollectedDoor.objects.get(pk=k).first_received_at
    )
    assert act("accept", second).status_code == 409
    assert act("return", second).status_code == 422
    assert act("return", second, note="同号，请改 9 号").status_code == 302
    told = {d["door"]: d for d in two.client.get("/collect/state").json()["doors"]}
    assert (told[second["door"]]["state"], told[second["door"]]["note"]) == ("returned", "同号，请改 9 号")
    mended = Phone.item(two.door(9, (340, 505), street=street), door=second["door"], revision=2)
    assert two.send(mended)[0]["state"] == "received"
    changed = Phone.item(one.door(11, (300, 505), street=street), door=first["door"], revision=2)
    answer = one.send(changed)[0]
    assert (answer["fate"], answer["field"]) == ("refused", "door")
    assert act("accept", {"door": str(uuid.uuid4())}).status_code == 403
    assert act("accept").status_code == 422
    assert act("burn", second).status_code == 422
    assert CollectedDoor.objects.get(pk=first["door"]).number == 7
    counts = collection.progress([task])[task.pk]
    assert (counts["all"], counts["accepted"], counts["received"]) == (3, 2, 1)


def test_progress_on_the_map(field, officer):
    _town, street, task, (one, _) = field
    one.send(Phone.item(one.door(7, (300, 505), street=street)))
    (feature,) = officer.get("/collect/tasks/progress.geojson").json()["features"]
    assert feature["properties"]["collected"] == 1
    kinds = [
        f["properties"]["kind"]
        for f in officer.get(f"/collect/tasks/{task.pk}/doors.geojson").json()["features"]
    ]
    assert kinds == ["door"]


def test_hints_for_the_officer(field):
    from naming.collecting.findings import Surroundings, hints

    town, street, task, (one, _) = field
    _register(street, town, 7, (300, 505))
    _register(street, town, 9, (330, 505))
    wrong_side = Phone.item(one.door(12, (340, 505), street=street, accuracy_m=40))
    far = Phone.item(one.door(14, (340, 300), street=street))
    beyond = Phone.item(one.door(3, (300, 1500), street_text="无名巷"))
    moved = Phone.item(one.door(7, (500, 505), street=street))
    one.send(wrong_side, far, beyond, moved)
    rows = list(CollectedDoor.objects.all())
    around = Surroundings(task, rows, build.TODAY)
    said = {str(d.pk): {h.code for h in hints(d, around, ())} for d in rows}
    assert {"A-04", "A-10", "PHOTO"} <= said[wrong_side["door"]]
    assert "A-10" in said[far["door"]]
    assert {"A-01", "A-09"} <= said[beyond["door"]]
    assert "A-13" in said[moved["door"]]


# Races


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_the_same_moment():
    city = build.city()
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    task = fieldwork.task(city)
    phones = []
    for name in ("jia", "yi", "bing", "ding"):
        client = Client()
        client.force_login(fieldwork.collector(city, name))
        phones.append(Phone(client, task))
    start, fates = threading.Barrier(len(phones)), []

    def go(phone):
        try:
            items = [
                Phone.item(
                    phone.door(
                        n, (100 + 9 * n, 505), street=street, plate="none", plate_text="", suggested=True
                    )
                )
                for n in (1, 3, 5)
            ]
            start.wait()
            for _ in range(2):  # each batch twice, as after a lost answer
                fates.extend(a["fate"] for a in phone.send(*items))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(p,)) for p in phones]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(fates) == ["accepted"] * 3 + ["conflict"] * 9 + ["duplicate"] * 12
    assert CollectedDoor.objects.count() == 12 and CollectedRevision.objects.count() == 12
    for number in (1, 3, 5):
        states = sorted(CollectedDoor.objects.filter(number=number).values_list("state", flat=True))
        assert states == ["conflict"] * 3 + ["received"]
