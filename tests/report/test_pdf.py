"""The PDF writer, on small documents of its own."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import RecordingPen

from mbreports.errors import ReportError
from mbreports.report import fonts, pdf, pdf_glyphs
from mbreports.report.document import PrintDocument
from mbreports.report.pdf_finish import Label
from mbreports.report.pdf_links import ACROSS, link_across

if TYPE_CHECKING:
    from collections.abc import Iterator

STYLE = "<style>@page { size: A4; margin: 20mm } body { font-family: 'DejaVu Sans' }</style>"
NAMES = {1: "Đặng Thị Minh Khai", 2: "王小明", 3: "Chloé O'Neill"}
LABEL = Label("Absence, Term 1", created=dt.date(2025, 12, 5))
ENGINES = pytest.mark.parametrize("accessible", [False, True], ids=["plutoprint", "weasyprint"])


@pytest.fixture
def poppler() -> None:
    if shutil.which("pdffonts") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has poppler's tools")
        pytest.skip("poppler's tools are not installed")


def document(body: str, title: str, *, section: str | None = None, student_id: int | None = None) -> PrintDocument:
    """A document of our own, as a template would make it."""
    html = f'<!doctype html><html lang="en"><head><title>{title}</title>{STYLE}</head><body>{body}</body></html>'
    return PrintDocument(html, title, section, student_id)


def documents() -> Iterator[PrintDocument]:
    """A cohort of two pages that links to its students, and three students."""
    links = "".join(f'<p><a href="#student-{number}">{name}</a></p>' for number, name in NAMES.items())
    body = f'<h1>All</h1><a href="#rules">rules</a>{links}<h2 id="rules" style="page-break-before: always">Rules</h2>'
    yield document(f'{body}<a href="#nowhere">gone</a>', "Overview")
    for number, name in NAMES.items():
        body = f'<h1 id="student-{number}">{name}</h1><a href="#rules">the rules</a><p id="x">x</p><a href="#x">x</a>'
        yield document(body, name, section="Grade 9" if number < 3 else "Grade 10", student_id=number)


def links(file: Path) -> list[tuple[int, object]]:
    """Each link of a file: the page it stands on, and the page it leads to or its address."""
    with pikepdf.open(file) as opened:
        numbers = {page.obj.objgen: place for place, page in enumerate(opened.pages)}
        names = opened.Root.Names.Dests if "/Names" in opened.Root else None
        found: list[tuple[int, object]] = []
        for place, page in enumerate(opened.pages):
            for annotation in page.obj.get("/Annots", []):
                target = annotation.get("/Dest")
                if isinstance(target, pikepdf.String):
                    target = pikepdf.NameTree(names)[str(target)]
                found.append((place, str(annotation.A.URI) if target is None else numbers[target[0].objgen]))
        return found


@ENGINES
def test_outline_leads_by_year_group_to_each_student(tmp_path: Path, *, accessible: bool) -> None:
    """The outline has the overview and its headings, then each year group with its students."""
    file = pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=accessible)
    with pikepdf.open(file) as opened, opened.open_outline() as outline:
        found = {item.title: [child.title for child in item.children] for item in outline.root}
    assert found == {"Overview": ["Rules"], "Grade 9": [NAMES[1], NAMES[2]], "Grade 10": [NAMES[3]]}


@ENGINES
def test_links_lead_from_the_list_to_the_student_and_back(tmp_path: Path, *, accessible: bool) -> None:
    """A link to another document's anchor is a step inside the file; a link to no anchor is gone."""
    found = links(pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=accessible))
    assert found == [(0, 1), (0, 2), (0, 3), (0, 4), (2, 1), (2, 2), (3, 1), (3, 3), (4, 1), (4, 4)]


@ENGINES
def test_same_documents_give_the_same_bytes(tmp_path: Path, *, accessible: bool) -> None:
    """Nothing of the clock, of chance or of the path is in the file."""
    first = pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=accessible).read_bytes()
    assert pdf.write_pdf(documents(), tmp_path / "b.pdf", LABEL, accessible=accessible).read_bytes() == first


@ENGINES
@pytest.mark.parametrize(("lines", "sheets"), [(40, 1), (46, 1), (80, 2)])
def test_few_lines_too_many_are_drawn_closer(tmp_path: Path, lines: int, sheets: int, *, accessible: bool) -> None:
    """A sheet that would hold some lines is saved, where the style has room; a long page keeps its spacing."""
    style = "<style>p { margin: 0; line-height: 6mm } .tight p { line-height: 5mm }</style>"
    one = document(style + "<p>a</p>" * lines, "Ada", student_id=1)
    file = pdf.write_pdf([one], tmp_path / "a.pdf", LABEL, accessible=accessible)
    with pikepdf.open(file) as opened:
        assert len(opened.pages) == sheets


