"""Work of minutes in one process: what the interpreter need not do again and again meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 50_000
_ROUNDS = 20


@contextmanager
def long_run() -> Iterator[None]:
    """Let the collector of cycles look at new objects only, and seldom, until the block ends.

    A batch makes some hundred thousand objects that die by themselves; looking through all that the service holds for
    cycles among them costs a fifth of the processor time of an import. For commands: a web process serves others too.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, _ROUNDS, _ROUNDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
