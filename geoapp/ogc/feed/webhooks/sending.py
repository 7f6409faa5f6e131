"""Telling departments of new acts: what is due is sent, tried again, and given up loudly.

A message covers the acts after the last one delivered. It is put down first, then sent outside any transaction, then
marked: a crash between the two sends it again under the same number, so a receiver that remembers numbers takes it
once. Messages of a subscription go out strictly one after another; one that is dead holds the next ones back until
somebody revives it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.models import Webhook, WebhookDelivery
from geoapp.ogc.answers import encode
from geoapp.ogc.feed import entries, states
from geoapp.ogc.feed.entries import GEOJSON, Entry, Place
from geoapp.ogc.feed.webhooks.posting import NotAllowed, NotTaken, post
from geoapp.ogc.feed.webhooks.signing import DELIVERY, SIGNATURE, TIMESTAMP, sign
from geoapp.ogc.feed.wording import district_of
from geoapp.ogc.layers import LAYERS

ACTS_MOST, CHANGES_MOST = 100, 200
"""Acts in one message; changes of one act in it. What is left out is told by ``truncated`` and the act's address."""
_TOLD_MOST = 1000
_LOOKED_AT = 5000
MESSAGES_MOST = 50
"""Messages to one subscription in one run."""
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
_WAITING, _DELIVERED, _DEAD = (
    WebhookDelivery.State.WAITING,
    WebhookDelivery.State.DELIVERED,
    WebhookDelivery.State.DEAD,
)
_log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What a run came to."""

    delivered: int = 0
    failed: int = 0
    died: int = 0


def send_due(
    now: Callable[[], datetime] = timezone.now, note: Callable[[str], None] = lambda line: None
) -> Outcome:
    """Send what is due to every active subscription; nobody waits for another's receiver longer than one deadline."""
    outcome = Outcome()
    states.bring_forward()  # readers of the feed find the digests done, even where nobody subscribes
    for webhook in Webhook.objects.filter(active=True).select_related("district").order_by("pk"):
        for _message in range(MESSAGES_MOST):
            delivery = _current(webhook, now())
            if delivery is None or not _attempt(webhook, delivery, now, outcome, note):
                break
            webhook.refresh_from_db(fields=["delivered_seq"])
    return outcome


def dead() -> Iterator[WebhookDelivery]:
    """Yield the deliveries that were given up and hold their active subscriptions back."""
    found = WebhookDelivery.objects.filter(state=_DEAD, webhook__active=True)
    yield from found.select_related("webhook").order_by("webhook", "pk")


def revive(deliveries: Iterable[WebhookDelivery]) -> int:
    """Let dead deliveries be tried again from now on; return how many."""
    keys = [delivery.pk for delivery in deliveries]
    found = WebhookDelivery.objects.filter(pk__in=keys, state=_DEAD)
    return found.update(state=_WAITING, attempts=0, next_try_at=timezone.now())


def _current(webhook: Webhook, now: datetime) -> WebhookDelivery | None:
    """Return the message that is next and due; put it down when it is new. Acts that say nothing are passed over."""
    while True:
        unsent = webhook.deliveries.exclude(state=_DELIVERED)
        standing = unsent.filter(after_seq=webhook.delivered_seq).first()
        if standing is not None:
            due = standing.state == _WAITING and standing.next_try_at <= now
            return standing if due else None
        head = states.bring_forward().seq
        if webhook.delivered_seq >= head:
            return None
        upto, told = compose(webhook, webhook.delivered_seq, head)
        if told:
            WebhookDelivery.objects.bulk_create(
                [
                    WebhookDelivery(
                        webhook=webhook, after_seq=webhook.delivered_seq, upto_seq=upto, next_try_at=now
                    )
                ],
                ignore_conflicts=True,  # another run put it down
            )
        else:
            _advance(webhook, webhook.delivered_seq, upto)
            webhook.refresh_from_db(fields=["delivered_seq"])


