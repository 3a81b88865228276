"""Endpoints and values that a user writes on a command line, away from any stack."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from pulumi_bxbi.external.drift import DeclaredTable
from pulumi_bxbi.portal.addresses import host_of, is_safe
from pulumi_bxbi.portal.display import one_line
from pulumi_bxbi.portal.objects.models import PARAMETER_TYPES
from pulumi_bxbi.resources.source import WHOLE_NUMBER
from pulumi_bxbi.verification.subject import Parameter, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: The options that give one address each, in the order of the braces.
URL_OPTIONS: Final = ("--url-check", "--url-table-list", "--url-table-description", "--url-data")
#: What to write for the four addresses.
URLS_EXAMPLE: Final = "--urls 'https://erp.example/{check,tables,columns,data}'"
#: The value that stands for a line of standard input.
FROM_INPUT: Final = "-"
_PARAMETER_EXAMPLES: Final = (
    "--parameter login=admin, --parameter year:INT=2026, or --parameter token=- to give the value "
    "as a line of standard input"
)
#: Four addresses, in the order of the braces.
Addresses: TypeAlias = tuple[str, str, str, str]
_BRACES: Final = re.compile(r"([^{}]*)\{([^{}]*)\}([^{}]*)")


class ArgumentError(Exception):
    """An argument cannot be used; the text says what to write instead."""


def addresses_in(urls: str) -> Addresses:
    """Return the four addresses that a text with braces stands for, in the order of the braces.

    Args:
        urls: The text, in which braces hold four parts with commas between them.

    Raises:
        ArgumentError: It stands for another number of addresses.
    """
    found = _BRACES.fullmatch(urls)
    parts = [each.strip() for each in found[2].split(",")] if found else []
    if not found or len(parts) != len(URL_OPTIONS):
        raise ArgumentError(
            f"--urls needs one pair of braces with four parts, and has {len(parts) or 'none'}: the "
            "ends of the addresses that check the values, list the tables, describe the columns "
            f"and give the rows, in this order. Write for example {URLS_EXAMPLE}"
        )
    check, tables, columns, data = (f"{found[1]}{part}{found[3]}" for part in parts)
    return check, tables, columns, data


def require_usable(addresses: Addresses) -> None:
    """Refuse addresses that no secret may be sent to.

    Args:
        addresses: The addresses.

    Raises:
        ArgumentError: An address is neither https nor of this machine.
    """
    for option, address in zip(URL_OPTIONS, addresses, strict=True):
        if not is_safe(address):
            host = host_of(address)
            raise ArgumentError(
                one_line(
                    f"the address for {option}{f' ({host})' if host else ''} cannot be used, "
                    "because values of settings may be secrets: write a full address that begins "
                    "with https://. Plain http:// is for this machine alone, such as "
                    "http://127.0.0.1:8080/check."
                )
            )


def subject_of(
    addresses: Addresses, parameters: Iterable[Parameter], codes: Iterable[str]
) -> Subject:
    """Return endpoints with values as something to verify.

    Args:
        addresses: The addresses.
        parameters: The parameters with their values.
        codes: The codes of the tables that are tried; none for all that are listed.
    """
    hosts = dict.fromkeys(filter(None, map(host_of, addresses)))
    name = f"endpoints at {', '.join(hosts)}" if hosts else "endpoints"
    tables = tuple(DeclaredTable(one_line(each), each, ()) for each in dict.fromkeys(codes))
    return Subject(one_line(name), *addresses, tuple(parameters), tables or None)


def parameters_of(texts: Sequence[str], read_line: Callable[[str], str]) -> tuple[Parameter, ...]:
    """Return parameters with their values.

    Args:
        texts: What a user writes for each: ``login=admin``, ``year:INT=2026``, or ``token=-`` for
            a line of standard input.
        read_line: Reads the line of a parameter, whose code it is given. Called in the order of
            the texts, once all of them are known to be right.

    Raises:
        ArgumentError: A text, a type or a value is wrong. No value is in the error.
    """
    split = [_split(each) for each in texts]
    for code, times in Counter(code for code, _, _ in split).items():
        if times > 1:
            raise ArgumentError(
                one_line(f"--parameter {code} is given {times} times: give it one value.")
            )
    return tuple(
        _checked(Parameter(code, type_, read_line(code) if value == FROM_INPUT else value))
        for code, type_, value in split
    )


def _split(text: str) -> tuple[str, str, str]:
    """Split what a user writes for a parameter into its code, its type and its value."""
    declared, equals, value = text.partition("=")
    code, colon, type_ = declared.rpartition(":") if ":" in declared else (declared, "", "")
    if not equals or not code:
        raise ArgumentError(
            "a --parameter lacks its code or its value (it is not shown, as it may be a secret): "
            f"write {_PARAMETER_EXAMPLES}."
        )
    if colon and type_ not in PARAMETER_TYPES:
        known = " or ".join(f"{code}:{each}=" for each in PARAMETER_TYPES)
        raise ArgumentError(
            one_line(
                f'--parameter {code} has the type "{type_}", which does not exist: write {known}'
            )
        )
    return code, type_ or PARAMETER_TYPES[0], value


def _checked(parameter: Parameter) -> Parameter:
    if parameter.type == "INT" and not WHOLE_NUMBER.fullmatch(parameter.value):
        raise ArgumentError(
            one_line(
                f"the value of --parameter {parameter.code}:INT is not a whole number (it is not "
                f"shown, as it may be a secret): write for example {parameter.code}:INT=2026, or "
                f"{parameter.code}:STRING= before a text."
            )
        )
    return parameter
