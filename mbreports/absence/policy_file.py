"""A policy's settings in a TOML file, read and written exactly."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from mbreports.errors import PolicyError
from mbreports.files import whole_file

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = ["read_settings", "write_settings"]


def read_settings(path: str | os.PathLike[str], valid: Sequence[str]) -> dict[str, Any]:
    """
    Read settings by name; `PolicyError` where the file cannot be read, is no TOML or has an unknown key.

    Decimal numbers are kept as they stand in the file.
    """
    try:
        settings = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise PolicyError(f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise PolicyError(f"is no TOML: {error}") from error
    if unknown := sorted(set(settings) - set(valid)):
        raise PolicyError(f"no such setting: {', '.join(unknown)}; there are {', '.join(valid)}")
    if isinstance(meanings := settings.get("meanings"), Mapping):
        settings["meanings"] = {_code(key): meaning for key, meaning in meanings.items()}
    return settings


def _code(key: str) -> int:
    try:
        return int(key)
    except ValueError:
        raise PolicyError(f"meanings: codes are whole numbers, not {key!r}") from None


def write_settings(path: str | os.PathLike[str], settings: Mapping[str, Any]) -> Path:
    """Write settings as TOML, whole or not at all; fractions as ``"1/10"``, what is None is left out."""
    tables = {name: _plain(value) for name, value in settings.items() if value is not None}
    tables = dict(sorted(tables.items(), key=lambda pair: isinstance(pair[1], dict)))
    with whole_file(path) as scratch:
        scratch.write_text(tomli_w.dumps(tables), encoding="utf-8")
    return Path(path)


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, tuple):
        return {name: _plain(bound) for name, bound in value}
    return value
