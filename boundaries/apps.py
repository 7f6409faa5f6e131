"""Units and boundaries as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoundariesConfig(AppConfig):
    """The wing of units, lines and markers."""

    name = "boundaries"
    verbose_name = _("区划与界线")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the adjustment procedures with the workflow."""
        from boundaries import workflow  # noqa: F401
