"""The dynamic resources that do nothing."""

import os

from tests.bench.floor.dynamic import NothingSource
from tests.bench.floor.shape import inputs

for n in range(int(os.environ["SOURCES"])):
    NothingSource(f"src-{n}", inputs(n, os.environ["FIRST_TITLE"]))
