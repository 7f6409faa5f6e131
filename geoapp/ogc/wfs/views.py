"""WFS 2.0 at one address, for anyone to read, by GET and POST. Every refusal is an OWS exception report."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from itertools import chain
from pathlib import Path

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from geoapp.core.database import time_limit, was_interrupted
from geoapp.core.errors import AppError
from geoapp.ogc import clients, manners, packing, reading
from geoapp.ogc.filtering import limits
from geoapp.ogc.wfs import capabilities, kvp, names, results, schema, snapshots, stored, xmlrequest
from geoapp.ogc.wfs.faults import (
    MISSING,
    NONE,
    PARSING,
    PROCESSING,
    UNSUPPORTED,
    Fault,
    from_error,
    refuse,
    report,
)
from geoapp.ogc.wfs.planning import plan
from geoapp.ogc.wfs.request import Asked
from geoapp.ogc.wfs.service import Service
from geoapp.ogc.wfs.snapshots import Snapshot

_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_XML = "text/xml; charset=utf-8"
_GML = f"{names.GML_TYPE}; charset=utf-8"
_EDITION = max(path.stat().st_mtime_ns for path in Path(__file__).parent.parent.rglob("*.py"))
"""When the newest file of the services was written: an answer made by older code is another answer."""
_FEW_IDS = 20
_log = logging.getLogger(__name__)


@csrf_exempt
def wfs(request: HttpRequest) -> HttpResponseBase:
    """Answer a request of the service."""
    response: HttpResponseBase
    if request.method == "OPTIONS":
        response = manners.preflight(_METHODS, "Accept, Authorization, Content-Type, If-None-Match")
        response["Access-Control-Allow-Origin"] = "*"
        return response
    response = manners.conducted(request, partial(_conditional, request), partial(_refusal, request))
    patch_vary_headers(response, ("Cookie",))
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _conditional(request: HttpRequest) -> HttpResponseBase:
    """Answer, or tell a client that what it holds still stands.

    The tag is weak, for answers carry the time they were made; it is over what an answer is made from.
    """
    if request.method not in {"GET", "HEAD"} or _counted(request):
        return _guarded(request)
    seq, digest = reading.head()
    etag = f'W/"{_state(request, seq, digest)}"'
    for held in (etag, packing.twin(etag)):
        unchanged = get_conditional_response(request, etag=held)
        if unchanged is not None:
            unchanged["ETag"] = held
            return unchanged
    response = _guarded(request, seq)
    if response.status_code == 200:
        response["ETag"] = etag
    return response


def _counted(request: HttpRequest) -> bool:
    """Say whether a client counts pages by itself and asks for a further one.

    Such an address shows the state its first page showed, whatever the record's last act is: no tag stands for it.
    """
    given = {name.lower(): value.strip() for name, value in request.GET.items()}
    pinned = any(given.get(name) for name in ("known-at", "known_at", "knownat"))
    return given.get("startindex", "") not in {"", "0"} and not pinned


def _state(request: HttpRequest, seq: int, digest: str) -> str:
    """Return a digest of address, language, reader, day, state of the record and edition of this code."""
    who = clients.client_of(request)
    parts = (
        request.build_absolute_uri(),
        get_language(),
        f"{who.level}{who.code}{who.layers}",
        timezone.localdate(),
        sorted(clients.restricted()),
        seq,
        digest,
        _EDITION,
    )
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:32]


def _refusal(request: HttpRequest, error: AppError) -> HttpResponseBase:
    fault = from_error(error)
    response = HttpResponse(report(fault, _version_told(request)), content_type=_XML, status=fault.status)
    return manners.headed(response, error)


def _guarded(request: HttpRequest, head: int | None = None) -> HttpResponseBase:
    """Answer, or tell what is wrong. ``head`` is the last act where it was read already."""
    version = _version_told(request)
    told: AppError | None = None
    try:
        if request.method not in _METHODS:
            refuse(UNSUPPORTED, _("只接受 GET 与 POST"), request.method or "", status=405)
        asked = _read(request)
        version = asked.version
        return _answer(request, asked, head)
    except AppError as error:
        fault, told = from_error(error), error
    except RequestDataTooBig:
        fault = Fault(PARSING, _("提交的内容过大"), status=413)
    except (SuspiciousOperation, UnreadablePostError, UnicodeError):
        fault = Fault(PARSING, _("请求无法识别"))
    except DatabaseError as error:
        fault = _given_up(error)
    response = HttpResponse(report(fault, version), content_type=_XML, status=fault.status)
    return manners.headed(response, told) if told is not None else response


def _version_told(request: HttpRequest) -> str:
    """Return the version a refusal is told in: that of the request as far as it can be known, else 2.0.0."""
    told = [v for k, found in request.GET.lists() if k.lower() == "version" for v in found]
    return names.VERSIONS[0] if told == [names.VERSIONS[0]] else names.VERSIONS[-1]


def _given_up(error: DatabaseError) -> Fault:
    """Tell what the database gave up on: too long a query (403), a query it cannot judge (400), or itself (503)."""
    _log.exception("WFS")
    if was_interrupted(error):
        return Fault(PROCESSING, _("查询没有完成；请缩小范围后重试"), status=403)
    if isinstance(error, OperationalError):
        return Fault(NONE, _("数据库暂时不可用，请稍后再试"), status=503)
    return Fault(PROCESSING, _("查询没有完成；请缩小范围后重试"))


def _read(request: HttpRequest) -> Asked:
    if request.method != "POST":
        return kvp.read(request.GET.lists())
    kind = (request.content_type or "").lower()
    if kind == "application/x-www-form-urlencoded":
        return kvp.read([*request.GET.lists(), *request.POST.lists()])
    if not request.body.strip():
        refuse(MISSING, _("缺少参数 %s") % "request", "request")
    asked = xmlrequest.read(request.body)
    for name, attribute in (("datetime", "datetime"), ("known-at", "known_at")):
        if name in request.GET and getattr(asked, attribute) is None:
            setattr(asked, attribute, request.GET[name])
    return asked


def _answer(request: HttpRequest, asked: Asked, head: int | None) -> HttpResponseBase:
    service = Service(request.build_absolute_uri(request.path), asked.version)
    today = timezone.localdate()
    if asked.operation == "GetCapabilities":
        return _whole(capabilities.document(service, asked.sections, today))
    if asked.operation == "DescribeFeatureType":
        return _whole(schema.document(asked.types), _GML)
    if asked.operation == "ListStoredQueries":
        return _whole(stored.listed(service))
    if asked.operation == "DescribeStoredQueries":
        return _whole(stored.described(service, asked.stored))
    reader = clients.client_of(request)
    clock = reading.record_clock(head)
    program = request.headers.get("User-Agent", "")
    answer = snapshots.answer_key(reader.key, program, asked.key)
    snapshot = Snapshot(clock.head, timezone.localdate())
    if asked.known_at is None:
        snapshot = snapshots.shown(answer, asked.start, snapshot)
    plans = plan(asked, snapshot, clock, partial(clients.held, request))
    base = plans[0].selection.query
    service = Service(service.url, asked.version, base.known_at, base.span.text())
    # A few ids are sought in an index; setting and lifting the limit would cost more than the answer.
    with nullcontext() if _by_id(asked) else time_limit(limits.LONGEST_S):
        found = results.find(asked, plans)
    returned = sum(len(f.rows) for f in found)
    size = min(names.MAX_COUNT if asked.count is None else asked.count, names.MAX_COUNT)
    if asked.known_at is None and not asked.hits and 0 < size <= returned:
        snapshots.note(answer, asked.start, asked.start + returned, snapshot)
    write: Callable[[Asked, list[results.Found], Service], Iterator[bytes]]
    if asked.operation == "GetPropertyValue":
        write, kind = results.property_values, _XML
    elif asked.format == "geojson":
        write, kind = results.geojson, names.GEOJSON_TYPE
    else:
        write, kind = results.gml, _GML
    parts = write(asked, found, service)
    if returned <= reading.CHUNK or asked.operation == "GetPropertyValue":
        return HttpResponse(b"".join(parts), content_type=kind)
    # The first chunk is read before the answer begins: a database error is still an error then.
    first = [next(parts), next(parts)]
    return StreamingHttpResponse(chain(first, parts), content_type=kind)


def _by_id(asked: Asked) -> bool:
    """Say whether a request names the few features it wants."""
    return all(
        one.ids is not None and len(one.ids) <= _FEW_IDS and one.filter is None and not (one.bbox or one.sort)
        for one in asked.queries
    )


def _whole(body: bytes, kind: str = _XML) -> HttpResponse:
    return HttpResponse(body, content_type=kind)
