"""One request to an endpoint of a connector, as the portal sends it.

The values of a source's settings are in the request. They appear in no error, and neither does
anything of the answer, because an endpoint may repeat them.

Vendor's page: "Requirements for the endpoints of a connector".
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTimeError
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Final

import requests
from requests.utils import get_auth_from_url

from pulumi_bxbi.external.statuses import (
    CHECK_VALUES,
    GIVE_ANOTHER_ADDRESS,
    OK,
    REDIRECTS,
    REFUSALS,
    redirected,
)
from pulumi_bxbi.portal.addresses import host_of
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.portal.rest.transport import NoAnswer, Response, TimedOut, new_session, send

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How long a whole answer may take; the portal waits as long for a body.
TIMEOUT_SECONDS: Final = 60.0
#: The description of ten thousand columns takes one of these sixteen.
LARGEST_ANSWER_BYTES: Final = 16 * 2**20
_FORM: Final = "application/x-www-form-urlencoded"

_FROM_ANOTHER_MACHINE: Final = (
    "Where only the portal reaches the endpoints, run this on a machine that reaches them too."
)


class EndpointError(Exception):
    """An endpoint gave no usable answer.

    Attributes:
        endpoint: The endpoint.
        about: What the request was about, such as ``table "orders"``; may be empty.
        observed: What was received instead of a usable answer, as a sentence.
        cure: What the user can do.
        answered: Whether there was a complete answer, which was not usable.
    """

    def __init__(
        self, endpoint: Endpoint, about: str, observed: str, cure: str, *, answered: bool
    ) -> None:
        super().__init__(observed)
        self.endpoint = endpoint
        self.about = about
        self.observed = observed
        self.cure = cure
        self.answered = answered

    def of(self, endpoint: Endpoint) -> EndpointError:
        """Return the error of a request that was not sent, because this one had no answer.

        Args:
            endpoint: The endpoint, with the same name and address; its connector may be another.
        """
        return EndpointError(endpoint, "", self.observed, self.cure, answered=self.answered)

    def __str__(self) -> str:
        host = host_of(self.endpoint.address)
        at = f" at {host}" if host else ""
        about = f" for {self.about}" if self.about else ""
        failed = f"{self.endpoint.name} of {self.endpoint.connector}{at} failed{about}."
        return f"{one_line(failed)}\n{self.observed}\nWhat to do: {self.cure}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of a connector.

    Attributes:
        name: The property that holds its address, such as ``urlTableList``.
        connector: The connector, for errors.
        address: Its address, which may hold a password.
    """

    name: str
    connector: str
    address: str = field(repr=False)

    def post(
        self, form: Sequence[tuple[str, str]], *, about: str = "", timeout: float = TIMEOUT_SECONDS
    ) -> bytes:
        """Post a form, and return the body of the answer, which has HTTP status 200.

        Redirects are not followed.

        Args:
            form: The names and values of the form.
            about: What the request is about, for errors.
            timeout: Seconds for the whole answer, from the look-up of the host on.

        Raises:
            EndpointError: There was no such answer.
        """
        try:
            response = self.answer(form, timeout)
        except NoAnswer as error:
            cure = f"check the address ({self.name}) and what answers there."
            told = error.cure if not error.was_sent else cure
            advice = f"{told} {_FROM_ANOTHER_MACHINE}"
            raise self._error(about, error.observed, advice, answered=False) from None
        if response.status != OK:
            raise self._error(about, *_refused(response))
        return response.body

    def invalid(self, about: str, observed: str) -> EndpointError:
        """Return the error of an answer that is not what the documentation asks for.

        Args:
            about: What the request was about.
            observed: What is wrong with the answer, as a sentence.
        """
        return self._error(
            about, observed, f"correct the endpoint ({self.name}): the portal cannot use this."
        )

    def answer(self, form: Sequence[tuple[str, str]], timeout: float) -> Response:
        """Post a form, and return the answer, whatever its HTTP status.

        Gives up in time whatever the other side does: the library's own timeouts leave out the
        look-up of a host, and start anew with each byte of a header.

        Args:
            form: The names and values of the form.
            timeout: Seconds for the whole answer, from the look-up of the host on.

        Raises:
            NoAnswer: There was no complete answer.
        """
        answer: Future[Response] = Future()

        def work() -> None:
            try:
                answer.set_result(self._sent(form, timeout))
            except BaseException as error:  # noqa: BLE001  # passed on to who waits
                answer.set_exception(error)

        Thread(target=work, daemon=True).start()
        try:
            return answer.result(timeout)
        except NotInTimeError:
            observed = f"No answer within {timeout:g} seconds."
            raise TimedOut(observed, "", was_sent=True) from None

    def _sent(self, form: Sequence[tuple[str, str]], timeout: float) -> Response:
        try:
            user_and_password = get_auth_from_url(self.address)
        except ValueError:
            cure = f"correct the address ({self.name})."
            raise NoAnswer("The address cannot be called.", cure, was_sent=False) from None
        request = requests.Request(
            "POST",
            self.address,
            data=list(form),
            headers={"Content-Type": _FORM},  # of an empty form too
            auth=user_and_password if any(user_and_password) else None,
        )
        with new_session() as session:
            return send(
                session,
                request,
                setting=self.name,
                timeout=timeout,
                clock=time.monotonic,
                largest=LARGEST_ANSWER_BYTES,
            )

    def _error(
        self, about: str, observed: str, cure: str, *, answered: bool = True
    ) -> EndpointError:
        return EndpointError(self, about, observed, cure, answered=answered)


def _refused(response: Response) -> tuple[str, str]:
    """Return what a status other than 200 means, and what to do."""
    status = response.status
    if status in REDIRECTS:
        return redirected(status, host_of(response.location)), f"{GIVE_ANOTHER_ADDRESS}."
    observed = f"The answer has HTTP status {status}, and the portal accepts {OK} alone."
    if status in REFUSALS:
        return observed, f"{CHECK_VALUES}."
    return observed, "check the address, and the log of the endpoint."