def _advance(webhook: Webhook, after: int, upto: int) -> None:
    Webhook.objects.filter(pk=webhook.pk, delivered_seq=after).update(delivered_seq=upto)


def compose(webhook: Webhook, after: int, upto: int) -> tuple[int, list[dict[str, Any]]]:
    """Return how far one message after act ``after`` reaches, at most ``upto``, and the acts it tells of."""
    layers = [name for name in webhook.layers if name in LAYERS] or None
    told: list[dict[str, Any]] = []
    reached, changes = after, 0
    for entry in entries.plan(after, upto, limit=ACTS_MOST, layers=layers):
        if changes >= _TOLD_MOST:
            break
        found = _told(webhook, entry)
        if found["changes"]:
            told.append(found)
            changes += len(found["changes"])
        reached = entry.seq
    return reached, told


def _told(webhook: Webhook, entry: Entry) -> dict[str, Any]:
    district = district_of(webhook.district) if webhook.district else None
    place = Place()
    kept, truncated = [], False
    for change in entries.changes(entry, place, _LOOKED_AT if district else CHANGES_MOST + 1):
        if district is not None and not district.holds(change):
            continue
        if len(kept) == CHANGES_MOST:
            truncated = True
            break
        kept.append(entries.change_json(change, GEOJSON))
    href = f"{settings.GEOAPP_PUBLIC_URL.rstrip('/')}/ogc/feed/{entry.seq}"
    return entry.head() | {"changes": kept, "truncated": truncated or place.more, "href": href}


def message(webhook: Webhook, delivery: WebhookDelivery) -> bytes:
    """Return the body of a message: the same bytes at every attempt while the rows stay what they are."""
    _reached, told = compose(webhook, delivery.after_seq, delivery.upto_seq)
    return encode(
        {
            "delivery": str(delivery),
            "subscription": webhook.name,
            "after": delivery.after_seq,
            "upto": delivery.upto_seq,
            "entries": told,
        }
    )


def _attempt(
    webhook: Webhook,
    delivery: WebhookDelivery,
    now: Callable[[], datetime],
    outcome: Outcome,
    note: Callable[[str], None],
) -> bool:
    """Try a message once, if no other run has it; return whether it was taken."""
    started, tried = now(), delivery.attempts + 1
    pause = PAUSES[min(tried, len(PAUSES)) - 1]
    claimed = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=_WAITING, attempts=delivery.attempts, next_try_at__lte=started
    ).update(attempts=tried, last_try_at=started, next_try_at=started + pause)
    if not claimed:
        return False
    body = message(webhook, delivery)
    timestamp = str(int(started.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "geoapp-webhook/1",
        TIMESTAMP: timestamp,
        DELIVERY: str(delivery),
        SIGNATURE: sign(webhook.secret, timestamp, body),
    }
    clock = time.monotonic()
    try:
        status: int | None = post(webhook.url, body, headers)
        error = ""
    except NotAllowed as refused:
        status, error = None, str(refused)
    except NotTaken as failed:
        status, error = failed.status, str(failed)
    took = int((time.monotonic() - clock) * 1000)
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, attempts=tried)
    said = {"status": status, "error": error[:300], "milliseconds": took}
    if not error:
        with transaction.atomic():
            mine.update(state=_DELIVERED, **said)
            _advance(webhook, delivery.after_seq, delivery.upto_seq)
        outcome.delivered += 1
        note(_("%(name)s：第 %(upto)d 号为止已送达") % {"name": webhook.name, "upto": delivery.upto_seq})
        return True
    died = tried >= settings.GEOAPP_WEBHOOK_TRIES
    mine.update(state=_DEAD if died else _WAITING, **said)
    outcome.failed += 1
    outcome.died += died
    words = {"name": webhook.name, "tries": tried, "error": error}
    note(_("%(name)s：第 %(tries)d 次没有送到：%(error)s") % words)
    if died:
        _log.error("webhook %s: given up after %d attempts: %s", webhook.name, tried, error)
    return False
