"""The four writes: checked first, sent exactly once, and honest about what came of them."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from mbreports.api.address import Call, checked_day, checked_id
from mbreports.api.checks import Misshapen, mapping
from mbreports.api.fetch.excused import EXCUSAL, EXCUSED
from mbreports.api.replies import Reply, parse
from mbreports.api.tables import table
from mbreports.api.transport import Lost
from mbreports.errors import NotAllowed, OutcomeUnknown, Rejected, TryLater
from mbreports.frames.columns import conform
from mbreports.frames.statuses import STATUS_NAMES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import pandas as pd

    from mbreports.api.client import Client

__all__ = ["SETTABLE", "create_excusal", "delete_excusal", "set_homeroom_attendance", "update_excusal"]

SETTABLE = {code: name for code, name in STATUS_NAMES.items() if code >= 0}
"""The status codes that can be set, by ManageBac's own words; -1 (nobody took the register) is read only."""

_MOST_DAYS = 12
_PRIVATE = {"comment", "notes"}


def create_excusal(  # noqa: PLR0913 -- the contract's keywords
    client: Client,
    student_id: int,
    *,
    parent_id: int,
    start_date: str | dt.date,
    end_date: str | dt.date,
    comment: str,
) -> pd.DataFrame:
    """
    Create an excusal.

    Parameters
    ----------
    client
        A connection made with ``allow_writes=True``.
    student_id
        ManageBac's id.
    parent_id
        Who sends it: a parent who is linked to the student.
    start_date, end_date
        The first and the last day, both included; 1 to 12 days.
    comment
        The reason.

    Returns
    -------
    pandas.DataFrame
        One row, the excusal as ManageBac has it now; the columns of ``fetch.excusals``.

    Raises
    ------
    ValueError
        An argument that cannot be meant; nothing was sent.
    ReadOnly
        The client may not write; nothing was sent.
    Rejected
        ManageBac refused it; ``errors`` has the reasons by field (an unlinked parent, an overlap).
    NotAllowed
        The token lacks the right.
    TryLater
        Too many requests, or no connection: it was not done.
    OutcomeUnknown
        It was sent, and the answer lost: it may or may not have been done.

    Source: ``POST /students/{id}/excusals``.
    """
    student = checked_id(student_id, "student_id")
    start, end = checked_day(start_date, "start_date"), checked_day(end_date, "end_date")
    duration = (end - start).days + 1
    if not 1 <= duration <= _MOST_DAYS:
        raise ValueError(f"an excusal lasts 1 to {_MOST_DAYS} days; {start} to {end} is {duration}")
    body = {
        "parent_id": checked_id(parent_id, "parent_id"),
        "start_date": start.isoformat(),
        "end_date": end.isoformat(),
        "comment": _checked_text(comment, "comment"),
    }
    return _excusal(client, "POST", f"students/{student}/excusals", {"excusal": body}, student)


def update_excusal(
    client: Client,
    student_id: int,
    excusal_id: int,
    *,
    end_date: str | dt.date | None = None,
    comment: str | None = None,
) -> pd.DataFrame:
    """
    Change an excusal's last day, its comment, or both; nothing else of it can be changed.

    Parameters
    ----------
    client
        A connection made with ``allow_writes=True``.
    student_id, excusal_id
        ManageBac's ids.
    end_date
        The new last day, included; None leaves it.
    comment
        The new reason; None leaves it.

    Returns
    -------
    pandas.DataFrame
        One row, the excusal as ManageBac has it now; the columns of ``fetch.excusals``.

    Raises
    ------
    ValueError
        An argument that cannot be meant, or nothing to change; nothing was sent.
    ReadOnly
        The client may not write; nothing was sent.
    NotFound
        No such student or excusal for this token.
    Rejected
        ManageBac refused it; ``errors`` has the reasons by field.
    NotAllowed
        The token lacks the right: it is one of the paid "Extended" ones.
    TryLater
        Too many requests, or no connection: it was not done.
    OutcomeUnknown
        It was sent, and the answer lost: it may or may not have been done.

    Source: ``PATCH /students/{id}/excusals/{excusal_id}``.
    """
    path, student = _excusal_path(student_id, excusal_id)
    body: dict[str, Any] = {}
    if end_date is not None:
        body["end_date"] = checked_day(end_date, "end_date").isoformat()
    if comment is not None:
        body["comment"] = _checked_text(comment, "comment")
    if not body:
        raise ValueError("nothing to change: give end_date, comment or both")
    return _excusal(client, "PATCH", path, {"excusal": body}, student)


def delete_excusal(client: Client, student_id: int, excusal_id: int) -> pd.DataFrame:
    """
    Delete an excusal.

    Parameters
    ----------
    client
        A connection made with ``allow_writes=True``.
    student_id, excusal_id
        ManageBac's ids.

    Returns
    -------
    pandas.DataFrame
        One row, the excusal as it was; the columns of ``fetch.excusals``.

    Raises
    ------
    ValueError
        An id that is none; nothing was sent.
    ReadOnly
        The client may not write; nothing was sent.
    NotFound
        No such student or excusal for this token.
    NotAllowed
        The token lacks the right: it is one of the paid "Extended" ones.
    TryLater
        Too many requests, or no connection: it was not done.
    OutcomeUnknown
        It was sent, and the answer lost: it may or may not have been done.

    Source: ``DELETE /students/{id}/excusals/{excusal_id}``.
    """
    path, student = _excusal_path(student_id, excusal_id)
    return _excusal(client, "DELETE", path, None, student)


