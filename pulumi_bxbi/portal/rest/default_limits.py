"""The limits of calls where no setting says otherwise.

Vendor's page: "Limits" of the REST API.
"""

from __future__ import annotations

from typing import Final

#: Seconds that one HTTP request may take.
TIMEOUT_SECONDS: Final = 75.0
#: How many calls a portal accepts at once.
BURST: Final = 50
#: How many calls a second it accepts after that.
REQUESTS_PER_SECOND: Final = 2.0
#: How long a call may wait for the limits.
MAX_WAIT_SECONDS: Final = 900.0
