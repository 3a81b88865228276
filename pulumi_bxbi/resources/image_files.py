"""Image files of this machine, which a logo may name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: The formats of image files, by what the names of the files end with. Python's own table depends
#: on its version and on files of the machine.
KINDS: Final = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}


def is_image_file(logo: str) -> bool:
    """Return whether a logo names a local file, whose format the end of the name tells.

    Args:
        logo: The logo, as a program gives it.
    """
    is_elsewhere = logo.lower().startswith(("https://", "http://", "data:"))
    return not is_elsewhere and Path(logo).suffix.lower() in KINDS
