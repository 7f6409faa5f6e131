"""Who may do what where: grants of a person, and the parties of a case.

Table of roles: ``Membership.Role``. The alias ``officer`` in a transition table means the civil affairs officer
of the case's handling level; an officer of a higher level may always act below, never the other way round. The
alias ``proposer`` means a town officer of the place the case is about; ``police`` and ``resources`` mean an officer
of that department (``DEPARTMENT_ALIASES``) whose area holds the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from geoapp.core.models import Case, Jurisdiction, Membership, User

Role = Membership.Role
OFFICERS = {Role.TOWN, Role.DISTRICT, Role.CITY}
OFFICER_OF_LEVEL = {
    "town": {Role.TOWN, Role.DISTRICT, Role.CITY},
    "district": {Role.DISTRICT, Role.CITY},
    "city": {Role.CITY},
}
DEPARTMENT_ALIASES = {"police": "GA", "resources": "ZR"}
"""Departments that take steps of their own in a procedure, by the alias a transition table uses."""

_FILERS: dict[str, tuple[str, ...]] = {}
"""By procedure: who files and may change what is filed, when that is not the applicant."""


def file_by(procedure: str, roles: Iterable[str]) -> None:
    """Say which roles or aliases file the cases of a procedure; called where the procedure is entered."""
    _FILERS[procedure] = tuple(roles)


_PARTIES: dict[str, frozenset[str]] = {}
"""By procedure: codes of departments that have a part in every case of it."""


def take_part(procedure: str, departments: Iterable[str]) -> None:
    """Say which departments see every filed case of a procedure; called where the procedure is entered."""
    _PARTIES[procedure] = frozenset(departments)


def filers(case: Case) -> tuple[str, ...]:
    """Return the roles or aliases that file a case and see its draft."""
    return _FILERS.get(case.procedure, (Role.APPLICANT,))


def _filed_by(alias: str) -> list[str]:
    return [code for code, roles in _FILERS.items() if alias in roles]


@dataclass(frozen=True)
class Grant:
    """A role in force: where, for which department or body."""

    role: str
    path: str
    level: str
    department_id: int | None = None
    organisation_id: int | None = None
    department_code: str = ""

    def covers(self, jurisdiction: Jurisdiction) -> bool:
        """Say whether the grant's area holds the jurisdiction."""
        return jurisdiction.path == self.path or jurisdiction.path.startswith(f"{self.path}/")


def grants(user: User, on: date) -> list[Grant]:
    """Return the roles a person holds on a day (none for somebody not signed in)."""
    if not user.is_authenticated or not user.is_active:
        return []
    rows = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), user=user, valid_from__lte=on
    )
    return [
        Grant(
            m.role,
            m.jurisdiction.path,
            m.jurisdiction.level,
            m.department_id,
            m.organisation_id,
            m.department.code if m.department else "",
        )
        for m in rows.select_related("jurisdiction", "department")
    ]


def roles_of(held: Iterable[Grant]) -> set[str]:
    """Return the role codes of grants."""
    return {grant.role for grant in held}


def roles_in_words(codes: Iterable[str]) -> str:
    """Return role codes as an officer says them."""
    names = dict(Role.choices) | {
        "officer": _("办理层级的民政部门"),
        "proposer": _("所在镇街"),
        "police": _("公安机关"),
        "resources": _("自然资源部门"),
    }
    return _("或").join(str(names[code]) for code in codes)


def acts_on(held: Iterable[Grant], case: Case, roles: Iterable[str]) -> bool:
    """Say whether one of the grants carries one of ``roles`` for this very case."""
    return any(_matches(grant, case, role) for grant in held for role in roles)


def _matches(grant: Grant, case: Case, role: str) -> bool:
    if role == "officer":
        return grant.role in OFFICER_OF_LEVEL[handling_level(case)] and grant.covers(case.jurisdiction)
    if role == "proposer":
        return grant.role == Role.TOWN and case.place is not None and grant.covers(case.place)
    if role in DEPARTMENT_ALIASES:
        return (
            grant.role == Role.DEPARTMENT
            and grant.department_code == DEPARTMENT_ALIASES[role]
            and grant.covers(case.jurisdiction)
        )
    if role != grant.role:
        return False
    if role == Role.APPLICANT:
        return grant.organisation_id == case.applicant_id
    if role == Role.DEPARTMENT:
        return grant.covers(case.jurisdiction) and _asked(grant, case)
    if role == Role.APPROVER:
        return grant.covers(case.jurisdiction) and grant.level == approval_level(case)
    return grant.covers(case.jurisdiction)


def _asked(grant: Grant, case: Case) -> bool:
    if grant.department_code in _PARTIES.get(case.procedure, ()):
        return True
    return case.consultations.filter(department_id=grant.department_id).exists()


def handling_level(case: Case) -> str:
    """Return the level that handles the case: that of its jurisdiction."""
    return case.jurisdiction.level


def approval_level(case: Case) -> str:
    """Return the level that approves: the authority row's, failing that the handling level (at least a district)."""
    if case.authority is not None:
        return case.authority.level
    return "city" if case.jurisdiction.level == "city" else "district"


def may_see(held: Iterable[Grant], user: User, case: Case) -> bool:
    """Say whether a person may read a case's paperwork.

    Its filer and applicant body; officers of its jurisdiction and above; town officers of the place; departments
    once asked or when they have a part in the procedure; the approver, publishers, experts, auditors and administrators whose area holds the case.
    """
    held = list(held)
    if user.is_authenticated and case.created_by_id == user.pk:
        return True
    if case.status == "draft":
        return acts_on(held, case, filers(case))
    readers = [
        Role.APPLICANT,
        Role.DISTRICT,
        Role.CITY,
        Role.DEPARTMENT,
        Role.EXPERT,
        Role.PUBLISHER,
        Role.AUDITOR,
        Role.ADMIN,
    ]
    if acts_on(held, case, readers):
        return True
    if any(g.role == Role.TOWN and case.place is not None and g.covers(case.place) for g in held):
        return True
    return any(g.role == Role.APPROVER and g.covers(case.jurisdiction) for g in held)


def visible_cases(held: Iterable[Grant], user: User) -> QuerySet[Case]:
    """Return the cases a person may read; the list form of ``may_see``."""
    if not user.is_authenticated:
        return Case.objects.none()
    seen = Q(created_by=user)
    for grant in held:
        below = Q(jurisdiction__path=grant.path) | Q(jurisdiction__path__startswith=f"{grant.path}/")
        if grant.role == Role.COLLECTOR:
            continue  # collects; has no part in cases
        if grant.role == Role.APPLICANT:
            seen |= Q(applicant_id=grant.organisation_id)
        elif grant.role == Role.TOWN:
            inside = Q(place__path=grant.path) | Q(place__path__startswith=f"{grant.path}/")
            seen |= inside & (~Q(status="draft") | Q(procedure__in=_filed_by("proposer")))
        elif grant.role == Role.DEPARTMENT:
            part = [code for code, held_by in _PARTIES.items() if grant.department_code in held_by]
            asked = Q(consultations__department_id=grant.department_id) | Q(procedure__in=part)
            seen |= below & asked & ~Q(status="draft")
        elif grant.role in OFFICERS:
            levels = [level for level, held_by in OFFICER_OF_LEVEL.items() if grant.role in held_by]
            own = Q(procedure__in=_filed_by("officer"), jurisdiction__level__in=levels)
            seen |= below & (~Q(status="draft") | own)
        else:
            seen |= below & ~Q(status="draft")
    return Case.objects.filter(seen).distinct()
