"""Review by block: many doors passed together after the officer has opened a random sample of them.

The sample is drawn by the case's number (a block's: its cases' numbers), so that nobody chooses it and everybody can
draw it again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from boundaries.models import Unit
from geoapp.core import roles
from geoapp.core.errors import BadInput, NotFound
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case, CaseItem, User
from geoapp.core.roles import Grant
from naming.door_numbers import along
from naming.door_procedure import DOOR_NUMBERING
from naming.door_values import values_on
from naming.models import AddressItem, ItemOpening, ReviewBlock


def sample_size(count: int, on: date) -> int:
    """Return how many of ``count`` doors must be opened under the profile of a day (local values, UNVERIFIED)."""
    held = values_on(on)
    wanted = math.ceil(count * held["sample_share"].value)
    return min(count, int(held["sample_most"].value), max(int(held["sample_least"].value), wanted))


def draw(seed: str, items: Sequence[str], on: date) -> list[str]:
    """Draw the sample of a case or block: the same for the same numbers and day, in any process."""
    ordered = sorted(items)
    return sorted(random.Random(seed).sample(ordered, sample_size(len(ordered), on)))


def sample_of_case(case: Case) -> list[str]:
    """Return the items of a case that must be opened before all of it is passed.

    As many as the profile asked for on the day the case first came to review, so that what has been opened stays
    opened.
    """
    items = case.items.filter(outcome=CaseItem.Outcome.PENDING).values_list("pk", flat=True)
    on = timezone.localdate(case.accepted_at) if case.accepted_at else timezone.localdate()
    return draw(case.number, [str(i) for i in items], on)


def unopened(sample: Collection[str], officer: User) -> list[CaseItem]:
    """Return the items of a sample that an officer has not opened in the version they now have."""
    rows = CaseItem.objects.filter(pk__in=list(sample)).select_related("case").order_by("case__number", "seq")
    opened = set(
        ItemOpening.objects.filter(item__in=rows, officer=officer).values_list("item_id", "item_version")
    )
    return [row for row in rows if (row.pk, row.version) not in opened]


def open_item(item: CaseItem, officer: User, at: datetime) -> None:
    """Record that an officer has opened an item."""
    ItemOpening.objects.get_or_create(
        item=item, officer=officer, item_version=item.version, defaults={"at": at}
    )


def waiting(held: Iterable[Grant]) -> list[Case]:
    """Return the cases that wait for the review of somebody with these grants."""
    held = list(held)
    rows = Case.objects.filter(procedure=DOOR_NUMBERING.code, status="checked")
    found = rows.select_related("jurisdiction", "place", "authority").order_by("number")
    return [case for case in found if roles.acts_on(held, case, ["police"])]


def make_block(community: UUID, *, officer: User, held: Iterable[Grant], at: datetime) -> ReviewBlock:
    """Put the waiting cases that lie wholly in one community into a block and draw its sample.

    Raises NotFound for an unknown community, BadInput when no case waits there.
    """
    unit = Unit.objects.filter(pk=community, level="community").first()
    if unit is None:
        raise NotFound(_("没有这个村或社区"), remedy=_("请刷新页面"))
    mine = waiting(held)
    doors = AddressItem.objects.filter(item__case__in=mine, item__outcome="pending").select_related("item")
    places: dict[UUID, set[UUID]] = {}
    for row in doors:
        places.setdefault(row.item.case_id, set()).add(row.community_id)
    chosen = [case for case in mine if places.get(case.pk) == {unit.pk}]
    items = [str(row.pk) for row in doors if row.item.case_id in {case.pk for case in chosen}]
    if not items:
        raise BadInput(_("这个村或社区没有等待审核的申请"), field="community", remedy=_("请刷新页面后再组批"))
    numbers = [case.number for case in chosen]
    return ReviewBlock.objects.create(
        community=unit,
        officer=officer,
        made_at=at,
        cases=numbers,
        items=items,
        sample=draw(" ".join(numbers), items, timezone.localdate(at)),
    )


def in_order(block: ReviewBlock) -> list[str]:
    """Return the cases of a block in the order in which numbers run along their streets, so that numbers follow on."""
    rows = AddressItem.objects.filter(pk__in=block.items).select_related("item__case")
    places: dict[str, tuple[str, float]] = {}
    for row in rows.order_by("item__seq"):
        number = row.item.case.number
        if row.street_id is not None and number not in places:
            at = along(row.street_id, to_shapely(row.geom), timezone.localdate(block.made_at))
            places[number] = (str(row.street_id), at)
    return sorted(block.cases, key=lambda number: (*places.get(number, ("", 0.0)), number))


def block_of(key: object, officer: User) -> ReviewBlock:
    """Return an officer's own block. Raises NotFound."""
    try:
        found = ReviewBlock.objects.filter(pk=UUID(str(key)), officer=officer).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(_("没有这个审核批次，或它不是您组成的"), remedy=_("请回到分片审核页"))
    return found
