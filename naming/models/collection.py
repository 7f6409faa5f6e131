"""What collectors bring home from the field: tasks, doors as a phone recorded them, photos. Points are EPSG:4547.

Nothing here is a register: a collected door becomes an address by a numbering case only. A door is changed in place
when its phone sends a later revision; ``CollectedRevision`` keeps every revision that ever arrived, byte for byte.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from boundaries.models import FRAME_SRID, Unit
from geoapp.core.models import Jurisdiction
from naming.models.gazetteer import PlaceName


class CollectTask(models.Model):
    """A block of a village or community to be walked door by door."""

    class State(models.TextChoices):
        """The life of a task."""

        OPEN = "open", _("采集中")
        CLOSED = "closed", _("已结束")

    class Setting(models.TextChoices):
        """How exact a position is wanted (settings.GEOAPP_COLLECT_ACCURACY_M)."""

        URBAN = "urban", _("城区")
        RURAL = "rural", _("乡村")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="collect_tasks")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    block = models.CharField(_("片区"), max_length=100)
    # GeoJSON Polygon, CRS84, to be seen on the phone; the community's land when there is none.
    area = models.JSONField(null=True, blank=True)
    setting = models.CharField(
        pgettext_lazy("定位", "环境"), max_length=6, choices=Setting.choices, default=Setting.RURAL
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="collect_tasks"
    )
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    due_on = models.DateField(_("截止日期"), null=True)
    note = models.TextField(_("说明"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["assigned_to", "state"], name="nam_colltask_who")]

    def __str__(self) -> str:
        return self.block


class CollectedDoor(models.Model):
    """A door as a collector saw it. Its key is the UUID that the device made; the number is never allotted here.

    ``suggested`` says that the number is a proposal and no plate hangs there. ``claim`` names the place and number
    the door speaks for (empty without a number); of several doors with one claim the first that came keeps it and
    the others stand in conflict (``naming.collecting.claims``).
    """

    class State(models.TextChoices):
        """What became of the door."""

        RECEIVED = "received", _("已上传")
        CONFLICT = "conflict", _("有冲突")
        RETURNED = "returned", _("已退回")
        ACCEPTED = "accepted", _("已通过")
        WITHDRAWN = "withdrawn", _("与他人重复，已撤下")

    class Plate(models.TextChoices):
        """What hangs beside the door."""

        HANGS = "hangs", _("有门牌")
        NONE = "none", _("无门牌")
        DAMAGED = "damaged", _("门牌损坏")

    class Method(models.TextChoices):
        """How the point was taken."""

        GNSS = "gnss", _("卫星定位")
        MAP = "map", _("图上点取")

    class Resolution(models.TextChoices):
        """What the collector chose when the number was somebody else's too."""

        MINE = "mine", _("以我的为准，请镇街裁定")
        THEIRS = "theirs", _("与对方是同一扇门，采用对方的")
        NEXT = "next", _("改用下一个空号")

    id = models.UUIDField(primary_key=True, editable=False)
    task = models.ForeignKey(CollectTask, on_delete=models.PROTECT, related_name="doors")
    device = models.UUIDField()
    seq = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    payload_hash = models.CharField(max_length=64)
    street = models.ForeignKey(PlaceName, null=True, on_delete=models.PROTECT, related_name="collected_doors")
    street_text = models.CharField(max_length=200, blank=True)
    village = models.CharField(max_length=100, blank=True)
    plate = models.CharField(max_length=8, choices=Plate.choices)
    plate_text = models.CharField(max_length=200, blank=True)
    number = models.PositiveIntegerField(null=True)
    sub_number = models.PositiveIntegerField(null=True)
    suggested = models.BooleanField(default=False)
    compound = models.CharField(max_length=100, blank=True)
    building = models.CharField(max_length=40, blank=True)
    unit_no = models.CharField(max_length=40, blank=True)
    floor = models.CharField(max_length=20, blank=True)
    room = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    side = models.CharField(max_length=5, blank=True)
    accuracy_m = models.FloatField(null=True)
    method = models.CharField(max_length=4, choices=Method.choices)
    recorded_at = models.DateTimeField()
    first_received_at = models.DateTimeField()
    received_at = models.DateTimeField()
    # Server minus device, seconds, when the revision was sent: recorded_at + this is the true moment.
    clock_skew_s = models.FloatField(default=0)
    collected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claim = models.CharField(max_length=600, blank=True)
    # Which place the door has among those with its claim, in order of commit; given under the claim's lock.
    turn = models.PositiveIntegerField(default=0)
    # The registered address whose plate this is, when one with the same number stands on record.
    registered = models.UUIDField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    resolution = models.CharField(max_length=6, choices=Resolution.choices, blank=True)
    review_note = models.CharField(max_length=500, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    synthetic = models.BooleanField(default=False)
    geom = models.PointField(srid=FRAME_SRID)

    class Meta:
        ordering = ["first_received_at", "seq"]
        indexes = [
            models.Index(fields=["task", "state"], name="nam_colldoor_task"),
            models.Index(fields=["claim"], name="nam_colldoor_claim"),
            models.Index(fields=["street", "number"], name="nam_colldoor_street"),
        ]

    def __str__(self) -> str:
        return f"{self.plate_text or self.number or '—'} ({self.get_state_display()})"


class CollectedRevision(models.Model):
    """One revision of a door exactly as it arrived: append-only; (door, revision) is the idempotency key."""

    row = models.BigAutoField(primary_key=True)
    door = models.ForeignKey(CollectedDoor, on_delete=models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    device = models.UUIDField()
    payload = models.TextField()
    payload_hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField()
    clock_skew_s = models.FloatField(default=0)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["door", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["door", "revision"], name="nam_collrevision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.door_id} r{self.revision}"


class CollectedPhoto(models.Model):
    """A photo of a plate or a front: encoded anew by the server, so no EXIF (no place, no phone) is left in it."""

    class Kind(models.TextChoices):
        """What the photo shows."""

        PLATE = "plate", _("门牌照片")
        FRONT = "front", _("门面照片")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door = models.ForeignKey(CollectedDoor, on_delete=models.PROTECT, related_name="photos")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    # Of the bytes the phone sent: the idempotency key of an upload.
    sha256 = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    file = models.FileField(upload_to="collect/%Y/%m/")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["uploaded_at"]
        constraints = [
            models.UniqueConstraint(fields=["door", "kind", "sha256"], name="nam_collphoto_once"),
        ]

    def __str__(self) -> str:
        return f"{self.door_id} {self.kind}"
