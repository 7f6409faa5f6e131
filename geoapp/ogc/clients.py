"""Who is asking, and what of the published layers they may read.

All layers are open unless an administrator restricted one. A restricted layer is read with a token (``Authorization:
Bearer …``, or Basic with user name and token), within the jurisdiction the token was given for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock

import shapely
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.errors import Forbidden, Unauthorized
from geoapp.core.models import Consumer, RestrictedLayer
from geoapp.core.throttle import address_of
from geoapp.ogc.layers import Layer
from geoapp.ogc.query import Area, Query

_FRESH_S = 5.0
_LOCK = Lock()
_restricted: tuple[float, frozenset[str]] = (float("-inf"), frozenset())
_LEVELS = {"district": "pub_districts", "town": "pub_towns", "community": "pub_communities"}


@dataclass(frozen=True)
class Client:
    """A client: ``key`` tells it from others for limits, ``label`` stands in the log and names no person."""

    key: str
    label: str
    per_minute: float | None = None
    known: bool = False
    layers: tuple[str, ...] = ()
    level: str = ""
    code: str = ""


def hash_of(token: str) -> str:
    """Return what is kept of a token. Tokens are random, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(consumer: Consumer) -> str:
    """Give a consumer a new token; the old one ends. Return it: it can not be read again. Saves the consumer."""
    token = secrets.token_urlsafe(32)
    consumer.token_hash, consumer.token_hint = hash_of(token), token[:6]
    consumer.save()
    return token


def restricted() -> frozenset[str]:
    """Return the layers that are not open to everyone, some seconds old at most."""
    global _restricted
    with _LOCK:
        at, found = _restricted
        if time.monotonic() - at > _FRESH_S:
            found = frozenset(RestrictedLayer.objects.values_list("layer", flat=True))
            _restricted = (time.monotonic(), found)
    return found


def forget() -> None:
    """Read the restrictions anew with the next request."""
    global _restricted
    with _LOCK:
        _restricted = (float("-inf"), frozenset())


def client_of(request: HttpRequest) -> Client:
    """Return who asks. Raises Unauthorized when a token or password is sent that is not known."""
    found: Client | None = getattr(request, "ogc_client", None)
    if found is None:
        found = _identify(request)
        request.ogc_client = found  # type: ignore[attr-defined]
    return found


def _identify(request: HttpRequest) -> Client:
    scheme, _blank, sent = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return Client(address_of(request), "open")
    username, token = None, sent.strip()
    if scheme.lower() == "basic":
        try:
            username, _colon, token = base64.b64decode(token, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            token = ""
    elif scheme.lower() != "bearer":
        token = ""
    consumer = _standing(token, timezone.localdate())
    if consumer is None or (username is not None and username != consumer.username):
        raise Unauthorized(_("令牌不对，或已失效"), remedy=_("请向数据管理部门核对令牌；开放图层不需要令牌"))
    held = consumer.jurisdiction
    everywhere = held is None or held.level == "city"
    return Client(
        f"consumer:{consumer.pk}",
        f"consumer:{consumer.username}",
        consumer.rate_per_minute,
        True,
        tuple(consumer.layers),
        "" if everywhere else str(held.level),
        "" if everywhere else held.code,
    )


def _standing(token: str, on: date) -> Consumer | None:
    if not token:
        return None
    rows = Consumer.objects.filter(active=True, valid_from__lte=on).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    return rows.select_related("jurisdiction").filter(token_hash=hash_of(token)).first()


def may_read(client: Client, layer_id: str) -> bool:
    """Say whether a client may read a layer, wholly or in part."""
    return layer_id not in restricted() or (client.known and (not client.layers or layer_id in client.layers))


def held(request: HttpRequest, query: Query) -> Query:
    """Return a query as far as the client may ask it. Raises Unauthorized, Forbidden."""
    if query.layer.id not in restricted():
        return query
    client = require(request, query.layer)
    return replace(query, area=_area(client.level, client.code)) if client.level else query


def require(request: HttpRequest, layer: Layer) -> Client:
    """Return a client that may read a restricted layer, wholly or in part. Raises Unauthorized, Forbidden."""
    client = client_of(request)
    if not client.known:
        raise Unauthorized(
            _("图层“%(layer)s”只向有令牌的部门开放") % {"layer": layer.title.here()},
            remedy=_("请向数据管理部门申请令牌"),
        )
    if not may_read(client, layer.id):
        raise Forbidden(
            _("令牌不含图层“%(layer)s”") % {"layer": layer.title.here()},
            remedy=_("请向数据管理部门申请"),
        )
    return client


def whole(request: HttpRequest, layer_id: str) -> bool:
    """Say whether a client may read the whole of a layer (a replica has no parts)."""
    if layer_id not in restricted():
        return True
    client = client_of(request)
    return may_read(client, layer_id) and not client.level


def require_whole(request: HttpRequest, layer: Layer) -> None:
    """Raise Unauthorized or Forbidden unless a client may read the whole of a layer."""
    if layer.id in restricted() and require(request, layer).level:
        raise Forbidden(
            _("令牌只含图层“%(layer)s”的一部分，变更流只能整层跟随") % {"layer": layer.title.here()},
            remedy=_("请用下载或要素服务取本辖区的数据"),
        )


def _area(level: str, code: str) -> Area:
    """Return the land of a jurisdiction as published now; an empty area when it has none."""
    table = _LEVELS[level]
    binary = "AsBinary(geom)" if connection.vendor == "sqlite" else "ST_AsBinary(geom)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {binary} FROM {table} WHERE code = %s AND act_out IS NULL AND valid_to IS NULL", [code]
        )
        row = cursor.fetchone()
    if not row:
        return Area(b"")
    wkb = bytes(row[0])
    west, south, east, north = shapely.from_wkb(wkb).bounds
    return Area(wkb, (west, south, east, north))
