"""An import killed at any statement and run again leaves the register as one clean run does."""

from __future__ import annotations

import os
import random
import signal
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest
import shapely
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from geoapp.core import acts
from naming.address_register import Door, enter
from naming.models import (
    Address,
    AddressImport,
    AddressImportRow,
    AddressPosition,
    AddressVersion,
    PlaceNameVersion,
    PublishedAddress,
    Renumbering,
)
from naming.published import publish
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


def standing(town: build.City) -> list[tuple[int, str]]:
    """Enter doors of long ago, the same whenever asked, and publish them; return numbers and texts."""
    street = PlaceNameVersion.objects.get(name="鲲鹏路").place_id
    community = town.land.units[f"{build.TOWN_A}001"].pk
    doors_there = []
    for number in range(61, 67):
        x, y = (float(v) for v in door("鲲鹏路", number)[5:])
        identity = uuid5(NAMESPACE_OID, str(number))
        doors_there.append(Door(street, community, number, shapely.Point(x, y), id=identity))
    with transaction.atomic(), acts.act("takeover_addresses", at=timezone.now()) as act:
        made = enter(doors_there, seq=act.seq, valid_from=date(2024, 1, 1))
        publish("addresses", [a.pk for a in made], known_at=act.seq, seq=act.seq)
    versions = AddressVersion.objects.filter(address__in=made).order_by("number")
    return list(versions.values_list("number", "text"))


def renumbered() -> list[tuple[object, ...]]:
    """Return the lines from old to new addresses."""
    return sorted(Renumbering.objects.values_list("address_id", "old_text", "new_text", "valid_from"))


def wipe() -> None:
    """Empty the register of addresses and forget the import."""
    PublishedAddress.objects.all().delete()
    AddressPosition.objects.all().delete()
    Renumbering.objects.all().delete()
    for version in ("codes", "versions"):
        Address._meta.get_field(version).related_model.objects.all().delete()
    Address.objects.all().delete()
    AddressImport.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_killed_at_random_statements(tmp_path, monkeypatch):
    for name, size in (("checking.GROUP", 9), ("staging.SLICE", 7), ("entering.BATCH", 6)):
        monkeypatch.setattr(f"naming.importing.{name}", size)
    town = build.city()
    streets(town)
    rows = [[*row, f"JC{n}"] for n, row in enumerate(doors(44))]
    rows += [[*door("鱼跃路", 1, 街路巷="无名路"), ""], [*door("鲲鹏路", 90), ""]]
    rows = [[*row, ""] for row in rows]
    old = standing(town)
    # Doors of long ago get new numbers where they are; the last one asks for a number another gives up.
    rows += [[*door("鲲鹏路", n + 60)[:5], *door("鲲鹏路", n)[5:], "", text] for n, text in old[:-1]]
    rows.append([*door("鲲鹏路", old[0][0]), "", old[-1][1]])
    path = write(tmp_path / "doors.csv", rows, (*HEADER, "宗地号", "原地址"))
    run(path)
    clean, lines = checksum(), renumbered()
    assert AddressImportRow.objects.filter(state="blocked").count() == 2
    entered = AddressImportRow.objects.filter(state="entered").count()
    assert entered == 45 + len(old) - 1 and len(lines) == len(old) - 1
    wipe()
    assert standing(town) == old

    chance, kills = random.Random(20261123), 0
    while kills < KILLS and killed(path, chance.randint(4, 70)):
        kills += 1
        changed = Renumbering.objects.count()
        # Every change leaves the past of its door beside what it is now, on record and published.
        current = AddressVersion.objects.filter(act_out__isnull=True).count()
        assert current == AddressPosition.objects.count() + changed
        assert PublishedAddress.objects.filter(act_out__isnull=True).count() == current
        entered_now = AddressImportRow.objects.filter(state="entered").count()
        assert entered_now == Address.objects.count() - len(old) + changed
    assert kills >= 10
    run(path)
    assert checksum() == clean and renumbered() == lines
    assert AddressImportRow.objects.filter(state="entered").count() == entered
    assert acts.faults() == []
    run(path)
    assert checksum() == clean and renumbered() == lines
