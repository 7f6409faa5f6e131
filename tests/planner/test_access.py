"""The access table, cell by cell: every role, at home and in a foreign jurisdiction, at every URL."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from geoapp.access import MATRIX, OWN_DOOR, PUBLIC, access_of
from geoapp.core.models import Case, Department, Membership, Organisation, User
from tests import build

ROLES = sorted(Membership.Role.values)
FAR = "440604"
NUMBERED = {
    "address_id",
    "attachment_id",
    "block_id",
    "item_id",
    "line_id",
    "marker_id",
    "photo_id",
    "place_id",
    "plate_id",
    "task_id",
    "unit_id",
    "upload_id",
}


def view_names() -> list[str]:
    found = []

    def walk(patterns, namespace):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = pattern.namespace
                walk(pattern.url_patterns, f"{namespace}{inner}:" if inner else namespace)
            elif isinstance(pattern, URLPattern):
                found.append(f"{namespace}{pattern.name}")

    walk(get_resolver().url_patterns, "")
    return found


def test_every_url_has_a_row():
    missing = [name for name in view_names() if access_of(name) is None]
    assert missing == []


def test_every_row_has_a_url():
    names = set(view_names())
    assert [name for name in MATRIX if name not in names] == []


def test_a_url_without_a_row_is_closed(client, db, monkeypatch):
    monkeypatch.delitem(MATRIX, "planner:rules")
    assert client.get("/rules/").status_code == 403


def _arguments(name: str, case: Case) -> dict[str, object]:
    import uuid

    pattern = reverse_pattern(name)
    values: dict[str, object] = {}
    for key in pattern:
        if key == "number":
            values[key] = case.number
        elif key in NUMBERED:
            values[key] = uuid.UUID(int=7)
        elif key == "action":
            values[key] = "no-such-action"
        else:
            values[key] = "streets" if key in {"layer", "collection", "collection_id"} else "x"
    return values


def reverse_pattern(name: str) -> list[str]:
    resolver = get_resolver()
    for part in name.split(":")[:-1]:
        resolver = resolver.namespace_dict[part][1]
    entries = resolver.reverse_dict.getlist(name.split(":")[-1])
    return entries[0][0][0][1]


@pytest.fixture
def cells(town):
    """A case in Nanhai that was submitted, and a person per role in Nanhai and in Chancheng."""
    journey = build.draft(town, "映霞路").to_consulting()
    near, far = town.land.jurisdictions["440605"], town.land.jurisdictions[FAR]
    elsewhere = Organisation.objects.create(name="外区单位", kind="authority", jurisdiction=far)
    people = {}
    for role in ROLES:
        for where, area in (("near", near), ("far", far)):
            if role == "town_officer":
                area = town.land.jurisdictions[build.TOWN_A if where == "near" else build.TOWN_C]
            user = User.objects.create(username=f"{role}-{where}")
            Membership.objects.create(
                user=user,
                role=role,
                jurisdiction=area,
                department=Department.objects.get(code="GA") if role == "department" else None,
                organisation=(town.bodies["district"] if where == "near" else elsewhere)
                if role == "applicant"
                else None,
                valid_from=date(2023, 1, 1),
            )
            people[role, where] = user
    return journey.case, people


def expected(name: str, role: str, where: str, method: str) -> bool:
    row = MATRIX[name]
    allowed = row.read if method == "get" else row.write
    if allowed == PUBLIC:
        return True
    if role not in allowed:
        return False
    return where == "near" if row.case else True


@pytest.mark.parametrize("name", [n for n in MATRIX if not n.startswith(OWN_DOOR)])
def test_every_cell(cells, client, name):
    case, people = cells
    url = reverse(name, kwargs=_arguments(name, case))
    wrong = []
    for (role, where), user in people.items():
        client.force_login(user)
        for method in ("get", "post"):
            answer = getattr(client, method)(url)
            admitted = answer.status_code != 403 or _refused_later(answer)
            if admitted != expected(name, role, where, method):
                wrong.append((role, where, method, answer.status_code))
    assert wrong == []


def _refused_later(answer) -> bool:
    """The view ran and refused for a reason of its own, such as a missing body or action."""
    return bool(answer.context and "case" in answer.context)


@pytest.mark.parametrize("name", [n for n, row in MATRIX.items() if row.read != PUBLIC and row.read])
def test_strangers_are_sent_to_sign_in(cells, client, name):
    url = reverse(name, kwargs=_arguments(name, cells[0]))
    answer = client.get(url)
    assert answer.status_code == 302 and answer.url.startswith("/signin/?next=")


def test_strangers_cannot_write(cells, client):
    case, _ = cells
    for name, row in MATRIX.items():
        if row.write == PUBLIC:
            continue
        answer = client.post(reverse(name, kwargs=_arguments(name, case)))
        assert answer.status_code in {403, 405}, name
    assert Case.objects.get(pk=case.pk).version == case.version


def test_a_draft_is_the_applicants_alone(cells, client, town):
    _, people = cells
    journey = build.draft(town, "听涛路", y=600)
    for (role, where), user in people.items():
        client.force_login(user)
        status = client.get(f"/cases/{journey.number}/").status_code
        assert status == (200 if (role, where) == ("applicant", "near") else 403), (role, where)


def test_lists_show_what_may_be_read(cells):
    from geoapp.core import roles

    case, people = cells
    for (role, where), user in people.items():
        held = roles.grants(user, build.TODAY)
        listed = roles.visible_cases(held, user).filter(pk=case.pk).exists()
        assert listed == roles.may_see(held, user, case), (role, where)
