"""A site that serves the tables of the comparison through django-gisserver; runs in the other servers' environment.

The database comes from BENCH_HOST, BENCH_PORT, BENCH_NAME and BENCH_USER. Start: ``gunicorn gisserver_site:application``.
"""

from __future__ import annotations

import os

from django.conf import settings

settings.configure(
    SECRET_KEY="loopback only, for as long as a benchmark runs",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="gisserver_site",
    INSTALLED_APPS=["django.contrib.gis", "gisserver"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "HOST": os.environ["BENCH_HOST"],
            "PORT": os.environ["BENCH_PORT"],
            "NAME": os.environ["BENCH_NAME"],
            "USER": os.environ["BENCH_USER"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "options": "-c search_path=peers,public -c max_parallel_workers_per_gather=0 -c jit=off"
            },
        }
    },
    GISSERVER_DEFAULT_MAX_PAGE_SIZE=10_000,
    GISSERVER_CAPABILITIES_BOUNDING_BOX=False,
)

import django  # noqa: E402

django.setup()

from django.contrib.gis.db import models  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from gisserver.features import FeatureType, ServiceDescription  # noqa: E402
from gisserver.geometries import CRS84, WGS84  # noqa: E402
from gisserver.views import WFSView  # noqa: E402


class Row(models.Model):
    """What both tables have."""

    id = models.CharField(primary_key=True, max_length=36)
    name = models.CharField(max_length=300)
    code = models.CharField(max_length=12)
    kind = models.CharField(max_length=40)
    unit = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    act = models.BigIntegerField()
    synthetic = models.BooleanField()

    class Meta:
        abstract = True


class Address(Row):
    """An address."""

    street = models.CharField(max_length=200)
    number = models.CharField(max_length=20)
    compound = models.CharField(max_length=100, null=True)
    building = models.CharField(max_length=40, null=True)
    unit_no = models.CharField(max_length=40, null=True)
    floor = models.CharField(max_length=20, null=True)
    room = models.CharField(max_length=40, null=True)
    geom = models.PointField(srid=4326)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "addresses"


class Community(Row):
    """A community."""

    pinyin = models.CharField(max_length=300)
    parent_code = models.CharField(max_length=12)
    households = models.IntegerField()
    population = models.IntegerField()
    geom = models.MultiPolygonField(srid=4326)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "communities"


def _type(model: type[models.Model], name: str) -> FeatureType:
    return FeatureType(
        model.objects.all(),
        name=name,
        fields="__all__",
        crs=WGS84,
        other_crs=[CRS84],
        show_name_field=False,
    )


class Wfs(WFSView):
    """The service."""

    xml_namespace = "urn:bench"
    service_description = ServiceDescription(title="bench")
    feature_types = [_type(Address, "addresses"), _type(Community, "communities")]


urlpatterns = [path("wfs", Wfs.as_view())]
application = get_wsgi_application()
