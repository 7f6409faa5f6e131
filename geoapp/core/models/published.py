"""Flat rows that consumers read: the shared columns, and the notices out for comment."""

from __future__ import annotations

from django.contrib.gis.db import models


class PublishedRow(models.Model):
    """Columns of every published layer: identity, validity in law, range of acts, status."""

    row = models.BigAutoField(primary_key=True)
    id = models.UUIDField()
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    unit = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    act_in = models.PositiveBigIntegerField()
    act_out = models.PositiveBigIntegerField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class PublishedNotice(PublishedRow):
    """A name out for public comment, and until when."""

    pinyin = models.CharField(max_length=300, blank=True)
    case_number = models.CharField(max_length=40)
    starts = models.DateField()
    ends = models.DateField()
    text = models.TextField(blank=True)
    geom = models.GeometryField(srid=4490, null=True)

    class Meta:
        db_table = "pub_notices"
        indexes = [
            models.Index(fields=["id", "act_in"], name="pub_notices_id"),
            models.Index(fields=["case_number"], name="pub_notices_case"),
        ]


class PublishedSuccessor(models.Model):
    """What stands in the place of a published thing that is no more: one row for each successor.

    ``layer`` and ``id`` name the thing, ``successor`` one in the same layer; ``act_in`` made it public.
    """

    row = models.BigAutoField(primary_key=True)
    layer = models.CharField(max_length=60)
    id = models.UUIDField()
    successor = models.UUIDField()
    kind = models.CharField(max_length=24)
    effective = models.DateField()
    act_in = models.PositiveBigIntegerField()

    class Meta:
        db_table = "pub_successors"
        indexes = [models.Index(fields=["layer", "id"], name="pub_successors_id")]

    def __str__(self) -> str:
        return f"{self.layer} {self.id} → {self.successor}"
