"""Names and addresses as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NamingConfig(AppConfig):
    """The wing of names; enters its procedure and its rules into the workflow."""

    name = "naming"
    verbose_name = _("地名与地址")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the naming procedure and the rules about addresses, and the checks at start-up."""
        from boundaries import ports
        from geoapp.core.workflow import enter_rules
        from naming import door_workflow, system_checks, workflow  # noqa: F401
        from naming.address_checks import RULES
        from naming.unit_ports import NamingPorts

        enter_rules(RULES)
        ports.plug(NamingPorts())
