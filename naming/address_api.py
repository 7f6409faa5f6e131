"""``/api/addresses/parse``: an address as people write it, in parts and matched to the register. Open, read-only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from geoapp.core.effective import day_of
from geoapp.core.errors import BadInput
from geoapp.core.open_json import open_json
from geoapp.core.throttle import spend
from naming.address_names import AddressNames, address_names
from naming.addressing.divisions import above
from naming.addressing.parse import Parsed
from naming.addressing.parts import LADDER, Several
from naming.api import answer, read_body, refuse_nul
from naming.matching import Found, read_and_match

MOST_TEXTS = 100
LONGEST_TEXT = 2000


@open_json("GET", "POST")
def parse_address(request: HttpRequest) -> JsonResponse:
    """Read one address (``text``) or up to 100 (``texts``, POST only) on a day (``on``, default today).

    Answers ``{"parts", "confidence", "match", "missing", …}`` as ``address_json`` says; for ``texts``
    ``{"results": [the same per text, in order]}``. Errors are problem+json: 400 for a body that is not JSON, 413 for
    one that is too large, 422 for a field that is absent, of the wrong kind or too long, 429 for too many requests.
    """
    spend(request)
    body = read_body(request) if request.method == "POST" else dict(request.GET.items())
    texts = _texts(body)
    if len(texts) > 1:
        spend(request, cost=len(texts) / 10)
    on_text = body.get("on", "")
    if not isinstance(on_text, str):
        raise BadInput(_("on 应是文字"), field="on", remedy=_("请按 2019-12-31 的样式填写"))
    on = day_of(on_text, "on")
    names = address_names(on)
    found = []
    for text in texts:
        found.append(address_json(*read_and_match(text, names, on), names))
    return answer({"results": found} if "texts" in body else found[0])


def _texts(body: dict[str, Any]) -> list[str]:
    if "texts" in body:
        if "text" in body:
            raise BadInput(
                _("text 与 texts 只能提交一个"), field="texts", remedy=_("单条用 text，多条用 texts")
            )
        texts = body["texts"]
        if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
            raise BadInput(
                _("texts 应是 1 到 %(most)s 条地址的列表") % {"most": MOST_TEXTS},
                field="texts",
                remedy=_("请分批提交，每批最多 %(most)s 条") % {"most": MOST_TEXTS},
            )
        return [_text(text, f"texts[{at}]") for at, text in enumerate(texts)]
    if "text" not in body:
        raise BadInput(_("没有提交地址"), field="text", remedy=_("请在 text 中填写一条地址"))
    return [_text(body["text"], "text")]


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise BadInput(
            _("%(field)s 应是文字") % {"field": field}, field=field, remedy=_("请以字符串提交地址")
        )
    if not value.strip():
        raise BadInput(_("地址为空"), field=field, remedy=_("请在 text 中填写一条地址"))
    if len(value) > LONGEST_TEXT:
        raise BadInput(
            _("地址有 %(length)s 个字，超过 %(most)s 个") % {"length": len(value), "most": LONGEST_TEXT},
            field=field,
            remedy=_("请只提交地址本身"),
        )
    return refuse_nul(value, field)


def address_json(readings: list[Parsed], found: Found, names: AddressNames) -> dict[str, Any]:
    """Return an address in the shape other people rely on (design section 9), with more keys behind.

    ``parts`` holds every rung of the ladder: a text that is absent is ``""``, ``number`` and ``sub_number`` are whole
    numbers or null. ``missing`` lists what a standard address would have and the text does not say; ``inferred`` what
    of that follows from the rest. ``written`` holds what the text says where a part holds another name, ``former``
    the parts that were written with a former name. ``remainder`` is what is no part or was not understood;
    ``candidates`` are doors that may be meant when none matches, ``alternatives`` other readings with their
    confidence. ``several`` are parts that the text writes as several (7-9号, 首二层): the part holds the first,
    ``values`` what is written (of a range, ``to``, the two ends) and ``text`` says it to people; where it is the door's
    number, a match is the one door that stands at any of them. ``match.now`` is what a former address is called today, null when it is no more.
    """
    best = readings[0]
    hit = found.match
    inferred = above(best.codes) | names.above(best.codes)
    return {
        "parts": {part: getattr(best.parts, part) for part in LADDER},
        "confidence": best.confidence,
        "match": hit and {"id": hit.id, "text": hit.text, "former": hit.former, "now": hit.now or None},
        "missing": list(best.missing),
        "part_confidence": dict(best.part_confidence),
        "inferred": {part: name for part, name in inferred.items() if not getattr(best.parts, part)},
        "written": dict(best.written),
        "former": list(best.former),
        "remainder": list(best.remainder),
        "several": [
            {
                "part": s.part,
                "values": list(s.values),
                "to": s.to,
                "written": s.written,
                "text": several_text(s),
            }
            for s in best.several
        ],
        "candidates": [{"id": n.id, "text": n.text, "why": n.why} for n in found.near],
        "alternatives": [
            {"parts": other.parts.filled(), "confidence": other.confidence} for other in readings[1:]
        ],
    }


def several_text(several: Several) -> str:
    """Return what an officer is told of a part that a text writes as several."""
    written = {"written": several.written}
    if several.part in ("number", "sub_number"):
        return (
            _("“%(written)s”写了几个门牌号，只读作第一个；请核对是一处门牌占几个号，还是几处门牌") % written
        )
    return _("“%(written)s”写了几处，只读作第一处；请核对是否要分开登记") % written
