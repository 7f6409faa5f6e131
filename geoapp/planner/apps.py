"""The pages as a Django app."""

from django.apps import AppConfig


class PlannerConfig(AppConfig):
    """Shell, sign-in, search, map and case pages."""

    name = "geoapp.planner"
    label = "planner"
    verbose_name = "页面"
