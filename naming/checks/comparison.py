"""With whom a name is compared: which proposals give a name, and the area of uniqueness in words."""

from __future__ import annotations

from naming.checks.proposal import NameProposal, Scope

NAME_GIVING = frozenset({"name", "rename"})
"""Kinds of item that give a street a new name; an extent change or a retirement keeps the old one."""


def gives_name(proposal: NameProposal) -> bool:
    """Say whether the item gives a new name: rules about names judge new names only."""
    return proposal.kind in NAME_GIVING and bool(proposal.name)


def shares_scope(proposal: NameProposal, scope_ids: frozenset[str]) -> bool:
    """Say whether something lies in an area in which the proposed name must be unique."""
    return bool(proposal.scope_ids & scope_ids)


def scope_words(proposal: NameProposal, scope_ids: frozenset[str] | None = None) -> str:
    """Name the areas compared (those shared with ``scope_ids``), saying where a district stands in."""
    shared = [s for s in proposal.scopes if scope_ids is None or s.id in scope_ids]
    return "、".join(_words(scope) for scope in shared) or "未定范围"


def _words(scope: Scope) -> str:
    if scope.kind == "built_up_area":
        return f"建成区“{scope.name}”"
    return f"{scope.name}（未划定建成区，按市辖区比较）"


def scope_words_en(proposal: NameProposal, scope_ids: frozenset[str] | None = None) -> str:
    """Name the areas compared in English; names stay Chinese, between quotation marks."""
    shared = [s for s in proposal.scopes if scope_ids is None or s.id in scope_ids]
    return " and ".join(_words_en(scope) for scope in shared) or "an area not yet determined"


def _words_en(scope: Scope) -> str:
    if scope.kind == "built_up_area":
        return f"the built-up area “{scope.name}”"
    return f"“{scope.name}” (no built-up area is drawn there, so the district stands in)"


def place_words(name: str, where: str) -> str:
    """Quote a street with the place it lies in, so that two of one name can be told apart."""
    return f"“{name}”（{where}）" if where else f"“{name}”"


def place_words_en(name: str, where: str) -> str:
    """Quote a street with the place it lies in, for English sentences."""
    return f"“{name}” (“{where}”)" if where else f"“{name}”"
