"""What a filter finds is what plain Python says it means: in both encodings, on whichever database the suite runs."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from shapely import wkt as shapely_wkt

from geoapp.ogc import reading
from geoapp.ogc.cql import document, text
from geoapp.ogc.cql.asked import read_filters
from geoapp.ogc.layers import LAYERS
from geoapp.ogc.query import Query, Span
from tests.ogc import filters, plain
from tests.ogc.conftest import deed, ident, notice, street

pytestmark = pytest.mark.django_db
EVERY = settings(
    max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


def found(layer: str, seq: int, **given: str) -> set[int]:
    where = read_filters(LAYERS[layer], {k.replace("_", "-"): v for k, v in given.items()}, connection.vendor)
    return set(reading.read_page(Query(LAYERS[layer], Span(None, None), seq, limit=100, where=where)).rows)


def check(layer: str, seq: int, rows: dict[int, dict], tree) -> None:
    written, encoded = plain.text(tree), json.dumps(plain.document(tree), ensure_ascii=False)
    assert document.parse(encoded) == tree
    expected = {row for row, values in rows.items() if plain.holds(tree, values) is True}
    # One backslash before a quote is that quote: text has no way to write a string that ends with one.
    if not re.search(r"(?<!\\)(?:\\\\)*\\'", written):
        assert text.parse(written) == tree, written
        assert found(layer, seq, filter=written) == expected, written
    assert found(layer, seq, filter=encoded, filter_lang="cql2-json") == expected


@pytest.fixture
def streets():
    """Every name with other widths and days, some of them unknown."""
    seq, rows = deed(), {}
    for n, name in enumerate(filters.NAMES):
        width, day = filters.WIDTHS[n % 6], filters.DAYS[n % 5]
        values = {
            "pinyin": filters.NAMES[-n - 1],
            "meaning": name[::-1],
            "width_m": width,
            "length_m": 512.25 if n % 2 else 3.5,
            "valid_from": day,
            "valid_to": None if n % 3 else filters.DAYS[min(n % 5 + 1, 4)] if n % 5 < 4 else date(2030, 1, 1),
            "approved_on": None if n % 4 else filters.DAYS[(n + 2) % 5],
            "synthetic": n % 2 == 0,
        }
        made = street(n, name, seq, **values)
        rows[made.pk] = {"name": name, "id": str(ident(n)), **values}
    return seq, rows


PLACES = [
    None,
    "POINT(113.5 23.5)",
    "POINT(113 23)",
    "MULTILINESTRING((113 23,114 24))",
    "MULTILINESTRING((113.25 23.5,113.75 23.5),(113.5 23.25,113.5 23.75))",
    "MULTIPOLYGON(((113 23,113 23.5,113.5 23.5,113.5 23,113 23)))",
    "MULTIPOLYGON(((113.25 23.25,113.25 23.75,113.75 23.75,113.75 23.25,113.25 23.25)))",
]


@pytest.fixture
def notices():
    """Points, lines and areas on a grid of eighths of a degree, and one thing without a place."""
    seq, rows = deed(), {}
    for n, wkt in enumerate(PLACES):
        made = notice(n, f"第{n}号", seq, wkt=wkt)
        rows[made.pk] = {"geom": None if wkt is None else shapely_wkt.loads(wkt)}
    return seq, rows


def test_values_and_times(streets):
    seq, rows = streets

    @EVERY
    @given(filters.logic(filters.comparisons))
    def check_one(tree):
        check("streets", seq, rows, tree)

    check_one()


def test_places(notices):
    seq, rows = notices

    @EVERY
    @given(filters.logic(filters.places))
    def check_one(tree):
        check("notices", seq, rows, tree)

    check_one()
