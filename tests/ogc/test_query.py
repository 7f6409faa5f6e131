"""Reading the parameters: what they mean, and that every refusal names the one that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pyproj import Transformer

from geoapp.core.errors import BadRequest
from geoapp.ogc.checks import offered_are_known
from geoapp.ogc.crs import CRS84, OFFERED, on_offer
from geoapp.ogc.layers import LAYERS
from geoapp.ogc.query import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    RecordClock,
    Span,
    read_item,
    read_items,
    read_parameters,
    token,
)

TODAY = date(2026, 11, 23)
STREETS = LAYERS["streets"]
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ASKED: list[datetime] = []


def seq_at(moment: datetime) -> int:
    ASKED.append(moment)
    return 7


CLOCK = RecordClock(42, seq_at)


def read(**given: str):
    named = {k.replace("_", "-"): v for k, v in given.items()}
    return read_items(STREETS, named, today=TODAY, clock=CLOCK)


def refused(**given: str) -> str:
    with pytest.raises(BadRequest) as refusal:
        read(**given)
    assert refusal.value.status == 400 and refusal.value.field in refusal.value.message
    return refusal.value.field


def test_nothing_given_is_today_as_known_now():
    query = read()
    assert (query.span, query.known_at) == (Span(TODAY, TODAY), 42)
    assert (query.limit, query.after, query.crs, query.windows) == (DEFAULT_LIMIT, 0, CRS84, ())


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2019-12-31", date(2019, 12, 31), date(2019, 12, 31)),
        ("2019-12-31T15:59:59Z", date(2019, 12, 31), date(2019, 12, 31)),
        ("2019-12-31T16:00:00Z", date(2020, 1, 1), date(2020, 1, 1)),
        ("2019-12-31T23:30:00.25+08:00", date(2019, 12, 31), date(2019, 12, 31)),
        ("2019-12-31T23:30:00 08:00", date(2019, 12, 31), date(2019, 12, 31)),
        ("2019-12-31T20:00:00-05:00", date(2020, 1, 1), date(2020, 1, 1)),
        ("2019-12-31/..", date(2019, 12, 31), None),
        ("2019-12-31/", date(2019, 12, 31), None),
        ("../2019-12-31", None, date(2019, 12, 31)),
        ("/2019-12-31T00:00:00+08:00", None, date(2019, 12, 31)),
        ("2019-01-01/2019-12-31", date(2019, 1, 1), date(2019, 12, 31)),
        ("../..", None, None),
    ],
)
def test_datetime(value, start, end):
    span = read(datetime=value).span
    assert span == Span(start, end)
    assert read(datetime=span.text()).span == span


@pytest.mark.parametrize(
    "value",
    [
        "",
        "/",
        "today",
        "20191231",
        "2019-W01-1",
        "2019-13-01",
        "2019-02-30",
        "2019-12-31T25:00:00Z",
        "2019-12-31T10:00:00",
        "2019-12-31 10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "2020-01-01/2019-01-01",
        "2019-01-01/2019-02-01/2019-03-01",
        "２０１９-12-31",
    ],
)
def test_bad_datetime(value):
    assert refused(datetime=value) == "datetime"


def test_known_at():
    assert read(known_at="41").known_at == 41
    assert read(known_at="0").known_at == 0
    assert read(known_at="2026-11-23T09:00:00+08:00").known_at == 7
    assert ASKED[-1] == datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "43", "-1", "2026-11-23", "1e3", "now", "0001-01-01T00:00:00+14:00"])
def test_bad_known_at(value):
    assert refused(known_at=value) == "known-at"


def test_limit():
    assert read(limit="1").limit == 1
    assert read(limit="10000").limit == MAX_LIMIT
    assert read(limit="999999999").limit == MAX_LIMIT, "more than the most is the most, not an error"


@pytest.mark.parametrize("value", ["0", "-5", "1.5", "ten", "", "1" * 30, "１０"])
def test_bad_limit(value):
    assert refused(limit=value) == "limit"


def test_token_carries_the_row_and_the_count():
    query = read(after=token(99, 12345))
    assert (query.after, query.matched) == (99, 12345)


@pytest.mark.parametrize("value", ["", "99", "-1-5", "a-b", "1-2-3", f"{10**20}-1"])
def test_bad_token(value):
    assert refused(after=value) == "after"


def bounds(**given: str) -> list[tuple[float, float, float, float]]:
    return [(w.west, w.south, w.east, w.north) for w in read(**given).windows]


def test_bbox_is_lon_lat():
    assert bounds(bbox="112.9,22.8,113.3,23.2") == [(112.9, 22.8, 113.3, 23.2)]
    assert bounds(bbox=" 112.9 , 22.8,113.3,+23.2") == [(112.9, 22.8, 113.3, 23.2)]


def test_bbox_of_six_numbers_leaves_heights_aside():
    assert bounds(bbox="112.9,22.8,-10,113.3,23.2,500") == [(112.9, 22.8, 113.3, 23.2)]


@pytest.mark.parametrize("code", ["4490", "4326"])
def test_bbox_in_authority_order_is_lat_lon(code):
    assert bounds(bbox="22.8,112.9,23.2,113.3", bbox_crs=EPSG + code) == [(112.9, 22.8, 113.3, 23.2)]


def test_bbox_across_the_antimeridian_is_two_windows():
    assert bounds(bbox="170,10,-170,20") == [(170, 10, 180, 20), (-180, 10, -170, 20)]


def test_bbox_is_held_to_the_earth():
    assert bounds(bbox="-200,-95,200,95") == [(-180, -90, 180, 90)]


def test_bbox_in_the_frame_is_northing_first():
    forward = Transformer.from_crs(4490, 4547, always_xy=True)
    x, y = forward.transform(113.1, 23.0)
    (window,) = read(bbox=f"{y - 100},{x - 100},{y + 100},{x + 100}", bbox_crs=EPSG + "4547").windows
    assert window.west < 113.1 < window.east and window.south < 23.0 < window.north
    assert window.east - window.west < 0.003 and len(window.outline) == 65


def test_windows_without_width_are_lines_and_points():
    assert read(bbox="113,23,113,23").windows[0].wkt().startswith("POINT(113.0")
    assert read(bbox="113,23,113,24").windows[0].wkt().startswith("LINESTRING(113.0")
    assert read(bbox="113,23,114,24").windows[0].wkt().startswith("POLYGON((113.0")
    point = read(bbox="2545000,410000,2545000,410000", bbox_crs=EPSG + "4547").windows[0]
    assert point.wkt().startswith("POINT(113.")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "1,2,nan,4",
        "1,2,inf,4",
        "1_0,2,3,4",
        "1,2,1e999,4",
        "113,24,114,23",
        "113,23,9,114,24,1",
        "410000,2545000,411000,2546000",
        "1,2,3,4;drop",
    ],
)
def test_bad_bbox(value):
    assert refused(bbox=value) == "bbox"


def test_a_projected_box_is_never_turned_round():
    assert refused(bbox="0,500,100,400", bbox_crs=EPSG + "3857") == "bbox"


def test_crs():
    for uri in OFFERED:
        assert read(crs=uri).crs.uri == uri
    assert refused(crs="EPSG:4490") == "crs"
    assert refused(crs=EPSG + "32650") == "crs"
    assert refused(bbox="1,2,3,4", bbox_crs="nonsense") == "bbox-crs"


def test_a_deployment_chooses_what_it_offers(settings):
    settings.GEOAPP_OGC_CRS = ("4326", "3857")
    assert list(on_offer()) == [CRS84.uri, EPSG + "4326", EPSG + "3857"]
    assert read(crs=EPSG + "3857").crs.uri == EPSG + "3857"
    assert refused(crs=EPSG + "4490") == "crs"
    assert refused(bbox="1,2,3,4", bbox_crs=EPSG + "4547") == "bbox-crs"
    assert offered_are_known(None) == []
    settings.GEOAPP_OGC_CRS = ("4326", "2000")
    assert [found.id for found in offered_are_known(None)] == ["ogc.E003"]


def test_an_item_takes_time_and_crs():
    given = {"datetime": "2019-12-31", "known-at": "3", "crs": EPSG + "4490"}
    query = read_item(STREETS, given, today=TODAY, clock=CLOCK)
    assert (query.span.start, query.known_at, query.crs.north_first) == (date(2019, 12, 31), 3, True)


def test_unknown_and_repeated_parameters_are_named():
    for given in ([("colour", ["red"])], [("limit", ["1", "2"])], [("limit", ["1\x00"])]):
        with pytest.raises(BadRequest) as refusal:
            read_parameters(given, ("limit",))
        assert refusal.value.field == given[0][0]
    assert read_parameters([("limit", [" 5 "])], ("limit",)) == {"limit": "5"}
