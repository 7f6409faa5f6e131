"""Reading addresses: what is composed is read back, the held-out half of the labelled set, numbers, awkward texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naming.addressing.compose import compose
from naming.addressing.divisions import national_table
from naming.addressing.gazetteer import Layered, Name, NameTable, enter_unit
from naming.addressing.normalise import clean
from naming.addressing.numerals import han_number, read_number
from naming.addressing.parse import candidates, parse
from naming.addressing.parts import LADDER, AddressParts
from tests.naming.address_gazetteer import CITY_CODE, gazetteer, table
from tests.naming.address_measure import labelled, measure, parts_of, read
from tests.naming.address_templates import DATA, LABELLED, TEMPLATES, UNITS, rows, short_community

LEAST_F1 = 0.95
AWKWARD = {
    "street": (
        "二马路",
        "十二街",
        "105国道",
        "村头路",
        "小区街",
        "狮山路",
        "西闸街二巷",
        "太丰一街横二巷",
        "永春南路二横",
        "一环路",
        "一环西路",
        "花园路",
        "单元巷",
        "三号渠路",
        "百花广场路",
        "大道",
        "南海大道",
        "南海大道北",
        "漕渔新村公园路北五街",
        "楼村坊",
        "第一大街",
    ),
    "village": ("村边村", "八坊", "一村", "路边村", "南坊", "第二新村", "街口村"),
    "compound": (
        "一号公馆",
        "百花广场",
        "新世界·凯粤湾",
        "银湖花园2期",
        "A8音乐公园",
        "M-3小区",
        "六栋楼花园",
        "三座桥公寓",
        "村委会大院",
        "南海意库",
        "时代花生Ⅱ",
        "1.1公寓",
        "金湖花园(二期)",
    ),
}
"""Names that look like something else: a number, a village, an estate, a town, a district, another street."""


def _awkward() -> NameTable:
    found = NameTable()
    enter_unit(found, "city", "佛山市", code=CITY_CODE)
    for unit in rows(UNITS):
        enter_unit(found, unit["level"], unit["name"], code=unit["code"])
    for kind, names in AWKWARD.items():
        for name in names:
            found.add(name, Name(kind, name, frozenset({CITY_CODE}), local=True))
    return found


AWKWARD_NAMES = Layered(_awkward(), national_table(CITY_CODE))


@st.composite
def addresses(draw: st.DrawFn, kinds: dict[str, tuple[str, ...]]) -> AddressParts:
    """Draw the parts of an address in one town: real units, names of the gazetteer, a door and what is inside."""
    units = {u["code"]: u for u in rows(UNITS)}
    town = draw(st.sampled_from([u for u in units.values() if u["level"] == "town"]))
    below = [u["name"] for u in units.values() if u["parent_code"] == town["code"] and u["kind"] != "virtual"]
    place = draw(st.sampled_from(("street", "village", "compound")))
    maybe = lambda values: draw(st.one_of(st.just(""), values))  # noqa: E731
    number = draw(st.integers(1, 9999)) if place != "compound" else None
    sub = draw(st.one_of(st.none(), st.integers(1, 99))) if number else None
    word = draw(st.sampled_from(("座", "栋", "幢", "号楼")))
    label = draw(st.one_of(st.integers(1, 99).map(str), st.sampled_from("ABCD")))
    return AddressParts(
        province=maybe(st.just("广东省")),
        city="佛山市",
        district=units[town["parent_code"]]["name"],
        town=town["name"],
        community=maybe(st.sampled_from(below).map(short_community)),
        street=draw(st.sampled_from(kinds["street"])) if place == "street" else "",
        village=draw(st.sampled_from(kinds["village"])) if place == "village" else "",
        number=number,
        sub_number=sub,
        compound=draw(st.sampled_from(kinds["compound"]))
        if place == "compound"
        else maybe(st.sampled_from(kinds["compound"])),
        building=maybe(st.just(label + word)),
        unit=maybe(st.integers(1, 9).map(lambda n: f"{n}{'单元' if n % 2 else '梯'}")),
        floor=maybe(st.one_of(st.integers(1, 40).map(str), st.just("负1"))),
        room=maybe(
            st.one_of(st.integers(101, 4010).map(str), st.sampled_from(("501A", "A501", "12铺", "1201之2")))
        ),
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(addresses(AWKWARD))
def test_what_is_composed_is_read_back(parts):
    assert parse(compose(parts), AWKWARD_NAMES).parts == parts


def _known(kind: str) -> dict[str, list[str]]:
    """Return the measuring gazetteer's names of a kind by town."""
    found: dict[str, list[str]] = {}
    for row in rows(DATA / "address_names.csv"):
        if row["kind"] == kind and row["known"] == "1":
            for place in row["towns"].split("|"):
                found.setdefault(place.partition("/")[0], []).append(row["name"])
    return found


