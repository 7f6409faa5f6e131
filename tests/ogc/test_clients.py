"""Restricted layers by token and jurisdiction; limits by cost; gzip, ETags and the log."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from datetime import date, timedelta

import mapbox_vector_tile
import pytest
from django.utils import timezone

from boundaries.models import PublishedDistrict
from geoapp.core import throttle
from geoapp.core.models import Consumer, Jurisdiction, RestrictedLayer, User
from geoapp.ogc import clients
from tests.ogc.conftest import body, box, deed, ident, place, street

pytestmark = pytest.mark.django_db
NANHAI = "440605"


@pytest.fixture(autouse=True)
def _fresh():
    throttle.forget()
    clients.forget()
    yield
    throttle.forget()
    clients.forget()


@pytest.fixture
def city():
    """A place in Nanhai, one outside it; the gazetteer is restricted."""
    seq = deed()
    PublishedDistrict.objects.create(
        id=ident(900),
        name="南海区",
        kind="district",
        unit="佛山市",
        status="in_force",
        valid_from=date(2020, 1, 1),
        act_in=seq,
        code=NANHAI,
        pinyin="",
        geom=box(113.0, 23.0, 0.5).replace("MULTI", "MULTI"),
    )
    place(1, "魁星阁", seq, "POINT(113.1 23.1)")
    place(2, "外地阁", seq, "POINT(112.1 22.1)")
    street(3, "同华路", seq)
    RestrictedLayer.objects.create(layer="place_names", basis="测试")
    clients.forget()
    return seq


def consumer(**values) -> tuple[Consumer, str]:
    made = Consumer(
        **{"name": "市公安局地址系统", "username": "police", "valid_from": date(2020, 1, 1), **values}
    )
    return made, clients.issue(made)


def jurisdiction() -> Jurisdiction:
    return Jurisdiction.objects.create(
        level="district", name="南海区", code=NANHAI, path=f"x/{NANHAI}", valid_from=date(2000, 1, 1)
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


WAYS = {
    "items": "/ogc/collections/place_names/items",
    "item": f"/ogc/collections/place_names/items/{ident(1)}",
    "tile": "/ogc/collections/place_names/tiles/WebMercatorQuad/14/7108/13339",
    "csv": "/download/place_names.csv",
    "gpkg": "/download/place_names.gpkg",
    "wfs": "/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=place_names",
    "byid": f"/wfs?service=WFS&version=2.0.0&request=GetFeature&resourceid=place_names.{ident(1)}",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_restricted_layer_asks_for_a_token(client, city, way):
    response = client.get(WAYS[way])
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")
    assert "魁星阁" not in body(response).decode()
    wrong = client.get(WAYS[way], headers=bearer("nonsense"))
    assert wrong.status_code == 401


@pytest.mark.parametrize("way", WAYS)
def test_a_token_opens_it(client, city, way):
    _made, token = consumer()
    basic = base64.b64encode(f"police:{token}".encode()).decode()
    for headers in (bearer(token), {"Authorization": f"Basic {basic}"}):
        response = client.get(WAYS[way], headers=headers)
        assert response.status_code == 200, body(response)[:300]
        assert "Authorization" in response["Vary"]


@pytest.mark.parametrize(
    "values",
    [
        {"active": False},
        {"valid_to": date(2021, 1, 1)},
        {"valid_from": date(2999, 1, 1)},
    ],
)
def test_a_token_that_ended_or_has_not_begun_opens_nothing(client, city, values):
    _made, token = consumer(**values)
    assert client.get(WAYS["items"], headers=bearer(token)).status_code == 401


def test_a_token_for_other_layers_is_forbidden_here(client, city):
    _made, token = consumer(layers=["streets"])
    assert client.get(WAYS["items"], headers=bearer(token)).status_code == 403
    assert client.get("/ogc/collections/streets/items", headers=bearer(token)).status_code == 200


def test_a_new_token_ends_the_old_one_and_is_not_kept(client, city):
    made, token = consumer()
    again = clients.issue(made)
    assert client.get(WAYS["items"], headers=bearer(token)).status_code == 401
    assert client.get(WAYS["items"], headers=bearer(again)).status_code == 200
    assert again not in json.dumps(list(Consumer.objects.values_list("token_hash", "token_hint")))


@pytest.mark.parametrize("way", ["items", "wfs", "csv"])
def test_a_district_sees_its_own_part(client, city, way):
    _made, token = consumer(jurisdiction=jurisdiction())
    text = body(client.get(WAYS[way], headers=bearer(token))).decode()
    assert "魁星阁" in text
    assert "外地阁" not in text
    outside = f"/ogc/collections/place_names/items/{ident(2)}"
    assert client.get(outside, headers=bearer(token)).status_code == 404
    tile = client.get(WAYS["tile"], headers=bearer(token))
    assert tile.status_code == 200


def test_a_jurisdiction_without_land_sees_nothing(client, city):
    PublishedDistrict.objects.all().delete()
    _made, token = consumer(jurisdiction=jurisdiction())
    found = json.loads(body(client.get(WAYS["items"], headers=bearer(token))))
    assert found["numberMatched"] == 0


def test_all_layers_of_a_tile_are_those_one_may_read(client, city):
    address = "/ogc/tiles/WebMercatorQuad/14/7108/13339"
    _made, token = consumer()
    assert client.get(address).status_code == 200
    named = client.get(address, {"collections": "place_names"})
    assert named.status_code == 401
    whole = mapbox_vector_tile.decode(body(client.get(address, headers=bearer(token))) or b"")
    assert isinstance(whole, dict)


def test_what_one_reader_holds_is_not_another_ones(client, city):
    _made, token = consumer(jurisdiction=jurisdiction())
    _other, everywhere = consumer(username="civil")
    first = client.get(WAYS["items"], headers=bearer(token))
    other = client.get(WAYS["items"], headers=bearer(everywhere) | {"If-None-Match": first["ETag"]})
    assert other.status_code == 200
    first = client.get(WAYS["wfs"], headers=bearer(token))
    other = client.get(WAYS["wfs"], headers=bearer(everywhere) | {"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_the_feed_tells_restricted_layers_to_those_who_may_read_them_whole(client, city):
    _made, token = consumer()
    _part, district = consumer(username="nanhai", jurisdiction=jurisdiction())
    for address in ("/ogc/feed", f"/ogc/feed/{city}", "/ogc/feed.atom", "/ogc/feed/snapshot?layer=streets"):
        assert "魁星阁" not in body(client.get(address)).decode()
        assert "魁星阁" not in body(client.get(address, headers=bearer(district))).decode()
    assert "同华路" in body(client.get("/ogc/feed")).decode()
    assert "魁星阁" in body(client.get("/ogc/feed", headers=bearer(token))).decode()
    own = client.get("/ogc/feed?layer=place_names")
    assert own.status_code == 401
    assert client.get("/ogc/feed?layer=place_names", headers=bearer(district)).status_code == 403
    whole = client.get("/ogc/feed", headers=bearer(token))
    other = client.get("/ogc/feed", headers={"If-None-Match": whole["ETag"]})
    assert other.status_code == 200


# Manners


@pytest.mark.parametrize(
    "address",
    [
        "/ogc/collections/streets/items",
        "/ogc/collections/streets",
        "/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=streets",
        "/wfs?service=WFS&request=GetCapabilities",
        "/download/streets.csv",
        "/download/streets.geojson",
    ],
)
def test_gzip_etag_and_cors(client, address):
    seq = deed()
    for number in range(5):
        street(number, f"第{number}路", seq)
    plain = client.get(address)
    assert plain["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Encoding" in plain["Vary"]
    whole = body(plain)
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    unpacked = gzip.decompress(body(packed))
    if "wfs" not in address or "Capabilities" in address:
        assert unpacked == whole
        assert body(client.get(address)) == whole, "a strong tag stands for the same bytes"
    assert packed["ETag"] != plain["ETag"]
    for held in (plain["ETag"], packed["ETag"]):
        again = client.get(address, headers={"If-None-Match": held, "Accept-Encoding": "gzip"})
        assert again.status_code == 304
        assert again["ETag"] == held
        assert body(again) == b""
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused
    street(77, "新开路", deed(1))
    later = client.get(address, headers={"If-None-Match": plain["ETag"]})
    assert later.status_code == (304 if address.endswith("/streets") else 200)


def test_tags_of_features_are_strong(client):
    street(1, "同华路", deed())
    for address in ("/ogc/collections/streets/items", f"/ogc/collections/streets/items/{ident(1)}"):
        assert client.get(address)["ETag"].startswith('"')


def test_any_site_may_ask_with_a_token(client):
    for address in ("/ogc/collections", "/wfs"):
        response = client.options(address)
        assert response.status_code == 204
        assert "Authorization" in response["Access-Control-Allow-Headers"]
        assert response["Access-Control-Allow-Origin"] == "*"


def test_too_many_requests_are_told_when_to_come_back(client, settings):
    settings.GEOAPP_RATE_PER_MINUTE = 3
    deed()
    codes = [client.get("/ogc/conformance").status_code for _ in range(5)]
    assert codes[0] == 200
    assert codes[-1] == 429
    refused = client.get("/ogc/conformance")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Content-Type"] == "application/problem+json"
    wfs = client.get("/wfs?service=WFS&request=GetCapabilities")
    assert wfs.status_code == 429
    assert b"ExceptionReport" in body(wfs)
    assert wfs["Retry-After"]


def test_a_consumer_has_a_bucket_of_its_own(client, settings, city):
    settings.GEOAPP_RATE_PER_MINUTE = 1
    _made, token = consumer(rate_per_minute=50)
    client.get("/ogc/conformance")
    assert client.get("/ogc/conformance").status_code == 429
    for _ in range(10):
        assert client.get("/ogc/conformance", headers=bearer(token)).status_code == 200


def test_work_costs_by_the_time_it_takes(client, settings, monkeypatch):
    settings.GEOAPP_RATE_PER_MINUTE = 100
    deed()
    monkeypatch.setattr("geoapp.ogc.journal._TOKENS_PER_SECOND", 1e9)
    assert client.get("/ogc/conformance").status_code == 200
    refused = client.get("/ogc/conformance")
    assert refused.status_code == 429
    assert 30 <= int(refused["Retry-After"]) <= 120, "a long request is paid for, within bounds"


def test_one_client_cannot_take_every_thread(client, settings):
    settings.GEOAPP_REQUESTS_AT_ONCE = 2
    deed()
    throttle.enter("127.0.0.1", 2)
    throttle.enter("127.0.0.1", 2)
    assert client.get("/ogc/conformance").status_code == 429
    throttle.leave("127.0.0.1")
    assert client.get("/ogc/conformance").status_code == 200
    assert client.get("/ogc/conformance").status_code == 200, "a slot is given back"


def test_a_refused_request_costs_nothing():
    class Request:
        META = {"REMOTE_ADDR": "10.0.0.1"}

    throttle.spend(Request(), now=0.0, per_minute=1.0)
    for _ in range(10):
        with pytest.raises(throttle.TooMany):
            throttle.spend(Request(), now=1.0, per_minute=1.0)
    throttle.spend(Request(), now=61.0, per_minute=1.0)


def test_the_log_names_nobody(client, city, caplog):
    _made, token = consumer()
    with caplog.at_level(logging.INFO, logger="geoapp.requests"):
        client.get(WAYS["items"] + "?bbox=113,23,114,24", headers=bearer(token))
        body(client.get("/download/streets.csv"))
        client.get("/ogc/collections/place_names/items")
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == "geoapp.requests"]
    assert [(x["service"], x["status"], x["client"]) for x in lines] == [
        ("ogc:items", 200, "consumer:police"),
        ("ogc:download", 200, "open"),
        ("ogc:items", 401, "open"),
    ]
    assert lines[1]["bytes"] > 0
    text = json.dumps(lines)
    assert "127.0.0.1" not in text and "bbox" not in text and token not in text


def test_an_administrator_issues_a_token_and_sees_it_once(client, city):
    admin = User.objects.create_superuser("root", password="a-long-password-1")
    client.force_login(admin)
    response = client.post(
        "/admin/core/consumer/add/",
        {
            "name": "自然资源局",
            "username": "resources",
            "valid_from": str(timezone.localdate() - timedelta(days=1)),
            "layers": ["place_names"],
            "active": "on",
            "basis": "函〔2026〕1号",
        },
        follow=True,
    )
    text = response.content.decode()
    made = Consumer.objects.get(username="resources")
    assert made.token_hint in text
    token = next(w for w in text.replace("：", " ").split() if w.startswith(made.token_hint) and len(w) > 30)
    assert clients.hash_of(token) == made.token_hash
    assert token not in client.get("/admin/core/consumer/").content.decode()
    restricted = client.post(
        "/admin/core/restrictedlayer/add/", {"layer": "addresses", "basis": "文件"}, follow=True
    )
    assert restricted.status_code == 200
    clients.forget()
    client.logout()
    assert client.get("/ogc/collections/addresses/items").status_code == 401
