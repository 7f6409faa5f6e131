"""JSON of units for programs: the list of a level on any day, as known at any moment."""

from __future__ import annotations

import re

from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from boundaries.models import Unit, UnitVersion
from boundaries.register import units as units_of
from geoapp.core import acts
from geoapp.core.effective import day_of, in_force
from geoapp.core.errors import BadInput, BadRequest
from geoapp.core.open_json import open_json
from geoapp.core.throttle import spend
from geoapp.core.wording import listed

PARAMETERS = frozenset({"level", "on", "known-at", "lang"})


@open_json("GET")
def units(request: HttpRequest) -> JsonResponse:
    """Return the units of a level in law on a day, in order of code.

    ``level`` (default community), ``on`` (default today), ``known-at`` (a moment with its zone, or the number of
    an act; default now). A date in the register's past answers with the codes and names of then.
    """
    spend(request)
    _known_parameters(request)
    level = request.GET.get("level", Unit.Level.COMMUNITY)
    if level not in Unit.Level.values:
        choices = listed(f"{value} ({label})" for value, label in Unit.Level.choices)
        raise BadInput(
            _("没有“%(level)s”这一级") % {"level": level},
            field="level",
            remedy=_("可填：%(choices)s") % {"choices": choices},
        )
    on = day_of(request.GET.get("on", ""), "on")
    known_at = _known_at(request.GET.get("known-at", ""))
    parents = dict(
        in_force(UnitVersion.objects.exclude(unit__level=Unit.Level.COMMUNITY), on, known_at).values_list(
            "unit_id", "code"
        )
    )
    rows = units_of(level, on, known_at).select_related(None)
    found = [
        {
            "id": str(unit),
            "code": code,
            "name": name,
            "kind": kind,
            "parent_code": parents.get(parent, ""),
            "landless": landless,
        }
        for unit, code, name, kind, parent, landless in rows.values_list(
            "unit_id", "code", "name", "kind", "parent_id", "landless"
        )
    ]
    return JsonResponse({"units": found}, json_dumps_params={"ensure_ascii": False})


def _known_parameters(request: HttpRequest) -> None:
    for name in request.GET:
        if name not in PARAMETERS:
            allowed = listed(sorted(PARAMETERS))
            raise BadRequest(
                _("不认识参数“%(name)s”") % {"name": name},
                field=name,
                remedy=_("可用的参数：%(allowed)s") % {"allowed": allowed},
            )
        if len(request.GET.getlist(name)) > 1:
            raise BadRequest(
                _("参数“%(name)s”重复") % {"name": name}, field=name, remedy=_("每个参数只填一次")
            )


def _known_at(value: str) -> int | None:
    """Return the number of the last act a moment knows; None for now."""
    if not value:
        return None
    if re.fullmatch(r"\d{1,18}", value, re.ASCII):
        if int(value) > acts.head_seq():
            last = _("最后一号是 %(seq)s") % {"seq": acts.head_seq()}
            raise BadInput(
                _("还没有第 %(seq)s 号登记行为") % {"seq": int(value)}, field="known-at", remedy=last
            )
        return int(value)
    try:
        # A «+» that was not percent-encoded arrives as a blank: it can only have been the sign of the offset.
        moment = parse_datetime(value.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            _("时刻“%(value)s”不对") % {"value": value},
            field="known-at",
            remedy=_("请填写带时区的时刻（2026-11-23T09:00:00+08:00）或登记行为序号"),
        )
    try:
        return acts.seq_at(moment)
    except OverflowError:
        raise BadInput(
            _("时刻“%(value)s”超出范围") % {"value": value},
            field="known-at",
            remedy=_("请填写公元 1 年之后的时刻"),
        ) from None
