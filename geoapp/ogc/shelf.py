"""Whole layers as they were last read, kept in memory: few enough features, bounded in bytes, the oldest go first.

A page stands as long as the record does: its key names layer, day, act, the head of the chain and the text that makes
a feature. A new act asks for a new page.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from threading import Lock

MOST_BYTES = 32 * 1024 * 1024
MOST_OF_ONE = 8 * 1024 * 1024
MOST_ROWS = 2_000


class Shelf:
    """Rows and texts by key, for all threads of a process."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, tuple[tuple[int, ...], tuple[bytes, ...]]] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def take(self, key: Hashable) -> tuple[tuple[int, ...], tuple[bytes, ...]] | None:
        """Return what is kept under a key."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, rows: Sequence[int], texts: Sequence[bytes]) -> None:
        """Keep a whole layer unless it is too large."""
        size = _size(texts)
        if len(rows) != len(texts) or size > min(MOST_OF_ONE, self._most):
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self.size += size - (_size(before[1]) if before else 0)
            self._kept[key] = (tuple(rows), tuple(texts))
            while self.size > self._most:
                _key, (_rows, gone) = self._kept.popitem(last=False)
                self.size -= _size(gone)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
            self.size = 0


def _size(texts: Sequence[bytes]) -> int:
    return sum(len(text) for text in texts)


WHOLE_LAYERS = Shelf()
