"""How every chart looks: one palette, quiet axes, words where nothing is to draw; no global setting is touched."""

from __future__ import annotations

import functools
import io
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mbreports.report.look import DEFAULT_ACCENT
from mbreports.report.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "GRID",
    "INK",
    "MUTED",
    "PALE",
    "PAPER",
    "QUIET",
    "STRONG",
    "Fill",
    "begin",
    "count_axis",
    "figure_svg",
    "fonts",
    "heading",
    "legend",
    "no_session",
    "note",
    "rate_axis",
    "said",
    "tick_labels",
    "unit",
    "width_in_points",
    "write",
]

PAPER = "#ffffff"
INK = "#1b1c22"
MUTED = "#59616b"
QUIET = "#c9d2d9"
PALE = "#b3bdc6"
GRID = "#dfe3e7"
STRONG = DEFAULT_ACCENT
"""Absence, and nothing else; on grey paper the darkest fill."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, the darkest first; with each goes a line or a marker of its own."""

Fill: TypeAlias = dict[str, Any]
"""How a bar or a day is filled, in matplotlib's words."""

_SIZE = 9.0
_LONGEST = 34
"""Characters of a label beside an axis."""

_KEY = 118
"""Points that an entry of a legend takes."""

_STEPS = (1, 2, 5, 10)
_SCRIPTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "PingFang SC",
    "Malgun Gothic",
    "Noto Sans Arabic",
    "Noto Naskh Arabic",
    "Noto Sans Thai",
    "Leelawadee UI",
    "Segoe UI",
    "Arial Unicode MS",
)


@functools.cache
def fonts() -> tuple[str, ...]:
    """Give DejaVu, and after it those of this machine's fonts that have the scripts which DejaVu lacks."""
    here = set(font_manager.get_font_names())
    return ("DejaVu Sans", *(family for family in _SCRIPTS if family in here))


def begin(ax: Axes | None, *, grid: Literal["x", "y"] | None = None) -> Axes:
    """
    Give the axes to draw in, with quiet spines and ticks.

    Parameters
    ----------
    ax
        None takes the current one, as seaborn does: a notebook then shows the chart once.
    grid
        ``"x"`` or ``"y"``: hairlines across that axis.
    """
    if ax is None:
        from matplotlib import pyplot as plt  # noqa: PLC0415 -- only who draws on the current axes needs pyplot

        figure, ax = plt.gcf(), plt.gca()
        if len(figure.axes) == 1:  # a figure of our own: dark letters on a dark style are none
            figure.set_facecolor(PAPER)
            if figure.get_layout_engine() is None:  # else `savefig` cuts long labels
                figure.set_layout_engine("constrained")
    ax.set_facecolor(PAPER)
    for side in ("top", "right", "left" if grid == "x" else "bottom"):
        ax.spines[side].set_visible(side == "bottom")
    for spine in ax.spines.values():
        spine.set_color(GRID if grid else MUTED)
    ax.tick_params(colors=MUTED, labelcolor=INK, labelsize=_SIZE, length=0, labelfontfamily="DejaVu Sans")
    ax.set_axisbelow(True)
    ax.grid(visible=False)
    if grid:
        ax.grid(visible=True, axis=grid, color=GRID, linewidth=0.8)
    return ax


def heading(ax: Axes, text: str, below: str = "") -> None:
    """Write what the chart shows, and below it, smaller, of how many."""
    ax.set_title(
        text, loc="left", fontsize=_SIZE + 2, fontweight="bold", color=INK, pad=24 if below else 10, family=fonts()
    )
    if below:
        ax.annotate(
            below,
            xy=(0, 1),
            xycoords="axes fraction",
            xytext=(0, 8),
            textcoords="offset points",
            fontsize=_SIZE,
            color=MUTED,
            family=fonts(),
        )


def note(ax: Axes, title: str, words: str) -> Axes:
    """Say in words that there is nothing to draw."""
    ax.set_axis_off()
    heading(ax, title, words)
    return ax


def said(text: Any, most: int = _LONGEST) -> str:
    r"""
    Give a name or a label as a chart has room for it: one line, no controls, an ellipsis where it is too long.

    >>> said("Ada\x00 Okafor"), said("x" * 200, most=5)
    ('Ada Okafor', 'xxxx…')
    """
    line = clean(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def write(ax: Axes, place: tuple[Any, Any], text: str, **options: Any) -> None:
    """Write beside a bar or a point, a few points away from it; a dollar sign is one, and no formula."""
    usual = {"fontsize": _SIZE, "color": INK, "family": fonts(), "va": "center", "xytext": (4, 0), "parse_math": False}
    chosen: dict[str, Any] = usual | options
    ax.annotate(text, xy=place, textcoords="offset points", **chosen)


def rate_axis(axis: Any, label: str = "absence rate, % of possible sessions") -> None:
    """Give an axis of rates its unit, few ticks, and room from 0."""
    axis.set_major_locator(MaxNLocator(5, steps=_STEPS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    unit(axis, label)


def count_axis(axis: Any, label: str) -> None:
    """Give an axis of counts its unit, and whole numbers."""
    axis.set_major_locator(MaxNLocator(5, integer=True, steps=_STEPS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    unit(axis, label)


def unit(axis: Any, label: str) -> None:
    """Say in what an axis counts, at its start; nothing is centred."""
    name, end = axis.axis_name, "left" if axis.axis_name == "x" else "top"
    getattr(axis.axes, f"set_{name}label")(label, loc=end, fontsize=_SIZE, color=MUTED, family=fonts())


def tick_labels(ax: Axes, which: str, places: Sequence[Any], labels: Sequence[str]) -> None:
    """Name the places on an axis, in any script."""
    set_ticks = getattr(ax, f"set_{which}ticks")
    set_ticks(places, labels, fontsize=_SIZE, color=INK, family=fonts(), parse_math=False)


def width_in_points(ax: Axes) -> float:
    """Give the room between an axes' sides, as far as it is known before the figure is laid out."""
    return float(ax.bbox.width * 72 / ax.figure.dpi)


def legend(ax: Axes, fills: Sequence[tuple[str, Fill]]) -> None:
    """Say what each fill means, below the axes, in as many columns as there is room for."""
    keys = [Patch(label=words, **fill) for words, fill in fills]
    ax.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(0, -0.16),
        ncols=max(1, min(len(keys), int(width_in_points(ax) // _KEY))),
        frameon=False,
        prop={"family": fonts(), "size": _SIZE},
        labelcolor=INK,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.4,
        columnspacing=1.4,
    )


def no_session() -> Fill:
    """Give the fill of days and weeks without any session."""
    return {"facecolor": "#f6f7f8", "edgecolor": GRID, "hatch": "////", "linewidth": 0}


_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)


def figure_svg(figure: Figure, *, name: str) -> str:
    """
    Give a figure as SVG to stand inside a page: the same figure gives the same text.

    Parameters
    ----------
    figure
        Drawn; it is left as it was.
    name
        What the picture shows, for those who hear the page; it also keeps the ids of several pictures apart.

    Returns
    -------
    str
        An ``<svg>`` element whose text stays text, as wide as the page lets it be.
    """
    text = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "svg.image_inline": True}):
        figure.savefig(
            text, format="svg", metadata={"Date": None, "Creator": None}, transparent=True, bbox_inches="tight"
        )
    drawn = _METADATA.sub("", _PROLOGUE.sub("", text.getvalue()))
    start, rest = drawn.split(">", 1)
    start = re.sub(r'\s(width|height)="[^"]*"', "", start)
    label = name.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f'{start} role="img" aria-label="{label}">{rest}'