def test_every_street_of_the_measuring_names_is_read_back_in_its_town():
    districts = {u["name"]: u["parent_code"] for u in rows(UNITS) if u["level"] == "town"}
    names = {u["code"]: u["name"] for u in rows(UNITS)}
    for town, streets in _known("street").items():
        for street in streets:
            for sub in (None, 3):
                parts = AddressParts(
                    city="佛山市", district=names[districts[town]], town=town, street=street, number=33,
                    sub_number=sub, building="2座", room="501",
                )  # fmt: skip
                assert parse(compose(parts), gazetteer()).parts == parts


def test_the_labelled_set_is_large_and_unlike():
    made = rows(LABELLED)
    assert len(made) >= 600 and len({r["template"] for r in made}) >= 60
    assert len({r["text"] for r in made}) == len(made)
    assert len(TEMPLATES) == len({r["template"] for r in made})


def test_the_half_kept_from_tuning(capsys):
    # Both halves come of the same templates: this measures unseen names and combinations, not unseen ways of writing.
    score = measure(labelled(kept=True), read)
    with capsys.disabled():
        print(f"\n{score.table()}")
    assert score.texts >= 300
    assert score.micro_f1() >= LEAST_F1


def test_addresses_written_by_hand(capsys):
    """Forty addresses written after the parser and labelled before it saw them.

    One thing was mended after they were read: a numbered lane behind its street (儒林西路三巷, 院前街3巷).

    They hold what the templates do not: parts of a road, villages of no fixed level, ranges (7-9号), other buildings'
    names. At the first reading 0.949, then 0.954; 0.988 since ranges, lanes and rooms with letters are read (首二层 is labelled as no
    floor here and is read as the first of two); the floor leaves room for later changes, not for worse.
    """
    cases = [(r["text"], parts_of(r)) for r in rows(DATA / "addresses_by_hand.csv")]
    score = measure(cases, read)
    with capsys.disabled():
        print(f"\n{score.table()}")
    assert score.texts == 40
    assert score.micro_f1() >= 0.93


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("禅城区祖庙路三巷2号", "祖庙路三巷", 2),
        ("佛山市禅城区莲花路12巷3号", "莲花路12巷", 3),
        ("佛山市禅城区白燕街3巷2号", "白燕街3巷", 2),
        ("禅城区祖庙路12号", "祖庙路", 12),
    ],
)
def test_a_numbered_lane_belongs_to_its_street(text, street, number):
    found = read(text)
    assert (found.street, found.number) == (street, number)


@pytest.mark.parametrize(
    ("text", "number", "sub"),
    [
        ("祖庙路33号", 33, None),
        ("祖庙路三十三号之二", 33, 2),
        ("祖庙路33-3号", 33, 3),
        ("祖庙路33号之三", 33, 3),
        ("祖庙路33号-3", 33, 3),
        ("祖庙路33之3号", 33, 3),
        ("祖庙路33号附2号", 33, 2),
        ("祖庙路33号之一铺", 33, 1),
        ("祖廟路３３號之二", 33, 2),
        ("祖庙路 33 号 之 2", 33, 2),
        ("祖庙路33", 33, None),
        ("祖庙路33、35号", 33, None),
        ("祖庙路一百零五号", 105, None),
    ],
)
def test_a_door_is_read_however_it_is_written(text, number, sub):
    parts = parse(text, gazetteer()).parts
    assert (parts.street, parts.number, parts.sub_number) == ("祖庙路", number, sub)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("祖庙路33号A座501", {"building": "A座", "room": "501"}),
        ("祖庙路33号负一层", {"floor": "负1"}),
        ("祖庙路33号首层", {"floor": "1"}),
        ("祖庙路33号地下", {"floor": "1"}),
        ("祖庙路33号首层3号铺", {"floor": "1", "room": "3铺"}),
        ("祖庙路33号2幢1梯304房", {"building": "2幢", "unit": "1梯", "room": "304"}),
        ("祖庙路33号三座12F", {"building": "3座", "floor": "12"}),
        ("祖庙路33号1201单位", {"room": "1201"}),
        ("祖庙路33号3-1-501", {"building": "3座", "unit": "1单元", "room": "501"}),
    ],
)
def test_what_is_inside_the_door(text, inside):
    parts = parse(text, gazetteer()).parts
    assert parts.number == 33
    assert parts.inside().filled() == inside


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ({}, "祖庙路33号之3"),
        ({"building": "A座"}, "祖庙路33号之3A座"),
        ({"building": "2座", "room": "501"}, "祖庙路33号之三2座501室"),
        ({"floor": "1", "room": "12铺"}, "祖庙路33号之三1层12铺"),
        ({"compound": "保利花园", "building": "2座"}, "祖庙路33号之3保利花园2座"),
    ],
)
def test_a_sub_number_is_never_joined_to_the_digit_behind_it(inside, text):
    parts = AddressParts(street="祖庙路", number=33, sub_number=3, **inside)
    assert compose(parts) == text
    assert parse(text, gazetteer()).parts == parts


