"""The server is a real one: it keeps connections open, listens on loopback only, and is gone when it is closed."""

import http.client
import re
import threading
from typing import Any

import pytest
import requests

from mbreports.sample.school import sample_school


def test_a_connection_serves_many_requests(ask: Any) -> None:
    """HTTP/1.1 connections stay open, also after an error and after a body that nobody wanted."""
    connection = http.client.HTTPConnection("127.0.0.1", int(ask.school.url.rsplit(":", 1)[1]), timeout=5)
    headers = {"auth-token": ask.school.token}
    sockets = set()
    for method, path, body in (
        ("GET", "/v2/ping", None),
        ("POST", "/v2/nothing", b"x" * 5000),
        ("DELETE", "/v2/students/1/excusals/2", b"{}"),
        ("GET", "/v2/students", None),
        ("HEAD", "/v2/students", None),
        ("GET", "/v2/ping", None),
    ):
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        sockets.add(connection.sock)
        assert (response.version, response.getheader("Connection")) == (11, None)
    connection.close()
    assert len(sockets) == 1


def test_a_body_that_is_too_large_is_refused(ask: Any) -> None:
    """More than a megabyte is 413, and the connection is closed."""
    student = ask.year_group(1)["student_ids"][0]
    connection = http.client.HTTPConnection("127.0.0.1", int(ask.school.url.rsplit(":", 1)[1]), timeout=5)
    connection.putrequest("POST", f"/v2/students/{student}/excusals")
    connection.putheader("auth-token", ask.school.token)
    connection.putheader("Content-Length", str(2_000_000))
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, response.getheader("Connection")) == (413, "close")
    connection.close()


def test_answers_are_json_in_utf_8(ask: Any) -> None:
    """Names are sent as they are written, with a length and the type."""
    answer = ask.send("GET", "students", params={"per_page": 200})
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert "\\u" not in answer.content.decode()


def test_it_listens_on_loopback_without_a_version() -> None:
    """The address is `http://127.0.0.1:PORT`."""
    with sample_school(students=12) as school:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", school.url)


def test_closing_it_frees_the_port_and_its_connections() -> None:
    """After the context nothing answers, not even on a connection that was open, and the port can be had again."""
    with requests.Session() as session:
        with sample_school(students=12) as school:
            url, port = school.url, int(school.url.rsplit(":", 1)[1])
            assert session.get(f"{url}/v2/ping").status_code == 401
        with pytest.raises(requests.ConnectionError):
            session.get(f"{url}/v2/ping", timeout=2)
        with sample_school(students=12, port=port, token="chosen") as school:  # noqa: S106  # invented
            assert session.get(f"{url}/v2/ping", headers={"auth-token": "chosen"}).status_code == 200
    assert f"sample school at port {port}" not in [thread.name for thread in threading.enumerate()]


def test_a_taken_port_is_an_error() -> None:
    """Two schools cannot have one port: the second says so, and prints nothing of its own."""
    with sample_school(students=12) as school:
        port = int(school.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=r"[Aa]ddress"), sample_school(students=12, port=port):
            raise AssertionError("both listen")


def test_requests_are_not_printed(ask: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither answers nor refusals leave a line in the terminal."""
    ask.send("GET", "students")
    ask.send("GET", "nothing", token="secret")  # noqa: S106  # invented
    assert capfd.readouterr() == ("", "")


def test_the_token_is_new_every_time_and_is_not_shown() -> None:
    """No two schools share a token, and `repr` shows none."""
    with sample_school(students=12) as one, sample_school(students=12) as other:
        assert one.token != other.token
        assert one.token not in repr(one)
        assert repr(one).startswith("<SampleSchool http://127.0.0.1:")
    assert "not open" in repr(one)
    with pytest.raises(RuntimeError, match="with statement"):
        _ = one.url


def test_it_gives_a_client_of_itself() -> None:
    """`client()` is connected to the school, and its options win."""
    with sample_school(students=12) as school, school.client() as client:
        assert client.get("ping") == {"pong": "ok"}
