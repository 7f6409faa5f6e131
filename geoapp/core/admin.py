"""What an administrator may configure. Registers, cases and acts are shown nowhere here: they change by acts only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.models import (
    ApprovalAuthority,
    CalendarDay,
    Department,
    Membership,
    Organisation,
    RuleProfile,
    User,
)
from geoapp.core.profiles import UnknownRule, verify
from geoapp.core.workflow import registries


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """The roles of a person."""

    model = Membership
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """People and their roles."""

    inlines = [MembershipInline]
    list_display = ["username", "display_name", "is_active", "is_staff"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_lazy("个人信息"), {"fields": ["display_name", "email"]}),
        (_lazy("权限"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]


@admin.register(ApprovalAuthority)
class AuthorityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who approves what, on which basis."""

    list_display = [
        "jurisdiction",
        "category",
        "level",
        "approver",
        "valid_from",
        "valid_to",
        "source_status",
    ]
    list_filter = ["level", "source_status"]
    filter_horizontal = ["consultees"]


class ProfileForm(ModelForm):  # type: ignore[type-arg]
    """Refuses a profile that disarms a rule by a typing error."""

    class Meta:
        model = RuleProfile
        fields = ["name", "edition", "valid_from", "valid_to", "severities", "values", "source_status"]

    def clean(self) -> dict[str, Any] | None:
        """Verify the keys against the rules that exist."""
        cleaned = super().clean()
        if cleaned and "severities" in cleaned and "values" in cleaned:
            fields = {k: cleaned[k] for k in self.Meta.fields if k in cleaned}
            try:
                verify(RuleProfile(**fields).as_profile(), registries())
            except (UnknownRule, ValueError) as error:
                raise ValidationError(_("规则方案有误：%(error)s") % {"error": error}) from error
        return cleaned


@admin.register(RuleProfile)
class ProfileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Editions of severities and local values."""

    form = ProfileForm
    list_display = ["name", "edition", "valid_from", "valid_to", "source_status"]


@admin.register(CalendarDay)
class CalendarAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Working days and holidays."""

    list_display = ["day", "working", "name", "provisional", "source"]
    list_filter = ["provisional", "working"]
    date_hierarchy = "day"


@admin.register(Department, Organisation)
class PlainAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Departments and applicant bodies."""

    list_display = ["__str__"]
    search_fields = ["name"]
