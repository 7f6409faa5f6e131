"""An import killed at any statement and run again leaves the register as one clean run does."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections

from geoapp.core import acts
from naming.models import (
    Address,
    AddressImport,
    AddressImportRow,
    AddressPosition,
    AddressVersion,
    PublishedAddress,
)
from tests import build
from tests.naming.address_files import HEADER, checksum, door, doors, streets, write

KILLS = 12


def run(path: Path) -> None:
    """Do what an officer does who starts again: resume what is there, else begin."""
    held = AddressImport.objects.first()
    options = {"resume": str(held.pk)} if held else {"on": "2026-11-23"}
    call_command(
        "import_addresses", *([] if held else [str(path)]), **options, commit=True, note="经核实", verbosity=0
    )


def killed(path: Path, after: int) -> bool:
    """Run the import in a process of its own that is killed at its ``after``-th statement; False when it got through."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        left = after

        def count(execute, sql, params, many, context):
            nonlocal left
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(count):
                run(path)
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the import failed by itself"
    return False


@pytest.mark.django_db(transaction=True)
def test_killed_at_random_statements(tmp_path, monkeypatch):
    for name, size in (("checking.GROUP", 9), ("staging.SLICE", 7), ("entering.BATCH", 6)):
        monkeypatch.setattr(f"naming.importing.{name}", size)
    streets(build.city())
    rows = [[*row, f"JC{n}"] for n, row in enumerate(doors(44))]
    rows += [[*door("鱼跃路", 1, 街路巷="无名路"), ""], [*door("鲲鹏路", 90), ""]]
    path = write(tmp_path / "doors.csv", rows, (*HEADER, "宗地号"))
    run(path)
    clean, entered = checksum(), AddressVersion.objects.count()
    assert entered == 45 and AddressImportRow.objects.filter(state="blocked").count() == 1
    PublishedAddress.objects.all().delete()
    AddressPosition.objects.all().delete()
    for version in ("codes", "versions"):
        Address.objects.model._meta.get_field(version).related_model.objects.all().delete()
    Address.objects.all().delete()
    AddressImport.objects.all().delete()

    chance, kills = random.Random(20261123), 0
    while kills < KILLS and killed(path, chance.randint(4, 70)):
        kills += 1
        assert (
            AddressPosition.objects.count()
            == AddressVersion.objects.count()
            == PublishedAddress.objects.count()
        )
        assert AddressImportRow.objects.filter(state="entered").count() == AddressVersion.objects.count()
    assert kills >= 10
    run(path)
    assert checksum() == clean and AddressVersion.objects.count() == entered
    assert acts.faults() == []
    run(path)
    assert checksum() == clean
