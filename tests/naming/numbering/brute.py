"""The smallest renumbering of a small side by trying everything: an oracle that shares no code with the room."""

from __future__ import annotations

from itertools import combinations

Key = tuple[int, int | None]


def fewest_changes(keys: list[Key], parity: int, *, blocked: set[Key], reuse: bool, subs: bool) -> int:
    """Return how many doors of a side must change. ``keys`` in street order; parity 1 odd, 0 even."""
    size = len(keys)
    for changed in range(size + 1):
        for kept in combinations(range(size), size - changed):
            if _possible(keys, set(kept), parity, blocked, reuse, subs):
                return changed
    raise AssertionError("changing every door always suffices")


def _possible(
    keys: list[Key], kept: set[int], parity: int, blocked: set[Key], reuse: bool, subs: bool
) -> bool:
    held = [keys[i] for i in sorted(kept)]
    if len(set(held)) < len(held) or any(n % 2 != parity for n, _ in held):
        return False
    numbers = [n for n, _ in held]
    if numbers != sorted(numbers):
        return False
    nobody = set(blocked) | (set() if reuse else set(keys))

    def may_have(n: int, given: set[Key]) -> bool:
        """Whether a changing door may take the main number n."""
        return (n, None) not in given and (n, None) not in held and (n, None) not in nobody

    top = max([n for n, _ in [*keys, *blocked]], default=0) + 2 * len(keys) + 2

    def fill(i: int, low: int, given: set[Key]) -> bool:
        if i == len(keys):
            mains = {n for n, s in [*held, *given] if s is None}
            return all(n in mains for n, s in [*held, *given] if s is not None)
        if i in kept:
            return keys[i][0] >= low and fill(i + 1, keys[i][0], given)
        for n in range(parity or 2, top + 1, 2):
            if n < low:
                continue
            if may_have(n, given) and fill(i + 1, n, given | {(n, None)}):
                return True
            if subs:
                s = 900 + i  # a sub-number nobody has: there is no end of them
                if fill(i + 1, n, given | {(n, s)}):
                    return True
        return False

    return fill(0, 0, set())
