"""Chromium against the real service: Debian's browser, a live server, the small city."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from geoapp.planner.demo_load.people import PASSWORD
from tests import build

# Playwright's event loop makes Django think it is asynchronous; the tests are not.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "report" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=[*arguments, "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def city(transactional_db) -> build.City:
    """The small city, its accounts with the demo's password."""
    built = build.city()
    for user in built.users.values():
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return built


class Visitor:
    """Somebody at a browser."""

    def __init__(self, browser: Browser, base: str, *, width: int = 1440, javascript: bool = True) -> None:
        height = 900 if width > 600 else 844
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="zh-CN",
            bypass_csp=False,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.base = base
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message) -> None:
        # A refused form is answered with 4xx on purpose; everything else in the console is a defect.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.trouble.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, username: str) -> Visitor:
        self.open("/signin/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button[type=submit]")
        self.page.wait_for_url("**/cases/**")
        return self

    def act(self, action: str, **fields: str) -> None:
        """Fill in and send the form of an action on the open case page."""
        form = self.page.locator(f"form[action$='/do/{action}/']").first
        form.evaluate(
            "el => { for (let d = el.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
        )
        form.evaluate("el => el.querySelectorAll('details').forEach(d => d.open = true)")
        for name, value in fields.items():
            field = form.locator(f"[name='{name}']").first
            if field.evaluate("el => el.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.locator("button[type=submit], button:not([type])").first.click()
        self.page.wait_for_load_state("load")

    def screenshot(self, name: str, *, whole: bool = True) -> None:
        REPORT.mkdir(parents=True, exist_ok=True)
        if self.page.locator(".map").count():
            # The layers arrive after the map; a picture of an empty map shows nothing.
            self.page.wait_for_selector(".map[data-map-ready]")
            self.page.wait_for_load_state("networkidle")
            self.page.wait_for_timeout(400)
        self.page.screenshot(path=REPORT / f"{name}.png", full_page=whole)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def clipped(self) -> list[str]:
        """Return texts cut off by their box."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('h1,h2,h3,p,a,button,td,th,label,dd,dt,li,span')]
            .filter(el => el.children.length === 0 && el.textContent.trim() && el.offsetParent
              && !el.closest('.visually-hidden, .map, .skip-link, [hidden]')
              && getComputedStyle(el).overflow !== 'visible' && el.scrollWidth > el.clientWidth + 1)
            .map(el => el.textContent.trim().slice(0, 40))"""
        )

    def axe(self) -> list[str]:
        """Return what axe-core finds wrong with the open page."""
        source = AXE.read_text(encoding="utf-8")
        self.page.evaluate(source + "; 0")
        found = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
            ".map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`)"
        )
        return list(found)


@pytest.fixture
def visitor(chromium, live_server) -> Iterator:
    """A maker of visitors; their browsers are closed afterwards."""
    made: list[Visitor] = []

    def make(**options) -> Visitor:
        visitor = Visitor(chromium, live_server.url, **options)
        made.append(visitor)
        return visitor

    yield make
    for one in made:
        one.context.close()
