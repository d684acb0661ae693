"""The lists have the documented keys, and hold a whole school."""

from typing import Any

import pytest

STUDENT = {
    *("id", "email", "first_name", "last_name", "archived", "ui_language", "created_at", "updated_at", "student_id"),
    *(
        "identifier",
        "timezone",
        "parent_ids",
        "homeroom_advisor_id",
        "year_group_id",
        "street_address",
        "city",
        "state",
    ),
    *("zipcode", "country", "nationalities", "languages", "graduating_year", "class_grade", "class_grade_number"),
    *("program", "program_code", "role"),
}
KEYS = {
    "year-groups": (
        "year_groups",
        {"id", "name", "short_name", "program", "program_code", "grade", "archived", "grade_number", "graduation_year"}
        | {"student_ids"},
    ),
    "classes": (
        "classes",
        {"id", "name", "start_term_id", "end_term_id", "created_at", "updated_at", "grade", "grade_number", "program"}
        | {"program_code", "subject_id", "subject_name", "subject_group", "subject_group_id", "teachers"},
    ),
    "teachers": ("teachers", {"id", "email", "first_name", "last_name", "archived", "role"}),
    "memberships": (
        "memberships",
        {"id", "user_id", "created_at", "updated_at", "class_id", "user_email", "role"},
    ),
}
META = {"current_page", "total_pages", "total_count", "per_page"}


@pytest.mark.parametrize("path", KEYS)
def test_a_list_has_its_documented_keys(ask: Any, path: str) -> None:
    """Every row of a list has the keys that are documented for it, beside it stands the meta."""
    name, keys = KEYS[path]
    answer = ask(path)
    assert set(answer) == {name, "meta"}
    assert set(answer["meta"]) == META
    assert all(set(row) >= keys for row in answer[name])


def test_students_have_their_documented_keys(ask: Any) -> None:
    """Every student in a year group has the documented keys; name and gender keys are there now and then."""
    rows = ask.pages("students", "students", archived="false")
    assert all(set(row) >= STUDENT for row in rows)
    assert {"middle_name", "nickname", "gender", "house"} <= {key for row in rows for key in row}
    assert not all("gender" in row for row in rows)


def test_one_student_is_the_same_as_in_the_list(ask: Any) -> None:
    """A student asked for by id is the list's row, under `student`."""
    row = ask("students")["students"][5]
    assert ask(f"students/{row['id']}") == {"student": row}


def test_no_answer_holds_a_null(ask: Any) -> None:
    """A key without a value is left out."""
    for path in ("students", "classes", "memberships", "year-groups", "teachers", "school", "school/academic-years"):
        assert ":null" not in ask.send("GET", path).text


def test_the_default_school_has_240_students(ask: Any) -> None:
    """All students are listed, archived ones among them, unless `archived` says which."""
    everybody = ask.pages("students", "students")
    archived = ask.pages("students", "students", archived="true")
    assert len(everybody) == 240
    assert len({row["id"] for row in everybody}) == 240
    assert 0 < len(archived) < 10
    assert len(ask.pages("students", "students", archived="0")) == 240 - len(archived)


def test_students_are_filtered_by_year_group_advisor_and_search(ask: Any) -> None:
    """`year_group_ids[]`, `homeroom_advisor_ids[]` and `q` choose students."""
    group = ask.year_group(3)
    found = ask.pages("students", "students", **{"year_group_ids[]": [group["id"], 1]}, archived="false")
    assert [row["id"] for row in found] == group["student_ids"]
    advisor = found[0]["homeroom_advisor_id"]
    assert {
        row["homeroom_advisor_id"] for row in ask("students", **{"homeroom_advisor_ids[]": advisor})["students"]
    } == {
        advisor,
    }
    assert [row["student_id"] for row in ask("students", q="aa1042")["students"]] == ["AA1042"]


def test_twelve_year_groups_in_three_programmes(ask: Any) -> None:
    """Twelve year groups are active; a thirteenth is archived and empty."""
    groups = ask("year-groups")["year_groups"]
    assert [group["grade"] for group in groups] == [f"Grade {grade}" for grade in range(1, 13)]
    assert {group["program_code"] for group in groups} == {"pyp", "myp", "diploma"}
    (former,) = ask("year-groups", archived="true")["year_groups"]
    assert former["student_ids"] == []


