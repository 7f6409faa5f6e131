"""The local values of door numbering as the rule profile in force on a day has them: days, sizes of samples.

A task keeps the day it was given when its clock began; a later edition of the profile moves no clock that runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geoapp.core.authority import profile_on
from geoapp.core.parameters import SOURCE, ParameterBlock
from geoapp.core.profiles import Profile
from naming.address_checks.local_values import BLOCKS

_BLOCK_OF: Mapping[str, ParameterBlock] = {name: block for block in BLOCKS for name in block.values}


@dataclass(frozen=True)
class DoorValue:
    """One value: a number, what it counts (working_days, days, items, share), on what it rests.

    ``law`` ends with the profile's UNVERIFIED where the profile has that status and the source does not say so itself.
    """

    value: float
    unit: str
    law: str


def value_in(profile: Profile, name: str) -> DoorValue:
    """Return a value under a profile. Raises KeyError for a name no block has."""
    block = _BLOCK_OF[name]
    held: Mapping[str, Any] = profile.parameters(block.code, block.parameters)
    source = str(held[f"{name}{SOURCE}"])
    if profile.source_status == "UNVERIFIED" and not source.endswith("）"):
        source = f"{source}（{profile.source_status}）"
    return DoorValue(float(held[name]), block.values[name].unit, source)


def value_on(name: str, on: date) -> DoorValue:
    """Return a value as it is on a day. Raises NotReady when no profile is in force on it."""
    return value_in(profile_on(on), name)


def values_on(on: date) -> dict[str, DoorValue]:
    """Return all values of a day by name. Raises NotReady when no profile is in force on it."""
    profile = profile_on(on)
    return {name: value_in(profile, name) for name in _BLOCK_OF}


def days(name: str, on: date) -> int:
    """Return a value that counts days or items. Raises NotReady as ``value_on`` does."""
    return int(value_on(name, on).value)
