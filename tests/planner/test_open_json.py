"""The JSON addresses below ``/api/``: HEAD, OPTIONS and CORS as the open services have them."""

from __future__ import annotations

from uuid import UUID

import pytest

NOBODY = UUID(int=0)
READ = [
    "check?name=映霞路",
    "search?q=路",
    "locate?lon=113.1&lat=23",
    "addresses/parse?text=鱼跃路33号",
    f"addresses/suggest?street={NOBODY}&lon=113.1&lat=23",
    f"addresses/{NOBODY}",
    "units",
    "openapi.json",
]
WRITTEN = {"check", "addresses/parse"}


@pytest.mark.parametrize("path", READ)
def test_any_site_may_read_what_is_answered_and_what_is_refused(town, client, path):
    got, head = client.get(f"/api/{path}"), client.head(f"/api/{path}")
    assert (head.status_code, head.content) == (got.status_code, b"")
    for answer in (got, head):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Retry-After" in answer["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("path", READ)
def test_a_browser_may_ask_before_it_calls(town, client, path, settings):
    settings.GEOAPP_RATE_PER_MINUTE = 0  # asking costs nothing
    answer = client.options(
        f"/api/{path}", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    )
    methods = answer["Access-Control-Allow-Methods"].split(", ")
    assert answer.status_code == 204 and {"GET", "HEAD", "OPTIONS"} <= set(methods)
    assert ("POST" in methods) == (path.partition("?")[0] in WRITTEN)
    assert "Content-Type" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("path", READ)
def test_other_methods_are_named_and_refused(town, client, path):
    answer = client.delete(f"/api/{path}")
    assert answer.status_code in {403, 405}


def test_too_many_requests_can_be_read_by_a_page_elsewhere(town, client, settings):
    settings.GEOAPP_RATE_PER_MINUTE = 1
    answers = [client.get("/api/search?q=路") for _n in range(3)]
    assert answers[-1].status_code == 429 and answers[-1]["Retry-After"]
    assert answers[-1]["Access-Control-Allow-Origin"] == "*"


def test_pages_for_people_are_not_opened(town, client):
    assert "Access-Control-Allow-Origin" not in client.get("/")
