"""The feed's addresses: entries, one entry, the head, a snapshot to start from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from geoapp.core.acts import stamp
from geoapp.core.errors import Conflict, NotFound
from geoapp.core.models import Act
from geoapp.core.wording import listed
from geoapp.ogc import answers, clients, reading
from geoapp.ogc.answers import HTML, HTML_TYPE, JSON, JSON_TYPE, Asked, encode, link
from geoapp.ogc.feed import canonical, entries, rows, states, wording
from geoapp.ogc.feed.entries import GEOJSON, WKB, Entry, Place, Writer
from geoapp.ogc.feed.limits import (
    DEFAULT_CHANGES,
    DEFAULT_LIMIT,
    MAX_CHANGES,
    MAX_LIMIT,
    PEOPLE_CHANGES,
    PEOPLE_LIMIT,
)
from geoapp.ogc.feed.states import Mark
from geoapp.ogc.layers import LAYERS, Layer
from geoapp.ogc.query import read_known_at, read_number, refuse

_DOCUMENT = ((JSON, JSON_TYPE), (HTML, HTML_TYPE))
_SEQ = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_SNAPSHOT = re.compile(r"(\d{1,18})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Reach:
    """How far an answer reaches: the last act it may tell, out of those the feed can tell."""

    upto: int
    mark: Mark


def reach(asked: Asked) -> Reach:
    """Return how far an answer reaches, the digests brought forward."""
    mark = states.bring_forward()
    return Reach(min(read_known_at(asked.values, reading.record_clock()), mark.seq), mark)


def read_layers(asked: Asked) -> tuple[str, ...] | None:
    """Read ``layer``: ids with commas between. None: all; all means those the client may read whole.

    Raises BadRequest, and Unauthorized or Forbidden for a layer that is not open to this client.
    """
    text = asked.values.get("layer")
    if text is None:
        readable = tuple(name for name in LAYERS if clients.whole(asked.request, name))
        return None if len(readable) == len(LAYERS) else readable
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in LAYERS:
            refuse("layer", _("没有图层 %s") % name, _("可用的图层：%s") % listed(LAYERS))
        clients.require_whole(asked.request, LAYERS[name])
    return names


def _form(asked: Asked) -> str:
    form = asked.values.get("geometry", GEOJSON)
    if form not in {GEOJSON, WKB}:
        refuse("geometry", _("没有这种格式"), _("可用：%s") % f"{GEOJSON} {WKB}")
    return form


def _place(asked: Asked) -> Place:
    text = asked.values.get("part")
    if text is None:
        return Place()
    name, dot, ident = text.partition(".")
    try:
        if name in LAYERS and dot:
            return Place(name, str(UUID(ident)))
    except ValueError:
        pass
    refuse("part", _("不是有效的翻页标记"), _("请使用上一页 next 链接给出的值"))


def _tag(asked: Asked, reached: Reach) -> str:
    known = states.act_hash(reached.mark.seq)
    return answers.etag_of(
        asked, read_layers(asked), reached.mark.generation, reached.upto, known, sorted(asked.values.items())
    )


def _streamed(parts: Iterator[bytes], etag: str) -> HttpResponseBase:
    # The beginning is read before the answer begins: a database error is still an error then.
    first = [next(parts), next(parts)]
    return answers.tagged(StreamingHttpResponse(chain(first, parts), content_type=JSON_TYPE), etag)


def _standing_at(seq: int) -> dict[str, Any]:
    found = Act.objects.filter(seq=seq).values_list("at", flat=True).first()
    held, digest = states.held_at(seq), states.act_hash(seq)
    return {
        "seq": seq,
        "at": stamp(found) if found else None,
        "hash": digest,
        "root": canonical.root(seq, digest, held),
        "layers": entries.layers_json(held),
    }


@answers.service
def feed(request: HttpRequest) -> HttpResponseBase:
    """Entries after an act, oldest first, with a link to the next page."""
    asked = answers.ask(request, ("after", "limit", "changes", "layer", "geometry", "part", "known-at"))
    reached = reach(asked)
    layers, form, place = read_layers(asked), _form(asked), _place(asked)
    if asked.form == HTML:
        return _page(asked, reached, layers)
    limit = read_number(asked.values, "limit", DEFAULT_LIMIT, least=1, most=MAX_LIMIT)
    most = read_number(asked.values, "changes", DEFAULT_CHANGES, least=1, most=MAX_CHANGES)
    after = read_number(asked.values, "after", 0, least=0, most=10**18)
    if after > reached.upto:
        refuse("after", _("还没有第 %d 号登记行为") % after, _("最后一号是 %d") % reached.upto)
    etag = _tag(asked, reached)
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    found = entries.cut(entries.plan(after, reached.upto, limit=limit, layers=layers), most)
    writer = Writer(most, form, place, seq=after)
    return _streamed(_entries(asked, reached, found, writer), etag)


def _entries(asked: Asked, reached: Reach, found: list[Entry], writer: Writer) -> Iterator[bytes]:
    yield b'{"head":' + encode(_standing_at(reached.upto)) + b',"entries":['
    lead = b"\n"
    for entry in found:
        yield lead
        yield from writer.entry(entry)
        lead = b",\n"
    links = answers.twins(asked, _DOCUMENT)
    if writer.place.more:
        following = asked.here(after=str(writer.seq), part=writer.place.text(), f=JSON)
        links.append(link("next", following, JSON_TYPE))
    elif writer.seq < reached.upto:
        links.append(link("next", asked.here(after=str(writer.seq), part=None, f=JSON), JSON_TYPE))
    links.append(link("latest-version", asked.url("feed_head"), JSON_TYPE))
    yield b'\n],"links":' + encode(links) + b"}"


def _page(asked: Asked, reached: Reach, layers: tuple[str, ...] | None) -> HttpResponseBase:
    limit = read_number(asked.values, "limit", PEOPLE_LIMIT, least=1, most=PEOPLE_LIMIT)
    after = read_number(asked.values, "after", max(0, reached.upto - limit), least=0, most=10**18)
    found = entries.plan(after, reached.upto, limit=limit, layers=layers)
    context = {
        "entries": [{"entry": e, "kind": wording.kind(e.kind)} for e in reversed(found)],
        "reached": reached,
        "root": states.root_at(reached.upto),
        "older": asked.here(after=str(max(0, after - limit))) if after else "",
        "newer": asked.here(after=str(after + limit)) if after + limit < reached.upto else "",
        "json": asked.here(f=JSON),
    }
    return answers.page(asked, "feed", context)


@answers.service
def feed_head(request: HttpRequest) -> HttpResponseBase:
    """The last act and what the layers hold after it; ``known-at`` asks for an earlier one."""
    asked = answers.ask(request, ("known-at",), forms=(JSON,))
    reached = reach(asked)
    links = [
        *answers.twins(asked, ((JSON, JSON_TYPE),)),
        link("collection", asked.url("feed"), JSON_TYPE, _("变更流")),
        link("first", asked.url("feed_snapshot", seq=str(reached.upto)), JSON_TYPE, _("快照")),
    ]
    return answers.document(asked, _standing_at(reached.upto) | {"links": links})


def _entry(seq: str, reached: Reach, layers: tuple[str, ...] | None) -> Entry:
    number = int(seq) if _SEQ.fullmatch(seq) else 0
    if not 0 < number <= reached.upto:
        raise NotFound(_("没有第 %s 号登记行为") % seq, remedy=_("最后一号是 %d") % reached.upto)
    return entries.plan(number - 1, number, limit=1, layers=layers)[0]


@answers.service
def feed_entry(request: HttpRequest, seq: str) -> HttpResponseBase:
    """One entry by the number of its act."""
    asked = answers.ask(request, ("changes", "layer", "geometry", "part", "known-at"))
    reached = reach(asked)
    layers, form, place = read_layers(asked), _form(asked), _place(asked)
    entry = _entry(seq, reached, layers)
    if asked.form == HTML:
        return _entry_page(asked, entry, place)
    most = read_number(asked.values, "changes", DEFAULT_CHANGES, least=1, most=MAX_CHANGES)
    etag = _tag(asked, Reach(entry.seq, Mark(entry.seq, reached.mark.generation)))
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    return _streamed(_one(asked, entry, Writer(most, form, place)), etag)


def _one(asked: Asked, entry: Entry, writer: Writer) -> Iterator[bytes]:
    last = b""
    for part in writer.entry(entry):
        if last:
            yield last
        last = part
    links = answers.twins(asked, _DOCUMENT)
    if writer.place.more:
        links.append(link("next", asked.here(part=writer.place.text(), f=JSON), JSON_TYPE))
    links.append(link("collection", asked.url("feed"), JSON_TYPE, _("变更流")))
    yield last[:-1] + b',"links":' + encode(links) + b"}"


def _entry_page(asked: Asked, entry: Entry, place: Place) -> HttpResponseBase:
    found = [wording.say(change) for change in entries.changes(entry, place, PEOPLE_CHANGES)]
    context = {
        "entry": entry,
        "kind": wording.kind(entry.kind),
        "changes": found,
        "held": [(LAYERS[name].title.here(), held) for name, held in entry.held.items()],
        "next": asked.here(part=place.text()) if place.more else "",
        "json": asked.here(f=JSON),
    }
    return answers.page(asked, "feed_entry", context)


@answers.service
def feed_snapshot(request: HttpRequest) -> HttpResponseBase:
    """Everything on record after an act, to start from: the layers with their pages, or a page of one layer."""
    asked = answers.ask(request, ("seq", "layer", "after", "limit", "geometry", "known-at"), forms=(JSON,))
    reached = reach(asked)
    seq = read_number(asked.values, "seq", reached.upto, least=0, most=10**18)
    if seq > reached.upto:
        refuse("seq", _("还没有第 %d 号登记行为") % seq, _("最后一号是 %d") % reached.upto)
    layers, form = read_layers(asked), _form(asked)
    if "layer" not in asked.values:
        return answers.document(asked, _standing_at(seq) | {"links": _starts(asked, seq)})
    if len(layers) != 1:
        refuse("layer", _("快照一次只取一个图层"))
    limit = read_number(asked.values, "limit", DEFAULT_CHANGES, least=1, most=MAX_CHANGES)
    after = _row_of(asked, reached)
    etag = _tag(asked, Reach(seq, Mark(seq, reached.mark.generation)))
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    layer = LAYERS[layers[0]]
    return _streamed(_rows(asked, layer, seq, after, limit, form, reached.mark.generation), etag)


def _starts(asked: Asked, seq: int) -> list[dict[str, str]]:
    form = {"geometry": asked.values["geometry"]} if "geometry" in asked.values else {}
    links = answers.twins(asked, ((JSON, JSON_TYPE),))
    for layer in LAYERS.values():
        if not clients.whole(asked.request, layer.id):
            continue
        href = asked.url("feed_snapshot", seq=str(seq), layer=layer.id, **form)
        links.append(link("item", href, JSON_TYPE, layer.title.here()) | {"layer": layer.id})
    return [*links, link("next", asked.url("feed", after=str(seq), **form), JSON_TYPE, _("此后的变更"))]


def _row_of(asked: Asked, reached: Reach) -> int:
    """Read ``after`` of a snapshot. Raises Conflict when rows were renumbered since the page before."""
    text = asked.values.get("after")
    if text is None:
        return 0
    found = _SNAPSHOT.fullmatch(text)
    if not found:
        refuse("after", _("不是有效的翻页标记"), _("请使用上一页 next 链接给出的值"))
    if int(found[2]) != reached.mark.generation:
        raise Conflict(_("发布图层已重建，这份快照不能接着取"), remedy=_("请从快照的第一页重新开始"))
    return int(found[1])


def _rows(
    asked: Asked, layer: Layer, seq: int, after: int, limit: int, form: str, generation: int
) -> Iterator[bytes]:
    yield encode({"seq": seq, "layer": layer.id})[:-1] + b',"rows":['
    lead, left, more = b"\n", limit, True
    while left and more:
        wanted = min(left, entries.READ)
        found = rows.standing(connection, layer, seq, after, wanted + 1)
        more = len(found) > wanted
        parts = []
        for _number, row in found[:wanted]:
            parts.append(lead + encode(entries.feature(layer, row, form)))
            lead = b",\n"
        left -= len(parts)
        after = found[:wanted][-1][0] if parts else after
        yield b"".join(parts)
    links = answers.twins(asked, ((JSON, JSON_TYPE),))
    if more:
        following = asked.here(seq=str(seq), after=f"{after}-{generation}")
        links.append(link("next", following, JSON_TYPE))
    yield b'\n],"links":' + encode(links) + b"}"
