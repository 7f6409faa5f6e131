"""Who reads the published layers by a token, and which layers are not open to everyone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from geoapp.core.models.jurisdiction import Jurisdiction


class Consumer(models.Model):
    """A department's system that signs in with a token; only the token's hash is kept.

    ``layers`` names the restricted layers it may read (empty: all of them). With a jurisdiction it sees of these
    only what lies within. ``rate_per_minute`` replaces the general limit.
    """

    name = models.CharField(_("使用单位和系统"), max_length=200)
    username = models.CharField(_("用户名"), max_length=60, unique=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    token_hint = models.CharField(_("令牌开头"), max_length=8, editable=False)
    jurisdiction = models.ForeignKey(
        Jurisdiction, verbose_name=_("管辖范围"), null=True, blank=True, on_delete=models.PROTECT
    )
    layers = models.JSONField(_("限制图层"), default=list, blank=True)
    rate_per_minute = models.PositiveIntegerField(_("每分钟额度"), null=True, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("失效日"), null=True, blank=True)
    active = models.BooleanField(_("启用"), default=True)
    basis = models.CharField(_("批准依据"), max_length=300, blank=True)

    class Meta:
        ordering = ["username"]
        verbose_name = _("数据使用方")
        verbose_name_plural = pgettext_lazy("复数", "数据使用方")

    def __str__(self) -> str:
        return self.name


class RestrictedLayer(models.Model):
    """A published layer that only departments with a token may read, and by which decision."""

    layer = models.CharField(_("图层"), max_length=60, unique=True)
    basis = models.CharField(_("依据"), max_length=300)

    class Meta:
        ordering = ["layer"]
        verbose_name = _("限制图层")
        verbose_name_plural = pgettext_lazy("复数", "限制图层")

    def __str__(self) -> str:
        return self.layer
