"""How a small object shows itself in a notebook: escaped, short, readable on light and on dark."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

__all__ = ["cell_text", "html_list", "html_sentence", "html_table", "html_title"]

MOST_ROWS, _MOST_TEXT = 25, 80
"""How much is shown at most: with these a notebook gets less than 100 kB."""

_HAIR = "border: 0; border-bottom: 1px solid rgba(128, 128, 128, .35); background: transparent; padding: 3px 14px 3px 0"
_LEFT, _RIGHT = f"{_HAIR}; text-align: left", f"{_HAIR}; text-align: right; font-variant-numeric: tabular-nums"
_CAPTION = "caption-side: top; text-align: left; font-weight: 600; padding: 0 0 2px; color: inherit"


def html_title(text: str) -> str:
    """Give a heading."""
    return f'<div style="font-size: 1.2em; font-weight: 700">{escape(cell_text(text))}</div>'


def html_sentence(text: str) -> str:
    """Give a paragraph."""
    return f'<p style="margin: 6px 0 12px">{escape(text)}</p>'


def html_list(title: str, sentences: list[str]) -> str:
    """Give sentences under a small heading."""
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return f'<div style="font-weight: 600">{escape(title)}</div><ul style="margin: 2px 0 12px">{items}</ul>'


def html_table(frame: pd.DataFrame, caption: str, *, most: int = MOST_ROWS) -> str:
    """
    Give a frame as a small HTML table: at most so many rows, long texts cut; what is left out is said.

    Numbers stand to the right.

    Returns
    -------
    str
        Empty where the frame has no rows.
    """
    if frame.empty:
        return ""
    styles = [_style(frame[column]) for column in frame.columns]
    names = (str(column).replace("_", " ") for column in frame.columns)
    head = "".join(f'<th style="{style}">{escape(name)}</th>' for name, style in zip(names, styles, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{style}">{escape(cell_text(value))}</td>' for value, style in zip(row, styles, strict=True)
        )
        + "</tr>"
        for row in frame.head(most).itertuples(index=False, name=None)
    )
    more = f'<p style="margin: 0 0 14px">… and {len(frame) - most:,} more</p>' if len(frame) > most else ""
    return (
        f'<table style="border-collapse: collapse; margin: 0 0 14px"><caption style="{_CAPTION}">{escape(caption)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
    )


def _style(values: pd.Series[Any]) -> str:
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return _RIGHT
    return f"{_LEFT}; white-space: nowrap" if pd.api.types.is_datetime64_any_dtype(values.dtype) else _LEFT


def cell_text(value: Any) -> str:
    """Give a cell in words: nothing for what is missing, a date without its time, a long text cut."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"
