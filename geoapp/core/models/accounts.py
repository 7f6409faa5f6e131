"""People, the bodies they act for and the roles they hold in a jurisdiction."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from geoapp.core.models.jurisdiction import Jurisdiction


class User(AbstractUser):
    """A person who signs in."""

    display_name = models.CharField(_lazy("姓名"), max_length=60, blank=True)

    class Meta:
        verbose_name = _lazy("用户")
        verbose_name_plural = pgettext_lazy("复数", "用户")

    def __str__(self) -> str:
        return self.display_name or self.username


class Organisation(models.Model):
    """A body that may apply (地名管理条例 art. 11: never a natural person)."""

    class Kind(models.TextChoices):
        """Kinds of body; PERSON exists so that rule D-03 can refuse it by name."""

        AUTHORITY = "authority", _lazy("机关")
        ENTERPRISE = "enterprise", _lazy("企业事业单位")
        SELF_GOVERNING = "self_governing", _lazy("基层群众性自治组织")
        PERSON = "person", _lazy("自然人")

    name = models.CharField(_lazy("名称"), max_length=200)
    kind = models.CharField(_lazy("类型"), max_length=20, choices=Kind.choices)
    uscc = models.CharField(_lazy("统一社会信用代码"), max_length=18, blank=True)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, verbose_name=_lazy("所在辖区"))

    class Meta:
        verbose_name = _lazy("申请主体")
        verbose_name_plural = pgettext_lazy("复数", "申请主体")

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A kind of department that is consulted (公安, 自然资源 …)."""

    code = models.CharField(_lazy("代号"), max_length=10, unique=True)
    name = models.CharField(_lazy("名称"), max_length=60)

    class Meta:
        ordering = ["code"]
        verbose_name = _lazy("部门")
        verbose_name_plural = pgettext_lazy("复数", "部门")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role held by a person in a jurisdiction, for a time."""

    class Role(models.TextChoices):
        """The roles of the service."""

        APPLICANT = "applicant", _lazy("申请主体经办人")
        TOWN = "town_officer", _lazy("镇街地名工作人员")
        DISTRICT = "district_officer", _lazy("区民政地名科")
        CITY = "city_officer", _lazy("市民政地名科")
        DEPARTMENT = "department", _lazy("征求意见部门")
        EXPERT = "expert", _lazy("地名专家")
        APPROVER = "approver", _lazy("批准机关")
        PUBLISHER = "publisher", _lazy("公告发布")
        COLLECTOR = "collector", _lazy("地址采集员")
        AUDITOR = "auditor", _lazy("审计")
        ADMIN = "admin", _lazy("系统管理")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_lazy("角色"), max_length=20, choices=Role.choices)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, verbose_name=_lazy("辖区"))
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_lazy("部门")
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_lazy("申请主体")
    )
    valid_from = models.DateField(_lazy("自"))
    valid_to = models.DateField(_lazy("至"), null=True, blank=True)

    class Meta:
        verbose_name = _lazy("任职")
        verbose_name_plural = pgettext_lazy("复数", "任职")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(role="department") | models.Q(department__isnull=False),
                name="core_membership_department_named",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="applicant") | models.Q(organisation__isnull=False),
                name="core_membership_organisation_named",
            ),
        ]

    def __str__(self) -> str:
        words = {"user": self.user, "role": self.get_role_display(), "jurisdiction": self.jurisdiction}
        return _("%(user)s：%(role)s（%(jurisdiction)s）") % words
