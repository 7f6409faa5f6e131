"""A request, read: the same for key-value pairs and XML bodies."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

OPERATIONS = (
    "GetCapabilities",
    "DescribeFeatureType",
    "ListStoredQueries",
    "DescribeStoredQueries",
    "GetPropertyValue",
    "GetFeature",
)


@dataclass
class Wanted:
    """One query of a request, still in the client's words."""

    layer: str = ""
    crs: str = ""
    properties: list[str] = field(default_factory=list)
    filter: etree._Element | None = None
    bbox: str = ""
    ids: list[str] | None = None
    sort: list[tuple[str, bool]] = field(default_factory=list)
    by_id: bool = False
    """Came from the stored query GetFeatureById: one feature, not a collection."""


@dataclass
class Asked:
    """One request of the service."""

    operation: str
    version: str
    queries: list[Wanted] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    stored: str = ""
    sections: list[str] = field(default_factory=list)
    format: str = ""
    hits: bool = False
    count: int | None = None
    start: int = 0
    value_reference: str = ""
    datetime: str | None = None
    known_at: str | None = None
    carried: dict[str, str] = field(default_factory=dict)
    """The parameters of a GET, for the links to further pages; empty for a POST."""
    key: str = ""
    """What makes two requests pages of one answer: everything but the page."""
