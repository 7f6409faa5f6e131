"""The database room: indexes that raise when off, URLs, migrations that never remake a geometry table."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys

import pytest
import shapely
from django.contrib.gis.db.models import GeometryField
from django.db import connection, migrations

from boundaries.models import BuiltUpArea
from geoapp.core import database
from geoapp.core.database_url import settings_from_url
from geoapp.core.errors import IndexOff
from tests import build


def test_urls():
    embedded = settings_from_url("spatialite:////data/register.sqlite3")
    assert embedded["NAME"] == "/data/register.sqlite3"
    assert embedded["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    server = settings_from_url("postgis://anna:s%40fe@127.0.0.1:5433/names")
    assert (server["USER"], server["PASSWORD"], server["PORT"], server["NAME"]) == (
        "anna",
        "s@fe",
        "5433",
        "names",
    )
    with pytest.raises(ValueError, match="unknown scheme"):
        settings_from_url("mysql://x/y")


def test_the_box_lookup_finds_neighbours(town):
    shape = build.rectangle(1900, 900, 2100, 1100)
    assert BuiltUpArea.objects.filter(geom__in_box=shape.bounds).exists()
    far = build.rectangle(9000, 9000, 9100, 9100)
    assert not BuiltUpArea.objects.filter(geom__in_box=far.bounds).exists()


def test_a_missing_index_raises_and_is_repaired(town):
    if connection.vendor != "sqlite":  # PostgreSQL cannot lose an index without saying so
        assert database.index_faults() == []
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT DisableSpatialIndex('boundaries_builtuparea', 'geom')")
    with pytest.raises(IndexOff, match="boundaries_builtuparea"):
        list(BuiltUpArea.objects.filter(geom__in_box=shapely.box(0, 0, 1, 1).bounds))
    assert database.index_faults() == ["boundaries_builtuparea.geom"]
    assert database.repair_indexes() == ["boundaries_builtuparea.geom"]
    assert database.index_faults() == []


def _geometry_tables() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for model, _ in database.geometry_columns():
        found.setdefault(model._meta.app_label, set()).add(model._meta.model_name)
    return found


def test_no_migration_remakes_a_geometry_table():
    """On SQLite an altered table is remade and silently loses its spatial index."""
    tables = _geometry_tables()
    allowed = (migrations.CreateModel, migrations.AddIndex, migrations.RunPython, migrations.RunSQL)
    wrong = []
    for label, package in (
        ("core", "geoapp.core.migrations"),
        ("boundaries", "boundaries.migrations"),
        ("naming", "naming.migrations"),
    ):
        for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
            module = importlib.import_module(f"{package}.{info.name}")
            for step in module.Migration.operations:
                name = getattr(step, "model_name", getattr(step, "name", "")) or ""
                if name.lower() not in tables.get(label, set()) or isinstance(step, allowed):
                    continue
                nullable = isinstance(step, migrations.AddField) and step.field.null
                if not nullable:
                    wrong.append(f"{info.name}: {type(step).__name__} {name}")
    assert wrong == []
    assert any(isinstance(f, GeometryField) for _, f in database.geometry_columns())


ORDER = """
import sys
def listen(event, arguments):
    if event == "sqlite3.load_extension":
        print("loading", *(name for name in ("shapely.lib", "pyproj._transformer", "fiona.ogrext", "rtree.core") if name in sys.modules))

sys.addaudithook(listen)
import django
django.setup()
from django.db import connection
connection.ensure_connection()
"""


def test_native_wheels_load_before_spatialite(tmp_path):
    environment = os.environ | {
        "GEOAPP_DATABASE_URL": f"spatialite:///{tmp_path / 'order.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "geoapp.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", ORDER],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "loading shapely.lib pyproj._transformer fiona.ogrext rtree.core"
