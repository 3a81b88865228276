"""The two ways from the engine to the provider, and each without a provider: the floor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: How many resources the engine works on at a time, in every stack here.
PARALLEL: Final = 16
#: How many resources a process of Pulumi's dynamic provider works on at a time.
_DYNAMIC_THREADS: Final = 4

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Adapter:
    """A way from the engine to a provider.

    Attributes:
        name: What the tables call it.
        program: The program of a stack.
        process: What the process of the provider has on its command line.
        at_once: How many resources the provider is given at a time.
    """

    name: str
    program: Path
    process: str
    at_once: int


DYNAMIC: Final = Adapter(
    "dynamic", _HERE / "programs" / "dynamic.py", "pulumi.dynamic", _DYNAMIC_THREADS
)
PLUGIN: Final = Adapter(
    "plugin", _HERE / "programs" / "plugin.py", "pulumi-resource-bxbi", PARALLEL
)
#: The two adapters of this project.
ADAPTERS: Final = (DYNAMIC, PLUGIN)

#: The adapters that do nothing, by the name of the one whose floor they are.
FLOORS: Final = {
    DYNAMIC.name: Adapter(
        "do-nothing dynamic",
        _HERE / "programs" / "nothing_dynamic.py",
        "pulumi.dynamic",
        _DYNAMIC_THREADS,
    ),
    PLUGIN.name: Adapter(
        "do-nothing plugin",
        _HERE / "programs" / "nothing_plugin.py",
        "tests.bench.floor.plugin",
        PARALLEL,
    ),
}
NAIVE: Final = Adapter(
    "naive provider", _HERE / "peers" / "naive_provider.py", "pulumi.dynamic", _DYNAMIC_THREADS
)
