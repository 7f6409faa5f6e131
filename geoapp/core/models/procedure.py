"""What happens to a case on its way: authority, consultation, publicity, decision, announcement."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from geoapp.core.models.accounts import Department
from geoapp.core.models.case import Attachment, Case, CaseItem
from geoapp.core.models.jurisdiction import Jurisdiction


class ApprovalAuthority(models.Model):
    """Who approves which kind of case in a jurisdiction, on which legal basis (domain fact 3)."""

    class Level(models.TextChoices):
        """Level of the approving government."""

        CITY = "city", _lazy("市人民政府")
        DISTRICT = "district", _lazy("区人民政府")

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, verbose_name=_lazy("适用辖区"))
    procedure = models.CharField(_lazy("事项"), max_length=30)
    category = models.CharField(_lazy("地名类别"), max_length=10)
    level = models.CharField(_lazy("批准层级"), max_length=10, choices=Level.choices)
    approver = models.CharField(_lazy("批准机关"), max_length=100)
    legal_basis = models.CharField(_lazy("法律依据"), max_length=300)
    delegation_document = models.CharField(_lazy("授权文件"), max_length=200, blank=True)
    consultees = models.ManyToManyField(Department, blank=True, verbose_name=_lazy("征求意见部门"))
    decision_days = models.PositiveSmallIntegerField(_lazy("审批时限（工作日）"), default=20)
    publicity_days = models.PositiveSmallIntegerField(_lazy("公示天数"), default=7)
    sign_days = models.PositiveSmallIntegerField(_lazy("设标天数"), default=60)
    valid_from = models.DateField(_lazy("施行日期"))
    valid_to = models.DateField(_lazy("废止日期"), null=True, blank=True)
    source_status = models.CharField(_lazy("依据状态"), max_length=20, default="UNVERIFIED")

    class Meta:
        ordering = ["jurisdiction", "category", "valid_from"]
        verbose_name = _lazy("审批权限")
        verbose_name_plural = pgettext_lazy("复数", "审批权限")

    def __str__(self) -> str:
        words = {"jurisdiction": self.jurisdiction, "category": self.category, "approver": self.approver}
        return _("%(jurisdiction)s %(category)s：%(approver)s") % words


class Consultation(models.Model):
    """A department's written opinion, asked and answered."""

    class Opinion(models.TextChoices):
        """What the department says."""

        AGREE = "agree", _lazy("同意")
        SUGGEST = "suggest", _lazy("同意，有修改建议")
        OBJECT = "object", _lazy("不同意")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consultations")
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    opinion = models.CharField(max_length=10, choices=Opinion.choices, blank=True)
    text = models.TextField(_lazy("意见"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    handling = models.TextField(_lazy("采纳情况"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "department"], name="core_consultation_once")]

    def __str__(self) -> str:
        words = {"department": self.department, "opinion": self.get_opinion_display() or _("待答复")}
        return _("%(department)s：%(opinion)s") % words


class Publicity(models.Model):
    """The period in which the public may comment; the last of a case is the one that counts."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="publicities")
    starts = models.DateField(_lazy("开始日期"))
    ends = models.DateField(_lazy("截止日期"))
    channel = models.CharField(_lazy("公示渠道"), max_length=200)
    text = models.TextField(_lazy("公示内容"), blank=True)
    evidence = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.SET_NULL)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case.number} {self.starts}–{self.ends}"


class PublicComment(models.Model):
    """What somebody said to a notice; an objection must be answered before the case goes on."""

    class Stance(models.TextChoices):
        """For, against, or a remark."""

        SUPPORT = "support", _lazy("支持")
        OBJECTION = "objection", _lazy("异议")
        REMARK = "remark", _lazy("建议")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publicity = models.ForeignKey(Publicity, on_delete=models.CASCADE, related_name="comments")
    item = models.ForeignKey(CaseItem, null=True, blank=True, on_delete=models.SET_NULL)
    stance = models.CharField(_lazy("态度"), max_length=10, choices=Stance.choices)
    name = models.CharField(_lazy("称呼"), max_length=60, blank=True)
    contact = models.CharField(_lazy("联系方式"), max_length=100, blank=True)
    text = models.TextField(_lazy("意见内容"))
    at = models.DateTimeField()
    answer = models.TextField(_lazy("答复"), blank=True)
    accepted = models.BooleanField(_lazy("采纳"), null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.get_stance_display()} {self.text[:20]}"


class Decision(models.Model):
    """The decision of a case: made in the system, or recorded from paper by two officers."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="decision")
    doc_no = models.CharField(_lazy("文号"), max_length=100)
    decided_on = models.DateField(_lazy("批准日期"))
    effective_on = models.DateField(_lazy("生效日期"))
    approver = models.CharField(_lazy("批准机关"), max_length=100)
    signer = models.CharField(_lazy("签发人"), max_length=60, blank=True)
    opinion = models.TextField(_lazy("审批意见"), blank=True)
    outcomes = models.JSONField(_lazy("分项结论"))
    from_paper = models.BooleanField(_lazy("据纸质批文登记"), default=False)
    scan = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    final = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.doc_no}"


class Announcement(models.Model):
    """The public announcement of an approved name with its six fields (地名备案公告管理办法)."""

    item = models.OneToOneField(CaseItem, on_delete=models.PROTECT, related_name="announcement")
    standard_name = models.CharField(_lazy("标准名称"), max_length=200)
    roman = models.CharField(_lazy("罗马字母拼写"), max_length=300)
    division = models.CharField(_lazy("所属政区"), max_length=200)
    location = models.TextField(_lazy("位置描述"))
    approver = models.CharField(_lazy("批准机关"), max_length=100)
    approved_on = models.DateField(_lazy("批准时间"))
    announced_on = models.DateField(_lazy("公告日期"))
    channels = models.JSONField(_lazy("公告渠道"), default=list)
    national_database = models.BooleanField(_lazy("已报国家地名信息库"), default=False)

    def __str__(self) -> str:
        return f"{self.standard_name} {self.announced_on}"
