"""WCAG 2.2 AA of the screen page, by axe-core in a real browser."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    import mbreports as mb

pytestmark = pytest.mark.browser

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}}
ALL_DRAWN = ".student { content-visibility: visible !important }"


@pytest.fixture(scope="module")
def few(school: mb.AbsenceReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of eight students, each label and each hard name among them: axe looks at every element."""
    return school.of_students([1, 2, 3, 6, 8, 12, 20, 29]).to_html(tmp_path_factory.mktemp("axe") / "few.html")


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical: rule and the first place."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 -- only where there is a browser

    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(chromium: Browser, few: Path, scheme: Any, width: int) -> None:
    """In light and dark, on a telephone and on a desk: no serious or critical violation."""
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(few.as_uri())
    page.add_style_tag(content=ALL_DRAWN)
    try:
        assert violations(page) == []
    finally:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_while_the_page_is_used(chromium: Browser, few: Path, scheme: Any) -> None:
    """Sorted, filtered, with the menu and the list of the jump open: no serious or critical violation."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(few.as_uri())
    page.get_by_role("button", name="Rate").first.click()
    page.locator("#filter-year").select_option("Grade 9")
    page.locator("details.menu summary").click()
    page.locator("#jump").fill("last")
    try:
        assert violations(page) == []
    finally:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_are_large_enough_and_focus_is_seen(chromium: Browser, screen_file: Path, scheme: Any) -> None:
    """Every button, box and menu is at least 24 pixels high, and shows an outline when a key brings the focus."""
    page = chromium.new_page(color_scheme=scheme)
    page.goto(screen_file.as_uri())
    heights = page.locator("button:visible, input:visible, select:visible, summary:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    page.keyboard.press("Tab")
    skip = page.evaluate("[document.activeElement.className, getComputedStyle(document.activeElement).outlineStyle]")
    page.close()
    assert min(heights) >= 24
    assert skip == ["skip screen-only", "solid"]


def test_headings_count_down_without_a_gap(chromium: Browser, screen_file: Path) -> None:
    """One first-level heading, and no level is skipped."""
    page = chromium.new_page()
    page.goto(screen_file.as_uri())
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    page.close()
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
