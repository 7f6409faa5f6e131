"""The collection app's shell and the town's pages: what the worker keeps, English complete, the demo's task."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from geoapp.planner.demo_load.collecting import load_collection
from geoapp.planner.views import collect
from naming.collection import accepted_doors
from naming.models import CollectedDoor, CollectedPhoto, CollectTask
from tests import build
from tests.naming import fieldwork
from tests.naming.fieldwork import Phone
from tests.naming.test_collection import _register
from tests.planner.english import CHINESE, EnglishPage


def test_the_worker_keeps_every_file_the_app_loads(client, db):
    answer = client.get("/collect/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache" and not answer.cookies
    told = json.loads(re.match(r"self\.SHELL = (\{.*\});", answer.content.decode()).group(1))
    kept = {name.removeprefix(settings.STATIC_URL) for name in told["files"]}
    assert all(finders.find(name) for name in kept)
    wanted = {"planner/collect/main.js", "planner/planner.css", "planner/collect/collect.css"}
    for name in sorted(kept):
        if name.endswith(".js"):
            text = (collect.STATIC / name.removeprefix("planner/")).read_text(encoding="utf-8")
            for path in re.findall(r"from \"(\.{1,2}/[^\"]+)\"", text):
                folder = name.rsplit("/", 1)[0]
                wanted.add(f"{folder}/{path[2:]}" if path.startswith("./") else f"planner/{path[3:]}")
    assert wanted <= kept


def test_the_edition_follows_the_files(monkeypatch, tmp_path):
    before = collect.edition()
    assert collect.edition() == before and len(before) == 16
    monkeypatch.setattr(collect, "shell_files", lambda: ["api.js"])
    assert collect.edition() != before


def test_the_manifest_and_its_icons(client, db):
    told = client.get("/collect/manifest.webmanifest").json()
    assert (told["scope"], told["start_url"], told["display"]) == ("/collect/", "/collect/", "standalone")
    assert all(finders.find(i["src"].removeprefix(settings.STATIC_URL)) for i in told["icons"])
    assert client.get("/collect/manifest.webmanifest?lang=en").json()["name"] == "Door collection"


def test_the_shell_names_nobody(town):
    pages = []
    for name in ("jia", "yi"):
        client = Client()
        client.force_login(fieldwork.collector(town, name))
        answer = client.get("/collect/")
        assert (
            "csrftoken" in answer.cookies and "script-src 'self'" in answer.headers["Content-Security-Policy"]
        )
        pages.append(answer.content)
    assert pages[0] == pages[1]


def test_a_collector_signs_in_to_the_app(town, client):
    user = fieldwork.collector(town, "jia")
    user.set_password("a-long-password")
    user.save()
    answer = client.post("/signin/", {"username": "jia", "password": "a-long-password"})
    assert answer.url == "/collect/"
    assert client.get("/cases/").status_code == 403


@pytest.fixture
def officer(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    _register(street, town, 1, (120, 506))
    task = fieldwork.task(town, note="先走鱼跃路", due_on=build.TODAY.replace(year=2025))
    client = Client()
    client.force_login(fieldwork.collector(town, "jia"))
    phone = Phone(client, task)
    items = [
        Phone.item(phone.door(n, (120 + 9 * n, 506), street=street, accuracy_m=33, note="门口有树"))
        for n in (1, 2, 5, 5)
    ]
    items.append(Phone.item(phone.door(9, (120, 1400), street_text="石头巷")))
    items.append(
        Phone.item(phone.door(1, (200, 506), street=street, plate="none", plate_text="", suggested=True))
    )
    phone.send(*items)
    client = Client()
    client.force_login(town.users["demo-town"])
    client.cookies["lang"] = "en"
    return client, task, items


def read(answer) -> EnglishPage:
    page = EnglishPage(answer.content.decode())
    assert page.language == "en" and page.stray == []
    return page


def test_the_town_s_pages_in_english(officer):
    client, task, items = officer
    read(client.get("/collect/tasks/"))
    read(client.post("/collect/tasks/", {"block": "x"}))
    url = f"/collect/tasks/{task.pk}/"
    for state in ("waiting", "conflict", "all", "nonsense"):
        page = read(client.get(f"{url}?state={state}"))
        assert "鱼跃路 5号" in " ".join(page.data) or "鱼跃路" in page.data
    read(client.post(url, {"version": 9}))
    read(client.post(f"{url}review/", {"action": "return", "door": items[0]["door"]}))
    read(client.post(f"{url}review/", {"action": "accept", "door": items[5]["door"]}))
    read(
        client.post(
            f"{url}review/", {"action": "withdraw", "door": items[4]["door"], "note": "n"}, follow=True
        )
    )
    read(client.get(f"{url}?state=withdrawn"))


def test_long_lists_come_in_pages(officer, monkeypatch):
    from geoapp.planner.views import collect_tasks

    client, task, _items = officer
    monkeypatch.setattr(collect_tasks, "PER_PAGE", 1)
    for state in ("waiting", "conflict"):
        first = client.get(f"/collect/tasks/{task.pk}/?state={state}")
        assert first.context["page"].paginator.num_pages > 1
        assert "page=2" in first.content.decode() and f"state={state}" in first.content.decode()
    assert len(client.get(f"/collect/tasks/{task.pk}/?state=conflict&page=2").context["pairs"]) == 1


def test_refusals_to_phones_in_english(officer, town):
    _client, task, _items = officer
    client = Client()
    client.force_login(fieldwork.User.objects.get(username="jia"))
    client.cookies["lang"] = "en"
    phone = Phone(client, task)
    bad = [{"number": 0}, {"plate": "x"}, {"recorded_at": "x"}, {"x": 1}, {"seq": None}]
    bad.append({"number": None, "plate_text": ""})
    for change in bad:
        answer = phone.send(Phone.item(phone.door(7, (300, 506)) | change))[0]
        assert answer["fate"] == "refused"
        assert not CHINESE.search(answer["reason"] + answer["remedy"])


def test_the_demo_s_task(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    for number in (1, 3, 5):
        _register(street, town, number, (100 + 9 * number, 506))
    task = load_collection(town.users, build.TOWN_A, build.NOW)
    assert task == CollectTask.objects.get() and task.synthetic
    states = sorted(CollectedDoor.objects.values_list("state", flat=True))
    assert states == ["accepted", "accepted", "conflict", "received", "returned"]
    assert accepted_doors(task).count() == 2 and CollectedPhoto.objects.count() == 1
    assert load_collection(town.users, build.TOWN_C, build.NOW) is None
