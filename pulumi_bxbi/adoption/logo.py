"""Logos of existing connectors, as a program gives them."""

from __future__ import annotations

from typing import Final, NamedTuple

from pulumi_bxbi.resources.image_files import KINDS
from pulumi_bxbi.resources.logo import data_uri, image_in

#: The suffix of a file's name by the format of the image; the first one of several.
_SUFFIXES: Final = {kind: suffix for suffix, kind in reversed(KINDS.items())}


class LogoFile(NamedTuple):
    """A file for an image that the portal keeps in the logo itself.

    Attributes:
        suffix: The suffix of its name.
        content: Its content.
        uri: The data URI that a connector with this file sends to the portal.
    """

    suffix: str
    content: bytes
    uri: str


def file_of(logo: str) -> LogoFile | None:
    """Return the file of a logo; ``None`` where it is an address, or in an unknown format."""
    image = image_in(logo)
    if image is None or image.kind not in _SUFFIXES:
        return None
    return LogoFile(_SUFFIXES[image.kind], image.content, data_uri(image.kind, image.content))
