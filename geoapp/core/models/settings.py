"""What an office may set: rule profiles and the working calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from geoapp.core.profiles import Profile


class RuleProfile(models.Model):
    """An edition of severities and local values, in force from a day."""

    name = models.CharField(_lazy("名称"), max_length=60)
    edition = models.CharField(_lazy("版次"), max_length=20)
    valid_from = models.DateField(_lazy("施行日期"))
    valid_to = models.DateField(_lazy("废止日期"), null=True, blank=True)
    severities = models.JSONField(_lazy("规则等级"))
    values = models.JSONField(_lazy("规则参数"), default=dict)
    source_status = models.CharField(_lazy("依据状态"), max_length=20, default="UNVERIFIED")

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _lazy("规则方案")
        verbose_name_plural = pgettext_lazy("复数", "规则方案")
        constraints = [models.UniqueConstraint(fields=["name", "edition"], name="core_ruleprofile_edition")]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"

    def as_profile(self) -> Profile:
        """Return the frozen value that rules are weighed with."""
        return Profile(
            self.name, self.edition, self.valid_from, self.severities, self.values, self.source_status
        )


class CalendarDay(models.Model):
    """A day that differs from Mon–Fri working, Sat–Sun free."""

    day = models.DateField(_lazy("日期"), primary_key=True)
    working = models.BooleanField(_lazy("上班"))
    name = models.CharField(_lazy("名称"), max_length=40, blank=True)
    provisional = models.BooleanField(_lazy("暂定"), default=False)
    source = models.CharField(_lazy("来源"), max_length=100, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _lazy("工作日历")
        verbose_name_plural = pgettext_lazy("复数", "工作日历")

    def __str__(self) -> str:
        return f"{self.day} {_('上班') if self.working else _('休息')}"
