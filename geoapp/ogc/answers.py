"""The manners of the service: methods, CORS, negotiation, errors, ETags, absolute links."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.database import time_limit, was_interrupted
from geoapp.core.errors import AppError, GaveUp
from geoapp.ogc import manners, packing
from geoapp.ogc.query import read_parameters, refuse

JSON, HTML, SCHEMA = "json", "html", "schema"
GEOJSON_TYPE = "application/geo+json"
JSON_TYPE = "application/json"
SCHEMA_TYPE = "application/schema+json"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"
HTML_TYPE = "text/html"
PROBLEM_TYPE = "application/problem+json"
EVERYWHERE = ("f", "lang")
"""Parameters every address takes; ``lang`` is read by the middleware."""

_METHODS = ("GET", "HEAD", "OPTIONS")
COSTLY = frozenset({"bbox"})
"""Parameters that make the database judge rows one by one (filters are held to their time where they are read)."""
LONGEST_S = 5.0

View = Callable[..., HttpResponseBase]


class Gone(AppError):
    """The thing is known and no longer law."""

    status = 410
    title = _lazy("已不再有效")


@dataclass(frozen=True)
class Asked:
    """A request as far as every address reads it the same way: parameters, form, language, own address."""

    request: HttpRequest
    values: Mapping[str, str]
    form: str

    def url(self, name: str, *args: str, **parameters: str) -> str:
        """Return an absolute address of the service. Parameter names may carry ``_`` for ``-``."""
        path = reverse(f"ogc:{name}", args=args)
        return self._absolute(path, {k.replace("_", "-"): v for k, v in parameters.items()})

    def here(self, **changes: str | None) -> str:
        """Return the absolute address of this request with parameters changed (None: left out)."""
        values: dict[str, str] = dict(self.values)
        for name, value in changes.items():
            values.pop(name.replace("_", "-"), None)
            if value is not None:
                values[name.replace("_", "-")] = value
        return self._absolute(self.request.path, values)

    def _absolute(self, path: str, values: Mapping[str, str]) -> str:
        query = f"?{urlencode(values, safe=',/:')}" if values else ""
        return self.request.build_absolute_uri(f"{path}{query}")


def ask(request: HttpRequest, allowed: Collection[str] = (), forms: Collection[str] = (JSON, HTML)) -> Asked:
    """Read what every address reads. Raises BadRequest on parameters that are not allowed here."""
    values = read_parameters(request.GET.lists(), (*EVERYWHERE, *allowed))
    form = values.get("f")
    if form is None:
        form = _preferred(request, forms)
    elif form not in forms:
        refuse("f", _("没有这种格式"), _("可用：%s") % " ".join(forms))
    return Asked(request, values, form)


def _preferred(request: HttpRequest, forms: Collection[str]) -> str:
    """JSON, unless the client prefers a page (browsers do) or asks for the schema."""
    offered = [GEOJSON_TYPE, JSON_TYPE]
    offered += [kind for form, kind in ((HTML, HTML_TYPE), (SCHEMA, SCHEMA_TYPE)) if form in forms]
    best = request.get_preferred_type(offered)
    return {HTML_TYPE: HTML, SCHEMA_TYPE: SCHEMA}.get(best or "", JSON)


def service(view: View) -> View:
    """Make a view an open, read-only address that any site may call. Raises AppError only towards a page."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            response: HttpResponseBase = manners.preflight(_METHODS, "Accept, Authorization, If-None-Match")
            response["Access-Control-Allow-Origin"] = "*"
            return response
        response = manners.conducted(request, partial(_made, view, request, args, kwargs), _told(request))
        patch_vary_headers(response, ("Accept", "Cookie"))
        return response

    return answer


def _made(view: View, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    limit = time_limit(LONGEST_S) if COSTLY & set(request.GET) else nullcontext()
    try:
        with limit:
            return view(request, *args, **kwargs)
    except DatabaseError as error:
        if was_interrupted(error):
            raise GaveUp(
                _("查询没有完成：它用时过长"), remedy=_("请缩小范围（bbox）或简化条件后重试")
            ) from error
        raise


def _told(request: HttpRequest) -> Callable[[AppError], HttpResponseBase]:
    def told(error: AppError) -> HttpResponseBase:
        if wants_page(request):
            return manners.headed(
                render(request, "planner/problem.html", {"problem": error.as_problem()}, status=error.status),
                error,
            )
        return problem(error)

    return told


def wants_page(request: HttpRequest) -> bool:
    """Say whether errors are read by a person in a browser."""
    form = request.GET.get("f")
    return form == HTML or (form is None and _preferred(request, (JSON, HTML)) == HTML)


def problem(error: AppError) -> HttpResponse:
    """Return an error as an RFC 9457 problem document."""
    body = encode(error.as_problem())
    return manners.headed(HttpResponse(body, content_type=PROBLEM_TYPE, status=error.status), error)  # type: ignore[return-value]


def encode(document: object) -> bytes:
    """Return JSON as UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def document(asked: Asked, content: object, content_type: str = JSON_TYPE) -> HttpResponseBase:
    """Answer a JSON document with a strong ETag over its bytes, or 304."""
    body = encode(content)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return unchanged(asked, etag) or tagged(HttpResponse(body, content_type=content_type), etag)


def unchanged(asked: Asked, etag: str) -> HttpResponseBase | None:
    """Return 304 when the client already holds what ``etag`` names."""
    for held in (etag, packing.twin(etag)):
        response = get_conditional_response(asked.request, etag=held)
        if response is not None:
            return tagged(response, held)
    return None


def tagged(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """Name the answer and let caches ask whether it still holds."""
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return response


def etag_of(asked: Asked, *parts: object) -> str:
    """Return a strong tag over what an answer is made from, without making it: equal parts, equal bytes."""
    base = asked.request.build_absolute_uri(asked.request.path)
    seed = "\x1f".join(str(part) for part in (base, asked.form, get_language(), *parts))
    return f'"{hashlib.sha256(seed.encode()).hexdigest()[:32]}"'


def page(asked: Asked, template: str, context: Mapping[str, Any], twin_type: str = JSON_TYPE) -> HttpResponse:
    """Answer a page for people, linked to what programs read (``twin_type``). It knows who is signed in, so shared caches leave it alone."""
    heads = {
        "asked": asked,
        "canonical": asked.here(f=None, lang=None),
        "twin": asked.here(f=JSON, lang=None),
        "twin_type": twin_type,
        "in_chinese": asked.here(lang="zh-hans", f=HTML),
        "in_english": asked.here(lang="en", f=HTML),
    }
    response = render(asked.request, f"ogc/{template}.html", {**heads, **context})
    response["Cache-Control"] = "private, no-cache"
    return response


def link(rel: str, href: str, type: str, title: str = "") -> dict[str, str]:
    """Return a link object."""
    found = {"href": href, "rel": rel, "type": type}
    return found | {"title": title} if title else found


def twins(asked: Asked, types: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return the links to this address: ``self`` in the form at hand, ``alternate`` in the others."""
    return [
        link("self" if form == asked.form else "alternate", asked.here(f=form), type) for form, type in types
    ]
