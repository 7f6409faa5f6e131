"""The pages as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlannerConfig(AppConfig):
    """Shell, sign-in, search, map and case pages."""

    name = "geoapp.planner"
    label = "planner"
    verbose_name = _("页面")
