"""What the tests of the workbench share: opening it, typing lines, and where a place is on the screen."""

from __future__ import annotations

from tests import build


def survey(*points: tuple[float, float]) -> str:
    """A table of boundary points as surveyors write it: number, X (north), Y (east)."""
    rows = [build.at(x, y) for x, y in points]
    return "\n".join(["点号\tX\tY", *(f"J{n}\t{y:.3f}\t{x:.3f}" for n, (x, y) in enumerate(rows, 1))])


def open_workbench(visitor, near: str = "", **options):
    officer = visitor(**options).sign_in("demo-town")
    page = officer.open(f"/boundaries/new/{'?near=' + near if near else ''}")
    page.wait_for_selector("#map[data-ground=ready]")
    return officer, page


def type_line(page, text: str) -> None:
    page.evaluate("document.querySelector('[data-testid=typed]').open = true")
    page.fill("#typed-text", text)
    page.click("[data-testid=typed-apply]")


def spot(page, x: float, y: float) -> tuple[float, float]:
    """Return where a place of the small city is on the screen; town A is fitted when the page opens."""
    box = page.locator("#map").bounding_box()
    pad = 48
    width, height = box["width"] - 2 * pad, box["height"] - 2 * pad
    scale = max(2000 / width, 2000 / height)
    return (
        box["x"] + box["width"] / 2 + (x - 1000) / scale,
        box["y"] + box["height"] / 2 - (y - 1000) / scale,
    )
