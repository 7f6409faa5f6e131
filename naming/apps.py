"""Names and addresses as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NamingConfig(AppConfig):
    """The wing of names; enters its procedure into the workflow."""

    name = "naming"
    verbose_name = _("地名与地址")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the naming procedure with the workflow."""
        from boundaries import ports
        from naming import door_workflow, workflow  # noqa: F401
        from naming.unit_ports import NamingPorts

        ports.plug(NamingPorts())
