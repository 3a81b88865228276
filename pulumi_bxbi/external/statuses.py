"""The HTTP statuses of endpoints: what others than 200 mean, and what to do about them."""

from __future__ import annotations

from typing import Final

from pulumi_bxbi.portal.display import one_line

#: The only status that the portal accepts.
OK: Final = 200
#: The statuses that point to another address, which the portal does not call.
REDIRECTS: Final = range(300, 400)
#: The statuses that refuse the values of the settings.
REFUSALS: Final = (401, 403)
#: What to do about a redirect.
GIVE_ANOTHER_ADDRESS: Final = "give the connector the address that answers itself"
#: What to do where the values are refused.
CHECK_VALUES: Final = "check the values of the settings: the endpoint refuses them"


def redirected(status: int, host: str) -> str:
    """Return that an answer is a redirect, as a sentence.

    Args:
        status: Its HTTP status.
        host: The host that it points to; empty where that is not known, or may be a secret.
    """
    to = f" to {one_line(host)}" if host else ""
    return f"The answer is a redirect{to} (HTTP {status}), which is not followed."
