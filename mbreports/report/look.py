"""`Look`: a school's own look: logo, accent, name, footer, paper, and templates laid over ours."""

from __future__ import annotations

import base64
import dataclasses
import functools
import os
import re
from pathlib import Path
from typing import Literal, TypeAlias

from mbreports.errors import ReportError

__all__ = ["DEFAULT_ACCENT", "Look", "Paper"]

Paper: TypeAlias = Literal["A4", "Letter"]

DEFAULT_ACCENT = "#b2431a"
"""Absence, and nothing else: 5.7 to 1 on white, and dark on grey paper."""

_PAPERS = ("A4", "Letter")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")
_LEAST_CONTRAST = 4.5
_MOST_BYTES = 2**20
_SVG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<svg[\s>]", re.DOTALL)
_ACTIVE = re.compile(rb"<script|<foreignObject|<!ENTITY|\son\w+\s*=|javascript:", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Look:
    """
    A school's own look; a value that is not valid raises at once.

    Parameters
    ----------
    title
        The report's title; None: "Attendance" and the term's name.
    logo
        A PNG, JPEG or SVG file of at most 1 MB, known by its content; every page carries it in itself.
    templates
        A folder of templates laid over ours: ``student.html`` there replaces ours, and may extend it by
        ``{% extends "mbreports/student.html" %}``.
    accent
        The one strong colour, for absence alone: ``#b2431a`` or ``#a31``, at least 4.5 to 1 on white.
    name
        The school's name; None: as the term has it.
    footer
        A line at the foot of every page.
    paper
        ``"A4"`` or ``"Letter"``.

    Raises
    ------
    ReportError
        A value is not valid; says which, and what would be.

    Examples
    --------
    >>> Look(name="Example International School", paper="Letter").accent
    '#b2431a'
    """

    title: str | None = None
    logo: str | os.PathLike[str] | None = None
    templates: str | os.PathLike[str] | None = None
    accent: str = DEFAULT_ACCENT
    name: str | None = None
    footer: str | None = None
    paper: Paper = "A4"

    def __post_init__(self) -> None:
        """Check every value."""
        for setting in ("title", "name", "footer"):
            if not isinstance(value := getattr(self, setting), str | None):
                raise ReportError(f"{setting}: must be text or None, not {value!r}")
        if self.paper not in _PAPERS:
            raise ReportError(f"paper: must be 'A4' or 'Letter', not {self.paper!r}")
        _check_accent(self.accent)
        if self.templates is not None and not Path(self.templates).is_dir():
            raise ReportError(f"templates: must be a folder that is there; {os.fspath(self.templates)} is none")
        _ = self.logo_uri  # a logo that is none is said now, not at the last page

    @functools.cached_property
    def logo_uri(self) -> str | None:
        """The logo as a ``data:`` address; None where there is no logo."""
        if self.logo is None:
            return None
        content = _read_logo(self.logo)
        return f"data:{_image_type(content, self.logo)};base64,{base64.b64encode(content).decode()}"


def _check_accent(accent: object) -> None:
    if not isinstance(accent, str) or not _HEX.match(accent):
        raise ReportError(f"accent: must be a colour as #b2431a or #a31, not {accent!r}")
    if (contrast := contrast_on_white(accent)) < _LEAST_CONTRAST:
        raise ReportError(
            f"accent: {accent} has a contrast of {contrast:.2f} to 1 on white; text in it can be read from "
            f"{_LEAST_CONTRAST} to 1: take a darker one, {DEFAULT_ACCENT} say"
        )


def contrast_on_white(colour: str) -> float:
    """Give a hex colour's contrast on white, by WCAG 2: 1 (white) to 21 (black)."""
    digits = colour[1:] if len(colour) > len("#abc") else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]  # noqa: PLR2004 -- sRGB
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def _read_logo(logo: str | os.PathLike[str]) -> bytes:
    try:
        path = Path(logo)
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise ReportError(f"logo: {path} has {size / _MOST_BYTES:.1f} MB; every page carries it: at most 1 MB")
        return path.read_bytes()
    except (OSError, TypeError, ValueError) as error:
        raise ReportError(f"logo: cannot read {logo}: {error}") from error


def _image_type(content: bytes, logo: str | os.PathLike[str]) -> str:
    """Tell an image by its content, whatever its file is called."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if _SVG.match(content):
        if _ACTIVE.search(content):
            raise ReportError(f"logo: {os.fspath(logo)} holds a script; save it as a plain SVG, or as PNG")
        return "image/svg+xml"
    raise ReportError(f"logo: {os.fspath(logo)} is no PNG, JPEG or SVG image, whatever it is called")