@ENGINES
def test_title_language_and_date_are_the_label_s(tmp_path: Path, *, accessible: bool) -> None:
    """A reader's window shows the title; a screen reader knows the language."""
    file = pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=accessible)
    with pikepdf.open(file) as opened:
        assert (str(opened.docinfo.Title), str(opened.Root.Lang)) == ("Absence, Term 1", "en")
        assert str(opened.docinfo.CreationDate).startswith("D:20251205")
        with opened.open_metadata() as metadata:
            assert metadata["dc:title"] == "Absence, Term 1"


def test_page_labels_say_whose_page_it_is(tmp_path: Path) -> None:
    """The cohort's pages count 1, 2; a student's page goes by the name."""
    read = pypdf.PdfReader(pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL))
    assert read.page_labels == ["1", "2", *(f"{name} 1" for name in NAMES.values())]


@ENGINES
def test_each_page_holds_its_own_text_in_any_script(tmp_path: Path, *, accessible: bool) -> None:
    """Text can be read back, and stands on its own student's page alone."""
    read = pypdf.PdfReader(pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=accessible))
    texts = [page.extract_text() for page in read.pages][2:]
    for text, name in zip(texts, NAMES.values(), strict=True):
        assert [other for other in NAMES.values() if other in text] == [name]


def test_accessible_pdf_is_tagged_pdf_ua(tmp_path: Path) -> None:
    """A tagged PDF says that it is PDF/UA-1, and has a tree of its structure."""
    file = pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=True)
    with pikepdf.open(file) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


@ENGINES
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.png", "file:///etc/hostname"])
def test_nothing_is_fetched(tmp_path: Path, address: str, *, accessible: bool) -> None:
    """A document that asks for a file or an address is refused, by the document's and the address's name."""
    asking = document(f'<img src="{address}">', "Ada")
    with pytest.raises(ReportError, match=f"Ada: .* asks for {address}"):
        pdf.write_pdf([asking], tmp_path / "a.pdf", LABEL, accessible=accessible)
    assert list(tmp_path.iterdir()) == []


@ENGINES
def test_inlined_image_is_shown(tmp_path: Path, *, accessible: bool) -> None:
    """A data: address is part of the document."""
    svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E"
    assert pdf.write_pdf(
        [document(f'<img alt="" src="{svg}">', "Ada")], tmp_path / "a.pdf", LABEL, accessible=accessible
    )


def test_failing_document_leaves_no_file(tmp_path: Path) -> None:
    """A template that fails at the third document leaves what stood there before."""
    (tmp_path / "a.pdf").write_bytes(b"old")

    def failing() -> Iterator[PrintDocument]:
        yield from list(documents())[:2]
        raise ReportError("student.html, line 3: no such name")

    with pytest.raises(ReportError, match="line 3"):
        pdf.write_pdf(failing(), tmp_path / "a.pdf", LABEL)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.pdf": b"old"}


def test_no_documents_is_an_error(tmp_path: Path) -> None:
    """A PDF without a page is none."""
    with pytest.raises(ReportError, match="no page to print"):
        pdf.write_pdf([], tmp_path / "a.pdf", LABEL)
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    """The folder has to be there."""
    with pytest.raises(ReportError, match=r"there is no folder .*none"):
        pdf.write_pdf(documents(), tmp_path / "none" / "a.pdf", LABEL)


def test_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """Attendance is personal."""
    assert pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL).stat().st_mode & 0o777 == 0o600


def test_weasyprint_prints_where_plutoprint_has_no_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PlutoPrint the same documents are printed, with the same outline."""
    monkeypatch.setattr(pdf, "_imports", {"plutoprint": "No module named 'plutoprint'", "weasyprint": None}.get)
    file = pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL)
    with pikepdf.open(file) as opened:
        assert "WeasyPrint" in str(opened.docinfo.Producer)
        assert "/MarkInfo" not in opened.Root


def test_without_any_engine_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither engine loads, the sentence names Pango and its packages."""
    monkeypatch.setattr(pdf, "_imports", lambda _: "cannot load library 'libpango-1.0-0'")
    with pytest.raises(ReportError, match=r"apt install libpango-1\.0-0"):
        pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL)


