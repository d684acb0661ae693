"""A school's own look: every value is checked at once, and says what would be valid."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from factory import term_of

from mbreports.errors import ReportError
from mbreports.report.absence_report import AbsenceReport
from mbreports.report.look import DEFAULT_ACCENT, Look, contrast_on_white

if TYPE_CHECKING:
    from pathlib import Path

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = b"<?xml version='1.0'?>\n<!-- ours --><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"


def file(folder: Path, name: str, content: bytes) -> Path:
    """A file of that content."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("logo.png", PNG, "image/png"),
        ("logo.svg", SVG, "image/svg+xml"),
        ("logo.doc", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_logo_is_known_by_its_content(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    """Whatever the file is called; it becomes a part of the page."""
    uri = Look(logo=file(tmp_path, name, content)).logo_uri
    assert uri == f"data:{kind};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize("content", [b"", b"not an image", b"<html><svg></svg></html>", b"GIF89a", b"%PDF-1.7"])
def test_logo_that_is_no_image_is_said_at_once(tmp_path: Path, content: bytes) -> None:
    """Not at the last page; the error names the file and what it may be."""
    logo = file(tmp_path, "logo.png", content)
    with pytest.raises(ReportError, match=r"logo: .*logo\.png is no PNG, JPEG or SVG image"):
        AbsenceReport(term_of({1: [1]}), logo=logo)


@pytest.mark.parametrize(
    "inside", ["<script>alert(1)</script>", "<a onclick='x()'/>", "<foreignObject/>", "<a href='javascript:x'/>"]
)
def test_logo_runs_nothing(tmp_path: Path, inside: str) -> None:
    """An SVG that holds a script is refused: pages are opened in browsers."""
    logo = file(tmp_path, "logo.svg", f"<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>".encode())
    with pytest.raises(ReportError, match="holds a script"):
        Look(logo=logo)


def test_logo_that_is_missing_or_too_big_is_said(tmp_path: Path) -> None:
    """Every page carries it: at most 1 MB."""
    with pytest.raises(ReportError, match="logo: cannot read"):
        Look(logo=tmp_path / "none.png")
    with pytest.raises(ReportError, match=r"has 2\.0 MB; .* at most 1 MB"):
        Look(logo=file(tmp_path, "big.png", PNG + b"\0" * 2**21))


@pytest.mark.parametrize("accent", ["red", "#12", "#ffff", "b2431a", None, "#b2431a;}", 7])
def test_accent_is_a_hex_colour(accent: Any) -> None:
    """Nothing else comes near a style sheet."""
    with pytest.raises(ReportError, match="accent: must be a colour as"):
        Look(accent=accent)


def test_accent_can_be_read_on_white() -> None:
    """Below 4.5 to 1 it is refused, and the sentence says how far it is."""
    with pytest.raises(ReportError, match=r"accent: #ffcc00 has a contrast of 1\.\d\d to 1"):
        Look(accent="#ffcc00")
    assert Look(accent="#00c").accent == "#00c"
    assert contrast_on_white(DEFAULT_ACCENT) > 4.5


@pytest.mark.parametrize(("colour", "contrast"), [("#000", 21), ("#ffffff", 1), ("#767676", 4.54), ("#f00", 4.0)])
def test_contrast_is_wcag_s(colour: str, contrast: float) -> None:
    """As the guidelines' own tables have it."""
    assert contrast_on_white(colour) == pytest.approx(contrast, abs=0.01)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"paper": "A5"}, "paper: must be 'A4' or 'Letter'"),
        ({"title": 7}, "title: must be text"),
        ({"name": b"x"}, "name: must be text"),
        ({"footer": 1}, "footer: must be text"),
        ({"templates": "/no/such/folder"}, "templates: must be a folder that is there"),
    ],
)
def test_wrong_value_names_the_setting(values: dict[str, Any], says: str) -> None:
    """And what would be valid."""
    with pytest.raises(ReportError, match=says):
        Look(**values)


def test_report_takes_a_look_and_its_own_words_go_over_it(tmp_path: Path) -> None:
    """`title`, `logo` and `templates` of the report win."""
    look = Look(title="One", name="Our School", paper="Letter")
    report = AbsenceReport(term_of({1: [1]}), look=look, title="Two", templates=tmp_path)
    assert (report.title, report.look.name, report.look.paper) == ("Two", "Our School", "Letter")
    assert report.look.templates == tmp_path
