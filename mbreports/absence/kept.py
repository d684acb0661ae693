"""Frames that are made once, and given to everybody as their own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Self, overload

import pandas as pd

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["kept_frame"]


class kept_frame(functools.cached_property[pd.DataFrame]):  # noqa: N801 -- used as cached_property is
    """
    A `functools.cached_property` of a frame: who asks may change what he is given, and nobody else sees it.

    The rows are not copied: pandas copies what is written to.
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> pd.DataFrame: ...

    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | pd.DataFrame:
        """Give the frame, made when it is asked for first."""
        if instance is None:
            return self
        return super().__get__(instance, owner).copy(deep=False)

    def __set__(self, instance: object, value: object) -> NoReturn:
        """Refuse; also, what has this is asked before what is kept."""
        raise AttributeError(f"{self.attrname} cannot be set")
