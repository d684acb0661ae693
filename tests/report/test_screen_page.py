"""The screen page in a real browser: sort, filter, jump, print; nothing is asked for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    import mbreports as mb

pytestmark = pytest.mark.browser

COLUMNS = ["Student", "Year group", "Label", "Absent", "Rate", "Late", "Unexplained", "Spells", "Can miss"]
NUMBERS = COLUMNS[3:]
ROWS = "#students-table tr[data-find]"


@pytest.fixture
def opened(chromium: Browser, screen_file: Path) -> Iterator[Callable[..., Page]]:
    """Opens the page: a width, a scheme."""
    contexts = []

    def open_page(*, width: int = 1280, scheme: Any = "light", script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(screen_file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def shown(page: Page) -> list[str]:
    """The names of the rows that the list shows, in its order."""
    rows = page.locator(f"{ROWS}:not([hidden]) th")
    return [name.strip() for name in rows.all_inner_texts()]


def keys(page: Page, place: int) -> list[str]:
    """What a column is sorted by, in the list's order."""
    script = "(rows, place) => rows.map(row => row.cells[place].dataset.key ?? row.cells[place].textContent.trim())"
    found: list[str] = page.locator(ROWS).evaluate_all(script, place)
    return found


def head(page: Page, column: str) -> Any:
    """A column's heading."""
    return page.locator("#students-table thead th", has=page.get_by_role("button", name=column, exact=True))


def test_page_asks_for_nothing_and_reports_no_error(chromium: Browser, screen_file: Path) -> None:
    """The page is the only request; its own policy forbids others, and breaks nothing of it."""
    page = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(screen_file.as_uri())
    page.locator("#filter-name").fill("chloe")
    page.close()
    assert (asked, said) == ([screen_file.as_uri()], [])


@pytest.mark.parametrize("column", COLUMNS)
def test_a_click_sorts_and_another_turns_the_order(opened: Callable[..., Page], column: str) -> None:
    """Numbers begin with the highest, words with the first; aria-sort says which; a second click turns it."""
    page, place = opened(), COLUMNS.index(column)
    words = column in {"Student", "Year group"}
    head(page, "Spells" if column == "Label" else "Label").get_by_role("button").click()
    head(page, column).get_by_role("button").click()
    first = keys(page, place)
    assert head(page, column).get_attribute("aria-sort") == ("descending" if column in NUMBERS else "ascending")
    head(page, column).get_by_role("button").click()
    second = keys(page, place)
    assert head(page, column).get_attribute("aria-sort") == ("ascending" if column in NUMBERS else "descending")
    assert page.locator("#students-table th[aria-sort]").count() == 1
    if not words:
        assert [float(key) for key in (second if column in NUMBERS else first)] == sorted(map(float, first))
    assert sorted(first) == sorted(second)
    assert first[0] == second[-1]


def test_names_sort_as_people_sort_them(opened: Callable[..., Page]) -> None:
    """Accents and case do not matter: Łukasik stands between Long ones and Nguyễn, not behind Z."""
    page = opened()
    head(page, "Student").get_by_role("button").click()
    latin = [name for name in shown(page) if name.startswith(("Ł", "Nguyễn", "O'Neill", "Sørensen", "WWW"))]
    assert [name[:3] for name in latin] == ["Łuk", "Ngu", "O'N", "Sør", "WWW"]


def test_keyboard_sorts_and_the_state_is_said(opened: Callable[..., Page]) -> None:
    """A heading is a button: Tab reaches it, Enter and Space sort; the order is said."""
    page = opened()
    page.locator("#filter-print").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Student"
    page.keyboard.press("Enter")
    assert head(page, "Student").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert head(page, "Student").get_attribute("aria-sort") == "descending"
    assert page.locator("#said").inner_text() == "Sorted by Student, descending"


def test_sorted_by_label_the_list_is_grouped_again(opened: Callable[..., Page]) -> None:
    """Sorted by another column the list is one; by label, the worst first, it is as it began."""
    page = opened()
    began = shown(page)
    head(page, "Student").get_by_role("button").click()
    assert page.locator("tr.group:visible", has_text="moderate chronic").count() == 0
    for _ in range(2):
        head(page, "Label").get_by_role("button").click()
    assert shown(page) == began
    assert page.locator("tr.group:visible", has_text="moderate chronic").count() == 1


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("chloe", "O'Neill Chloé"),
        ("CHLOÉ oneill", "O'Neill Chloé"),
        ("nguyen", "Nguyễn Thị Minh Khai"),
        ("lukasik", "Łukasik Małgorzata"),
        ("sorensen", "Sørensen Åse 🎓"),
        ("小明", "王 小明"),
        ("AA6", "العربي ليلى"),
        ("<script>", '<b>Bold</b> Ada "&" <script>alert(1)</script>'),
    ],
)
def test_filter_finds_names_without_their_accents_and_ids(opened: Callable[..., Page], query: str, first: str) -> None:
    """A few letters of a name suffice, in any order and without accents; so does the school's own id."""
    page = opened()
    page.locator("#filter-name").fill(query)
    assert shown(page) == [first]
    assert page.locator("#filter-state").inner_text() == "1 of 30 students"