def test_a_town_and_a_street_of_one_stem():
    town = parse("狮山镇狮山路8号", gazetteer()).parts
    assert (town.town, town.street) == ("狮山镇", "狮山路")
    bare = parse("狮山路8号", gazetteer()).parts
    assert (bare.town, bare.street) == ("", "狮山路")
    short = parse("狮山狮山路8号", gazetteer()).parts
    assert (short.town, short.street) == ("狮山镇", "狮山路")


def test_a_former_name_is_read_as_the_present_one_and_said_to_be_former():
    parsed = parse("禅城区瓦巷3号", gazetteer())
    assert parsed.parts.street == "雅巷"
    assert parsed.former == ("street",) and parsed.written["street"] == "瓦巷"


def test_a_street_of_two_towns_keeps_both_open():
    free = parse("教育路3号", gazetteer())
    assert len({code[:9] for code in free.codes}) == 2
    placed = parse("大良教育路3号", gazetteer())
    assert placed.codes == frozenset({"440606005"})
    assert free.missing == ("district", "town") and placed.missing == ("district",)


def test_candidates_are_ranked_and_sure_texts_are_surer():
    sure = candidates("佛山市禅城区祖庙街道祖庙路33号", gazetteer())[0]
    vague = candidates("祖庙那边第二间", gazetteer())
    assert sure.confidence >= 0.95 > 0.6 > vague[0].confidence
    ranked = [c.confidence for c in vague]
    assert ranked == sorted(ranked, reverse=True)


def test_what_is_not_understood_is_handed_back():
    parsed = parse("祖庙路33号（近小学）电话13800000000", gazetteer())
    assert parsed.parts.filled() == {"street": "祖庙路", "number": 33}
    assert "近小学" in parsed.remainder and any("13800000000" in r for r in parsed.remainder)


def test_nothing_is_made_of_nothing():
    for text in ("", "   ", "。。。", "\x00\x07"):
        parsed = parse(text, gazetteer())
        assert parsed.parts == AddressParts() and parsed.confidence == 0
        assert parsed.missing == ("district", "town", "street", "number")


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("33号之一-座栋路街巷村镇区市大道佛山南海桂城()（）、 0123456789A之单元楼层室房"),
        st.characters(),
    ),
    max_size=2000,
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(NASTY)
def test_any_text_is_answered_quickly(text):
    begin = time.process_time()
    parsed = parse(text, gazetteer())
    assert time.process_time() - begin < 1.0
    assert 0.0 <= parsed.confidence <= 1.0
    assert set(parsed.part_confidence) == set(parsed.parts.filled())


@pytest.mark.parametrize(
    "text",
    ["号" * 2000, "3" * 2000, "路" * 2000, "(" * 2000, "3-" * 1000, "一二三" * 600, "佛山市南海区" * 300, "大道北街巷" * 400, "村" * 2000,
     "A" * 2000, "、3号" * 600, "33号之三" * 500, "花园" * 1000],
)  # fmt: skip
def test_no_pattern_runs_away(text):
    begin = time.process_time()
    parse(text, gazetteer())
    assert time.process_time() - begin < 1.0


@given(st.integers(0, 9999))
def test_numerals(number):
    assert read_number(han_number(number)) == number
    assert read_number(str(number)) == number


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text):
    once = clean(text)
    assert clean(once) == once


def test_the_measuring_gazetteer_leaves_names_unknown():
    # The rules by last word are measured too, not only the look-up.
    unknown = [r for r in rows(DATA / "address_names.csv") if r["known"] != "1" and r["kind"] == "street"]
    assert len(unknown) > 40
    assert not any(table().named(r["name"]) for r in unknown)
    assert set(LADDER) == set(AddressParts.__dataclass_fields__)
