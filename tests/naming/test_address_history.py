"""One door through time: renamed town, adjusted land, certificates that verify, plates that resolve."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
import shapely
from django.db import transaction
from django.utils import timezone

from geoapp.core import acts, frame
from geoapp.core.effective import end, in_force, succeed
from naming import address_history, published
from naming.address_register import Door, doors_of, enter, taken_numbers
from naming.models import AddressPosition, AddressVersion, Plate, PublishedAddress
from tests import build

FROM = date(2024, 3, 1)
LATER = date(2026, 6, 1)


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 300), (900, 300)))


def door(town, street, number, x, **fields):
    point = shapely.Point(build.at(x, 305 if number % 2 else 295))
    community = town.land.units[f"{build.TOWN_A}001"].pk
    return Door(street=street.pk, community=community, number=number, point=point, **fields)


def entered(*doors, on=FROM):
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW) as act:
        ids = [a.pk for a in enter(doors, seq=act.seq, valid_from=on)]
        published.publish("addresses", ids, known_at=act.seq, seq=act.seq)
        act.payload["publish"] = [{"layer": "addresses", "ids": [str(i) for i in ids], "known_at": act.seq}]
    return ids


def renumbered(address, number, on=LATER):
    """The world changed: a door gets another number from a day on."""
    with transaction.atomic(), acts.act("test_renumbering", at=timezone.now()) as act:
        version = in_force(AddressVersion.objects.filter(address_id=address), on).get()
        text = version.text.replace(f"{version.number}号", f"{number}号")
        succeed(version, seq=act.seq, valid_from=on, number=number, text=text)
        published.publish("addresses", [address], known_at=act.seq, seq=act.seq)
    return act.seq


def test_doors_are_entered_with_their_text_and_position(town, street):
    ids = entered(
        door(town, street, 33, 200, sub_number=3, building="2座", room="501", method="gnss", accuracy_m=3.2),
        door(town, street, 34, 210, state="temporary"),
        door(town, street, 36, 230, secret=True),
        door(town, street, 38, 250, state="reserved"),
    )
    texts = {v.number: v.text for v in doors_of(street.pk, FROM)}
    assert texts[33] == "佛山市南海区试验镇鱼跃路33号之三2座501室"
    position = AddressPosition.objects.get(address_id=ids[0])
    assert (position.method, position.accuracy_m, position.kind) == ("gnss", 3.2, "entrance")
    public = {r.number: r.status for r in PublishedAddress.objects.all()}
    assert public == {"33号之3": "standard", "34号": "temporary"}, "secret and reserved ones are not public"
    assert taken_numbers(street.pk) == {(33, 3), (34, None), (36, None), (38, None)}


def test_an_address_answers_as_it_was_law_and_as_it_was_known(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    before = timezone.now()
    renumbered(address, 35)
    url = f"/api/addresses/{address}"
    now = client.get(url, {"on": "2026-11-23"}).json()
    assert now["text"].endswith("鱼跃路35号") and now["parts"]["number"] == "35号"
    assert [t["text"][-3:] for t in now["texts"]] == ["33号", "35号"]
    then = client.get(url, {"on": "2026-05-31"}).json()
    assert then["text"].endswith("鱼跃路33号") and then["valid_to"] == "2026-06-01"
    known = client.get(url, {"on": "2026-11-23", "known-at": before.isoformat()}).json()
    assert known["text"].endswith("鱼跃路33号"), "the renumbering was not yet on record"
    assert known["known_at"]["act"] == now["known_at"]["act"] - 1
    early = client.get(url, {"on": "2020-01-01"}).json()
    assert early["text"] is None and early["status"] == "not_yet"


def test_what_is_asked_wrongly_is_said(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    assert client.get(f"/api/addresses/{uuid4()}").status_code == 404
    for query in ({"on": "2026-13-01"}, {"known-at": "gestern"}):
        answer = client.get(f"/api/addresses/{address}", query)
        assert answer.status_code == 422 and answer.json()["remedy"]
    assert client.get(f"/api/addresses/{address}", {"known-at": "2020-01-01"}).status_code == 404


def test_the_nearest_doors_of_a_day(town, street, client):
    numbers = [door(town, street, n, 100 + 4 * n) for n in range(1, 40, 2)]
    entered(*numbers)
    (late,) = entered(door(town, street, 2, 140), on=LATER)
    point = frame.to_geographic(shapely.Point(build.at(138, 304)))
    asked = {"lon": point.x, "lat": point.y}
    today = client.get("/api/locate", asked | {"on": "2026-11-23"}).json()["addresses"]
    assert [a["text"][-3:].lstrip("路") for a in today][:2] == ["9号", "11号"]
    assert len(today) == 5 and today == sorted(today, key=lambda a: a["distance_m"])
    assert str(late) in {a["id"] for a in today}
    past = client.get("/api/locate", asked | {"on": "2025-01-01"}).json()["addresses"]
    assert str(late) not in {a["id"] for a in past} and len(past) == 5


def test_an_old_text_is_found_and_says_what_it_is_now(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    renumbered(address, 35)
    (hit,) = client.get("/api/search", {"q": "鱼跃路33号"}).json()["results"]
    assert hit["former"] and hit["now"] == {"id": str(address), "name": "佛山市南海区试验镇鱼跃路35号"}
    page = client.get(f"/addresses/{address}").content.decode()
    assert "鱼跃路33号" in page and "鱼跃路35号" in page
    spans = address_history.spans(address, build.TODAY)
    assert [s.act.kind for s in spans] == ["takeover_addresses", "test_renumbering"], (
        "the act that brought it"
    )
    assert client.get(f"/addresses/{address}.geojson").json()["properties"]["number"] == "35号"


def test_an_address_is_found_however_it_is_written(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    for written in ("南海试验镇鱼跃路三十三号", "鱼跃路３３号 2座501", "广东省佛山市南海区鱼跃路33号对面"):
        (hit,) = client.get("/api/search", {"q": written}).json()["results"]
        assert hit["id"] == str(address) and not hit["former"], written
    near = client.get("/api/search", {"q": "试验镇鱼跃路35号"}).json()["results"]
    assert [h["id"] for h in near] == [str(address)], "no such number: the neighbours are shown"


def test_a_certificate_verifies_and_says_when_the_world_moved_on(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    seq = renumbered(address, 35)
    sheet = client.get(f"/addresses/{address}/certificate.pdf")
    assert sheet.status_code == 200 and sheet.content.startswith(b"%PDF-")
    token = address_history.seal(address, seq)
    page = client.get(f"/addresses/verify/{token}").content.decode()
    assert "证明属实，与现行登记一致" in page and "鱼跃路33号" in page
    renumbered(address, 37, on=LATER + timedelta(days=30))
    page = client.get(f"/addresses/verify/{token}").content.decode()
    assert "出具以后地址又有变化" in page and "鱼跃路37号" in page
    forged = token[:-2] + ("aa" if token[-2:] != "aa" else "bb")
    answer = client.get(f"/addresses/verify/{forged}")
    assert answer.status_code == 404 and "核验码不对" in answer.content.decode()


def test_a_temporary_number_proves_nothing(town, street, client):
    (address,) = entered(door(town, street, 34, 210, state="temporary"))
    assert client.get(f"/addresses/{address}/certificate.pdf").status_code == 409
    page = client.get(f"/addresses/{address}").content.decode()
    assert "临时" in page and "certificate.pdf" not in page


def test_a_plate_resolves_for_ever(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    Plate.objects.create(address_id=address, token="k7q2", text="鱼跃路", number="33号", ordered_in=1)
    renumbered(address, 35)
    answer = client.get("/plates/k7q2", follow=True)
    page = answer.content.decode()
    assert "您扫描的是“33号”门牌" in page and "鱼跃路35号" in page
    assert client.get("/plates/nothing").status_code == 404


def test_a_cancelled_door_keeps_its_page_and_number(town, street, client):
    (address,) = entered(door(town, street, 33, 200))
    with transaction.atomic(), acts.act("test_cancellation", at=timezone.now()) as act:
        end(
            in_force(AddressVersion.objects.filter(address_id=address), LATER).get(),
            seq=act.seq,
            valid_to=LATER,
        )
        published.publish("addresses", [address], known_at=act.seq, seq=act.seq)
    answer = client.get(f"/api/addresses/{address}", {"on": "2026-11-23"}).json()
    assert answer["text"] is None and answer["status"] == "ended"
    assert "已于 2026-06-01 停用" in client.get(f"/addresses/{address}").content.decode()
    assert (33, None) in taken_numbers(street.pk)
