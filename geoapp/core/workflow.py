"""One function moves a case.

Order inside the transaction: compare-and-set on (id, status, version) — losers never run checks —, then the
rows of whatever the outcome must be unique or fit in, sorted, then the checks whose inputs changed, then the
effect (register, published rows, act), last the event.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import acts, cases, roles
from geoapp.core.checks import Registry, Stage
from geoapp.core.database import lock_rows
from geoapp.core.errors import AppError, BadInput, Conflict, Forbidden, NotReady
from geoapp.core.models import Case, CaseEvent, User
from geoapp.core.transitions import Procedure, Transition
from geoapp.core.wording import joined, label


@dataclass
class Step:
    """A transition being carried out: what a guard judges and an effect works with."""

    case: Case
    row: Transition
    actor: User
    at: datetime
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    checked_at_seq: int | None = None
    results: dict[Any, Any] = field(default_factory=dict)
    event_data: dict[str, Any] = field(default_factory=dict)
    worked_out: Any = None
    """What the check worked out and the effect carries out as it was judged."""
    patience_until: float | None = None
    prepared: dict[str, Any] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The calendar day of the step, in local time."""
        return timezone.localdate(self.at)


Guard = Callable[[Step], Iterable[str]]
Effect = Callable[[Step], None]


@dataclass(frozen=True)
class Conduct:
    """How a wing conducts its procedure: guards and effects by name, rules, and the rows to lock.

    ``prepare`` does long work beforehand, outside the transaction, and leaves it in ``step.prepared``.
    """

    procedure: Procedure
    guards: Mapping[str, Guard]
    effects: Mapping[str, Effect]
    check: Callable[[Step], None]
    locks: Callable[[Step], Sequence[tuple[QuerySet[Any], Iterable[Any]]]]
    guard_words: Mapping[str, Any]
    may: Callable[[Step], str] = lambda step: ""
    prepare: Callable[[Step], None] = lambda step: None


_CONDUCTS: dict[str, Conduct] = {}
_RULES_OF: dict[str, Registry] = {}
_REGISTRIES: list[Registry] = []


def registries() -> list[Registry]:
    """Return the rule registries of the wings, as they entered them."""
    return list(_REGISTRIES)


def enter_rules(rules: Registry) -> None:
    """Enter a wing's rules: profiles are verified against them and the catalogue lists them."""
    if rules not in _REGISTRIES:
        _REGISTRIES.append(rules)


def conduct(entry: Conduct, *, rules: Registry) -> None:
    """Enter a procedure with its wing's rules. Raises ValueError when the table names a guard that does not exist."""
    for row in entry.procedure.transitions:
        for name in row.guards:
            if name not in entry.guards or name not in entry.guard_words:
                raise ValueError(f"{entry.procedure.code}.{row.action}: no guard {name}")
    _CONDUCTS[entry.procedure.code] = entry
    _RULES_OF[entry.procedure.code] = rules
    roles.file_by(entry.procedure.code, entry.procedure.filed_by)
    roles.take_part(entry.procedure.code, entry.procedure.departments)
    enter_rules(rules)


def conduct_of(case: Case) -> Conduct:
    """Return how a case's procedure is conducted."""
    return _CONDUCTS[case.procedure]


def conduct_of_procedure(code: str) -> Conduct:
    """Return how the procedure of a code is conducted."""
    return _CONDUCTS[code]


def steps_judged_by(rules: Registry, stages: Iterable[Stage]) -> list[tuple[Procedure, list[Transition]]]:
    """Return the transitions at which a wing's rules of some stages speak, by procedure."""
    held = set(stages)
    found = []
    for code, entry in _CONDUCTS.items():
        rows = [row for row in entry.procedure.transitions if row.stage in held]
        if _RULES_OF[code] is rules and rows:
            found.append((entry.procedure, rows))
    return found


def procedures() -> list[Procedure]:
    """Return the procedures in order of entry."""
    return [entry.procedure for entry in _CONDUCTS.values()]


@dataclass(frozen=True)
class Offer:
    """An action as the decision bar shows it: enabled, or disabled with the reasons."""

    row: Transition
    reasons: tuple[str, ...]
    allowed: bool

    @property
    def enabled(self) -> bool:
        """Say whether the button works."""
        return self.allowed and not self.reasons


def offers(case: Case, user: User, *, at: datetime) -> list[Offer]:
    """Return what could be done with a case now, and what stands in the way for this person."""
    entry = conduct_of(case)
    found = []
    for row in entry.procedure.rows_from(case.status):
        step = Step(case, row, user, at)
        refusal = _refusal(step, entry)
        reasons = [refusal] if refusal else list(_reasons(step, entry))
        found.append(Offer(row, tuple(reasons), not refusal))
    return found


def _refusal(step: Step, entry: Conduct) -> str:
    held = roles.grants(step.actor, step.on)
    if not roles.acts_on(held, step.case, step.row.roles):
        return _("“%(action)s”须由%(roles)s办理，且案件须在其辖区内") % {
            "action": label(step.row),
            "roles": roles.roles_in_words(step.row.roles),
        }
    own = step.case.created_by_id == step.actor.pk or any(
        g.organisation_id == step.case.applicant_id for g in held if g.organisation_id
    )
    if step.row.not_own and own:
        return _("申请人不能办理自己案件的“%(action)s”") % {"action": label(step.row)}
    return entry.may(step)


