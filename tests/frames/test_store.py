"""A saved term is whole, whenever the writing ends: also where the process is ended in the middle."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from factory import term_of

from mbreports.errors import FrameError, ReportError
from mbreports.frames.term import TermAttendance

if TYPE_CHECKING:
    from pathlib import Path

CUT_OFF = """
import os, pathlib, sys
import pandas as pd
from mbreports.frames.term import TermAttendance

folder, operation, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
marks = pd.DataFrame({"date": ["2025-09-01"], "student_id": [1], "status": [0]})
term = TermAttendance.from_frames(students=pd.DataFrame({"student_id": [1]}), marks=marks)
calls, done = [], getattr(pathlib.Path, operation)

def cut(self, *given, **options):
    calls.append(self)
    if len(calls) == number:
        os._exit(9)
    return done(self, *given, **options)

setattr(pathlib.Path, operation, cut)
term.save(folder)
"""


def save_cut_off(folder: Path, operation: str, number: int) -> None:
    """Save an absence of student 1 in a process that ends, without any clearing up, at the n-th such operation."""
    command = [sys.executable, "-c", CUT_OFF, str(folder), operation, str(number)]
    assert subprocess.run(command, check=False).returncode == 9  # noqa: S603 -- our own words


@pytest.mark.parametrize(("operation", "number", "status"), [("replace", 11, 1), ("unlink", 12, 0)])
def test_a_save_that_is_cut_off_leaves_one_whole_term(tmp_path: Path, operation: str, number: int, status: int) -> None:
    """Before the manifest stands it is the earlier term, from then on the later one; the next save clears up."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    save_cut_off(folder, operation, number)
    assert TermAttendance.load(folder).marks["status"].tolist() == [status]
    assert TermAttendance.load(term_of({1: [2]}).save(folder)).marks["status"].tolist() == [2]
    assert len(list(folder.glob("*.parquet"))) == 10


def test_a_first_save_that_is_cut_off_leaves_no_term(tmp_path: Path) -> None:
    """A new folder stands whole or not at all, and can be saved into again."""
    folder = tmp_path / "autumn"
    save_cut_off(folder, "replace", 5)
    with pytest.raises(FrameError, match="no saved term"):
        TermAttendance.load(folder)
    assert TermAttendance.load(term_of({1: [2]}).save(folder)).marks["status"].tolist() == [2]


def test_what_a_cut_off_save_has_left_in_a_folder_is_no_hindrance(tmp_path: Path) -> None:
    """Files of a save without its manifest are known as its own, not as something that is no saved term."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    (folder / "term.json").rename(folder / ".term.json.0123abcd.part")
    assert TermAttendance.load(term_of({1: [2]}).save(folder)).marks["status"].tolist() == [2]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A folder that lost a file is no term."""
    folder = term_of({1: [1]}).save(tmp_path / "autumn")
    next(folder.glob("students.*")).unlink()
    with pytest.raises(FrameError, match=r"students\..*cannot be read"):
        TermAttendance.load(folder)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """The name of a file is refused before anything is written."""
    (tmp_path / "autumn").write_text("letters")
    with pytest.raises(ReportError, match="it is a file"):
        term_of({1: [1]}).save(tmp_path / "autumn")


def test_numbers_and_instants_of_other_kinds_are_saved(tmp_path: Path) -> None:
    """An id from a frame is numpy's, an instant may be the standard library's: both come back as they were."""
    at = dt.datetime(2025, 9, 1, 12, tzinfo=dt.UTC)
    term = term_of({1: [1]}, term_id=np.int64(7), fetched_at=at)
    again = TermAttendance.load(term.save(tmp_path / "autumn"))
    assert (again.term_id, again.fetched_at) == (7, pd.Timestamp(at))
