"""Phones in the field, for tests: what a device sends, built as the phone builds it."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from PIL import Image

from geoapp.core.models import Membership, User
from naming.models import CollectTask, PlaceName
from tests import build


def collector(city: build.City, name: str, code: str = build.TOWN_A) -> User:
    """Return a collector of a town."""
    user = User.objects.create(username=name, display_name=f"采集员{name}")
    Membership.objects.create(
        user=user, role="collector", jurisdiction=city.land.jurisdictions[code], valid_from=date(2023, 1, 1)
    )
    return user


def task(
    city: build.City, *, assigned_to: User | None = None, code: str = build.TOWN_A, **fields: Any
) -> CollectTask:
    """Return a task in the community of a town."""
    return CollectTask.objects.create(
        community=city.land.units[f"{code}001"],
        jurisdiction=city.land.jurisdictions[code],
        block=fields.pop("block", "东头片"),
        assigned_to=assigned_to,
        created_by=city.users["demo-town"],
        created_at=build.NOW,
        **fields,
    )


class Phone:
    """A device with its own clock; ``send`` posts a batch and returns the answers."""

    def __init__(self, client: Any, task_row: CollectTask, *, slow: timedelta = timedelta()) -> None:
        self.client = client
        self.task = task_row
        self.device = str(uuid.uuid4())
        self.slow = slow
        self.seq = 0

    def now(self) -> datetime:
        return datetime.now(UTC) - self.slow

    def door(
        self, number: int | None, at: tuple[float, float], *, street: PlaceName | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Return a door: ``at`` relative to the small city's corner."""
        self.seq += 1
        x, y = build.at(*at)
        return {
            "task": str(self.task.pk),
            "seq": self.seq,
            "street": str(street.pk) if street else None,
            "plate": "hangs",
            "plate_text": f"{number}号" if number else "",
            "number": number,
            "sub_number": None,
            "suggested": False,
            "x": x,
            "y": y,
            "accuracy_m": 4.5,
            "method": "gnss",
            "recorded_at": self.now().isoformat(),
            **fields,
        }

    @staticmethod
    def item(payload: dict[str, Any], *, door: str | None = None, revision: int = 1) -> dict[str, Any]:
        text = json.dumps(payload, ensure_ascii=False)
        return {
            "door": door or str(uuid.uuid4()),
            "revision": revision,
            "hash": hashlib.sha256(text.encode()).hexdigest(),
            "payload": text,
        }

    def post(self, *items: Any, **envelope: Any):
        body = {"device": self.device, "device_now": self.now().isoformat(), "items": list(items)} | envelope
        return self.client.post(
            "/collect/sync", body, content_type="application/json", headers={"Accept": "application/json"}
        )

    def send(self, *items: Any) -> list[dict[str, Any]]:
        answer = self.post(*items)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()["items"]


def picture(size: tuple[int, int] = (2400, 1800), *, kind: str = "JPEG", gps: bool = True) -> bytes:
    """Return a photo as a camera writes it: with EXIF that says where it was taken."""
    image = Image.new("RGB", size, (180, 40, 40))
    exif = Image.Exif()
    exif[0x010F] = "SECRETPHONE"
    if gps:
        exif.get_ifd(0x8825)[2] = (23.0, 1.0, 2.0)
    target = io.BytesIO()
    image.save(target, kind, exif=exif)
    return target.getvalue()
