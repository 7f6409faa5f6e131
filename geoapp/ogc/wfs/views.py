"""WFS 2.0 at one address, for anyone to read, by GET and POST. Every refusal is an OWS exception report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import chain

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from geoapp.core.database import time_limit, was_interrupted
from geoapp.core.errors import AppError
from geoapp.core.throttle import spend
from geoapp.ogc import reading
from geoapp.ogc.filtering import limits
from geoapp.ogc.wfs import capabilities, kvp, names, results, schema, stored, xmlrequest
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

_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_XML = "text/xml; charset=utf-8"
_GML = f"{names.GML_TYPE}; charset=utf-8"
_log = logging.getLogger(__name__)


@csrf_exempt
def wfs(request: HttpRequest) -> HttpResponseBase:
    """Answer a request of the service."""
    response: HttpResponseBase
    if request.method == "OPTIONS":
        response = HttpResponse(status=204, headers={"Allow": ", ".join(_METHODS)})
        response["Access-Control-Allow-Methods"] = ", ".join(_METHODS)
        response["Access-Control-Allow-Headers"] = "Accept, Content-Type"
    else:
        response = _guarded(request)
    response["Access-Control-Allow-Origin"] = "*"
    response["Vary"] = "Accept-Encoding, Cookie"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _guarded(request: HttpRequest) -> HttpResponseBase:
    version = _version_told(request)
    try:
        if request.method not in _METHODS:
            refuse(UNSUPPORTED, _("只接受 GET 与 POST"), request.method or "", status=405)
        spend(request)
        asked = _read(request)
        version = asked.version
        return _answer(request, asked)
    except AppError as error:
        fault = from_error(error)
    except RequestDataTooBig:
        fault = Fault(PARSING, _("提交的内容过大"), status=413)
    except (SuspiciousOperation, UnreadablePostError, UnicodeError):
        fault = Fault(PARSING, _("请求无法识别"))
    except DatabaseError as error:
        fault = _given_up(error)
    return HttpResponse(report(fault, version), content_type=_XML, status=fault.status)


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


def _answer(request: HttpRequest, asked: Asked) -> HttpResponseBase:
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
    plans = plan(asked, request.META.get("REMOTE_ADDR", ""), today, reading.record_clock())
    base = plans[0].selection.query
    service = Service(service.url, asked.version, base.known_at, base.span.text())
    with time_limit(limits.LONGEST_S):
        found = results.find(asked, plans)
    write: Callable[[Asked, list[results.Found], Service], Iterator[bytes]]
    if asked.operation == "GetPropertyValue":
        write, kind = results.property_values, _XML
    elif asked.format == "geojson":
        write, kind = results.geojson, names.GEOJSON_TYPE
    else:
        write, kind = results.gml, _GML
    parts = write(asked, found, service)
    if sum(len(f.rows) for f in found) <= reading.CHUNK or asked.operation == "GetPropertyValue":
        return HttpResponse(b"".join(parts), content_type=kind)
    # The first chunk is read before the answer begins: a database error is still an error then.
    first = [next(parts), next(parts)]
    return StreamingHttpResponse(chain(first, parts), content_type=kind)


def _whole(body: bytes, kind: str = _XML) -> HttpResponse:
    return HttpResponse(body, content_type=kind)
