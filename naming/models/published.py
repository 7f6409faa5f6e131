"""Flat rows of streets, place names and addresses as consumers read them (EPSG:4490, lon/lat)."""

from __future__ import annotations

from django.contrib.gis.db import models

from geoapp.core.models import PublishedRow


class PublishedStreet(PublishedRow):
    """A named street. ``unit`` is district and town."""

    pinyin = models.CharField(max_length=300)
    pinyin_sign = models.CharField(max_length=300)
    meaning = models.TextField(blank=True)
    start_text = models.CharField(max_length=200, blank=True)
    end_text = models.CharField(max_length=200, blank=True)
    width_m = models.FloatField(null=True)
    length_m = models.FloatField()
    approver = models.CharField(max_length=100, blank=True)
    approved_on = models.DateField(null=True)
    doc_no = models.CharField(max_length=100, blank=True)
    case_number = models.CharField(max_length=40, blank=True)
    synthetic = models.BooleanField(default=False)
    geom = models.MultiLineStringField(srid=4490)

    class Meta:
        db_table = "pub_streets"
        indexes = [models.Index(fields=["id", "act_in"], name="pub_streets_id")]


class PublishedPlaceName(PublishedRow):
    """A gazetteer entry of any category at a point on or in the place."""

    code = models.CharField(max_length=12, blank=True)
    pinyin = models.CharField(max_length=300)
    meaning = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)
    geom = models.PointField(srid=4490)

    class Meta:
        db_table = "pub_place_names"
        indexes = [models.Index(fields=["id", "act_in"], name="pub_place_names_id")]


class PublishedAddress(PublishedRow):
    """A standard address. ``name`` is the composed text, ``code`` the community's code."""

    code = models.CharField(max_length=12)
    street = models.CharField(max_length=200)
    number = models.CharField(max_length=20)
    synthetic = models.BooleanField(default=False)
    geom = models.PointField(srid=4490)
    compound = models.CharField(max_length=100, null=True)
    building = models.CharField(max_length=40, null=True)
    unit_no = models.CharField(max_length=40, null=True)
    floor = models.CharField(max_length=20, null=True)
    room = models.CharField(max_length=40, null=True)

    class Meta:
        db_table = "pub_addresses"
        indexes = [
            models.Index(fields=["id", "act_in"], name="pub_addresses_id"),
            models.Index(fields=["name"], name="pub_addresses_name"),
        ]
