"""Standard addresses: an anchor, its versions, positions, codes and plates. Positions are EPSG:4547 metres."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from boundaries.models import FRAME_SRID, Unit
from geoapp.core.models import Version
from naming.models.gazetteer import PlaceName


class Address(models.Model):
    """A door, or a home behind it, with an address; the identity outlives every text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.id)


class AddressVersion(Version):
    """The parts of an address, its composed text and its entrance between two days.

    ``street`` is the place the number counts along: a street or, in a village without street names, the natural
    village (``PlaceName.Category``). The text is what ``naming.addressing.compose`` made of the names of the day it
    was composed; it is never changed in place. Parts that an address does not have are None. The columns after
    ``geom`` may be null because a table with a geometry is never remade (geoapp/docs/decisions/0009).
    """

    class State(models.TextChoices):
        """How the number stands (domain.md Table C)."""

        STANDARD = "standard", _("正式")
        TEMPORARY = "temporary", _("临时（不作产权证明）")
        RESERVED = "reserved", _("预留")

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="versions")
    street = models.ForeignKey(PlaceName, on_delete=models.PROTECT, related_name="addresses")
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="addresses")
    number = models.PositiveIntegerField()
    sub_number = models.PositiveIntegerField(null=True)
    side = models.CharField(max_length=5, blank=True)
    text = models.CharField(max_length=300)
    geom = models.PointField(srid=FRAME_SRID)
    compound = models.CharField(max_length=100, null=True)
    building = models.CharField(max_length=40, null=True)
    unit_no = models.CharField(max_length=40, null=True)
    floor = models.CharField(max_length=20, null=True)
    room = models.CharField(max_length=40, null=True)
    state = models.CharField(max_length=10, choices=State.choices, null=True)
    secret = models.BooleanField(null=True)
    source = models.CharField(max_length=100, null=True)
    case_number = models.CharField(max_length=40, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["address", "act_out"], name="nam_addr_address"),
            models.Index(fields=["street", "number"], name="nam_addr_number"),
            models.Index(fields=["text"], name="nam_addr_text"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def standing(self) -> str:
        """The state; rows from before the column was there are standard addresses."""
        return self.state or self.State.STANDARD


class AddressPosition(models.Model):
    """Where an address is besides its entrance, and how each place became known: never updated, only replaced."""

    class Kind(models.TextChoices):
        """What stands at the point (ISO 19160-1 address position types as far as used here)."""

        ENTRANCE = "entrance", _("入口")
        PLATE = "plate", _("门牌")
        BUILDING = "building", _("楼栋")

    class Method(models.TextChoices):
        """How the point was taken."""

        GNSS = "gnss", _("卫星定位")
        MAP = "map", _("图上点取")
        SURVEY = "survey", _("测绘成果")
        IMPORT = "import", _("数据导入")

    row = models.BigAutoField(primary_key=True)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="positions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    method = models.CharField(max_length=10, choices=Method.choices)
    accuracy_m = models.FloatField(null=True)
    source = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)
    act_in = models.PositiveBigIntegerField()
    act_out = models.PositiveBigIntegerField(null=True)
    # Asked for by address alone; what is near a place is asked of the entrance in the version.
    geom = models.PointField(srid=FRAME_SRID, spatial_index=False)

    class Meta:
        indexes = [models.Index(fields=["address", "act_out"], name="nam_position_address")]

    def __str__(self) -> str:
        return f"{self.address_id} {self.kind}"


class AddressCode(Version):
    """A code that some system gives an address, between two days: an attribute, never a key (domain.md 5.1)."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="codes")
    scheme = models.CharField(max_length=40)
    code = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["address", "act_out"], name="nam_code_address"),
            models.Index(fields=["code"], name="nam_code_code"),
        ]

    def __str__(self) -> str:
        return self.code


class Plate(models.Model):
    """A plate that hangs, hung or is to be hung at a door. Its token (in the QR) resolves for ever.

    ``text`` and ``number`` are what is written on it; when the address changes, the old plate keeps them.
    """

    class State(models.TextChoices):
        """The life of a plate."""

        ORDERED = "ordered", _("待制作安装")
        HUNG = "hung", _("已安装")
        REPLACED = "replaced", _("已更换")
        REMOVED = "removed", _("已拆除")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="plates")
    token = models.CharField(max_length=24, unique=True)
    text = models.CharField(max_length=300)
    number = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED)
    due_on = models.DateField(null=True)
    hung_on = models.DateField(null=True)
    ordered_in = models.PositiveBigIntegerField()
    closed_in = models.PositiveBigIntegerField(null=True)
    case_number = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["address", "state"], name="nam_plate_address")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"
