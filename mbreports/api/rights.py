"""What a token may do: found in its rights, and where a right's name is not documented, by a harmless read."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mbreports.api.address import Call
from mbreports.api.endpoints import EXTENDED, OPERATIONS, Operation
from mbreports.api.fetch.school import school
from mbreports.api.pages import rows_of
from mbreports.errors import ApiError, NotAllowed, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from mbreports.api.client import Client

__all__ = ["OperationRight", "TokenRights", "check_rights"]

_DOCUMENTED = {"students/index", "students/excusals/index", "classes/attendance/term"}
"""The names of rights that ManageBac's reference shows; all others are guesses."""
_SAID = {True: "yes", False: "no", None: "unknown"}
_UNKNOWN = "Unknown: no right is named like it, and nothing was written, or found, to find out."
_MEGA = 1_000_000
_LONG_AGO = "2000-01-03"
_SOME_ID = 1
"""Asked for where no id is known: a refusal for want of the right is one all the same."""


@dataclass(frozen=True)
class OperationRight:
    """One operation, and whether the token may call it: True, False, or None where that cannot be known."""

    operation: Operation
    allowed: bool | None
    how: str


@dataclass(frozen=True)
class TokenRights:
    """
    What one token may do at one school; its text is one screen.

    Attributes
    ----------
    base_url
        What was asked.
    school
        The school's name, None where the token may not read it.
    operations
        A member per operation.
    rate_limit
        The limit that ManageBac stated in its answers, None where it stated none.
    cache_path, cache_bytes
        Where answers are kept, and how much; None and 0 where they are not.
    """

    base_url: str
    school: str | None
    operations: tuple[OperationRight, ...]
    rate_limit: str | None
    cache_path: Path | None
    cache_bytes: int

    @property
    def frame(self) -> pd.DataFrame:
        """One row per operation: ``operation, method, path, right, extended, allowed, how``."""
        rows = [
            {
                "operation": each.operation.name,
                "method": each.operation.method,
                "path": each.operation.path,
                "right": each.operation.right,
                "extended": each.operation.extended,
                "allowed": each.allowed,
                "how": each.how,
            }
            for each in self.operations
        ]
        return pd.DataFrame(rows).astype({"allowed": "boolean"})

    def __str__(self) -> str:
        """Give the screen."""
        kept = f"{self.cache_path} ({self.cache_bytes / _MEGA:.1f} MB)" if self.cache_path else "none"
        lines = [
            f"address     {self.base_url}",
            f"school      {self.school or 'unknown: the token may not read it'}",
            f"rate limit  {self.rate_limit or 'not stated by its answers'}",
            f"cache       {kept}",
            "",
            "May this token call the operation?",
        ]
        for each in self.operations:
            if each.operation.attendance:
                paid = " (E)" if each.operation.extended else ""
                lines.append(f"  {_SAID[each.allowed]:<8}{each.operation.method:<7}{each.operation.path}{paid}")
        for allowed, said in _SAID.items():
            lists = [
                one.operation for one in self.operations if one.allowed is allowed and not one.operation.attendance
            ]
            names = ", ".join(each.name.removeprefix("fetch.") for each in lists)
            lines += textwrap.wrap(names, 78, initial_indent=f"  {said:<8}lists  ", subsequent_indent=" " * 17)
        notes = [f"(E) needs {EXTENDED}."] + [_UNKNOWN] * any(each.allowed is None for each in self.operations)
        return "\n".join([*lines, *textwrap.wrap(" ".join(notes), 78)])