def test_programme_keys_are_spelt_in_three_ways(ask: Any) -> None:
    """The primary programme is `ib_pyp`, `ibpyp` or `pyp`, and the calendar knows it by each."""
    assert "ib_pyp" in ask("school/academic-years")["academic_years"]
    assert "ibpyp" in [row["code"] for row in ask("school")["school"]["enabled_programs"]]
    assert ask.year_group(1)["program_code"] == "pyp"
    calendars = [ask(f"school/programs/{code}/academic-years/31796/calendar") for code in ("ib_pyp", "ibpyp", "pyp")]
    assert calendars[0] == calendars[1] == calendars[2]


def test_a_classs_programme_is_a_key_of_the_academic_years(ask: Any) -> None:
    """A class's first and last term stand in the academic year of its `program_code`, in ascending order."""
    years = ask("school/academic-years")["academic_years"]
    for one in ask.pages("classes", "classes"):
        terms = [term["id"] for term in years[one["program_code"]]["academic_years"][0]["academic_terms"]]
        assert terms.index(one["start_term_id"]) <= terms.index(one["end_term_id"])


def test_terms_of_the_programmes_interleave(ask: Any) -> None:
    """One academic year of three terms each, of the same names; the programmes' ids lie between each other's."""
    years = [year["academic_years"] for year in ask("school/academic-years")["academic_years"].values()]
    ids = [[term["id"] for term in year["academic_terms"]] for (year,) in years]
    assert [len(terms) for terms in ids] == [3, 3, 3]
    assert {tuple(term["name"] for term in year["academic_terms"]) for (year,) in years} == {
        ("Term 1", "Term 2", "Term 3"),
    }
    assert all(terms == sorted(terms) for terms in ids)
    assert max(terms[0] for terms in ids) < min(terms[1] for terms in ids)
    assert all(sum(term["active"] for term in year["academic_terms"]) == 1 for (year,) in years)


def test_the_year_groups_lists_agree(ask: Any) -> None:
    """A year group's own students, its `student_ids` and the students' `year_group_id` say the same."""
    group = ask.year_group(12)
    answer = ask(f"year-groups/{group['id']}/students", per_page=200)
    assert answer["student_ids"] == group["student_ids"] == [row["id"] for row in answer["students"]]
    assert {row["year_group_id"] for row in answer["students"]} == {group["id"]}


def test_advisors_have_roles(ask: Any) -> None:
    """A year group's advisors are homeroom advisors, and are teachers of the school."""
    advisors = ask(f"year-groups/{ask.year_group(11)['id']}/advisors")["advisors"]
    teachers = {row["id"]: row["role"] for row in ask.pages("teachers", "teachers")}
    assert all("homeroom" in row["roles"] and teachers[row["id"]] == "Advisor" for row in advisors)


def test_a_class_says_who_is_in_it(ask: Any) -> None:
    """Students, levels, teachers, terms and memberships of a class agree with its row."""
    one = ask.classes(12)[0]
    students = ask(f"classes/{one['id']}/students")
    teachers = ask(f"classes/{one['id']}/teachers")["teachers"]
    terms = ask(f"classes/{one['id']}/terms")["terms"]
    rows = ask("memberships", **{"class_ids[]": one["id"]})["memberships"]
    assert set(students["student_levels"].values()) == {"HL", "SL"}
    assert [row["id"] for row in teachers] == [row["teacher_id"] for row in one["teachers"]]
    assert (terms[0]["id"], terms[-1]["id"]) == (one["start_term_id"], one["end_term_id"])
    assert {row["user_id"] for row in rows if row["role"] == "Student"} >= set(students["student_ids"])
    assert {row["user_id"] for row in rows if row["role"] == "Teacher"} == {row["id"] for row in teachers}


