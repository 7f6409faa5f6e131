"""``/api/openapi.json`` against real answers, and what no generator writes: odd numbers, broken texts, odd bodies."""

from __future__ import annotations

import json
from contextlib import suppress
from uuid import UUID

import pytest
import schemathesis
from django.test import Client
from django.urls import NoReverseMatch, reverse
from schemathesis.specs.openapi import checks

from geoapp.core.geometry import to_geojson
from geoapp.planner import api_document
from geoapp.wsgi import application
from tests import build
from tests.naming.numbering.test_register import lonlat
from tests.naming.test_address_history import door, entered, renumbered
from tests.planner.test_access import view_names

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
NOBODY = UUID(int=0)


@pytest.fixture
def known(town):
    """A street with three doors, one of them renumbered; ids by what they are."""
    street = town.named("鱼跃路", build.line((100, 300), (900, 300)), meaning="取鱼跃龙门之意")
    ids = entered(*(door(town, street, number, 200 + 30 * number) for number in (1, 3, 33)))
    renumbered(ids[2], 35)
    return {"street": str(street.pk), "door": str(ids[2])}


def _asked(known: dict[str, str]) -> list[tuple[str, str, dict[str, object], object]]:
    """Return requests that must succeed: method, path, query or path parameters, body."""
    here = lonlat(250, 305)
    drawn = to_geojson(build.line((100, 500), (600, 520)))
    text = {"text": "佛山市南海区试验镇鱼跃路33号之二2座501、7-9号首二层"}
    return [
        ("POST", "/api/check", {}, {"name": "鱼跃一路", "width_m": 18, "geometry": drawn}),
        ("POST", "/api/check", {}, {"kind": "rename", "name": "映霞路", "street": known["street"]}),
        ("POST", "/api/check", {}, {"kind": "address", "street": "鱼跃路", "number": 33}),
        ("POST", "/api/check", {}, {"kind": "address", "street": "没有路", "number": "x", "floor": "0"}),
        ("GET", "/api/check", {"name": "鱼跃路"}, None),
        ("GET", "/api/search", {"q": "yyl"}, None),
        ("GET", "/api/search", {"q": "鱼跃路33号"}, None),
        ("GET", "/api/search", {"q": "社区", "limit": 2}, None),
        ("GET", "/api/locate", here, None),
        ("POST", "/api/addresses/parse", {}, text),
        ("POST", "/api/addresses/parse", {}, {"texts": ["鱼跃路33号", "乱写一通"]}),
        ("GET", "/api/addresses/parse", {"text": "鱼跃路35号", "on": "2027-01-01"}, None),
        ("GET", "/api/addresses/suggest", {"street": known["street"], **here}, None),
        ("GET", "/api/addresses/{id}", {"id": known["door"], "on": "2025-01-01"}, None),
        ("GET", "/api/addresses/{id}", {"id": known["door"], "on": "2001-01-01"}, None),
        ("GET", "/api/units", {}, None),
        ("GET", "/api/units", {"level": "district", "on": "2024-01-01"}, None),
    ]


def test_real_answers_have_the_shape_the_document_names(known, in_process):
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    seen = set()
    for method, path, values, body in _asked(known):
        operation = document[path][method]
        place = {"id": values.pop("id")} if "{id}" in path else {}
        more = {"body": body, "media_type": "application/json"} if body is not None else {}
        case = operation.Case(query=values, path_parameters=place, **more)
        answer = case.call()
        assert answer.status_code == 200, (path, answer.text[:300])
        case.validate_response(answer, checks=CHECKS)
        seen.add((method, path))
    assert seen == {
        (method.upper(), path)
        for path, entry in api_document.describe("")["paths"].items()
        for method in entry
    }


def test_the_document_names_every_open_json_address(db, client):
    found = set()
    for name in view_names():
        for arguments in ({}, {"address_id": NOBODY}):
            with suppress(NoReverseMatch):
                found.add(reverse(name, kwargs=arguments).replace(str(NOBODY), "{id}"))
    described = set(client.get("/api/openapi.json").json()["paths"])
    assert described == {p for p in found if p.startswith("/api/")} - {"/api/", "/api/openapi.json"}


def test_the_document_is_in_english_too_and_has_no_outside_reference(db, client):
    answer = client.get("/api/openapi.json?lang=en")
    assert answer["Content-Type"] == api_document.MEDIA_TYPE and answer["Access-Control-Allow-Origin"] == "*"
    text = json.dumps(answer.json())
    assert "Check a proposed street name" in text
    assert '"$ref": "http' not in text and answer.json()["servers"] == [{"url": "http://testserver"}]


HUGE = "1" + "0" * 400
BODIES = [
    ("check", r'{"name": "\ud800"}', 400),
    ("check", r'{"name": "映霞路", "pinyin": "\ud800"}', 400),
    ("check", r'{"name": "映霞路", "on": "\ud800"}', 400),
    ("check", r'{"name": "映霞路", "case": "\u0000"}', 422),
    ("check", r'{"name": "映霞路", "width_m": NaN}', 400),
    ("check", r'{"name": "映霞路", "width_m": 1e999}', 422),
    ("check", rf'{{"name": "映霞路", "width_m": {HUGE}}}', 422),
    (
        "check",
        rf'{{"name": "映霞路", "geometry": {{"type": "LineString", "coordinates": [[{HUGE}, 2], [3, 4]]}}}}',
        422,
    ),
    ("check", r'{"name": "映霞路", "geometry": {"type": "\ud800", "coordinates": []}}', 400),
    ("check", r'{"name": "映霞路", "geometry": {"type": "LineString", "coordinates": {"a": 1}}}', 422),
    ("check", r'{"kind": "address", "street": "\ud800", "number": 1}', 400),
    ("check", r'{"kind": "address", "street": "a\u0000", "number": 1}', 422),
    ("check", r'{"kind": "address", "id": "\ud800"}', 400),
    ("check", "[" * 100_000, 400),
    ("check", "\ufeff{}", 422),
    ("addresses/parse", r'{"text": "a\ud800b"}', 400),
    ("addresses/parse", r'{"text": "a\u0000b"}', 422),
    ("addresses/parse", r'{"text": "1", "on": "\ud800"}', 400),
]


@pytest.mark.parametrize(("path", "body", "status"), BODIES)
def test_a_body_nobody_can_read_is_refused_clearly(town, client, path, body, status):
    client.raise_request_exception = False
    answer = client.generic("POST", f"/api/{path}", body.encode(), content_type="application/json")
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"].startswith("application/problem+json") and answer.json()["remedy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("search?q=a%00b", 422),
        ("check?name=a%00b", 422),
        ("check?name=映霞路&width_m=nan", 422),
        ("locate?lon=nan&lat=1", 404),
        ("locate?lon=1e308&lat=1e308", 404),
        (f"addresses/{NOBODY}?known-at=9999-12-31T23:59:59-14:00", 422),
        (f"addresses/{NOBODY}?known-at=0001-01-01T00:00:00%2B14:00", 422),
        (f"addresses/{UUID(int=4)}", 404),
    ],
)
def test_odd_parameters_are_refused_clearly(town, client, path, status):
    client.raise_request_exception = False
    answer = client.get(f"/api/{path}")
    assert answer.status_code == status, answer.content[:300]
    assert answer.json()["detail"]


def test_the_search_page_takes_any_text(town):
    assert Client().get("/", {"q": "映霞\0路"}).status_code == 200
