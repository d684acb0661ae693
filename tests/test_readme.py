"""What is written is run: the README's and the docstrings' examples, against the sample school."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import mbreports as mb

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's Python blocks run one after the other, as a reader would paste them."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL):
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102 -- our own README
    autumn = ["autumn", "autumn.html", "autumn.pdf", "autumn.xlsx"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*autumn, "handouts", "letters.pdf"]


def test_the_two_commands_are_one_line_each() -> None:
    """What CI takes from the README is what a newcomer pastes."""
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert [command.split()[-1] for command in commands] == ["demo", "-q"]


def test_every_public_name_that_the_readme_uses_is_there() -> None:
    """A name that is gone fails here, not at a reader's desk."""
    for dotted in set(re.findall(r"\bmb\.([A-Za-z_.]+[A-Za-z_])", README)):
        thing: object = mb
        for name in dotted.split("."):
            thing = getattr(thing, name)


def test_what_is_introduced_comes_in_the_first_20_lines() -> None:
    """Both commands stand within the first twenty lines of text."""
    lines = [line for line in README.splitlines() if line.strip() and not line.startswith("```")]
    assert sum(line.startswith("python3 -m venv") for line in lines[:20]) == 2
