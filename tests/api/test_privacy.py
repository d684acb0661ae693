"""The token is shown to nobody, kept nowhere, and sent to one place; answers of two tokens never meet."""

from __future__ import annotations

import copy
import logging
import pickle
import sqlite3
import ssl
import stat
import threading
import traceback
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from faulty import TOKEN, FaultServer, cut, reply, reset

from mbreports.api import write
from mbreports.api.client import Client
from mbreports.errors import ApiError, NotAllowed, TryLater

if TYPE_CHECKING:
    from faulty import MakeClient

GOOD = {"school": {"name": "Planted Control School"}}


def on_disk(folder: Path) -> Any:
    """Give every byte below a folder, and every row of its databases, decompressed."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = [path.read_bytes() for path in files] + [str(path).encode() for path in files]
    for path in files:
        if path.suffix != ".sqlite":
            continue
        with sqlite3.connect(path) as base:
            tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in base.execute(f"SELECT * FROM {table}"):  # noqa: S608 -- its own names
                    found += [zlib.decompress(cell) if isinstance(cell, bytes) else str(cell).encode() for cell in row]
        base.close()
    return b"\n".join(found)


def test_token_is_nowhere_on_disk(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """The cache, decompressed row by row, holds the answers and not the token."""
    server.on("school", reply(GOOD, headers={"Set-Cookie": f"session={TOKEN}", "X-Echo": TOKEN}))
    with make_client() as client:
        client.get("school")
        held = on_disk(tmp_path / "cache")
    held += on_disk(tmp_path / "cache")
    assert b"Planted Control School" in held
    assert TOKEN.encode() not in held


def test_echoed_token_is_not_kept(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """An answer that echoes the token is given and not kept."""
    server.on("school", {"school": {"name": TOKEN}})
    with make_client() as client:
        client.get("school")
    assert TOKEN.encode() not in on_disk(tmp_path / "cache")


def test_token_is_sent_in_its_header_only(client: Client, server: FaultServer) -> None:
    """The token goes out in `auth-token`, never in the address."""
    server.on("school", GOOD)
    client.get("school", q="x")
    _, path, headers, _ = server.requests[0]
    assert headers["auth-token"] == TOKEN
    assert TOKEN not in path
    assert [name for name, value in headers.items() if TOKEN in value] == ["auth-token"]


@pytest.mark.parametrize("ask", [lambda client: client.get("x", key=TOKEN), lambda client: client.get(f"x/{TOKEN}/y")])
def test_token_in_an_address_is_refused(client: Client, server: FaultServer, ask: Any) -> None:
    """A call that has the token in its address is refused without showing it: addresses are logged and kept."""
    with pytest.raises(ValueError, match="never part of an address") as caught:
        ask(client)
    assert TOKEN not in str(caught.value)
    assert server.requests == []


def test_token_of_a_few_letters_does_not_refuse_words(server: FaultServer) -> None:
    """No real token is so short, and an address that happens to hold its letters is asked for."""
    server.on("school", GOOD)
    with Client("s", base_url=server.url, cache=False) as client:
        assert client.get("school") == GOOD


def test_client_shows_nothing_of_the_token(client: Client) -> None:
    """Neither repr nor attributes show the token, and a client is not copied or pickled."""
    transport = vars(client)["_transport"]
    shown = [repr(client), *(str(vars(each)) for each in (client, transport, vars(transport)["_reads"]))]
    assert TOKEN not in "".join(shown)
    for refused in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            refused(client)


FAILURES = {
    "401": reply({"error": f"Access Denied for {TOKEN}"}, status=401),
    "422": reply({"errors": {TOKEN: [f"{TOKEN} is wrong"]}}, status=422),
    "reset": reset(),
    "cut": cut(b"{", 9),
    "html": reply(TOKEN.encode()),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_errors_show_nothing_of_the_token(
    client: Client, server: FaultServer, caplog: pytest.LogCaptureFixture, failure: str
) -> None:
    """No message, traceback (with locals), chained error, pickle or log of a failed call holds the token."""
    caplog.set_level(logging.DEBUG)
    server.on("school", FAILURES[failure])
    with pytest.raises(ApiError) as caught:
        client.get("school")
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    shown = shown.replace(repr(FAILURES), "")
    assert TOKEN not in shown + caplog.text + repr(vars(caught.value))
    assert TOKEN.encode() not in pickle.dumps(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "token", ["with space", "newline-secret\n", "tab\tsecret", "", "ünïcode-secret", "nul\0secret", 7]
)
def test_impossible_tokens(token: Any) -> None:
    """A token that cannot be one is refused without being shown."""
    with pytest.raises(ValueError, match="token") as caught:
        Client(token, base_url="http://127.0.0.1:1", cache=False)
    assert "secret" not in str(caught.value)


def test_refused_token_is_in_no_traceback() -> None:
    """A traceback with locals of a refused token does not show it in any frame of the library."""
    with pytest.raises(ValueError, match="white space") as caught:
        Client("newline-secret\n", base_url="http://127.0.0.1:1", cache=False)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    inside = [str(frame.locals) for frame in frames if "mbreports" in Path(frame.filename).parts]
    assert inside
    assert "newline-secret" not in "".join(inside)


def test_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token the error says how to give one."""
    monkeypatch.delenv("MANAGEBAC_TOKEN", raising=False)
    monkeypatch.setattr("mbreports.api.secret._from_keyring", lambda _: None)
    with pytest.raises(NotAllowed, match="MANAGEBAC_TOKEN"):
        Client(cache=False)


