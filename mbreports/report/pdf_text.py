"""Text in a drawn PDF as people search and copy it: letters, not the shapes that a font draws them with."""

from __future__ import annotations

import re
import unicodedata

import pikepdf

__all__ = ["mend_text"]

_PAIR = re.compile(rb"(<[0-9a-fA-F]+>\s*)<([0-9a-fA-F]{4})>(?=\s*\n)")
_SHAPES = (
    (0x2E80, 0x2FDF),  # radicals: a font draws 小 and the radical ⼩ with one glyph
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFB13, 0xFDFF),  # Armenian, Hebrew and Arabic ligatures and shapes
    (0xFE70, 0xFEFC),  # Arabic shapes
)


def mend_text(pdf: pikepdf.Pdf) -> None:
    """
    Have every font of a PDF say the letters that its glyphs stand for.

    An engine that knows only glyphs asks the font back for their characters, and takes the first that the glyph has:
    a name in Chinese or Arabic would then be found by nobody who searches for it.
    """
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
            table = thing.ToUnicode.read_bytes()
            if (mended := _PAIR.sub(_letters, table)) != table:
                thing.ToUnicode.write(mended)


def _letters(pair: re.Match[bytes]) -> bytes:
    code = int(pair[2], 16)
    if not any(low <= code <= high for low, high in _SHAPES):
        return pair[0]
    letters = unicodedata.normalize("NFKC", chr(code))
    if " " in letters:
        return pair[0]
    return b"%b<%b>" % (pair[1], letters.encode("utf-16-be").hex().encode("ascii"))
