"""Which row of the approval authority table applies to a case, and which rule profile is in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from geoapp.core.errors import NotReady
from geoapp.core.models import ApprovalAuthority, Case, RuleProfile
from geoapp.core.profiles import Profile, verify
from geoapp.core.workflow import registries


def authority_for(case: Case, on: date) -> ApprovalAuthority | None:
    """Return the authority row that applies to a case: the nearest jurisdiction's, in force on a day."""
    if case.authority is not None:
        return case.authority
    path = case.jurisdiction.path
    above = ["/".join(path.split("/")[: n + 1]) for n in range(path.count("/") + 1)]
    rows = ApprovalAuthority.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        jurisdiction__path__in=above,
        procedure=case.procedure,
        valid_from__lte=on,
    )
    ranked = sorted(rows.select_related("jurisdiction"), key=lambda row: -len(row.jurisdiction.path))
    return ranked[0] if ranked else None


def profile_on(on: date) -> Profile:
    """Return the rule profile in force on a day. Raises NotReady when there is none."""
    row = (
        RuleProfile.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
        .order_by("-valid_from", "-pk")
        .first()
    )
    if row is None:
        raise _none_on(on)
    profile = row.as_profile()
    _verified(row.pk, str(row.severities), str(row.values), RuleProfile.objects.count())
    return profile


def profiles_read() -> Callable[[date], Profile]:
    """Read all editions once and return what answers ``profile_on`` for any number of days.

    For lists, whose rows each have a day of their own. What it answers raises NotReady as ``profile_on`` does.
    """
    rows = list(RuleProfile.objects.order_by("-valid_from", "-pk"))

    def answer(on: date) -> Profile:
        for row in rows:
            if row.valid_from <= on and (row.valid_to is None or row.valid_to > on):
                return row.as_profile()
        raise _none_on(on)

    return answer


def _none_on(on: date) -> NotReady:
    return NotReady(_("%(on)s 没有生效的规则方案") % {"on": on}, remedy=_("请管理员在后台增加规则方案"))


@lru_cache(maxsize=8)
def _verified(pk: int, severities: str, values: str, editions: int) -> None:
    # An edition that another has followed knows nothing of rules that came later: they were not law in its days.
    last = RuleProfile.objects.order_by("-valid_from", "-pk").values_list("pk", flat=True).first()
    verify(RuleProfile.objects.get(pk=pk).as_profile(), registries(), complete=pk == last)
