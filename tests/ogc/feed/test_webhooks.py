"""Telling departments: signed, in order, tried again, given up loudly, and never to an address it must not reach."""

from __future__ import annotations

import json
import logging
import socket
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from geoapp.core.models import Jurisdiction, Webhook, WebhookDelivery
from geoapp.ogc.feed.webhooks import posting, sending
from geoapp.ogc.feed.webhooks.posting import NotAllowed, NotTaken, address_of, is_public, post, target_of
from geoapp.ogc.feed.webhooks.signing import holds, sign
from naming.models import PublishedPlaceName, PublishedStreet
from tests.ogc.feed.conftest import deed, place_row, publish, story, street_row
from tests.ogc.feed.receivers import Receiver, serve

SECRET = "s" * 40


class Clock:
    """The time as the test sets it."""

    def __init__(self) -> None:
        self.time = timezone.now()

    def __call__(self):
        return self.time

    def wait(self, **span: float) -> None:
        self.time += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def receiver(settings, monkeypatch):
    """A receiver on loopback that the settings allow."""
    found = Receiver()
    server = serve(found)
    settings.GEOAPP_WEBHOOK_HOSTS = settings.GEOAPP_WEBHOOK_PRIVATE_HOSTS = [f"127.0.0.1:{found.port}"]
    settings.GEOAPP_PUBLIC_URL = "https://dm.example.gov.cn/"
    monkeypatch.setattr(posting, "DEADLINE_S", 0.5)
    monkeypatch.setattr(posting.post, "__kwdefaults__", {"deadline_s": 0.5})
    yield found
    server.shutdown()
    server.server_close()


def subscribe(receiver: Receiver, **values: object) -> Webhook:
    fields = {"name": "公安", "url": receiver.url, "secret": SECRET, **values}
    return Webhook.objects.create(**fields)


def bodies(receiver: Receiver) -> list[dict]:
    return [json.loads(message.body) for message in receiver.received]


def test_new_acts_are_sent_once_signed_and_in_order(db, receiver, clock):
    hook = subscribe(receiver)
    story()
    assert vars(sending.send_due(clock)) == {"delivered": 1, "failed": 0, "died": 0}
    assert sending.send_due(clock).delivered == 0
    (message,) = receiver.received
    told = json.loads(message.body)
    assert (told["after"], told["upto"]) == (0, 6)
    assert [e["seq"] for e in told["entries"]] == [1, 2, 4, 5], "acts that change nothing say nothing"
    assert told["entries"][1]["changes"][0]["after"]["properties"]["name"] == "丙路"
    assert told["entries"][0]["href"] == "https://dm.example.gov.cn/ogc/feed/1"
    headers = message.headers
    assert headers["Geoapp-Delivery"] == told["delivery"] == f"{hook.pk}-{WebhookDelivery.objects.get().pk}"
    stamp, signature = headers["Geoapp-Timestamp"], headers["Geoapp-Signature"]
    now = clock.time.timestamp()
    assert holds(SECRET, stamp, message.body, signature, now=now)
    assert not holds("x" * 40, stamp, message.body, signature, now=now)
    assert not holds(SECRET, stamp, message.body + b" ", signature, now=now)
    assert not holds(SECRET, str(int(stamp) + 1), message.body, signature, now=now)
    assert not holds(SECRET, stamp, message.body, signature, now=now + 301)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.status, row.attempts, row.error) == ("delivered", 204, 1, "")
    publish(9, (PublishedStreet, [2], []))
    sending.send_due(clock)
    assert (bodies(receiver)[1]["after"], bodies(receiver)[1]["upto"]) == (6, 7)


def test_history_is_sent_again_when_somebody_asks_for_it(db, receiver, clock):
    hook = subscribe(receiver)
    story()
    sending.send_due(clock)
    Webhook.objects.update(delivered_seq=0)
    assert sending.send_due(clock).delivered == 1
    first, second = receiver.received
    assert first.headers["Geoapp-Delivery"] != second.headers["Geoapp-Delivery"]
    assert json.loads(first.body)["entries"] == json.loads(second.body)["entries"]
    hook.refresh_from_db()
    assert hook.delivered_seq == 6 and WebhookDelivery.objects.count() == 2


