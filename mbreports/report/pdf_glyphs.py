"""Fonts in a drawn PDF that lack a part of a glyph: the part is fetched from the font that they were cut out of."""

from __future__ import annotations

import contextlib
import io
import warnings
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]
from fontTools.misc.psCharStrings import T2OutlineExtractor  # type: ignore[import-untyped]
from fontTools.pens.basePen import NullPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont, TTLibError  # type: ignore[import-untyped]

from mbreports.report.fonts import GlyphWarning, installed_fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["mend_glyphs"]

_KINDS = ("/CIDFontType0C", "/Type1C")
"""Bare CFF fonts; whole OpenType files are another engine's, and in order."""

_RETURN = b"\x0b"
"""All that is left of a subroutine that was taken for an unused one."""

_OUTLINES = {".otf", ".ttc", ".otc"}
"""Files in which fonts of this kind come."""


_SENSELESS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What an interpreter raises of a glyph whose parts are gone: what is left of it need not make sense."""


def mend_glyphs(pdf: pikepdf.Pdf) -> None:
    """
    Give every glyph of the embedded CFF fonts the subroutines that it calls.

    A subset leaves out subroutines that nobody calls, and cairo now and then miscounts: of Noto's Chinese characters
    如 ("as", in many a name) is then drawn as nothing at all.
    """
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and "/FontFile3" in thing and thing.FontFile3.Subtype in _KINDS:
            name = str(thing.FontName).rpartition("+")[2].lstrip("/")
            subset = CFFFontSet()
            subset.decompile(io.BytesIO(thing.FontFile3.read_bytes()), None)
            if (lacking := _lacking(subset)) and _mend(subset, lacking, name):
                written = io.BytesIO()
                subset.compile(written, TTFont(recalcBBoxes=False), isCFF2=False)
                thing.FontFile3.write(written.getvalue())


class _Calls(T2OutlineExtractor):  # type: ignore[misc]
    """Follows a glyph, and notes the empty subroutines that it calls."""

    def __init__(self, glyph: Any) -> None:
        private = glyph.private
        of_font = getattr(private, "Subrs", [])
        super().__init__(NullPen(), of_font, glyph.globalSubrs, private.nominalWidthX, private.defaultWidthX, private)
        self.empty: list[tuple[bool, int]] = []

    def op_callsubr(self, index: int) -> None:
        self._note(self.localSubrs, self.operandStack[-1] + self.localBias, everybody=False)
        super().op_callsubr(index)

    def op_callgsubr(self, index: int) -> None:
        self._note(self.globalSubrs, self.operandStack[-1] + self.globalBias, everybody=True)
        super().op_callgsubr(index)

    def _note(self, subroutines: Any, number: int, *, everybody: bool) -> None:
        if subroutines[number].bytecode in {_RETURN, b""}:
            self.empty.append((everybody, number))


def _lacking(subset: CFFFontSet) -> dict[tuple[bool, int], Any]:
    """Find the empty subroutines that glyphs call: (of all fonts or of this one, number) and where they belong."""
    top = subset[0]
    found: dict[tuple[bool, int], Any] = {}
    for name in top.charset:
        glyph = top.CharStrings[name]
        calls = _Calls(glyph)
        with contextlib.suppress(*_SENSELESS):
            calls.execute(glyph)
        for everybody, number in calls.empty:
            found[everybody, number] = glyph.globalSubrs if everybody else glyph.private.Subrs
    return found


def _mend(subset: CFFFontSet, lacking: dict[tuple[bool, int], Any], name: str) -> bool:
    """Copy the subroutines from the font of that name; say whether there was anything to copy."""
    for path in _files_like(name):
        for font in _faces(path):
            if font["name"].getDebugName(6) == name and "CFF " in font:
                return _copy(font["CFF "].cff, subset, lacking)
    warnings.warn(f"the font {name} lacks parts of glyphs, and is not found here", GlyphWarning, stacklevel=2)
    return False


def _copy(whole: CFFFontSet, subset: CFFFontSet, lacking: dict[tuple[bool, int], Any]) -> bool:
    """Copy subroutines, and those that they call in turn; some are empty in the whole font, too."""
    parts = getattr(whole[0], "FDArray", [whole[0]])
    held = [part.Private.Subrs for part in parts if hasattr(part.Private, "Subrs")]
    of_font = {len(subroutines): subroutines for subroutines in held}
    done: set[tuple[bool, int]] = set()
    mended = False
    while new := {key: place for key, place in lacking.items() if key not in done}:
        for (everybody, number), place in new.items():
            code = (whole.GlobalSubrs if everybody else of_font[len(place)])[number].bytecode
            mended |= code != place[number].bytecode
            place[number].bytecode, place[number].program = code, None
        done |= set(new)
        lacking = _lacking(subset)
    return mended


def _files_like(name: str) -> list[Path]:
    """Give the files that may hold a font, the most alike in name first: ``NotoSansCJK-Regular.ttc``."""
    files = [path for path in map(Path, installed_fonts()) if path.suffix.lower() in _OUTLINES]
    plain = name.replace("-", "")

    def alike(path: Path) -> int:
        pairs = zip(plain, path.stem.replace("-", ""), strict=False)
        return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))

    return sorted(files, key=lambda path: (-alike(path), path))


def _faces(path: Path) -> Iterator[TTFont]:
    with contextlib.suppress(OSError, TTLibError), path.open("rb") as file:
        yield from TTCollection(file, lazy=True) if path.suffix.lower() != ".otf" else [TTFont(file, lazy=True)]
