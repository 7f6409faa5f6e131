"""A hash of a multiset that grows and shrinks one element at a time: MuHash3072.

The hash of a multiset is the product of its elements' hashes modulo the prime 2**3072 - 1103717; taking an element
out multiplies by the inverse. Order does not matter, so the hash can be brought forward by what changed alone and
computed by anyone from the elements alone. Two different multisets with one hash cannot be found as long as discrete
logarithms modulo a prime of 3072 bits cannot (about 128 bits of security).

Source: M. Bellare, D. Micciancio, «A New Paradigm for Collision-free Hashing: Incrementality at Reduced Cost»,
EUROCRYPT 1997 (MuHash); prime and encoding as in Bitcoin Core (src/crypto/muhash.h). An element is expanded by
SHAKE-256 (FIPS 202) here, by ChaCha20 there: digests are not the same as Bitcoin's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

BITS = 3072
PRIME: int = 2**BITS - 1103717
STATE_BYTES = BITS // 8
_EXCESS = 1103717
_LOW: int = 2**BITS - 1


def element(content: bytes) -> int:
    """Return the number an element stands for: 384 bytes of SHAKE-256, little-endian, never 0 modulo the prime."""
    number = int.from_bytes(hashlib.shake_256(content).digest(STATE_BYTES), "little") % PRIME
    return number or 1


def product(numbers: Iterable[int], start: int = 1) -> int:
    """Return ``start`` times all numbers, modulo the prime."""
    total = start
    for number in numbers:
        total *= number
        # 2**3072 is congruent to 1103717: two folds bring 6144 bits back to 3072 without a division.
        total = (total & _LOW) + (total >> BITS) * _EXCESS
        total = (total & _LOW) + (total >> BITS) * _EXCESS
    return total % PRIME


class SetHash:
    """The hash of a multiset; the empty one to begin with.

    ``state`` is 384 bytes, big-endian. Raises ValueError for a state of another length or outside the field.
    """

    def __init__(self, state: bytes = b"") -> None:
        self._value = 1
        if state:
            self._value = int.from_bytes(state, "big")
            if len(state) != STATE_BYTES or not 0 < self._value < PRIME:
                raise ValueError("not a state of this hash")

    def add(self, content: bytes) -> None:
        """Put an element in."""
        self._value = product([element(content)], self._value)

    def remove(self, content: bytes) -> None:
        """Take an element out; whether it was in is the caller's affair."""
        self.change(removed=element(content))

    def change(self, added: int = 1, removed: int = 1) -> None:
        """Put in and take out many elements at once, each side given as their ``product``."""
        value = self._value * added % PRIME
        self._value = value * pow(removed, -1, PRIME) % PRIME if removed != 1 else value

    @property
    def state(self) -> bytes:
        """The hash as it is kept, 384 bytes."""
        return self._value.to_bytes(STATE_BYTES, "big")

    @property
    def digest(self) -> str:
        """The hash as it is compared: SHA-256 of the state, hexadecimal."""
        return hashlib.sha256(self.state).hexdigest()