def test_the_signature_by_the_example_of_the_documentation():
    signed = sign("geheim-geheim-geheim-geheim-geheim", "1700000000", b'{"a":1}')
    assert signed == "sha256=3860164e2c0e1cf0478fd361f20c0693beb3cd8ce4bc8cf58eb2d6a7707b4d6d"


def test_acts_without_matching_changes_cost_no_message(db, receiver, clock):
    hook = subscribe(receiver, layers=["towns"])
    story()
    assert sending.send_due(clock).delivered == 0
    hook.refresh_from_db()
    assert hook.delivered_seq == 6 and receiver.received == [] and not WebhookDelivery.objects.exists()


def test_layers_and_district(db, receiver, clock):
    district = Jurisdiction.objects.create(
        path="440604", level="district", name="禅城区", code="440604", valid_from="2020-01-01"
    )
    subscribe(receiver, district=district)
    subscribe(receiver, name="交通", layers=["streets"])
    publish(
        0,
        (PublishedStreet, [1], [street_row(1, "甲路")]),
        (PublishedPlaceName, [9], [place_row(9, "魁星阁")]),
    )
    sending.send_due(clock)
    names = [[c["layer"] for e in b["entries"] for c in e["changes"]] for b in bodies(receiver)]
    assert names == [["place_names"], ["streets"]]


def test_a_failure_is_tried_again_later_with_the_same_number(db, receiver, clock):
    hook = subscribe(receiver)
    story()
    receiver.moods = [500, "break", 200]
    assert sending.send_due(clock).failed == 1
    deed(7)
    assert sending.send_due(clock).failed == 0, "not before its time"
    clock.wait(minutes=1)
    assert sending.send_due(clock).failed == 1
    clock.wait(minutes=4)
    assert vars(sending.send_due(clock)) == {"delivered": 0, "failed": 0, "died": 0}
    clock.wait(minutes=1)
    assert sending.send_due(clock).delivered == 1
    first, second, third = receiver.received
    assert first.body == second.body == third.body, "what came with the act in between is another message"
    numbers = {m.headers["Geoapp-Delivery"] for m in receiver.received}
    assert numbers == {f"{hook.pk}-{WebhookDelivery.objects.get().pk}"}, (
        "so that a receiver that took it already knows it again"
    )
    assert len({m.headers["Geoapp-Timestamp"] for m in receiver.received}) == 3
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts, row.status) == ("delivered", 3, 200)
    hook.refresh_from_db()
    assert hook.delivered_seq >= 6


@pytest.mark.parametrize("mood", ["hang", "drip", "redirect", 404])
def test_bad_receivers_hold_nobody_up(db, receiver, clock, mood):
    subscribe(receiver)
    subscribe(receiver, name="交通")
    story()
    receiver.moods = [mood]
    started = timezone.now()
    assert vars(sending.send_due(clock)) == {"delivered": 1, "failed": 1, "died": 0}
    assert timezone.now() - started < timedelta(seconds=3)
    assert len(receiver.received) == 2 and receiver.others == 0
    failed = WebhookDelivery.objects.get(state="waiting")
    assert failed.error and failed.status == {"redirect": 302, 404: 404}.get(mood)


def test_it_is_dead_after_so_many_tries_and_says_so(db, receiver, clock, settings, caplog):
    settings.GEOAPP_WEBHOOK_TRIES = 3
    hook = subscribe(receiver)
    story()
    receiver.moods = [503] * 9
    for _try in range(3):
        sending.send_due(clock)
        clock.wait(days=1)
    assert len(receiver.received) == 3
    assert WebhookDelivery.objects.get().state == "dead"
    assert any(r.levelno == logging.ERROR and "given up" in r.message for r in caplog.records)
    sending.send_due(clock)
    assert len(receiver.received) == 3, "a dead one is left alone"
    said = StringIO()
    with pytest.raises(CommandError, match="1 个订阅已停送"):
        call_command("send_webhooks", stdout=StringIO(), stderr=said)
    assert "公安 自第 1 号登记行为起停送（已试 3 次）" in said.getvalue()
    said = StringIO()
    call_command("daily", stdout=StringIO(), stderr=said)
    assert "停送" in said.getvalue(), "the day's work goes on and says it"
    receiver.moods = []
    assert sending.revive(WebhookDelivery.objects.all()) == 1
    assert sending.send_due().delivered == 1
    hook.refresh_from_db()
    assert hook.delivered_seq == 6
    call_command("send_webhooks", stdout=StringIO())


