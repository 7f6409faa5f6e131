"""Which state of the record the pages of one answer show, for clients that count pages by themselves.

GDAL and QGIS send STARTINDEX alone and know no ``known-at``. After a full page it is noted where the page that
follows it begins, and which act and day it must show. The notes are in a small file in the state directory, so that
every worker process of a host finds them; they last a quarter of an hour from the last page on.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Lock

from django.conf import settings
from django.db import connection

_FILE = "pages.sqlite3"
_SECONDS = 900.0
_BUSY_S = 2.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS page (answer TEXT NOT NULL, begins INTEGER NOT NULL, follows INTEGER NOT NULL, "
    "seq INTEGER NOT NULL, day TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (answer, seq, day)) WITHOUT ROWID"
)
_log = logging.getLogger(__name__)
_LOCK = Lock()
_memory: sqlite3.Connection | None = None


@dataclass(frozen=True)
class Snapshot:
    """A state to show: as recorded after act ``seq``, as law stands on ``day``."""

    seq: int
    day: date


def answer_key(client: str, program: str, request: str) -> str:
    """Return what the pages of one answer have in common: who asks with which program what of which database."""
    database = settings.DATABASES["default"]
    where = (database["NAME"], connection.settings_dict["NAME"], database.get("HOST"), database.get("PORT"))
    return hashlib.sha256("\x1f".join(map(str, (*where, client, program, request))).encode()).hexdigest()


def shown(answer: str, start: int, newest: Snapshot, *, now: float | None = None) -> Snapshot:
    """Return what the page that begins at ``start`` shows: the first page the newest state, another that of its first.

    Several clients behind one address may fetch the same answer at once: a page belongs to the run that goes on at
    its start, or that it repeats; of several, or when no run does, to the one last begun (a client that broke off and
    began anew is more frequent than two of one program in step).
    """
    if start == 0:
        return newest
    now = time.time() if now is None else now
    with _notes() as notes:
        rows = notes.execute(
            "SELECT seq, day FROM page WHERE answer = ? AND at > ? AND seq <= ? "
            "ORDER BY follows = ? DESC, begins = ? DESC, seq DESC, day DESC LIMIT 1",
            (answer, now - _SECONDS, newest.seq, start, start),
        ).fetchall()
    return Snapshot(rows[0][0], date.fromisoformat(rows[0][1])) if rows else newest


def note(answer: str, start: int, follows: int, snapshot: Snapshot, *, now: float | None = None) -> None:
    """Note that a full page of an answer was given and where the next one begins."""
    now = time.time() if now is None else now
    with _notes() as notes:
        if start == 0:
            notes.execute("DELETE FROM page WHERE at <= ?", (now - _SECONDS,))
        notes.execute(
            "INSERT OR REPLACE INTO page (answer, begins, follows, seq, day, at) VALUES (?, ?, ?, ?, ?, ?)",
            (answer, start, follows, snapshot.seq, snapshot.day.isoformat(), now),
        )


def forget() -> None:
    """Drop every note (after the record was replaced by another one; tests)."""
    with _notes() as notes:
        notes.execute("DELETE FROM page")


@contextmanager
def _notes() -> Iterator[sqlite3.Connection]:
    """Yield the notes, writable at once for one at a time; in this process's memory when the file cannot be used."""
    try:
        opened = sqlite3.connect(settings.STATE_DIR / _FILE, timeout=_BUSY_S, isolation_level=None)
    except sqlite3.Error:
        opened = None
    if opened is not None:
        with closing(opened):
            try:
                opened.execute("PRAGMA journal_mode=WAL")
                opened.execute("PRAGMA synchronous=OFF")
                opened.execute(_TABLE)
            except sqlite3.Error:
                _log.warning("pages are remembered in this process alone", exc_info=True)
            else:
                yield opened
                return
    global _memory
    with _LOCK:
        if _memory is None:
            _memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            _memory.execute(_TABLE)
        yield _memory
