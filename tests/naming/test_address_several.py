"""Several numbers, floors and rooms in one text; floors in words; old names behind new ones; landmarks and stalls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naming.addressing.compose import compose
from naming.addressing.parse import parse
from naming.addressing.parts import NAMED_FLOORS, AddressParts
from naming.addressing.reading import read_row
from naming.addressing.several import spans
from tests.naming.address_gazetteer import gazetteer
from tests.naming.address_measure import measure, parts_of, read
from tests.naming.address_templates import DATA, rows


def read_all(text):
    parsed = parse(text, gazetteer())
    return parsed.parts, [(s.part, s.values, s.to) for s in parsed.several]


def test_sixty_addresses_in_new_styles(capsys):
    """Sixty addresses written by hand before the code was changed for them (``tests/naming/data/ATTRIBUTION.md``).

    First reading 0.9522 (44 of 60 whole); 0.998 once the parser was mended with these in view, which is therefore no
    measure of unseen texts. The labels are as first written.
    """
    cases = [(r["text"], parts_of(r)) for r in rows(DATA / "addresses_new_styles.csv")]
    score = measure(cases, read)
    with capsys.disabled():
        print(f"\n{score.table()}")
    assert score.texts == 60
    assert score.micro_f1() >= 0.98


def test_thirty_addresses_written_after_the_mending():
    """At the first reading 0.9585 (24 of 30 whole): what the mending is worth on texts it was not made for."""
    score = measure([(r["text"], parts_of(r)) for r in rows(DATA / "addresses_after.csv")], read)
    assert score.texts == 30
    assert score.micro_f1() >= 0.95


@pytest.mark.parametrize(
    ("text", "values", "to"),
    [
        ("祖庙路7-9号", (7, 9), True),
        ("祖庙路7—9号", (7, 9), True),
        ("祖庙路７～９號", (7, 9), True),
        ("祖庙路7至9号", (7, 9), True),
        ("祖庙路七至九号", (7, 9), True),
        ("祖庙路7号-9号", (7, 9), True),
        ("祖庙路7号至9号", (7, 9), True),
        ("祖庙路98-102号", (98, 102), True),
        ("祖庙路7-9", (7, 9), True),
        ("祖庙路7、9号", (7, 9), False),
        ("祖庙路7，9号", (7, 9), False),
        ("祖庙路7号、9号", (7, 9), False),
        ("祖庙路7号，9号", (7, 9), False),
        ("祖庙路7号及9号", (7, 9), False),
        ("祖庙路7、9、11号", (7, 9, 11), False),
        ("祖庙路7-9、11号", (7, 9, 11), False),
        ("祖庙路7-9号首层", (7, 9), True),
        ("祖庙路7-9号2座501", (7, 9), True),
    ],
)
def test_several_numbers_are_said_to_be_several_and_are_no_sub_number(text, values, to):
    parts, several = read_all(text)
    assert (parts.street, parts.number, parts.sub_number) == ("祖庙路", 7 if 7 in values else 98, None)
    assert several == [("number", values, to)]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("祖庙路7号之9", {"number": 7, "sub_number": 9}),
        ("祖庙路7之9号", {"number": 7, "sub_number": 9}),
        ("祖庙路33-3号", {"number": 33, "sub_number": 3}),
        ("祖庙路33号-3", {"number": 33, "sub_number": 3}),
        ("祖庙路33号7-9", {"number": 33, "building": "7座", "room": "9"}),
        ("祖庙路33号2-501", {"number": 33, "building": "2座", "room": "501"}),
        ("祖庙路2-501", {"number": 2, "room": "501"}),
        ("祖庙路33-101号", {"number": 33, "room": "101"}),
    ],
)
def test_what_is_one_thing_is_not_said_to_be_several(text, filled):
    parts, several = read_all(text)
    assert parts.filled() == {"street": "祖庙路"} | filled
    assert several == []


def test_a_building_and_a_room_behind_an_estate():
    for text, room in (("保利花园2-501", "501"), ("保利花园2-501号", "501"), ("保利花园2-9", "9")):
        parts, several = read_all(text)
        assert parts.filled() == {"compound": "保利花园", "building": "2座", "room": room}
        assert several == []


@given(st.integers(1, 999), st.integers(1, 999))
def test_a_range_goes_up(first, last):
    assert spans(first, last) == (first < last and last - first <= (20 if last >= 100 > first else 98))


@pytest.mark.parametrize(
    ("text", "filled", "several"),
    [
        ("祖庙路428号之一至之三", {"number": 428, "sub_number": 1}, ("sub_number", (1, 3), True)),
        ("祖庙路8号之一、之二", {"number": 8, "sub_number": 1}, ("sub_number", (1, 2), False)),
        ("祖庙路8号之1-3", {"number": 8, "sub_number": 1}, ("sub_number", (1, 3), True)),
        ("祖庙路33-1、33-2号", {"number": 33, "sub_number": 1}, ("sub_number", (1, 2), False)),
        ("祖庙路33号1-3栋", {"number": 33, "building": "1栋"}, ("building", ("1栋", "3栋"), True)),
        ("祖庙路33号A、B座", {"number": 33, "building": "A座"}, ("building", ("A座", "B座"), False)),
        ("祖庙路33号首二层", {"number": 33, "floor": "1"}, ("floor", (1, 2), False)),
        ("祖庙路33号首层、二层", {"number": 33, "floor": "1"}, ("floor", (1, 2), False)),
        ("祖庙路33号首至三层", {"number": 33, "floor": "1"}, ("floor", (1, 3), True)),
        ("祖庙路33号1-3层", {"number": 33, "floor": "1"}, ("floor", (1, 3), True)),
        ("祖庙路33号501-503", {"number": 33, "room": "501"}, ("room", ("501", "503"), True)),
        ("祖庙路33号101、102号铺", {"number": 33, "room": "101铺"}, ("room", ("101铺", "102铺"), False)),
        ("祖庙路33号B12-13档", {"number": 33, "room": "B12铺"}, ("room", ("B12铺", "B13铺"), True)),
    ],
)  # fmt: skip
def test_several_of_every_part(text, filled, several):
    parts, found = read_all(text)
    assert parts.filled() == {"street": "祖庙路"} | filled
    assert found == [several]


@pytest.mark.parametrize(
    ("inside", "filled"),
    [
        ("首层", {"floor": "1"}),
        ("地下", {"floor": "1"}),
        ("地下一层", {"floor": "负1"}),
        ("负一层", {"floor": "负1"}),
        ("二楼", {"floor": "2"}),
        ("十二层", {"floor": "12"}),
        ("B1", {"floor": "负1"}),
        ("B1层", {"floor": "负1"}),
        ("B1座", {"building": "B1座"}),
        ("夹层", {"floor": "夹层"}),
        ("首层夹层", {"floor": "1夹层"}),
        ("2座天面", {"building": "2座", "floor": "天面"}),
        ("顶楼", {"floor": "顶层"}),
        ("24楼A", {"floor": "24", "room": "A"}),
        ("L2-15铺", {"room": "L2-15铺"}),
        ("Block B 503室", {"building": "B座", "room": "503"}),
        ("后座2楼", {"building": "后座", "floor": "2"}),
        ("2号厂房首层", {"building": "2号厂房", "floor": "1"}),
    ],
)
def test_inside_the_door_in_words(inside, filled):
    parts, several = read_all(f"祖庙路33号{inside}")
    assert parts.filled() == {"street": "祖庙路", "number": 33} | filled
    assert several == []


@given(st.sampled_from((*NAMED_FLOORS, "1夹层")), st.sampled_from(("", "501", "12铺")))
def test_named_floors_are_composed_and_read_back(floor, room):
    parts = AddressParts(street="祖庙路", number=33, building="2座", floor=floor, room=room)
    assert "层层" not in compose(parts)
    assert parse(compose(parts), gazetteer()).parts == parts
    assert read_row({"street": "祖庙路", "number": "33", "floor": floor}).parts.floor == floor


@pytest.mark.parametrize(
    ("text", "town", "street", "left"),
    [
        ("石湾镇街道原澜石镇澜石二路6号", "石湾镇街道", "澜石二路", "原澜石镇"),
        ("石湾镇街道（原澜石镇）澜石二路6号", "石湾镇街道", "澜石二路", "原澜石镇"),
        ("南庄镇（原上元乡）陶博大道6号", "南庄镇", "陶博大道", "原上元乡"),
        ("南庄镇原南庄公社陶博大道6号", "南庄镇", "陶博大道", "原南庄公社"),
        ("里水镇和顺镇信珠东路6号", "里水镇", "信珠东路", "和顺镇"),
        ("里水镇和顺信珠东路6号", "里水镇", "信珠东路", "和顺"),
        ("狮山镇罗村街道银兴环路6号", "狮山镇", "银兴环路", "罗村街道"),
        ("石湾镇街道石湾镇街道澜石二路6号", "石湾镇街道", "澜石二路", "石湾镇街道"),
        ("均安镇湖耀街原江翠路6号", "均安镇", "湖耀街", "原江翠路"),
    ],
)
def test_an_old_name_behind_the_new_one_is_told_and_is_no_part(text, town, street, left):
    parsed = parse(text, gazetteer())
    assert parsed.parts == AddressParts(town=town, street=street, number=6)
    assert left in parsed.remainder


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("桂城保利花园南门斜对面海五路9号", {"town": "桂城街道", "street": "海五路", "number": 9}),
        ("快递放祖庙路22号", {"street": "祖庙路", "number": 22}),
        ("桂城保利花园旁", {"town": "桂城街道", "compound": "保利花园"}),
        ("祖庙路院前街2号", {"street": "院前街", "number": 2}),
        ("乐从大道西B288号", {"street": "乐从大道西"}),
        ("祖庙路1号、1203号", {"street": "祖庙路", "number": 1}),
        ("乐从大道东12号", {"street": "乐从大道东", "number": 12}),
        ("祖庙路8號貳樓", {"street": "祖庙路", "number": 8, "floor": "2"}),
        ("祖庙路8号2座17E", {"street": "祖庙路", "number": 8, "building": "2座", "room": "17E"}),
        ("南海县桂城海五路9号", {"district": "南海区", "town": "桂城街道", "street": "海五路", "number": 9}),
        ("禅城区镇安路17号", {"district": "禅城区", "street": "镇安路", "number": 17}),
    ],
)
def test_landmarks_lanes_and_numbers_with_letters(text, filled):
    assert parse(text, gazetteer()).parts.filled() == filled


@pytest.mark.parametrize("number", ["7-9", "7-9号", "７－９号", "98-102"])
def test_a_row_with_a_range_for_a_number_is_left_to_people(number):
    found = read_row({"street": "祖庙路", "number": number}, mended=True)
    assert found.parts.number is None and found.parts.sub_number is None
    assert ("unreadable", "number") in [(f.kind, f.column) for f in found.faults]


def test_a_row_with_a_sub_number_is_read_as_before():
    for number in ("33-3", "33号之3", "7之9", "7号附9号"):
        found = read_row({"street": "祖庙路", "number": number})
        assert found.parts.sub_number and not found.faults
