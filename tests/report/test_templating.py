"""Templates: a school's laid over ours, and errors that name file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mbreports.errors import ReportError
from mbreports.report.templating import environment, render, template_folder

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, name: str, text: str) -> Path:
    """A template of a school's own."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_template_of_ours_is_well_formed() -> None:
    """Each compiles."""
    env = environment()
    names = env.list_templates(extensions=["html"])
    assert len(names) > 5
    for name in names:
        env.get_template(name)


def test_no_template_of_ours_lets_markup_through() -> None:
    """Everything is escaped; ``safe`` stands in none of them."""
    for path in template_folder().rglob("*.html"):
        assert "|safe" not in path.read_text(encoding="utf-8").replace(" ", ""), path


def test_school_s_template_replaces_ours_whole(tmp_path: Path) -> None:
    """The same name, another page; the others stay ours."""
    write(tmp_path, "notebook/report.html", "Our own {{ title }}")
    env = environment(tmp_path)
    assert render(env, "notebook/report.html", title="page") == "Our own page"
    assert env.get_template("letters/letter.html").filename == str(template_folder() / "letters" / "letter.html")


def test_school_s_template_changes_one_block_of_ours(tmp_path: Path) -> None:
    """It extends ours by the prefix, under the same name."""
    text = '{% extends "mbreports/letters/letter.html" %}{% block letter %}Dear all{% endblock %}'
    write(tmp_path, "letters/letter.html", text)

    class Letter:
        language, right_to_left, school, name = "en", False, "R&D School", "Ada"

    class Look:
        paper, logo_uri = "A4", None

    page = render(environment(tmp_path), "letters/letter.html", letter=Letter, look=Look)
    assert "Dear all" in page
    assert "R&amp;D School" in page


def test_two_folders_do_not_mix(tmp_path: Path) -> None:
    """Each report has its own."""
    for name in ("one", "two"):
        write(tmp_path / name, "x.html", name)
    assert [render(environment(tmp_path / name), "x.html") for name in ("one", "two")] == ["one", "two"]


def test_changed_template_is_read_again(tmp_path: Path) -> None:
    """A school tries its templates in a notebook, without starting it anew."""
    path = write(tmp_path, "x.html", "one")
    assert render(environment(tmp_path), "x.html") == "one"
    path.write_text("another", encoding="utf-8")
    assert render(environment(tmp_path), "x.html") == "another"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\nb\n{{ nowhere }}", "line 3: 'nowhere' is undefined"),
        ("a\n{% if %}", "line 2: Expected an expression"),
        ("a\n{{ 1 / 0 }}", "line 2: division by zero"),
        ("a\nb\nc\n{% include 'gone.html' %}", "line 4: there is no template 'gone.html'"),
        ("{{ title.nothing }}", "line 1: .*nothing"),
        ("{{ [] | nofilter }}", "line 1: No filter named 'nofilter'"),
    ],
)
def test_error_names_file_and_line(tmp_path: Path, text: str, says: str) -> None:
    """Whatever a template does wrong."""
    path = write(tmp_path, "own.html", text)
    with pytest.raises(ReportError, match=f"{path}, {says}"):
        render(environment(tmp_path), "own.html", title="x")


def test_error_in_an_included_template_names_that_one(tmp_path: Path) -> None:
    """The line where it went wrong, not the one that led there."""
    write(tmp_path, "own.html", "a\n\n{% include 'part.html' %}")
    part = write(tmp_path, "part.html", "\n{{ nowhere }}")
    with pytest.raises(ReportError, match=f"{part}, line 2"):
        render(environment(tmp_path), "own.html")


def test_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(ReportError, match=r"no template 'none\.html'"):
        render(environment(tmp_path), "none.html")


def test_template_that_is_not_text_is_an_error_that_names_it(tmp_path: Path) -> None:
    """A file in another encoding than UTF-8."""
    (tmp_path / "own.html").write_bytes("é".encode("latin-1"))
    with pytest.raises(ReportError, match=r"own\.html"):
        render(environment(tmp_path), "own.html")
