"""The suite's database and the small city most tests build on."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")


def load_messages():
    """Return the tool that keeps the catalogue of English texts, ``.ci/messages.py``, as a module."""
    path = Path(__file__).resolve().parent.parent / ".ci" / "messages.py"
    spec = importlib.util.spec_from_file_location("geoapp_messages", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Set-up compiles the catalogue; a run without it, or after a change, compiles here.
load_messages().compile_all()


_OF_DATABASE = {"db", "transactional_db", "live_server", "django_db_serialized_rollback", "loaded"}
# The walks through every page for every role and in English, and the whole demo city: on PostgreSQL in the long form
# (make test-full) only.
_ONCE = {"test_access", "test_english", "test_the_demo_holds_everything"}
if os.environ.get("GEOAPP_FULL_RACES") == "1":
    _ONCE = set()


def pytest_addoption(parser):
    parser.addoption(
        "--of-database",
        action="store_true",
        help="only the tests that use the database: the rest says the same whatever the database",
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--of-database"):
        return
    # A test that touches the database without one of these fails on any database.
    of_database = [
        item
        for item in items
        if not _ONCE & {item.path.stem, item.originalname}
        and (item.get_closest_marker("django_db") or _OF_DATABASE & set(getattr(item, "fixturenames", ())))
    ]
    kept = set(of_database)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = of_database


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Uploads of a test go to its own folder; the open interfaces are not throttled between tests."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.GEOAPP_RATE_PER_MINUTE = 1_000_000
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def town(db):
    """A small city with people, in the test's own transaction."""
    from tests import build

    return build.city()
