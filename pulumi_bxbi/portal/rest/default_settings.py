"""What holds for calls where a setting is not given: their time-out, and the portal's limits.

Vendor's page: "Limits" of the REST API.
"""

from __future__ import annotations

from typing import Final

#: ``timeout``: the seconds that one HTTP request may take.
TIMEOUT_SECONDS: Final = 75.0
#: ``burst``: how many calls a portal accepts at once.
BURST: Final = 50
#: ``requestsPerSecond``: how many calls a second it accepts after that.
REQUESTS_PER_SECOND: Final = 2.0
#: ``maxWait``: the seconds that a call may wait for the limits.
MAX_WAIT_SECONDS: Final = 900.0
