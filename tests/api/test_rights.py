"""`mbreports check`: what a token may do, on one screen, found out without writing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faulty import page_of, reply

from mbreports.api.rights import check_rights
from mbreports.errors import NotAllowed, TryLater
from mbreports.sample.school import SampleSchool

if TYPE_CHECKING:
    from pathlib import Path

    from faulty import FaultServer, MakeClient

    from mbreports.api.client import Client
    from mbreports.api.rights import TokenRights


def allowed(rights: TokenRights) -> dict[str, bool | None]:
    return {each.operation.name: each.allowed for each in rights.operations}


def test_every_right(connection: Client) -> None:
    """A token with every right may call all eleven operations and all the lists."""
    rights = check_rights(connection)
    assert set(allowed(rights).values()) == {True}
    assert len([each for each in rights.operations if each.operation.attendance]) == 11
    assert rights.school == "Lakeside International School (sample)"


def test_token_without_the_paid_rights(sample: SampleSchool) -> None:
    """Of a token without the paid rights, whose names no reference shows, their writes are unknown: none is tried."""
    with sample.client(token=sample.reader_token) as client:
        found = allowed(check_rights(client))
    assert {name for name, value in found.items() if value is None} == {
        "write.update_excusal",
        "write.delete_excusal",
        "write.set_homeroom_attendance",
    }


def test_token_of_two_rights() -> None:
    """Of a token that may read little, every refused read is a no, though it may not even read the lists of ids."""
    with SampleSchool(students=12, permissions=["students/index", "school/show"]) as school, school.client() as client:
        rights = check_rights(client)
    found = allowed(rights)
    assert {name for name, value in found.items() if value} == {"fetch.students", "fetch.school"}
    assert all(value is False for name, value in found.items() if name.startswith("fetch.") and not value)


def test_one_screen(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """The text is one screen: address, school, limit, cache, the eleven operations, the lists; nothing of the token."""
    limit = {"X-RateLimit-Limit": "50", "X-RateLimit-Period": "1"}
    server.on("ping", reply({"pong": "ok"}, headers=limit))
    server.on("auth/permissions", {"permissions": ["students/excusals/index"]})
    server.on("school", {"school": {"name": "Example School"}})
    server.on("students", page_of("students", []))
    text = str(check_rights(make_client()))
    lines = text.splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines if "cache" not in line) <= 80
    for said in (f"{server.url}/v2", "Example School", "50 requests per 1 s", str(tmp_path / "cache"), " MB)"):
        assert said in text
    assert "  yes     GET    students/{id}/excusals" in lines
    assert "  no      GET    classes/{id}/attendance/term/{term_id}" in lines
    assert "  unknown PUT    students/{id}/set_homeroom_attendance (E)" in lines
    assert "planted" not in text


def test_nothing_is_written_and_nothing_old_counts(make_client: MakeClient, server: FaultServer) -> None:
    """Only GETs are sent, and an answer that is kept says nothing of a right that is gone."""
    server.on("*", reply({"error": "Forbidden"}, status=403))
    server.on("ping", {"pong": "ok"})
    server.on("auth/permissions", {"permissions": []})
    server.on("teachers", {"teachers": []}, reply({"error": "Forbidden"}, status=403))
    client = make_client(allow_writes=True)
    client.get("teachers")
    assert allowed(check_rights(client))["fetch.teachers"] is False
    assert {line.split()[0] for line in server.asked} == {"GET"}


def test_disabled_token(sample: SampleSchool) -> None:
    """A token that an admin has switched off is NotAllowed."""
    with sample.client(token=sample.disabled_token) as client, pytest.raises(NotAllowed, match="GET ping: 401"):
        check_rights(client)


def test_nobody_there(client: Client, server: FaultServer) -> None:
    """A school that does not answer is TryLater."""
    server.on("*", reply({}, status=503))
    with pytest.raises(TryLater):
        check_rights(client)
