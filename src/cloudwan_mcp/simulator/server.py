"""The simulated endpoint: Network Manager, STS and a little EC2 on one port."""

from __future__ import annotations

import socket
import sys
from collections import Counter, deque
from http.server import ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self

from cloudwan_mcp.simulator.conformance import check_text
from cloudwan_mcp.simulator.estate import Estate
from cloudwan_mcp.simulator.faults import Faults
from cloudwan_mcp.simulator.handler import Handler
from cloudwan_mcp.simulator.respond import Responder
from cloudwan_mcp.simulator.wire import Operation


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        # Not shutdown(): a FIN before close() would take the place of the reset fault's RST.
        self.close_request(request)

    def hang_up(self) -> None:
        """End the kept-alive connections, so that their threads do."""
        with self._lock:
            for request in self._open:
                try:
                    request.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong for the test to see; a client that hangs up is nothing wrong."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.simulator.crashes.append(error)


class Simulator:
    """Serves an estate over HTTP; a context manager.

    `faults` may be replaced while it runs. `calls` counts requests received and `answered` good answers, per
    operation. With `validate`, every answer is checked against botocore's output shape; what does not
    conform is kept in `crashes` and answered with a 500 that says where.
    """

    def __init__(
        self,
        estate: Estate,
        port: int = 0,
        host: str = "127.0.0.1",
        faults: Faults | None = None,
        validate: bool = False,
    ) -> None:
        self.estate = estate
        self.faults = faults or Faults()
        self.validate = validate
        self.responder = Responder(estate)
        self.calls: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.crashes: deque[BaseException] = deque(maxlen=20)
        self._total = 0
        self._lock = Lock()
        self._stopping = Event()
        self._server = _Server((host, port), self)
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """The endpoint, for AWS_ENDPOINT_URL."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name="simulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving, end every connection and free the port."""
        self._stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.hang_up()
        self._server.server_close()

    def serve_forever(self) -> None:
        """Serve in this thread until `interrupt` or an exception ends it."""
        try:
            self._server.serve_forever(0.2)
        finally:
            self.stop()

    def interrupt(self) -> None:
        """End `serve_forever` from another thread."""
        self._server.shutdown()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def received(self, operation: str) -> int:
        """Count a request; gives the number of those before it."""
        with self._lock:
            self.calls[operation] += 1
            self._total += 1
            return self._total - 1

    def answered_well(self, operation: str) -> None:
        """Count a good answer."""
        with self._lock:
            self.answered[operation] += 1

    def pause(self, seconds: float) -> None:
        """Wait, unless the simulator stops."""
        if seconds > 0:
            self._stopping.wait(seconds)

    def check(self, operation: Operation, text: str) -> None:
        """Raise when an answer is not what botocore's model says."""
        check_text(operation, text)
