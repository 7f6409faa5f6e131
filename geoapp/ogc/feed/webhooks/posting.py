"""One POST to an address somebody else chose, without letting it reach what it must not (server-side request forgery).

Only http and https, only hosts on the list of the settings. The name is resolved once, every address it has must be a
public one (unless the settings name the host as private), and the connection goes to the very address that was
checked. Redirects are not followed, proxies of the environment are not used, the answer's body is not read, and the
whole exchange ends at a deadline, however slowly the other side speaks.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

DEADLINE_S = 10.0
_PORTS = {"http": 80, "https": 443}


class NotAllowed(Exception):
    """The address may not be asked."""


class NotTaken(Exception):
    """The message was not taken; ``status`` is that of HTTP, None when there was no answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Target:
    """An address that may be asked: scheme, host, port, path with query."""

    scheme: str
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """Read an address and hold it against the list of hosts. Raises NotAllowed; asks nobody."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise NotAllowed(_("接收地址无法识别")) from None
    if parts.scheme not in _PORTS or not host:
        raise NotAllowed(_("接收地址须以 http:// 或 https:// 开头"))
    if parts.username is not None or parts.password is not None or any(c.isspace() for c in url):
        raise NotAllowed(_("接收地址不能含有用户名、密码或空白"))
    if not _listed(host, port, parts.scheme, settings.GEOAPP_WEBHOOK_HOSTS):
        raise NotAllowed(
            _("主机 %(host)s（端口 %(port)d）不在允许的名单中（GEOAPP_WEBHOOK_HOSTS）")
            % {"host": host, "port": port}
        )
    path = parts.path or "/"
    return Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)


def _listed(host: str, port: int, scheme: str, names: Collection[str]) -> bool:
    """Say whether a list names the host: with this port, or without one and the port is the scheme's own."""
    shown = f"[{host}]" if ":" in host else host
    known = {name.strip().lower() for name in names}
    return f"{shown}:{port}" in known or (port == _PORTS[scheme] and shown in known)


def address_of(target: Target) -> str:
    """Resolve the host. Raises NotAllowed when one of its addresses is not a public one, NotTaken when it has none."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotTaken(_("找不到主机 %s") % target.host) from None
    addresses = [str(entry[4][0]) for entry in found]
    private = _listed(target.host, target.port, target.scheme, settings.GEOAPP_WEBHOOK_PRIVATE_HOSTS)
    for address in addresses:
        if not private and not is_public(address):
            raise NotAllowed(
                _("主机 %(host)s 指向内部地址 %(address)s") % {"host": target.host, "address": address}
            )
    return addresses[0]


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet; what is embedded in an IPv6 address counts too."""
    found = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):  # NAT64
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name says by now."""

    def __init__(self, target: Target, address: str, timeout_s: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_s)
        self._address, self._target = address, target

    def connect(self) -> None:
        """Connect; with TLS the certificate must be the host's."""
        self.sock = socket.create_connection((self._address, self._target.port), self.timeout)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)

    def cut(self) -> None:
        """End the exchange from outside."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str], *, deadline_s: float = DEADLINE_S) -> int:
    """Send; return the status, one of 2xx. Raises NotAllowed before anything is sent, NotTaken for all that failed."""
    target = target_of(url)
    connection = _Pinned(target, address_of(target), deadline_s)
    timer = Timer(deadline_s, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", target.path, body, {**headers, "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        # A deadline shows as a timeout or as an answer that breaks off.
        raise NotTaken(_("没有回答：%s") % (str(error) or type(error).__name__)) from error
    finally:
        timer.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise NotTaken(_("对方回答 HTTP %d") % status, status)
    return status
