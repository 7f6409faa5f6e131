"""Rules made wrong on purpose: the examples of a rule are worth something only when they notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Registry, RuleCard

Judge = Callable[..., Iterable[Hit]]


def changed(card: RuleCard, function: Judge) -> Registry:
    """Return a registry that holds one rule, its function replaced by another."""
    registry = Registry("changed")

    def stand_in(proposal: Any, ask: Any, parameters: Mapping[str, Any]) -> Iterator[Hit]:
        """Stands in for a rule."""
        yield from function(proposal, ask, parameters)

    registry.rule(
        card.code,
        title=card.title,
        title_en=card.title_en,
        stages=card.stages,
        law=card.law,
        since=card.since,
        variants=card.variants,
        parameters=card.parameters,
    )(stand_in)
    return registry


def inverted(card: RuleCard) -> Judge:
    """Return the rule turned round: silent where it spoke, speaking where it was silent."""
    return lambda *given: [] if list(card.function(*given)) else _all_cases(card, "反转")


def wrong(card: RuleCard) -> dict[str, Judge]:
    """Return the rule turned round, silenced, always speaking, and deaf to each of its graded cases, by title."""
    found: dict[str, Judge] = {
        "inverted": inverted(card),
        "silent": lambda *_: [],
        "always": lambda *_: _all_cases(card, "总是"),
    }
    return found | {f"deaf to {variant}": _deaf_to(card, variant) for variant in card.variants}


def _deaf_to(card: RuleCard, variant: str) -> Judge:
    return lambda *given: [hit for hit in card.function(*given) if hit.variant != variant]


def _all_cases(card: RuleCard, message: str) -> list[Hit]:
    return [Hit(message, message, variant=variant) for variant in ("", *card.variants)]
