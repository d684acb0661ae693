"""A PDF per student in a folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pathvalidate import is_valid_filename

from mbreports.errors import ReportError
from mbreports.report.document import PrintDocument
from mbreports.report.handouts import handout_name, write_handouts
from mbreports.report.pdf_finish import Label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LABEL = Label("Absence")


def documents(names: dict[int, str]) -> Iterator[PrintDocument]:
    """The cohort's document, and one of each student."""
    yield PrintDocument("<html><body>all</body></html>", "Overview")
    for number, name in names.items():
        yield PrintDocument(f"<html><body>{name}</body></html>", name, "Grade 9", number)


def test_folder_holds_a_pdf_per_student(tmp_path: Path) -> None:
    """The folder is made; the cohort's pages are not in it; nobody else can read it."""
    folder = write_handouts(documents({1: "Ada Okafor", 2: "王小明"}), tmp_path / "new" / "out", LABEL)
    assert sorted(path.name for path in folder.iterdir()) == ["Ada Okafor 1.pdf", "王小明 2.pdf"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_failure_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """A page that fails takes all of them back; what was there stays."""
    folder = write_handouts(documents({1: "Ada"}), tmp_path / "out", LABEL)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def failing() -> Iterator[PrintDocument]:
        yield from documents({1: "Ada", 2: "Bo"})
        raise ReportError("student.html, line 3")

    with pytest.raises(ReportError, match="line 3"):
        write_handouts(failing(), folder, LABEL)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_student_s_earlier_file_is_replaced_whatever_its_name_was(tmp_path: Path) -> None:
    """A corrected name leaves no second file; other files stay."""
    folder = write_handouts(documents({1: "Ada", 12: "Bo"}), tmp_path / "out", LABEL)
    (folder / "notes 1.txt").write_text("mine")
    (folder / "plan 1.pdf").write_bytes(b"mine")
    write_handouts(documents({1: "Ada Okafor"}), folder, LABEL)
    expected = ["Ada Okafor 1.pdf", "Bo 12.pdf", "notes 1.txt", "plan 1.pdf"]
    assert sorted(path.name for path in folder.iterdir()) == expected


def test_no_student_is_an_error(tmp_path: Path) -> None:
    """A folder of nothing is none."""
    with pytest.raises(ReportError, match="no handouts to write"):
        write_handouts(documents({}), tmp_path / "out", LABEL)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    """The error names it."""
    (tmp_path / "out").write_text("x")
    with pytest.raises(ReportError, match="it is a file"):
        write_handouts(documents({1: "Ada"}), tmp_path / "out", LABEL)


EVIL = ["../../etc/passwd", "CON", "a" * 400, "王" * 200, '<b>:"|?*', "\u202eexe", "x.", " ", "", "a\x00\nb", "😀"]


@pytest.mark.parametrize("name", EVIL)
def test_names_of_files_are_safe_everywhere(name: str) -> None:
    """Windows, macOS and Linux take the name; it leads nowhere else, and the id keeps it apart."""
    file = handout_name(name, 7)
    assert is_valid_filename(file, platform="universal")
    assert re.search(r" 7\.pdf$", file)
    assert len(file.encode()) < 255
    assert "\u202e" not in file


def test_two_students_of_the_same_name_have_two_files(tmp_path: Path) -> None:
    """Names collide, ids do not; nor do names that differ in capitals or in composition alone."""
    folder = write_handouts(documents({1: "Zoë", 2: "ZOË", 3: "Zoe\u0308"}), tmp_path / "out", LABEL)
    assert len({path.name.casefold() for path in folder.iterdir()}) == 3
