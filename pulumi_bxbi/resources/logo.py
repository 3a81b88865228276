"""The logo of a connector: an address, a data URI, or an image file of this machine."""

from __future__ import annotations

import base64
import mimetypes
import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from pulumi_bxbi.resources.inputs import FilledText

_LIKE_AN_ADDRESS: Final = re.compile(r"//|\?|:.*@", re.DOTALL)


def _logo(value: object) -> object:
    """Turn the name of a file into a data URI with what is in it."""
    if not isinstance(value, str) or value.startswith(("https://", "http://", "data:")):
        return value
    kind, _ = mimetypes.guess_type(value)
    if not (kind and kind.startswith("image/")):
        raise PydanticCustomError(
            "logo",
            "must be an address (https://…), a data URI (data:image/…) or the name of an image "
            "file, and is {shown}",
            {"shown": _shown(value) or "something else"},
        )
    try:
        content = Path(value).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a name of a file"
        raise PydanticCustomError(
            "logo",
            "names {shown}, which cannot be read: {reason}",
            {
                "shown": f"the file {name}" if (name := _shown(value)) else "a file",
                "reason": reason,
            },
        ) from None
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _shown(value: str) -> str:
    """Return the name of a file to be shown; empty for what may be an address with a secret."""
    return "" if _LIKE_AN_ADDRESS.search(value) else f'"{value}"'


Logo = Annotated[FilledText, BeforeValidator(_logo)]
