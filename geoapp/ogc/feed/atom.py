"""The feed for people: an Atom document of what was announced, in sentences, for the city or one district."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geoapp.core.models import FeedState
from geoapp.ogc import answers
from geoapp.ogc.answers import HTML, Asked
from geoapp.ogc.feed import entries, states, wording
from geoapp.ogc.feed.entries import Entry, Place
from geoapp.ogc.feed.views import Reach, reach, read_layers
from geoapp.ogc.feed.wording import District, Said
from geoapp.ogc.layers import LAYERS

SHOWN = 30
"""Acts in the document, newest first."""
LOOKED_AT = 200
"""Latest acts that changed a layer, among which those of a district are looked for."""
NAMED = 20
"""Changes told one by one; what an act changed beyond that is told by numbers."""
ROWS_LOOKED_AT = 20_000
_TYPE = "application/atom+xml; charset=utf-8"


@answers.service
def feed_atom(request: HttpRequest) -> HttpResponseBase:
    """The latest acts that changed what the public sees, newest first."""
    asked = answers.ask(request, ("district", "layer"), forms=())
    reached = reach(asked)
    layers, district = read_layers(asked), wording.read_district(asked.values.get("district"))
    known = states.act_hash(reached.mark.seq)
    etag = answers.etag_of(
        asked, "atom", layers, reached.mark.generation, known, sorted(asked.values.items())
    )
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    where = district.name if district else _("全市")
    document = Atom1Feed(
        title=_("地名与界线公告：%(where)s") % {"where": where},
        link=asked.url("feed", f=HTML),
        description=_("已公布的地名、地址、区划与公示的变更"),
        language="en" if get_language() == "en" else "zh-Hans",
        feed_url=asked.here(),
        feed_guid=asked.here(),
    )
    for entry, said, count in _told(reached, layers, district):
        _add(document, asked, entry, said, count)
    return answers.tagged(HttpResponse(document.writeString("utf-8"), content_type=_TYPE), etag)


def _told(
    reached: Reach, layers: tuple[str, ...] | None, district: District | None
) -> list[tuple[Entry, list[Said], int]]:
    """Return acts, newest first: what they changed in words (at most NAMED), and how many changes there are."""
    found = FeedState.objects.filter(seq__lte=reached.upto, layer__in=layers or LAYERS)
    numbers = found.order_by("-seq").values_list("seq", flat=True).distinct()[:LOOKED_AT]
    told: list[tuple[Entry, list[Said], int]] = []
    left = ROWS_LOOKED_AT
    for seq in numbers:
        if len(told) == SHOWN or left <= 0:
            break
        entry = entries.plan(seq - 1, seq, limit=1, layers=layers)[0]
        said, count, place = [], 0, Place()
        streets: set[str] = set()
        for change in entries.changes(entry, place, left if district else NAMED):
            left -= 1
            if change.layer.id == "streets":
                streets.add(change.ident)
            # A street is in the gazetteer too: people are told once.
            twice = change.layer.id == "place_names" and change.ident in streets
            if not twice and (district is None or district.holds(change)):
                count += 1
                if len(said) < NAMED:
                    said.append(wording.say(change))
        if said:
            told.append((entry, said, max(count, _least(entry)) if place.more and not district else count))
    return told


def _least(entry: Entry) -> int:
    """Return the number of changes of an act: a row replaced is one change, not two."""
    return sum(max(t.added, t.removed) for t in entry.touched)


def _add(document: Atom1Feed, asked: Asked, entry: Entry, said: list[Said], count: int) -> None:
    first = said[0].sentence()
    words = {"kind": wording.kind(entry.kind), "first": first, "count": count}
    title = _("%(kind)s：%(first)s等 %(count)d 项") if count > 1 else _("%(kind)s：%(first)s")
    document.add_item(
        title=title % words,
        link=asked.url("feed_entry", str(entry.seq), f=HTML),
        description=_body(entry, said, count),
        unique_id=f"urn:geoapp:act:{entry.hash}",
        pubdate=entry.at,
        updateddate=entry.at,
        categories=sorted({s.layer_id for s in said}),
    )


def _body(entry: Entry, said: list[Said], count: int) -> SafeString:
    lines = format_html_join("", "<li>{}</li>", ((s.sentence(),) for s in said))
    rest = ""
    if count > len(said):
        rest = format_html("<p>{}</p>", _("另有 %d 项。") % (count - len(said)))
    act = _("登记行为第 %(seq)d 号") % {"seq": entry.seq}
    return format_html("<ul>{}</ul>{}<p>{}</p>", lines, rest, conditional_escape(act))
