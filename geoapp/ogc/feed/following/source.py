"""The feed as a client reads it: pages over HTTP, in order, tried again when the service is away for a moment."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from django.utils.translation import gettext as _

TIMEOUT_S = 60
_PAUSES_S = (0.2, 1.0, 3.0)
_AWAY = {429, 502, 503, 504}


class FeedError(Exception):
    """The feed cannot be read, or says what cannot be."""


class Source:
    """A feed at an address such as ``https://host/ogc/feed``. Raises FeedError for one that is no web address.

    ``changes`` is how many rows a page may change: what is held in memory at a time.
    """

    def __init__(self, url: str, *, changes: int = 1000) -> None:
        self.url = url.rstrip("/")
        self._changes = changes
        parts = urlsplit(self.url)
        self._origin = (parts.scheme, parts.netloc)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise FeedError(_("“%s”不是变更流的地址，例如 https://主机/ogc/feed") % url)

    def head(self, seq: int | None = None) -> dict[str, Any]:
        """Return what the layers hold after the last act, or after act ``seq``."""
        return self.get(f"{self.url}/head" + ("" if seq is None else f"?known-at={seq}"))

    def snapshot(self) -> dict[str, Any]:
        """Return the beginning of a snapshot after the last act: its layers and the links to their first pages."""
        return self.get(f"{self.url}/snapshot?geometry=wkb")

    def entries(self, after: int) -> Iterator[dict[str, Any]]:
        """Yield the entries after an act; one too long for a page in parts, ``partial`` but for the last."""
        question = {"after": after, "changes": self._changes, "geometry": "wkb"}
        url = f"{self.url}?{urlencode(question)}"
        while url:
            page = self.get(url)
            yield from page["entries"]
            url = following(page)

    def get(self, url: str) -> dict[str, Any]:
        """Return a document. Raises FeedError when it cannot be had."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) != self._origin:
            raise FeedError(_("变更流指向了别的主机：%s") % url)
        for pause in (*_PAUSES_S, None):
            try:
                # The origin was held to http(s) above.
                asked = Request(url, headers={"Accept": "application/json", **_signed()})
                with urlopen(asked, timeout=TIMEOUT_S) as answer:
                    document = json.load(answer)
                if not isinstance(document, dict):
                    raise FeedError(_("%s 的回答不是变更流") % url)
                return document
            except HTTPError as error:
                if error.code not in _AWAY or pause is None:
                    raise FeedError(f"{url}: HTTP {error.code} {_detail(error)}") from error
            except (URLError, HTTPException, OSError) as error:
                if pause is None:
                    raise FeedError(_("%(url)s 无法读取：%(why)s") % {"url": url, "why": error}) from error
            except ValueError as error:
                raise FeedError(_("%s 的回答不是变更流") % url) from error
            time.sleep(pause)
        raise AssertionError("unreachable")


def _detail(error: HTTPError) -> str:
    try:
        problem = json.load(error)
        return " ".join(str(problem[key]) for key in ("detail", "remedy") if key in problem)
    except (ValueError, TypeError, OSError, HTTPException):
        return ""


def following(page: dict[str, Any]) -> str:
    """Return the address of the next page ("" after the last)."""
    return next((str(link["href"]) for link in page["links"] if link["rel"] == "next"), "")


def _signed() -> dict[str, str]:
    """Return the header that signs in, when the environment holds a token (never on the command line)."""
    token = os.environ.get("GEOAPP_FEED_TOKEN", "")
    return {"Authorization": f"Bearer {token}"} if token else {}
