"""Doors of a town that a yearly list renames: register and layer written beforehand are what its act would have written."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from boundaries import edition_uploads as lists
from boundaries.models import EditionUpload, UnitVersion
from geoapp.core import acts, roles
from geoapp.core.database import index_faults
from geoapp.core.effective import known, succeed
from geoapp.core.models import Act
from geoapp.planner import rebuild
from naming import ahead, listed
from naming.cascade import recompose
from naming.models import AddressVersion, CascadeBatch, PublishedAddress
from tests import build
from tests.boundaries.lists import csv_of, seen, standing_rows
from tests.naming.test_prepared_cascade import NEVER, snapshot
from tests.naming.test_prepared_moves import told
from tests.naming.test_prepared_units import CODE, DOORS, made, meddle, places, small_slices
from tests.planner.english import EnglishPage

__all__ = ["made", "places", "small_slices", "told"]  # fixtures

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 1)


def rows_with(town_name: str, **names: str) -> list[list[str]]:
    return [
        [names.get(f"code{code}", code), names.get(f"c{code}", name), town, town_name if town == build.TOWN_A else label]
        for code, name, town, label in standing_rows(date(2026, 1, 31), "440605")
    ]  # fmt: skip


LISTS = {
    "town": lambda: rows_with("新试街道"),
    "town and village": lambda: rows_with("新试街道", **{f"c{CODE}": "新试验村"}),
    "village only": lambda: rows_with("试验镇", **{f"c{CODE}": "新试验村"}),
}


def confirmed(city, rows) -> EditionUpload:
    user, at = city.users["demo-district"], timezone.now()
    held = roles.grants(user, timezone.localdate())
    upload = SimpleUploadedFile("名单.csv", csv_of(rows))
    row = lists.receive(upload, 2026, DAY, "", user=user, held=held, at=at)
    sheet = lists.sheet_of(row)
    lists.answer(
        sheet, [p.key for p in sheet.comparison.proposed], lists.Answer("confirmed"), user=user, at=at
    )
    return EditionUpload.objects.get(pk=row.pk)


def written(city, made, row, settings, monkeypatch, *, ready, between, calls):
    """Write a list in a transaction that is rolled back; return what the tables would hold."""
    settings.GEOAPP_PREPARE_FROM = 5 if ready else NEVER
    user, found, done = city.users["demo-district"], [], set()

    def watched(module, name):
        real = getattr(module, name)

        def call(*args, **kwargs):
            plan = real(*args, **kwargs)
            found.append((name, plan))
            if name not in done:
                done.add(name)
                between(name)
            return plan

        return call

    with transaction.atomic(), monkeypatch.context() as patch:
        patch.setattr(ahead, "prepare_units", watched(ahead, "prepare_units"))
        patch.setattr(listed, "prepare", watched(listed, "prepare"))
        if not ready:
            for name in calls:
                done.add(name)
                between(name)
        sheet = lists.sheet_of(EditionUpload.objects.get(pk=row.pk))
        held = roles.grants(user, timezone.localdate())
        seq = lists.write(sheet, seen_seq=sheet.base.seq, user=user, held=held, at=timezone.now())
        assert all((plan is not None) is ready for _name, plan in found)
        assert acts.faults() == [] and rebuild.compare(lambda _: None) == [] and index_faults() == []
        states = set(CascadeBatch.objects.values_list("state", flat=True))
        assert states == ({"activated"} if ready else set())
        payload = json.loads(Act.objects.get(seq=seq).payload)
        told_of = [(entry["layer"], len(set(entry["ids"]))) for entry in payload["publish"]]
        rows = (snapshot(AddressVersion, made), snapshot(PublishedAddress, made), told_of)
        transaction.set_rollback(True)
    return rows


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("when", ["", "prepare_units", "prepare"])
@pytest.mark.parametrize("public", [True, False])
def test_prepared_is_what_the_act_would_have_written(
    town, places, told, settings, monkeypatch, kind, when, public
):
    if kind == "village only" and when == "prepare_units":
        when = "prepare"  # no text of the register changes: there is no such call
    row = confirmed(town, LISTS[kind]())

    def between(name):
        if name == when:
            meddle(town, places, told, public=public)

    plain, ahead_of = (
        written(
            town, told, row, settings, monkeypatch, ready=b, between=between, calls=("prepare_units", "prepare")
        )
        for b in (False, True)
    )  # fmt: skip
    assert plain == ahead_of
    if kind != "village only":
        assert any("新试街道" in str(values) for values in plain[1])


def test_a_street_renamed_in_between_is_in_both(town, places, made, settings, monkeypatch):
    """Another act renames the street after everything was prepared: its doors are written by the list's act."""
    from naming.models import PlaceNameVersion

    row = confirmed(town, LISTS["town"]())

    def between(name):
        if name == "prepare":
            with transaction.atomic(), acts.act("naming", at=timezone.now()) as act:
                old = known(PlaceNameVersion.objects.filter(place=places[0])).get()
                succeed(old, seq=act.seq, valid_from=date(2026, 1, 15), name="映霞路")
                recompose(streets=[places[0].pk], seq=act.seq, effective=date(2026, 1, 15))

    def run(ready):
        settings.GEOAPP_PREPARE_FROM = 5 if ready else NEVER
        user = town.users["demo-district"]
        with transaction.atomic(), monkeypatch.context() as patch:
            real = listed.prepare

            def call(*args, **kwargs):
                found = real(*args, **kwargs)
                between("prepare")
                return found

            patch.setattr(listed, "prepare", call)
            sheet = lists.sheet_of(EditionUpload.objects.get(pk=row.pk))
            held = roles.grants(user, timezone.localdate())
            lists.write(sheet, seen_seq=sheet.base.seq, user=user, held=held, at=timezone.now())
            rows = snapshot(AddressVersion, made), snapshot(PublishedAddress, made)
            transaction.set_rollback(True)
        return rows

    plain = run(False)
    assert plain == run(True)
    assert any("新试街道映霞路2号" in str(values) for values in plain[1])


def test_one_request_says_how_far_it_got_and_the_next_goes_on(town, places, made, client, settings):
    settings.GEOAPP_PREPARE_SECONDS = 0
    row = confirmed(town, LISTS["town"]())
    client.force_login(town.users["demo-district"])
    url = f"/boundaries/editions/{row.pk}/"
    fields = {**seen(client, url), "do": "write"}
    for done in (7, 14, 21):
        page = client.post(url, fields)
        assert page.status_code == 202 and f"正在准备 {done} / {DOORS} 户" in page.content.decode()
        assert not known(AddressVersion.objects.filter(text__contains="新试街道")).exists()
    client.cookies["lang"] = "en"
    page = client.post(url, fields)
    assert page.status_code == 202 and EnglishPage(page.content.decode()).stray == []
    answers = [client.post(url, fields).status_code for _ in range(4)]
    assert answers[-1] == 409 and 302 in answers and set(answers) <= {202, 302, 409}
    assert known(AddressVersion.objects.filter(text__contains="新试街道")).count() == DOORS
    current = PublishedAddress.objects.filter(act_out=None, valid_to=None, name__contains="新试街道")
    assert current.count() == DOORS and rebuild.compare(lambda _: None) == []
    assert UnitVersion.objects.filter(act_out=None, valid_to=None, name="新试街道").exists()
