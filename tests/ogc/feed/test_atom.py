"""The feed for people: well-formed Atom in sentences, for the city, a district, a layer."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from boundaries.models import PublishedCommunity
from geoapp.core.models import Jurisdiction
from geoapp.ogc.feed import atom
from naming.models import PublishedPlaceName, PublishedStreet
from tests import build
from tests.ogc.feed.conftest import community_row, place_row, publish, street_row

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def entries(client, db):
    """Return the entries of the document: title, summary."""

    def read(**parameters: str) -> list[tuple[str, str]]:
        answer = client.get("/ogc/feed.atom", parameters)
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
        root = etree.fromstring(answer.content)
        assert root.tag == f"{ATOM}feed"
        assert all(e.findtext(f"{ATOM}{n}") for e in [root] for n in ("title", "id", "updated"))
        ids = [e.findtext(f"{ATOM}id") for e in root.iter(f"{ATOM}entry")]
        assert len(set(ids)) == len(ids) and all(i.startswith("urn:geoapp:act:") for i in ids)
        links = [link.get("href") for link in root.iter(f"{ATOM}link")]
        assert links and all(href.startswith("http://testserver/ogc/feed") for href in links)
        return [
            (e.findtext(f"{ATOM}title"), re.sub("<[^>]+>", " ", e.findtext(f"{ATOM}summary")))
            for e in root.iter(f"{ATOM}entry")
        ]

    return read


@pytest.fixture
def announced(db):
    """Acts in two districts."""
    for code, name in (("440604", "禅城区"), ("440605", "南海区")):
        Jurisdiction.objects.create(
            path=code, level="district", name=name, code=code, valid_from="2020-01-01"
        )
    publish(0, (PublishedStreet, [1], [street_row(1, "映霞路")]), kind="announcement")
    publish(
        1,
        (PublishedStreet, [1], [street_row(1, "晚霞路")]),
        (PublishedPlaceName, [9], [place_row(9, "<魁星>&阁")]),
        kind="announcement",
    )
    publish(2, (PublishedCommunity, [5], [community_row(5, "甲社区")]), kind="unit_announcement")
    publish(3, (PublishedStreet, [1], []), kind="announcement")
    publish(4, kind="street_naming")


def test_sentences_newest_first(announced, entries):
    found = entries()
    assert [title for title, _ in found] == [
        "地名公告：道路撤下“晚霞路”（南海区桂城街道）",
        "区划调整公告：村居新增“甲社区”（桂城街道）",
        "地名公告：道路“映霞路”改为“晚霞路”（南海区桂城街道）等 2 项",
        "地名公告：道路新增“映霞路”（南海区桂城街道）",
    ]
    assert "登记行为第 2 号" in found[2][1] and "地名新增“&lt;魁星&gt;&amp;阁”" in found[2][1]


def test_a_street_is_told_once_and_notices_in_their_words(town, entries):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity()
    journey.to_reviewed().decide().announce()
    assert [title for title, _ in entries()][:3] == [
        "地名公告：道路新增“映霞路”（南海区试验镇）",
        "街路命名决定：“映霞路”公示结束（南海区）",
        "名称公示：“映霞路”公示（南海区）",
    ]


def test_a_district_and_a_layer(announced, entries):
    assert len(entries(district="440605")) == 4, "streets by their location, communities by their code"
    (only,) = entries(district="440604")
    assert only[0] == "地名公告：地名新增“<魁星>&阁”（禅城区）"
    assert len(entries(layer="communities")) == 1
    assert entries(layer="towns") == []


def test_a_take_over_is_told_by_numbers(db, entries):
    numbers = list(range(10, 60))
    publish(
        0, (PublishedStreet, numbers, [street_row(n, f"{n}路") for n in numbers]), kind="takeover_streets"
    )
    ((title, text),) = entries()
    assert title == "接收已有道路：道路新增“10路”（南海区桂城街道）等 50 项"
    assert "另有 30 项" in text and text.count("新增") == atom.NAMED


def test_in_english(announced, client):
    text = client.get("/ogc/feed.atom?lang=en").content.decode()
    assert 'xml:lang="en"' in text and "Announcement of names" in text
    assert "“映霞路” renamed “晚霞路”" in text.replace("&amp;", "&")
