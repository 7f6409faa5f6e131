"""Proving that the published layers equal the register: replay every publishing act and compare."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction

from boundaries.models import Unit
from boundaries.published import EDGE_LAYERS, LAYER_OF_LEVEL, publish_lines, publish_markers, publish_units
from boundaries.published import LAYERS as UNIT_LAYERS
from geoapp.core.effective import recorded
from geoapp.core.models import Act, PublishedRow, PublishedSuccessor
from geoapp.core.published import fingerprint, forget_digests
from naming import prepared
from naming.models import AddressVersion, CascadeBatch, PlaceName, PlaceNameVersion
from naming.published import LAYERS as NAME_LAYERS
from naming.published import publish

Contents = Counter[tuple[Any, ...]]


def models() -> dict[str, type[PublishedRow]]:
    """Return the layers that follow from the register, by name (notices follow from cases)."""
    return {**UNIT_LAYERS, **EDGE_LAYERS, **{name: model for name, (model, _) in NAME_LAYERS.items()}}


def contents(model: type[PublishedRow]) -> Contents:
    """Return what a layer holds, act numbers included, as a multiset; what lies prepared is not in it yet."""
    rows = recorded(model.objects.order_by("pk")).iterator(chunk_size=2000)
    return Counter((row.act_in, row.act_out, *fingerprint(row)) for row in rows)


def successors() -> Contents:
    """Return what came of things that are no more, act numbers included, as a multiset."""
    columns = ("act_in", "row", "layer", "id", "successor", "effective", "kind")
    return Counter((r[0], None, *r[2:]) for r in PublishedSuccessor.objects.values_list(*columns))


def replay(note: Callable[[str], None]) -> None:
    """Empty the layers and publish again what every act published, in order. Inside a transaction.

    What lay prepared for an act to come is given up: it knew the rows by their old numbers.
    """
    prepared.give_up(CascadeBatch.Layer.PUBLIC)
    forget_digests()
    for model in models().values():
        model.objects.all().delete()  # type: ignore[attr-defined]
    PublishedSuccessor.objects.all().delete()
    for act in Act.objects.order_by("seq"):
        for entry in json.loads(act.payload).get("publish", []):
            note(f"第 {act.seq} 号登记行为：{entry['layer']}")
            _publish(entry, act.seq)


def _publish(entry: dict[str, Any], seq: int) -> None:
    layer, known_at = entry["layer"], entry["known_at"]
    listed = [UUID(i) for i in entry["ids"]] if isinstance(entry["ids"], list) else None
    if layer in EDGE_LAYERS:
        again = publish_lines if layer == "boundary_lines" else publish_markers
        again(listed, known_at=known_at, seq=seq)
    elif layer in LAYER_OF_LEVEL:
        publish_units(layer, listed, known_at=known_at, seq=seq)
    else:
        publish(layer, list(_ids(entry["ids"], known_at)), known_at=known_at, seq=seq)


def _ids(which: Any, known_at: int) -> Iterator[UUID]:
    """Return the ids an act published: listed, or all that came on record with a take-over."""
    if isinstance(which, list):
        return (UUID(i) for i in which)
    if which == "addresses":
        found = AddressVersion.objects.filter(act_in=known_at).values_list("address_id", flat=True)
    else:
        category = {"units": "ADM", "streets": "STR"}[which]
        names = PlaceNameVersion.objects.filter(act_in=known_at, place__category=category)
        found = names.values_list("place_id", flat=True)
    return iter(list(dict.fromkeys(found)))


class _RolledBack(Exception):
    """Ends the rehearsal's transaction."""


def compare(note: Callable[[str], None]) -> list[str]:
    """Rehearse the replay, compare layer by layer, roll back. Return the differences in words."""
    before = {name: contents(model) for name, model in models().items()}
    led = successors()
    differences: list[str] = []
    try:
        with transaction.atomic():
            replay(note)
            for name, model in models().items():
                differences += _difference(name, before[name], contents(model))
            differences += _difference("successors", led, successors())
            raise _RolledBack
    except _RolledBack:
        return differences


def _difference(name: str, stored: Contents, expected: Contents) -> list[str]:
    missing, extra = expected - stored, stored - expected
    found = []
    if missing:
        found.append(f"{name}：缺少 {missing.total()} 行，如 {_example(missing)}")
    if extra:
        found.append(f"{name}：多出 {extra.total()} 行，如 {_example(extra)}")
    return found


def _example(rows: Contents) -> str:
    row = next(iter(rows))
    return " ".join(str(value) for value in row[2:5])


def count_of_places() -> int:
    """Return how many places the register holds (for the command's closing line)."""
    return PlaceName.objects.count() + Unit.objects.count()
