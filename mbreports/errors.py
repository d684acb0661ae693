"""One tree of errors: whatever mbreports raises on purpose is an `MBReportsError` or a `ValueError`."""

from __future__ import annotations

__all__ = [
    "ApiError",
    "BadAnswer",
    "FrameError",
    "MBReportsError",
    "NotAllowed",
    "NotFound",
    "OutcomeUnknown",
    "PolicyError",
    "ReadOnly",
    "Rejected",
    "ReportError",
    "TryLater",
]


class MBReportsError(Exception):
    """The root of every error that mbreports raises on purpose."""


class ApiError(MBReportsError):
    """
    ManageBac did not give what was asked.

    Parameters
    ----------
    message
        What went wrong, and what to do about it. Never holds the token.
    status_code
        The HTTP status, or None where no answer came.
    path
        The path below the version prefix, without the query.
    retry_after
        Seconds after which a retry makes sense, where the server said so.
    retryable
        Whether the same call may succeed later without any change.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        path: str = "",
        retry_after: float | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.path = path
        self.retry_after = retry_after
        self.retryable = retryable

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the message and the plain attributes: nothing of a request or its headers."""
        return (_rebuilt, (type(self), self.args, self.__dict__.copy()))


def _rebuilt(kind: type[ApiError], args: tuple[object, ...], state: dict[str, object]) -> ApiError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class NotAllowed(ApiError):
    """The token is missing, wrong or disabled (401), or lacks the right for this endpoint (403)."""


class NotFound(ApiError):
    """There is no such school object for this token (404)."""


class Rejected(ApiError):
    """
    ManageBac refused the content of the request (400, 422).

    Attributes
    ----------
    errors
        The reasons by field, as ManageBac gave them; ``{}`` where it named no field.
    """

    def __init__(
        self,
        message: str,
        *,
        errors: dict[str, list[str]] | None = None,
        status_code: int | None = None,
        path: str = "",
    ) -> None:
        super().__init__(message, status_code=status_code, path=path)
        self.errors = errors or {}


class TryLater(ApiError):
    """A limit (429), a fault of the server (5xx) or of the connection, when retries are used up."""


class BadAnswer(ApiError):
    """The answer is not JSON, or not of the documented shape; the message says where."""


class OutcomeUnknown(ApiError):
    """
    A write was sent and its answer lost: it may or may not have been done; the message says what was sent.

    Attributes
    ----------
    sent
        The fields that were sent, whole: the message says of a comment only how long it was.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: dict[str, object] | None = None,
        status_code: int | None = None,
        path: str = "",
    ) -> None:
        super().__init__(message, status_code=status_code, path=path)
        self.sent = sent or {}


class ReadOnly(MBReportsError):
    """A write was asked of a client that was not made with ``allow_writes=True``; nothing was sent."""


class FrameError(MBReportsError, ValueError):
    """
    A frame does not have the documented columns, dtypes or keys.

    Attributes
    ----------
    problems
        Everything that is wrong, a sentence each.
    """

    def __init__(self, problems: str | list[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class PolicyError(MBReportsError, ValueError):
    """A policy that cannot be meant; the message names the setting and what is valid."""


class ReportError(MBReportsError):
    """A report, chart or file cannot be made or written; the message says why and where."""
