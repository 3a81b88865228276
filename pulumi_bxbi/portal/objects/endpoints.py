"""The endpoints of a connector, as this machine sees them.

The portal itself says nothing of an endpoint before somebody uses it. So they are posted what a
portal posts: a form with the connector's parameters, whose values are empty here, as no credentials
are known. An endpoint that refuses them is alive.

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
#: Bytes of an answer that are read at the most, where what it says matters.
_LARGEST_ANSWER: Final = 2**20
_CHUNK: Final = 2**16
_OK: Final = 200
_NOT_FOUND: Final = 404
_SERVER_ERROR: Final = 500
#: What is asked for where no table is known: names as BI Builder allows them.
_ANY_TABLE: Final = "table"
_ANY_COLUMN: Final = "ID"


def problems_of(addresses: Mapping[str, str], parameters: Iterable[str]) -> dict[str, str]:
    """Ask the endpoints of a connector, and tell why the portal could not use some of them.

    Args:
        addresses: Their addresses by the names of the properties, such as ``urlCheck``. Those that
            are missing are not asked.
        parameters: The codes of the parameters that the connector declares.

    Returns:
        What is wrong, as the end of a sentence, by the same names; none of those that answer.
    """
    connection = {f"connection[{code}]": "" for code in parameters}
    with new_session() as session:
        questions = _Questions(session, addresses, connection)
        questions.ask_all()
    return questions.problems


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an endpoint answered; the body only as far as it was read."""

    status: int
    body: bytes

    def first(self) -> dict[str, Any]:
        """Return the first element of a list, an empty one where there is none."""
        answered = self._json()
        first = answered[0] if isinstance(answered, list) and answered else None
        return first if isinstance(first, dict) else {}

    def is_refusal(self) -> bool:
        """Tell whether the endpoint's own program says what it does not accept.

        The vendor's own connector answers so, with HTTP 500, when it cannot connect.
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
    """Asks the endpoints in the order in which each tells what to ask the next."""

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
        # Where no credentials were needed and there is no table, none can be found.
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
        """Ask one endpoint, and note what is wrong with it.

        Args:
            name: The property that has its address.
            form: What it is asked, apart from the connection.
            may_refuse: Whether it may answer empty credentials with an error of the server.
            may_lack: Whether it may not find the table.
            is_read: Whether a good answer is read: rows are not, as they may be many.
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
                while len(received) <= _LARGEST_ANSWER and time.monotonic() < deadline:
                    chunk = answer.raw.read1(_CHUNK, decode_content=True)
                    if not chunk:
                        break
                    received += chunk
            return _Answer(status, bytes(received))


def _text(element: dict[str, Any], key: str) -> str:
    found = element.get(key)
    return found if isinstance(found, str) else ""
