"""One HTTP request, and what is known about it where there is no complete answer.

The texts of exceptions of requests and urllib3 are never shown: they hold addresses, and with them
a webhook's secret or the parameters of an OAuth request.
"""

from __future__ import annotations

import logging
import re
import ssl
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from pulumi_bxbi.portal.addresses import is_loopback
from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

_CONNECT_TIMEOUT_SECONDS: Final = 10.0
_CONNECTIONS: Final = 16
#: A page of fifty connectors with a logo of a megabyte each still fits.
_LARGEST_ANSWER_BYTES: Final = 64 * 2**20
_CHUNK_BYTES: Final = 2**16
#: The parts of addresses of webhooks and of OAuth requests that a secret follows.
_SECRET_ADDRESS: Final = re.compile(r"/rest/\d+/|/oauth/token/")
#: The path of an address that is sent as it is.
_PLAIN_PATH: Final = re.compile(r"(/[\w-][\w.-]*)*/?", re.ASCII)
#: The start of http.client's text where a proxy refuses to connect to the server.
_TUNNEL_REFUSED: Final = "Tunnel connection failed"
#: The errors that requests raises before it has opened a connection.
_NOT_MADE: Final = (
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationParseError,
)


@dataclass(frozen=True, slots=True)
class Response:
    """The parts of an HTTP response that callers need.

    Attributes:
        status: The HTTP status.
        location: The address that a redirect points to; empty where it is not a redirect.
        date: The server's own time, from the header ``Date``; empty where it is missing.
        body: The body, decompressed.
    """

    status: int
    location: str
    date: str
    body: bytes


class NoAnswer(Exception):
    """There was no complete answer to a request.

    Attributes:
        observed: What happened instead, as a sentence.
        cure: What the user can do.
        was_sent: Whether the server may have received the request.
    """

    def __init__(self, observed: str, cure: str, *, was_sent: bool) -> None:
        super().__init__(observed)
        self.observed = observed
        self.cure = cure
        self.was_sent = was_sent


class TimedOut(NoAnswer):
    """The server was reached, and did not give a complete answer in time."""


class TooLarge(NoAnswer):
    """The body of the answer is larger than the caller accepts."""


def new_session() -> requests.Session:
    """Return a pool of connections that stores no cookies and adds no credentials of its own."""
    session = _Session()
    session.headers["User-Agent"] = f"pulumi-bxbi/{__version__}"
    session.headers["Accept"] = "application/json"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Without this, credentials of ~/.netrc for the same host would be sent along.
    session.auth = _no_authorization
    adapter = HTTPAdapter(pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Session(requests.Session):
    """Calls this machine without a proxy, which would look for the server on its own machine.

    The environment is read once for each server, and what requests with JSON have in common is
    prepared once for each server: both take as long as the rest of a request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._surroundings: dict[tuple[Any, ...], Any] = {}
        self._empty: dict[tuple[Any, ...], requests.PreparedRequest] = {}

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Return a request as it is sent."""
        others = (request.params, request.headers, request.data, request.files, request.auth)
        if request.json is None or any((*others, request.cookies)):
            return super().prepare_request(request)
        address = urlsplit(request.url)
        if not _PLAIN_PATH.fullmatch(address.path) or address.query or address.fragment:
            return super().prepare_request(request)
        key = (request.method, address.scheme, address.netloc)
        if key not in self._empty:
            root = f"{address.scheme}://{address.netloc}/"
            self._empty[key] = super().prepare_request(requests.Request(request.method, root))
        prepared = self._empty[key].copy()
        prepared.url = f"{prepared.url}{address.path[1:]}"
        prepared.prepare_body(None, None, request.json)
        return prepared

    def merge_environment_settings(self, url: Any, proxies: Any, *settings: Any) -> Any:
        """Return the proxies and certificate authorities of the environment."""
        server = urlsplit(url)
        key = (server.scheme, server.netloc, *settings)
        if key not in self._surroundings:
            host = server.hostname or ""
            is_here = is_loopback(host)
            # A host that needs none has the library not even look for proxies.
            given = {"no_proxy": host} if is_here else proxies
            surroundings: Any = super().merge_environment_settings(url, given, *settings)
            if is_here:
                surroundings["proxies"] = {}
            self._surroundings[key] = surroundings
        return self._surroundings[key]


def send(  # noqa: PLR0913  # the limits of a request are its caller's
    session: requests.Session,
    request: requests.Request,
    *,
    setting: str,
    timeout: float,
    clock: Callable[[], float],
    largest: int = _LARGEST_ANSWER_BYTES,
) -> Response:
    """Send a request, and follow no redirect.

    Args:
        session: The pool of connections.
        request: The request.
        setting: Where the server's address is configured, for people.
        timeout: Seconds for the whole answer.
        clock: Returns seconds since any fixed moment.
        largest: How many bytes the body of an answer may have.

    Raises:
        NoAnswer: There was no complete answer.
    """
    deadline = clock() + timeout
    try:
        prepared = session.prepare_request(request)
        surroundings = session.merge_environment_settings(prepared.url, {}, True, None, None)  # noqa: FBT003  # the library's own form
    except (OSError, ValueError):
        raise _not_made(setting) from None
    try:
        with session.send(
            prepared,
            timeout=(min(timeout, _CONNECT_TIMEOUT_SECONDS), timeout),
            allow_redirects=False,
            **surroundings,
        ) as response:
            received = bytearray()
            # Bytes are read as they arrive, so that a slow answer meets its deadline.
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                received += chunk
                if len(received) > largest:
                    break
                if clock() > deadline:
                    raise requests.exceptions.ReadTimeout
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
        raise _no_answer(error, setting, timeout) from None
    if len(received) > largest:
        raise TooLarge(
            f"The answer is larger than {largest // 2**20} MiB.",
            f"check the address ({setting}), and that nothing in between (proxy, firewall) answers "
            "for the server.",
            was_sent=True,
        )
    headers = response.headers
    return Response(
        response.status_code, headers.get("Location", ""), headers.get("Date", ""), bytes(received)
    )


def _no_answer(error: Exception, setting: str, timeout: float) -> NoAnswer:
    """Return the error of a request, which says whether it may have reached the server."""
    reason = _reason_of(error)
    not_sent = _not_sent(error, reason, setting)
    if not_sent:
        return not_sent
    observed = "The connection broke before an answer came."
    cure = "run the same command again; allow longer answers with BXBI_TIMEOUT (seconds)."
    if isinstance(error, requests.exceptions.SSLError):
        observed = f"The secure connection failed: {_why(reason)}."
        cure = (
            f"check scheme and port of the address ({setting}): something answers there that does "
            "not speak TLS as it should."
        )
    elif isinstance(error, requests.exceptions.ProxyError):
        cure = f"check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and {cure}"
    elif isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError):
        return TimedOut(f"No answer within {timeout:g} seconds.", cure, was_sent=True)
    elif isinstance(error, ValueError | urllib3.exceptions.DecodeError):
        observed = "The answer is not HTTP as it should be."
    return NoAnswer(observed, cure, was_sent=True)


