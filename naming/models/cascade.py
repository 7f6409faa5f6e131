"""Cascades written beforehand: which rows lie ready, what they replace, and up to which act the register was read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from geoapp.core.models import Case


class CascadeBatch(models.Model):
    """Rows of one table prepared for one act to come; their ``act_in`` and ``act_out`` are ``marker``.

    ``key`` says what was prepared for what: another name or another day is another batch. ``checked_seq`` is the last
    act up to which every entry is known to be right. ``scope`` and ``names`` are the communities (of a street's
    doors) or the streets (of units' doors) and the digest of the names the texts were composed of (register rows only).
    """

    class Layer(models.TextChoices):
        """Which table the rows are in."""

        REGISTER = "register", _("登记簿")
        PUBLIC = "public", _("公开图层")

    class State(models.TextChoices):
        """How far it is."""

        PREPARING = "preparing", _("准备中")
        READY = "ready", _("已备好")
        ACTIVATED = "activated", _("已启用")
        ABANDONED = "abandoned", _("已作废")

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="cascades")
    subject = models.CharField(max_length=64, blank=True)
    layer = models.CharField(max_length=10, choices=Layer.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    redone = models.PositiveIntegerField(default=0)
    checked_seq = models.PositiveBigIntegerField(default=0)
    scope = models.JSONField(default=list)
    names = models.CharField(max_length=64, blank=True)
    act = models.PositiveBigIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "state"], name="nam_cascade_key")]

    def __str__(self) -> str:
        return f"{self.get_layer_display()} {self.done}/{self.total}"


class CascadeSlice(models.Model):
    """What one short transaction prepared: ``[thing, rows read, rows replaced, rows written]`` for some hundred things."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(CascadeBatch, on_delete=models.CASCADE, related_name="slices")
    entries = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.pk}"
