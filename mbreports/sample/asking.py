"""A request as the operations see it, and the refusals that they answer with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.datastructures import MultiDict

    from mbreports.sample.calendars import Programme
    from mbreports.sample.records import Records
    from mbreports.sample.timetable import SchoolClass
    from mbreports.sample.world import Student, YearGroup

    Json = dict[str, Any]

PER_PAGE, MOST_PER_PAGE = 100, 200
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class RefusalError(Exception):
    """An answer that is no success: its status and its body."""

    def __init__(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        """Keep what is to be answered."""
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def not_found(kind: str, number: str) -> RefusalError:
    """Refuse an id that nobody has."""
    return RefusalError(404, {"error": f"Couldn't find {kind} with 'id'={number}"})


def invalid(**errors: str) -> RefusalError:
    """Refuse values, field by field."""
    return RefusalError(422, {"errors": {name: [message] for name, message in errors.items()}})


def bad_payload() -> RefusalError:
    """Refuse a body that is not of the documented structure."""
    return RefusalError(400, {"error": "Invalid payload data structure."})


def read_date(text: object) -> date | None:
    """Read a date of the form yyyy-mm-dd; anything else is None."""
    if not isinstance(text, str) or not ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:  # the 30th of February
        return None


@dataclass(frozen=True)
class Asked:
    """One request: the records it asks of, the parts of its path, its query and its body."""

    records: Records
    version: str
    parts: dict[str, str]
    query: MultiDict[str, str]
    body: bytes
    hold_adjustments: bool
    rights: frozenset[str]

    def flag(self, name: str) -> bool | None:
        """Read a boolean of the query; None where it is left out or says neither."""
        return {"true": True, "1": True, "false": False, "0": False}.get(self.query.get(name, "").lower())

    def numbers(self, *names: str) -> set[int] | None:
        """Read a list of ids, repeated or with commas, with or without brackets; None where it is left out."""
        given = [text for name in names for key in (name, f"{name}[]") for text in self.query.getlist(key) if text]
        if not given:
            return None
        return {_number(part.strip()) for text in given for part in text.split(",")}

    def day(self, text: str, *, field: str = "date") -> date:
        """Read a date of the path or the query."""
        day = read_date(text)
        if day is None:
            raise invalid(**{field: "is not a valid date"})
        return day

    def page(self, name: str, rows: Sequence[Any], show: Callable[[Any], Any]) -> Json:
        """Answer one page of a list; only what stands on it is made."""
        size = min(self._positive("per_page", PER_PAGE), MOST_PER_PAGE)
        number = self._positive("page", 1)
        first = (number - 1) * size
        return {
            name: [show(row) for row in rows[first : first + size]],
            "meta": {
                "current_page": number,
                "total_pages": -(-len(rows) // size),
                "total_count": len(rows),
                "per_page": size,
            },
        }

    def _positive(self, name: str, default: int) -> int:
        """Read a number from 1; anything else is the default."""
        text = self.query.get(name, "")
        # Ten digits are more pages than any list has.
        return int(text) if re.fullmatch(r"0*[1-9]\d{0,9}", text, re.ASCII) else default

    def payload(self, key: str | None = None) -> Json:
        """Read the body as a JSON object, or the object that it holds under `key`."""
        try:
            body = json.loads(self.body)
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):
            raise bad_payload() from None
        if key is not None:
            body = body.get(key) if isinstance(body, dict) else None
        if not isinstance(body, dict) or not body:
            raise bad_payload()
        return body

    def school_class(self) -> SchoolClass:
        """Give the class that the path names."""
        found = self.records.world.class_of.get(_number(self.parts["class_id"]))
        if found is None:
            raise not_found("IbClass", self.parts["class_id"])
        return found

    def year_group(self) -> YearGroup:
        """Give the year group that the path names."""
        world = self.records.world
        place = world.year_group_of.get(_number(self.parts["year_group_id"]))
        if place is None:
            raise not_found("YearGroup", self.parts["year_group_id"])
        return world.year_groups[place]

    def student(self) -> Student:
        """Give the student that the path names."""
        world = self.records.world
        place = world.position_of.get(_number(self.parts["student_id"]))
        if place is None:
            raise not_found("Student", self.parts["student_id"])
        return world.students[place]

    def term(self, programme: Programme, school_class: SchoolClass | None = None) -> int:
        """Give the place of the term that the path names; the class, or else the programme, must run in it."""
        running = programme.terms if school_class is None else school_class.terms
        for place, term in enumerate(programme.terms):
            if term in running and term.term_id == _number(self.parts["term_id"]):
                return place
        raise not_found("AcademicTerm", self.parts["term_id"])


def _number(text: str) -> int:
    """Read an id; what is none is an id that nobody has."""
    return int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else -1
