"""Renumbering brings a street into order, and no smaller set of changes exists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naming.addressing.numbering.disorder import in_order
from naming.addressing.numbering.renumber import renumber
from naming.addressing.numbering.street import CANCELLED, NumberedStreet, arrange, renamed
from naming.addressing.numbering.words import say
from tests.naming.numbering.brute import fewest_changes
from tests.naming.numbering.made import FOSHAN, door, straight, with_values


def fixed(doors, cancelled=(), profile=FOSHAN, reserved=()) -> NumberedStreet:
    """A street whose way and sides are the rule's, whatever the numbers say."""
    street = straight((), profile, reserved=reserved)
    made = [door(n, s, m, side, id=f"{i}") for i, (n, s, m, side) in enumerate(doors)]
    made += [door(n, s, 390.0, "left", id=f"c{i}", state=CANCELLED) for i, (n, s) in enumerate(cancelled)]
    filled = arrange(street.axis, [_seat(street, d) for d in made], profile, reserved)
    if filled.way.back or not filled.odd_left:
        seats = sorted((_seat(street, d) for d in made), key=lambda s: s.order)
        return replace(street, seats=tuple(seats))
    return filled


def _seat(street, d):
    from naming.addressing.numbering.placing import place
    from naming.addressing.numbering.street import Seat

    return Seat(d, place(street.axis, d.xy))


def apply(street, found):
    return renamed(street, {c.door: (c.new_number, c.new_sub_number) for c in found.changes})


def lefts(*keys):
    return [(n, s, 10.0 + 10 * i, "left") for i, (n, s) in enumerate(keys)]


def test_a_street_in_order_is_left_alone():
    street = fixed(lefts((1, None), (3, None), (3, 1), (7, None)) + [(2, None, 15, "right")])
    found = renumber(street)
    assert found.changes == () and found.kept == 5
    assert [say(n) for n in found.notes] == ["共 5 个门牌，最少改 0 个，5 个不变"]


def test_one_astray_changes_alone():
    street = fixed(lefts((1, None), (3, None), (25, None), (5, None), (9, None)))
    found = renumber(street)
    assert [(c.old_number, c.new_number, c.new_sub_number) for c in found.changes] == [(25, 3, 1)]
    assert in_order(apply(street, found))


def test_a_free_number_is_taken_before_a_sub_number():
    street = fixed(lefts((1, None), (25, None), (9, None)))
    change = renumber(street).changes[0]
    assert (change.old_number, change.new_number, change.new_sub_number) == (25, 5, None)


def test_numbers_given_up_and_cancelled_are_not_handed_on():
    crossed = lefts((3, None), (1, None), (7, None))
    change = renumber(fixed(crossed)).changes[0]
    assert (change.new_number, change.new_sub_number) not in {(1, None), (3, None), (7, None)}
    assert change.old_number in (1, 3)
    kept = renumber(fixed(lefts((1, None), (25, None), (7, None)), cancelled=[(3, None), (5, None)]))
    assert [(c.new_number, c.new_sub_number) for c in kept.changes] == [(1, 1)]
    reserved = renumber(fixed(lefts((1, None), (25, None), (7, None)), reserved=(3,)))
    assert reserved.changes[0].new_number == 5


def test_without_sub_numbers_room_decides_who_changes():
    no_subs = with_values(allow_sub_level=0)
    crossed = lefts((1, None), (9, None), (3, None), (5, None))
    street = fixed(crossed, profile=no_subs)
    found = renumber(street)
    assert len(found.changes) == 2 and in_order(apply(street, found))
    assert all(c.new_sub_number is None for c in found.changes)
    assert len(renumber(fixed(crossed)).changes) == 1, "a sub-number saves one"


def test_an_orphan_becomes_the_main_number():
    street = fixed(lefts((1, None), (3, 2), (5, None)))
    assert [(c.old_sub_number, c.new_number, c.new_sub_number) for c in renumber(street).changes] == [
        (2, 3, None)
    ]
    two = fixed(lefts((1, None), (3, 1), (3, 2), (5, None)))
    assert len(renumber(two).changes) == 1 and in_order(apply(two, renumber(two)))


def test_the_wrong_side_always_changes():
    street = fixed(lefts((1, None), (3, None)) + [(2, None, 10, "left"), (4, None, 12, "right")])
    found = renumber(street)
    assert [c.old_number for c in found.changes] == [2] and found.changes[0].side == "left"
    assert in_order(apply(street, found))


keys = st.lists(
    st.tuples(st.sampled_from((1, 1, 3, 3, 5, 7, 9, 2)), st.sampled_from((None, None, None, 1, 2))),
    min_size=1,
    max_size=5,
)
gone = st.lists(st.tuples(st.sampled_from((1, 3, 5, 7)), st.sampled_from((None, None, 1))), max_size=2)


@pytest.mark.parametrize("subs", [True, False])
@pytest.mark.parametrize("reuse", [True, False])
@settings(max_examples=250, deadline=None)
@given(keys=keys, gone=gone)
def test_no_smaller_set_of_changes_exists(subs, reuse, keys, gone):
    profile = with_values(allow_sub_level=int(subs), reuse_given_up=reuse)
    # A number cannot both stand and be cancelled.
    gone = [g for g in gone if g not in keys]
    street = fixed(lefts(*keys), cancelled=gone, profile=profile)
    found = renumber(street)
    least = fewest_changes(keys, 1, blocked=set(gone), reuse=reuse, subs=subs)
    assert len(found.changes) == least, (keys, gone, found.changes)
    assert in_order(apply(street, found))
    new = {(c.new_number, c.new_sub_number) for c in found.changes}
    assert not new & set(gone)
    if not reuse:
        assert not new & set(keys)
    if not subs:
        assert all(s is None for _, s in new)


@settings(max_examples=60, deadline=None)
@given(
    doors=st.lists(
        st.tuples(
            st.integers(1, 60),
            st.sampled_from((None, None, None, None, 1, 2)),
            st.integers(0, 399),
            st.sampled_from(("left", "right")),
        ),
        max_size=60,
    ),
    subs=st.booleans(),
    metric=st.booleans(),
)
def test_larger_streets_come_into_order(doors, subs, metric):
    profile = with_values(allow_sub_level=int(subs), mode="METRIC" if metric else "SEQUENTIAL")
    street = fixed([(n, s, float(m), side) for n, s, m, side in doors], profile=profile)
    found = renumber(street)
    assert in_order(apply(street, found))
    assert found.kept + len(found.changes) == len(doors)
    assert renumber(apply(street, found)).changes == ()