def _not_sent(error: Exception, reason: BaseException | None, setting: str) -> NoAnswer | None:
    network = f"check the address ({setting}) and this machine's network."
    if isinstance(reason, ssl.SSLCertVerificationError):
        return NoAnswer(
            f"No secure connection: {reason.verify_message}.",
            f"check the address ({setting}); for a certificate of your own authority name its file "
            "in REQUESTS_CA_BUNDLE.",
            was_sent=False,
        )
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return NoAnswer("The host name is not known.", network, was_sent=False)
    if isinstance(reason, urllib3.exceptions.ProxyError) and _is_without_tunnel(reason):
        return NoAnswer(
            "No connection through the proxy.",
            "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
            was_sent=False,
        )
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        reason, urllib3.exceptions.NewConnectionError
    ):
        return NoAnswer(f"No connection: {_why(reason)}.", network, was_sent=False)
    if isinstance(error, _NOT_MADE) or (
        # The file of certificate authorities is missing.
        isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException)
    ):
        return _not_made(setting)
    return None


def _is_without_tunnel(error: urllib3.exceptions.ProxyError) -> bool:
    """Return whether a proxy was not reached, or refused to connect to the server.

    urllib3 also reports an error of the proxy when a connection breaks that was already in use.
    """
    cause = error.original_error
    if isinstance(cause, urllib3.exceptions.SSLError):
        inner = cause.args[0]
        return isinstance(inner, ssl.SSLCertVerificationError) or (
            isinstance(inner, ssl.SSLError) and inner.reason == "WRONG_VERSION_NUMBER"
        )
    return isinstance(
        cause,
        urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError,
    ) or str(cause).startswith(_TUNNEL_REFUSED)


def _not_made(setting: str) -> NoAnswer:
    return NoAnswer(
        "The request could not be made from these settings.",
        f"check the address ({setting}), the proxy (HTTPS_PROXY) and the file of authorities "
        "(REQUESTS_CA_BUNDLE).",
        was_sent=False,
    )


def _no_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _reason_of(error: Exception) -> BaseException | None:
    """Return the innermost exception that says why a connection failed."""
    inner = error.args[0] if error.args else None
    reason = inner.reason if isinstance(inner, urllib3.exceptions.MaxRetryError) else None
    if isinstance(reason, urllib3.exceptions.SSLError) and reason.args:
        inner = reason.args[0]
        return inner if isinstance(inner, ssl.SSLError) else reason
    return reason


def _why(reason: BaseException | None) -> str:
    """Return what went wrong, in the system's words and without the address."""
    if isinstance(reason, ssl.SSLError):
        return (reason.reason or "no TLS").replace("_", " ").lower()
    cause = reason.__cause__ if reason else None
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "the host does not answer"


class _WithoutSecrets(logging.Filter):
    """Drops records of urllib3 whose address holds a secret: webhooks and OAuth requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _SECRET_ADDRESS.search(record.getMessage())


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_WithoutSecrets())
del _name
