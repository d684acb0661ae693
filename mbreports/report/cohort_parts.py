"""What stands on a cohort's pages: plain values, made elsewhere and only printed by the templates."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, TypeAlias

__all__ = ["BandShare", "Bar", "CohortPage", "Column", "Finding", "Group", "Listing", "Row", "Shade", "without_empty"]

Shade: TypeAlias = Literal["plain", "pale", "outlined", "filled", "dashed"]
"""How a band is drawn, so that grey paper still tells it from its neighbours; dashed: no label."""


@dataclasses.dataclass(frozen=True)
class BandShare:
    """
    A band on the bar, and in the legend under it.

    Attributes
    ----------
    name, rule
        ``moderate chronic``, ``10 % to below 20 %``.
    shade
        How it is drawn.
    students, share
        How many, and their share of all: ``13 %``.
    start, width
        Its place on the bar, in per cent.
    """

    name: str
    rule: str
    shade: Shade
    students: int
    share: str
    start: float
    width: float


@dataclasses.dataclass(frozen=True)
class Bar:
    """
    One bar of a small chart.

    Attributes
    ----------
    label, rate, base
        ``Fri``, ``8.3 %``, ``of 3,068``.
    length
        0 to 100, the longest bar of the chart being 100.
    highest
        Whether it is the chart's highest: drawn in the accent.
    """

    label: str
    rate: str
    base: str
    length: float
    highest: bool = False


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of "what needs a look": a count, what it counts, and the anchor of the pages that list it."""

    count: int
    text: str
    anchor: str


@dataclasses.dataclass(frozen=True)
class Column:
    """
    A column of a listing.

    Attributes
    ----------
    label
        Its heading.
    width
        Percent of the table's width; a table's widths make 100.
    number
        Whether it holds numbers: set to the right, in tabular figures.
    screen_only
        Whether paper does without it: a heading above the rows says it there.
    """

    label: str
    width: int
    number: bool = False
    screen_only: bool = False


@dataclasses.dataclass(frozen=True)
class Row:
    """
    A row of a listing.

    Attributes
    ----------
    cells
        What its columns print.
    keys
        What a column is sorted by where its text would not do, by place; None: by its text.
    student_id
        Whose row it is: its first cell leads to the student's page.
    shade
        The student's band as a small mark before the name.
    bar
        0 to 100: a bar in the last column, in place of text.
    find, year_group
        What a screen finds a student by: the school's own id, besides the name, and the year group; None: the row is
        not looked for.
    """

    cells: tuple[str, ...]
    keys: tuple[float | str | None, ...] = ()
    student_id: int | None = None
    shade: Shade | None = None
    bar: float | None = None
    find: str | None = None
    year_group: str = ""


@dataclasses.dataclass(frozen=True)
class Group:
    """Rows under one heading of their own; a listing without headings is one group without a name."""

    rows: tuple[Row, ...]
    name: str = ""
    detail: str = ""
    shade: Shade | None = None


@dataclasses.dataclass(frozen=True)
class Listing:
    """
    A table with its heading.

    Attributes
    ----------
    anchor, heading
        Where links lead, and what the outline says.
    note
        A sentence or two above the table: what it holds, of how many.
    columns, groups
        The table. Without a row the note stands alone.
    """

    anchor: str
    heading: str
    note: str
    columns: tuple[Column, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all groups."""
        return tuple(row for group in self.groups for row in group.rows)


def without_empty(listing: Listing, label: str) -> Listing:
    """Give a listing without the column of this heading where no row has anything in it."""
    places = [place for place, column in enumerate(listing.columns) if column.label == label]
    if not places or any(row.cells[places[0]] for row in listing.rows):
        return listing
    (place,) = places

    def left(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return values[:place] + values[place + 1 :]

    first, *others = left(listing.columns)
    wider = dataclasses.replace(first, width=first.width + listing.columns[place].width)
    groups = tuple(
        dataclasses.replace(
            group,
            rows=tuple(dataclasses.replace(row, cells=left(row.cells), keys=left(row.keys)) for row in group.rows),
        )
        for group in listing.groups
    )
    return dataclasses.replace(listing, columns=(wider, *others), groups=groups)


@dataclasses.dataclass(frozen=True)
class CohortPage:
    """
    The pages about everybody: what a head of year reads in ten seconds, then the lists behind it.

    Attributes
    ----------
    school, title, span, footer
        Who, ``Attendance, Term 1``, the term's days, and the foot of every page.
    heading, facts
        ``Grades 9 to 12``; how many students and school days, and the date of it.
    warnings
        What to know before any number is believed: old data, too few registers.
    headline, rest
        The sentence that matters: its strong part, and what follows it.
    bands, year_groups, weekdays, findings, rules
        The first page.
    students
        Everybody, by band, the worst first.
    listings
        The pages behind, in their order.
    year_group_names, band_names
        What the screen's filter offers.
    """

    school: str
    title: str
    span: str
    footer: str
    heading: str
    facts: str
    warnings: tuple[str, ...]
    headline: str
    rest: str
    bands: tuple[BandShare, ...]
    year_groups: Listing
    weekdays: tuple[Bar, ...]
    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    students: Listing
    listings: tuple[Listing, ...]
    year_group_names: tuple[str, ...]
    band_names: tuple[str, ...]

    @property
    def sections(self) -> tuple[Listing, ...]:
        """All listings behind the first page, in their order; their numbers count from 1."""
        return (self.students, *self.listings)

    def section(self, anchor: str) -> int:
        """Give the number of a listing; paper has no links."""
        return [listing.anchor for listing in self.sections].index(anchor) + 1
