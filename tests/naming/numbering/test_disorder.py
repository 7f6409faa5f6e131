"""What is out of order on a street, with the fewest doors at fault; gates and villages; the words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naming.addressing import numbering
from naming.addressing.numbering.disorder import disorder, in_order
from naming.addressing.numbering.gates import Gate, next_in_group, number_gates
from naming.addressing.numbering.note import note
from naming.addressing.numbering.street import CANCELLED, longest_in_order, number_street
from naming.addressing.numbering.words import WORDS, say
from tests.naming.numbering.made import FOSHAN, at, door, spot, straight, with_values

EVEN = [(2, None, 10, "right"), (4, None, 30, "right"), (6, None, 50, "right")]


def found(doors, **more):
    return [(f.code, say(f.note)) for f in disorder(straight(doors, **more))]


def test_a_sound_street_has_nothing_to_say():
    assert found([*EVEN, (1, None, 10, "left"), (3, None, 30, "left"), (3, 1, 33, "left")]) == []


def test_each_kind_is_found_where_it_is():
    assert found([*EVEN, (2, None, 70, "right")]) == [
        ("A-02", "2号 重复，共 2 处"),
        ("A-05", "2号 位于 6号 之后，次序有误"),
    ]
    assert found([*EVEN, (1, None, 20, "right"), (1, None, 10, "left"), (3, None, 30, "left")]) == [
        ("A-02", "1号 重复，共 2 处"),
        ("A-04", "1号 在右侧，该侧应编双号"),
    ]
    astray = [(n, None, 10.0 * i, "left") for i, n in enumerate((1, 9, 3, 5, 7), 1)]
    assert found(astray) == [("A-05", "9号 位于 1号 与 3号 之间，次序有误")]
    assert found([(99, None, 5.0, "left"), *astray]) == [
        ("A-05", "99号 位于 1号 之前，次序有误"),
        ("A-05", "9号 位于 1号 与 3号 之间，次序有误"),
    ]
    assert ("A-07", "附号 8号之2 没有在用的主号 8号") in found([*EVEN, (8, 2, 70, "right")])


def test_skips_are_told_apart_from_vacant_frontage():
    tight = [(1, None, 10, "left"), (7, None, 25, "left")]
    assert found(tight) == [("A-03", "1号 与 7号 之间缺 2 个号（3、5），相距 15 米，没有可预留的空地")]
    assert found([(1, None, 10, "left"), (7, None, 60, "left")]) == []
    axis = straight().axis
    old = [door(1, None, 10, "left", historic=True), door(7, None, 25, "left")]
    assert disorder(number_street(axis, old, FOSHAN)) == []
    kept = [door(1, None, 10, "left"), door(7, None, 25, "left"), door(3, None, 15, "left", state=CANCELLED)]
    assert "缺 1 个号（5）" in say(disorder(number_street(axis, kept, FOSHAN))[0].note)
    assert disorder(number_street(axis, kept, FOSHAN, reserved=(5,))) == []
    assert disorder(straight(tight, with_values(mode="METRIC"))) == []


def test_unlucky_numbers_may_not_be_left_out():
    doors = [(2, None, 10, "right"), (6, None, 20, "right"), (11, None, 10, "left"), (15, None, 20, "left")]
    assert found(doors) == [
        ("A-03", "11号 与 15号 之间缺 13，不得跳过 13"),
        ("A-03", "2号 与 6号 之间缺 4，不得跳过 4"),
    ]


def test_a_cancelled_number_is_never_at_fault():
    axis = straight().axis
    doors = [
        door(2, None, 10, "right"),
        door(4, None, 30, "right"),
        door(90, None, 20, "right", state=CANCELLED),
    ]
    street = number_street(axis, doors, FOSHAN)
    assert disorder(street) == [] and in_order(street)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=9))
def test_the_fewest_are_at_fault(values):
    best = 0
    for mask in range(1 << len(values)):
        kept = [v for i, v in enumerate(values) if mask >> i & 1]
        if kept == sorted(kept):
            best = max(best, len(kept))
    chain = longest_in_order(values)
    assert len(chain) == best and chain == sorted(chain)
    assert [values[i] for i in chain] == sorted(values[i] for i in chain)


def test_gates_of_a_compound():
    streets = {
        "a": straight([(1, None, 10, "left"), (9, None, 90, "left")]),
        "b": straight([(2, None, 10, "right")]),
    }
    gates = [
        Gate("side", "a", spot(70, "left")),
        Gate("back", "b", spot(30, "right")),
        Gate("main", "a", spot(50, "left"), main=True),
    ]
    got = {g.gate: g for g in number_gates(gates, streets)}
    assert (got["main"].number, got["main"].own) == (5, True)
    assert (got["side"].number, got["side"].own, got["side"].note.id) == (5, False, "gate_same_street")
    assert got["back"].number == 6 and got["back"].note.id == "gate_other_street"
    every = with_values(compounds="EVERY_GATE")
    open_city = {"a": straight([(1, None, 10, "left"), (9, None, 90, "left")], every)}
    numbers = [g.number for g in number_gates([gates[2], gates[0]], open_city)]
    assert numbers == [5, 7]
    with pytest.raises(ValueError, match="只有一个主出入口"):
        number_gates(gates[:2], streets)
    with pytest.raises(ValueError, match="没有给出：c"):
        number_gates([gates[2], Gate("x", "c", at(0, 0))], streets)


def test_villages_number_by_group():
    got = next_in_group([1, 2, 5], FOSHAN, kept=[7], group="第三村民小组")
    assert (got.number, got.gaps) == (8, (3, 4, 6))
    assert [say(s) for s in got.steps] == [
        "没有街路巷名，按村民小组 第三村民小组 顺序编号，现最大为 7 号",
        "一宅一号；分户的在同一号下编户室号",
        "此前缺 3 个号：3、4、6",
    ]
    assert next_in_group([], with_values(villages="VILLAGE")).number == 1


def test_every_note_has_words_and_no_words_are_stale():
    room = Path(numbering.__file__).parent
    code = "\n".join(p.read_text(encoding="utf-8") for p in room.glob("*.py") if p.name != "words.py")
    said = set(re.findall(r"\"([a-z]+(?:_[a-z]+)+)\"", code)) | {
        "duplicate",
        "skip",
        "astray",
        "orphan",
        "chosen",
        "far",
        "rebuild",
    }
    kinds = {f"place_{kind}" for kind in ("along", "before", "beyond", "corner", "gap", "branch")}
    assert set(WORDS) <= said | kinds
    called = set(re.findall(r"note\(\s*\"(\w+)\"", code)) | set(re.findall(r"key = \"(\w+)\"", code))
    assert called <= set(WORDS)
    holes = re.compile(r"\{(\w+)\}")
    quoted = re.compile("“[^”]*”")
    for key, (chinese, english) in WORDS.items():
        assert set(holes.findall(english)) <= set(holes.findall(chinese)) | {"number"}, key
        assert not re.search("[\u3400-\u9fff]", quoted.sub("", english)), key
    assert say(note("duplicate", number="33-1", count=2)) == "33号之1 重复，共 2 处"
    with pytest.raises(KeyError):
        say(note("no_such_note"))
