"""What an office may set: rule profiles and the working calendar."""

from __future__ import annotations

from django.db import models

from geoapp.core.profiles import Profile


class RuleProfile(models.Model):
    """An edition of severities and local values, in force from a day."""

    name = models.CharField("名称", max_length=60)
    edition = models.CharField("版次", max_length=20)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("废止日期", null=True, blank=True)
    severities = models.JSONField("规则等级")
    values = models.JSONField("规则参数", default=dict)
    source_status = models.CharField("依据状态", max_length=20, default="UNVERIFIED")

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = "规则方案"
        verbose_name_plural = "规则方案"
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

    day = models.DateField("日期", primary_key=True)
    working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    source = models.CharField("来源", max_length=100, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = "工作日历"
        verbose_name_plural = "工作日历"

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.working else '休息'}"
