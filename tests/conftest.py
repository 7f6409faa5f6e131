"""The suite's database and the small city most tests build on."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")


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
