"""Address files on their way into the register: the file, its rows with what was found, remembered columns."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AddressImport(models.Model):
    """An address file: what its sender said about it, how far it got, and under which acts its rows were entered.

    ``staged`` rows were read from the file, ``checked_to`` and ``entered_to`` are the places up to which the rows
    were checked and entered (both go through the rows place by place). ``accepted``: every repair is agreed to.
    """

    class State(models.TextChoices):
        """The life of an import."""

        UPLOADED = "uploaded", _("待核对各列")
        STAGING = "staging", _("正在读入")
        CHECKING = "checking", _("正在检查")
        CHECKED = "checked", _("已检查")
        ENTERING = "entering", _("正在登记")
        DONE = "done", _("已完成")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filename = models.CharField(max_length=200)
    path = models.CharField(max_length=500, blank=True)
    file = models.FileField(upload_to="addresses/%Y/%m/", null=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    header = models.JSONField(default=list)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    accepted = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    areas = models.JSONField(null=True)
    total = models.PositiveIntegerField(null=True)
    staged = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    checked_to = models.UUIDField(null=True)
    checked_seq = models.PositiveBigIntegerField(null=True)
    entered = models.PositiveIntegerField(default=0)
    entered_to = models.UUIDField(null=True)
    acts = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    lock_version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.filename


class AddressImportRow(models.Model):
    """A row of an address file as written, where it sorts, and what was found.

    ``values`` are the cells in the order of the header; ``place`` is nil where the street is unclear, ``sub_number``
    0 where there is none. ``x_mm`` and ``y_mm`` are the position in the frame; ``cell`` the square metre it is in.
    A staged row of a checked import has nothing found against it.
    """

    class State(models.TextChoices):
        """How the row stands."""

        STAGED = "staged", _("通过")
        WARNED = "warned", _("有警告")
        BLOCKED = "blocked", _("不通过")
        PRESENT = "present", _("登记中已有")
        ENTERED = "entered", _("已登记")

    NOWHERE = uuid.UUID(int=0)

    row = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(AddressImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    index = models.PositiveIntegerField()
    values = models.JSONField()
    place = models.UUIDField()
    number = models.PositiveIntegerField(default=0)
    sub_number = models.PositiveIntegerField(default=0)
    x_mm = models.BigIntegerField(null=True)
    y_mm = models.BigIntegerField(null=True)
    cell = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.STAGED)
    accepted = models.BooleanField(default=False)
    findings = models.JSONField(null=True)
    act = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "index"], name="nam_import_row_index")]
        indexes = [
            models.Index(
                fields=["batch", "place", "number", "sub_number", "index"], name="nam_import_row_place"
            ),
            models.Index(fields=["batch", "cell"], name="nam_import_row_cell"),
            models.Index(
                fields=["batch", "state", "index"],
                condition=~models.Q(state__in=["staged", "entered"]),
                name="nam_import_row_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.index}"


class ColumnMapping(models.Model):
    """Which part of an address each column of a header holds, as somebody last confirmed it for that header."""

    signature = models.CharField(max_length=64, primary_key=True)
    header = models.JSONField()
    mapping = models.JSONField()
    options = models.JSONField(default=dict)
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.signature[:12]
