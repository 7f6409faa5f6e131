"""A loaded database of its own for this room, and the service running over it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.faults.serving import environment, serving

ADDRESSES = {"sqlite": 20_000, "postgresql": 200_000}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory, worker_id, django_db_blocker):
    """The URL of a database of its own with many published rows, and how many addresses are among them."""
    folder = tmp_path_factory.mktemp("loaded")
    vendor, name = connection.vendor, f"faults_{worker_id}"
    held = settings.DATABASES["default"]
    url = f"spatialite:///{folder / 'faults.sqlite3'}"
    if vendor == "postgresql":
        url = f"postgis://{held['USER']}:{held['PASSWORD']}@{held['HOST']}:{held['PORT']}/{name}"
        _on_server(django_db_blocker, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    command = [sys.executable, "-m", "tests.faults.loading", str(ADDRESSES[vendor])]
    subprocess.run(command, env=environment(url, folder), check=True, timeout=240)
    yield url, ADDRESSES[vendor]
    if vendor == "postgresql":
        _on_server(django_db_blocker, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(blocker, *statements: str) -> None:
    with blocker.unblock(), connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def service(loaded, tmp_path):
    """The service over it, its bounds for one client as they are by default but for the number of requests."""
    state = tmp_path / "state"
    more = {"GEOAPP_RATE_PER_MINUTE": "1000000", "GEOAPP_STATE_DIR": str(state)}
    with serving(loaded[0], tmp_path, **more) as server:
        yield server
