"""Whether a 《门楼号确认书》 still says what is so: asked of the register at the moment of asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from geoapp.core import checks, wording
from geoapp.core.authority import profile_on
from geoapp.core.checks import Finding, Stage
from geoapp.core.effective import in_force
from geoapp.core.errors import NotReady
from naming.address_checks import RULES
from naming.address_checks.proposal import AddressProposal
from naming.addressing.parts import AddressParts
from naming.models import AddressVersion, Confirmation


@dataclass(frozen=True)
class Standing:
    """How a confirmation stands: ``current``, ``replaced`` or ``cancelled``; the text in force, when there is one.

    ``proof`` is False for a temporary number, whatever its standing (rule A-14).
    """

    confirmation: Confirmation
    state: str
    text_now: str
    since: date | None
    proof: bool


def verify(token: str, on: date) -> Standing | None:
    """Return how the confirmation of a token stands on a day; None when this service issued none such."""
    paper = Confirmation.objects.filter(token=token).select_related("item__case").first()
    return None if paper is None else standing(paper, on)


def standing(paper: Confirmation, on: date) -> Standing:
    """Return how a confirmation stands on a day."""
    now = in_force(AddressVersion.objects.filter(address_id=paper.address_id), on).first()
    if now is None:
        last = (
            AddressVersion.objects.filter(address_id=paper.address_id, act_out__isnull=True)
            .order_by("-valid_from")
            .first()
        )
        return Standing(paper, "cancelled", "", last.valid_to if last else None, False)
    if now.text != paper.text:
        return Standing(paper, "replaced", now.text, now.valid_from, False)
    return Standing(paper, "current", now.text, now.valid_from, not paper.temporary)


def require_proof(paper: Confirmation, on: date) -> Standing:
    """Return the standing of a confirmation that proves something.

    Raises NotReady for a temporary number (A-14), and for one that was replaced or cancelled.
    """
    found = standing(paper, on)
    if hits := _as_proof(paper, on):
        raise NotReady(
            wording.joined(f"{wording.message(f)}（{f.code}）" for f in hits),
            remedy=wording.joined(wording.remedy(f) for f in hits),
        )
    if not found.proof:
        raise NotReady(_("这份确认书所载门楼号已变更或注销，不能再作证明"), remedy=_("请使用现行的确认书"))
    return found


def _as_proof(paper: Confirmation, on: date) -> list[Finding]:
    """Return what stops a confirmation from being given out as proof: the rules that speak at the export."""
    version = AddressVersion.objects.filter(address_id=paper.address_id, text=paper.text).first()
    parts = AddressParts(
        number=version.number if version else None, sub_number=version.sub_number if version else None
    )
    state = "temporary" if paper.temporary else "standard"
    proposal = AddressProposal(on=on, parts=parts, text=paper.text, state=state, proof="《门楼号确认书》")
    # A rule that speaks at the export asks no book: what is judged is the paper.
    return checks.blocking(checks.run(RULES, proposal, None, profile_on(on), stages=(Stage.EXPORT,), on=on))
