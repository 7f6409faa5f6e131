"""Spread the demo city's published layers in time, so that the suites find values to compare.

A suite samples the first features of a layer and asks for those before, after and during the dates it saw; the demo city
takes most of its features from one day, and shows one notice. This changes published rows of the database of the
conformance run and of no other: it refuses a database outside ``var/conformance``.
"""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 60
NOTICES = 12
FIRST, STEP = date(2008, 3, 1), timedelta(days=97)


def main() -> None:
    """Date the first features of every layer differently; repeat the notice along other streets."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"
    import django

    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.db import transaction

    from geoapp.ogc.layers import LAYERS
    from naming.models import PublishedStreet

    database = Path(settings.DATABASES["default"]["NAME"]).resolve()
    if ROOT / "var" / "conformance" not in database.parents:
        raise SystemExit(f"{database} 不是一致性测试的数据库")
    models = {model._meta.db_table: model for model in apps.get_models()}
    with transaction.atomic():
        notices = models[LAYERS["notices"].table].objects
        pattern = notices.filter(act_out=None, geom__isnull=False).order_by("pk").last()
        assert pattern is not None
        for number, street in enumerate(
            PublishedStreet.objects.filter(act_out=None).order_by("pk")[:NOTICES]
        ):
            pattern.pk, pattern.id = None, UUID(int=4700 + number)
            pattern.name, pattern.geom = street.name, street.geom
            pattern.starts, pattern.ends = FIRST + number * STEP, FIRST + number * STEP + timedelta(days=30)
            pattern.valid_to = None
            pattern.save(force_insert=True)
        for layer in LAYERS.values():
            rows = models[layer.table].objects.filter(act_out=None, valid_to=None).order_by("pk")
            for number, pk in enumerate(list(rows.values_list("pk", flat=True)[:SAMPLE])):
                rows.filter(pk=pk).update(valid_from=FIRST + number * STEP)


if __name__ == "__main__":
    main()
