"""Small cells: hidden, and not to be told from the totals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from factory import term_of

from mbreports.absence.analysis import AbsenceAnalysis
from mbreports.absence.suppress import suppress


def crosstab(cells: list[list[int]]) -> pd.DataFrame:
    """A table of counts with its totals."""
    table = pd.DataFrame(cells, columns=[f"band {place}" for place in range(len(cells[0]))])
    table["Total"] = table.sum(axis=1)
    table.loc["Total"] = table.sum()
    return table


def hidden(table: pd.DataFrame) -> list[list[int]]:
    return table.isna().to_numpy(dtype=int).tolist()


def test_small_cells_are_hidden() -> None:
    """Counts of 1 to min_cell - 1 are hidden, min_cell itself is printed."""
    out = suppress(pd.DataFrame({"a": [1, 9], "b": [10, 11]}), margins=False)
    assert hidden(out) == [[1, 0], [1, 0]]


def test_zero_is_printed() -> None:
    """A 0 stands for nobody and stays."""
    out = suppress(pd.DataFrame({"a": [0, 30], "b": [20, 0]}))
    assert out.to_numpy(dtype=int).tolist() == [[0, 20], [30, 0]]


def test_next_smallest_hides_a_single_cell() -> None:
    """Where one cell of a row and column is hidden, the next smallest of each goes with it."""
    out = suppress(crosstab([[3, 20, 40], [50, 60, 70], [80, 90, 99]]))
    assert hidden(out)[0] == [1, 1, 0, 0]
    assert hidden(out)[1] == [1, 1, 0, 0]


def test_zero_is_never_the_second_cell() -> None:
    """The cell hidden beside another is one that is not 0: a 0 would protect nothing."""
    out = suppress(crosstab([[3, 0, 40], [50, 60, 70]]))
    assert hidden(out)[0] == [1, 0, 1, 0]


def test_lone_cell_takes_its_total_with_it() -> None:
    """Where no second cell can be hidden, the total that would tell the first is."""
    table = pd.DataFrame({"a": [4, 30], "Total": [4, 30]})
    assert hidden(suppress(table, 5)) == [[1, 1], [0, 0]]


def test_small_totals_are_hidden() -> None:
    """A total below min_cell is hidden as any number is."""
    out = suppress(crosstab([[2, 3], [40, 50]]))
    assert pd.isna(out.loc[0, "Total"])


def test_nothing_is_hidden_beside_where_no_total_is_printed() -> None:
    """Without margins nothing can be subtracted, so only the small cell goes."""
    out = suppress(pd.DataFrame({"a": [3, 50], "b": [20, 60]}))
    assert hidden(out) == [[1, 0], [0, 0]]


@pytest.mark.parametrize("seed", range(20))
def test_no_line_with_a_total_hides_exactly_one(seed: int) -> None:
    """Whatever the counts, no row or column with its total hides a single number that is not 0."""
    cells = np.random.default_rng(seed).integers(0, 25, size=(5, 4))
    out = hidden(suppress(crosstab(cells.tolist())))
    assert 1 not in [sum(row) for row in out]
    assert 1 not in [sum(column) for column in zip(*out, strict=True)]


def test_counts_that_are_shown_are_unchanged() -> None:
    """Numbers are hidden, never altered, and the table given stays as it was."""
    table = crosstab([[3, 20], [50, 60]])
    before = table.copy()
    out = suppress(table)
    assert ((out == table) | out.isna()).all(axis=None)
    pd.testing.assert_frame_equal(table, before)
    assert set(map(str, out.dtypes)) == {"Int64"}


def test_a_report_counts_by_group_and_band_without_small_cells() -> None:
    """Of 12 fine and 3 chronic students of one group the 3 are hidden, and the total that would tell them too."""
    codes = {number: [1] * 12 for number in range(1, 13)} | {number: [0] * 12 for number in range(13, 16)}
    table = AbsenceAnalysis(term_of(codes)).for_wider_audience()
    assert list(table.index) == ["Grade 9", "Total"]
    assert table.loc["Grade 9", "severe chronic"] is pd.NA
    shown = table.loc["Grade 9", ["satisfactory", "Total"]]
    assert shown.isna().any()


def test_a_report_of_many_hides_nothing() -> None:
    """Where every cell is large enough, the table is the counts."""
    codes = {number: [1] * 12 for number in range(1, 11)} | {number: [0] * 12 for number in range(11, 31)}
    table = AbsenceAnalysis(term_of(codes)).for_wider_audience("homeroom")
    assert table.loc["Temi Okafor"].tolist() == [10, 0, 0, 20, 0, 30]


def test_a_group_that_is_none_is_refused() -> None:
    """The error names what can be grouped by."""
    with pytest.raises(ValueError, match="'year_group' or 'homeroom', not 'gender'"):
        AbsenceAnalysis(term_of({1: [1]})).for_wider_audience("gender")
