"""Collectors with a phone: whole walks without a signal, two phones on one number, answers that get lost.

After every walk the rows in the database are counted: no door lost, none twice.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import shapely
from PIL import Image
from playwright.sync_api import expect

from geoapp.core import frame
from geoapp.planner.demo_load.people import PASSWORD
from naming.models import CollectedDoor, CollectedPhoto, CollectedRevision
from tests import build
from tests.naming import fieldwork
from tests.naming.test_collection import _register


def lonlat(x: float, y: float) -> tuple[float, float]:
    lon, lat = frame.to_geographic(shapely.Point(build.at(x, y))).coords[0]
    return lon, lat


class Collector:
    """Somebody with a phone at a place of the small city."""

    def __init__(self, visitor: Any, username: str, at: tuple[float, float], *, accuracy: float = 4) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.context = visitor.context
        self.taps = 0
        self.context.grant_permissions(["geolocation"], origin=visitor.base)
        self.stand(*at, accuracy=accuracy)
        self.sign_in(username)

    def sign_in(self, username: str) -> None:
        self.page.goto(f"{self.visitor.base}/signin/?next=/collect/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button[type=submit]")
        self.page.wait_for_url("**/collect/")

    def stand(self, x: float, y: float, *, accuracy: float = 4) -> None:
        lon, lat = lonlat(x, y)
        self.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})

    def take_along(self) -> None:
        """Download the task, wait until the app works without a signal."""
        self.page.click("[data-testid=download]")
        expect(self.page.locator("[data-testid=open]")).to_be_visible()
        self.page.wait_for_selector("body[data-ready=true]")

    def to_the_door(self) -> None:
        self.page.click("[data-testid=open]")
        self.page.wait_for_selector("[data-testid=task]")
        self.tap("[data-testid=new]")
        self.page.wait_for_selector("[data-testid=door]")

    def tap(self, selector: str) -> None:
        self.taps += 1
        self.page.click(selector)

    def number(self, digits: str) -> None:
        for digit in digits:
            self.tap(f"[data-key='{digit}']")

    def photo(self, kind: str) -> None:
        self.taps += 1
        self.page.set_input_files(
            f"[data-testid=photo-{kind}]",
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": fieldwork.picture((2400, 1800))},
        )
        expect(self.page.locator(f"label:has([data-testid=photo-{kind}])")).to_contain_text("✓")

    def save(self) -> None:
        before = self.waiting("queued") + self.waiting("sent") + self.waiting("conflict")
        self.tap("[data-testid=save]")
        self.page.wait_for_function(
            "(n) => [...document.querySelectorAll('#totals [data-n]')]"
            ".reduce((sum, el) => sum + Number(el.dataset.n), 0) > n",
            arg=before,
        )

    def waiting(self, status: str) -> int:
        return int(self.page.locator(f"#totals [data-count={status}]").get_attribute("data-n"))

    def expect_count(self, status: str, count: int) -> None:
        expect(self.page.locator(f"#totals [data-count={status}]")).to_have_attribute(
            # The app gives a hanging request 30 s and tries again half a minute later: no door may need longer.
            "data-n",
            str(count),
            timeout=75_000,
        )

    def idle(self) -> None:
        self.page.wait_for_selector("body[data-busy=false]")

    def outbox(self) -> None:
        self.page.click(".tabbar a[href='#/outbox']")
        self.page.wait_for_selector("[data-testid=outbox]")


@pytest.fixture
def walk(city, visitor):
    """A street with two registered doors, a second collector, a task nobody was given, and phones."""
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    city.named("映霞路", build.line((100, 700), (900, 700)))
    _register(street, city, 1, (120, 506))
    _register(street, city, 3, (150, 506))
    second = fieldwork.collector(city, "demo-second")
    second.set_password(PASSWORD)
    second.save()
    task = fieldwork.task(city, synthetic=True, note="先走鱼跃路")

    def phone(username: str = "demo-collector", at: tuple[float, float] = (180, 506), **options) -> Collector:
        return Collector(visitor(width=390), username, at, **options)

    return city, street, task, phone


def rows() -> tuple[int, int]:
    return CollectedDoor.objects.count(), CollectedRevision.objects.count()


def test_a_whole_walk_without_a_signal(walk):
    _city, street, _task, phone = walk
    one = phone()
    expect(one.page.locator("[data-testid=download]")).to_be_visible()
    one.visitor.screenshot("collect-tasks")
    one.take_along()
    one.context.set_offline(True)
    one.to_the_door()
    expect(one.page.locator("[data-testid=fix]")).to_have_attribute("data-verdict", "good")
    expect(one.page.locator("[data-testid=where]")).to_contain_text("单号")
    expect(one.page.locator("[data-testid=suggestion]")).to_contain_text("5号")
    one.number("5")
    one.photo("plate")
    one.photo("front")
    one.visitor.screenshot("collect-door", whole=False)
    one.save()
    assert one.taps <= 6, one.taps
    one.taps = 0
    one.stand(210, 494)
    # No door stands on this side: as far along as the numbers across the street say.
    expect(one.page.locator("[data-testid=suggestion]")).to_contain_text("8号")
    expect(one.page.locator("[data-testid=reasons] li", has_text="右侧编双号")).to_have_count(1)
    one.tap("[data-testid=suggestion]")
    one.save()
    assert one.taps <= 6
    one.expect_count("queued", 2)
    assert rows() == (0, 0)
    # The phone is put away and taken out again, still without a signal.
    one.page.reload()
    one.page.wait_for_selector("[data-testid=door]")
    one.expect_count("queued", 2)
    one.stand(240, 506)
    one.number("7")
    one.page.reload()
    expect(one.page.locator("[data-testid=plate]")).to_contain_text("7号")
    one.save()
    one.expect_count("queued", 3)
    one.outbox()
    expect(one.page.locator("[data-note=offline]")).to_be_visible()
    one.visitor.screenshot("collect-offline")
    one.context.set_offline(False)
    one.expect_count("sent", 3)
    one.expect_count("queued", 0)
    one.idle()
    assert rows() == (3, 3)
    kept = {d.number: d for d in CollectedDoor.objects.all()}
    assert sorted(kept) == [5, 7, 8]
    assert (kept[5].plate, kept[5].suggested, kept[5].plate_text) == ("hangs", False, "5号")
    assert (kept[8].plate, kept[8].suggested, kept[8].side) == ("none", True, "right")
    assert kept[5].street == street and kept[5].accuracy_m == 4
    assert shapely.Point(kept[5].geom.coords).distance(shapely.Point(build.at(180, 506))) < 0.01
    assert sorted(CollectedPhoto.objects.values_list("kind", flat=True)) == ["front", "plate"]
    picture = Image.open(io.BytesIO(CollectedPhoto.objects.first().file.read()))
    assert max(picture.size) == 1600 and not picture.getexif()
    assert one.visitor.trouble == []


def test_two_phones_suggest_one_number(walk):
    _city, _street, _task, phone = walk
    one, two = phone(), phone("demo-second", (190, 506))
    for each in (one, two):
        each.take_along()
        each.context.set_offline(True)
        each.to_the_door()
        expect(each.page.locator("[data-testid=suggestion]")).to_contain_text("5号")
        each.tap("[data-testid=suggestion]")
        each.save()
    one.context.set_offline(False)
    one.expect_count("sent", 1)
    two.context.set_offline(False)
    two.expect_count("conflict", 1)
    assert rows() == (2, 2)
    two.idle()
    two.outbox()
    card = two.page.locator("[data-testid=conflict]")
    expect(card).to_contain_text("采集员（示意）")
    expect(card).to_contain_text("10 米")
    expect(card.locator(".reasons li", has_text="同侧前一号为 5号")).to_have_count(1)
    two.visitor.screenshot("collect-conflict")
    assert two.visitor.axe() == []
    card.locator("[data-choice=next]").click()
    two.expect_count("conflict", 0)
    two.expect_count("sent", 1)
    assert rows() == (2, 3)
    assert sorted(CollectedDoor.objects.values_list("number", "state")) == [(5, "received"), (7, "received")]
    assert one.visitor.trouble + two.visitor.trouble == []


@pytest.mark.parametrize(("chosen", "state"), [("mine", "conflict"), ("theirs", "withdrawn")])
def test_the_other_choices(walk, chosen, state):
    _city, street, task, phone = walk
    from django.test import Client

    client = Client()
    client.force_login(fieldwork.User.objects.get(username="demo-second"))
    other = fieldwork.Phone(client, task)
    other.send(other.item(other.door(5, (182, 506), street=street)))
    one = phone()
    one.take_along()
    one.to_the_door()
    one.number("5")
    one.save()
    one.expect_count("conflict", 1)
    one.outbox()
    one.page.click(f"[data-choice={chosen}]")
    shown = {"mine": "settled", "theirs": "withdrawn"}[chosen]
    expect(one.page.locator(f"[data-testid=outbox] [data-status={shown}]")).to_be_visible()
    one.expect_count("conflict", 0)
    assert rows() == (2, 3)
    assert CollectedDoor.objects.get(collected_by__username="demo-collector").state == state
    assert CollectedDoor.objects.get(collected_by__username="demo-second").state == "received"


def test_an_answer_lost_after_the_commit(walk):
    _city, _street, _task, phone = walk
    one = phone()
    one.take_along()
    lost = []

    def lose(route):
        answer = route.fetch()  # the server has written it down
        lost.append(answer.status)
        route.abort("connectionreset")

    one.context.route("**/collect/sync", lose)
    one.to_the_door()
    one.number("5")
    one.save()
    one.page.wait_for_selector("[data-note=offline]")
    one.idle()
    assert lost and set(lost) == {200}
    assert rows() == (1, 1)
    one.expect_count("queued", 1)
    one.context.unroute("**/collect/sync")
    one.outbox()
    one.page.click("[data-testid=send]")
    one.expect_count("sent", 1)
    assert rows() == (1, 1)


def test_a_clock_that_is_two_hours_slow(walk):
    _city, _street, _task, phone = walk
    one = phone()
    one.page.clock.set_system_time(datetime.now() - timedelta(hours=2))
    one.page.reload()
    one.take_along()
    expect(one.page.locator("[data-note=skew]")).to_contain_text("2 小时")
    one.to_the_door()
    one.number("5")
    one.visitor.screenshot("collect-skew", whole=False)
    one.save()
    one.expect_count("sent", 1)
    door = CollectedDoor.objects.get()
    assert 7100 < door.clock_skew_s < 7300
    true = door.recorded_at + timedelta(seconds=door.clock_skew_s)
    assert abs((true - door.received_at).total_seconds()) < 60


def test_signing_in_again_goes_on_where_it_stopped(walk):
    _city, _street, _task, phone = walk
    one = phone()
    one.take_along()
    one.context.clear_cookies()
    one.to_the_door()
    one.number("5")
    one.save()
    expect(one.page.locator("[data-note=signin]")).to_be_visible()
    one.expect_count("queued", 1)
    assert rows() == (0, 0)
    one.visitor.screenshot("collect-signed-out", whole=False)
    # Somebody else's phone call: another person signs in on this phone and must not send it in their name.
    one.sign_in("demo-second")
    expect(one.page.locator("[data-note=other]")).to_be_visible()
    one.idle()
    assert rows() == (0, 0)
    one.context.clear_cookies()
    one.sign_in("demo-collector")
    one.expect_count("sent", 1)
    assert CollectedDoor.objects.get().collected_by.username == "demo-collector"


def test_a_bad_position_is_waited_for_or_set_on_the_map(walk):
    _city, _street, _task, phone = walk
    one = phone(accuracy=35)
    one.take_along()
    one.to_the_door()
    fix = one.page.locator("[data-testid=fix]")
    expect(fix).to_have_attribute("data-verdict", "wait")
    expect(fix).to_contain_text("35")
    one.visitor.screenshot("collect-waiting", whole=False)
    one.page.click("[data-testid=pick]")
    one.page.focus("[data-testid=map] canvas")
    for _ in range(3):
        one.page.keyboard.press("ArrowRight")
    one.page.click("[data-testid=pick]")
    expect(fix).to_have_attribute("data-verdict", "manual")
    one.number("5")
    one.save()
    one.expect_count("sent", 1)
    door = CollectedDoor.objects.get()
    assert (door.method, door.accuracy_m) == ("map", None)
    moved = door.geom.x - build.at(180, 506)[0]
    assert 1 < moved < 200 and abs(door.geom.y - build.at(180, 506)[1]) < 0.02


def test_returned_by_the_town_and_sent_again(walk, visitor):
    _city, _street, task, phone = walk
    one = phone()
    one.take_along()
    one.to_the_door()
    one.number("4")
    expect(one.page.locator(".plate-hint")).to_contain_text("单号")
    one.photo("plate")
    one.save()
    one.expect_count("sent", 1)
    one.idle()
    officer = visitor().sign_in("demo-town")
    page = officer.open("/collect/tasks/")
    officer.screenshot("collect-officer")
    page.click(f"a[href='/collect/tasks/{task.pk}/']")
    expect(page.locator("[data-testid=review]")).to_contain_text("单双号")
    officer.screenshot("collect-review")
    page.check("input[name=door]")
    page.fill("#review_note", "请再核对牌面，似为 5 号")
    page.click("button[value=return]")
    page.wait_for_load_state("load")
    assert CollectedDoor.objects.get().state == "returned"
    one.outbox()
    one.page.click("[data-testid=send]")
    line = one.page.locator("[data-testid=outbox] .door-list li")
    expect(line).to_contain_text("似为 5 号")
    line.locator("a").click()
    one.page.wait_for_selector("[data-testid=door]")
    one.tap("[data-key=back]")
    one.number("5")
    one.tap("[data-testid=save]")
    one.page.wait_for_selector("[data-testid=task] [data-status=sent]")
    one.idle()
    assert rows() == (1, 2)
    door = CollectedDoor.objects.get()
    assert (door.number, door.state, door.revision) == (5, "received", 2)
    page.goto(f"{officer.base}/collect/tasks/{task.pk}/")
    page.check("input[name=door]")
    page.click("button[value=accept]")
    page.wait_for_load_state("load")
    assert CollectedDoor.objects.get().state == "accepted"
    assert officer.trouble + one.visitor.trouble == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_are_clean(walk, visitor, language):
    _city, street, task, phone = walk
    from django.test import Client

    client = Client()
    client.force_login(fieldwork.User.objects.get(username="demo-second"))
    other = fieldwork.Phone(client, task)
    items = [other.item(other.door(n, (100 + 12 * n, 506), street=street)) for n in (5, 9, 11)]
    items.append(other.item(other.door(5, (400, 506), street=street)))
    other.send(*items)
    wrong: list[str] = []

    def look(one, what: str) -> None:
        one.page.wait_for_timeout(300)
        wrong.extend(f"{what}: {line}" for line in one.axe())
        if one.overflow() > 0:
            wrong.append(f"{what}: {one.overflow()} px too wide")
        wrong.extend(f"{what}: clipped {text}" for text in one.clipped())
        one.screenshot(f"collect-clean-{what}-{language}")

    one = phone()
    if language == "en":
        one.visitor.open("/collect/?lang=en")
        one.page.wait_for_selector("html[lang=en]")
    look(one.visitor, "tasks")
    one.take_along()
    one.page.click("[data-testid=open]")
    one.page.wait_for_selector("[data-testid=task]")
    look(one.visitor, "task")
    one.page.click("[data-testid=new]")
    one.page.wait_for_selector("[data-testid=door]")
    one.number("5")
    look(one.visitor, "door")
    one.page.click("details.more summary")
    look(one.visitor, "door-more")
    one.save()
    one.expect_count("conflict", 1)
    one.outbox()
    one.idle()
    look(one.visitor, "outbox")
    found = one.visitor
    for width in (390, 1440):
        officer = visitor(width=width).sign_in("demo-town")
        for path in (
            "/collect/tasks/",
            f"/collect/tasks/{task.pk}/",
            f"/collect/tasks/{task.pk}/?state=conflict",
        ):
            officer.open(path + (("&" if "?" in path else "?") + "lang=en" if language == "en" else ""))
            name = "conflict" if "conflict" in path else "tasks" if path.endswith("tasks/") else "task"
            look(officer, f"officer-{name}-{width}")
        found.trouble += officer.trouble
    assert wrong == []
    assert found.trouble == []


def test_a_new_edition_waits_until_it_is_wanted(walk, monkeypatch):
    from geoapp.planner.views import collect

    _city, _street, _task, phone = walk
    one = phone()
    one.take_along()
    one.to_the_door()
    one.number("5")
    monkeypatch.setattr(collect, "edition", lambda: "another")
    one.page.reload()
    note = one.page.locator("[data-note=update]")
    expect(note).to_be_visible()
    assert one.page.locator("body").get_attribute("data-edition") != "another"
    note.locator("button").click()
    one.page.wait_for_selector("body[data-edition=another]")
    expect(one.page.locator("[data-testid=plate]")).to_contain_text("5号")
    one.save()
    one.expect_count("sent", 1)
    assert rows() == (1, 1)
    assert one.visitor.trouble == []
