"""The rule catalogue and the guide to procedures, both generated from what runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from geoapp.core.attachments import KINDS
from geoapp.core.authority import profile_on
from geoapp.core.checks import Registry, RuleCard, Severity, Stage
from geoapp.core.errors import NotReady
from geoapp.core.parameters import SOURCE, ParameterBlock
from geoapp.core.profiles import Profile
from geoapp.core.roles import roles_in_words
from geoapp.core.transitions import Procedure, Transition
from geoapp.core.workflow import conduct_of_procedure, procedures, registries, steps_judged_by
from naming.address_checks import RULES as ADDRESS_RULES
from naming.checks import RULES

STAGES = {
    Stage.DRAFT: _lazy("起草"),
    Stage.SUBMIT: _lazy("提交"),
    Stage.ACCEPT: _lazy("受理"),
    Stage.DECIDE: _lazy("决定"),
    Stage.FILE: _lazy("备案"),
    Stage.ANNOUNCE: _lazy("公告"),
    Stage.NUMBER: _lazy("编号"),
    Stage.EXPORT: _lazy("导出"),
    Stage.AUDIT: _lazy("审计"),
}
SEVERITIES = {
    Severity.BLOCK: _lazy("阻断"),
    Severity.WARN: _lazy("警告"),
    Severity.INFO: _lazy("提示"),
    Severity.OFF: _lazy("不检查"),
}
VARIANTS = {
    "N-03.outside": _lazy("字表以外"),
    "G-01.outside": _lazy("本市以外"),
    "legacy": _lazy("在沿用名单内"),
    "level3": _lazy("三级字"),
    "toned": _lazy("同音同调"),
    "toneless": _lazy("同音不同调"),
    "jyutping": _lazy("粤语同音"),
    "used": _lazy("序数已用"),
    "no_stem": _lazy("没有同词干的地名"),
    "lookalike": _lazy("形似字母"),
    "invalid": _lazy("线形无效"),
    "apart": _lazy("几段不相连"),
    "level": _lazy("应由上级办理"),
    "wrong_level": _lazy("办理层级不对"),
    "missing": _lazy("没有权限行"),
    "A-01.unknown": _lazy("没有登记"),
    "A-09.unknown": _lazy("没有这个村居"),
    "A-15.unknown": _lazy("原地址不在登记"),
    "A-15.ambiguous": _lazy("原地址有几处"),
    "ambiguous": _lazy("同名几处"),
    "not_standard": _lazy("不是标准地名"),
    "inactive": _lazy("当日无效"),
    "duplicate": _lazy("重号"),
    "main": _lazy("一号两门"),
    "cancelled": _lazy("已注销"),
    "reserved": _lazy("预留"),
    "gap": _lazy("跳号"),
    "avoided": _lazy("避讳跳号"),
    "order": _lazy("次序不对"),
    "reversed": _lazy("由另一端起编"),
    "depth": _lazy("附号多级"),
    "orphan": _lazy("没有主号"),
    "A-08.missing": _lazy("缺项"),
    "width": _lazy("全角"),
    "blank": _lazy("空格换行"),
    "unreadable": _lazy("读不懂"),
    "A-09.outside": _lazy("不在范围内"),
    "far": _lazy("离街路远"),
    "no_building": _lazy("附近没有房屋"),
    "plot_twice": _lazy("一宗两号"),
    "number_twice": _lazy("一号两宗"),
    "same_point": _lazy("同点不同号"),
    "same_text": _lazy("近处同文"),
    "A-15.missing": _lazy("没有原地址"),
    "A-14.proof": _lazy("临时号作证明"),
    "A-14.unapproved": _lazy("没有审批手续"),
    "unchanged": _lazy("新旧相同"),
}


def _variants(card: RuleCard, profile: Profile | None) -> tuple[str, ...]:
    """Return the graded cases of a rule; the plain one ("") too when the profile weighs it apart."""
    entry = profile.severities.get(card.code) if profile else None
    plain = ("",) if not card.variants or (isinstance(entry, Mapping) and "" in entry) else ()
    return (*plain, *card.variants)


def _steps(card: RuleCard, registry: Registry) -> list[dict[str, Any]]:
    """Return the steps a block of this rule stops, by procedure."""
    return [
        {
            "title": _words(procedure.title, procedure.title_en),
            "steps": [_words(r.label, r.label_en) for r in rows],
        }
        for procedure, rows in steps_judged_by(registry, card.stages)
    ]


def _row(card: RuleCard, profile: Profile | None, registry: Registry) -> dict[str, Any]:
    variants = _variants(card, profile)
    # A docstring holds the Chinese explanation first, the English one after a blank line.
    words = [" ".join(part.split()) for part in card.doc.split("\n\n")]
    severities = [(v, profile.severity(card.code, v)) for v in variants] if profile else []
    return {
        "card": card,
        "explanation": words[-1] if get_language() == "en" else words[0].replace(" ", ""),
        "stages": [STAGES[stage] for stage in card.stages],
        "steps": _steps(card, registry),
        "severities": [
            {
                "severity": severity.value,
                "words": SEVERITIES[severity],
                "variant": v,
                "variant_words": VARIANTS.get(f"{card.code}.{v}", VARIANTS.get(v, v)),
            }
            for v, severity in severities
        ],
        "values": profile.parameters(card.code, card.parameters) if profile else card.parameters,
    }


UNITS = {
    "working_days": _lazy("个工作日"),
    "days": _lazy("天"),
    "items": _lazy("扇门"),
}


def _block(block: ParameterBlock, profile: Profile | None) -> dict[str, Any]:
    held = profile.parameters(block.code, block.parameters) if profile else block.parameters
    english = get_language() == "en"
    return {
        "code": block.code,
        "title": block.title_en if english else block.title,
        "values": [
            {
                "name": name,
                "words": value.words_en if english else value.words,
                "value": f"{held[name] * 100:g}%" if value.unit == "share" else f"{held[name]:g}",
                "unit": UNITS.get(value.unit, ""),
                "source": held[f"{name}{SOURCE}"],
            }
            for name, value in block.values.items()
        ],
    }


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every rule with its law, stages, severity and values under the profile in force, then the other local values."""
    try:
        profile = profile_on(timezone.localdate())
    except NotReady:
        profile = None
    rows = [_row(card, profile, registry) for registry in (RULES, ADDRESS_RULES) for card in registry]
    blocks = [_block(block, profile) for registry in registries() for block in registry.blocks]
    return render(request, "planner/rules.html", {"rules": rows, "profile": profile, "blocks": blocks})


def _words(label: str, label_en: str) -> str:
    return label_en if get_language() == "en" else label


def _conditions(procedure: Procedure, row: Transition) -> list[str]:
    words = conduct_of_procedure(procedure.code).guard_words
    found = [str(words[name]) for name in row.guards]
    found += [_("材料：%(kind)s") % {"kind": KINDS.get(kind, kind)} for kind in row.documents]
    if row.note_required:
        found.append(_("须写明说明"))
    if row.stage is not None:
        found.append(_("通过检查规则"))
    return found


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How a case goes, from the transition table."""
    shown = []
    for procedure in procedures():
        steps = [
            {
                "row": row,
                "sources": [_words(s.label, s.label_en) for s in map(procedure.state, row.sources)],
                "target": _words(procedure.state(row.target).label, procedure.state(row.target).label_en)
                if row.target
                else _("（状态不变）"),
                "who": roles_in_words(row.roles),
                "conditions": _conditions(procedure, row),
            }
            for row in procedure.transitions
        ]
        shown.append({"procedure": procedure, "steps": steps, "main_line": procedure.main_line()})
    return render(request, "planner/guide.html", {"procedures": shown})
