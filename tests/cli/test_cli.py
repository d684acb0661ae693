"""The command line: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from factory import marks_of, students_of, term_of

import mbreports as mb
from mbreports.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mbreports.sample.school import SampleSchool


@pytest.fixture(scope="module")
def school() -> Iterator[SampleSchool]:
    with mb.sample_school(students=24) as school:
        yield school


@pytest.fixture
def at_school(school: SampleSchool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SampleSchool:
    """The environment of somebody who has a token, in an empty folder, with a cache folder of their own."""
    monkeypatch.setenv("MANAGEBAC_URL", school.url)
    monkeypatch.setenv("MANAGEBAC_TOKEN", school.token)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return school


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved term of two students: one who missed half of 20 days, one who missed none."""
    return term_of({1: [0, 1] * 10, 2: [1] * 20}).save(tmp_path / "autumn")


def test_report_writes_what_is_asked_and_prints_its_paths(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Paths go to stdout, one a line; everything else to stderr."""
    html, xlsx = tmp_path / "a.html", tmp_path / "a.xlsx"
    assert main(["report", "--from", str(saved), "--html", str(html), "--xlsx", str(xlsx)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [str(html), str(xlsx)]
    assert "2 students, 1 of them chronically absent; 10 of 40 sessions missed." in printed.err
    assert html.stat().st_size > 0


def test_report_of_the_chronic_holds_only_them(saved: Path, tmp_path: Path) -> None:
    """--students chronic leaves the others' names out of the file."""
    html = tmp_path / "chronic.html"
    assert main(["report", "--from", str(saved), "--students", "chronic", "--html", str(html)]) == 0
    text = html.read_text(encoding="utf-8")
    assert "Nguyễn" in text
    assert "Neill" not in text


def test_report_that_does_not_reconcile_is_written_and_exits_6(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers that differ from ManageBac's own totals are said, and the exit code tells a script."""
    totals = pd.DataFrame({"student_id": [1], "status": [0], "label": ["Absent"], "count": [3]})
    saved = term_of({1: [0] * 12}, totals=totals).save(tmp_path / "autumn")
    assert main(["report", "--from", str(saved), "--html", str(tmp_path / "a.html")]) == 6
    assert (tmp_path / "a.html").exists()
    assert "1 students differ" in capsys.readouterr().err.replace("the numbers of ", "")


def test_report_below_the_minimum_coverage_exits_6(tmp_path: Path) -> None:
    """Registers that nobody took are said by the exit code too."""
    saved = term_of({1: [-1] * 12}).save(tmp_path / "autumn")
    assert main(["report", "--from", str(saved), "--html", str(tmp_path / "a.html")]) == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--html", "a.pdf"], "--html writes a .html file, not a.pdf"),
        ([], "at least one of --html, --pdf, --xlsx"),
        (["--html", "a.html", "--students", "some"], "all, chronic, or ids"),
        (["--html", "none/a.html"], "there is no folder none"),
        (["--html", "a.html", "--policy", "none.toml"], "none.toml"),
    ],
)
def test_wrong_use_exits_2_and_names_what_is_valid(
    saved: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    """Wrong words write nothing and are said in one sentence."""
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["report", "--from", str(saved), *words]) == 2
    assert told in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("words", [["--students", "99"], ["--year-group", "99"]])
def test_what_matches_nothing_exits_5_and_writes_nothing(saved: Path, tmp_path: Path, words: list[str]) -> None:
    """An unknown student or year group is no empty report."""
    assert main(["report", "--from", str(saved), *words, "--html", str(tmp_path / "a.html")]) == 5
    assert not (tmp_path / "a.html").exists()