def test_environment_gives_token_and_url(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Token and base URL come from the environment where they are not given."""
    monkeypatch.setenv("MANAGEBAC_TOKEN", "from-the-environment")
    monkeypatch.setenv("MANAGEBAC_URL", server.url)
    server.on("ping", {"pong": "ok"})
    with Client(cache=False) as client:
        assert client.ping()
    assert server.requests[0][2]["auth-token"] == "from-the-environment"


def test_keyring_gives_the_token(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system keyring is asked last: service mbreports, user name the host."""
    monkeypatch.delenv("MANAGEBAC_TOKEN", raising=False)
    asked = []
    monkeypatch.setattr("mbreports.api.secret._from_keyring", lambda host: asked.append(host) or "of-the-keyring")
    server.on("ping", {"pong": "ok"})
    with Client(base_url=server.url, cache=False) as client:
        assert client.ping()
    assert asked == [server.url.removeprefix("http://")]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.managebac.com",
        "ftp://api.managebac.com",
        "api.managebac.com",
        "https://user:pass@api.managebac.com",
        "https://api.managebac.com?token=x",
        "https://api.managebac.com#x",
        "https://school.managebac.com",
        "https://managebac.com",
        "https://a.b.managebac.cn",
        "https://",
        "https://api.managebac.com:99999",
        "https://[",
        "https://exa mple.com",
        "http://127.0.0.1.evil.example",
    ],
)
def test_impossible_addresses(url: str) -> None:
    """Only https (or loopback), without user, query or fragment, and no school's web address."""
    with pytest.raises(ValueError, match=r"base URL|API"):
        Client(TOKEN, base_url=url, cache=False)


@pytest.mark.parametrize(
    ("url", "version", "asked"),
    [
        ("https://api.managebac.com", "v2", "https://api.managebac.com/v2"),
        ("https://API.managebac.com/", "v2p3", "https://api.managebac.com/v2p3"),
        ("https://api.us.managebac.com:443/v2", "v2", "https://api.us.managebac.com:443/v2"),
        ("http://[::1]:8000", "v2", "http://[::1]:8000/v2"),
        ("http://localhost:8000/", "v2", "http://localhost:8000/v2"),
    ],
)
def test_addresses(url: str, version: str, asked: str) -> None:
    """The version is put behind the base URL, once; loopback may be plain http."""
    assert Client(TOKEN, base_url=url, version=version, cache=False).base_url == asked


def test_web_address_is_told_the_hosts() -> None:
    """A school's own address is refused with the list of the API's hosts."""
    with pytest.raises(ValueError, match=r"api\.managebac\.com, api\.managebac\.cn, api\.us\.managebac\.com"):
        Client(TOKEN, base_url="https://lakeside.managebac.com", cache=False)


