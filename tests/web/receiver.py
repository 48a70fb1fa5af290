"""A receiver of webhooks and a topic of SNS: a local HTTP server that answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 30.0
PUBLISHED = b"""<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
<PublishResult><MessageId>1</MessageId></PublishResult>
<ResponseMetadata><RequestId>2</RequestId></ResponseMetadata></PublishResponse>"""
REFUSED = b"""<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
<Error><Type>Sender</Type><Code>%s</Code><Message>No.</Message></Error><RequestId>2</RequestId></ErrorResponse>"""


class Receiver:
    """Keeps what it was sent; `answers` are (status, body) in turn, the last for all that follows."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = [(200, b"")]
        self.headers: dict[str, str] = {}
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.holding = threading.Event()
        self.holding.set()
        self._changed = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805
                self._take(handler)

            def log_message(handler, *_: Any) -> None:  # noqa: N805
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        """What was received, once it is that much."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.received) >= count, PATIENCE_S), self.received
            return list(self.received)

    def _take(self, handler: Any) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        with self._changed:
            turn = min(len(self.received), len(self.answers) - 1)
            self.received.append((dict(handler.headers.items()), body))
            self._changed.notify_all()
        self.holding.wait(PATIENCE_S)
        status, answer = self.answers[turn]
        handler.send_response(status)
        for name, value in {**self.headers, "content-length": str(len(answer))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver._server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.holding.set()
        receiver._server.shutdown()
        receiver._server.server_close()
        thread.join()
