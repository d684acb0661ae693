"""The package as users get it: the templates are found from a checkout, an editable install, a wheel and an sdist."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHOW = (
    "import mbreports, mbreports.report.templating as t; print(mbreports.__file__); "
    "print(t.environment().get_template('student.html').filename)"
)


def run(*words: str | Path, cwd: Path = ROOT, **env: str) -> str:
    """Run Python and give what it printed; an error shows what it said."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and words
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env=os.environ | {"PYTHONWARNINGS": ""} | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def found_from(place: Path, cwd: Path) -> Path:
    """Where the templates are found by a fresh interpreter that has the package from `place`."""
    package, template = run("-c", SHOW, cwd=cwd, PYTHONPATH=str(place)).splitlines()
    assert Path(package).is_relative_to(place)
    return Path(template)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "-d", folder)
    return {"wheel": next(folder.glob("*.whl")), "sdist": next(folder.glob("*.tar.gz"))}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_templates_are_found_from(kind: str, built: dict[str, Path], tmp_path: Path) -> None:
    """An install without the checkout carries its own templates."""
    place = tmp_path / "site"
    quiet = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target"]
    run("-m", "pip", "install", *quiet, place, built[kind])
    assert found_from(place, tmp_path).is_relative_to(place)


def test_templates_are_found_from_a_checkout(tmp_path: Path) -> None:
    """With the repository on the path and nothing installed, its own folder serves."""
    assert found_from(ROOT, tmp_path).is_relative_to(ROOT / "templates")


def test_templates_are_found_from_an_editable_install(tmp_path: Path) -> None:
    """An editable install's path file leads to the repository's folder."""
    run(
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "--target",
        tmp_path,
        "-e",
        ROOT,
    )
    lines = [line for file in tmp_path.glob("*.pth") for line in file.read_text().splitlines()]
    assert str(ROOT) in lines
    assert found_from(Path(lines[lines.index(str(ROOT))]), tmp_path).is_relative_to(ROOT / "templates")


def test_the_wheel_holds_the_package_and_nothing_else(built: dict[str, Path]) -> None:
    """No test, notebook or report travels with the wheel; types and licence do."""
    names = zipfile.ZipFile(built["wheel"]).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"mbreports"}
    assert "mbreports/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