def set_homeroom_attendance(
    client: Client, student_id: int, date: str | dt.date, status: int, *, notes: str | None = None
) -> None:
    """
    Set a student's homeroom mark of one day, over whatever stands there.

    Parameters
    ----------
    client
        A connection made with ``allow_writes=True``.
    student_id
        ManageBac's id.
    date
        The day.
    status
        One of the codes of `SETTABLE`: 0 to 5 and 10 to 18. -1 is read only.
    notes
        What to note beside it.

    Raises
    ------
    ValueError
        An argument that cannot be meant; nothing was sent.
    ReadOnly
        The client may not write; nothing was sent.
    NotFound
        No such student for this token.
    Rejected
        ManageBac refused it; ``errors`` has the reasons by field.
    NotAllowed
        The token lacks the right: it is one of the paid "Extended" ones.
    TryLater
        Too many requests, or no connection: it was not done.
    OutcomeUnknown
        It was sent, and the answer lost: it may or may not have been done.

    Source: ``PUT /students/{id}/set_homeroom_attendance``.
    """
    student, day = checked_id(student_id, "student_id"), checked_day(date, "date")
    body: dict[str, Any] = {"date": day.isoformat(), "status": _checked_status(status)}
    if notes is not None:
        body["notes"] = _checked_text(notes, "notes")
    _sent(client, "PUT", f"students/{student}/set_homeroom_attendance", body, touches=_homeroom_of(day), make=_done)


def _checked_status(status: Any) -> int:
    try:
        code = operator.index(status)
    except TypeError:
        code = -1
    if isinstance(status, bool) or code not in SETTABLE:
        valid = ", ".join(f"{number} {word}" for number, word in SETTABLE.items())
        raise ValueError(f"status must be one of the codes that can be set ({valid}), not {status!r}")
    return code


def _checked_text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {type(value).__name__}")  # noqa: TRY004 -- wrong arguments are ValueErrors here
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} holds characters that are no Unicode text") from None
    return value


def _excusal_path(student_id: int, excusal_id: int) -> tuple[str, int]:
    student = checked_id(student_id, "student_id")
    return f"students/{student}/excusals/{checked_id(excusal_id, 'excusal_id')}", student


def _excusals_of(student: int) -> re.Pattern[str]:
    """Say which answers an excusal of a student is in: all of theirs, and the school's by date."""
    return re.compile(rf"students/({student}/excusals(/\d+)?|excusals/[^/?#]+)([?#].*)?")


def _homeroom_of(day: dt.date) -> re.Pattern[str]:
    """Say which answers a homeroom mark is in: every homeroom's of that day, and every homeroom's of a term."""
    return re.compile(rf"year-groups/\d+/homeroom/attendance/(date/{day.isoformat()}|term/\d+)([?#].*)?")


def _excusal(client: Client, method: str, path: str, body: dict[str, Any] | None, student: int) -> pd.DataFrame:
    frame: pd.DataFrame = _sent(client, method, path, body, touches=_excusals_of(student), make=_excusal_in)
    return frame


def _excusal_in(document: Any) -> pd.DataFrame:
    held = mapping(mapping(document).get("excusal"), ("excusal",))
    return conform(table([held], EXCUSAL, ("excusal",)), EXCUSED)


def _done(document: Any) -> None:
    if mapping(document).get("status") != "ok":
        raise Misshapen(("status",), "must be 'ok'")


def _sent(  # noqa: PLR0913 -- one write, all of it
    client: Client,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    *,
    touches: re.Pattern[str],
    make: Callable[[Any], Any],
) -> Any:
    """Send a write and give what `make` makes of its answer, or the error that says what came of it."""
    outcome = client.send(method, Call.to(path), body, touches)
    if isinstance(outcome, Lost):
        if not outcome.sent:
            raise TryLater(f"{outcome.error} (nothing was sent)", path=path, retryable=outcome.error.retryable)
        raise _unknown(method, path, body, f"{outcome.error}", None)
    if outcome.good:
        try:
            return make(parse(outcome.body))
        except (ValueError, Misshapen) as error:
            lost = f"the answer ({outcome.status}) cannot be read: {error}"
        raise _unknown(method, path, body, lost, outcome.status)
    raise _refused(client, outcome, method, path, body)


def _refused(client: Client, reply: Reply, method: str, path: str, body: dict[str, Any] | None) -> Exception:
    error = client.refusal_of(reply, method, path)
    if isinstance(error, NotAllowed | Rejected) or reply.status in {404, 410} or reply.limited:
        return error
    return _unknown(method, path, body, f"the answer was {reply.status}", reply.status)


def _unknown(method: str, path: str, body: dict[str, Any] | None, why: str, status: int | None) -> OutcomeUnknown:
    """Make the error that says what was sent (of a comment, only that there was one)."""
    sent = (body or {}).get("excusal", body) or {}
    fields = ", ".join(
        f"{name} ({len(value)} characters)" if name in _PRIVATE else f"{name} {value}" for name, value in sent.items()
    )
    what = f"{method} {path}" + (f" with {fields}" if fields else "")
    return OutcomeUnknown(
        f"{what} was sent once, and {why}: it may or may not have been done; "
        "look at what ManageBac holds before you send it again",
        sent=dict(sent),
        status_code=status,
        path=path,
    )
