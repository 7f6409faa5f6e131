"""The set hash and the canonical bytes: known answers, order, taking out, and what must never be equal."""

from __future__ import annotations

import hashlib
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoapp.ogc.feed.canonical import Held, chain_hash, root, row_writer
from geoapp.ogc.feed.sethash import PRIME, SetHash, element, product

KINDS = (
    ("name", "text"),
    ("households", "integer"),
    ("length_m", "number"),
    ("day", "date"),
    ("made", "boolean"),
)
IDENT = "abcdef00-0000-0000-0000-000000000001"


def test_the_prime_is_bitcoins_and_passes_fermat():
    assert PRIME == 2**3072 - 1103717
    assert all(pow(base, PRIME - 1, PRIME) == 1 for base in (2, 3, 5))


def test_the_hash_from_its_definition_alone():
    """Written out a second time with nothing but the formula."""
    contents = [b"a", b"b", b"b", b""]
    number = 1
    for content in contents:
        number = number * int.from_bytes(hashlib.shake_256(content).digest(384), "little") % PRIME
    hashed = SetHash()
    for content in contents:
        hashed.add(content)
    assert hashed.state == number.to_bytes(384, "big")
    assert hashed.digest == hashlib.sha256(number.to_bytes(384, "big")).hexdigest()


def test_known_answers_of_the_documentation():
    assert SetHash().digest == "ab1642a5fbec142ed166521affcb32a1018793ccff8a30ce6b951a790f5d56a5"
    hashed = SetHash()
    hashed.add(b"abc")
    assert hashed.digest == "b325b511b2269b1268e62b5fb48d84071eec68ad35fa6fce2060ae3a6d14e797"


@given(st.lists(st.binary(max_size=40), max_size=12), st.randoms())
def test_order_does_not_matter_and_taking_out_undoes(contents: list[bytes], chance: random.Random):
    whole = SetHash()
    for content in contents:
        whole.add(content)
    shuffled = list(contents)
    chance.shuffle(shuffled)
    again = SetHash()
    again.change(product(element(c) for c in shuffled))
    assert again.digest == whole.digest
    for content in shuffled:
        again.remove(content)
    assert again.digest == SetHash().digest


@given(st.lists(st.binary(max_size=8), max_size=6), st.lists(st.binary(max_size=8), max_size=6))
def test_different_multisets_differ(one: list[bytes], other: list[bytes]):
    a, b = SetHash(), SetHash()
    for content in one:
        a.add(content)
    for content in other:
        b.add(content)
    assert (a.digest == b.digest) == (sorted(one) == sorted(other))


@pytest.mark.parametrize("state", [b"\1", b"\0" * 384, PRIME.to_bytes(384, "big")])
def test_a_wrong_state_is_refused(state: bytes):
    with pytest.raises(ValueError, match="not a state"):
        SetHash(state)


def test_a_state_goes_on_where_it_was_kept():
    first = SetHash()
    first.add(b"a")
    second = SetHash(first.state)
    second.add(b"b")
    both = SetHash()
    both.add(b"b")
    both.add(b"a")
    assert second.digest == both.digest


def test_the_bytes_of_a_row_field_by_field():
    write = row_writer("streets", KINDS)
    found = write(IDENT, ("路", 7, 0.5, date(2026, 1, 2), True), b"\x01")
    wanted = (
        b"k\x00\x00\x00\x14geoapp-row-1:streets"
        b"u\x00\x00\x00\x10" + bytes.fromhex("abcdef00000000000000000000000001") + b"k\x00\x00\x00\x04name"
        b"t\x00\x00\x00\x03\xe8\xb7\xaf"
        b"k\x00\x00\x00\x0ahouseholds"
        b"i\x00\x00\x00\x017"
        b"k\x00\x00\x00\x08length_m"
        b"f\x00\x00\x00\x08\x3f\xe0\x00\x00\x00\x00\x00\x00"
        b"k\x00\x00\x00\x03day"
        b"d\x00\x00\x00\x0a2026-01-02"
        b"k\x00\x00\x00\x04made"
        b"b\x00\x00\x00\x011"
        b"k\x00\x00\x00\x08geometry"
        b"g\x00\x00\x00\x01\x01"
    )
    assert found == wanted
    nothing = write(IDENT, (None,) * 5, None)
    assert nothing.count(b"n\x00\x00\x00\x00") == 6


TEXT = st.none() | st.text(max_size=4)


@given(*[TEXT] * 4)
def test_two_rows_never_share_bytes(a: str | None, b: str | None, c: str | None, d: str | None):
    write = row_writer("x", (("p", "text"), ("q", "text")))
    assert (write(IDENT, (a, b), None) == write(IDENT, (c, d), None)) == ((a, b) == (c, d))


def test_a_row_with_too_few_values_is_refused():
    with pytest.raises(ValueError):
        row_writer("x", (("p", "text"),))(IDENT, (), None)


def test_the_root_from_its_definition_alone():
    layers = {"b": Held(2, "22"), "a": Held(1, "11")}
    lines = "geoapp-feed-1\n7\nff\na 1 11\nb 2 22\n"
    assert root(7, "ff", layers) == hashlib.sha256(lines.encode()).hexdigest()
    assert root(8, "ff", layers) != root(7, "ff", layers) != root(7, "fe", layers)


def test_the_chain_is_the_registers_own():
    from datetime import UTC, datetime

    from geoapp.core import acts

    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert chain_hash("0" * 64, 1, acts.stamp(at), "test", "aa") == acts.chain_hash(
        "0" * 64, 1, at, "test", "aa"
    )
