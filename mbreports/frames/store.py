"""A term in a folder: a Parquet file per frame, and one JSON that makes them a term."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mbreports.errors import FrameError, ReportError
from mbreports.files import PRIVATE_FOLDER, whole_file

if TYPE_CHECKING:
    import os

__all__ = ["read_term", "write_term"]

_MANIFEST = "term.json"
_FORMAT = "mbreports term, 1"
_OURS = re.compile(r"[a-z_]+\.[0-9a-f]{12}\.parquet|\..*\.part")
"""The files of a save that was cut off before its manifest stood."""

_DAYS = ("starts_on", "ends_on", "as_of", "fetched_at")


def write_term(folder: str | os.PathLike[str], frames: dict[str, pd.DataFrame], values: dict[str, Any]) -> Path:
    """
    Write frames and values into a folder.

    The JSON comes last and names the files, so that the folder holds one whole term or the one that it held before,
    whenever the writing ends.
    """
    target = Path(folder)
    if target.exists():
        if not target.is_dir():
            raise ReportError(f"cannot save into {target}: it is a file; give a folder")
        if not (target / _MANIFEST).is_file() and any(not _OURS.fullmatch(file.name) for file in target.iterdir()):
            raise ReportError(f"cannot save into {target}: it holds something that is no saved term; give a new folder")
        try:
            _fill(target, frames, values)
        except OSError as error:
            raise ReportError(f"cannot save into {target}: {error.strerror or error}") from error
        return target
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _make_private(beside)
        _fill(beside, frames, values)
        beside.rename(target)
    except OSError as error:
        raise ReportError(f"cannot save into {target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _make_private(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=PRIVATE_FOLDER)


def _fill(folder: Path, frames: dict[str, pd.DataFrame], values: dict[str, Any]) -> None:
    files = {}
    for name, frame in frames.items():
        content = frame.to_parquet(index=False)
        digest = hashlib.sha256(content).hexdigest()
        files[name] = {"file": f"{name}.{digest[:12]}.parquet", "sha256": digest}
        with whole_file(folder / files[name]["file"]) as scratch:
            scratch.write_bytes(content)
    manifest = {"format": _FORMAT, **{key: _plain(value) for key, value in values.items()}, "frames": files}
    with whole_file(folder / _MANIFEST) as scratch:
        scratch.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    kept = {_MANIFEST, *(entry["file"] for entry in files.values())}
    for old in folder.glob("*.parquet"):
        if old.name not in kept:
            old.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(held) for held in value]
    return value.item() if isinstance(value, np.generic) else value


def read_term(folder: str | os.PathLike[str]) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read the frames and the values of a saved term; `FrameError` says which file is not as it was written."""
    source = Path(folder)
    try:
        manifest = json.loads((source / _MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FrameError(f"no saved term in {source}: there is no {_MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise FrameError(f"{source / _MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.pop("format", None) != _FORMAT:
        raise FrameError(f"{source / _MANIFEST} is not of the format {_FORMAT!r}")
    try:
        files = {name: (source / entry["file"], entry["sha256"]) for name, entry in manifest.pop("frames").items()}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in manifest.items()
        }
        values |= {name: pd.Timestamp(values[name]) for name in _DAYS if values[name] is not None}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FrameError(f"{source / _MANIFEST} is not whole: {error!r}") from error
    return {name: _read_frame(*file) for name, file in files.items()}, values


def _read_frame(path: Path, digest: str) -> pd.DataFrame:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FrameError(f"{path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise FrameError(f"{path} is not as it was written")
    return pd.read_parquet(path)
