"""Doors that change while somebody reads: real acts on the register, at a pace, with a note of what they changed."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import TracebackType
from uuid import UUID

import shapely
from django.db import connection, transaction
from django.utils import timezone

from boundaries.models import Unit
from geoapp.core import acts
from geoapp.core.effective import end, in_force, succeed
from naming import published
from naming.address_register import Door, enter
from naming.models import AddressVersion, PlaceName, PublishedAddress
from tests import build

PER_ROW = 900


def doors(place: PlaceName, community: Unit, many: int) -> list[UUID]:
    """Enter ``many`` doors of a street by one act and publish them; return their ids in the order of their rows."""
    rows = [
        Door(
            street=place.pk,
            community=community.pk,
            number=number,
            point=shapely.Point(build.at(100 + number % PER_ROW, 200 + number // PER_ROW)),
        )
        for number in range(1, many + 1)
    ]
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW) as act:
        ids = [a.pk for a in enter(rows, seq=act.seq, valid_from=build.TODAY - timedelta(days=400))]
        published.publish("addresses", ids, known_at=act.seq, seq=act.seq)
        act.payload["publish"] = [{"layer": "addresses", "ids": [str(i) for i in ids], "known_at": act.seq}]
    return list(PublishedAddress.objects.filter(act_in=act.seq).order_by("row").values_list("id", flat=True))


def renumber(address: UUID, number: int) -> None:
    """Give a door another number by an act of its own: its public row is closed, another is added at the end."""
    with transaction.atomic(), acts.act("test_renumbering", at=timezone.now()) as act:
        version = in_force(AddressVersion.objects.filter(address_id=address), timezone.localdate()).get()
        text = version.text.replace(f"{version.number}号", f"{number}号")
        succeed(version, seq=act.seq, valid_from=timezone.localdate(), number=number, text=text)
        _publish(address, act)


def retire(address: UUID) -> None:
    """End a door by an act of its own: from today it is on no layer."""
    with transaction.atomic(), acts.act("test_retirement", at=timezone.now()) as act:
        end(
            in_force(AddressVersion.objects.filter(address_id=address), timezone.localdate()).get(),
            seq=act.seq,
            valid_to=timezone.localdate(),
        )
        _publish(address, act)


def _publish(address: UUID, act: acts.OpenAct) -> None:
    published.publish("addresses", [address], known_at=act.seq, seq=act.seq)
    act.payload["publish"] = [{"layer": "addresses", "ids": [str(address)], "known_at": act.seq}]


class Changing:
    """Changes the given doors one after the other while the block runs: every third is retired, the others renumbered.

    ``changed`` and ``retired`` are what was really done; ``pace`` acts a second are tried for.
    """

    def __init__(self, ids: list[UUID], *, pace: float = 20.0) -> None:
        self.ids, self.pace = ids, pace
        self.changed: list[UUID] = []
        self.retired: list[UUID] = []
        self.error: BaseException | None = None
        self.seconds = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Changing:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(60)
        if self.error is not None and error is None:
            raise self.error

    def _run(self) -> None:
        began = time.monotonic()
        try:
            for done, address in enumerate(self.ids):
                if self._stop.wait(max(0.0, began + done / self.pace - time.monotonic())):
                    break
                if done % 3 == 2:
                    retire(address)
                    self.retired.append(address)
                else:
                    renumber(address, 900_000 + done)
                    self.changed.append(address)
        except BaseException as error:
            self.error = error
        finally:
            self.seconds = time.monotonic() - began
            connection.close()


def standing() -> dict[str, str]:
    """Return the public addresses of today by id: their text."""
    found = in_force(PublishedAddress.objects.all(), timezone.localdate())
    return {str(ident): name for ident, name in found.values_list("id", "name")}
