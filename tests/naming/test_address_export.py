"""What leaves the service as proof is judged at the stage EXPORT: a temporary number is in no list and on no paper."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
import shapely
from django.db import transaction
from django.utils import timezone

from geoapp.core import acts
from naming import address_export
from naming.address_register import Door, enter
from naming.models import PlaceNameVersion, PublishedAddress
from naming.published import publish
from tests import build
from tests.naming.address_files import door, streets

pytestmark = pytest.mark.django_db
CODE = f"{build.TOWN_A}001"


@pytest.fixture
def listed(town):
    """Doors of the first community: two standard ones, a temporary, a reserved and a secret one."""
    streets(town)
    street = PlaceNameVersion.objects.get(name="鱼跃路").place_id
    community = town.land.units[CODE].pk
    given = [(1, {}), (3, {"room": "=1+1"}), (5, {"state": "temporary"}), (7, {"state": "reserved"})]
    doors = [
        Door(street, community, n, shapely.Point([float(v) for v in door("鱼跃路", n)[5:]]), **more)
        for n, more in [*given, (9, {"secret": True})]
    ]
    with transaction.atomic(), acts.act("takeover_addresses", at=timezone.now()) as act:
        made = enter(doors, seq=act.seq, valid_from=date(2024, 1, 1))
        publish("addresses", [a.pk for a in made], known_at=act.seq, seq=act.seq)
    return town


def lines(client, **asked: str) -> list[list[str]]:
    answer = client.get("/addresses/export.csv", {"community": CODE, **asked})
    assert answer.status_code == 200 and f"addresses-{CODE}" in answer["Content-Disposition"]
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_list_of_standard_addresses_holds_no_temporary_number(listed, client):
    told = lines(client)
    assert told[0][:3] == ["标准地址", "村居", "村居代码"]
    assert [row[4] for row in told[1:3]] == ["1号", "3号"] and told[2][9] == "'=1+1"
    assert len(told) == 4 and told[3][0].startswith("另有 1 个临时门楼号") and "A-14" in told[3][0]
    shown = PublishedAddress.objects.get(number="1号")
    assert told[1][0] == shown.name and told[1][10] == f"{shown.geom.x:.9f}" and told[1][-1] == str(shown.id)
    assert len(lines(client, on="2023-06-01")) == 1, "nothing was in force then"


def test_what_the_profile_does_not_refuse_goes_out(listed, client, monkeypatch):
    from geoapp.core.authority import profile_on

    def lenient(on):
        profile = profile_on(on)
        return replace(profile, severities={**profile.severities, "A-14": "warn"})

    monkeypatch.setattr(address_export, "profile_on", lenient)
    assert [row[4] for row in lines(client)[1:]] == ["1号", "3号", "5号"]


def test_no_proof_is_made_out_for_a_temporary_number(listed, client):
    row = PublishedAddress.objects.get(status="temporary")
    found = address_export.refusal(row, "《地址变更证明》", date(2026, 11, 23))
    assert found is not None and found.code == "A-14" and found.stage == "export"
    answer = client.get(f"/addresses/{row.id}/certificate.pdf")
    assert answer.status_code == 409
    assert "5号 是临时号，不能出具《地址变更证明》" in answer.content.decode()
    standard = PublishedAddress.objects.get(number="1号")
    assert address_export.refusal(standard, "《地址变更证明》", date(2026, 11, 23)) is None


def test_a_community_that_is_none_is_refused_in_words(listed, client):
    for asked in ({}, {"community": "440605999999"}, {"community": "x" * 400}):
        answer = client.get("/addresses/export.csv", asked)
        assert answer.status_code == 404 and "12 位" in answer.content.decode()
    assert client.get("/addresses/export.csv", {"community": CODE, "on": "2026-13-01"}).status_code == 422


def test_the_page_of_a_community_leads_to_its_list(listed, client):
    unit = listed.land.units[CODE]
    page = client.get(f"/units/{unit.pk}").content.decode()
    assert f"/addresses/export.csv?community={CODE}" in page
