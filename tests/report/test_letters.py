"""Letters to families: the child's own days, in the family's language, and nothing of anybody else."""

from __future__ import annotations

import csv
import datetime as dt
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pandas as pd
import pikepdf
import pypdf
import pytest
from babel.dates import format_date
from factory import NAMES, marks_of, students_of, term_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mbreports.absence.policy import Policy
from mbreports.errors import ReportError
from mbreports.report.absence_report import AbsenceReport
from mbreports.report.letter_text import letters_of, said_name
from mbreports.report.letters import Letters, preview

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LANGUAGES = ["en", "es", "fr", "zh-Hans"]
CODES = {
    1: [0, 0, 1, 1, 1, 10, 1, 1, 1, 1],
    2: [1] * 10,
    3: [0, 1] * 5,
    4: [0] * 10,
    5: [1, 1, 1, 0, 0, 1, 1, 1, 1, 1],
}
DATES = {"as_of": "2025-09-12", "starts_on": "2025-09-01", "ends_on": "2025-12-19"}


def report_of(codes: Any = CODES, **parts: Any) -> AbsenceReport:
    """A report of such marks, as of the second Friday."""
    students = students_of(list(codes)).assign(homeroom="Ms Adeyemi")
    return AbsenceReport(term_of(codes, **{"students": students} | DATES | parts))


def text_of(html: str) -> str:
    """What one reads of a page."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def letter(report: AbsenceReport, student_id: int, *, language: str = "en", **options: Any) -> str:
    """The text of one letter, as it goes to the printer."""
    choice = Letters(options.pop("template", "attendance"), language, options.pop("contact", ""))
    shown = preview(report, [student_id], choice, most=1).html
    found = re.search(r'srcdoc="([^"]*)"', shown)
    assert found is not None
    return text_of(unescape(found[1]))


def words_in(text: str) -> int:
    """Words; of Chinese, characters by two."""
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    return len(re.sub(r"[\u4e00-\u9fff]", " ", text).split()) + han // 2


@pytest.mark.parametrize("language", LANGUAGES)
@given(row=st.lists(st.sampled_from([0, 1, 2, 10, 11, -1, None]), min_size=1, max_size=60))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_letter_has_fewer_than_150_words(language: str, row: Sequence[int | None]) -> None:
    """However many absences there are, and in every language that is shipped."""
    text = letter(report_of({1: row}), 1, language=language, contact="Ms Temi Okafor, office, +44 20 7946 0018")
    assert words_in(text) < 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_shorten_the_list_of_absences(language: str) -> None:
    """Names are said more than once; the list makes room for them, and counts what it leaves out."""
    term = report_of({1: [0, 0, 1, 1] * 20}, as_of="2026-01-30").term
    names = {"first_name": "María del Carmen", "last_name": "de la Cruz", "homeroom": "Ms Temi van der Berg"}
    report = AbsenceReport(term.replace(students=term.students.assign(**names), school="School of the Two Rivers"))
    text = letter(report, 1, language=language, contact="Ms Temi Okafor, office, +44 20 7946 0018")
    assert words_in(text) < 150
    assert re.search(r"(and|et|y) 3[468] |此前还有3[468]天", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("student", CODES)
def test_letter_names_nobody_else(student: int, language: str) -> None:
    """A child's letter holds the child's own name and no other's; nor a band, a rank or an average."""
    text = letter(report_of(), student, language=language)
    for place, (last, first) in enumerate(NAMES, start=1):
        assert (first in text) == (place == student)
        assert place == student or last not in text
    assert not re.search(r"chronic|severe|at risk|average|other students|%", text)


def test_letter_says_what_was_missed_and_what_to_do_next() -> None:
    """The count, the days with their state, whom to talk to."""
    text = letter(report_of(), 1, contact="office@school.example")
    assert "missed 3 of 10 school days up to September 12, 2025" in text
    assert "Mon, Sep 8: explained" in text
    assert re.search(r"Mon, Sep 1\W+Tue, Sep 2 \(2 days\): not yet explained", text)
    assert "Please tell us the reason" in text
    assert "homeroom teacher (Ms Adeyemi)" in text
    assert text.endswith("Example School office@school.example")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lates_that_count_are_no_correction(language: str) -> None:
    """By a rule of 3 lates to an absence 7 lates are 2: the letter says lates, and blames no office."""
    report = AbsenceReport(report_of({1: [2] * 7 + [1] * 13}).term, Policy(lates_per_absence=3))
    text = letter(report, 1, language=language)
    assert re.search(r"\b7\b|7次", text)
    assert not re.search(r"office:|administration :|secretaría:|教务处", text)
    assert words_in(text) < 150


def test_errors_may_be_told_where_all_is_explained() -> None:
    """A family that has explained everything is still asked whether the days are right."""
    text = letter(report_of({1: [10, *[1] * 9]}), 1)
    assert "If anything here is wrong, please tell us." in text
    assert "not yet explained" not in text