def test_two_runs_at_once_send_a_message_once(db, receiver, clock, monkeypatch):
    subscribe(receiver)
    story()
    real = sending.message

    def meanwhile(webhook, delivery):
        monkeypatch.setattr(sending, "message", real)
        assert sending.send_due(clock).delivered == 0
        return real(webhook, delivery)

    monkeypatch.setattr(sending, "message", meanwhile)
    assert sending.send_due(clock).delivered == 1
    assert len(receiver.received) == 1


def test_no_request_is_made_by_an_act(transactional_db, receiver, monkeypatch):
    subscribe(receiver)
    real = sending.post

    def outside(*args, **kwargs):
        assert not transaction.get_connection().in_atomic_block
        return real(*args, **kwargs)

    monkeypatch.setattr(sending, "post", outside)
    story()
    assert receiver.received == []
    assert sending.send_due().delivered == 1


def test_inactive_subscriptions_are_left_alone(db, receiver, clock):
    subscribe(receiver, active=False)
    story()
    assert vars(sending.send_due(clock)) == {"delivered": 0, "failed": 0, "died": 0}


def test_a_big_act_is_cut_and_says_so(db, receiver, clock, monkeypatch):
    monkeypatch.setattr(sending, "CHANGES_MOST", 3)
    subscribe(receiver)
    numbers = list(range(10, 15))
    publish(0, (PublishedStreet, numbers, [street_row(n, f"{n}路") for n in numbers]))
    publish(1, (PublishedStreet, numbers[:3], [street_row(n, f"{n}新路") for n in numbers[:3]]))
    sending.send_due(clock)
    first, second = bodies(receiver)[0]["entries"]
    assert (len(first["changes"]), first["truncated"]) == (3, True)
    assert len(second["changes"]) <= 3 and first["href"].endswith("/1")


def test_many_acts_are_several_messages(db, receiver, clock, monkeypatch):
    monkeypatch.setattr(sending, "ACTS_MOST", 2)
    subscribe(receiver)
    story()
    assert sending.send_due(clock).delivered == 3
    assert [(b["after"], b["upto"]) for b in bodies(receiver)] == [(0, 2), (2, 4), (4, 6)]


# Which addresses are asked


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://a.example/",
        "ftp://a.example/",
        "//a.example/",
        "http://",
        "http://other.example/",
        "http://a.example:81/",
        "http://a.example.evil.example/",
        "http://a.example@evil.example/",
        "http://user:secret@a.example/",
        "http://evil.example#@a.example/",
        "http://evil.example\\@a.example/",
        "http://a.example\t/",
        "http://a.example:99999/",
        "http://[::1]/",
        "http://[::1",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_addresses_off_the_list_are_refused(settings, url):
    settings.GEOAPP_WEBHOOK_HOSTS = ["a.example", "b.example:8443"]
    with pytest.raises(NotAllowed):
        target_of(url)


def test_addresses_on_the_list(settings):
    settings.GEOAPP_WEBHOOK_HOSTS = ["a.example", "b.example:8443", "[2001:db8::1]"]
    assert target_of("https://A.example/x?y=1").path == "/x?y=1"
    assert target_of("http://a.example").port == 80
    assert target_of("https://b.example:8443/").port == 8443
    assert target_of("https://[2001:db8::1]/").host == "2001:db8::1"


