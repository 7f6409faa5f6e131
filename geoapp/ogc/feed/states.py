"""Bringing the digests forward, lazily: whoever asks first after an act computes what that act changed.

Nothing here runs inside an act. Rows are read in short queries; what they come to is written in one short
transaction that holds only if nobody else got further meanwhile and no rows were rebuilt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection, transaction
from django.db.models import F

from geoapp.core.acts import GENESIS, head_seq
from geoapp.core.models import Act, FeedMark, FeedState
from geoapp.ogc.feed import canonical, rows
from geoapp.ogc.feed.canonical import Held
from geoapp.ogc.feed.sethash import SetHash, element, product
from geoapp.ogc.layers import LAYERS, Layer

STEP = 1000
"""Acts brought forward in one transaction."""
TOUCHED_MOST = 500
"""Row numbers kept with a state; an act that changes more is found again by its number."""
EMPTY = Held(0, SetHash().digest)


@dataclass(frozen=True)
class Mark:
    """How far the feed reaches: the last act it can tell, and the edition of the rows it tells of."""

    seq: int
    generation: int


@dataclass
class _Change:
    """What one act changed in one layer."""

    added: int = 0
    removed: int = 0
    put: int = 1
    taken: int = 1
    touched: list[int] = field(default_factory=list)

    def touch(self, row: int) -> None:
        if len(self.touched) <= TOUCHED_MOST:
            self.touched.append(row)


def bring_forward() -> Mark:
    """Compute what is missing up to the last act on record; return how far the feed reaches now."""
    while True:
        mark = FeedMark.objects.filter(pk=1).first()
        if mark is None:
            FeedMark.objects.bulk_create([FeedMark(pk=1)], ignore_conflicts=True)
            continue
        head = head_seq()
        if mark.edition != edition() or mark.seq > head:
            _begin_anew(mark)
            continue
        if mark.seq == head:
            return Mark(mark.seq, mark.generation)
        _step(mark, min(head, mark.seq + STEP))


@lru_cache(maxsize=1)
def edition() -> str:
    """Return what the digests are over: the layers, their columns, the form of a row's bytes."""
    described = [[layer.id, [[c.name, c.db, c.kind] for c in layer.columns]] for layer in LAYERS.values()]
    text = json.dumps([canonical.EDITION, described])
    return hashlib.sha256(text.encode()).hexdigest()


def _begin_anew(mark: FeedMark) -> None:
    """Drop digests over other layers or columns, or of acts that are no longer on record (a restored backup)."""
    with transaction.atomic():
        mine = FeedMark.objects.filter(pk=1, generation=mark.generation, edition=mark.edition)
        if mine.update(seq=0, generation=F("generation") + 1, edition=edition()):
            FeedState.objects.all().delete()


def _step(mark: FeedMark, upto: int) -> None:
    fresh = [
        state
        for layer in LAYERS.values()
        for state in _states(layer, _latest(layer.id, mark.seq), _changes(layer, mark.seq, upto))
    ]
    with transaction.atomic():
        mine = FeedMark.objects.filter(pk=1, seq=mark.seq, generation=mark.generation)
        if mine.update(seq=upto):
            FeedState.objects.bulk_create(fresh, batch_size=100)


def _latest(layer: str, seq: int) -> FeedState | None:
    return FeedState.objects.filter(layer=layer, seq__lte=seq).order_by("-seq").first()


def _changes(layer: Layer, after: int, upto: int) -> dict[int, _Change]:
    found: dict[int, _Change] = {}
    write = rows.writer(layer)
    for number, act_in, act_out, row in rows.changed(connection, layer, after, upto):
        hashed = element(write(row))
        if after < act_in <= upto:
            change = found.setdefault(act_in, _Change())
            change.put = product([hashed], change.put)
            change.added += 1
            change.touch(number)
        if act_out is not None and after < act_out <= upto:
            change = found.setdefault(act_out, _Change())
            change.taken = product([hashed], change.taken)
            change.removed += 1
            change.touch(number)
    return found


def _states(layer: Layer, before: FeedState | None, changes: Mapping[int, _Change]) -> Iterable[FeedState]:
    hashed = SetHash(bytes(before.state) if before else b"")
    count = before.count if before else 0
    for seq, change in sorted(changes.items()):
        hashed.change(change.put, change.taken)
        count += change.added - change.removed
        few = len(change.touched) <= TOUCHED_MOST
        yield FeedState(
            seq=seq,
            layer=layer.id,
            count=count,
            added=change.added,
            removed=change.removed,
            state=hashed.state,
            digest=hashed.digest,
            rows=json.dumps(change.touched) if few else "",
        )


def held_at(seq: int) -> dict[str, Held]:
    """Return what every layer holds after act ``seq``, which the feed must have reached."""
    found = {}
    for name in LAYERS:
        latest = (
            FeedState.objects.filter(layer=name, seq__lte=seq)
            .order_by("-seq")
            .values_list("count", "digest")
            .first()
        )
        found[name] = Held(*latest) if latest else EMPTY
    return found


def act_hash(seq: int) -> str:
    """Return the hash of an act; that before the first one is all zeros."""
    return Act.objects.values_list("hash", flat=True).get(seq=seq) if seq else GENESIS


def root_at(seq: int) -> str:
    """Return the root hash after act ``seq``."""
    return canonical.root(seq, act_hash(seq), held_at(seq))


def recomputed(database: object, seq: int) -> dict[str, Held]:
    """Return what every layer holds after act ``seq``, from the rows of a database alone."""
    found = {}
    for layer in LAYERS.values():
        write, hashed, count, last = rows.writer(layer), SetHash(), 0, 0
        while batch := rows.standing(database, layer, seq, last):
            hashed.change(product(element(write(row)) for _, row in batch))
            count, last = count + len(batch), batch[-1][0]
        found[layer.id] = Held(count, hashed.digest)
    return found
