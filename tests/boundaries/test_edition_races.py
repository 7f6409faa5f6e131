"""Two officers at one moment: one list is written once, and an act that came between is named."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.utils import timezone

from boundaries import edition_uploads as lists
from boundaries.models import EditionUpload, UnitVersion
from geoapp.core import acts, roles
from geoapp.core.effective import in_force, succeed
from geoapp.core.errors import AppError, Conflict
from geoapp.core.models import Act
from tests import build
from tests.boundaries.lists import csv_of, standing_rows

ROUNDS = 60 if os.environ.get("GEOAPP_FULL_RACES") == "1" else 4
COMMUNITY, VILLAGE = f"{build.TOWN_A}001", f"{build.TOWN_A}200"


@pytest.fixture
def city(transactional_db):
    return build.city()


def ready(city: build.City, n: int) -> tuple[EditionUpload, int]:
    """Return a list that renames a community, confirmed, and the act its comparison rests on."""
    user = city.users["demo-district"]
    held = roles.grants(user, timezone.localdate())
    rows = [
        [code, f"试验{n}社区" if code == COMMUNITY else name, *rest]
        for code, name, *rest in standing_rows(date(2026, 1, 1 + n), "440605")
    ]
    upload = SimpleUploadedFile("名单.csv", csv_of(rows))
    at = timezone.now()
    row = lists.receive(upload, 2026, date(2026, 1, 2 + n), "", user=user, held=held, at=at)
    sheet = lists.sheet_of(row)
    keys = [p.key for p in sheet.comparison.proposed]
    lists.answer(sheet, keys, lists.Answer("confirmed"), user=user, at=at)
    return EditionUpload.objects.get(pk=row.pk), sheet.base.seq


def together(*deeds) -> list[object]:
    """Run deeds at one moment; return what each answered, a refusal as itself."""
    barrier = Barrier(len(deeds))

    def run(deed):
        try:
            barrier.wait()
            return deed()
        except AppError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def writes(city: build.City, row: EditionUpload, seen: int, account: str):
    def deed():
        user = city.users[account]
        sheet = lists.sheet_of(EditionUpload.objects.get(pk=row.pk))
        held = roles.grants(user, timezone.localdate())
        return lists.write(sheet, seen_seq=seen, user=user, held=held, at=timezone.now())

    return deed


def test_a_list_is_written_once(city):
    for n in range(ROUNDS):
        row, seen = ready(city, n)
        before = Act.objects.count()
        found = together(*(writes(city, row, seen, a) for a in ("demo-district", "demo-city")))
        refused = [f for f in found if isinstance(f, AppError)]
        assert len(refused) == 1 and isinstance(refused[0], Conflict), found
        assert Act.objects.count() == before + 1
        row.refresh_from_db()
        assert row.act in found
        assert (
            in_force(UnitVersion.objects.filter(code=COMMUNITY), date(2026, 12, 31)).get().name
            == f"试验{n}社区"
        )
    assert acts.faults() == []


def test_a_change_between_is_named_or_comes_after(city):
    day = date(2025, 6, 1)
    for n in range(ROUNDS):
        row, seen = ready(city, n)

        def households(n: int = n) -> int:
            with transaction.atomic():
                with acts.act("import_units", at=timezone.now(), actor=city.users["demo-city"]) as act:
                    version = in_force(UnitVersion.objects.filter(code=VILLAGE), day).get()
                    succeed(version, seq=act.seq, valid_from=day, households=500 + n)
                return act.seq

        written, changed = together(writes(city, row, seen, "demo-district"), households)
        assert isinstance(changed, int)
        row.refresh_from_db()
        if isinstance(written, Conflict):
            assert written.extra["moved_by"] == str(city.users["demo-city"]) and row.act is None
            assert not UnitVersion.objects.filter(name=f"试验{n}社区").exists()
        else:
            assert row.act == written < changed
    assert acts.faults() == []
