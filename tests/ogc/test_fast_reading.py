"""The quick way to text gives the bytes of the careful one; whole layers are kept only while the record stands."""

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from geoapp.ogc import quicktext, reading, shelf, sqltext
from geoapp.ogc.crs import CRS84, OFFERED
from geoapp.ogc.layers import LAYERS
from geoapp.ogc.wfs import gmltext
from geoapp.people import is_program
from naming.models import PublishedAddress
from tests.ogc.conftest import body, community, deed, ident, street

HOSTILE = (
    '一"二',
    "反\\斜",
    "换\n行",
    "a\tb",
    "\x01控",
    ":null",
    '"compound":null',
    'x":null,"y',
    "&amp;",
    "<a>",
    "b>",
)
NIL = ' xsi:nil="true"/>'


def address(number: int, seq: int, **values: object) -> PublishedAddress:
    """Publish an address by act ``seq``."""
    fields = {
        "name": "佛山市南海区桂城街道桂澜路1号",
        "kind": "door",
        "unit": "南海区桂城街道",
        "status": "standard",
        "valid_from": "2020-01-01",
        "code": "440605011001",
        "street": "桂澜路",
        "number": "1号",
        "geom": GEOSGeometry(f"POINT(113.1{number:03d} 23.05)", srid=4490),
        **values,
    }
    return PublishedAddress.objects.create(id=ident(number), act_in=seq, **fields)


def written(expression: str) -> list[bytes]:
    """Return what an expression makes of every address, in row order."""
    output = sqltext.DIALECTS[connection.vendor].output.format(text=expression)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {output} FROM pub_addresses AS t ORDER BY t."row"')
        return [bytes(one) if isinstance(one, bytes) else one.encode() for (one,) in cursor.fetchall()]


def texts() -> list[quicktext.Text]:
    """Return the texts of an address in every form."""
    layer, vendor = LAYERS["addresses"], connection.vendor
    found = [quicktext.geojson(layer, crs, vendor) for crs in OFFERED.values()]
    return found + [
        gmltext.feature(layer, crs, suffix, vendor, with_id, with_shape)
        for crs in (CRS84, *OFFERED.values())
        for suffix in ("", "r", "rq2")
        for with_id in (True, False)
        for with_shape in (True, False)
    ]


def test_quick_texts_are_the_careful_ones(db):
    seq = deed()
    address(1, seq)
    address(2, seq, compound="翠湖花园", building="3栋", room="101室")
    for text in texts():
        quick = written(text.first())
        assert text.stands(quick)
        assert quick == written(text.careful)


@pytest.mark.parametrize("value", [*HOSTILE, NIL, f"{NIL}<", f'":null{NIL}"'])
@pytest.mark.parametrize("column", ["street", "compound", "room"])
def test_values_that_need_escaping_never_go_out_as_they_are(db, value, column):
    seq = deed()
    address(1, seq, building="3栋")
    address(2, seq, **{column: value})
    for text in texts():
        quick = written(text.first())
        if text.stands(quick):  # then there was nothing to escape in this form
            assert quick == written(text.careful)


def test_services_deliver_hostile_values_unharmed(ask, client, db):
    seq = deed()
    for number, value in enumerate(HOSTILE):
        address(number, seq, compound=value)
    found = ask("collections/addresses/items", bbox="113,23,114,24")["features"]
    assert [f["properties"]["compound"] for f in found] == list(HOSTILE)
    answer = client.get(
        "/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=addresses&outputformat=application/geo%2Bjson"
    )
    assert b'"compound":":null"' in body(answer)


def test_a_whole_layer_is_read_anew_after_an_act(names, db):
    first = deed()
    street(1, "一路", first)
    assert names() == ["一路"]
    assert shelf.WHOLE_LAYERS.size > 0
    second = deed(1)
    street(2, "二路", second)
    assert names() == ["一路", "二路"]
    assert names(known_at=first) == ["一路"]
    assert names(limit=1) == ["一路"]


def test_a_whole_layer_kept_costs_no_reading_of_rows(client, django_assert_max_num_queries, db):
    seq = deed()
    for number in range(3):
        community(
            number, f"{number}社区", seq, f"MULTIPOLYGON((({number} 0,{number} 1,{number}.5 1,{number} 0)))"
        )
    before = body(client.get("/ogc/collections/communities/items?limit=10000"))
    with django_assert_max_num_queries(3):
        assert body(client.get("/ogc/collections/communities/items?limit=10000")) == before


def test_what_is_kept_is_bounded():
    kept = shelf.Shelf(100)
    kept.put("a", [1, 2], [b"x" * 30, b"y" * 30])
    kept.put("b", [1], [b"z" * 60])
    assert kept.take("a") is None and kept.take("b") is not None and kept.size == 60
    kept.put("c", [1], [b"z" * 101])
    assert kept.take("c") is None and kept.size == 60
    kept.put("b", [1], [b"z"])
    assert kept.size == 1


def test_programs_have_no_session_and_people_do(rf, client, db):
    assert is_program(rf.get("/ogc/collections")) and is_program(rf.get("/wfs?service=WFS"))
    assert not is_program(rf.get("/ogc/collections", HTTP_ACCEPT="text/html"))
    assert not is_program(rf.get("/ogc/collections?f=html")) and not is_program(rf.get("/"))
    answer = client.get("/ogc/conformance")
    assert "Content-Security-Policy" in answer.headers and answer.headers["X-Frame-Options"] == "DENY"


def test_a_broken_kept_connection_is_made_anew(transactional_db):
    if connection.vendor != "postgresql":
        assert reading.head() == reading.head()
        return
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.close()
    connection.health_check_enabled, connection.health_check_done = True, False
    try:
        assert isinstance(reading.head()[0], int)
    finally:
        connection.health_check_enabled = False
