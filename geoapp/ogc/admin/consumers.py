"""Who reads restricted layers: tokens are issued here and shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.models import Consumer, RestrictedLayer
from geoapp.ogc import clients
from geoapp.ogc.layers import LAYERS


def _choices() -> list[tuple[str, str]]:
    return [(layer.id, f"{layer.title.here()} {layer.id}") for layer in LAYERS.values()]


class RestrictedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A layer is chosen, not typed."""

    layer = forms.ChoiceField(label=_lazy("图层"), choices=_choices)

    class Meta:
        model = RestrictedLayer
        fields = ["layer", "basis"]


class ConsumerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Layers are chosen, not typed; none means all restricted ones."""

    layers = forms.MultipleChoiceField(
        label=_lazy("限制图层"),
        choices=_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("不选表示全部限制图层"),
    )

    class Meta:
        model = Consumer
        fields = [
            "name",
            "username",
            "jurisdiction",
            "layers",
            "rate_per_minute",
            "valid_from",
            "valid_to",
            "active",
            "basis",
        ]


@admin.register(RestrictedLayer)
class RestrictedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Layers that are not open to everyone."""

    form = RestrictedForm
    list_display = ["layer", "basis"]


@admin.register(Consumer)
class ConsumerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Departments' systems and their tokens."""

    form = ConsumerForm
    list_display = ["name", "username", "token_hint", "jurisdiction", "valid_from", "valid_to", "active"]
    list_filter = ["active"]
    actions = ["renew"]

    def save_model(self, request: HttpRequest, obj: Consumer, form: Any, change: bool) -> None:
        """A new consumer gets its token at once."""
        if change:
            obj.save()
        else:
            self._tell(request, obj, clients.issue(obj))

    @admin.action(description=_lazy("换发令牌（旧令牌立即失效）"))
    def renew(self, request: HttpRequest, queryset: QuerySet[Consumer]) -> None:
        """Give new tokens."""
        for consumer in queryset:
            self._tell(request, consumer, clients.issue(consumer))

    def _tell(self, request: HttpRequest, consumer: Consumer, token: str) -> None:
        said = _("“%(name)s”的令牌：%(token)s　只显示这一次，请立即交给使用方保管")
        self.message_user(request, said % {"name": consumer.name, "token": token}, messages.WARNING)
