"""The service in English: a complete catalogue, findings with an English twin, pages and errors without Chinese."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext

from boundaries import wording as words
from boundaries.checks import RULES as LAND_RULES
from boundaries.checks.english import FAULTS, REFUSALS
from boundaries.editing import Refused
from boundaries.proof import Fault
from boundaries.proposed import Faults, read_units
from geoapp.core.law import in_english
from geoapp.core.models import FindingRow, Publicity
from geoapp.core.workflow import procedures
from naming.address_checks import RULES as ADDRESS_RULES
from naming.checks import RULES
from tests import build
from tests.boundaries import rule_examples
from tests.conftest import load_messages
from tests.naming import address_examples
from tests.naming.test_rules import CODES, examples, findings_of
from tests.planner.english import CHINESE, HAN, EnglishPage

MESSAGES = load_messages()
HOLES = re.compile(r"%(?:\(\w+\))?[0-9.]*[a-zA-Z]|%%|\{\w*\}")
QUOTED = re.compile("“[^“”]*”")


def held():
    with (MESSAGES.LOCALE / "en" / "LC_MESSAGES" / "django.po").open("rb") as source:
        return MESSAGES.read_po(source, locale="en", abort_invalid=True)


def strings(value) -> list[str]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


# The catalogue


def test_every_text_has_english_and_no_text_is_stale():
    said = {(m.id, m.context) for m in MESSAGES.extracted() if m.id}
    known = {(m.id, m.context): m for m in held() if m.id}
    assert said - set(known) == set(), "run: make messages"
    assert set(known) - said == set(), "run: make messages"
    assert list(held().obsolete) == []
    assert [m.id for m in known.values() if m.fuzzy or not MESSAGES.is_translated(m)] == []


def test_english_keeps_placeholders_and_quotes_chinese():
    wrong = []
    for message in held():
        if not message.id:
            continue
        wanted = sorted(HOLES.findall(strings(message.id)[0]))
        for text in strings(message.string):
            if sorted(HOLES.findall(text)) != wanted or CHINESE.search(QUOTED.sub("", text)):
                wrong.append((message.id, text))
    assert wrong == []


# These rooms know no Django and speak Chinese; what they say reaches people through a table in English by code
# (boundaries/checks/english.py for drawing and proof; words.py of the numbering room holds both languages), or is read
# by those who run a command or keep a profile (lists, surveys,
# proposals, files of geometry).
PURE_ROOMS = (
    "geoapp/core/geofiles/",
    "boundaries/editing/",
    "boundaries/proposals/",
    "boundaries/coverage/",
    "boundaries/coverage_report.py",
    "boundaries/certificates.py",
    "boundaries/directions.py",
    "boundaries/drawing.py",
    "boundaries/instructions.py",
    "boundaries/edition_acts.py",
    "boundaries/edition_names.py",
    "boundaries/edition_rules.py",
    "boundaries/editions.py",
    "boundaries/proof.py",
    "boundaries/repairs.py",
    "boundaries/surveying.py",
    "naming/addressing/numbering/",
)


def test_code_says_nothing_to_people_outside_the_catalogue():
    """Refusals and messages are given as catalogue texts, not as bare Chinese."""
    bare = re.compile(
        r"(?:raise (?!NotPinyin)\w+|messages\.\w+|errors\.add|_refuse)\(\s*(?:request,\s*)?f?\"[^\"]*[\u3400-\u9fff]"
        r"|(?:remedy|title)=f?\"[^\"]*[\u3400-\u9fff]|yield f?\"[^\"]*[\u3400-\u9fff]"
    )
    stored = ('title=f"{form.name}命名"',)
    found = []
    for app in ("geoapp/core", "geoapp/planner/views", "naming", "boundaries"):
        for path in sorted((MESSAGES.ROOT / app).rglob("*.py")):
            if {"migrations", "management", "checks", "address_checks"} & set(
                path.parts
            ) or path.name == "procedure.py":
                continue
            if str(path.relative_to(MESSAGES.ROOT)).startswith(PURE_ROOMS):
                continue
            for hit in bare.finditer(path.read_text(encoding="utf-8")):
                if not any(words in hit.group() or words.startswith(hit.group()) for words in stored):
                    found.append(f"{path.name}: {hit.group()}")
    assert found == []


def _codes_said(name: str) -> set[str]:
    """Return the codes of every ``name("code", …)`` in the rooms that draw and prove."""
    rooms = [*(MESSAGES.ROOT / "boundaries" / "editing").glob("*.py")]
    rooms += [MESSAGES.ROOT / "boundaries" / f"{room}.py" for room in ("drawing", "instructions", "proof")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    return set(re.findall(rf"\b{name}\(\s*\"(\w+)\"", text))


def test_refusals_and_faults_have_english_by_code():
    assert _codes_said("Refused") == set(REFUSALS)
    # The figures' faults are given their code as a variable.
    assert _codes_said("Fault") | {"households", "population"} == set(FAULTS)
    for message, remedy in (*REFUSALS.values(), *FAULTS.values()):
        assert message and remedy and not CHINESE.search(QUOTED.sub("", message + remedy))


def test_refusals_are_worded_in_the_reader_s_language():
    refused = Refused("sliver", "甲村 在此处宽不足 2 米，成为狭条", remedy="请避开", units=("a",))
    gone = Refused("stale", "甲村 与 乙村 之间已没有这段界线", units=("a", "b"))
    assert words.refusal(refused, {"a": "甲村"}) == (refused.message, refused.remedy)
    found = Fault("hole", "甲村 内有未申明的被包围土地", None, ("a",))
    assert words.fault(found) == found.message
    with translation.override("en"):
        message, remedy = words.refusal(refused, {"a": "甲村"})
        assert message == "After the adjustment “甲村” has a sliver: too small or too narrow"
        assert "between “甲村” and “乙村”" in words.refusal(gone, {"a": "甲村", "b": "乙村"})[0]
        assert remedy and not CHINESE.search(remedy)
        assert words.fault(found, {"a": "甲村"}) == "“甲村” encloses land that was not declared"
        assert words.fault(found) == "The unit encloses land that was not declared"
        faults = Faults(say=gettext)
        read_units([{"id": "a", "households": "many", "kind": "hamlet"}, {}], faults)
    assert len(faults.rows) == 3
    assert [r for r in faults.rows if CHINESE.search(QUOTED.sub("", r[1] + r[2]))] == []


def test_compiling_leaves_a_newer_file_alone(tmp_path, monkeypatch):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "django.po"
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "路"\nmsgstr "road"\n'
    )
    monkeypatch.setattr(MESSAGES, "LOCALE", tmp_path)
    assert MESSAGES.compile_all() == [folder / "django.mo"]
    assert MESSAGES.compile_all() == []
    assert sorted(p.name for p in folder.iterdir()) == ["django.mo", "django.po"]


# Rules and laws


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_an_english_twin(code):
    wrong, seen = [], 0
    for example in examples(code):
        for finding in findings_of(code, example):
            seen += 1
            for text in (finding.message_en, finding.remedy_en):
                if not text or CHINESE.search(QUOTED.sub("", text)):
                    wrong.append((example["title"], text))
    assert seen and wrong == []


@pytest.mark.parametrize("code", rule_examples.CODES)
def test_every_finding_about_land_has_an_english_twin(code):
    wrong, seen = [], 0
    for example in rule_examples.examples(code):
        for finding in rule_examples.findings_of(code, example):
            seen += 1
            for text in (finding.message_en, finding.remedy_en):
                if not text or CHINESE.search(QUOTED.sub("", text)):
                    wrong.append((example["title"], text))
    assert seen and wrong == []


@pytest.mark.parametrize("code", address_examples.CODES)
def test_every_finding_about_an_address_has_an_english_twin(code):
    wrong, seen = [], 0
    for example in address_examples.examples(code):
        for finding in address_examples.findings_of(code, example):
            seen += 1
            for text in (finding.message_en, finding.remedy_en):
                if not text or CHINESE.search(QUOTED.sub("", text)):
                    wrong.append((example["title"], text))
    assert seen and wrong == []


@pytest.mark.parametrize("card", [*RULES, *LAND_RULES, *ADDRESS_RULES], ids=lambda card: card.code)
def test_every_rule_is_explained_in_english(card):
    parts = [part for part in card.doc.split("\n\n") if part.strip()]
    assert len(parts) == 2
    assert len("".join(HAN.findall(parts[1]))) < len(parts[1]) / 10
    assert in_english(card.law), card.law
    assert card.title_en and not CHINESE.search(card.title_en)


@pytest.mark.parametrize("procedure", procedures(), ids=lambda p: p.code)
def test_every_step_is_named_in_english(procedure):
    for row in (*procedure.states, *procedure.transitions):
        assert row.label_en and not CHINESE.search(row.label_en)
    assert all(in_english(row.law) for row in procedure.transitions if row.law)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("地名管理条例 第九条第（八）项", "Regulations on Place Names, art. 9(8)"),
        ("行政许可法 第三十二条", "Administrative Licensing Law, art. 32"),
        (
            "地名管理条例 第十五条；通用规范汉字表",
            "Regulations on Place Names, art. 15; Table of General Standard Chinese Characters",
        ),
        (
            "设标期限为本市配置（UNVERIFIED）",
            "The time for setting up signs is configured by the city (UNVERIFIED)",
        ),
        ("某市地名管理办法 第三条", ""),
        ("", ""),
    ],
)
def test_law_in_english(text, expected):
    assert in_english(text) == expected


# Pages


@pytest.fixture
def read(client):
    """Open a page in English; complain about Chinese that is neither data nor marked."""
    client.cookies["lang"] = "en"
    # One unit of the small city bears the name of its kind.
    texts = {strings(m.id)[0] for m in held() if m.id} - {"虚拟社区"}

    def look(path: str, *, status: int = 200, data: dict[str, object] | None = None) -> EnglishPage:
        answer = client.post(path, data) if data is not None else client.get(path)
        assert answer.status_code == status, (path, answer.status_code)
        assert answer.headers["Content-Language"] == "en"
        page = EnglishPage(answer.content.decode())
        assert page.language == "en"
        assert page.stray == [], path
        # The explanations of rules give single words as examples (路, 街, 巷).
        marked = [] if path == "/rules/" else page.data
        assert [text for text in marked if text in texts] == [], "a word of the service marked as data"
        return page

    return look


PUBLIC = ["/", "/?q=yuyuelu", "/?q=nowhere", "/notices/", "/rules/", "/guide/", "/signin/"]
DATA = ["", "conformance", "api", "collections", "collections/streets", "collections/streets/items"]
FEED = ["feed", "feed/1", "feed/3"]


def test_public_pages(town, read):
    place = town.named("鱼跃路", build.line((100, 500), (900, 500)), meaning="取鱼跃龙门之意")
    journey = build.draft(town, "映霞路", "听涛路").to_consulting().to_publicity()
    for path in PUBLIC:
        read(path)
    page = read(f"/names/{place.pk}")
    assert "鱼跃路" in page.data
    for key in ("440605", build.TOWN_A, f"{build.TOWN_A}001", f"{build.TOWN_A}498"):
        read(f"/units/{town.land.units[key].pk}")
    read(f"/notices/{journey.number}/")
    read("/nowhere/", status=404)
    read("/notices/SM-1/", status=404)
    read("/signin/", data={"username": "demo-planner", "password": "wrong"})
    for path in (*DATA, *FEED, f"collections/streets/items/{place.pk}", "collections/notices/items"):
        read(f"/ogc/{path}?f=html")


def test_comments(town, read, client):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity()
    Publicity.objects.update(starts=timezone.localdate(), ends=timezone.localdate() + timedelta(days=7))
    read(f"/notices/{journey.number}/", status=422, data={"stance": "objection", "text": ""})
    read(f"/notices/{journey.number}/", status=422, data={"stance": "", "text": "与村中旧名不符"})
    answer = client.post(f"/notices/{journey.number}/", {"stance": "remark", "text": "好"})
    assert answer.status_code == 302
    read(f"/notices/{journey.number}/")


STATES = [
    "draft",
    "submitted",
    "supplement",
    "accepted",
    "consulting",
    "publicity",
    "reviewed",
    "recorded",
    "decided",
    "archived",
    "withdrawn",
    "refused",
]
PEOPLE = ["demo-planner", "demo-district", "demo-approver", "demo-publisher", "demo-police", "demo-auditor"]


def _walk(town, state: str):
    """Return a case in a state, its warnings in sight: a like-sounding and a numbered street stand beside it."""
    town.named("映侠路", build.line((100, 700), (900, 700)))
    journey = build.draft(town, "映霞路", "听涛二路")
    if state == "draft":
        return journey
    if state == "withdrawn":
        return journey.go("withdraw", "demo-planner", note="道路规划调整")
    if state in {"submitted", "supplement", "accepted"}:
        journey.go("submit", "demo-planner")
        if state == "supplement":
            return journey.go("supplement", "demo-district", note="请补充四至图")
        return journey if state == "submitted" else journey.go("accept", "demo-district")
    journey.to_consulting()
    if state == "consulting":
        return journey.go("opine", "demo-police", note="建议更换用字", opinion="suggest")
    journey.to_publicity()
    if state == "publicity":
        journey.comment("与村中旧名不符")
        answered = journey.comment("名字好听，支持", stance="support")
        return journey.go("answer_comment", "demo-district", note="谢谢支持", comment=str(answered.pk))
    journey.to_reviewed()
    if state == "reviewed":
        return journey
    if state == "recorded":
        return journey.record_paper(doc_no="南府函〔2026〕8号", decided_on=str(journey.clock.date()))
    if state == "refused":
        return journey.decide(default="refused")
    journey.decide(听涛二路="split_off")
    return journey if state == "decided" else journey.announce().finish()


@pytest.mark.parametrize("state", STATES)
def test_case_pages(town, read, client, state):
    journey = _walk(town, state)
    assert journey.case.status == state
    shown = 0
    for account in PEOPLE:
        client.force_login(town.users[account])
        if client.get(f"/cases/{journey.number}/").status_code != 200:
            continue
        shown += 1
        read(f"/cases/{journey.number}/")
        read("/cases/")
        read("/cases/?view=all")
    assert shown >= (1 if state == "draft" else 4)


def test_renaming_pages(town, read, client):
    place = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    client.force_login(town.users["demo-planner"])
    page = read(f"/plan/?rename={place.pk}")
    assert "鱼跃路" in page.data
    asked = {
        "kind": "rename",
        "street": str(place.pk),
        "name": "映霞路",
        "meaning": "取意晚霞映水",
        "trigger": "nature",
        "legal_basis": "某条例第三条",
        "protected": "on",
    }
    journey = town.journey().draft([asked]).to_consulting().to_publicity()
    read(f"/cases/{journey.number}/")
    read(f"/notices/{journey.number}/")
    journey.to_reviewed().decide().announce()
    assert "鱼跃路" in read(f"/names/{place.pk}").data
    read("/?q=鱼跃路")


def test_refused_steps_and_forms(town, read, client):
    journey = _walk(town, "publicity")
    case = f"/cases/{journey.number}/"
    client.force_login(town.users["demo-district"])
    version = journey.case.version
    read(f"{case}do/review/", status=422, data={"version": version, "note": ""})
    read(f"{case}do/review/", status=409, data={"version": version, "note": "名称符合规定"})
    read(f"{case}do/review/", status=409, data={"version": version - 1, "note": "名称符合规定"})
    read(f"{case}do/decide/", status=409, data={"version": version})
    read(f"{case}do/review/", status=409, data={})
    read(f"{case}attachments/", status=422, data={"version": version})
    client.force_login(town.users["demo-approver"])
    read(f"{case}do/review/", status=403, data={"version": version, "note": "名称符合规定"})
    client.force_login(town.users["demo-chancheng"])
    read(case, status=403)
    client.force_login(town.users["demo-planner"])
    read("/plan/")
    read("/plan/", status=422, data={"name": "", "geometry": "", "width_m": "很宽", "road_class": "x"})
    drawn = '{"type": "LineString", "coordinates": [[113.1, 23.0], [113.1, 23.0]]}'
    read("/plan/", status=422, data={"name": "映霞路🙂", "geometry": drawn})
    client.force_login(town.users["demo-district"])
    read("/plan/", status=403)


def test_blocked_submission_says_why(town, read, client):
    town.named("映霞路", build.line((100, 700), (900, 700)))
    journey = build.draft(town, "映霞路")
    client.force_login(town.users["demo-planner"])
    item = journey.case.items.get()
    read(f"/plan/?case={journey.number}&item={item.pk}")
    page = read(f"/cases/{journey.number}/do/submit/", status=409, data={"version": journey.case.version})
    assert "映霞路" in page.data
    row = FindingRow.objects.get(item=item, code="N-08", current=True)
    assert row.message.startswith("“映霞路”与已登记的") and "registered street" in row.message_en
    client.cookies["lang"] = "zh-hans"
    answer = client.get(f"/cases/{journey.number}/").content.decode()
    assert row.message in answer and row.message_en not in answer


def test_a_finding_stored_before_there_was_english_is_shown_in_chinese(town, client):
    journey = build.draft(town, "映霞路")
    FindingRow.objects.filter(item__case=journey.case).delete()
    FindingRow.objects.create(
        item=journey.case.items.get(),
        stage="draft",
        key="k",
        code="N-09",
        severity="warn",
        message="旧的检查结果",
        law="某市办法",
        found_at=build.NOW,
    )
    client.force_login(town.users["demo-planner"])
    assert "旧的检查结果" in client.get(f"/cases/{journey.number}/?lang=en").content.decode()


def test_the_locked_page(db):
    with translation.override("en"):
        request = RequestFactory().get("/signin/")
        request.user = AnonymousUser()
        page = EnglishPage(render_to_string("planner/locked.html", {}, request))
    assert page.stray == []


def test_chinese_stays_the_first_language(town, client):
    answer = client.get("/", headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "zh-Hans"
    assert "地名查询" in answer.content.decode()
    client.get("/?lang=en")
    assert "Find a place name" in client.get("/").content.decode()


def test_the_administration_in_english(town, client):
    user = town.users["demo-admin"]
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    client.cookies["lang"] = "en"
    words = {
        "/admin/": "Approval authorities",
        "/admin/core/approvalauthority/add/": "Level of approval",
        "/admin/core/user/add/": "Add User",
    }
    for path, expected in words.items():
        answer = client.get(path)
        assert answer.status_code == 200
        text = re.sub("<option.*?</option>", "", answer.content.decode(), flags=re.DOTALL)
        assert expected in text
        assert EnglishPage(text).stray == []


# Programs


@pytest.fixture
def ask(client):
    """Send a request for JSON in English; return status and document."""

    def send(path: str, body: object = None, **options):
        separator = "&" if "?" in path else "?"
        url = f"{path}{separator}lang=en"
        answer = (
            client.get(url, **options)
            if body is None
            else client.post(url, body, content_type="application/json", **options)
        )
        return answer.status_code, answer.json()

    return send


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/check", "{", 400),
        ("/api/check", "[]", 400),
        ("/api/check", {"name": ""}, 422),
        ("/api/check", {"name": 7}, 422),
        ("/api/check", {"name": "映霞路", "kind": "rename"}, 422),
        ("/api/check", {"name": "映霞路", "on": "soon"}, 422),
        ("/api/check", {"name": "映霞路", "geometry": {"type": "Point", "coordinates": [1, 2]}}, 422),
        (
            "/api/check",
            {"name": "映霞路", "geometry": {"type": "LineString", "coordinates": [[500, 0]]}},
            422,
        ),
        ("/api/search?limit=x", None, 400),
        ("/api/locate?lon=x&lat=1", None, 400),
        ("/api/addresses/parse", {"text": 7}, 422),
        ("/api/addresses/parse", {"texts": []}, 422),
        ("/api/addresses/parse", {"text": "1", "on": 2}, 422),
        ("/api/addresses/parse?text=", None, 422),
        ("/api/addresses/parse", {}, 422),
        ("/api/addresses/parse", {"text": "a" * 2001}, 422),
        ("/api/addresses/parse", {"text": "a", "texts": ["a"]}, 422),
        ("/api/locate?lon=1&lat=1", None, 404),
        ("/api/units?level=hamlet", None, 422),
        ("/api/units?on=2019-02-30", None, 422),
        ("/api/units?known-at=999999", None, 422),
        ("/api/units?known-at=soon", None, 422),
        ("/api/units?when=2019-01-01", None, 400),
        ("/api/units?on=2019-01-01&on=2020-01-01", None, 400),
        ("/ogc/collections/streets/items?limit=0&f=json", None, 400),
        ("/ogc/collections/nothing?f=json", None, 404),
        ("/ogc/feed?after=99&f=json", None, 400),
        ("/ogc/feed?limit=0&f=json", None, 400),
        ("/ogc/feed/99?f=json", None, 404),
        ("/ogc/feed.atom?district=1", None, 400),
    ],
)
def test_problems_in_english(town, ask, path, body, status):
    found, document = ask(path, body, headers={"Accept": "application/json"})
    assert found == status
    words = [str(document[key]) for key in ("title", "detail", "remedy") if key in document]
    assert len(words) >= 2
    assert [w for w in words if CHINESE.search(QUOTED.sub("", w))] == []


def test_check_answers_in_english(town, ask, client):
    town.named("映霞路", build.line((100, 700), (900, 700)))
    from geoapp.core.geometry import to_geojson

    body = {"name": "映霞路", "pinyin": "qqq", "geometry": to_geojson(build.line((100, 200), (600, 220)))}
    status, document = ask("/api/check", body)
    assert status == 200
    found = {f["code"]: f for f in document["findings"]}
    assert {"N-08", "P-01"} <= set(found)
    assert found["N-08"]["law"] == "Regulations on Place Names, art. 9(8)"
    for finding in found.values():
        for key in ("message", "law", "remedy"):
            assert not CHINESE.search(QUOTED.sub("", finding[key])), finding
        assert HAN.search(finding["sentence"]), "the sentence is for a Chinese document"
    client.cookies.clear()
    plain = client.post(
        "/api/check", body, content_type="application/json", headers={"Accept-Language": "en"}
    )
    by_code = {f["code"]: f for f in plain.json()["findings"]}
    assert by_code["N-08"]["law"] == "地名管理条例 第九条第（八）项"
    assert by_code["N-08"]["message"].startswith("“映霞路”与已登记的")