def test_memberships_are_filtered_by_user_and_day(ask: Any) -> None:
    """`user_ids[]` and `class_happens_on` choose memberships; on a Sunday no class meets."""
    student = ask.year_group(9)["student_ids"][0]
    rows = ask("memberships", **{"user_ids[]": student})["memberships"]
    assert {row["user_id"] for row in rows} == {student}
    assert len(rows) == 7
    monday = ask("memberships", **{"user_ids[]": student}, class_happens_on="2025-09-08")["memberships"]
    assert 0 < len(monday) < 7
    assert ask("memberships", class_happens_on="2025-09-07")["memberships"] == []
    assert ask("memberships", user_ids=f"{student},1", classes="")["memberships"] == rows


def test_classes_without_a_word_are_the_active_ones(ask: Any) -> None:
    """Archived classes are listed only when they are asked for."""
    active, archived = ask.pages("classes", "classes"), ask.pages("classes", "classes", archived="1")
    assert len(archived) == 2
    assert not {row["id"] for row in active} & {row["id"] for row in archived}
    assert active == ask.pages("classes", "classes", archived=0)


def test_the_calendar_lists_school_days(ask: Any) -> None:
    """No weekend and no holiday stands in a calendar; the diploma's days turn in a rotation of six."""
    answer = ask("school/programs/diploma/academic-years/26278/calendar")["calendar"]
    dates = {row["date"]: row["rotation_day"] for row in answer["dates"]}
    assert (answer["calendar_type"], answer["rotation_cycle"], answer["days_off"]) == ("Rotation Cycle", 6, [0, 6])
    assert not {"2025-09-06", "2025-09-07", "2025-10-20", "2025-11-28", "2025-12-25"} & set(dates)
    assert list(dates.values())[:8] == [1, 2, 3, 4, 5, 6, 1, 2]
    assert dates["2025-10-17"] % 6 + 1 == dates["2025-10-27"]


def test_categories_name_the_codes_of_a_programme(ask: Any) -> None:
    """Codes -1 and 1 share a label everywhere, 10 and 13 do in the middle years; some custom codes are in use."""
    rows = {row["status"]: row for row in ask("school/academic-years/26279/attendance_categories")["categories"]}
    assert set(rows[0]) == {"status", "label", "abbreviation", "enabled", "color_code"}
    assert rows[-1]["label"] == rows[1]["label"] == "Present"
    assert rows[10]["label"] == rows[13]["label"] == "Excused absence"
    assert [code for code in (15, 16, 17, 18) if rows[code]["enabled"]] == [17, 18]


def test_names_come_in_several_scripts(ask: Any) -> None:
    """Latin with marks, Chinese, Arabic, Thai, Korean, Cyrillic and Vietnamese names, a long and a hyphened one."""
    names = [f"{row['first_name']} {row['last_name']}" for row in ask.pages("students", "students")]
    text = "".join(names)
    for first, last in ("一鿿", "؀ۿ", "฀๿", "가힣", "Ѐӿ", "Ạỹ", "À\u00ff"):
        assert any(first <= letter <= last for letter in text)
    assert max(map(len, names)) > 80
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)


def test_parents_are_listed(ask: Any) -> None:
    """Every parent of a student is in the list of parents, and can be asked for."""
    listed = {row["id"] for row in ask.pages("parents", "parents")}
    linked = {parent for row in ask.pages("students", "students") for parent in row["parent_ids"]}
    assert listed == linked
    parent = min(listed)
    assert ask(f"parents/{parent}")["parent"]["id"] == parent


def test_ping_and_permissions(ask: Any) -> None:
    """The school answers a ping, and says what the token may do."""
    assert ask("ping") == {"pong": "ok"}
    assert {"students/index", "students/excusals/index", "classes/attendance/term"} <= set(
        ask("auth/permissions")["permissions"],
    )


def test_a_parents_children_are_listed(ask: Any) -> None:
    """The children of a parent are those who name the parent."""
    child = next(row for row in ask.pages("students", "students") if row["parent_ids"])
    children = ask(f"parents/{child['parent_ids'][0]}/children")["children"]
    assert child["id"] in {each["id"] for each in children}
    assert ask.send("GET", "parents/1/children").status_code == 404


def test_subjects_are_listed_by_programme(ask: Any) -> None:
    """Every class's subject is among those of its programme."""
    subjects = ask("school/subjects")["subjects"]
    for one in ask.pages("classes", "classes"):
        assert one["subject_id"] in {each["id"] for each in subjects[one["program_code"]]}
