"""The register of names: an anchor that never changes, its names and its extents in time.

ISO 19112: ``PlaceName`` is the location instance, ``PlaceNameVersion`` its geographic identifier.
"""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from boundaries.models import FRAME_SRID, BuiltUpArea, Unit
from geoapp.core.models import Jurisdiction, Version


class PlaceName(models.Model):
    """A registered place; its UUID is never reused and resolves for ever."""

    class Category(models.TextChoices):
        """Categories of place."""

        STREET = "STR", _("街路巷")
        UNIT = "ADM", _("行政区划与村居")
        VILLAGE = "VIL", _("自然村")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    category = models.CharField(max_length=10, choices=Category.choices)
    unit = models.OneToOneField(Unit, null=True, on_delete=models.PROTECT, related_name="place_name")
    synthetic = models.BooleanField(default=False)
    # Bumped by whoever allocates a number along it (geoapp.core.database.lock_rows).
    lock_version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.category} {self.id}"


class PlaceNameVersion(Version):
    """A name in law between two days, with its reading, keys, meaning and approval."""

    class UseState(models.TextChoices):
        """How the name stands in use."""

        STANDARD = "standard", _("标准地名")
        HISTORIC = "historic", _("历史地名")
        EXISTING = "existing", _("现状名称（未经批准）")

    place = models.ForeignKey(PlaceName, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=200)
    specific = models.CharField(max_length=200, blank=True)
    modifier = models.CharField(max_length=20, blank=True)
    generic = models.CharField(max_length=20, blank=True)
    stem = models.CharField(max_length=200, blank=True)
    ordinal = models.PositiveIntegerField(null=True)
    normalised = models.CharField(max_length=200, db_index=True)
    pinyin_std = models.CharField(max_length=300)
    pinyin_sign = models.CharField(max_length=300)
    key_toned = models.CharField(max_length=300, db_index=True)
    key_toneless = models.CharField(max_length=300, db_index=True)
    key_fuzzy = models.CharField(max_length=300)
    key_initials = models.CharField(max_length=60)
    key_jyutping = models.CharField(max_length=300)
    key_jyutping_toneless = models.CharField(max_length=300)
    meaning = models.TextField(blank=True)
    use_state = models.CharField(max_length=10, choices=UseState.choices, default=UseState.STANDARD)
    existing_duplicate = models.BooleanField(default=False)
    scope = models.UUIDField(null=True)
    scopes = models.JSONField(default=list)
    scope_name = models.CharField(max_length=100, blank=True)
    approver = models.CharField(max_length=100, blank=True)
    doc_no = models.CharField(max_length=100, blank=True)
    approved_on = models.DateField(null=True)
    case_number = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["place", "act_out"], name="nam_pnv_place"),
            models.Index(fields=["stem", "generic"], name="nam_pnv_stem"),
            models.Index(fields=["key_jyutping"], name="nam_pnv_jyutping"),
        ]
        constraints = [
            # The net under the locks: two open-ended names alike in one scope cannot both be recorded. On
            # PostgreSQL an exclusion constraint over the whole validity stands beside it.
            models.UniqueConstraint(
                fields=["scope", "normalised"],
                condition=models.Q(
                    act_out__isnull=True, valid_to__isnull=True, existing_duplicate=False, scope__isnull=False
                ),
                name="nam_pnv_unique_in_scope",
            )
        ]

    def __str__(self) -> str:
        return self.name


class StreetVersion(Version):
    """A street's extent between two days: ordered parts, each with a role; numbering runs on the main axis."""

    place = models.ForeignKey(PlaceName, on_delete=models.PROTECT, related_name="extents")
    town = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    built_up_area = models.ForeignKey(BuiltUpArea, null=True, on_delete=models.PROTECT, related_name="+")
    roles = models.JSONField(default=list)
    width_m = models.FloatField(null=True)
    length_m = models.FloatField()
    road_class = models.CharField(max_length=20, blank=True)
    start_text = models.CharField(max_length=200, blank=True)
    end_text = models.CharField(max_length=200, blank=True)
    parent_street = models.ForeignKey(PlaceName, null=True, on_delete=models.PROTECT, related_name="branches")
    where = models.CharField(max_length=200, blank=True)
    geom = models.MultiLineStringField(srid=FRAME_SRID)

    class Meta:
        indexes = [models.Index(fields=["place", "act_out"], name="nam_street_place")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.length_m:.0f} m"


class SearchName(models.Model):
    """One line of the public search: a name, present or former, with its keys and where to look."""

    subject_type = models.CharField(max_length=10)
    subject_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=200, db_index=True)
    pinyin = models.CharField(max_length=300, blank=True)
    latin = models.CharField(max_length=300, db_index=True)
    initials = models.CharField(max_length=60, db_index=True)
    jyutping = models.CharField(max_length=300, blank=True)
    former = models.BooleanField(default=False)
    where = models.CharField(max_length=200, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name
