"""A case: paperwork with items, a chained event log, findings, attachments and the tasks after the decision."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from geoapp.core.models.accounts import Organisation
from geoapp.core.models.jurisdiction import Jurisdiction


class CaseNumber(models.Model):
    """The counter behind case numbers such as SM-440605-2026-000123."""

    prefix = models.CharField(max_length=30, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Case(models.Model):
    """An application on its way through a statutory procedure."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("案号"), max_length=40, unique=True)
    procedure = models.CharField(max_length=30)
    title = models.CharField(_("事项"), max_length=200)
    status = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="cases", verbose_name=_("办理辖区")
    )
    place = models.ForeignKey(
        Jurisdiction, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("所在辖区")
    )
    applicant = models.ForeignKey(Organisation, on_delete=models.PROTECT, verbose_name=_("申请主体"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="filed_cases"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="claimed_cases",
    )
    reason = models.TextField(_("申请理由"), blank=True)
    impact = models.CharField(_("社会影响"), max_length=10, default="low")
    authority = models.ForeignKey(
        "core.ApprovalAuthority", null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("审批依据")
    )
    accept_order = models.PositiveBigIntegerField(_("受理次序"), null=True, db_index=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    event_head = models.CharField(max_length=64, default="0" * 64)
    synthetic = models.BooleanField(_("示意数据"), default=False)
    lock_version = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("案件")
        verbose_name_plural = pgettext_lazy("复数", "案件")
        indexes = [models.Index(fields=["procedure", "status"], name="core_case_status")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class CaseItem(models.Model):
    """One matter of a case with an outcome of its own."""

    class Outcome(models.TextChoices):
        """What became of an item."""

        PENDING = "pending", _("待定")
        APPROVED = "approved", _("批准")
        REFUSED = "refused", _("不予批准")
        SENT_BACK = "sent_back", _("退回")
        SPLIT_OFF = "split_off", _("另案办理")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="items")
    seq = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.PENDING)
    outcome_reason = models.TextField(blank=True)
    split_to = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="split_from")
    subject_id = models.UUIDField(null=True)
    checked_at_seq = models.PositiveBigIntegerField(null=True)
    checked_profile = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="core_caseitem_seq")]

    def __str__(self) -> str:
        return self.title


class CaseEvent(models.Model):
    """A line of a case's history; append-only, chained by hash over the stored bytes."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    action = models.CharField(max_length=40)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    data = models.TextField(default="{}")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="core_caseevent_seq")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.seq} {self.action}"


class FindingRow(models.Model):
    """A finding kept on an item, with the officer's written answer."""

    item = models.ForeignKey(CaseItem, on_delete=models.CASCADE, related_name="findings")
    stage = models.CharField(max_length=10)
    key = models.CharField(max_length=20)
    code = models.CharField(max_length=12)
    variant = models.CharField(max_length=20, blank=True)
    severity = models.CharField(max_length=6)
    message = models.TextField()
    law = models.CharField(max_length=200)
    remedy = models.TextField(blank=True)
    sentence = models.TextField(blank=True)
    subject = models.JSONField(null=True)
    geometry = models.JSONField(null=True)
    profile = models.CharField(max_length=100)
    found_at = models.DateTimeField()
    found_at_seq = models.PositiveBigIntegerField(default=0)
    current = models.BooleanField(default=True)
    answer = models.TextField(_("书面说明"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    answered_at = models.DateTimeField(null=True)
    message_en = models.TextField(blank=True, default="")
    remedy_en = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["item", "id"]
        indexes = [models.Index(fields=["item", "current"], name="core_finding_current")]

    def __str__(self) -> str:
        return f"{self.code} {self.message}"


class Attachment(models.Model):
    """A document of a case: typed by its content, sized, with a checksum."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    item = models.ForeignKey(CaseItem, null=True, blank=True, on_delete=models.SET_NULL)
    kind = models.CharField(_("材料类别"), max_length=40)
    filename = models.CharField(_("文件名"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="attachments/%Y/%m/")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["uploaded_at"]

    def __str__(self) -> str:
        return self.filename


class CaseTask(models.Model):
    """What must still be done after the decision: filing, announcement, signs, sharing."""

    class Kind(models.TextChoices):
        """The parallel tasks."""

        FILE = "file", _("备案")
        ANNOUNCE = "announce", _("公告")
        SIGNS = "signs", _("设标")
        SHARE = "share", _("共享推送")
        CODES = "codes", _("赋码")
        IMPLEMENT = "implement", _("实施")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    started_on = models.DateField()
    due_on = models.DateField(null=True)
    due_law = models.CharField(max_length=100, blank=True)
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="core_casetask_kind")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()}"
