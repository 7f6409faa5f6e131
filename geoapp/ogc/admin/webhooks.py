"""Subscriptions of departments to new acts, and the log of what was sent to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.acts import head_seq
from geoapp.core.models import Webhook, WebhookDelivery
from geoapp.core.models.feed import new_secret
from geoapp.ogc.feed.webhooks import sending
from geoapp.ogc.feed.webhooks.posting import NotAllowed, target_of
from geoapp.ogc.layers import LAYERS


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses an address off the list; never shows a secret that is kept."""

    secret = forms.CharField(
        label=_lazy("签名密钥"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=_lazy("至少 32 个字符，双方各存一份；保存后不再显示。留空表示不变"),
    )
    layers = forms.MultipleChoiceField(label=_lazy("图层"), required=False, help_text=_lazy("空表示全部图层"))

    class Meta:
        model = Webhook
        fields = ["name", "department", "url", "secret", "layers", "district", "active", "delivered_seq"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layers"].choices = [  # type: ignore[attr-defined]
            (name, layer.title.here()) for name, layer in LAYERS.items()
        ]
        if not self.instance.pk:
            self.fields["delivered_seq"].initial = head_seq()
        self._kept = self.instance.secret if self.instance.pk else ""

    def clean_url(self) -> str:
        """Hold the address against the list of hosts."""
        try:
            target_of(self.cleaned_data["url"])
        except NotAllowed as error:
            raise ValidationError(str(error)) from error
        return str(self.cleaned_data["url"])

    def clean_secret(self) -> str:
        """Keep the secret when none is given; refuse a short one."""
        given = str(self.cleaned_data["secret"])
        if not given and self._kept:
            return self._kept
        if len(given) < 32:
            raise ValidationError(_("签名密钥至少 32 个字符，例如 %s") % new_secret())
        return given


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who is told of new acts."""

    form = WebhookForm
    list_display = ["name", "department", "url", "active", "delivered_seq"]
    list_filter = ["active"]


@admin.register(WebhookDelivery)
class DeliveryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What was sent, read only but for trying again."""

    list_display = [
        "__str__",
        "webhook",
        "state",
        "attempts",
        "status",
        "error",
        "last_try_at",
        "next_try_at",
    ]
    list_filter = ["state", "webhook"]
    actions = ["send_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes into the log."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are looked at; the action is the one thing to do, for those who may change subscriptions."""
        return obj is None and request.user.has_perm("core.change_webhook")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The log stays."""
        return False

    @admin.action(description=_lazy("重新投递停送的消息"), permissions=["change"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        """Revive what is dead."""
        messages.success(request, _("%d 件消息将重新投递") % sending.revive(chosen))
