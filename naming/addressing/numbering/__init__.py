"""Numbering of doors (门楼号) without a database: rules of a city, suggestion, disorder, renumbering."""

from naming.addressing.numbering.axis import Axis, NoAxis
from naming.addressing.numbering.building import build_axis
from naming.addressing.numbering.placing import Place, place
from naming.addressing.numbering.profile import BadProfile, NumberingProfile, load_profile, parse_profile
from naming.addressing.numbering.street import Door, NumberedStreet, number_street
from naming.addressing.numbering.suggest import Alternative, Suggestion, suggest

__all__ = [
    "Alternative",
    "Axis",
    "BadProfile",
    "Door",
    "NoAxis",
    "NumberedStreet",
    "NumberingProfile",
    "Place",
    "Suggestion",
    "build_axis",
    "load_profile",
    "number_street",
    "parse_profile",
    "place",
    "suggest",
]