def test_filters_combine_and_are_said(opened: Callable[..., Page]) -> None:
    """Label and year group narrow the list together; the live region counts; "Show all" undoes it."""
    page = opened()
    page.locator("#filter-band").select_option("severe chronic")
    severe = shown(page)
    page.locator("#filter-year").select_option("Grade 9")
    assert 0 < len(shown(page)) < len(severe)
    assert page.locator("[role=status]", has_text=f"{len(shown(page))} of 30 students").count() == 1
    groups = page.locator(f"{ROWS}:not([hidden])").evaluate_all("rows => rows.map(row => row.cells[1].textContent)")
    assert set(groups) == {"Grade 9"}
    assert page.locator("tr.group:visible", has_text="at risk").count() == 0
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#filter-state")).to_have_text("30 of 30 students")
    assert len(shown(page)) == 30


def test_a_filtered_list_stays_filtered_when_sorted(opened: Callable[..., Page]) -> None:
    """Sorting moves rows, it does not bring back those that the filter left out."""
    page = opened()
    page.locator("#filter-year").select_option("Grade 10")
    ten = set(shown(page))
    head(page, "Late").get_by_role("button").click()
    assert set(shown(page)) == ten


def test_a_name_leads_to_the_student_and_back(opened: Callable[..., Page]) -> None:
    """A link leads to the student's part and gives it the focus; another leads back to the same row."""
    page = opened()
    page.get_by_role("link", name="Nguyễn Thị Minh Khai").first.click()
    expect(page.locator("#name-2")).to_be_focused()
    assert page.locator("#student-2").evaluate("part => Math.abs(part.getBoundingClientRect().top) < 200")
    page.locator("#student-2 + .back a").click()
    expect(page.locator("#of-2")).to_be_focused()
    assert page.locator("#of-2").evaluate("link => link.getBoundingClientRect().top > 50")


def test_back_leads_to_a_row_that_the_filter_had_left_out(opened: Callable[..., Page]) -> None:
    """Who comes back to a row that is not shown finds the whole list."""
    page = opened()
    page.locator("#filter-name").fill("chloe")
    page.locator("#student-2 + .back a").click()
    expect(page.locator("#of-2")).to_be_focused()
    assert len(shown(page)) == 30


def test_jump_finds_a_student_by_a_few_letters(opened: Callable[..., Page]) -> None:
    """The box in the bar lists who is meant; Enter goes to the first, arrows to the others, Escape closes."""
    page = opened()
    box = page.get_by_role("searchbox", name="Jump to a student")
    box.fill("last")
    assert page.locator("#jump-found li").count() == 8
    assert page.locator("#jump-said").inner_text() == "22 of 30 students"
    box.press("Escape")
    assert page.locator("#jump-found li").count() == 0
    box.press_sequentially("chlo")
    box.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "O'Neill Chloé Grade 9"
    box.press("Enter")
    expect(page.locator("#name-1")).to_be_focused()


def test_lists_behind_are_sorted_group_by_group(opened: Callable[..., Page]) -> None:
    """Every list has headings that sort."""
    page = opened()
    page.locator("#unexplained-table").get_by_role("button", name="Unexplained").click()
    assert page.locator("#unexplained-table th[aria-sort=descending]").inner_text().startswith("Unexplained")


def test_without_script_the_report_is_whole(opened: Callable[..., Page]) -> None:
    """Without JavaScript there is no filter, no box to jump, and everything to read."""
    page = opened(script=False)
    assert page.locator("#filter:visible, #jump-form:visible").count() == 0
    assert page.locator(ROWS).count() == 30
    assert page.locator("article.student").count() == 30


@pytest.mark.parametrize("width", [320, 360, 800, 1920])
def test_page_never_scrolls_sideways(opened: Callable[..., Page], width: int) -> None:
    """At any width the page fits; a wide table scrolls in itself."""
    assert opened(width=width).evaluate("document.documentElement.scrollWidth") == width


def test_names_are_text_never_markup(opened: Callable[..., Page]) -> None:
    """A name with markup is shown as it is written."""
    page = opened()
    assert page.locator("#of-3").inner_text() == '<b>Bold</b> Ada "&" <script>alert(1)</script>'
    assert page.locator("#student-3 h2").inner_text() == '<b>Bold</b> Ada "&" <script>alert(1)</script>'


def test_print_gives_the_pages_of_the_pdf(
    opened: Callable[..., Page], school: mb.AbsenceReport, tmp_path: Path
) -> None:
    """Printed from the browser, each student starts a page, filtered or not, as in the PDF."""
    page = opened()
    page.locator("#filter-name").fill("chloe")
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    theirs = pypdf.PdfReader(school.to_pdf(tmp_path / "report.pdf")).pages
    starts, their_starts = (
        [place for place, sheet in enumerate(sheets) if "The term, day by day" in sheet.extract_text()]
        for sheets in (printed, theirs)
    )
    assert len(starts) == len(their_starts) == 30
    assert starts[0] == their_starts[0]
    assert len(printed) == pytest.approx(len(theirs), abs=2)  # a last line may just fit, or not
    assert [round(float(side)) for side in printed[0].mediabox] == [round(float(side)) for side in theirs[0].mediabox]


def test_print_their_pages_prints_only_whom_the_list_shows(opened: Callable[..., Page]) -> None:
    """The button prints the pages of the students in the list, and nothing else."""
    page = opened()
    page.evaluate("window.print = () => { window.printed = document.body.className }")
    page.locator("#filter-name").fill("chloe")
    page.get_by_role("button", name="Print their pages").click()
    assert "only-shown" in page.evaluate("window.printed")
    assert "only-shown" not in page.evaluate("document.body.className")
    page.evaluate("document.body.classList.add('only-shown')")
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    texts = [sheet.extract_text() for sheet in printed]
    assert "Chloé" in texts[0]
    assert sum("The term, day by day" in text for text in texts) == 1
    assert "Students by label" not in "".join(texts)
