"""The endpoints of a connector, as this machine sees them.

The portal reports nothing about an endpoint before somebody uses it. So each endpoint gets the
request that a portal would send: a form with the connector's parameters. Their values are empty, as
no credentials are known here. An endpoint that refuses them is alive.

Vendor's page: "Requirements for the endpoints of a connector".
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import requests
import urllib3.exceptions

from pulumi_bxbi.portal.rest.transport import new_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TIMEOUT_SECONDS: Final = 10
#: How much of an answer is read at most, where its content matters.
_LARGEST_ANSWER_BYTES: Final = 2**20
_CHUNK_BYTES: Final = 2**16
_OK: Final = 200
_NOT_FOUND: Final = 404
_SERVER_ERROR: Final = 500
#: The table and the column in requests where none is known; BI Builder allows these names.
_ANY_TABLE: Final = "table"
_ANY_COLUMN: Final = "ID"


def problems_of(addresses: Mapping[str, str], parameters: Iterable[str]) -> dict[str, str]:
    """Call the endpoints of a connector, and return why the portal could not use some of them.

    Args:
        addresses: Their addresses by the names of the properties, such as ``urlCheck``. Missing
            endpoints are not called.
        parameters: The codes of the parameters that the connector declares.

    Returns:
        The problem of each endpoint that has one, as the end of a sentence, by the same names.
    """
    connection = {f"connection[{code}]": "" for code in parameters}
    with new_session() as session:
        questions = _Questions(session, addresses, connection)
        questions.ask_all()
    return questions.problems


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer of an endpoint.

    Attributes:
        status: The HTTP status.
        body: The part of the body that was read.
    """

    status: int
    body: bytes

    def first(self) -> dict[str, Any]:
        """Return the first element of the list in the body; an empty one where there is none."""
        answered = self._json()
        first = answered[0] if isinstance(answered, list) and answered else None
        return first if isinstance(first, dict) else {}

    def is_refusal(self) -> bool:
        """Return whether the body is an error message of the endpoint's own program.

        The vendor's own connector sends one, with HTTP 500, when it cannot connect.
        """
        answered = self._json()
        return (
            isinstance(answered, dict)
            and list(answered) == ["error"]
            and isinstance(answered["error"], str)
        )

    def _json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class _Questions:
    """Calls the endpoints in an order in which each answer supplies the next request."""

    def __init__(
        self, session: requests.Session, addresses: Mapping[str, str], connection: dict[str, str]
    ) -> None:
        self.problems: dict[str, str] = {}
        self._session = session
        self._addresses = addresses
        self._connection = connection

    def ask_all(self) -> None:
        self._ask("urlCheck", {}, may_refuse=False)
        listed = self._ask("urlTableList", {"searchString": ""})
        table = listed.first() if listed else {}
        code = _text(table, "code") or _ANY_TABLE
        # Where no credentials were needed and the list is empty, no table can be found.
        is_unknown = bool(listed and listed.status == _OK and not table)
        described = self._ask("urlTableDescription", {"table": code}, may_lack=is_unknown)
        column = described.first() if described else {}
        name = _text(column, "name") or _ANY_COLUMN
        form = {
            "table": _text(table, "id") or code,
            "select[0]": name,
            "limit": "1",
            f"mapFields[{_text(column, 'code') or _ANY_COLUMN}]": name,
        }
        self._ask("urlData", form, may_lack=is_unknown, is_read=False)

    def _ask(
        self,
        name: str,
        form: dict[str, str],
        *,
        may_refuse: bool = True,
        may_lack: bool = False,
        is_read: bool = True,
    ) -> _Answer | None:
        """Call one endpoint, and record its problem.

        Args:
            name: The property that holds its address.
            form: The form to send, without the connection.
            may_refuse: Whether it may answer empty credentials with an error of the server.
            may_lack: Whether it may answer that it does not know the table.
            is_read: Whether a good answer is read. Rows are not, as there may be many.
        """
        if name not in self._addresses:
            return None
        try:
            answer = self._post(self._addresses[name], form | self._connection, is_read=is_read)
        except requests.exceptions.Timeout:
            self.problems[name] = f"does not answer within {_TIMEOUT_SECONDS} seconds"
            return None
        except (OSError, ValueError, urllib3.exceptions.HTTPError):
            self.problems[name] = "does not answer"
            return None
        is_failure = answer.status >= _SERVER_ERROR and not (may_refuse and answer.is_refusal())
        if is_failure or (answer.status == _NOT_FOUND and not may_lack):
            self.problems[name] = f"answers with HTTP {answer.status}"
        return answer

    def _post(self, address: str, form: dict[str, str], *, is_read: bool) -> _Answer:
        with self._session.post(
            address,
            data=form,
            headers={"Content-Type": "application/x-www-form-urlencoded"},  # of an empty one too
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
            received = bytearray()
            if is_read or status >= _SERVER_ERROR:
                deadline = time.monotonic() + _TIMEOUT_SECONDS
                while len(received) <= _LARGEST_ANSWER_BYTES and time.monotonic() < deadline:
                    chunk = answer.raw.read1(_CHUNK_BYTES, decode_content=True)
                    if not chunk:
                        break
                    received += chunk
            return _Answer(status, bytes(received))


def _text(element: dict[str, Any], key: str) -> str:
    found = element.get(key)
    return found if isinstance(found, str) else ""
