"""The services for consumers as a Django app."""

from django.apps import AppConfig


class OgcConfig(AppConfig):
    """OGC API over the published tables."""

    name = "geoapp.ogc"
    label = "ogc"
    verbose_name = "数据服务"
