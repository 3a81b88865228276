"""Takes from Python what Windows does not have, in a process that finds this on its path.

What belongs to Python and to other packages is imported before: it looks as on the real system,
while `pulumi_bxbi` has to do with what is left.
"""

# ruff: noqa: F401
# mypy: disable-error-code="unreachable,import-untyped"

import asyncio.subprocess
import ctypes
import os
import signal
import ssl
import subprocess
import sys
import sysconfig
import tempfile
import webbrowser
import zoneinfo
from contextlib import suppress

import click
import filelock
import platformdirs
import pulumi.dynamic
import pydantic.main
import requests
import slugify
import starlette.routing
import tenacity
import uvicorn.protocols.http.httptools_impl
import yaml

#: What modules of Python have on other systems only, besides what filelock needs on those.
MISSING = {
    os: (
        "fork",
        "getpgid",
        "getpgrp",
        "getuid",
        "killpg",
        "mkfifo",
        "setpgid",
        "setsid",
        "tcgetpgrp",
    ),
    signal: ("SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGTSTP", "alarm", "pause"),
}
MISSING_MODULES = ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty")

for _module, _names in MISSING.items():
    for _name in _names:
        with suppress(AttributeError):
            delattr(_module, _name)
for _name in MISSING_MODULES:
    sys.modules[_name] = None  # type: ignore[assignment]
# What Python does there in the place of SIGKILL and SIGHUP.
subprocess.Popen.kill = subprocess.Popen.terminate  # type: ignore[method-assign]
signal.SIGBREAK = signal.SIGUSR1  # type: ignore[attr-defined]
sysconfig.get_config_vars()  # it looks for a file that is named after the platform
sys.platform = "win32"
