"""The services for consumers as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OgcConfig(AppConfig):
    """OGC API over the published tables."""

    name = "geoapp.ogc"
    label = "ogc"
    verbose_name = _("数据服务")
