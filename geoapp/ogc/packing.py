"""Answers in gzip for clients that take it: the same bytes every time, so that a strong ETag stays true."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

_LEVEL = 4
_GZIP = 16 + zlib.MAX_WBITS
_LEAST_BYTES = 512
_ACCEPTED = re.compile(r"(?:^|[\s,])(?:gzip|\*)\s*(?:;\s*q=([0-9.]+))?\s*(?:,|$)", re.ASCII)
_PACKED = ("json", "xml", "gml", "text/", "vnd.mapbox-vector-tile", "vnd.oai.openapi")
_MARK = "-gzip"


def takes_gzip(request: HttpRequest) -> bool:
    """Say whether a client takes gzip (RFC 9110, 12.5.3)."""
    found = _ACCEPTED.search(request.headers.get("Accept-Encoding", "").lower())
    if found is None:
        return False
    try:
        return found[1] is None or float(found[1]) > 0
    except ValueError:
        return False


def twin(etag: str) -> str:
    """Return the tag of the packed form of an answer."""
    return f'{etag[:-1]}{_MARK}"'


def pack(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Pack an answer when the client takes it and it is worth it."""
    patch_vary_headers(response, ("Accept-Encoding",))
    kind = response.headers.get("Content-Type", "")
    if response.status_code != 200 or response.has_header("Content-Encoding"):
        return response
    if not any(part in kind for part in _PACKED) or not takes_gzip(request):
        return response
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _packed(response.streaming_content)  # type: ignore[arg-type]
        del response.headers["Content-Length"]
    elif isinstance(response, HttpResponse):
        if len(response.content) < _LEAST_BYTES:
            return response
        response.content = b"".join(_packed([response.content]))
        response["Content-Length"] = str(len(response.content))
    response["Content-Encoding"] = "gzip"
    if response.has_header("ETag"):
        response["ETag"] = twin(response["ETag"])
    return response


def _packed(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for part in parts:
        if found := packer.compress(part):
            yield found
    yield packer.flush()
