"""Files written whole or not at all: beside their place first, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from mbreports.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PRIVATE_FILE", "PRIVATE_FOLDER", "whole_file"]

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """
    Give a private scratch path beside `path`; rename it to `path` when the block ends well, else remove it.

    The file is readable by its owner alone from the first byte: attendance is personal.

    Parameters
    ----------
    path
        Where the finished file is to stand. Its folder must exist.

    Yields
    ------
    pathlib.Path
        An empty file of mode 0600 in the same folder, to be written by the block.

    Raises
    ------
    ReportError
        The folder is missing or not writable, `path` is a folder, or the disk is full; names the path.
    """
    target = Path(path)
    if target.is_dir():
        raise ReportError(f"cannot write {target}: it is a folder; give the name of a file in it")
    if not target.parent.is_dir():
        raise ReportError(f"cannot write {target}: there is no folder {target.parent}; make it first")
    scratch = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
        yield scratch
        scratch.replace(target)
    except OSError as error:
        if error.filename not in (None, str(scratch), str(target)):
            raise
        raise ReportError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        scratch.unlink(missing_ok=True)
