"""Acts: the one line of deeds that changed the register, in order of commit, without gaps, chained by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import F

from geoapp.core.models import Act, ActHead, Case, User

GENESIS = "0" * 64


@dataclass
class OpenAct:
    """An act being written: its sequence number is fixed, its payload grows until the block ends."""

    seq: int
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)

    def add(self, section: str, entry: object) -> None:
        """Add an entry to a section of the payload."""
        self.payload.setdefault(section, []).append(entry)


def canonical(value: object) -> str:
    """Return JSON with sorted keys and no spaces: the bytes that are hashed are the bytes that are stored."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(at: datetime) -> str:
    """Return a moment as it is hashed: UTC, microseconds, whatever zone it came in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def chain_hash(prev: str, seq: int, at: datetime, kind: str, payload_hash: str) -> str:
    """Return the hash of an act over its predecessor's."""
    return _sha256(f"{prev}|{seq}|{stamp(at)}|{kind}|{payload_hash}")


@contextmanager
def act(kind: str, *, at: datetime, case: Case | None = None, actor: User | None = None) -> Iterator[OpenAct]:
    """Open the next act inside the running transaction and close it when the block ends.

    Taking ``seq`` locks the head row, so this comes after all other locks and checks, just before the first
    register write. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an act is written inside a transaction")
    if not ActHead.objects.filter(pk=1).update(seq=F("seq") + 1):
        ActHead.objects.create(pk=1, seq=1)
    head = ActHead.objects.get(pk=1)
    opened = OpenAct(head.seq, kind)
    yield opened
    payload = canonical(opened.payload)
    payload_hash = _sha256(payload)
    at = max(at, _last_moment(opened.seq) or at)
    digest = chain_hash(head.hash, opened.seq, at, kind, payload_hash)
    Act.objects.create(
        seq=opened.seq,
        at=at,
        kind=kind,
        case=case,
        actor=actor,
        payload=payload,
        payload_hash=payload_hash,
        prev_hash=head.hash,
        hash=digest,
    )
    ActHead.objects.filter(pk=1).update(hash=digest)


def _last_moment(seq: int) -> datetime | None:
    """Return the moment of the act before ``seq``: moments never run backwards along the chain."""
    return Act.objects.filter(seq=seq - 1).values_list("at", flat=True).first()


def head_seq() -> int:
    """Return the number of the last act (0 when there is none)."""
    return ActHead.objects.filter(pk=1).values_list("seq", flat=True).first() or 0


def seq_at(moment: datetime) -> int:
    """Return the last act recorded at or before a moment (0 when there is none).

    Raises OverflowError for a moment that has no date in UTC, on either database.
    """
    return (
        Act.objects.filter(at__lte=moment.astimezone(UTC))
        .order_by("-seq")
        .values_list("seq", flat=True)
        .first()
        or 0
    )


def faults() -> list[str]:
    """Re-compute the chain; name every act whose payload, link or number does not hold."""
    found = []
    prev, expected = GENESIS, 1
    for row in Act.objects.order_by("seq").iterator():
        if row.seq != expected:
            found.append(f"第 {expected} 号登记行为缺失")
        if row.payload_hash != _sha256(row.payload):
            found.append(f"第 {row.seq} 号登记行为的内容被改动")
        if row.prev_hash != prev or row.hash != chain_hash(prev, row.seq, row.at, row.kind, row.payload_hash):
            found.append(f"第 {row.seq} 号登记行为的链接不符")
        prev, expected = row.hash, row.seq + 1
    head = ActHead.objects.filter(pk=1).first()
    if head and (head.seq != expected - 1 or head.hash != prev):
        found.append("链首与最后一号登记行为不符")
    return found
