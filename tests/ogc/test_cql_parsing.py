"""Reading CQL2: binding, spellings, places of errors, bounds."""

from __future__ import annotations

import json

import pytest

from geoapp.core.errors import BadRequest
from geoapp.ogc.cql import document, text
from geoapp.ogc.cql.compiler import compiled
from geoapp.ogc.cql.nodes import Call, Geometry, Instant, Interval, Property, Value
from geoapp.ogc.cql.scope import Scope
from geoapp.ogc.layers import LAYERS

A, B, C = (Call("=", (Property(name), Value(n))) for n, name in enumerate("abc"))


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("a=0 OR b=1 AND c=2", Call("or", (A, Call("and", (B, C))))),
        ("(a=0 or b=1) and c=2", Call("and", (Call("or", (A, B)), C))),
        ("NOT a=0 AND b=1", Call("and", (Call("not", (A,)), B))),
        ("not not a = 0", Call("not", (Call("not", (A,)),))),
        ("((a=0))", A),
        ("a\r\n=\t0\u3000", A),
        ("村名 = '甲'", Call("=", (Property("村名"), Value("甲")))),
        ("\"a.b:c\" = 'x'", Call("=", (Property("a.b:c"), Value("x")))),
        ("a = 'O''Brien'", Call("=", (Property("a"), Value("O'Brien")))),
        (r"a = 'O\'Brien'", Call("=", (Property("a"), Value("O'Brien")))),
        (r"a LIKE '100\%\\'", Call("like", (Property("a"), Value(r"100\%\\")))),
        ("a = ''", Call("=", (Property("a"), Value("")))),
        ("a = ''''", Call("=", (Property("a"), Value("'")))),
        ("-a < -1.5e1", Call("<", (Call("-", (Value(0), Property("a"))), Value(-15.0)))),
        (
            "a - b - c > 2 * 3 + 1",
            Call(
                ">",
                (
                    Call("-", (Call("-", (Property("a"), Property("b"))), Property("c"))),
                    Call("+", (Call("*", (Value(2), Value(3))), Value(1))),
                ),
            ),
        ),
        (
            "a ^ b ^ 2 = 1",
            Call("=", (Call("^", (Property("a"), Call("^", (Property("b"), Value(2))))), Value(1))),
        ),
        ("a DIV 2 = 1", Call("=", (Call("div", (Property("a"), Value(2))), Value(1)))),
        ("a NOT IN (1)", None),
        ("a IS NOT NULL", Call("not", (Call("isnull", (Property("a"),)),))),
        ("date = 1 AND point = 2 AND interval = 3", None),
        ("TRUE", Value(True)),
        ("-TRUE = 1", Call("=", (Call("-", (Value(0), Value(True))), Value(1)))),
        ("a = tRuE", Call("=", (Property("a"), Value(True)))),
        (
            "t_after(a, timestamp('2020-01-01T00:00:00Z'))",
            Call("t_after", (Property("a"), Instant("timestamp", "2020-01-01T00:00:00Z"))),
        ),
        (
            "T_DURING(INTERVAL(a, b), INTERVAL('..','2020-01-01'))",
            Call("t_during", (Interval(Property("a"), Property("b")), Interval("..", "2020-01-01"))),
        ),
        (
            "S_WITHIN(g, polygon((0 0,1 0,1 1,0 0),(.1 .1,.2 .1,.2 .2,.1 .1)))",
            Call(
                "s_within",
                (
                    Property("g"),
                    Geometry(
                        "Polygon",
                        [
                            [[0, 0], [1, 0], [1, 1], [0, 0]],
                            [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.1]],
                        ],
                    ),
                ),
            ),
        ),
        (
            "S_EQUALS(MULTIPOINT(1 2, -3 +4), MULTIPOINT((1 2),(-3 4)))",
            Call("s_equals", (Geometry("MultiPoint", [[1, 2], [-3, 4]]),) * 2),
        ),
        (
            "S_DISJOINT(g, GEOMETRYCOLLECTION(POINT Z (1 2 3), LINESTRING(0 0,1 1)))",
            Call(
                "s_disjoint",
                (
                    Property("g"),
                    Geometry(
                        "GeometryCollection",
                        [Geometry("Point", [1, 2, 3]), Geometry("LineString", [[0, 0], [1, 1]])],
                    ),
                ),
            ),
        ),
    ],
)
def test_text(written, tree):
    found = text.parse(written)
    assert tree is None or found == tree


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("", 1),
        ("name", 1),
        ("name =", 7),
        ("name = 'a' AND", 15),
        ("name = 'a' name", 12),
        ("name == 'a'", 7),
        ("name = 'a", 8),
        ('name = "a', 8),
        ('name = "a"', 9 - 1),
        ("name = ‘a’", 8),
        ("name ＝ 'a'", 6),
        ("name IN （'a'）", 9),
        ("nme = 'a'", 1),
        ("status = 'x' OR nme = 'a'", 17),
        ("name = 5", 8),
        ("width_m = '5'", 11),
        ("name LIKE 5", 11),
        ("width_m LIKE '5'", 1),
        ("name IN ()", 10),
        ("name IS EMPTY", 9),
        ("name NOT = 'a'", 10),
        ("name BETWEEN 'a' OR 'b'", 18),
        ("(name = 'a'", 12),
        ("name = 'a')", 11),
        ("synthetic > TRUE", 11),
        ("nofunction(name) = 1", 1),
        ("CASEI(width_m) = 'a'", 7),
        ("name + 1 = 2", 1),
        ("(name = 'a') = TRUE", 7),
        ("valid_from = DATE('2020-02-30')", 14),
        ("valid_from = DATE(2020)", 19),
        ("valid_from = DATE('2020-01-01T00:00:00Z')", 14),
        ("valid_from = TIMESTAMP('2020-01-01')", 14),
        ("valid_from = 'soon'", 14),
        ("T_AFTER(name, DATE('2020-01-01'))", 9),
        ("T_AFTER(valid_from)", 1),
        ("T_MEETS(valid_from, INTERVAL('..','..'))", 9),
        ("T_DURING(valid_from, INTERVAL('2021-01-01','2020-01-01'))", 22),
        ("S_INTERSECTS(geom, POINT(113))", 29),
        ("S_INTERSECTS(geom, POINT(113 23 1 1))", 35),
        ("S_INTERSECTS(geom, POINT(23 113))", 20),
        ("S_INTERSECTS(geom, POINT EMPTY)", 20),
        ("S_INTERSECTS(name, POINT(113 23))", 14),
        ("S_INTERSECTS(geom, 'POINT(113 23)')", 20),
        ("S_INTERSECTS(geom, BBOX(1,2,3))", 20),
        ("S_INTERSECTS(geom, BBOX(113,24,114,23))", 20),
        ("S_INTERSECTS(geom, LINESTRING(1 1))", 20),
        ("S_INTERSECTS(geom, POLYGON((0 0,1 0,1 1)))", 20),
        ("S_INTERSECTS(geom, POLYGON((0 0,1 1,1 0,0 1,0 0)))", 20),
        ("S_WITHIN(geom, GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1)))", 1),
        ("geom = 'a'", 1),
        ("width_m = 1e999", 11),
        ("name LIKE '" + "%a" * 17 + "'", 11),
        ("name = 'a' \x01", 12),
    ],
)
def test_errors_say_where_and_how_to_mend(written, at):
    with pytest.raises(BadRequest) as refusal:
        compiled(text.parse(written), Scope(LAYERS["streets"], "postgresql"))
    problem = refusal.value.as_problem()
    assert (problem["status"], problem["field"], problem["position"]) == (400, "filter", at), problem
    assert problem["remedy"] and str(at) in problem["detail"]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("{", 2),
        ('{"op":"=" "args"}', 11),
        ("[]", ""),
        ("null", ""),
        ("{}", ""),
        ('"name"', ""),
        ('{"op":"like"}', "/args"),
        ('{"op":["="],"args":[]}', "/op"),
        ('{"op":"soundex","args":[]}', "/op"),
        ('{"op":"=","args":[1]}', ""),
        ('{"op":"and","args":[]}', ""),
        ('{"op":"not","args":[true,true]}', ""),
        ('{"op":"=","args":[{"property":"nme"},1]}', "/args/0"),
        ('{"op":"=","args":[{"property":1},1]}', "/args/0/property"),
        ('{"op":"=","args":[{"property":"name"},null]}', "/args/1"),
        ('{"op":"=","args":[{"property":"act"},NaN]}', "/args/1"),
        ('{"op":"=","args":[{"property":"act"},1e999]}', "/args/1"),
        ('{"op":"in","args":[{"property":"name"},["a",5]]}', "/args/1/1"),
        ('{"op":"in","args":[{"property":"name"},"a"]}', ""),
        ('{"op":"=","args":[{"property":"valid_from"},{"date":5}]}', "/args/1/date"),
        (
            '{"op":"t_after","args":[{"property":"valid_from"},{"interval":["2020-01-01"]}]}',
            "/args/1/interval",
        ),
        ('{"op":"t_after","args":[{"property":"valid_from"},{"interval":[1,".."]}]}', "/args/1/interval/0"),
        ('{"op":"s_within","args":[{"property":"geom"},{"type":"Point"}]}', "/args/1"),
        (
            '{"op":"s_within","args":[{"property":"geom"},{"type":"Point","coordinates":["a","b"]}]}',
            "/args/1",
        ),
        (
            '{"op":"s_within","args":[{"property":"geom"},{"type":"Polygon","coordinates":[[1,2]]}]}',
            "/args/1",
        ),
        (
            '{"op":"s_within","args":[{"property":"geom"},{"type":"MultiPolygon","coordinates":{}}]}',
            "/args/1",
        ),
        ('{"op":"s_within","args":[{"property":"geom"},{"bbox":"x"}]}', "/args/1"),
        (
            '{"op":"s_within","args":[{"property":"geom"},{"type":"GeometryCollection","geometries":[5]}]}',
            "/args/1",
        ),
        ('{"op":"s_within","args":[{"property":"geom"},{"type":"Solid","coordinates":[]}]}', "/args/1"),
    ],
)
def test_errors_in_json_point_to_the_place(written, at):
    with pytest.raises(BadRequest) as refusal:
        compiled(document.parse(written), Scope(LAYERS["streets"], "sqlite"))
    problem = refusal.value.as_problem()
    assert (problem["field"], problem["position"]) == ("filter", at), problem
    assert problem["remedy"]