def test_child_who_missed_nothing_is_thanked_for() -> None:
    """No list and no request."""
    text = letter(report_of(), 2)
    assert "attended every one of the 10 days" in text
    assert "missed" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_child_without_sessions_is_not_praised_for_them(language: str) -> None:
    """Somebody who has no mark yet did not attend "every one of the 0 days"."""
    assert " 0 " not in letter(report_of(CODES | {9: [None] * 10}), 9, language=language)


def test_old_absences_are_a_number() -> None:
    """Six spells are listed, newest first; what lies before them is counted."""
    text = letter(report_of({1: [0, 1] * 10}, as_of="2025-09-30"), 1)
    assert text.count(": not yet explained") == 6
    assert "and 4 earlier" in text


def test_two_sessions_a_day_are_called_sessions() -> None:
    """Days are said only where a session is a day."""
    marks = marks_of({1: [0, 1]})
    both = marks.assign(period=1), marks.assign(period=2)
    report = report_of({1: [0, 1]}, marks=pd.concat(both))
    assert "missed 2 of 4 school sessions" in letter(report, 1)


@pytest.mark.parametrize("language", ["en", "en-GB", "es-MX", "fr-CA", "zh", "zh_CN"])
def test_dates_are_the_language_s_own(language: str) -> None:
    """Babel writes them; a regional tag takes the wider template and the region's dates."""
    locale = language.replace("-", "_")
    expected = format_date(dt.date(2025, 9, 12), "long", locale=locale)
    assert expected in letter(report_of(), 1, language=language)


def test_large_numbers_are_the_language_s_own() -> None:
    """1,234 in English is 1 234 in French."""
    report = report_of()
    given_ = {
        language: next(letters_of(report, [1], language=language, school="", contact="")) for language in LANGUAGES
    }
    assert given_["en"].number(1234) == "1,234"
    assert given_["fr"].number(1234) == "1\u202f234"


def test_unknown_language_names_those_that_there_are() -> None:
    """Neither a language without a template nor a word that is no language passes."""
    with pytest.raises(
        ReportError, match=r"no letter 'attendance' in 'de'; there are attendance \(en, es, fr, zh-Hans\)"
    ):
        letter(report_of(), 1, language="de")
    with pytest.raises(ReportError, match="no language 'klingonese'"):
        letter(report_of(), 1, language="klingonese")


def test_unknown_template_names_those_that_there_are(tmp_path: Path) -> None:
    """By its name or its path."""
    with pytest.raises(ReportError, match=r"no letter 'warning'; there are attendance \(en"):
        letter(report_of(), 1, template="warning")
    with pytest.raises(ReportError, match="there is no file"):
        letter(report_of(), 1, template=tmp_path / "none.html")


def test_school_s_own_file_is_a_letter(tmp_path: Path) -> None:
    """It may extend ours, and change one block."""
    own = tmp_path / "warm.html"
    own.write_text('{% extends "letters/letter.html" %}{% block letter %}Hello {{ letter.first_name }}!{% endblock %}')
    assert letter(report_of(), 4, template=own) == "Ada Okafor Example School Hello Ada!"