def test_links_inside_a_student_s_page_stay_on_it() -> None:
    """Anchors have the same names on every student's page, so a link inside one leads to its own top."""
    page = document('<p id="absences">x</p><a href="#absences">x</a>', "Ada", student_id=7)
    assert f'href="{ACROSS}student-7"' in link_across(page)


@pytest.mark.poppler
@pytest.mark.usefixtures("poppler")
@ENGINES
def test_every_font_is_embedded(tmp_path: Path, *, accessible: bool) -> None:
    """A PDF that is opened elsewhere looks the same."""
    file = pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL, accessible=accessible)
    listed = subprocess.run(["pdffonts", file], capture_output=True, text=True, check=True)  # noqa: S603, S607
    rows = [line[54:].split() for line in listed.stdout.splitlines()[2:]]
    assert rows
    assert all(row[-5:-4] == ["yes"] for row in rows)


def test_glyphs_that_no_font_has_are_warned_of_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The warning names the student and the script."""
    monkeypatch.setattr(fonts, "is_covered", lambda character: character not in "王小明")
    with pytest.warns(fonts.GlyphWarning, match=r"王小明 \(CJK\)"):
        pdf.write_pdf(documents(), tmp_path / "a.pdf", LABEL)


def test_marks_of_direction_and_joiners_need_no_glyph() -> None:
    """What cannot be seen is not missed."""
    glyphs = fonts.Glyphs()
    glyphs.see("Ada", "a\u200f\u200d\u2066\x07\ufe0f")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        glyphs.warn()


def chinese_font() -> None:
    """Skip where no font in outlines of the second kind (CFF) has Chinese."""
    if not any("CJK" in path and path.endswith((".ttc", ".otf")) for path in fonts.installed_fonts()):
        pytest.skip("no Noto CJK font is installed")


def test_chinese_name_is_drawn_whole(tmp_path: Path) -> None:
    """如 alone calls a part that cairo leaves out of the embedded font; the part is put back."""
    chinese_font()
    file = pdf.write_pdf([document("<p>王如雪</p><b>如</b>", "王如雪", student_id=1)], tmp_path / "a.pdf", LABEL)
    drawn = 0
    with pikepdf.open(file) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/FontFile3" in thing:
                font = CFFFontSet()
                font.decompile(io.BytesIO(thing.FontFile3.read_bytes()), None)
                for name in font[0].charset:
                    pen = RecordingPen()
                    font[0].CharStrings[name].draw(pen)  # a part that is lacking leaves numbers over: an error
                    assert pen.value
                    drawn += 1
    assert drawn >= 4


def test_lost_part_of_an_unknown_font_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the whole font is not found, the warning names it."""
    chinese_font()
    monkeypatch.setattr(pdf_glyphs, "installed_fonts", set)
    with pytest.warns(fonts.GlyphWarning, match="lacks parts of glyphs"):
        pdf.write_pdf([document("<p>如</p>", "如")], tmp_path / "a.pdf", LABEL)


WITHOUT_FONTS = """
import sys, warnings
from mbreports.report import pdf
from mbreports.report.document import PrintDocument
from mbreports.report.pdf_finish import Label
page = "<html><body style='font-family: Nothing'><p>Ada Okafor</p><p>\u738b\u5c0f\u660e</p></body></html>"
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    pdf.write_pdf([PrintDocument(page, "Ada")], sys.argv[1], Label("x"), accessible=sys.argv[2] == "weasyprint")
print([str(one.message) for one in caught if one.category.__name__ == "GlyphWarning"])
"""


@pytest.mark.poppler
@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("engine", ["plutoprint", "weasyprint"])
def test_machine_without_fonts_prints_by_dejavu(tmp_path: Path, engine: str) -> None:
    """There is text, by matplotlib's own font; what that lacks is warned of, by whose it is."""
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    env = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": str(tmp_path)}
    env["PYTHONPATH"] = str(Path(pdf.__file__).parents[2])
    command = [sys.executable, "-c", WITHOUT_FONTS, str(tmp_path / "a.pdf"), engine]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, cwd="/")  # noqa: S603 -- our own
    assert "Ada (CJK)" in done.stdout
    read = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True)  # noqa: S603, S607
    assert "Ada Okafor" in read.stdout
    listed = subprocess.run(["pdffonts", tmp_path / "a.pdf"], capture_output=True, text=True, check=True)  # noqa: S603, S607
    assert all("DejaVu" in line for line in listed.stdout.splitlines()[2:])
