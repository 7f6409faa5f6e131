"""What the change feed keeps: digests of the published layers after each act, and whom to tell of new acts."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from geoapp.core.models.accounts import Department
from geoapp.core.models.jurisdiction import Jurisdiction


def new_secret() -> str:
    """Return a secret for signing, 256 bits."""
    return secrets.token_urlsafe(32)


class FeedMark(models.Model):
    """How far the digests are brought forward.

    ``generation`` grows when they were dropped: rows were rebuilt under the same acts, or ``edition`` (which layers
    and columns the digests are over) is no longer that of the program.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    generation = models.PositiveIntegerField(default=1)
    edition = models.CharField(max_length=64, blank=True)


class FeedState(models.Model):
    """What a layer holds after an act that changed it; between two rows of a layer nothing changed.

    ``state`` is the set hash as 384 bytes, ``digest`` its SHA-256. ``added`` and ``removed`` count published rows;
    ``rows`` lists their numbers as JSON unless there are too many (then "").
    """

    seq = models.PositiveBigIntegerField()
    layer = models.CharField(max_length=40)
    count = models.PositiveBigIntegerField()
    added = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    state = models.BinaryField()
    digest = models.CharField(max_length=64)
    rows = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "seq"], name="core_feedstate_layer_seq")]
        indexes = [models.Index(fields=["seq"], name="core_feedstate_seq")]

    def __str__(self) -> str:
        return f"#{self.seq} {self.layer} {self.digest[:12]}"


class Webhook(models.Model):
    """A department's address that new acts are sent to."""

    name = models.CharField(_("名称"), max_length=100)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("部门")
    )
    url = models.CharField(
        _("接收地址"),
        max_length=500,
        help_text=_("主机须在 GEOAPP_WEBHOOK_HOSTS 允许的名单中"),
    )
    secret = models.CharField(_("签名密钥"), max_length=200, default=new_secret)
    layers = models.JSONField(_("图层"), default=list, blank=True, help_text=_("空表示全部图层"))
    district = models.ForeignKey(
        Jurisdiction,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        limit_choices_to={"level": "district"},
        verbose_name=_("只送这个区的变更"),
    )
    active = models.BooleanField(_("启用"), default=True)
    delivered_seq = models.PositiveBigIntegerField(_("已送到的登记行为序号"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("变更推送")
        verbose_name_plural = pgettext_lazy("复数", "变更推送")

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One message to a webhook, tried until it is taken or dead: acts after ``after_seq`` up to ``upto_seq``."""

    class State(models.TextChoices):
        """Where a delivery stands."""

        WAITING = "waiting", _("待送")
        DELIVERED = "delivered", _("已送达")
        DEAD = "dead", _("已停送")

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("变更推送")
    )
    after_seq = models.PositiveBigIntegerField()
    upto_seq = models.PositiveBigIntegerField(_("至登记行为"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("已试次数"), default=0)
    next_try_at = models.DateTimeField(_("下次尝试"))
    last_try_at = models.DateTimeField(_("上次尝试"), null=True)
    status = models.PositiveSmallIntegerField(_("HTTP 状态"), null=True)
    error = models.CharField(_("失败原因"), max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(_("用时（毫秒）"), null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # Acts told once are told again only when somebody sets ``delivered_seq`` back: by a new message.
            models.UniqueConstraint(
                fields=["webhook", "after_seq"],
                condition=~models.Q(state="delivered"),
                name="core_webhookdelivery_start",
            )
        ]
        verbose_name = _("推送记录")
        verbose_name_plural = pgettext_lazy("复数", "推送记录")

    def __str__(self) -> str:
        return f"{self.webhook_id}-{self.pk}"