def _reasons(step: Step, entry: Conduct) -> Iterable[str]:
    for name in step.row.guards:
        yield from entry.guards[name](step)


def authorise(step: Step) -> None:
    """Raise Forbidden unless this person may take this step on this case."""
    if refusal := _refusal(step, conduct_of(step.case)):
        raise Forbidden(refusal, remedy=_("请转有权限的人员办理"))


def move(
    number: str,
    action: str,
    *,
    actor: User,
    version: int,
    at: datetime | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    patience_s: float | None = None,
) -> Case:
    """Carry out one action on a case and return the case as it stands afterwards.

    ``version`` is what the person saw; a stale one raises Conflict (409) saying who moved the case. Forbidden
    (403): role, jurisdiction or own case. NotReady (409): guards or blocking findings, as ``reasons``.
    BadInput (422): something in ``data``. Nothing is stored when any of them is raised. StillPreparing (202): long
    work beforehand took more than ``patience_s`` seconds; what is prepared is kept, and the same call goes on.
    """
    at = at or timezone.now()
    entry, case = _seen(number, action, version)
    row = entry.procedure.row(action, case.status)
    if row is None:
        raise Conflict(
            _("案件处于“%(state)s”，不能办理“%(action)s”")
            % {"state": label(entry.procedure.state(case.status)), "action": action},
            remedy=_("请刷新页面查看当前状态"),
        )
    step = Step(case, row, actor, at, note.strip(), data or {})
    if patience_s is not None:
        step.patience_until = time.monotonic() + patience_s
    authorise(step)
    if row.note_required and not step.note:
        raise BadInput(
            _("办理“%(action)s”须写明说明") % {"action": label(row)},
            field="note",
            remedy=_("请填写说明后再提交"),
        )
    try:
        _require(step, entry)
        # Reading and checking outside keeps SQLite's single write lock short; inside, only what changed is re-run.
        step.checked_at_seq = acts.head_seq()
        if row.stage is not None:
            entry.check(step)
        entry.prepare(step)
        if step.prepared and row.stage is not None and acts.head_seq() != step.checked_at_seq:
            # Preparing took a while: what others did meanwhile is checked here, not under the lock.
            step.checked_at_seq = acts.head_seq()
            entry.check(step)
    except AppError:
        # Somebody else may have moved the case meanwhile: then that is the reason, not what was read half-way.
        _require_unmoved(case)
        raise
    # Whoever has lost already need not queue for the write lock to hear it.
    _require_unmoved(case)
    with transaction.atomic():
        return _commit(step, entry)


def _seen(number: str, action: str, version: int) -> tuple[Conduct, Case]:
    case = cases.case_of(number)
    if case.version != version:
        raise _stale(case)
    return conduct_of(case), case


def _require_unmoved(case: Case) -> None:
    if not Case.objects.filter(pk=case.pk, version=case.version).exists():
        raise _stale(cases.case_of(case.number))


def _stale(case: Case) -> Conflict:
    last: CaseEvent | None = case.events.select_related("actor").order_by("-seq").first()
    who = str(last.actor) if last and last.actor else _("系统")
    when = timezone.localtime(last.at).strftime("%m-%d %H:%M:%S") if last else ""
    return Conflict(
        _("案件 %(number)s 已由%(who)s于 %(when)s 办理“%(action)s”，您看到的不是最新状态")
        % {"number": case.number, "who": who, "when": when, "action": last.action if last else ""},
        remedy=_("请刷新页面，核对后再办"),
        field="version",
        moved_by=who,
    )


def _require(step: Step, entry: Conduct) -> None:
    if reasons := list(_reasons(step, entry)):
        raise NotReady(joined(reasons), reasons=reasons, remedy=_("请先办完上述事项"))


def _commit(step: Step, entry: Conduct) -> Case:
    case, row = step.case, step.row
    before, after = case.status, row.target or case.status
    won = Case.objects.filter(pk=case.pk, status=before, version=case.version).update(
        status=after, version=F("version") + 1, lock_version=F("lock_version") + 1
    )
    if not won:
        raise _stale(cases.case_of(case.number))
    case.refresh_from_db()
    for rows, keys in entry.locks(step):
        lock_rows(rows, keys)
    # A guard reads rows other people write (comments, opinions): it is asked again under the locks.
    case.status = before
    _require(step, entry)
    if row.stage is not None and acts.head_seq() != step.checked_at_seq:
        step.checked_at_seq = acts.head_seq()
        entry.check(step)
    case.status = after
    if effect := entry.effects.get(row.action):
        effect(step)
    cases.record_event(
        case,
        action=row.action,
        arrow=(before, case.status),
        actor=step.actor,
        at=step.at,
        note=step.note,
        data=step.event_data,
    )
    return cases.case_of(case.number)
