"""Stand-ins for the APIs of GitLab and Vault, on loopback."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Answer = tuple[int, Any]


class Api(ThreadingHTTPServer, ABC):
    """Answers with JSON; who does not know the token is refused.

    Args:
        header: The name of the header with the token.
        tokens: What paths begin with, and the token for them.
    """

    daemon_threads = True

    def __init__(self, header: str, tokens: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.failures = 0
        self._header = header
        self._tokens = tokens

    def allows(self, path: str, headers: dict[str, str]) -> bool:
        given = headers.get(self._header)
        return any(
            path.startswith(start) and given == self._tokens[start] for start in self._tokens
        )

    @abstractmethod
    def answer(self, method: str, path: str, query: dict[str, str], body: str) -> Answer:
        """Answer a request that is allowed."""


class GitLab(Api):
    """Projects 7, `acme/bi`, and 8, for its tokens alone."""

    def __init__(self) -> None:
        tokens = {"/api/v4/projects/7/": "comments-token", "/api/v4/projects/8/": "writer-token"}
        super().__init__("PRIVATE-TOKEN", tokens)
        self.variables: dict[str, dict[str, str]] = {}
        self.notes: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []

    def answer(self, method: str, path: str, query: dict[str, str], body: str) -> Answer:
        fields = dict(parse_qsl(body))
        place = re.sub(r"^/api/v4/projects/\d+/", "", path).split("/")
        if place[0] == "variables":
            return self._variables(method, place[1:], fields)
        if place[:3] == ["merge_requests", "5", "notes"]:
            made = {"author": {"username": "project_7_bot_x"}, "id": 100 + len(self.notes)}
            if method == "GET":
                last = int(query["page"]) * int(query["per_page"])
                return 200, self.notes[last - int(query["per_page"]) : last]
            return self._of(self.notes, "id", method, place[3:], {**made, **fields})
        assert place[0] == "issues"
        if method == "GET":
            assert (query["labels"], query["state"]) == ("drift", "opened")
            return 200, [each for each in self.issues if each.get("state_event") != "close"]
        made = {"iid": 1 + len(self.issues), **fields}
        return self._of(self.issues, "iid", method, place[1:], made)

    def _variables(self, method: str, place: list[str], fields: dict[str, str]) -> Answer:
        if method == "POST":
            assert fields["key"] not in self.variables
            self.variables[fields["key"]] = fields
            return 201, fields
        if place[0] not in self.variables:
            return 404, {"message": "404 Variable Not Found"}
        self.variables[place[0]].update(fields)
        return 200, self.variables[place[0]]

    def _of(
        self,
        kept: list[dict[str, Any]],
        key: str,
        method: str,
        place: list[str],
        made: dict[str, Any],
    ) -> Answer:
        if method == "GET":
            return 200, kept
        if method == "POST":
            kept.append(made)
            return 201, made
        (found,) = (each for each in kept if str(each[key]) == place[0])
        found.update({name: value for name, value in made.items() if name not in {key, "author"}})
        return 200, found


class Vault(Api):
    """A secrets engine of the kind KV version 2, mounted at `secret`."""

    def __init__(self) -> None:
        super().__init__("X-Vault-Token", {"/v1/secret/data/bxbi/": "vault-token"})
        self.secrets: dict[str, dict[str, str]] = {}

    def answer(self, method: str, path: str, query: dict[str, str], body: str) -> Answer:
        assert not query
        if method == "POST":
            self.secrets[path] = json.loads(body)["data"]
            return 200, {"data": {"version": 1}}
        if path not in self.secrets:
            return 404, {"errors": []}
        return 200, {"data": {"data": self.secrets[path], "metadata": {"version": 1}}}


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.server.failures:
            self.server.failures -= 1
            status, document = 503, {"message": "later"}
        elif not self.server.allows(parts.path, dict(self.headers)):
            status, document = 403, {"message": "403 Forbidden"}
        else:
            query = dict(parse_qsl(parts.query))
            status, document = self.server.answer(method, unquote(parts.path), query, body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""