@pytest.mark.parametrize(
    "path", ["../x", "a/../b", "https://evil.example/x", "//evil.example/x", "a?b=c", "a#b", "", "a b", "a%2e", ".."]
)
def test_impossible_paths(client: Client, server: FaultServer, path: str) -> None:
    """A path is a path: no other address, no way up, no query."""
    with pytest.raises(ValueError, match="path"):
        client.get(path)
    assert server.requests == []


def test_netrc_and_bundles_are_not_read(
    client: Client, server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither .netrc nor another bundle of certificates changes what is sent."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    server.on("school", GOOD)
    client.get("school")
    assert "Authorization" not in server.requests[0][2]


def test_plain_http_goes_through_no_proxy(
    make_client: MakeClient, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loopback address is asked directly: over http a proxy would see the token."""
    other = FaultServer()
    monkeypatch.setenv("HTTP_PROXY", other.url)
    monkeypatch.setenv("ALL_PROXY", other.url)
    monkeypatch.setenv("NO_PROXY", "")
    server.on("school", GOOD)
    assert make_client().get("school") == GOOD
    other.server_close()


def test_https_proxy_sees_no_token(
    make_client: MakeClient, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An https address is asked through HTTPS_PROXY, which is told the host and nothing of the token."""
    seen = []
    server.RequestHandlerClass.do_CONNECT = lambda handler: (
        seen.append((handler.path, str(handler.headers))),
        handler.send_error(502),
    )
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    with pytest.raises(TryLater):
        make_client(base_url="https://host.invalid").ping()
    assert seen[0][0] == "host.invalid:443"
    assert TOKEN not in str(seen)


def test_bad_certificate(make_client: MakeClient) -> None:
    """A certificate that is not valid for the host is an error at once, before anything is sent."""
    secure = FaultServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "selfsigned.pem")
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    thread = threading.Thread(target=secure.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    with pytest.raises(TryLater, match="certificate") as caught:
        make_client(base_url=secure.url.replace("http:", "https:")).ping()
    secure.shutdown()
    secure.server_close()
    assert (caught.value.retryable, secure.requests) == (False, [])


def test_two_tokens_share_no_answer(make_client: MakeClient, server: FaultServer) -> None:
    """Two tokens at one address have a file each."""
    server.on("school", {"school": {"name": "First"}}, {"school": {"name": "Second"}})
    first, second = make_client(), make_client("another-token")
    assert [each.get("school")["school"]["name"] for each in (first, second, first, second)] == [
        "First",
        "Second",
        "First",
        "Second",
    ]


def test_files_are_private(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """The folder has mode 0700 and every file in it 0600, while it is open too."""
    server.on("school", GOOD)
    client = make_client()
    client.get("school")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache").iterdir()}
    assert len(modes) == 3  # the file, its log and its index
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_foreign_folder_is_left_alone(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """In a folder that holds other things, open to others, a private folder of its own is used."""
    folder = tmp_path / "mine"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "notes.txt").write_text("mine")
    server.on("school", GOOD)
    make_client(cache=folder).get("school")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "mbreports-cache").stat().st_mode) == 0o700


def test_impossible_folder(tmp_path: Path) -> None:
    """A cache folder that is a file is a ValueError that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="cache folder"):
        Client(TOKEN, base_url="http://127.0.0.1:1", cache=tmp_path / "file")


def test_forget_removes_everything(make_client: MakeClient, server: FaultServer, tmp_path: Path) -> None:
    """Forgetting deletes the files; the next read asks again."""
    server.on("school", GOOD)
    client = make_client()
    client.get("school")
    client.forget()
    assert list((tmp_path / "cache").iterdir()) == []
    client.get("school")
    assert len(server.requests) == 2


def test_lost_write_keeps_the_comment_out_of_its_message(make_client: MakeClient, server: FaultServer) -> None:
    """The message of a lost write names ids and dates; of the comment it says how long it was."""
    server.on("students/9/excusals", reset())
    with pytest.raises(ApiError) as caught:
        write.create_excusal(
            make_client(allow_writes=True),
            9,
            parent_id=4,
            start_date="2026-01-05",
            end_date="2026-01-05",
            comment="Measles.",
        )
    assert "Measles" not in str(caught.value)
    assert "comment (8 characters)" in str(caught.value)
