"""Units and boundaries as a Django app."""

from django.apps import AppConfig


class BoundariesConfig(AppConfig):
    """The wing of units, lines and markers."""

    name = "boundaries"
    verbose_name = "区划与界线"
    default_auto_field = "django.db.models.BigAutoField"