def nested(depth: int, kind: str) -> str:
    return {
        "brackets": "(" * depth + "act = 1" + ")" * depth,
        "not": "NOT " * depth + "act = 1",
        "signs": "act = " + "- " * depth + "act",
        "powers": "act = " + "2 ^ " * depth + "2",
        "calls": "CASEI(" * depth + "name" + ")" * depth + " = 'a'",
        "collections": "S_INTERSECTS(geom,"
        + "GEOMETRYCOLLECTION(" * depth
        + "POINT(1 1)"
        + ")" * depth
        + ")",
        "json": '{"op":"not","args":[' * depth + "true" + "]}" * depth,
        "json lists": "[" * depth + "]" * depth,
    }[kind]


@pytest.mark.parametrize("kind", ["brackets", "not", "signs", "powers", "calls", "collections", "json"])
def test_depth_is_bounded(kind):
    read = document.parse if kind == "json" else text.parse
    compiled(read(nested(20, kind)), Scope(LAYERS["streets"], "sqlite"))
    for depth in (60, 1_500, 2_500):
        with pytest.raises(BadRequest) as refusal:
            compiled(read(nested(depth, kind)), Scope(LAYERS["streets"], "sqlite"))
        assert "position" in refusal.value.extra


def test_lists_in_lists_are_no_filter():
    for depth in (3, 25_000):
        with pytest.raises(BadRequest):
            document.parse(nested(depth, "json lists"))


