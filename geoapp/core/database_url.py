"""From one URL to Django's DATABASES entry. Imported by the settings, so it must not load GeoDjango."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

BUSY_TIMEOUT_S = 30


def settings_from_url(url: str) -> dict[str, Any]:
    """Return Django's DATABASES entry for ``spatialite:///path`` or ``postgis://user:pass@host:port/name``.

    Raises ValueError for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "spatialite":
        path = unquote(parts.path)
        path = path[1:] if path.startswith("//") or not path.startswith("/") else path
        return {
            "ENGINE": "django.contrib.gis.db.backends.spatialite",
            "NAME": path,
            # Opening costs more than a small answer: each thread loads SpatiaLite anew. Servers keep theirs; tests do not.
            "CONN_MAX_AGE": float(os.environ.get("GEOAPP_KEEP_CONNECTIONS_S", "0")),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": BUSY_TIMEOUT_S,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-65536;"
                    "PRAGMA mmap_size=268435456;"
                ),
            },
            "TEST": {"NAME": str(Path(path).with_suffix(".test.sqlite3"))},
        }
    if parts.scheme in {"postgis", "postgresql", "postgres"}:
        return {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "options": "-c max_parallel_workers_per_gather=0 -c jit=off -c statement_timeout=60000"
            },
        }
    raise ValueError(
        f"GEOAPP_DATABASE_URL: unknown scheme {parts.scheme!r}; write spatialite:///path or postgis://…"
    )
