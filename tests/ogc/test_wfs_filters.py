"""Filters: every operator finds exactly the right features, in every spelling clients use."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import etree
from pyproj import Transformer

from tests.ogc.conftest import body, box, community, deed, ident, notice, place, street

pytestmark = pytest.mark.django_db

HEAD = (
    'xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:g="urn:geoapp:layers"'
)
URN = "urn:ogc:def:crs:EPSG::"
X, Y = Transformer.from_crs(4490, 4547, always_xy=True).transform(113.05, 23.05)


def names_in(content: bytes) -> list[str]:
    root = etree.fromstring(content)
    assert root.tag.endswith("FeatureCollection"), content.decode()
    return [e.text or "" for e in root.iter("{urn:geoapp:layers}name")]


@pytest.fixture
def both(client):
    """Ask with a filter by GET and by POST; both must answer the same names."""

    def get(condition: str, layer: str = "communities", status: int = 200) -> list[str] | str:
        text = f"<fes:Filter {HEAD}>{condition}</fes:Filter>"
        by_get = client.get(
            "/wfs", {"service": "WFS", "request": "GetFeature", "typenames": layer, "filter": text}
        )
        post = (
            f'<wfs:GetFeature {HEAD} service="WFS" version="2.0.0">'
            f'<wfs:Query typeNames="g:{layer}">{text}</wfs:Query></wfs:GetFeature>'
        )
        by_post = client.post("/wfs", post, content_type="application/xml")
        first, second = body(by_get), body(by_post)
        assert by_get.status_code == by_post.status_code == status, (
            first.decode()[:800] + second.decode()[:800]
        )
        if status != 200:
            (exception,) = etree.fromstring(second).iter("{*}Exception")
            return exception.get("exceptionCode")
        assert names_in(first) == names_in(second)
        return names_in(first)

    return get


@pytest.fixture
def units():
    """Three squares side by side, west to east, and one far away."""
    seq = deed()
    community(1, "甲社区", seq, box(113.0, 23), population=100, valid_from=date(2018, 1, 1))
    community(
        2, "乙社区", seq, box(113.1, 23), population=200, valid_from=date(2019, 1, 1), pinyin="100%_*?[a]"
    )
    community(3, "丙村", seq, box(113.2, 23), population=300, valid_from=date(2020, 1, 1), synthetic=False)
    community(4, "Far 'n' <Away>", seq, box(110, 20), population=400, valid_to=date(2099, 1, 1))
    return seq


ALL = ["甲社区", "乙社区", "丙村", "Far 'n' <Away>"]


def op(name: str, reference: str, literal: str, more: str = "") -> str:
    return (
        f"<fes:{name} {more}><fes:ValueReference>{reference}</fes:ValueReference>"
        f"<fes:Literal>{literal}</fes:Literal></fes:{name}>"
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (op("PropertyIsEqualTo", "name", "甲社区"), [0]),
        (op("PropertyIsEqualTo", "g:name", "甲社区"), [0]),
        (op("PropertyIsEqualTo", "communities/name", "甲社区"), [0]),
        (op("PropertyIsEqualTo", "/g:communities/g:name[1]", "甲社区"), [0]),
        (op("PropertyIsEqualTo", "name", "far 'N' &lt;away&gt;"), []),
        (op("PropertyIsEqualTo", "name", "far 'N' &lt;away&gt;", 'matchCase="false"'), [3]),
        (op("PropertyIsNotEqualTo", "population", "200"), [0, 2, 3]),
        (op("PropertyIsLessThan", "population", "200"), [0]),
        (op("PropertyIsLessThanOrEqualTo", "population", "2.0e2"), [0, 1]),
        (op("PropertyIsGreaterThan", "population", "299.5"), [2, 3]),
        (op("PropertyIsGreaterThanOrEqualTo", "population", "300"), [2, 3]),
        (op("PropertyIsLessThan", "valid_from", "2019-01-01"), [0]),
        (op("PropertyIsLessThan", "valid_from", "2018-12-31T16:00:00Z"), [0]),
        (op("PropertyIsEqualTo", "synthetic", "false"), [2]),
        (op("PropertyIsEqualTo", "id", str(ident(2))), [1]),
        (
            "<fes:PropertyIsGreaterThan><fes:Literal>150</fes:Literal>"
            "<fes:ValueReference>population</fes:ValueReference></fes:PropertyIsGreaterThan>",
            [0],
        ),
        (
            "<fes:PropertyIsLessThan><fes:ValueReference>population</fes:ValueReference>"
            "<fes:ValueReference>households</fes:ValueReference></fes:PropertyIsLessThan>",
            [0, 1, 2, 3],
        ),
        (
            "<fes:PropertyIsBetween><fes:ValueReference>population</fes:ValueReference><fes:LowerBoundary>"
            "<fes:Literal>200</fes:Literal></fes:LowerBoundary><fes:UpperBoundary><fes:Literal>300</fes:Literal>"
            "</fes:UpperBoundary></fes:PropertyIsBetween>",
            [1, 2],
        ),
        (
            "<fes:PropertyIsNull><fes:ValueReference>valid_to</fes:ValueReference></fes:PropertyIsNull>",
            [0, 1, 2],
        ),
        (
            "<fes:PropertyIsNil><fes:ValueReference>valid_to</fes:ValueReference></fes:PropertyIsNil>",
            [0, 1, 2],
        ),
        (op("PropertyIsLike", "name", "*社区", 'wildCard="*" singleChar="." escapeChar="!"'), [0, 1]),
        (op("PropertyIsLike", "name", "%社区", 'wildCard="%" singleChar="_" escapeChar="\\"'), [0, 1]),
        (op("PropertyIsLike", "name", "..", 'wildCard="*" singleChar="." escapeChar="!"'), [2]),
        (op("PropertyIsLike", "name", "far*", 'wildCard="*" singleChar="." escapeChar="!"'), []),
        (
            op(
                "PropertyIsLike",
                "name",
                "fAR*",
                'wildCard="*" singleChar="." escapeChar="!" matchCase="false"',
            ),
            [3],
        ),
        (op("PropertyIsLike", "pinyin", "100%_*?[a]", 'wildCard="#" singleChar="." escapeChar="!"'), [1]),
        (op("PropertyIsLike", "pinyin", "100%_!*?[*", 'wildCard="*" singleChar="." escapeChar="!"'), [1]),
        (op("PropertyIsLike", "pinyin", "%x", 'wildCard="#" singleChar="." escapeChar="!"'), []),
        (f"<fes:Not>{op('PropertyIsEqualTo', 'name', '甲社区')}</fes:Not>", [1, 2, 3]),
        (f"<fes:Not>{op('PropertyIsGreaterThan', 'valid_to', '2000-01-01')}</fes:Not>", [0, 1, 2]),
        (
            f"<fes:And>{op('PropertyIsGreaterThan', 'population', '100')}"
            f"<fes:Or>{op('PropertyIsEqualTo', 'name', '乙社区')}{op('PropertyIsEqualTo', 'name', '丙村')}</fes:Or>"
            "</fes:And>",
            [1, 2],
        ),
        (
            f'<fes:ResourceId rid="communities.{ident(1)}"/><fes:ResourceId rid="communities.{ident(3)}"/>',
            [0, 2],
        ),
        (f'<fes:ResourceId rid="communities.{ident(9)}"/><fes:ResourceId rid="nonsense"/>', []),
    ],
)
def test_comparisons_and_logic(both, units, condition, expected):
    assert both(condition) == [ALL[n] for n in expected]


def shape(xml: str, operator: str = "Intersects", more: str = "") -> str:
    return f"<fes:{operator}><fes:ValueReference>geom</fes:ValueReference>{xml}{more}</fes:{operator}>"


def envelope(a: float, b: float, c: float, d: float, srs: str | None = None) -> str:
    name = "" if srs is None else f' srsName="{srs}"'
    return (
        f"<gml:Envelope{name}><gml:lowerCorner>{a} {b}</gml:lowerCorner>"
        f"<gml:upperCorner>{c} {d}</gml:upperCorner></gml:Envelope>"
    )


WEST = (23.01, 113.01, 23.02, 113.02)
WEST_XY = (113.01, 23.01, 113.02, 23.02)


@pytest.mark.parametrize(
    ("srs", "corners"),
    [
        (None, WEST),
        ("", WEST),
        (f"{URN}4490", WEST),
        (f"{URN}4326", WEST),
        ("urn:ogc:def:crs:EPSG:6.9:4326", WEST),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", WEST),
        ("EPSG:4490", WEST_XY),
        ("EPSG:4326", WEST_XY),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", WEST_XY),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", WEST_XY),
        ("urn:ogc:def:crs:OGC::CRS84", WEST_XY),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", WEST_XY),
        (f"{URN}4547", (Y - 10, X - 10, Y + 10, X + 10)),
        ("EPSG:4547", (X - 10, Y - 10, X + 10, Y + 10)),
    ],
)
def test_axis_order_of_a_box(both, client, units, srs, corners):
    box_xml = envelope(*corners, srs)
    assert both(f"<fes:BBOX>{box_xml}</fes:BBOX>") == ["甲社区"]
    assert both(f"<fes:BBOX><fes:ValueReference>g:geom</fes:ValueReference>{box_xml}</fes:BBOX>") == [
        "甲社区"
    ]
    given = ",".join(str(n) for n in corners) + (f",{srs}" if srs else "")
    answer = client.get(
        "/wfs", {"service": "WFS", "request": "GetFeature", "typename": "communities", "bbox": given}
    )
    assert names_in(body(answer)) == ["甲社区"]


def polygon(*points: tuple[float, float], hole: str = "") -> str:
    text = " ".join(f"{x} {y}" for x, y in points)
    ring = f"<gml:LinearRing><gml:posList>{text}</gml:posList></gml:LinearRing>"
    return (
        f'<gml:Polygon srsName="EPSG:4490" gml:id="p"><gml:exterior>{ring}</gml:exterior>{hole}</gml:Polygon>'
    )


def square(west: float, south: float, east: float, north: float) -> str:
    return polygon((west, south), (east, south), (east, north), (west, north), (west, south))


FIRST = square(113.0, 23, 113.1, 23.1)
CURVE = (
    '<gml:Curve srsName="EPSG:4490"><gml:segments><gml:LineStringSegment><gml:posList>113.05 23.05 113.15 23.05'
    "</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>"
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (shape('<gml:Point srsName="EPSG:4490"><gml:pos>113.05 23.05</gml:pos></gml:Point>'), [0]),
        (shape("<gml:Point><gml:pos>23.05 113.05</gml:pos></gml:Point>"), [0]),
        (shape(CURVE), [0, 1]),
        (
            shape(
                '<gml:LineString srsName="EPSG:4490"><gml:posList>113.15 23.05 113.25 23.05</gml:posList>'
                "</gml:LineString>"
            ),
            [1, 2],
        ),
        (
            shape(
                '<gml:MultiPoint srsName="EPSG:4490"><gml:pointMember><gml:Point><gml:pos>113.05 23.05</gml:pos>'
                "</gml:Point></gml:pointMember><gml:pointMember><gml:Point><gml:pos>110.05 20.05</gml:pos>"
                "</gml:Point></gml:pointMember></gml:MultiPoint>"
            ),
            [0, 3],
        ),
        (
            shape(
                f"<gml:MultiCurve><gml:curveMember>{CURVE}</gml:curveMember></gml:MultiCurve>".replace(
                    ' srsName="EPSG:4490"', ""
                ).replace("113.05 23.05 113.15 23.05", "23.05 113.05 23.05 113.15")
            ),
            [0, 1],
        ),
        (
            shape(
                f'<gml:MultiSurface srsName="EPSG:4490"><gml:surfaceMember>{square(113.01, 23.01, 113.02, 23.02)}'
                f"</gml:surfaceMember><gml:surfaceMember>{square(113.21, 23.01, 113.22, 23.02)}</gml:surfaceMember>"
                "</gml:MultiSurface>"
            ),
            [0, 2],
        ),
        (shape(square(112.9, 22.9, 113.15, 23.2), "Within"), [0]),
        (shape(square(113.01, 23.01, 113.02, 23.02), "Contains"), [0]),
        (shape(FIRST, "Equals"), [0]),
        (shape(FIRST, "Disjoint"), [2, 3]),
        (shape(FIRST, "Touches"), [1]),
        (shape(square(113.05, 23.05, 113.15, 23.2), "Overlaps"), [0, 1]),
        (shape(envelope(23.01, 113.01, 23.02, 113.02), "Within"), []),
        (
            shape(
                '<gml:Point srsName="EPSG:4490"><gml:pos>112.999 23.05</gml:pos></gml:Point>',
                "DWithin",
                '<fes:Distance uom="m">110</fes:Distance>',
            ),
            [0],
        ),
        (
            shape(
                '<gml:Point srsName="EPSG:4490"><gml:pos>112.999 23.05</gml:pos></gml:Point>',
                "DWithin",
                '<fes:Distance uom="m">95</fes:Distance>',
            ),
            [],
        ),
        (
            shape(
                '<gml:Point srsName="EPSG:4490"><gml:pos>112.999 23.05</gml:pos></gml:Point>',
                "Beyond",
                '<fes:Distance uom="km">11</fes:Distance>',
            ),
            [2, 3],
        ),
        (f"<fes:Not>{shape(FIRST)}</fes:Not>", [2, 3]),
    ],
)
def test_spatial_operators(both, units, condition, expected):
    assert both(condition) == [ALL[n] for n in expected]


def test_lines_cross(both):
    seq = deed()
    street(1, "横路", seq, wkt="MULTILINESTRING((113 23.05,113.2 23.05))")
    street(2, "外路", seq, wkt="MULTILINESTRING((114 23.05,114.2 23.05))")
    assert both(shape(square(113.05, 23, 113.1, 23.1), "Crosses"), "streets") == ["横路"]


def test_points_and_what_has_no_place(both):
    seq = deed()
    place(1, "阁", seq, "POINT(113.05 23.05)")
    assert both(shape(envelope(23, 113, 23.1, 113.1)), "place_names") == ["阁"]
    notice(2, "无址", seq, wkt=None)
    notice(3, "有址", seq, wkt="POINT(113.05 23.05)")
    inside = shape(envelope(23, 113, 23.1, 113.1))
    assert both(inside, "notices") == ["有址"]
    assert both(f"<fes:Not>{inside}</fes:Not>", "notices") == ["无址"]
    assert both(shape(envelope(20, 110, 20.1, 110.1), "Disjoint"), "notices") == ["有址"]
    absent = "<fes:PropertyIsNull><fes:ValueReference>geom</fes:ValueReference></fes:PropertyIsNull>"
    assert both(absent, "notices") == ["无址"]


def during(operator: str, time: str, reference: str = "valid_from") -> str:
    return f"<fes:{operator}><fes:ValueReference>{reference}</fes:ValueReference>{time}</fes:{operator}>"


def instant(text: str) -> str:
    return f'<gml:TimeInstant gml:id="t"><gml:timePosition>{text}</gml:timePosition></gml:TimeInstant>'


def period(start: str, end: str) -> str:
    return (
        f'<gml:TimePeriod gml:id="t"><gml:beginPosition>{start}</gml:beginPosition>'
        f"<gml:endPosition>{end}</gml:endPosition></gml:TimePeriod>"
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (during("After", instant("2019-01-01")), [2, 3]),
        (during("After", "<fes:Literal>2019-01-01</fes:Literal>"), [2, 3]),
        (during("Before", instant("2018-12-31T16:00:00Z")), [0]),
        (during("TEquals", instant("2019-01-01T12:00:00+08:00")), [1]),
        (during("During", period("2018-01-01", "2020-01-01")), [1]),
        (during("AnyInteracts", period("2018-01-01", "2019-01-01")), [0, 1]),
        (during("Begins", period("2018-01-01", "2019-01-01")), [0]),
        (during("Ends", period("2018-01-01", "2019-01-01")), [1]),
        (during("After", period("2017-01-01", "2018-01-01")), [1, 2, 3]),
        (during("Before", period("2019-01-01", "2020-01-01")), [0]),
        (during("After", instant("2050-01-01"), "valid_to"), [3]),
        (
            during(
                "During",
                "<gml:TimePeriod><gml:beginPosition>2018-06-01</gml:beginPosition>"
                '<gml:endPosition indeterminatePosition="now"/></gml:TimePeriod>',
            ),
            [1, 2, 3],
        ),
    ],
)
def test_temporal_operators(both, units, condition, expected):
    assert both(condition) == [ALL[n] for n in expected]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (op("PropertyIsEqualTo", "nothing", "1"), "InvalidParameterValue"),
        (op("PropertyIsEqualTo", "streets/name", "1"), "InvalidParameterValue"),
        (op("PropertyIsEqualTo", "population", "many"), "InvalidParameterValue"),
        (op("PropertyIsEqualTo", "population", "NaN"), "InvalidParameterValue"),
        (op("PropertyIsEqualTo", "valid_from", "2019-02-30"), "InvalidParameterValue"),
        (f'<fes:ResourceId rid="streets.{ident(1)}"/>', "InvalidParameterValue"),
        (
            op("PropertyIsLike", "name", "*a" * 20, 'wildCard="*" singleChar="." escapeChar="!"'),
            "InvalidParameterValue",
        ),
        (
            op("PropertyIsLike", "name", "a", 'wildCard="**" singleChar="." escapeChar="!"'),
            "InvalidParameterValue",
        ),
        ("", "InvalidParameterValue"),
        ("<fes:And/>", "InvalidParameterValue"),
        ("<fes:Function name='x'/>", "OperationNotSupported"),
        (shape(envelope(113, 23, 114, 24)), "InvalidParameterValue"),
        (shape(envelope(24, 113, 23, 114)), "InvalidParameterValue"),
        (shape(envelope(1, 2, 3, 4, "EPSG:32650")), "InvalidParameterValue"),
        (shape(polygon((113, 23), (113.1, 23), (113.1, 23.1))), "InvalidParameterValue"),
        (
            shape(polygon((113, 23), (113.1, 23.1), (113.1, 23), (113, 23.1), (113, 23))),
            "InvalidParameterValue",
        ),
        (shape("<gml:Solid/>"), "OperationNotSupported"),
        (shape("<gml:Point><gml:pos>1 nan</gml:pos></gml:Point>"), "InvalidParameterValue"),
        (shape("<gml:Point><gml:pos>1 2 3</gml:pos></gml:Point>"), "InvalidParameterValue"),
        (shape("<gml:Point/>"), "InvalidParameterValue"),
        (during("After", instant("never")), "InvalidParameterValue"),
        (during("After", instant("2019"), "name"), "InvalidParameterValue"),
        (during("Meets", period("2018-01-01", "2019-01-01")), "OperationNotSupported"),
        (during("During", period("2019-01-01", "2018-01-01")), "InvalidParameterValue"),
    ],
)
def test_refusals(both, units, condition, code):
    assert both(condition, status=400) == code


def test_a_geometry_is_not_compared(both, units):
    for name in ("geom", "gml:boundedBy"):
        assert both(op("PropertyIsLessThan", name, "x"), status=403) == "OperationProcessingFailed"


def test_how_much_one_filter_may_ask(both, units):
    simple = op("PropertyIsEqualTo", "name", "丙村")
    assert both(f"<fes:Or>{simple * 600}</fes:Or>") == ["丙村"]
    assert both(f"<fes:Or>{simple * 700}</fes:Or>", status=400) == "InvalidParameterValue"
    deep = "<fes:Not>" * 44 + simple + "</fes:Not>" * 44
    assert both(deep) == ["丙村"]
    deeper = "<fes:Not>" * 60 + simple + "</fes:Not>" * 60
    assert both(deeper, status=400) == "InvalidParameterValue"


def test_filters_without_namespaces(client, units):
    """GDAL and older clients send them so, each with prefixes of its own, declared or not."""
    for text in (
        "<Filter><PropertyIsEqualTo><PropertyName>name</PropertyName><Literal>丙村</Literal>"
        "</PropertyIsEqualTo></Filter>",
        '<Filter xmlns="http://www.opengis.net/fes/2.0"><PropertyIsEqualTo><ValueReference>name</ValueReference>'
        "<Literal>丙村</Literal></PropertyIsEqualTo></Filter>",
        "<fes:Filter><fes:PropertyIsEqualTo><fes:ValueReference>geo:name</fes:ValueReference>"
        "<fes:Literal>丙村</fes:Literal></fes:PropertyIsEqualTo></fes:Filter>",
        '<?xml version="1.0"?><ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>name</ogc:PropertyName>'
        "<ogc:Literal>丙村</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>",
    ):
        answer = client.get(
            "/wfs", {"SERVICE": "wfs", "REQUEST": "getfeature", "TYPENAME": "x:communities", "FILTER": text}
        )
        assert names_in(body(answer)) == ["丙村"], text
