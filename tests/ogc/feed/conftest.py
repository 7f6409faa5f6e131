"""A register whose acts put in, replace and take out published rows."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction

from boundaries.models import PublishedCommunity
from geoapp.core import acts
from geoapp.core.published import replace_rows
from naming.models import PublishedPlaceName, PublishedStreet
from tests.ogc.conftest import (  # noqa: F401 - fixtures
    LINE,
    START,
    _no_memory,
    ask,
    body,
    box,
    deed,
    ident,
)


def street_row(number: int, name: str, **values: object) -> PublishedStreet:
    """Return an unsaved street."""
    wkt = values.pop("wkt", LINE)
    fields = {
        "kind": "street",
        "unit": "南海区桂城街道",
        "status": "standard",
        "valid_from": date(2020, 1, 1),
        "pinyin": "Tónghuá Lù",
        "pinyin_sign": "TONGHUA LU",
        "length_m": 512.1 + 0.2,
        "width_m": None,
        **values,
    }
    return PublishedStreet(id=ident(number), name=name, geom=GEOSGeometry(str(wkt), srid=4490), **fields)


def place_row(number: int, name: str, **values: object) -> PublishedPlaceName:
    """Return an unsaved place name."""
    fields = {
        "kind": "building",
        "unit": "禅城区",
        "status": "standard",
        "valid_from": date(2020, 1, 1),
        "pinyin": "Kuíxīng Gé",
        **values,
    }
    geom = GEOSGeometry("POINT(113.1000000001 23.0123456789)", srid=4490)
    return PublishedPlaceName(id=ident(number), name=name, geom=geom, **fields)


def community_row(number: int, name: str, **values: object) -> PublishedCommunity:
    """Return an unsaved community."""
    fields = {
        "kind": "community",
        "unit": "桂城街道",
        "status": "in_force",
        "valid_from": date(2020, 1, 1),
        "code": f"440605001{number % 1000:03d}",
        "pinyin": "Shìyàn Shèqū",
        "parent_code": "440605001",
        "synthetic": True,
        **values,
    }
    geom = GEOSGeometry(box(113.0 + number / 1000, 23), srid=4490)
    return PublishedCommunity(id=ident(number), name=name, geom=geom, **fields)


def publish(days: int, *changes: tuple[type, list[int], list], kind: str = "test") -> int:
    """Write one act that makes rows the truth about things, as the wings do; return its number."""
    with transaction.atomic(), acts.act(kind, at=START + timedelta(days=days)) as act:
        act.payload["nonce"] = uuid.uuid4().hex
        for model, numbers, rows in changes:
            replace_rows(model, [ident(n) for n in numbers], rows, act.seq)
    return act.seq


def story() -> list[int]:
    """Six acts: two inserts, an update with an insert, an empty act, two versions of one thing, a deletion."""
    return [
        publish(0, (PublishedStreet, [1, 2], [street_row(1, "甲路"), street_row(2, "乙路")])),
        publish(
            1,
            (PublishedStreet, [1], [street_row(1, "丙路", width_m=0.1)]),
            (PublishedPlaceName, [9], [place_row(9, '引"号\\阁\n😀')]),
        ),
        deed(2),
        publish(
            3,
            (
                PublishedStreet,
                [2],
                [
                    street_row(2, "乙路", valid_to=date(2024, 1, 1)),
                    street_row(2, "丁路", valid_from=date(2024, 1, 1)),
                ],
            ),
        ),
        publish(4, (PublishedStreet, [1], []), (PublishedCommunity, [5], [community_row(5, "甲社区")])),
        deed(5),
    ]


def prepare_rows() -> None:
    """Rows that a later act will activate: no reader may see them."""
    row = street_row(77, "预备路")
    row.act_in = row.act_out = 2**62 + 7
    row.save()


@pytest.fixture
def told(db):
    """The story in the register, with prepared rows beside it."""
    prepare_rows()
    return story()


def database() -> object:
    """Return the connection of the register."""
    return connection
