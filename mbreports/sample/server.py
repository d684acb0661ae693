"""The HTTP server of the sample school: Werkzeug's, with connections that stay open."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

BACKLOG = 128
TOO_LARGE = 413


class KeepAliveHandler(WSGIRequestHandler):
    """
    Werkzeug's handler, without closing the connection after every answer.

    It can stay open because the application reads every body to its end, and answers with a length.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: the second would wait for an acknowledgement
    wbufsize = 65536

    def run_wsgi(self) -> None:
        """Answer one request and leave the connection open."""
        response = Response.from_app(self.server.app, self.make_environ(), buffered=True)
        if response.status_code == TOO_LARGE:
            self.close_connection = True  # the rest of the body is still to come
        body = b"" if self.command == "HEAD" else response.get_data()
        self.send_response(response.status_code)
        for name, value in response.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # Werkzeug's signature
        """Keep requests out of the terminal."""
        logger.debug("%s: %s", type, message % args if args else message)


class SchoolServer(ThreadedWSGIServer):
    """A threaded server that closes what is open when it stops."""

    daemon_threads = True

    def __init__(self, app: WSGIApplication, *, port: int = 0) -> None:
        """
        Listen on the loopback address.

        Raises
        ------
        OSError
            The port is taken, or not ours to take.
        """
        with socket.create_server(("127.0.0.1", port), backlog=BACKLOG) as listener:
            super().__init__("127.0.0.1", port, app, KeepAliveHandler, fd=listener.fileno())
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """The address, without a version."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve, in a thread of its own."""
        name = f"sample school at port {self.server_address[1]}"
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, and close every connection."""
        self.shutdown()
        if self._thread is not None:
            self._thread.join()
        self.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # the other side was faster
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:  # the base class's
        """Remember a connection, and serve it in a thread."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # the base class's
        """Forget a connection that is over."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)
