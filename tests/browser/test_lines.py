"""The pages of a boundary line and a marker, and a unit's list of them, on a telephone and on a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
import shapely
from django.db import transaction

from boundaries.markers import MarkerEntry, register_markers
from boundaries.published import publish_markers
from geoapp.core import acts
from tests import build
from tests.boundaries.adjustments import unit
from tests.boundaries.test_lines import line_of


@pytest.mark.parametrize("width", [390, 1440])
def test_lines_and_markers_are_clean(city, visitor, width):
    line = line_of("440604", "440605")
    with transaction.atomic(), acts.act("takeover_markers", at=build.NOW) as act:
        entries = [
            MarkerEntry(f"900100{n + 1}Q", shapely.Point(build.at(4000, y)), (line.line_id,), synthetic=True)
            for n, y in enumerate((2000, 1000, 0))
        ]
        ids = register_markers(entries, seq=act.seq, valid_from=build.TODAY - timedelta(days=30))
        publish_markers(ids, known_at=act.seq, seq=act.seq)
    reader = visitor(width=width)
    pages = {
        "unit": f"/units/{unit('440605').unit_id}",
        "line": f"/lines/{line.line_id}",
        "marker": f"/markers/{ids[0]}",
    }
    wrong: list[str] = []
    for lang in ("zh-hans", "en"):
        for name, path in pages.items():
            page = reader.open(f"{path}?lang={lang}")
            page.wait_for_selector("#map canvas")
            reader.screenshot(f"lines-{name}-{lang}-{width}")
            wrong += [f"{lang} {name}: {text}" for text in reader.axe()]
            wrong += [f"{lang} {name}: clipped {text}" for text in reader.clipped()]
            if reader.overflow() > 0:
                wrong.append(f"{lang} {name}: {reader.overflow()} px too wide")
    assert wrong == [] and reader.trouble == []
