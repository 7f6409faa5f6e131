"""Yearly code lists sent by officers, and what the officers answered to each inferred act."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EditionUpload(models.Model):
    """A year's code list waiting to be confirmed; ``act`` once it was written into the register.

    ``on`` is the day the list takes effect: it is compared with the register of the day before. ``told`` holds the
    readings officers chose instead of the inferred ones, ``version`` counts their answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filename = models.CharField(max_length=200)
    file = models.FileField(upload_to="editions/%Y/%m/")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"))
    on = models.DateField(_("生效日期"))
    told = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    act = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename


class EditionAnswer(models.Model):
    """An officer's answer to one inferred act; ``key`` names the rows and the kind it speaks of."""

    class Verdict(models.TextChoices):
        """What the officer said."""

        CONFIRMED = "confirmed", _("已确认")
        REJECTED = "rejected", _("已驳回")

    upload = models.ForeignKey(EditionUpload, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=64)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    effective = models.DateField(_("生效日期"), null=True)
    reason = models.TextField(_("理由"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["upload", "key"], name="bnd_edition_answer_once")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {self.key[:12]}"
