"""The token: where it is found, and a wrapper that shows it to nobody but the adapter."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
from typing import NoReturn

from mbreports.errors import NotAllowed

__all__ = ["Secret", "find_token"]

_log = logging.getLogger(__name__)

_TELLING = 8
"""The shortest token that is looked for in other text."""

_HOW = (
    "give Client(token=...), set the environment variable MANAGEBAC_TOKEN, or keep it in the system keyring "
    "(service 'mbreports', user name: the host)"
)


class _Hidden(str):
    """Text that does not show itself where a frame's or a dict's contents are printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Secret:
    """A token that is in no repr, no copy and no pickle."""

    __slots__ = ("_text",)

    def __init__(self, text: str | None) -> None:
        self._text = _Hidden(text) if isinstance(text, str) else text

    def __repr__(self) -> str:
        """Show nothing."""
        return "<token>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled."""
        raise TypeError("a token is not copied or pickled")

    @property
    def given(self) -> bool:
        """Whether there is anything at all."""
        return self._text is not None

    def check(self) -> None:
        """Refuse, without showing it, what cannot be a token."""
        if not isinstance(self._text, str):
            raise ValueError("the token must be text")  # noqa: TRY004 -- wrong arguments are ValueErrors here
        if not self._text:
            raise ValueError("the token is empty")
        if any(character.isspace() for character in self._text):
            raise ValueError("the token has white space in or around it (a line's end, perhaps): give it without")
        if not self._text.isascii() or not self._text.isprintable():
            raise ValueError("the token has characters that no token has: only printable ASCII is sent in a header")

    def reveal(self) -> str:
        """Give the token, for the header and the name of the cache; its repr stays hidden."""
        return self._text or ""

    def hide_in(self, text: str) -> str:
        """Give the text without the token, should a server have echoed it."""
        return text.replace(self.reveal(), "***") if len(self.reveal()) >= _TELLING else text

    def is_in(self, content: bytes) -> bool:
        """Whether the content holds the token; one of a few letters is told from no other text, and no real one is."""
        return len(self.reveal()) >= _TELLING and self.reveal().encode() in content


def find_token(given: Secret, host: str) -> Secret:
    """
    Give the token of the argument, else of ``MANAGEBAC_TOKEN``, else of the system keyring.

    Raises
    ------
    NotAllowed
        There is none.
    ValueError
        It cannot be a token: it has white space, say. The message does not show it.
    """
    secret = given
    if not secret.given:
        secret = Secret(os.environ.get("MANAGEBAC_TOKEN") or None)
    if not secret.given:
        secret = Secret(_from_keyring(host))
    if not secret.given:
        raise NotAllowed(f"there is no token for {host}: {_HOW}")
    secret.check()
    return secret


def _from_keyring(host: str) -> str | None:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        return None
    with contextlib.suppress(keyring.errors.KeyringError):
        found: str | None = keyring.get_password("mbreports", host)
        return found
    _log.info("the system keyring could not be read")
    return None