def _resolving(monkeypatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_private_addresses_are_refused_unless_named(settings, monkeypatch, address):
    settings.GEOAPP_WEBHOOK_HOSTS = ["a.example"]
    settings.GEOAPP_WEBHOOK_PRIVATE_HOSTS = []
    assert not is_public(address)
    _resolving(monkeypatch, "8.8.8.8", address)
    with pytest.raises(NotAllowed, match="内部地址"):
        address_of(target_of("http://a.example/"))
    settings.GEOAPP_WEBHOOK_PRIVATE_HOSTS = ["a.example"]
    assert address_of(target_of("http://a.example/")) == "8.8.8.8"


@pytest.mark.parametrize("address", ["8.8.8.8", "2400:3200::1"])
def test_public_addresses(address):
    assert is_public(address)


def test_a_name_that_changes_its_mind_is_not_followed(settings, receiver, monkeypatch):
    """The connection goes to the address that was checked (DNS rebinding)."""
    settings.GEOAPP_WEBHOOK_HOSTS = [f"a.example:{receiver.port}"]
    settings.GEOAPP_WEBHOOK_PRIVATE_HOSTS = [f"a.example:{receiver.port}"]
    asked = []

    real = socket.getaddrinfo

    def resolve(host, *args, **kwargs):
        asked.append(host)
        return real("127.0.0.1" if host == "a.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert post(f"http://a.example:{receiver.port}/", b"{}", {}) == 204
    assert asked.count("a.example") == 1
    assert receiver.received[0].headers["Host"] == f"a.example:{receiver.port}"


def test_the_environment_s_proxy_is_not_used(settings, receiver, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert post(receiver.url, b"{}", {}) == 204


def test_nobody_there(settings):
    settings.GEOAPP_WEBHOOK_HOSTS = settings.GEOAPP_WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(NotTaken):
        post("http://127.0.0.1:1/", b"{}", {})


def test_an_address_that_left_the_list_fails_as_a_delivery(db, receiver, clock, settings):
    subscribe(receiver)
    story()
    settings.GEOAPP_WEBHOOK_HOSTS = []
    assert sending.send_due(clock).failed == 1
    assert "GEOAPP_WEBHOOK_HOSTS" in WebhookDelivery.objects.get().error


# The administration


@pytest.fixture
def admin_page(town, client):
    user = town.users["demo-admin"]
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    return client


def test_a_subscription_is_made_in_the_administration(admin_page, settings):
    settings.GEOAPP_WEBHOOK_HOSTS = ["ga.example"]
    form = {
        "name": "公安",
        "url": "https://evil.example/",
        "secret": "short",
        "delivered_seq": 0,
        "active": "on",
    }
    refused = admin_page.post("/admin/core/webhook/add/", form)
    assert refused.status_code == 200 and "不在允许的名单中" in refused.content.decode()
    assert "至少 32 个字符" in refused.content.decode()
    form |= {"url": "https://ga.example/hook", "secret": SECRET, "layers": ["streets"]}
    assert admin_page.post("/admin/core/webhook/add/", form).status_code == 302
    hook = Webhook.objects.get()
    assert (hook.secret, hook.layers) == (SECRET, ["streets"])
    page = admin_page.get(f"/admin/core/webhook/{hook.pk}/change/").content.decode()
    assert SECRET not in page
    admin_page.post(f"/admin/core/webhook/{hook.pk}/change/", form | {"secret": "", "name": "公安局"})
    hook.refresh_from_db()
    assert (hook.secret, hook.name) == (SECRET, "公安局")


def test_the_log_is_read_only_and_revives_the_dead(admin_page, receiver):
    hook = subscribe(receiver)
    row = WebhookDelivery.objects.create(
        webhook=hook, after_seq=0, upto_seq=1, state="dead", attempts=8, next_try_at=timezone.now()
    )
    assert admin_page.get("/admin/core/webhookdelivery/").status_code == 200
    assert admin_page.post(f"/admin/core/webhookdelivery/{row.pk}/delete/").status_code == 403
    chosen = {"action": "send_again", "_selected_action": [row.pk]}
    assert admin_page.post("/admin/core/webhookdelivery/", chosen).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
