"""Services of the example on one loaded data set."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from examples.warehouse.service import loading
from tests.warehouse.service import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.warehouse.service import Service, Start


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def database(cache: Path) -> Path:
    """The whole data set; loading it takes a few seconds."""
    return loading.database(cache)


@pytest.fixture(scope="session")
def start(cache: Path, database: Path) -> Iterator[Start]:
    """Start services on the loaded data set, that run until the end of the tests."""
    assert database.parent == cache
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(
            running(cache, *arguments, **options)
        )


@pytest.fixture(scope="session")
def service(start: Start) -> Service:
    return start()
