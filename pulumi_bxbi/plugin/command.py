"""The command ``pulumi-resource-bxbi``, which the engine starts.

Vendor's page: "Provider lifecycle"
(https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto).
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from typing import TYPE_CHECKING

from pulumi_bxbi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Serve the engine whose address is on the command line, until the engine is gone."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["--help"]) or not arguments:
        sys.stdout.write(_about(arguments))
        return
    # The engine ends a plugin with SIGINT, and after five seconds with SIGKILL.
    ending = threading.Event()
    signal.signal(signal.SIGINT, lambda _number, _frame: ending.set())
    # Imports leave next to no garbage. Looking for it takes a fifth of their time.
    gc.disable()
    from pulumi_bxbi.plugin.server import serve  # noqa: PLC0415

    serve(arguments, ending)


def _about(arguments: Sequence[str]) -> str:
    if arguments == ["--version"]:
        return f"{__version__}\n"
    return (
        f"pulumi-resource-bxbi {__version__}: the plugin with which Pulumi manages "
        "connectors, sources and tables of Bitrix24's BI Builder. Pulumi starts it "
        "automatically. The command for people is bxbi (bxbi --help).\n"
    )
