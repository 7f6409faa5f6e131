"""What an application for a door number asks for, item by item, and what follows from it until the plate hangs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from boundaries.models import FRAME_SRID, Unit
from geoapp.core.models import Attachment, Case, CaseItem
from naming.models.address import Address, Plate
from naming.models.gazetteer import PlaceName


class AddressItem(models.Model):
    """The door of an item: where it stands (city frame, metres), which number is wished, on which ground.

    ``street`` is the place the number counts along (a street or a natural village); None while the street has no
    standard name, then ``street_text`` says what people call it and ``naming_case`` is the case that names it.
    ``number`` None asks the service to suggest one. What was given stands in the ``given_…`` columns.
    """

    class Kind(models.TextChoices):
        """What is asked for; the kind of the case's item."""

        NEW = "new", _("新编门楼号")
        TEMPORARY = "temporary", _("临时门楼号")
        CHANGE = "change", _("变更门楼号")
        CANCEL = "cancel", _("注销门楼号")

    class Basis(models.TextChoices):
        """On which papers the number is asked for (JM22 8, 10)."""

        PERMIT = "planning_permit", _("建设工程规划许可证")
        HOMESTEAD = "homestead_approval", _("宅基地批准文件")
        TOWN = "town_proof", _("镇街证明")
        NONE = "none", _("无审批手续（只能编临时号）")

    item = models.OneToOneField(CaseItem, primary_key=True, on_delete=models.CASCADE, related_name="door")
    street = models.ForeignKey(PlaceName, null=True, on_delete=models.PROTECT, related_name="+")
    street_text = models.CharField(max_length=60, blank=True)
    naming_case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="+")
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(null=True)
    sub_number = models.PositiveIntegerField(null=True)
    compound = models.CharField(max_length=100, blank=True)
    building = models.CharField(max_length=40, blank=True)
    unit_no = models.CharField(max_length=40, blank=True)
    floor = models.CharField(max_length=20, blank=True)
    room = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=20, choices=Basis.choices)
    permit_number = models.CharField(max_length=100, blank=True)
    address = models.ForeignKey(Address, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    collected = models.CharField(max_length=36, blank=True)
    given_number = models.PositiveIntegerField(null=True)
    given_sub = models.PositiveIntegerField(null=True)
    given_text = models.CharField(max_length=300, blank=True)
    explanation = models.TextField(blank=True)
    explanation_en = models.TextField(blank=True)
    geom = models.PointField(srid=FRAME_SRID)

    class Meta:
        indexes = [models.Index(fields=["community"], name="nam_dooritem_community")]

    def __str__(self) -> str:
        return self.given_text or self.street_text or str(self.street_id)

    def inside(self) -> tuple[str, str, str, str, str]:
        """Return what lies within the door: compound, building, unit, floor, room."""
        return (self.compound, self.building, self.unit_no, self.floor, self.room)


class DoorOwner(models.Model):
    """The owner on whose behalf a counter filed a case: personal data, in no other table, never published.

    Shown to the case's officers only (``naming.door_owner.may_read``); erased when the time for keeping has run out.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="owner")
    name = models.CharField(_("业主姓名"), max_length=60, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id}"


class DoorTask(models.Model):
    """What must still be done after the number is given: telling departments, hanging plates, publishing."""

    class Kind(models.TextChoices):
        """The parallel tasks."""

        NOTIFY = "notify", _("通知部门")
        PLATES = "plates", _("制作安装门牌")
        RELEASE = "release", _("发布标准地址")

    class Recipient(models.TextChoices):
        """Who is told (JM22 9)."""

        CIVIL_AFFAIRS = "MZ", _("民政部门")
        RESOURCES = "ZR", _("自然资源部门")
        HOUSING = "ZJ", _("住房和城乡建设部门")
        TOWN = "TOWN", _("所在镇街")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="door_tasks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    recipient = models.CharField(max_length=10, choices=Recipient.choices, blank=True)
    started_on = models.DateField()
    due_on = models.DateField()
    due_law = models.CharField(max_length=100, blank=True)
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "recipient"], name="nam_doortask_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_recipient_display()}".strip()


class Confirmation(models.Model):
    """A 《门楼号确认书》: what it said on its day. Whether it still holds is asked of the register, not stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=32, unique=True)
    item = models.OneToOneField(CaseItem, on_delete=models.PROTECT, related_name="confirmation")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="confirmations")
    text = models.CharField(max_length=300)
    temporary = models.BooleanField(default=False)
    basis = models.CharField(max_length=20, choices=AddressItem.Basis.choices)
    permit_number = models.CharField(max_length=100, blank=True)
    issuer = models.CharField(max_length=100)
    issued_on = models.DateField()
    act_in = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["address"], name="nam_confirmation_address")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"


class Renumbering(models.Model):
    """A line of the table of old and new numbers: made by the act that changes a number (rule A-15)."""

    row = models.BigAutoField(primary_key=True)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="renumberings")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="renumberings")
    old_text = models.CharField(max_length=300)
    new_text = models.CharField(max_length=300)
    old_number = models.CharField(max_length=40)
    new_number = models.CharField(max_length=40)
    valid_from = models.DateField()
    act_in = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["row"]
        indexes = [models.Index(fields=["address"], name="nam_renumbering_address")]

    def __str__(self) -> str:
        return f"{self.old_text} → {self.new_text}"


class PlatePhoto(models.Model):
    """The photo that shows a plate hanging at its door: a document of the case."""

    plate = models.ForeignKey(Plate, on_delete=models.PROTECT, related_name="photos")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="plate_photo")

    def __str__(self) -> str:
        return f"{self.plate_id}"


class ReviewBlock(models.Model):
    """Applications of one community that an officer reviews together, and the sample drawn from them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True)
    cases = models.JSONField(default=list)
    items = models.JSONField(default=list)
    sample = models.JSONField(default=list)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.community_id} {self.made_at:%Y-%m-%d}"


class ItemOpening(models.Model):
    """An officer opened an item for review, in the version it then had."""

    item = models.ForeignKey(CaseItem, on_delete=models.CASCADE, related_name="openings")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    item_version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "officer", "item_version"], name="nam_itemopening_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.officer_id}"
