"""Bitemporal versions: when a thing was law, and when the register knew it."""

from __future__ import annotations

from django.db import models


class Version(models.Model):
    """``[valid_from, valid_to)`` are dates of law, ``[act_in, act_out)`` sequence numbers of acts.

    A row is never updated in place but for closing ``act_out``; a change and a correction both insert.
    """

    row = models.BigAutoField(primary_key=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    act_in = models.PositiveBigIntegerField()
    act_out = models.PositiveBigIntegerField(null=True)

    class Meta:
        abstract = True