def test_length_is_bounded():
    terms = " OR ".join(["act = 1"] * 600)
    scope = Scope(LAYERS["streets"], "sqlite")
    assert len(compiled(text.parse(terms), scope).parameters) == 600
    for written in (
        " OR ".join(["act = 1"] * 700),
        "act IN (" + "1," * 2100 + "1)",
        "name = '" + "a" * 70_000 + "'",
    ):
        with pytest.raises(BadRequest) as refusal:
            compiled(text.parse(written), scope)
        assert refusal.value.extra["position"]
    for tree in ({"op": "or", "args": [True] * 2100}, {"op": "=", "args": ["a" * 70_000, "b"]}):
        with pytest.raises(BadRequest):
            document.parse(json.dumps(tree))


def test_values_are_never_sql():
    evil = "x'; DROP TABLE pub_streets; --"
    for vendor in ("sqlite", "postgresql"):
        for written in (f"name = {evil!r}", f"name LIKE {evil!r}", f"name IN ({evil!r})"):
            condition = compiled(
                text.parse(written.replace('"', "'").replace("x'", "x''")), Scope(LAYERS["streets"], vendor)
            )
            assert "DROP" not in condition.sql and any("DROP" in str(p) for p in condition.parameters)
            assert condition.sql.count("%s") == len(condition.parameters)
        with pytest.raises(BadRequest):
            compiled(text.parse('"name"" OR 1=1" = 1'), Scope(LAYERS["streets"], vendor))