def test_no_chronic_students_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for the chronic where there are none exits 5."""
    saved = term_of({1: [1] * 20}).save(tmp_path / "autumn")
    assert main(["report", "--from", str(saved), "--students", "chronic", "--html", str(tmp_path / "a.html")]) == 5
    assert "no student of this term is chronically absent" in capsys.readouterr().err


def test_a_year_group_of_a_saved_term_is_all_that_is_reported(tmp_path: Path) -> None:
    """--year-group limits a saved term to its students."""
    students = students_of([1, 2]).assign(year_group_id=[10, 11], year_group=["Grade 9", "Grade 10"])
    marks = pd.concat([marks_of({1: [1] * 12}), marks_of({2: [0] * 12}, year_group_id=11)])
    saved = term_of({}, students=students, marks=marks).save(tmp_path / "autumn")
    html = tmp_path / "a.html"
    assert main(["report", "--from", str(saved), "--year-group", "11", "--html", str(html)]) == 0
    assert "Nguyễn" not in html.read_text(encoding="utf-8")


@pytest.mark.usefixtures("at_school")
def test_terms_lists_the_ids_to_ask_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Every term's id, name and dates are printed."""
    assert main(["terms"]) == 0
    assert "term_id" in capsys.readouterr().out


@pytest.mark.usefixtures("at_school")
def test_check_says_what_the_token_may_do(school: SampleSchool, capsys: pytest.CaptureFixture[str]) -> None:
    """One screen: host, school, operations; nothing of the token."""
    assert main(["check"]) == 0
    printed = capsys.readouterr()
    assert "127.0.0.1" in printed.out
    assert school.token not in printed.out + printed.err


@pytest.mark.usefixtures("at_school")
def test_fetch_then_report_needs_the_network_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A saved term makes a report when ManageBac is out of reach."""
    with mb.Client(cache=False) as client:
        terms = mb.fetch.terms(client)
        group = int(mb.fetch.year_groups(client)["year_group_id"].iloc[0])
    first = str(terms["term_id"].iloc[0])
    assert (
        main(["fetch", "--term", first, "--year-group", str(group), "--until", "2025-09-12", "--save", "autumn"]) == 0
    )
    assert capsys.readouterr().out.strip() == "autumn"
    monkeypatch.setenv("MANAGEBAC_URL", "http://127.0.0.1:9")
    assert main(["report", "--from", "autumn", "--html", "a.html"]) in (0, 6)
    assert (tmp_path / "a.html").exists()


@pytest.mark.usefixtures("at_school")
def test_an_unknown_term_exits_5(capsys: pytest.CaptureFixture[str]) -> None:
    """The id that is not there is named."""
    assert main(["fetch", "--term", "987654", "--save", "autumn"]) == 5
    assert "987654" in capsys.readouterr().err


@pytest.mark.usefixtures("at_school")
def test_a_wrong_token_exits_3_and_is_not_echoed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """401 is 'not allowed', and the token stays out of the message."""
    monkeypatch.setenv("MANAGEBAC_TOKEN", "wrong-0123456789")
    assert main(["terms"]) == 3
    assert "wrong-0123456789" not in capsys.readouterr().err


@pytest.mark.usefixtures("at_school")
def test_a_server_out_of_reach_exits_4(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that nobody answers is a fault of the network."""
    monkeypatch.setenv("MANAGEBAC_URL", "http://127.0.0.1:9")
    assert main(["terms"]) == 4


def test_demo_writes_three_files_into_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo needs no account, no token and no network; it prints the paths that it wrote."""
    assert main(["demo", "--output", str(tmp_path / "demo"), "--students", "24"]) == 0
    paths = capsys.readouterr().out.splitlines()
    assert paths == [str(tmp_path / "demo" / f"report.{suffix}") for suffix in ("html", "pdf", "xlsx")]


def test_a_folder_that_cannot_be_written_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo's folder cannot lie inside a file; the message names it."""
    (tmp_path / "file").write_text("")
    assert main(["demo", "--output", str(tmp_path / "file" / "demo")]) == 2
    assert str(tmp_path / "file" / "demo") in capsys.readouterr().err
