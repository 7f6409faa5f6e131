"""A profile: which severity and which local values each rule has, from which day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geoapp.core.checks import Registry, Severity


class UnknownRule(ValueError):
    """A profile names a rule or a variant that does not exist."""


@dataclass(frozen=True)
class Profile:
    """An edition of severities: ``{"N-08": "block"}`` or ``{"N-03": {"outside": "block", "level3": "info"}}``.

    ``values`` holds local parameters per rule and per block of local values; every one of them ships UNVERIFIED until a source is given.
    """

    name: str
    edition: str
    valid_from: date
    severities: Mapping[str, Any]
    values: Mapping[str, Mapping[str, Any]]
    source_status: str = "UNVERIFIED"

    @property
    def label(self) -> str:
        """Name and edition in one text, as findings and dossiers cite it."""
        return f"{self.name} {self.edition}"

    def severity(self, code: str, variant: str = "") -> Severity:
        """Return the severity of a rule's hit; a rule the profile leaves out is off."""
        entry = self.severities.get(code, "off")
        if isinstance(entry, Mapping):
            entry = entry.get(variant, entry.get("", "off"))
        return Severity(entry)

    def parameters(self, code: str, defaults: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters of a rule or of a block of local values: the defaults under the profile's values."""
        return {**defaults, **self.values.get(code, {})}


def verify(profile: Profile, registries: Iterable[Registry], *, complete: bool = True) -> None:
    """Refuse a profile that disarms a rule by a typing error.

    Raises UnknownRule for a code, variant or parameter that no registry knows, and, where it must be ``complete``,
    for a rule it says nothing about; ValueError for a severity that does not exist and a local value out of bounds.
    """
    held = list(registries)
    cards = {card.code: card for registry in held for card in registry}
    blocks = {block.code: block for registry in held for block in registry.blocks}
    for code, entry in profile.severities.items():
        if code not in cards:
            raise UnknownRule(f"profile {profile.label}: no rule {code}")
        variants = entry if isinstance(entry, Mapping) else {"": entry}
        for variant, severity in variants.items():
            Severity(severity)
            if variant and variant not in cards[code].variants:
                raise UnknownRule(f"profile {profile.label}: rule {code} has no variant {variant}")
    for code in sorted(cards.keys() - profile.severities.keys()) if complete else ():
        raise UnknownRule(
            f"profile {profile.label}: rule {code} has no severity (write «off» to switch it off)"
        )
    for code, values in profile.values.items():
        if code in blocks:
            if wrong := blocks[code].unknown(values):
                raise UnknownRule(f"profile {profile.label}: {code} has no value {wrong}")
            blocks[code].verify(values)
            continue
        unknown = set(values) - set(cards[code].parameters) if code in cards else {code}
        if unknown:
            raise UnknownRule(f"profile {profile.label}: rule {code} has no parameter {sorted(unknown)}")
