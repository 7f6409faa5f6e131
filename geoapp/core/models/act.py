"""The one table of acts: record time, feed number and hash chain at once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Act(models.Model):
    """A deed that changed the register or what the public sees, in order of commit, without gaps."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=40)
    case = models.ForeignKey("core.Case", null=True, on_delete=models.PROTECT, related_name="acts")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    payload = models.TextField()
    payload_hash = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        verbose_name = _("登记行为")
        verbose_name_plural = pgettext_lazy("复数", "登记行为")

    def __str__(self) -> str:
        return f"#{self.seq} {self.kind}"


class ActHead(models.Model):
    """The row that hands out ``seq``; locked just before the first register write."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
