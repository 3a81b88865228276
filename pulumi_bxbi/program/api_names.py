"""The API's names of what a program writes."""

from __future__ import annotations


def api_name(name: str) -> str:
    """Return the API's name of an argument or attribute: ``externalCode`` for ``external_code``.

    Args:
        name: The name in Python, or already that of the API.
    """
    if "_" not in name and name[:1].islower():
        return name
    first, *others = name.split("_")
    return first.lower() + "".join(map(str.capitalize, others))
