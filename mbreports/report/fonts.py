"""Fonts for the print engines: matplotlib's own as the last resort, and a warning where a name has no glyphs."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib import font_manager, ft2font

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GlyphWarning", "Glyphs", "bundled_folder", "bundled_font", "configuration", "installed_fonts"]

_NAMED = 10
"""How many documents a warning names before it counts the rest."""

_HAN = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei")
"""Asked first for Han characters: without a word, fontconfig takes the Japanese shapes for Chinese names."""

# No path at the head of a glob: fontconfig then misses it where a program was started in a folder above that path.
_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
 {includes}
 <dir>{folder}</dir>
 <selectfont><rejectfont>
  <glob>*mpl-data?fonts?ttf?cm*</glob><glob>*mpl-data?fonts?ttf?STIX*</glob><glob>*mpl-data?fonts?ttf?LastResort*</glob>
 </rejectfont></selectfont>
 <alias binding="weak"><family>DejaVu Sans</family><accept>{han}</accept></alias>
 <config><rescan><int>0</int></rescan></config>
</fontconfig>
"""


class GlyphWarning(UserWarning):
    """No font of this machine has the glyphs of a name or a note: it prints as boxes. Names whose."""


def bundled_folder() -> Path:
    """Give the folder of the fonts that matplotlib brings: DejaVu stands there on every machine."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def bundled_font(name: str) -> Path:
    """Give the path of one of matplotlib's own fonts, by its file name without the ending."""
    return bundled_folder() / f"{name}.ttf"


@contextlib.contextmanager
def configuration(*further: Path) -> Iterator[list[str]]:
    """
    Have fontconfig read our configuration while the block runs: this machine's own fonts, and matplotlib's DejaVu.

    Parameters
    ----------
    *further
        Folders of configurations that an engine brings, asked where the machine has none.

    Yields
    ------
    list of str
        The folders of the configurations, ours first; each holds a ``fonts.conf``.
    """
    folders = [*_configured_folders(), *map(str, further)]
    named = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory(prefix="mbreports-fonts-") as scratch:
        own = Path(scratch) / "fonts.conf"
        own.write_text(_configuration_text(folders, named), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(own)
        try:
            yield [scratch, *folders]
        finally:
            os.environ.pop("FONTCONFIG_FILE")
            if named is not None:
                os.environ["FONTCONFIG_FILE"] = named


def _configured_folders() -> list[str]:
    folders = [folder for folder in os.environ.get("FONTCONFIG_PATH", "").split(os.pathsep) if folder]
    if sys.platform == "linux" and Path("/etc/fonts/fonts.conf").exists():
        folders.append("/etc/fonts")
    return folders


def _configuration_text(folders: list[str], named: str | None) -> str:
    files = [named] if named else [str(Path(folder) / "fonts.conf") for folder in folders]
    first = next((file for file in files if Path(file).is_file()), None)
    includes = f'<include ignore_missing="yes">{escape(first)}</include>' if first else "<dir>WINDOWSFONTDIR</dir>"
    han = "".join(f"<family>{family}</family>" for family in _HAN)
    return _CONFIGURATION.format(includes=includes, folder=escape(str(bundled_folder())), han=han)


class Glyphs:
    """
    Watches what is printed, and warns once, at the end, of what no font of this machine can show.

    Examples
    --------
    >>> glyphs = Glyphs()
    >>> glyphs.see("Chloé O'Neill", "Chloé O'Neill, 7 of 68 sessions missed")
    >>> glyphs.warn()
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._lacking: set[str] = set()
        self._where: dict[str, set[str]] = {}

    def see(self, name: str, text: str) -> None:
        """Look at a document's text; `name` is how a warning calls it."""
        characters = set(text)
        for character in characters - self._seen:
            if _is_visible(character) and not is_covered(character):
                self._lacking.add(character)
        self._seen |= characters
        if lacking := characters & self._lacking:
            self._where[name] = lacking

    def warn(self) -> None:
        """Warn (`GlyphWarning`) of every document that has characters which no font here has."""
        if not self._where:
            return
        said = [f"{name} ({', '.join(_scripts(lacking))})" for name, lacking in self._where.items()]
        more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
        warnings.warn(
            f"no font of this machine has all the characters of {'; '.join(said[:_NAMED])}{more}: they print as "
            "boxes; install a font of that script (Noto has them all) and print again",
            GlyphWarning,
            stacklevel=2,
        )


def _scripts(characters: set[str]) -> list[str]:
    words = {unicodedata.name(character, "UNNAMED").split()[0] for character in characters}
    return sorted(word if word == "CJK" else word.capitalize() for word in words)


def _is_visible(character: str) -> bool:
    """Whether it needs a glyph: not so controls, marks of direction, joiners, variation selectors and white space."""
    if character.isascii():
        return False
    return unicodedata.category(character) not in {"Cc", "Cf", "Cn", "Cs", "Zs", "Zl", "Zp"} and not (
        0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF  # noqa: PLR2004 -- selectors
    )


@functools.cache
def is_covered(character: str) -> bool:
    """Whether some font of this machine has a glyph for a character."""
    return any(face.get_char_index(ord(character)) for face in _faces())


def _faces() -> Iterator[ft2font.FT2Font]:
    """Faces in the order of their cost: the bundled one, those opened already, then one more at a time."""
    yield from _opened
    while _to_open():
        path = _to_open().pop()
        with contextlib.suppress(RuntimeError, OSError):
            _opened.append(ft2font.FT2Font(path))
            yield _opened[-1]


_opened: list[ft2font.FT2Font] = []


@functools.cache
def _to_open() -> list[str]:
    """Paths of this machine's fonts, the bundled one last: taken from the end."""
    system = sorted(installed_fonts(), key=lambda path: ("CJK" in path, path))
    return [*system[::-1], str(bundled_font("DejaVuSans"))]


def installed_fonts() -> set[str]:
    """Give this machine's font files: by fontconfig's word where its tool is there, else those of the usual folders."""
    if (tool := shutil.which("fc-list")) is None:
        return set(font_manager.findSystemFonts())
    with configuration():
        listed = subprocess.run(  # noqa: S603 -- the tool's own path, and nothing of ours in its arguments
            [tool, "--format=%{file}\n"], capture_output=True, check=False, encoding="utf-8", errors="surrogateescape"
        )
    return set(listed.stdout.split("\n")) - {""}
