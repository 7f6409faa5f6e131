"""Which row of the approval authority table applies to a case, and which rule profile is in force."""

from __future__ import annotations

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
        raise NotReady(_("%(on)s 没有生效的规则方案") % {"on": on}, remedy=_("请管理员在后台增加规则方案"))
    profile = row.as_profile()
    _verified(row.pk, str(row.severities), str(row.values), RuleProfile.objects.count())
    return profile


@lru_cache(maxsize=8)
def _verified(pk: int, severities: str, values: str, editions: int) -> None:
    # An edition that another has followed knows nothing of rules that came later: they were not law in its days.
    last = RuleProfile.objects.order_by("-valid_from", "-pk").values_list("pk", flat=True).first()
    verify(RuleProfile.objects.get(pk=pk).as_profile(), registries(), complete=pk == last)
