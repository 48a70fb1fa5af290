"""One HTTP connection of the simulated endpoint: signature, routing, answer, and the faults on the wire."""

from __future__ import annotations

import json
import re
import socket
import struct
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple, cast
from uuid import uuid4

from cloudwan_mcp.simulator.conformance import Nonconformance
from cloudwan_mcp.simulator.query_protocol import answer_ec2, answer_sts, read_action, write_error
from cloudwan_mcp.simulator.refusal import Refusal
from cloudwan_mcp.simulator.wire import read_input, route

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.server import Simulator, _Server

_CREDENTIAL = re.compile(r"^AWS4-HMAC-SHA256 .*Credential=([^/]+)/\d{8}/([\w-]+)/([\w-]+)/aws4_request")
_HTML = b"<html><body><h1>Bad Gateway</h1></body></html>"


class Credential(NamedTuple):
    """Who signed, for which Region and service."""

    access_key: str
    region: str
    service: str


class Reply(NamedTuple):
    """A response ready to be sent."""

    status: int
    body: bytes
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, kept alive as the AWS endpoints do."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server_version, sys_version = "Server", ""

    @property
    def simulator(self) -> Simulator:
        return cast("_Server", self.server).simulator

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = str(uuid4())
        try:
            credential = self._credential()
        except Refusal as refusal:
            self._send(_refuse(refusal), request)
            return
        if credential.service == "networkmanager":
            self._serve_network_manager(credential, body, request)
        else:
            self._serve_query(credential, body, request)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class calls them so

    def _credential(self) -> Credential:
        match = _CREDENTIAL.match(self.headers.get("Authorization", ""))
        if not match:
            raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
        return Credential(*match.groups())

    def _serve_network_manager(self, credential: Credential, body: bytes, request: str) -> None:
        simulator = self.simulator
        path, _, query = self.path.partition("?")
        name = ""
        try:
            operation, labels = route(self.command, path)
            name = operation.name
            call = simulator.received(name)
            simulator.pause(simulator.faults.latency(name))
            simulator.faults.refuse(name, credential.access_key)
            params = read_input(operation, labels, query, body)
            text = simulator.responder.answer(operation, params, simulator.faults, call)
            if simulator.validate:
                simulator.check(operation, text)
            simulator.answered_well(name)
            reply = Reply(200, text.encode(), {"Content-Type": "application/json"})
        except Refusal as refusal:
            reply = _refuse(refusal)
        except Nonconformance as error:
            simulator.crashes.append(error)
            reply = _refuse(Refusal("InternalServerException", str(error)))
        self._spoil(reply, request, simulator.faults.wire_fault(name))

    def _serve_query(self, credential: Credential, body: bytes, request: str) -> None:
        simulator, service = self.simulator, credential.service
        action, form = read_action(body, self.path.partition("?")[2])
        simulator.received(action)
        try:
            simulator.pause(simulator.faults.latency(action))
            simulator.faults.refuse(action, credential.access_key)
            if service == "ec2":
                text = answer_ec2(simulator.estate, action, form, credential.region, request)
            else:
                text = answer_sts(simulator.estate, service, action, request)
            simulator.answered_well(action)
            reply = Reply(200, text.encode(), {"Content-Type": "text/xml;charset=UTF-8"})
        except Refusal as refusal:
            text = write_error(service, refusal, request)
            reply = Reply(refusal.status, text.encode(), {"Content-Type": "text/xml", **refusal.headers})
        self._spoil(reply, request, simulator.faults.wire_fault(action))

    def _spoil(self, reply: Reply, request: str, fault: str | None) -> None:
        if fault == "reset":
            # Zero linger makes close() send RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        elif fault == "truncate":
            self._send(reply, request, sent=len(reply.body) // 2)
            self.close_connection = True
        elif fault is not None:
            status = 503 if fault == "html_error" else 200
            self._send(Reply(status, _HTML, {"Content-Type": "text/html"}), request)
        else:
            self._send(reply, request)

    def _send(self, reply: Reply, request: str, sent: int | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("x-amzn-requestid", request)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[:sent])
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing; the counters of the simulator tell what was asked."""


def _refuse(refusal: Refusal) -> Reply:
    body = json.dumps({"Message": refusal.message, **refusal.members}).encode()
    headers = {"Content-Type": "application/json", "x-amzn-errortype": refusal.code, **refusal.headers}
    return Reply(refusal.status, body, headers)
