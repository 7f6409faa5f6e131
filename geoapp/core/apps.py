"""The foundation as a Django app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Sets the city frame before anything computes."""

    name = "geoapp.core"
    label = "core"
    verbose_name = _("基础")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Configure the frame and register the system checks."""
        from geoapp.core import frame, system_checks  # noqa: F401

        frame.configure(settings.GEOAPP_FRAME_SRID)
