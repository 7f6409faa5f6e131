"""The demo's people: bodies that apply, officers of every role, the approval authority table. All 示意."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from geoapp.core.models import (
    ApprovalAuthority,
    Department,
    Jurisdiction,
    Membership,
    Organisation,
    User,
)

SINCE = date(2022, 5, 1)
PASSWORD = "foshan-demo-2026"
"""Shown on the sign-in page of the demo; the demo server listens on loopback only."""

DISTRICT = "440605"
"""南海区, where the demo's own cases lie."""


@dataclass(frozen=True)
class Account:
    """A demo account; ``area`` is a code, ``body`` an organisation, ``department`` a code."""

    username: str
    name: str
    role: str
    area: str
    what: str
    body: str = ""
    department: str = ""


ACCOUNTS = (
    Account("demo-planner", "规划员（示意）", "applicant", DISTRICT, "画街路、提交申请", body="district"),
    Account("demo-town", "镇街工作人员（示意）", "town_officer", "town", "提出本镇村居调整，窗口受理门楼号"),
    Account("demo-village", "村居经办人（示意）", "applicant", "town", "申请本镇巷道命名", body="town"),
    Account("demo-collector", "采集员（示意）", "collector", "town", "用手机采集门牌，没有信号也能用"),
    Account(
        "demo-developer",
        "开发企业经办人（示意）",
        "applicant",
        DISTRICT,
        "为楼盘申请门楼号",
        body="developer",
    ),
    Account(
        "demo-district", "区地名科甲（示意）", "district_officer", DISTRICT, "受理、征求意见、公示、审查"
    ),
    Account("demo-district-2", "区地名科乙（示意）", "district_officer", DISTRICT, "核对纸质批文"),
    Account("demo-chancheng", "禅城区地名科（示意）", "district_officer", "440604", "只能办理禅城区案件"),
    Account("demo-city", "市地名科（示意）", "city_officer", "440600", "办理跨区街路"),
    Account(
        "demo-police", "公安部门（示意）", "department", "440600", "审核门楼号，答复征求意见", department="GA"
    ),
    Account(
        "demo-resources",
        "自然资源部门（示意）",
        "department",
        "440600",
        "发布标准地址，答复征求意见",
        department="ZR",
    ),
    Account("demo-housing", "住建部门（示意）", "department", "440600", "答复征求意见", department="ZJ"),
    Account("demo-traffic", "交通部门（示意）", "department", "440600", "答复征求意见", department="JT"),
    Account("demo-culture", "文旅部门（示意）", "department", "440600", "答复征求意见", department="WL"),
    Account("demo-expert", "地名专家（示意）", "expert", "440600", "查看案件"),
    Account("demo-approver", "区政府审批人（示意）", "approver", DISTRICT, "逐项批准或不予批准"),
    Account("demo-mayor", "市政府审批人（示意）", "approver", "440600", "审批市级案件"),
    Account("demo-publisher", "公告发布人（示意）", "publisher", DISTRICT, "发布公告"),
    Account("demo-auditor", "审计人员（示意）", "auditor", "440600", "查看全部案件"),
    Account("demo-admin", "系统管理员（示意）", "admin", "440600", "后台配置"),
)


@dataclass(frozen=True)
class People:
    """Users by account name and bodies by key (``district``, ``town``, ``person``)."""

    users: dict[str, User]
    bodies: dict[str, Organisation]


def load_people(jurisdictions: dict[str, Jurisdiction], town_code: str) -> People:
    """Create bodies, accounts and authority rows."""
    district, town, city = jurisdictions[DISTRICT], jurisdictions[town_code], jurisdictions["440600"]
    bodies = {
        "district": Organisation(
            name="佛山市自然资源局南海分局（示意）", kind="authority", jurisdiction=district
        ),
        "town": Organisation(
            name=f"{town.name}人民政府办事机构（示意）", kind="authority", jurisdiction=town
        ),
        "city": Organisation(name="佛山市自然资源局（示意）", kind="authority", jurisdiction=city),
        "developer": Organisation(
            name="佛山某房地产开发有限公司（示意）", kind="enterprise", jurisdiction=district
        ),
        "person": Organisation(name="某市民（示意）", kind="person", jurisdiction=district),
    }
    for body in bodies.values():
        body.save()
    password = make_password(PASSWORD)
    users: dict[str, User] = {}
    for account in ACCOUNTS:
        admin = account.role == "admin"
        user = User.objects.create(
            username=account.username,
            display_name=account.name,
            password=password,
            is_staff=admin,
            is_superuser=admin,
        )
        users[account.username] = user
        area = town if account.area == "town" else jurisdictions[account.area]
        Membership.objects.create(
            user=user,
            role=account.role,
            jurisdiction=area,
            department=Department.objects.get(code=account.department) if account.department else None,
            organisation=bodies[account.body] if account.body else None,
            valid_from=SINCE,
        )
    # The city's planning body files streets that cross districts.
    Membership.objects.create(
        user=users["demo-planner"],
        role="applicant",
        jurisdiction=city,
        organisation=bodies["city"],
        valid_from=SINCE,
    )
    _authorities(jurisdictions)
    return People(users, bodies)


def _authorities(jurisdictions: dict[str, Jurisdiction]) -> None:
    departments = list(Department.objects.filter(code__in=["GA", "ZR"]))
    for row in jurisdictions.values():
        if row.level not in {"district", "city"}:
            continue
        authority = ApprovalAuthority.objects.create(
            jurisdiction=row,
            procedure="street_naming",
            category="STR",
            level=row.level,
            approver=f"{row.name}人民政府",
            legal_basis="地名管理条例 第十二条第（五）项",
            # DM 12(5) names no city district: whether and how Foshan delegated is not known to us (AUTH-01).
            delegation_document="",
            decision_days=20,
            publicity_days=7,
            valid_from=SINCE,
            source_status="UNVERIFIED",
        )
        authority.consultees.set(departments)
        land = ApprovalAuthority.objects.create(
            jurisdiction=row,
            procedure="unit_adjustment",
            category="COM",
            level=row.level,
            approver=f"{row.name}人民政府",
            legal_basis="村民委员会组织法 第三条；城市居民委员会组织法 第三条",
            decision_days=20,
            publicity_days=7,
            valid_from=SINCE,
            source_status="UNVERIFIED",
        )
        land.consultees.set(departments)
        ApprovalAuthority.objects.create(
            jurisdiction=row,
            procedure="door_numbering",
            category="DOOR",
            level=row.level,
            approver="佛山市公安局"
            if row.level == "city"
            else f"佛山市公安局{row.name.removesuffix('区')}分局",
            legal_basis="江门市门楼号牌管理条例 第三条（邻市条例，待本市确认）",
            decision_days=15,
            valid_from=SINCE,
            source_status="UNVERIFIED",
        )
