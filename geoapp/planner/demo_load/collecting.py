"""The demo's collection: one task of demo-collector in the demo town, a few doors come back. All 示意."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.utils import timezone
from PIL import Image, ImageDraw

from boundaries.models import UnitVersion
from geoapp.core import roles
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from geoapp.core.models import User
from naming.collecting import photos, tasks
from naming.collecting.reading import Batch
from naming.collecting.sync import receive
from naming.collection import suggestion
from naming.models import AddressVersion, CollectTask

_DEVICES = (uuid.UUID(int=0xC0113C7), uuid.UUID(int=0xC0113C8))


def load_collection(users: Mapping[str, User], town_code: str, now: datetime) -> CollectTask | None:
    """Make a task and send five doors along one street; None where the town has no street with addresses."""
    on = timezone.localdate(now)
    town = in_force(UnitVersion.objects.filter(code=town_code), on).get()
    communities = in_force(UnitVersion.objects.filter(parent_id=town.unit_id, geom__isnull=False), on)
    doors = in_force(AddressVersion.objects.filter(community_id__in=communities.values("unit_id")), on)
    busiest = (
        doors.values("community_id", "street_id").annotate(n=Count("pk")).order_by("-n", "street_id").first()
    )
    if busiest is None or town.unit.jurisdiction is None:
        return None
    task = CollectTask.objects.create(
        community_id=busiest["community_id"],
        jurisdiction=town.unit.jurisdiction,
        block="东头片（示意）",
        assigned_to=users["demo-collector"],
        due_on=on + timedelta(days=20),
        note="沿街逐门采集，先拍门牌（示意）",
        created_by=users["demo-town"],
        created_at=now - timedelta(days=3),
        synthetic=True,
    )
    street = busiest["street_id"]
    known = list(doors.filter(street_id=street, community_id=task.community_id).order_by("number")[:40])
    sent = _walk(task, street, known, users["demo-collector"], now, on)
    tasks.review(task, sent[:2], "accept", note="", user=users["demo-town"], at=now - timedelta(hours=20))
    tasks.review(
        task,
        sent[2:3],
        "return",
        note="牌面照片看不清，请重拍（示意）",
        user=users["demo-town"],
        at=now - timedelta(hours=20),
    )
    return task


def _walk(
    task: CollectTask, street: uuid.UUID, known: list[AddressVersion], user: User, now: datetime, on: Any
) -> list[uuid.UUID]:
    """Send three plates that hang, a suggested number, and the same number from a second phone."""
    held = roles.grants(user, on)
    points = [to_shapely(v.geom) for v in known]
    payloads = [
        _payload(task, street, n, point, now, number=v.number, sub_number=v.sub_number)
        for n, (v, point) in enumerate(zip(known[:3], points, strict=False))
    ]
    end = shapely.Point(points[-1].x + 6, points[-1].y + 2)
    found = suggestion(street, end, on)
    if found is not None:
        for n in (3, 4):
            where = shapely.Point(end.x + 4 * (n - 3), end.y)
            row = _payload(task, street, n, where, now, number=found.number, sub_number=found.sub_number)
            payloads.append(row | {"plate": "none", "plate_text": "", "suggested": True})
    sent = []
    for n, payload in enumerate(payloads):
        door = uuid.uuid5(task.pk, str(n))
        text = json.dumps(payload, ensure_ascii=False)
        item = {
            "door": str(door),
            "revision": 1,
            "hash": hashlib.sha256(text.encode()).hexdigest(),
            "payload": text,
        }
        at = now - timedelta(days=1, minutes=30 - n)
        answer = receive(Batch(_DEVICES[n == 4], at, (item,)), user=user, held=held, at=at)[0]
        assert answer["fate"] in {"accepted", "conflict"}, answer
        sent.append(door)
    content = _picture(f"{known[0].number}")
    photos.store(
        SimpleUploadedFile("plate.jpg", content),
        door_id=sent[0],
        kind="plate",
        sha256=hashlib.sha256(content).hexdigest(),
        user=user,
        at=now - timedelta(days=1),
    )
    return sent


def _payload(
    task: CollectTask, street: uuid.UUID, n: int, point: Any, now: datetime, **number: int | None
) -> dict[str, Any]:
    return {
        "task": str(task.pk),
        "seq": n + 1,
        "street": str(street),
        "plate": "hangs",
        "plate_text": f"{number['number']}号",
        "suggested": False,
        "x": point.x,
        "y": point.y,
        "accuracy_m": 3.0 + n,
        "method": "gnss",
        "recorded_at": (now - timedelta(days=1, hours=1, minutes=-3 * n)).isoformat(),
        **number,
    }


def _picture(number: str) -> bytes:
    """Return a drawn plate: nobody's door."""
    image = Image.new("RGB", (480, 320), (205, 200, 190))
    pen = ImageDraw.Draw(image)
    pen.rectangle((90, 80, 390, 240), fill=(20, 65, 139), outline=(255, 255, 255), width=6)
    pen.text((240, 160), number, fill=(255, 255, 255), anchor="mm", font_size=110)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()
