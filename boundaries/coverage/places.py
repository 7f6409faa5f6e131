"""One place of a report: which features, where, how large, and a sentence for the officer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Label:
    """How a feature is named to a person: its position (from 0), code and name."""

    index: int
    code: str = ""
    name: str = ""

    def __str__(self) -> str:
        text = " ".join(part for part in (self.code, self.name) if part)
        return f"“{text}”（第 {self.index + 1} 个要素）" if text else f"第 {self.index + 1} 个要素"

    def as_json(self) -> dict[str, Any]:
        """Return the members that are known."""
        found: dict[str, Any] = {"index": self.index}
        if self.code:
            found["code"] = self.code
        if self.name:
            found["name"] = self.name
        return found


@dataclass(frozen=True)
class Place:
    """A defect at a place. ``geometry`` is in the file's own CRS; measures carry their unit in the name."""

    features: tuple[Label, ...]
    message: str
    geometry: BaseGeometry | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def indexes(self) -> tuple[int, ...]:
        """The positions of the features involved."""
        return tuple(label.index for label in self.features)

    def as_json(self) -> dict[str, Any]:
        """Return the place as JSON members; coordinates are written in full."""
        found: dict[str, Any] = {"features": [label.as_json() for label in self.features]}
        if self.geometry is not None and not self.geometry.is_empty:
            found["geometry"] = json.loads(shapely.to_geojson(self.geometry))
            point = self.geometry.representative_point()
            found["point"] = [point.x, point.y]
        found.update({key: round(value, 6) for key, value in self.measures.items() if math.isfinite(value)})
        found.update(self.details)
        found["message"] = self.message
        return found


def names(labels: Sequence[Label], most: int = 4) -> str:
    """Return labels as a Chinese list, the rest counted."""
    text = "、".join(str(label) for label in labels[:most])
    return text if len(labels) <= most else f"{text} 等 {len(labels)} 个要素"


def metres(value: float) -> str:
    """Return a length for people: metres, or millimetres and less where small."""
    if value >= 1:
        return f"{value:,.1f} 米"
    if value >= 0.001:
        return f"{value * 1000:.1f} 毫米"
    return f"{value * 1e6:.3g} 微米"


def square_metres(value: float) -> str:
    """Return an area for people."""
    if value >= 1_000_000:
        return f"{value / 1e6:,.2f} 平方公里"
    return f"{value:,.1f} 平方米" if value >= 1 else f"{value:.3g} 平方米"
