"""Rows put straight into the published tables, each state of the record by an act of its own."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime, timedelta

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils import timezone

from boundaries.models import PublishedCommunity
from geoapp.core import acts
from geoapp.core.models import PublishedNotice
from geoapp.ogc import reading
from naming.models import PublishedPlaceName, PublishedStreet

START = timezone.make_aware(datetime(2020, 1, 1, 9))
LINE = "MULTILINESTRING((113.1 23.0,113.123456789 23.012345678),(113.2 23.0,113.2 23.1))"


def ident(number: int) -> uuid.UUID:
    """Return the id the tests give their n-th thing."""
    return uuid.UUID(int=0xABCDEF00000000000000000000000000 + number)


def deed(days: int = 0) -> int:
    """Write an act ``days`` after the first one; return its number."""
    with transaction.atomic(), acts.act("test", at=START + timedelta(days=days)) as act:
        act.payload["nonce"] = uuid.uuid4().hex
    return act.seq


def street(number: int, name: str, seq: int, *, wkt: str = LINE, **values: object) -> PublishedStreet:
    """Publish a street row by act ``seq``."""
    fields = {
        "kind": "street",
        "unit": "南海区桂城街道",
        "status": "standard",
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "act_out": None,
        "pinyin": "Tónghuá Lù",
        "pinyin_sign": "TONGHUA LU",
        "length_m": 512.25,
        **values,
    }
    return PublishedStreet.objects.create(
        id=ident(number), name=name, act_in=seq, geom=GEOSGeometry(wkt, srid=4490), **fields
    )


def community(number: int, name: str, seq: int, wkt: str, **values: object) -> PublishedCommunity:
    """Publish a community row by act ``seq``."""
    fields = {
        "kind": "community",
        "unit": "桂城街道",
        "status": "in_force",
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "act_out": None,
        "code": f"440605001{number % 1000:03d}",
        "pinyin": "Shìyàn Shèqū",
        "parent_code": "440605001",
        "households": 1200,
        "population": 3600,
        "synthetic": True,
        **values,
    }
    return PublishedCommunity.objects.create(
        id=ident(number), name=name, act_in=seq, geom=GEOSGeometry(wkt, srid=4490), **fields
    )


def notice(number: int, name: str, seq: int, *, wkt: str | None = LINE, **values: object) -> PublishedNotice:
    """Publish a notice row by act ``seq``."""
    fields = {
        "kind": "name",
        "unit": "南海区",
        "status": "open",
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "act_out": None,
        "case_number": "SM-440605-2026-000001",
        "starts": date(2020, 1, 1),
        "ends": date(2020, 1, 31),
        "text": "一行\n二行",
        **values,
    }
    geom = None if wkt is None else GEOSGeometry(wkt, srid=4490)
    return PublishedNotice.objects.create(id=ident(number), name=name, act_in=seq, geom=geom, **fields)


def place(number: int, name: str, seq: int, wkt: str, **values: object) -> PublishedPlaceName:
    """Publish a gazetteer row by act ``seq``."""
    fields = {
        "kind": "building",
        "unit": "南海区",
        "status": "standard",
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "act_out": None,
        "pinyin": "Kuíxīng Gé",
        **values,
    }
    return PublishedPlaceName.objects.create(
        id=ident(number), name=name, act_in=seq, geom=GEOSGeometry(wkt, srid=4490), **fields
    )


def box(west: float, south: float, size: float = 0.1) -> str:
    """Return a square as a clockwise multipolygon."""
    east, north = west + size, south + size
    ring = ((west, south), (west, north), (east, north), (east, south), (west, south))
    return f"MULTIPOLYGON((({','.join(f'{x:.9f} {y:.9f}' for x, y in ring)})))"


def body(response) -> bytes:
    """Return an answer's body, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture(autouse=True)
def _no_memory():
    """Rolled-back tests reuse the numbers of acts."""
    reading.forget_summaries()


@pytest.fixture
def ask(client, db):
    """Ask the service; return the parsed answer of a request that must succeed."""

    def get(path: str, status: int = 200, **parameters: object):
        response = client.get(f"/ogc/{path}", {k.replace("_", "-"): v for k, v in parameters.items()})
        content = body(response)
        assert response.status_code == status, content[:500]
        return json.loads(content)

    return get


@pytest.fixture
def names(ask):
    """Return the names on a page of a layer."""

    def get(layer: str = "streets", **parameters: object) -> list[str]:
        return [f["properties"]["name"] for f in ask(f"collections/{layer}/items", **parameters)["features"]]

    return get
