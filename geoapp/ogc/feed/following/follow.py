"""Following a feed: each entry applied whole, its digests compared before it counts; resumed where it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from geoapp.ogc.feed import canonical, states
from geoapp.ogc.feed.canonical import Held
from geoapp.ogc.feed.following.replica import FOLLOWING, SNAPSHOT, Mark, Mismatch, Replica, row_of
from geoapp.ogc.feed.following.source import FeedError, Source, following
from geoapp.ogc.feed.rows import Row
from geoapp.ogc.layers import LAYERS

Note = Callable[[str], None]
_WHOLE = "*"


def follow(
    source: Source, replica: Replica, *, snapshot: bool = False, note: Note = lambda line: None
) -> Mark:
    """Bring a copy to the feed's last act; return where it stands.

    ``snapshot`` lets a copy that is still empty begin with what stands now instead of the first act. Raises Mismatch
    naming layer and act as soon as the copy is not what the feed says, FeedError when the feed cannot be read.
    """
    mark = replica.prepare(source.url)
    if snapshot and mark.seq == 0 and mark.phase == FOLLOWING:
        mark = _begin(source, replica, mark)
    if mark.phase == SNAPSHOT:
        mark = _snapshot(source, replica, mark, note)
    entries = source.entries(mark.seq)
    for entry in entries:
        try:
            with transaction.atomic(using=replica.alias):
                mark = _entry(replica, mark, entry, entries)
        except BaseException:
            replica.forget()
            raise
        note(_("第 %d 号登记行为已复制") % mark.seq)
    return mark


def _entry(replica: Replica, mark: Mark, entry: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Mark:
    """Apply an entry, all its parts, inside the running transaction."""
    seq = entry["seq"]
    if seq != mark.seq + 1:
        raise Mismatch(_WHOLE, mark.seq + 1, _("变更流给出的是第 %d 号") % seq)
    hashed = (mark.hash, seq, entry["at"], entry["kind"], entry["payload_hash"])
    if entry["prev_hash"] != mark.hash or entry["hash"] != canonical.chain_hash(*hashed):
        raise Mismatch(_WHOLE, seq, _("登记行为的哈希链不相连"))
    _apply(replica, seq, entry["changes"])
    while entry["partial"]:
        part = next(rest, None)
        if part is None or part["hash"] != entry["hash"]:
            raise FeedError(_("第 %d 号登记行为没有给全") % seq)
        entry = part
        _apply(replica, seq, entry["changes"])
    compare(replica.held(), entry["layers"], seq)
    if canonical.root(seq, entry["hash"], replica.held()) != entry["root"]:
        raise Mismatch(_WHOLE, seq, _("校验根不符"))
    now = replace(mark, seq=seq, hash=entry["hash"])
    replica.save(mark, now)
    return now


def _apply(replica: Replica, seq: int, changes: list[dict[str, Any]]) -> None:
    gone: dict[str, list[Row]] = {}
    fresh: dict[str, list[Row]] = {}
    for change in changes:
        name = change["layer"]
        if name not in LAYERS:
            raise FeedError(_("没有图层 %s") % name)
        if change["before"]:
            gone.setdefault(name, []).append(row_of(LAYERS[name], change["before"]))
        if change["after"]:
            fresh.setdefault(name, []).append(row_of(LAYERS[name], change["after"]))
    for name, taken in gone.items():
        replica.take_out(LAYERS[name], seq, taken)
    for name, put in fresh.items():
        replica.put_in(LAYERS[name], put)


def compare(held: Mapping[str, Held], told: Mapping[str, Any], seq: int) -> None:
    """Raise Mismatch for the first layer whose count or digest is not what the feed says."""
    for name, mine in held.items():
        theirs = told.get(name, {})
        if theirs.get("count") != mine.count:
            words = {"mine": mine.count, "theirs": theirs.get("count")}
            raise Mismatch(name, seq, _("副本有 %(mine)s 行，变更流说 %(theirs)s 行") % words)
        if theirs.get("digest") != mine.digest:
            raise Mismatch(name, seq, _("行数相同，校验值不同"))


def _begin(source: Source, replica: Replica, mark: Mark) -> Mark:
    start = source.snapshot()
    now = replace(mark, seq=start["seq"], hash=start["hash"], phase=SNAPSHOT, layer=next(iter(LAYERS)))
    with transaction.atomic(using=replica.alias):
        replica.save(mark, now)
    return now


def _snapshot(source: Source, replica: Replica, mark: Mark, note: Note) -> Mark:
    """Take a snapshot page by page, each with the mark where it ended; compare when all layers are there."""
    names = list(LAYERS)
    while mark.layer:
        first = f"{source.url}/snapshot?seq={mark.seq}&layer={mark.layer}&geometry=wkb"
        page = source.get(mark.cursor or first)
        layer = LAYERS[mark.layer]
        after = following(page)
        left = names[names.index(mark.layer) + 1 :]
        onward = mark.layer if after else left[0] if left else ""
        now = replace(mark, layer=onward, cursor=after)
        with transaction.atomic(using=replica.alias):
            if page["rows"]:
                replica.put_in(layer, [row_of(layer, row) for row in page["rows"]])
            replica.save(mark, now)
        mark = now
        note(_("快照：%(layer)s %(count)d 行") % {"layer": layer.id, "count": len(page["rows"])})
    compare(replica.held(), source.head(mark.seq)["layers"], mark.seq)
    now = replace(mark, phase=FOLLOWING)
    with transaction.atomic(using=replica.alias):
        replica.save(mark, now)
    return now


def verify(source: Source, replica: Replica) -> Mark:
    """Compute every digest of the copy from its rows alone and compare with the feed. Raises Mismatch."""
    mark = replica.prepare(source.url)
    if mark.phase == SNAPSHOT:
        raise FeedError(_("副本的快照还没有取完"))
    told = source.head(mark.seq)
    found = states.recomputed(replica.connection, mark.seq)
    compare(found, told["layers"], mark.seq)
    if told["hash"] != mark.hash or canonical.root(mark.seq, mark.hash, found) != told["root"]:
        raise Mismatch(_WHOLE, mark.seq, _("校验根不符"))
    return mark