def test_school_s_folder_adds_letters_and_languages(tmp_path: Path) -> None:
    """A file ``letters/attendance.de.html`` in its folder is a language more."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "attendance.de.html").write_text("Liebe Familie von {{ letter.name }}, {{ letter.until }}")
    report = AbsenceReport(term_of(CODES, **DATES), templates=tmp_path)
    assert letter(report, 4, language="de") == "Liebe Familie von Ada Okafor, 12. September 2025"
    assert "Dear parents" in letter(report, 4)


def test_letter_may_run_from_right_to_left(tmp_path: Path) -> None:
    """A school's own Arabic letter says so to the page; its plural has the language's six forms."""
    (tmp_path / "letters").mkdir()
    forms = '{% for n in (0, 1, 2, 3, 11, 100) %}{{ letter.plural(n, "a", "b", "c", "d", "e", "f") }}{% endfor %}'
    head = '{% extends "letters/letter.html" %}{% block letter %}{{ letter.name }}: '
    own = f"{head}{forms}{{% endblock %}}"
    (tmp_path / "letters" / "attendance.ar.html").write_text(own)
    report = AbsenceReport(term_of(CODES, **DATES), templates=tmp_path)
    shown = preview(report, [5], Letters("attendance", "ar", ""), most=1).html
    assert 'lang="ar" dir="rtl"' in unescape(shown)
    assert letter(report, 5, language="ar").endswith("ليلى العربي: abcdef")


@pytest.mark.parametrize(
    ("body", "says"),
    [("a\n{{ letter.rank }}", "line 2.*rank"), ("a\nb\n{% if %}", "line 3"), ("{{ 1 / 0 }}", "line 1")],
)
def test_error_of_a_template_names_file_and_line(tmp_path: Path, body: str, says: str) -> None:
    """Nothing is written."""
    own = tmp_path / "own.html"
    own.write_text(body)
    with pytest.raises(ReportError, match=f"own.html, {says}"):
        report_of().letters(tmp_path / "a.pdf", students="all", template=own)
    assert [path.name for path in tmp_path.iterdir()] == ["own.html"]


def test_pdf_has_a_page_per_letter(tmp_path: Path) -> None:
    """In the report's order, titled, in the family's language; each letter is found by its name in the outline."""
    report = report_of()
    file = report.letters(tmp_path / "a.pdf", students="all", language="fr")
    names = [said_name(row.first_name, row.last_name) for row in report.students.itertuples()]
    pages = [page.extract_text() for page in pypdf.PdfReader(file).pages]
    assert len(pages) == len(names)
    assert all(name in text for name, text in zip(names, pages, strict=True) if name.isascii())
    with pikepdf.open(file) as pdf, pdf.open_outline() as outline:
        assert str(pdf.Root.Lang) == "fr"
        assert str(pdf.docinfo["/Title"]).startswith("Letters")
        assert [item.title for item in outline.root[0].children] == names


def test_same_letters_give_the_same_bytes(tmp_path: Path) -> None:
    """The clock is not in the file."""
    report = report_of()
    first, second = (report.letters(tmp_path / name, students="all") for name in ("a.pdf", "b.pdf"))
    assert first.read_bytes() == second.read_bytes()


def test_only_the_chosen_have_letters(tmp_path: Path) -> None:
    """By default those who are chronically absent; by id anybody; nobody is an error."""
    report = report_of()
    file = report.letters(tmp_path / "a.csv")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        assert {int(row["student_id"]) for row in csv.DictReader(opened)} == {1, 3, 4, 5}
    with pytest.raises(ReportError, match="nobody is chronically absent"):
        report_of({2: [1] * 20}).letters(tmp_path / "b.pdf")


def test_mail_merge_has_a_row_per_letter(tmp_path: Path) -> None:
    """What the letter says, for the office's own words; dates in the family's language."""
    file = report_of().letters(tmp_path / "a.csv", students=[1], language="es", contact="=cmd|x")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert (row["name"], row["possible"], row["absent"], row["unexplained"]) == ("Thị Minh Khai Nguyễn", "10", "3", "2")
    assert row["until"] == "12 de septiembre de 2025"
    assert row["days"].count(";") == 1
    assert row["contact"] == "'=cmd|x"


def test_html_holds_every_letter_apart(tmp_path: Path) -> None:
    """Each in a frame that runs nothing; the page asks for no other file."""
    html = report_of().letters(tmp_path / "a.html", students="all").read_text(encoding="utf-8")
    assert html.count('sandbox=""') == 5
    assert not re.search(r"(src|href)=.?https?:|url\(", html)


def test_preview_shows_the_first_few() -> None:
    """It says of how many, and shows itself in a notebook."""
    shown = report_of().letters_preview(students="all", most=2)
    assert "2 of 5 letters" in shown._repr_html_()
    assert shown.html.count("<iframe") == 2


def test_another_suffix_is_an_error(tmp_path: Path) -> None:
    """It names the valid ones."""
    with pytest.raises(ReportError, match=r"\.pdf, \.html, \.csv"):
        report_of().letters(tmp_path / "a.docx", students="all")


EVIL = [("<b>x</b>", "{{ 7 * 7 }}"), ("\u202eevil", "A\x00b"), ("w" * 200, "W"), (None, None), ("😀", "王")]


@pytest.mark.filterwarnings("ignore::mbreports.report.fonts.GlyphWarning")
@pytest.mark.parametrize(("last", "first"), EVIL)
def test_name_is_text_whatever_it_holds(tmp_path: Path, last: str | None, first: str | None) -> None:
    """Markup and braces print as they are; marks that turn the line, and controls, do not print at all."""
    students = students_of([1]).assign(last_name=[last], first_name=[first])
    report = report_of({1: [0, 1, 1]}, students=students)
    text = letter(report, 1)
    assert "49" not in text.replace("Sep", "")
    assert not set(text) & {"\u202e", "\x00"}
    assert "{{ 7 * 7 }} has missed" in text if first == "{{ 7 * 7 }}" else True
    assert "Student 1’s attendance" in text if first is None else True
    report.letters(tmp_path / "a.pdf", students="all")


@pytest.mark.parametrize(
    ("first", "last", "name"), [("小明", "王", "王小明"), ("민준", "박", "박민준"), ("Ada", "", "Ada"), ("", "", "")]
)
def test_chinese_and_korean_names_begin_with_the_family_s(first: str, last: str, name: str) -> None:
    """As one says them, without a space."""
    assert said_name(first, last) == name
