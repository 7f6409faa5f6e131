"""From a case's item, or a request to check, to the frozen proposal that rules judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry

from geoapp.core import checks
from geoapp.core.authority import authority_for, profile_on
from geoapp.core.checks import Finding, Stage
from geoapp.core.geometry import multiline, to_shapely
from geoapp.core.models import ApprovalAuthority, Case
from naming.checks import RULES
from naming.checks.proposal import Authority, NameProposal, Sibling
from naming.gazetteer import Location, locate
from naming.language.keys import sound_keys
from naming.language.normalise import mend_latin, normalise_name
from naming.language.reading import read_name, with_tones
from naming.language.romanise import NotPinyin, parse_romanised, romanise, sign_form
from naming.language.split import split_name
from naming.models import StreetItem
from naming.questions import RegisterQuestions
from naming.renaming import current_name

ALL_STAGES = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE)


@dataclass(frozen=True)
class Reading:
    """A name's reading as it will be judged: given or suggested, with what was mended."""

    pinyin: str
    sign: str
    syllables: tuple[str, ...]
    review: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    error: str = ""
    error_en: str = ""


@dataclass(frozen=True)
class Renamed:
    """What a draft says when its street is registered already."""

    street_id: str
    old_name: str
    trigger: str = ""
    legal_basis: str = ""


@dataclass(frozen=True)
class Draft:
    """What a person has said so far about one street; geometry in the city frame."""

    name: str
    pinyin: str = ""
    kind: str = "name"
    category: str = "STR"
    geometry: BaseGeometry | None = None
    width_m: float | None = None
    roles: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    case: Case | None = None
    item_id: str = ""
    renaming: Renamed | None = None


def reading_of(name: str, pinyin: str = "", *, category: str = "STR", mended: Sequence[str] = ()) -> Reading:
    """Read a name: the given pinyin when there is one (look-alike letters mended), else the suggestion."""
    suggestion = read_name(name, parts=split_name(name, category=category))
    if not pinyin.strip():
        roman = romanise(name, suggestion.syllables, category=category) if suggestion.syllables else ""
        return Reading(roman, sign_form(roman), suggestion.syllables, suggestion.review, tuple(mended))
    mended_text, found = mend_latin(pinyin)
    marks = tuple(dict.fromkeys((*mended, *found)))
    try:
        syllables = with_tones(parse_romanised(mended_text), suggestion.syllables)
    except NotPinyin as error:
        why = str(error), error.english
        return Reading(mended_text, "", suggestion.syllables, suggestion.review, marks, *why)
    return Reading(mended_text, sign_form(mended_text), syllables, suggestion.review, marks)


def proposal_of(draft: Draft, on: date, *, location: Location | None = None) -> NameProposal:
    """Freeze a draft into what rules judge on the day ``on``."""
    reading = reading_of(draft.name, draft.pinyin, category=draft.category, mended=draft.mended)
    lines = multiline(draft.geometry) if draft.geometry is not None else None
    location = location or (locate(lines, on) if lines is not None else None)
    case, old = draft.case, draft.renaming
    return NameProposal(
        kind=draft.kind,
        name=draft.name,
        normalised=normalise_name(draft.name),
        parts=split_name(draft.name, category=draft.category),
        keys=sound_keys(draft.name, reading.syllables),
        on=on,
        category=draft.category,
        pinyin=draft.pinyin,
        syllables=reading.syllables,
        review=reading.review,
        pinyin_error=reading.error,
        pinyin_error_en=reading.error_en,
        mended=reading.mended,
        geometry=lines,
        roles=draft.roles,
        width_m=draft.width_m,
        scopes=location.scopes if location else (),
        siblings=draft.siblings,
        case_number=case.number if case else "",
        item_id=draft.item_id,
        accept_order=case.accept_order if case else None,
        applicant=str(case.applicant) if case else "",
        applicant_kind=case.applicant.kind if case else "",
        handling_level=case.jurisdiction.level if case else "",
        authority=authority_value(authority_for(case, on)) if case else None,
        street_id=old.street_id if old else "",
        trigger=old.trigger if old else "",
        legal_basis=old.legal_basis if old else "",
        old_name=old.old_name if old else "",
        current_name=_now(draft, on),
    )


def _now(draft: Draft, on: date) -> str:
    """Return what the place of a renaming is called; a unit's plan is drawn on the name of the day itself."""
    if draft.renaming is None:
        return ""
    return current_name(draft.renaming.street_id, on) if draft.category == "STR" else draft.renaming.old_name


def siblings_of(case: Case, on: date) -> tuple[Sibling, ...]:
    """Return the pending items of a case as the others see them."""
    rows = StreetItem.objects.filter(item__case=case, item__outcome="pending").select_related("item")
    found = []
    for row in rows.order_by("item__seq"):
        shape = to_shapely(row.geom)
        reading = reading_of(row.name, row.pinyin)
        found.append(
            Sibling(
                str(row.item_id),
                row.item.seq,
                row.name,
                normalise_name(row.name),
                split_name(row.name),
                sound_keys(row.name, reading.syllables),
                frozenset(locate(shape, on).compared_ids),
                shape,
            )
        )
    return tuple(found)


def draft_of(row: StreetItem, case: Case, siblings: Iterable[Sibling]) -> Draft:
    """Return an item of a case as a draft."""
    return Draft(
        name=row.name,
        pinyin=row.pinyin,
        kind=row.item.kind,
        geometry=to_shapely(row.geom),
        width_m=row.width_m,
        roles=tuple(row.roles),
        mended=tuple(row.mended),
        siblings=tuple(s for s in siblings if s.item_id != str(row.item_id)),
        case=case,
        item_id=str(row.item_id),
        renaming=renamed_of(row),
    )


def renamed_of(row: StreetItem) -> Renamed | None:
    """Return what an item says of the street it renames, None for a street that gets its first name."""
    if row.item.kind != "rename":
        return None
    stored = row.item.renaming
    return Renamed(str(stored.place_id), stored.old_name, stored.trigger, stored.legal_basis)


def authority_value(row: ApprovalAuthority | None) -> Authority | None:
    """Return an authority row as rules see it."""
    if row is None:
        return None
    return Authority(row.level, row.approver, row.legal_basis, row.delegation_document, row.source_status)


def judge(
    proposal: NameProposal, questions: RegisterQuestions, *, stages: Sequence[Stage] = ALL_STAGES
) -> list[Finding]:
    """Run the naming rules over one proposal under the profile of its day."""
    profile = profile_on(proposal.on)
    return checks.run(RULES, proposal, questions, profile, stages=stages, on=proposal.on)


def judge_case(case: Case, stage: Sequence[Stage], on: date) -> dict[StreetItem, list[Finding]]:
    """Run the rules of some stages over every pending item of a case, each seeing the others."""
    siblings = siblings_of(case, on)
    questions = RegisterQuestions(on, case_id=case.pk)
    rows = StreetItem.objects.filter(item__case=case, item__outcome="pending")
    rows = rows.select_related("item__renaming")
    return {
        row: judge(proposal_of(draft_of(row, case, siblings), on), questions, stages=stage)
        for row in rows.order_by("item__seq")
    }
