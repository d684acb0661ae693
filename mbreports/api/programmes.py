"""Programmes have several spellings (``ib_pyp``, ``pyp``, "IB Primary Years"): one key for each, to compare."""

from __future__ import annotations

import re

__all__ = ["programme_key"]

_SAME = {
    "pyp": "pyp",
    "primaryyears": "pyp",
    "myp": "myp",
    "middleyears": "myp",
    "diploma": "dp",
    "dp": "dp",
    "cp": "cp",
    "careerrelated": "cp",
    "career": "cp",
}
_NOISE = re.compile(r"[^a-z0-9]")
_END = re.compile(r"(programmes?|programs?)$")


def programme_key(name: str | None) -> str:
    """Give what all spellings of one programme have in common; "" for none."""
    plain = _NOISE.sub("", (name or "").casefold())
    core = _END.sub("", plain) or plain
    short = core.removeprefix("ib")
    return _SAME.get(short) or _SAME.get(core) or core
