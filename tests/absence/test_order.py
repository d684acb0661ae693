"""The order in which people look for people."""

from __future__ import annotations

import pytest
from factory import students_of

from mbreports.absence.order import sort_students


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (["Zou", "Łukasik", "Moyo", "lee"], ["lee", "Łukasik", "Moyo", "Zou"]),
        (["Park", "Ødegård", "O'Neill", "Åkesson"], ["Åkesson", "O'Neill", "Ødegård", "Park"]),
    ],
)
def test_letters_of_other_languages_stand_where_they_are_looked_for(names: list[str], ordered: list[str]) -> None:
    """Accents, strokes and case do not matter."""
    table = students_of(range(len(names))).assign(last_name=names)
    assert sort_students(table)["last_name"].tolist() == ordered
