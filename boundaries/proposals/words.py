"""What a plan is, in an officer's words, and plans side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from boundaries.proposals.material import FOLLOWED, ProposalLimits
from boundaries.proposals.plans import Plan

_KINDS = {"river": "水系", "road": "道路", "other": "其他线状地物"}


def explanation(plan: Plan, limits: ProposalLimits, why: str) -> str:
    """Return the plan in words; ``why`` says why no plan is balanced ("" when this one is)."""
    named: list[str] = []
    for item in plan.followed:
        if item.kind in FOLLOWED:
            named.append(f"{item.name or '无名' + _KINDS[item.kind]}（{_length(item.length_m)}）")
    along = "沿" + "、".join(named[:4]) + ("等" if len(named) > 4 else "") if named else "沿小区之间的空地"
    homes = "、".join(f"{p.households} 户" for p in plan.pieces)
    said = [
        f"{along}分为 {len(plan.pieces)} 片，分别为 {homes}，与平均数最大相差 {plan.deviation:.1%}",
        f"新界线长 {_length(plan.cut_m)}，{plan.followed_share:.0%} 沿道路或水系，不切开小区",
    ]
    free = sum(item.length_m for item in plan.followed if item.kind not in FOLLOWED)
    if free >= 1:
        said.append(f"有 {_length(free)} 没有道路或水系可循，沿断头路延长线或小区之间的空地，须实地踏勘")
    said.append(f"门牌最多的一片保留原编号，{plan.addresses_moved} 个门牌改属新社区")
    if not plan.balanced:
        said.append(f"户数相差超过 {limits.balance:.0%}：{why}")
    return "；".join(said) + "。"


def _length(metres: float) -> str:
    return f"{metres / 1000:.1f} 公里" if metres >= 1000 else f"{metres:.0f} 米"


def flags(plan: Plan, limits: ProposalLimits) -> tuple[str, ...]:
    """Return what a reader must look at before choosing this plan."""
    found = []
    if not plan.balanced:
        found.append(f"户数相差 {plan.deviation:.1%}，超过 {limits.balance:.0%}")
    if plan.followed_share < 0.8:
        found.append(f"只有 {plan.followed_share:.0%} 的界线沿道路或水系")
    if plan.blocks_cut:
        found.append(f"穿过 {plan.blocks_cut} 个没有道路分开的街坊")
    return tuple(found)


def side_by_side(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """Return one row of figures for each plan, JSON-able, in the plans' order. Lengths in m, areas in m²."""
    return [
        {
            "plan": number,
            "balanced": plan.balanced,
            "deviation": round(plan.deviation, 4),
            "cut_m": round(plan.cut_m, 1),
            "followed_share": round(plan.followed_share, 4),
            "river_share": round(plan.river_share, 4),
            "estates_cut": plan.estates_cut,
            "blocks_cut": plan.blocks_cut,
            "addresses_moved": plan.addresses_moved,
            "flags": list(plan.flags),
            "explanation": plan.explanation,
            "pieces": [
                {
                    "id": piece.id,
                    "households": piece.households,
                    "population": piece.population,
                    "area_m2": round(piece.area_m2, 1),
                    "compactness": round(piece.compactness, 3),
                    "addresses": piece.addresses,
                    "addresses_moved_if_kept": piece.moved_if_kept,
                    "estates": list(piece.estates),
                }
                for piece in plan.pieces
            ],
        }
        for number, plan in enumerate(plans, start=1)
    ]
