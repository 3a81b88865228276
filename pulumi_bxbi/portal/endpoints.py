"""The endpoints of a connector, as this machine sees them.

The portal itself says nothing of an endpoint before somebody uses it.
Vendor's page: "Requirements for the endpoints of a connector".
"""

from __future__ import annotations

import requests
import urllib3.exceptions

from pulumi_bxbi.portal.transport import new_session

_SECONDS = 10
_NOT_FOUND = 404
_SERVER_ERROR = 500


def problem_of(address: str) -> str:
    """Ask an endpoint without credentials, and tell why the portal could not use it.

    An endpoint that wants credentials refuses such a request, which is as good as an answer.

    Args:
        address: The endpoint's address.

    Returns:
        What is wrong, as the end of a sentence; empty where it answers.
    """
    try:
        with (
            new_session() as session,
            # Only its beginning is read: rows without a limit may be many.
            session.post(
                address, data={}, timeout=_SECONDS, allow_redirects=False, stream=True
            ) as answer,
        ):
            status = answer.status_code
    except requests.exceptions.Timeout:
        return f"does not answer within {_SECONDS} seconds"
    except (OSError, ValueError, urllib3.exceptions.HTTPError):
        return "does not answer"
    if status == _NOT_FOUND or status >= _SERVER_ERROR:
        return f"answers with HTTP {status}"
    return ""
