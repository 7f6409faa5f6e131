"""``manage.py daily``: alarms once, what is due, staged uploads that nobody confirmed."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from boundaries.models import BoundaryUpload, EditionAnswer, EditionUpload
from boundaries.purging import purge_staged
from geoapp.core import cases
from geoapp.core.models import CaseTask
from tests import build
from tests.boundaries.lists import send as send_list
from tests.boundaries.lists import standing_rows
from tests.boundaries.test_clocks import decided_change
from tests.boundaries.test_edition_pages import COMMUNITY, answer, changed, post
from tests.boundaries.test_import_pages import importables, listed
from tests.boundaries.test_import_pages import send as send_land


def run(**options: object) -> str:
    out = StringIO()
    call_command("daily", stdout=out, **options)
    return out.getvalue()


def test_an_overdue_task_is_noted_once(town):
    today = timezone.localdate()
    change = decided_change(town, today - timedelta(days=375), today - timedelta(days=340))
    task = change.case.tasks.get(kind="implement")
    other = change.case.tasks.get(kind="announce")
    CaseTask.objects.filter(pk=other.pk).update(due_on=today + timedelta(days=3))
    told = run()
    assert f"{change.number} 实施 期限 {task.due_on}：逾期，已登记" in told and "还有 3 天" in told
    assert "逾期 1 项（新登记 1 项），7 天内到期 1 项" in told
    again = run()
    assert "逾期 1 项（新登记 0 项）" in again
    assert change.case.events.filter(action="clock_overdue").count() == 1
    assert cases.event_faults(change.case) == []
    version = change.case.version
    change.clock = timezone.now()
    change.go("implement", "demo-city", note="完成")
    assert change.case.version == version + 1, "an alarm does not stand in an officer's way"


def test_the_alarm_is_shown_on_the_case(town, client):
    today = timezone.localdate()
    change = decided_change(town, today - timedelta(days=375), today - timedelta(days=340))
    run()
    client.force_login(town.users["demo-city"])
    text = client.get(f"/cases/{change.number}/").content.decode()
    assert "期限已过" in text and "逾期 " in text


def test_days_are_computed_anew_from_the_calendar(town):
    today = timezone.localdate()
    change = decided_change(town, today - timedelta(days=100), today - timedelta(days=90))
    due = change.case.tasks.get(kind="implement").due_on
    CaseTask.objects.filter(case=change.case, kind="implement").update(due_on=date(2001, 1, 1))
    assert "期限重算为" in run()
    assert change.case.tasks.get(kind="implement").due_on == due
    alarms = change.case.events.filter(action="clock_overdue")
    assert not alarms.filter(data__contains="implement").exists()


def test_a_calm_day_says_so(town):
    assert "逾期 0 项（新登记 0 项），7 天内到期 0 项" in run()


@pytest.fixture
def staged(town, client, tmp_path) -> dict[str, Path]:
    """A boundary file and two lists, one of them written; all sent forty days ago."""
    client.force_login(town.users["demo-district"])
    rows = standing_rows(date(2025, 12, 31), "440605")
    written = send_list(client, changed(rows, **{f"c{COMMUNITY}": "试验新社区"}), name="written.csv")
    assert answer(client, written.url, COMMUNITY).status_code == 302
    assert post(client, written.url, "write").status_code == 302
    send_list(client, changed(rows, **{f"c{build.TOWN_A}200": "新村"}), name="waiting.csv")
    send_land(client, importables.geojson(tmp_path, listed(town)))
    old = timezone.now() - timedelta(days=40)
    BoundaryUpload.objects.update(uploaded_at=old)
    EditionUpload.objects.update(uploaded_at=old)
    EditionAnswer.objects.update(answered_at=old)
    files = {row.filename: Path(row.file.path) for row in EditionUpload.objects.all()}
    return files | {"land": Path(BoundaryUpload.objects.get().file.path)}


def test_what_nobody_confirmed_goes_and_what_was_written_stays(staged, django_capture_on_commit_callbacks):
    assert all(path.is_file() for path in staged.values())
    with django_capture_on_commit_callbacks(execute=True):
        assert "边界文件 0 份，年度名单 0 份" in run(keep_days=60)
    with django_capture_on_commit_callbacks(execute=True):
        assert "边界文件 1 份，年度名单 1 份" in run()
    assert [row.filename for row in EditionUpload.objects.all()] == ["written.csv"]
    assert not BoundaryUpload.objects.exists()
    assert staged["written.csv"].is_file()
    assert not staged["waiting.csv"].parent.exists() and not staged["land"].parent.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert "边界文件 0 份，年度名单 0 份" in run()


def test_a_list_an_officer_works_on_stays(staged, client, town):
    client.force_login(town.users["demo-district"])
    waiting = EditionUpload.objects.get(filename="waiting.csv")
    url = f"/boundaries/editions/{waiting.pk}/"
    assert answer(client, url, f"{build.TOWN_A}200").status_code == 302
    assert purge_staged(timezone.now(), 30)["lists"] == 0
    assert purge_staged(timezone.now() + timedelta(days=31), 30)["lists"] == 1


def test_no_days_at_all_are_refused():
    with pytest.raises(CommandError, match="至少"):
        run(keep_days=0)
    with pytest.raises(ValueError, match="at least one day"):
        purge_staged(timezone.now(), 0)
