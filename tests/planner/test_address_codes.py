"""Codes of addresses: recorded, changed, ended, corrected by an act each; one code for one address; found for ever."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from geoapp.core import acts, roles
from geoapp.core.errors import AppError, BadInput, Conflict, Forbidden
from geoapp.core.models import Act
from naming import address_codes
from naming.address_codes import Keeper
from naming.code_schemes import Scheme, clean, looks_like_code, schemes
from naming.models import AddressCode
from naming.search import search
from tests import build
from tests.naming.test_address_history import door, entered, renumbered
from tests.naming.test_races import at_once
from tests.planner.english import EnglishPage

pytestmark = pytest.mark.django_db
FIRST = "440605123456780001"
SECOND = "440605123456780002"
FROM = date(2025, 1, 1)


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 300), (900, 300)))


@pytest.fixture
def pair(town, street):
    return entered(door(town, street, 33, 200), door(town, street, 35, 240))


def keeper(city, name="demo-district"):
    user = city.users[name]
    return Keeper(user, roles.grants(user, timezone.localdate()), timezone.now())


def rows(**wanted):
    return list(AddressCode.objects.filter(act_out__isnull=True, **wanted).order_by("valid_from"))


def test_the_shipped_schemes_are_marked_unverified():
    assert all(isinstance(s, Scheme) and not s.verified and s.form_en for s in schemes().values())
    assert not schemes()["plot"].public and not schemes()["plot"].unique
    assert clean(" ４４06-a b ") == "4406-AB"
    assert looks_like_code(FIRST) and looks_like_code("440605-ab12")
    assert [t for t in ("鱼跃路33号", "12345", "zumiaolu", "a" * 61) if looks_like_code(t)] == []


def test_a_change_keeps_the_old_code_and_a_correction_does_not(town, pair):
    one, _two = pair
    row = address_codes.record(one, "city", "nh-000001", FROM, keeper(town))
    assert row.code == "NH-000001" and acts.faults() == []
    address_codes.change(row.pk, "NH-000002", date(2026, 1, 1), keeper(town))
    held = [(r.code, r.valid_from, r.valid_to) for r in rows(address_id=one)]
    assert held == [("NH-000001", FROM, date(2026, 1, 1)), ("NH-000002", date(2026, 1, 1), None)]
    address_codes.amend(rows(code="NH-000002")[0].pk, "NH-000003", date(2026, 1, 1), "抄错一位", keeper(town))
    assert [r.code for r in rows(address_id=one)] == ["NH-000001", "NH-000003"]
    ended = address_codes.finish(rows(code="NH-000003")[0].pk, date(2026, 6, 1), "并户", keeper(town))
    assert ended.valid_to == date(2026, 6, 1)
    kinds = list(
        Act.objects.filter(kind__startswith="address_code").order_by("seq").values_list("kind", flat=True)
    )
    assert kinds == [f"address_code_{k}" for k in ("recorded", "changed", "corrected", "ended")]
    told = json.loads(Act.objects.get(kind=address_codes.CORRECT).payload)
    assert (told["was"], told["code"], told["reason"]) == ("NH-000002", "NH-000003", "抄错一位")
    assert [act.kind for act, _told in address_codes.deeds(one)] == kinds[::-1]
    address_codes.strike(rows(code="NH-000001")[0].pk, "另一户的代码", keeper(town))
    assert [r.code for r in rows(address_id=one)] == ["NH-000003"] and acts.faults() == []


REFUSED = (
    (("no", FIRST, FROM), BadInput, "scheme"),
    (("city", "  ", FROM), BadInput, "code"),
    (("city", "1" * 61, FROM), BadInput, "code"),
    (("city", "地址12345", FROM), BadInput, "code"),
    (("gb39609_division", "44060512345", FROM), BadInput, "code"),
    (("gb39609_division", "44060512345A", FROM), BadInput, "code"),
    (("city", "NH-000001", date(1900, 1, 1)), BadInput, "valid_from"),
)


@pytest.mark.parametrize(("given", "error", "field"), REFUSED)
def test_bad_input_is_named(town, pair, given, error, field):
    with pytest.raises(error) as caught:
        address_codes.record(pair[0], *given, keeper(town))
    assert caught.value.field == field and caught.value.remedy
    assert not AddressCode.objects.exists() and not Act.objects.filter(kind=address_codes.RECORD).exists()


def test_one_code_is_not_given_to_two_addresses_at_one_time(town, pair):
    one, two = pair
    row = address_codes.record(one, "gb39609_division", FIRST, FROM, keeper(town))
    with pytest.raises(Conflict) as caught:
        address_codes.record(two, "gb39609_division", FIRST, date(2026, 1, 1), keeper(town))
    assert "鱼跃路33号" in caught.value.message and str(FROM) in caught.value.message
    with pytest.raises(Conflict):
        address_codes.record(two, "gb39609_division", FIRST, date(2024, 6, 1), keeper(town))
    address_codes.record(two, "city", FIRST, FROM, keeper(town))
    with pytest.raises(Conflict) as caught:
        address_codes.record(one, "gb39609_division", SECOND, date(2026, 1, 1), keeper(town))
    assert FIRST in caught.value.message, "an address has one code of a scheme at a time"
    address_codes.finish(row.pk, date(2026, 1, 1), "注销", keeper(town))
    later = address_codes.record(two, "gb39609_division", FIRST, date(2026, 1, 1), keeper(town))
    assert later.valid_from == date(2026, 1, 1)
    with pytest.raises(Conflict):
        address_codes.amend(later.pk, FIRST, date(2025, 6, 1), "早于", keeper(town))
    for address in pair:
        address_codes.record(address, "plot", "440605001", FROM, keeper(town))
    with pytest.raises(Conflict, match="更替"):
        address_codes.change(row.pk, SECOND, date(2026, 1, 1), keeper(town))


def test_days_and_reasons(town, pair):
    row = address_codes.record(pair[0], "city", "NH-000001", FROM, keeper(town))
    calls = {
        "code": lambda: address_codes.change(row.pk, "NH-000001", date(2026, 1, 1), keeper(town)),
        "valid_from": lambda: address_codes.change(row.pk, "NH-000002", FROM, keeper(town)),
        "valid_to": lambda: address_codes.finish(row.pk, FROM, "x", keeper(town)),
        "reason": lambda: address_codes.finish(row.pk, date(2026, 1, 1), " ", keeper(town)),
    }
    for field, call in calls.items():
        with pytest.raises(BadInput) as caught:
            call()
        assert caught.value.field == field
    with pytest.raises(BadInput):
        address_codes.amend(row.pk, "NH-000001", FROM, "无", keeper(town))
    with pytest.raises(BadInput):
        address_codes.strike(row.pk, "长" * 301, keeper(town))


def test_who_may_keep_codes(town, pair):
    may = {name for name in town.users if address_codes.may_keep(keeper(town, name).held, pair[0])}
    assert {"demo-district", "demo-police", "demo-resources"} <= may
    assert not may & {"demo-town", "demo-village", "demo-planner"}
    with pytest.raises(Forbidden):
        address_codes.record(pair[0], "city", "NH-000001", FROM, keeper(town, "demo-town"))


def test_an_address_is_found_by_every_code_it_had(town, pair, client):
    one, two = pair
    row = address_codes.record(one, "gb39609_division", FIRST, FROM, keeper(town))
    address_codes.record(two, "plot", "440605777", FROM, keeper(town))
    (hit,) = search(FIRST)
    assert (hit["id"], hit["former"], hit["code"], hit["now"]) == (str(one), False, FIRST, None) and not hit[
        "former_code"
    ]
    address_codes.change(row.pk, SECOND, date(2026, 1, 1), keeper(town))
    renumbered(one, 37)
    (old,), (new,) = search(FIRST), search(SECOND)
    assert old["former_code"] and not new["former_code"] and old["id"] == new["id"] == str(one)
    assert old["name"].endswith("鱼跃路37号") and not old["former"], (
        "the address stands; its code is the old one"
    )
    wrong = rows(code=SECOND)[0]
    address_codes.amend(wrong.pk, "440605123456780009", date(2026, 1, 1), "错", keeper(town))
    assert search(SECOND)[0]["former_code"], "what was printed wrongly leads on as long as nobody else has it"
    address_codes.record(two, "gb39609_division", SECOND, FROM, keeper(town))
    assert [(h["id"], h["former_code"]) for h in search(SECOND)] == [(str(two), False)]
    told = client.get("/api/search", {"q": FIRST}).json()["results"]
    assert [r["id"] for r in told] == [str(one)]
    assert search("440605777") == [], "plots are not public"
    page = client.get("/", {"q": FIRST}).content.decode()
    assert "鱼跃路37号" in page and "旧代码" in page and FIRST in page
    codes = client.get(f"/api/addresses/{one}").json()["codes"]
    assert [(c["code"], c["valid_to"]) for c in codes] == [
        ("440605123456780009", None),
        (FIRST, "2026-01-01"),
    ]
    assert not codes[0]["verified"]
    assert client.get(f"/api/addresses/{two}").json()["codes"][0]["code"] == SECOND


def test_the_public_page_shows_codes_with_scheme_and_validity(town, pair, client):
    one, _two = pair
    row = address_codes.record(one, "gb39609_division", FIRST, FROM, keeper(town))
    address_codes.record(one, "plot", "440605777", FROM, keeper(town))
    address_codes.change(row.pk, SECOND, date(2026, 1, 1), keeper(town))
    page = client.get(f"/addresses/{one}").content.decode()
    part = page[page.index('id="codes"') :]
    for words in (
        FIRST,
        SECOND,
        "区划式地址代码",
        "GB/T 39609-2020",
        "2025-01-01",
        "已停用",
        "现行",
        "格式未经核实",
    ):
        assert words in part, words
    assert "440605777" not in page and "codes/" not in page
    client.force_login(town.users["demo-police"])
    assert f"/addresses/{one}/codes/" in client.get(f"/addresses/{one}").content.decode()


def test_the_officer_s_page(town, pair, client):
    one, two = pair
    url = f"/addresses/{one}/codes/"
    assert client.get(url).status_code in {302, 403}
    client.force_login(town.users["demo-police"])
    assert "还没有登记代码" in client.get(url).content.decode()
    form = {"action": "record", "scheme": "city", "code": "nh-0001", "valid_from": "2025-01-01"}
    bad = client.post(url, form | {"code": "地址"})
    assert bad.status_code == 422 and "应为6–40 位数字" in bad.content.decode()
    assert 'value="地址"' in bad.content.decode()
    assert client.post(url, form | {"valid_from": ""}).status_code == 422
    assert client.post(url, form | {"valid_from": "2025-13-01"}).status_code == 422
    assert client.post(url, form | {"action": "no"}).status_code == 422
    assert "已登记代码 NH-0001" in client.post(url, form, follow=True).content.decode()
    row = rows(address_id=one)[0].pk
    change = {"action": "change", "row": row, "code": "nh-0002", "valid_from": "2026-01-01"}
    assert client.post(f"/addresses/{two}/codes/", change).status_code == 404
    assert client.post(url, change | {"row": "x"}).status_code == 404
    assert "原代码继续可查" in client.post(url, change, follow=True).content.decode()
    stale = client.post(url, change)
    assert stale.status_code == 409 and f'name="row" value="{row}"' not in stale.content.decode()
    row = rows(code="NH-0002")[0].pk
    fix = {"action": "correct", "row": row, "code": "nh-0003", "valid_from": "2026-01-01", "reason": ""}
    answer = client.post(url, fix)
    assert answer.status_code == 422 and "没有写明理由" in answer.content.decode()
    assert answer.content.decode().count("<details open") == 1
    client.post(url, fix | {"reason": "抄错"})
    row = rows(code="NH-0003")[0].pk
    client.post(url, {"action": "end", "row": row, "valid_to": "2026-03-01", "reason": "注销"})
    row = rows(code="NH-0001")[0].pk
    client.post(url, {"action": "correct", "row": row, "never": "1", "reason": "张冠李戴"})
    page = client.get(url).content.decode()
    assert [r.code for r in rows(address_id=one)] == ["NH-0003"]
    for words in ("登记代码", "变更代码", "终止代码", "更正登记", "张冠李戴", "撤销", "NH-0001"):
        assert words in page, words
    client.force_login(town.users["demo-town"])
    assert client.get(url).status_code == 403


def test_the_codes_in_english(town, pair, client):
    client.force_login(town.users["demo-police"])
    client.cookies["lang"] = "en"
    url = f"/addresses/{pair[0]}/codes/"
    form = {"action": "record", "scheme": "city", "code": "nh-0001", "valid_from": "2025-01-01"}
    answers = [client.get(url), client.post(url, form | {"code": "!"}), client.post(url, form, follow=True)]
    answers.append(client.post(url, form | {"code": "nh-0002"}))
    row = rows()[0].pk
    answers.append(
        client.post(url, {"action": "correct", "row": row, "code": "NH-0001", "valid_from": "2025-01-01"})
    )
    answers.append(client.post(url, {"action": "end", "row": row, "valid_to": "2025-01-01", "reason": "x"}))
    answers.append(client.get(f"/addresses/{pair[0]}"))
    for answer in answers:
        page = EnglishPage(answer.content.decode())
        assert page.language == "en" and page.stray == []


@pytest.mark.django_db(transaction=True)
def test_race_one_code_two_addresses():
    city = build.city()
    street = city.named("鱼跃路", build.line((100, 300), (900, 300)))
    pair = entered(door(city, street, 33, 200), door(city, street, 35, 240))
    for n in range(6):

        def give(address, n=n) -> str:
            day = FROM + timedelta(days=n)
            try:
                address_codes.record(address, "gb39609_division", f"44060512345678{n:04}", day, keeper(city))
            except Conflict as error:
                return "told" if "已给" in error.message else error.message
            except AppError as error:
                return str(error)
            return "given"

        assert at_once([lambda a=a: give(a) for a in pair]) == {"given": 1, "told": 1}
        for row in rows(valid_to__isnull=True):
            address_codes.finish(row.pk, row.valid_from + timedelta(days=1), "下一轮", keeper(city))
    assert AddressCode.objects.filter(act_out__isnull=True).count() == 6 and acts.faults() == []