def check_rights(client: Client) -> TokenRights:
    """
    Find out what a token may do, without writing anything.

    Parameters
    ----------
    client
        The connection.

    Returns
    -------
    TokenRights
        Printed, it is one screen.

    Raises
    ------
    NotAllowed
        The token is wrong or disabled.
    TryLater
        ManageBac cannot be reached.

    Source: ``GET /auth/permissions``, ``GET /school``, and one harmless read per operation whose right has no
    documented name.
    """
    client.ping()
    names = _names(client)
    ids = _ids(client)
    operations = tuple(_right(client, each, names, ids) for each in OPERATIONS)
    return TokenRights(
        base_url=client.base_url,
        school=_school(client),
        operations=operations,
        rate_limit=client.rate_limit,
        cache_path=client.store.path if client.store else None,
        cache_bytes=client.store.size() if client.store else 0,
    )


def _names(client: Client) -> set[str] | None:
    try:
        return {_plain(name) for name in client.permissions()}
    except (NotAllowed, NotFound):
        return None


def _plain(name: str) -> str:
    return name.strip().strip("/").lower().replace("-", "_")


def _school(client: Client) -> str | None:
    try:
        name = school(client)["name"].iloc[0]
    except (NotAllowed, NotFound):
        return None
    return name if isinstance(name, str) else None


def _ids(client: Client) -> dict[str, Any]:
    """Give ids to try reads with, as far as the lists may be read."""
    found: dict[str, Any] = {"date": _LONG_AGO}
    for path, key, name in (
        ("year-groups", "year_groups", "year-groups"),
        ("classes", "classes", "classes"),
        ("students", "students", "students"),
    ):
        rows = _rows(client, Call.to(path).page(1, 1), key)
        if rows:
            found[name] = rows[0].get("id")
    for code, programme in _programmes(client):
        years = programme.get("academic_years") if isinstance(programme, dict) else None
        for year in years if isinstance(years, list) else []:
            if isinstance(year, dict):
                found |= {"year": year.get("id"), "code": code}
                terms = year.get("academic_terms")
                if isinstance(terms, list) and terms and isinstance(terms[0], dict):
                    found["term_id"] = terms[0].get("id")
    return found


def _rows(client: Client, call: Call, key: str) -> list[dict[str, Any]]:
    def make(document: Any) -> list[dict[str, Any]]:
        return [row for row in rows_of([document], key) if isinstance(row, dict)]

    try:
        rows: list[dict[str, Any]] = client.read(call, make, keep=lambda _: False, anew=True).value
    except (NotAllowed, NotFound):
        return []
    return rows


def _programmes(client: Client) -> list[tuple[str, Any]]:
    try:
        document = client.get("school/academic-years")
    except (NotAllowed, NotFound):
        return []
    held = document.get("academic_years") if isinstance(document, dict) else None
    return list(held.items()) if isinstance(held, dict) else []


def _right(client: Client, operation: Operation, names: set[str] | None, ids: dict[str, Any]) -> OperationRight:
    listed = names is not None and _plain(operation.right) in names
    if listed:
        return OperationRight(operation, allowed=True, how="listed among the token's rights")
    if operation.right in _DOCUMENTED and names is not None:
        return OperationRight(operation, allowed=False, how="not listed among the token's rights")
    if operation.method != "GET":
        return OperationRight(operation, allowed=None, how="a write is not tried")
    return _tried(client, operation, ids)


def _tried(client: Client, operation: Operation, ids: dict[str, Any]) -> OperationRight:
    head = operation.path.partition("/")[0]
    known = {"id": ids.get("year" if head == "school" else head), "code": ids.get("code") or "diploma"}
    filled = re.sub(r"\{(\w+)\}", lambda found: str((known | ids).get(found[1]) or _SOME_ID), operation.path)
    try:
        client.read(Call.to(filled), lambda document: document, keep=lambda _: False, anew=True)
    except NotAllowed:
        return OperationRight(operation, allowed=False, how="a read was refused")
    except NotFound:
        return OperationRight(operation, allowed=None, how="a read found nothing: allowed, or not there")
    except ApiError as error:
        return OperationRight(operation, allowed=None, how=f"a read failed: {type(error).__name__}")
    return OperationRight(operation, allowed=True, how="a read was answered")
