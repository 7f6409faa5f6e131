"""A village or community is called otherwise: the adjustment contains the naming application, one decision decides both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from boundaries.judging import items_of
from boundaries.models import UnitVersion
from boundaries.naming_matter import contents_of, naming_cases
from geoapp.core import acts
from geoapp.core.checks import Stage
from geoapp.core.effective import in_force
from geoapp.core.errors import NotReady
from geoapp.core.models import Announcement
from naming import cascade
from naming.cascade import AddressNames
from naming.models import AddressVersion, PlaceNameVersion
from naming.search import search
from tests import build
from tests.boundaries.adjustments import Adjustment, unit
from tests.boundaries.test_adjustment_case import _door as door

pytestmark = pytest.mark.django_db
A = build.TOWN_A
CONTENTS = {
    "pinyin": "Yìngxiá Shèqū",
    "meaning": "取意晚霞映水（示意）",
    "naming_reason": "片区建成后原名不符实际（示意）",
    "trigger": "construction",
}


def plan(version: UnitVersion, name: str = "映霞社区", **fields: str) -> dict[str, object]:
    """Return a renaming as the workbench sends it."""
    row = {"id": str(version.unit_id), "name": name} | CONTENTS | fields
    return {"kind": "rename", "operations": [], "after": [row], "near": [str(version.unit_id)]}


def test_a_community_is_called_otherwise(town):
    community = unit(f"{A}001")
    journey = Adjustment(town).draft(plan(community)).to_reviewed()
    journey.decide()
    effective = journey.case.decision.effective_on
    names = UnitVersion.objects.filter(unit_id=community.unit_id)
    assert in_force(names, effective).get().name == "映霞社区"
    assert in_force(names, effective).get().pinyin == "Yìngxiá Shèqū"
    assert in_force(names, effective - timedelta(days=1)).get().name == community.name
    entry = in_force(PlaceNameVersion.objects.filter(place__unit_id=community.unit_id), effective).get()
    assert (entry.name, entry.meaning, entry.pinyin_std) == (
        "映霞社区",
        "取意晚霞映水（示意）",
        "Yìngxiá Shèqū",
    )
    assert entry.doc_no == journey.case.decision.doc_no
    # Gazetteer and unit were written by one act.
    assert entry.act_in == in_force(names, effective).get().act_in
    assert search("映霞") == []
    journey.announce()
    (found,) = search("映霞社区")
    assert found["id"] == str(community.unit_id) and not found["former"]
    (old,) = [r for r in search(community.name) if r["former"]]
    assert old["now"]["name"] == "映霞社区"
    announcement = Announcement.objects.get()
    assert announcement.standard_name == "映霞社区" and announcement.roman == "Yìngxiá Shèqū"
    assert f"原名“{community.name}”" in announcement.location
    assert announcement.division == "佛山市南海区试验镇"
    assert acts.faults() == []


def test_what_the_law_asks_of_a_name_is_asked_of_a_name_inside_another_matter(town):
    community = unit(f"{A}001")
    journey = Adjustment(town).draft(plan(community, trigger=""))
    journey.attach("plan")
    with pytest.raises(NotReady, match="N-22"):
        journey.go("party_review", "demo-town")
    for fields, fault in (
        ({"meaning": "", "naming_reason": ""}, "缺少含义、理由"),
        ({"pinyin": "Tīngtāo Shèqū"}, "P-01"),
        ({"name": "Happy社区", "pinyin": ""}, "N-02"),
        ({"trigger": "other"}, "法律依据"),
        ({"name": "样板社区", "pinyin": "Yàngbǎn Shèqū"}, "V-09"),
        ({"name": ""}, "没有填写新名称"),
    ):
        other = Adjustment(town).draft(plan(community, **fields))
        other.attach("plan")
        with pytest.raises(NotReady, match=fault):
            other.go("party_review", "demo-town")


def test_the_matter_holds_what_was_applied_for(town):
    community = unit(f"{A}001")
    journey = Adjustment(town).draft(plan(community, legal_basis="某办法第二条"))
    (row,) = items_of(journey.case)
    (contents,) = contents_of(row, build.TODAY)
    assert (contents.old_name, contents.name, contents.legal_basis) == (
        community.name,
        "映霞社区",
        "某办法第二条",
    )
    (matter,) = naming_cases(row, build.TODAY, (Stage.DECIDE,))
    assert matter.missing == () and matter.findings == ()


def test_another_kind_of_adjustment_contains_no_naming_matter(town):
    community = unit(f"{A}001")
    data = plan(community) | {"kind": "transfer"}
    journey = Adjustment(town).draft(data)
    assert contents_of(items_of(journey.case)[0], build.TODAY) == []


def test_doors_whose_text_names_the_community_are_written_anew(town, monkeypatch):
    community = unit(f"{A}001")
    street = town.named("鱼跃路", build.line((500, 900), (1500, 900)))
    plain = door(town, street, community, 2, (1000, 905))
    named = door(town, street, community, 4, (1020, 905))
    long_text = f"佛山市南海区试验镇{community.name}鱼跃路4号"
    AddressVersion.objects.filter(address=named).update(text=long_text)
    composed = cascade.text_of

    def with_community(version: AddressVersion, names: AddressNames) -> str:
        """Compose as a rural address is: with its community."""
        text = composed(version, names)
        return text.replace(names.street, names.community + names.street) if version.number == 4 else text

    monkeypatch.setattr(cascade, "text_of", with_community)
    journey = Adjustment(town).draft(plan(community)).to_reviewed()
    journey.decide()
    on = journey.case.decision.effective_on
    assert in_force(named.versions, on).get().text == "佛山市南海区试验镇映霞社区鱼跃路4号"
    assert in_force(named.versions, on - timedelta(days=1)).get().text == long_text
    assert plain.versions.get().act_out is None
