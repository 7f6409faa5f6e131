"""The flat rows of units, from the register as it stood after an act."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import F

from boundaries.models import (
    PublishedCommunity,
    PublishedDistrict,
    PublishedTown,
    PublishedUnit,
    Unit,
    UnitLineage,
    UnitVersion,
)
from geoapp.core.effective import known
from geoapp.core.geometry import geographic_geos, to_shapely
from geoapp.core.models import PublishedSuccessor
from geoapp.core.published import replace_rows

LAYERS: dict[str, type[PublishedUnit]] = {
    "communities": PublishedCommunity,
    "towns": PublishedTown,
    "districts": PublishedDistrict,
}
LAYER_OF_LEVEL = {"community": "communities", "town": "towns", "district": "districts"}


def unit_rows(level: str, ids: Collection[UUID] | None, known_at: int) -> Iterator[PublishedUnit]:
    """Yield the rows of units with land, one per version on record after act ``known_at``."""
    model = LAYERS[LAYER_OF_LEVEL[level]]
    versions = known(UnitVersion.objects.filter(unit__level=level, geom__isnull=False), known_at)
    if ids is not None:
        versions = versions.filter(unit_id__in=ids)
    parents = {
        v.unit_id: v
        for v in known(UnitVersion.objects.exclude(unit__level="community"), known_at).order_by("valid_from")
    }
    for version in versions.order_by("code", "valid_from").iterator(chunk_size=500):
        parent = parents.get(version.parent_id) if version.parent_id else None
        yield model(
            id=version.unit_id,
            name=version.name,
            kind=version.kind,
            unit=parent.name if parent else "",
            status="in_force",
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            code=version.code,
            pinyin=version.pinyin,
            parent_code=parent.code if parent else "",
            households=version.households,
            population=version.population,
            synthetic=version.synthetic,
            geom=geographic_geos(to_shapely(version.geom)),
        )


def publish_units(level: str, ids: Collection[UUID] | None, *, known_at: int, seq: int) -> int:
    """Let act ``seq`` publish units (None: all of the level) as known after act ``known_at``."""
    if ids is None:
        ids = list(Unit.objects.filter(level=level).values_list("pk", flat=True))
    rows = list(unit_rows(level, ids if len(ids) < 400 else None, known_at))
    _publish_successors(LAYER_OF_LEVEL[level], ids, known_at, seq)
    return replace_rows(LAYERS[LAYER_OF_LEVEL[level]], ids, rows, seq)


def _publish_successors(layer: str, ids: Collection[UUID], known_at: int, seq: int) -> None:
    """Let act ``seq`` make public what came of units, as known after ``known_at``; what is public already stays."""
    arrows = known(UnitLineage.objects.all(), known_at).exclude(from_unit_id=F("to_unit_id"))
    there = PublishedSuccessor.objects.filter(layer=layer)
    if len(ids) < 400:
        arrows, there = arrows.filter(from_unit_id__in=ids), there.filter(id__in=ids)
    else:
        arrows = arrows.filter(from_unit__level=next(k for k, v in LAYER_OF_LEVEL.items() if v == layer))
    public = set(there.values_list("id", "successor", "effective"))
    PublishedSuccessor.objects.bulk_create(
        PublishedSuccessor(layer=layer, id=source, successor=target, effective=day, kind=kind, act_in=seq)
        for source, target, day, kind in arrows.order_by("row").values_list(
            "from_unit_id", "to_unit_id", "effective", "kind"
        )
        if (source, target, day) not in public
    )
