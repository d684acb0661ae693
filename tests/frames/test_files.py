"""Files are written whole or not at all."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from mbreports.errors import ReportError
from mbreports.files import whole_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_appears_whole_and_private(tmp_path: Path) -> None:
    """The finished file is readable by its owner alone."""
    with whole_file(tmp_path / "report.html") as scratch:
        scratch.write_text("page")
        assert not (tmp_path / "report.html").exists()
    assert (tmp_path / "report.html").read_text() == "page"
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o600


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """An error in the middle keeps the earlier file and leaves nothing beside it."""
    (tmp_path / "report.html").write_text("earlier")
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "report.html") as scratch:
        scratch.write_text("half" * (1 // 0))
    assert [file.read_text() for file in tmp_path.iterdir()] == ["earlier"]


@pytest.mark.parametrize(("path", "told"), [("none/report.html", "there is no folder"), (".", "it is a folder")])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, path: str, told: str) -> None:
    """A missing folder and a folder in the file's place are each said by name."""
    with pytest.raises(ReportError, match=told), whole_file(tmp_path / path):
        pytest.fail("the block must not run")
