"""The tree that roles and locks hang on."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Jurisdiction(models.Model):
    """An area of responsibility: the city, a district or a town, with its path from the root."""

    class Level(models.TextChoices):
        """Levels from the city down."""

        CITY = "city", _("市")
        DISTRICT = "district", _("区")
        TOWN = "town", _("镇街")
        COMMUNITY = "community", _("村居")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True)
    level = models.CharField(max_length=10, choices=Level.choices)
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=12, db_index=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    lock_version = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["path"]
        verbose_name = _("管辖范围")
        verbose_name_plural = pgettext_lazy("复数", "管辖范围")

    def __str__(self) -> str:
        return self.name

    def contains(self, other: Jurisdiction) -> bool:
        """Say whether ``other`` is this jurisdiction or lies below it."""
        return other.path == self.path or other.path.startswith(f"{self.path}/")
