"""The pages between the field and the counter: the officer's task page, its button, what waits for a name."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from geoapp.core.geometry import to_geojson
from geoapp.core.models import Case
from naming.collecting import tasks as tasking
from naming.models import AddressItem, CollectedPhoto, NameWanted
from tests import build
from tests.naming import fieldwork
from tests.naming.test_collected_cases import collected
from tests.planner.english import EnglishPage

pytestmark = pytest.mark.django_db
FORM = {"basis": "town_proof", "permit_number": "示意证明1号", "which": "all"}


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


@pytest.fixture
def task(town):
    return fieldwork.task(town)


@pytest.fixture
def officer(town, client):
    client.force_login(town.users["demo-town"])
    return client


def url_of(task, tail=""):
    return f"/collect/tasks/{task.pk}/{tail}"


def photo_of(door):
    picture = fieldwork.picture((64, 48), gps=False)
    return CollectedPhoto.objects.create(
        door=door,
        kind="plate",
        sha256="1" * 64,
        stored_sha256="2" * 64,
        size=len(picture),
        width_px=64,
        height_px=48,
        file=ContentFile(picture, name="plate.jpg"),
        uploaded_by=door.collected_by,
        uploaded_at=timezone.now(),
    )


def test_the_task_page_counts_and_opens_the_case(town, street, task, officer):
    first = collected(task, (300, 506), street=street, number=7, plate_text="鱼跃路7号")
    collected(task, (320, 506), street=street, number=9, suggested=True, plate="none", plate_text="")
    picture = photo_of(first)
    page = officer.get(url_of(task)).content.decode()
    desk = page[page.index('data-testid="desk"') : page.index('class="tabs"')]
    assert "已核对 <strong>2</strong> 户" in desk and "待编号 <strong>2</strong>" in desk
    assert "生成编号案件" in desk and "编号中" not in desk
    answer = officer.post(url_of(task, "number/"), FORM)
    case = Case.objects.get(procedure="door_numbering")
    assert answer.status_code == 302 and answer.url == f"/cases/{case.number}/"
    page = officer.get(answer.url).content.decode()
    item = AddressItem.objects.get(number=7).item
    shown = f"/cases/{case.number}/items/{item.pk}/photos/{picture.pk}"
    for words in ("现场采集", "鱼跃路7号", "建议号", shown, f"{url_of(task)}?state=accepted"):
        assert words in page, words
    again = officer.post(url_of(task, "number/"), FORM, follow=True)
    assert again.redirect_chain[0][0] == f"/cases/{case.number}/"
    assert "没有重复生成" in again.content.decode() and Case.objects.count() == 1
    page = officer.get(url_of(task) + "?state=accepted").content.decode()
    assert page.count(f"/cases/{case.number}/") == 3 and "生成编号案件" not in page
    assert "2 户，已编号 0 户" in page
    refused = officer.post(url_of(task, "review/"), {"action": "return", "door": str(first.pk), "note": "x"})
    assert refused.status_code == 409 and case.number in refused.content.decode()


def test_photos_go_with_the_case(town, street, task, officer):
    first = collected(task, (300, 506), street=street, number=7)
    second = collected(task, (320, 506), street=street, number=9)
    mine, other = photo_of(first), photo_of(second)
    officer.post(url_of(task, "number/"), FORM | {"which": "chosen", "door": [str(first.pk)]})
    case = Case.objects.get(procedure="door_numbering")
    item = case.items.get()
    base = f"/cases/{case.number}/items/{item.pk}/photos/"
    answer = officer.get(f"{base}{mine.pk}")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    assert io.BytesIO(b"".join(answer.streaming_content)).read(2) == b"\xff\xd8"
    assert officer.get(f"{base}{other.pk}").status_code == 404
    stranger = Client()
    stranger.force_login(town.users["demo-planner"])
    assert stranger.get(f"{base}{mine.pk}").status_code == 403


def test_refusals_keep_what_was_filled_in(town, street, task, officer):
    collected(task, (300, 506), street=street, number=7)
    answer = officer.post(url_of(task, "number/"), FORM | {"basis": "no"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "没有选择依据的审批文件" in page and "示意证明1号" in page
    answer = officer.post(url_of(task, "number/"), FORM | {"which": "chosen", "door": "no"})
    assert answer.status_code == 422 and "没有选中任何门" in answer.content.decode()
    district = Client()
    district.force_login(town.users["demo-district"])
    page = district.get(url_of(task)).content.decode()
    assert "由所在镇街的窗口生成编号案件" in page and "number/" not in page
    assert district.post(url_of(task, "number/"), FORM).status_code == 403
    assert officer.post(url_of(fieldwork.task(town, code=build.TOWN_C), "number/"), FORM).status_code == 403
    assert not Case.objects.exists()


def test_an_unnamed_street_is_named_from_the_task(town, task, officer):
    waiting = collected(task, (300, 806), street_text="石头巷", number=3)
    collected(task, (330, 806), street_text="石头巷", number=5)
    collected(task, (500, 806), village="沙岗", number=1)
    page = officer.get(url_of(task)).content.decode()
    link = f"/plan/?collected={waiting.pk}"
    assert f"http://testserver{link}" in page and "2 户" in page and "自然村名称还没有登记" in page
    village = Client()
    village.force_login(town.users["demo-village"])
    page = village.get(link).content.decode()
    assert 'value="石头巷"' in page and "data-near=" in page and 'name="collected"' in page
    far = collected(fieldwork.task(town, code=build.TOWN_C), (300, 806), street_text="石头巷")
    assert village.get(f"/plan/?collected={far.pk}").status_code == 403
    assert village.get(f"/plan/?collected={uuid.uuid4()}").status_code == 404
    drawn = json.dumps(to_geojson(build.line((250, 800), (400, 800))))
    form = {"name": "石头巷", "geometry": drawn, "collected": str(waiting.pk)}
    answer = village.post("/plan/", form)
    case = Case.objects.get(procedure="street_naming")
    assert answer.url == f"/cases/{case.number}/" and NameWanted.objects.get().naming_case == case
    page = officer.get(url_of(task)).content.decode()
    assert case.number in page and "http://testserver/plan/" not in page
    second = village.post("/plan/", form)
    assert second.status_code == 409 and case.number in second.content.decode()
    assert Case.objects.filter(procedure="street_naming").count() == 1, "nothing is left of the second"
    town.named("石头巷", build.line((250, 800), (400, 800)))
    desk = officer.get(url_of(task)).context["desk"]
    assert [(line["place"], line["number"]) for line in desk["ready"]] == [
        ("石头巷", "3号"),
        ("石头巷", "5号"),
    ]


def test_the_progress_of_a_community_counts_the_states(town, street, task, officer):
    collected(task, (300, 506), street=street, number=7)
    collected(task, (300, 806), street_text="石头巷", number=3)
    collected(task, (340, 506), street_text="鱼跃路", number=7)
    collected(task, (360, 506), street=street, number=9, state="received")
    chosen = collected(task, (380, 506), street=street, number=11)
    officer.post(url_of(task, "number/"), FORM | {"which": "chosen", "door": [str(chosen.pk)]})
    (line,) = officer.get("/collect/tasks/").context["by_community"]
    counted = {key: line[key] for key in ("accepted", "unnamed", "ready", "in_case", "given", "stuck")}
    assert counted == {"accepted": 4, "unnamed": 1, "ready": 1, "in_case": 1, "given": 0, "stuck": 1}
    assert tasking.managed(()).count() == 0


def test_the_desk_in_english(town, street, task, officer):
    collected(task, (300, 506), street=street, number=7)
    collected(task, (340, 506), street_text="鱼跃路", number=7)
    collected(task, (300, 806), street_text="石头巷", number=3)
    collected(task, (500, 806), village="沙岗", number=1)
    officer.cookies["lang"] = "en"

    def read(answer):
        page = EnglishPage(answer.content.decode())
        assert page.language == "en" and page.stray == []

    read(officer.get(url_of(task)))
    read(officer.get("/collect/tasks/"))
    read(officer.post(url_of(task, "number/"), FORM | {"basis": ""}))
    read(officer.post(url_of(task, "number/"), FORM, follow=True))
    read(officer.get(url_of(task) + "?state=accepted"))
    read(officer.post(url_of(task, "number/"), FORM, follow=True))
