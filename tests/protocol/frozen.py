"""Imported last by the process that all others are forked from.

Whatever it has imported stays as long as the process. Without this, each process that is forked
from it would look through all of that for garbage, and get a copy of each page that it looks at.
"""

from __future__ import annotations

import gc

gc.collect()
gc.freeze()
