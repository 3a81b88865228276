"""The two editions of the API, and every difference between them that a client can see.

`CURRENT` follows the documentation of September 2026, `LEGACY` that of 2025. Rows of the older
documentation that only leave something unsaid change nothing here: the merge of a source's
settings, `null` and `0` before a table's first update, the `{}` in place of a selected date. The
older pages print a request to an endpoint as JSON; both editions post forms, as connectors of
that time read forms. The first edition of 2025 knew only `STRING` parameters, later ones of that
year `INT` as well, so both are accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import module_errors

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.api.module_errors import Refusal


@dataclass(frozen=True, slots=True)
class Api:
    """One edition of the API."""

    name: str
    errors_in_result: bool
    """Errors of the module stand in `result`; before, at the root, without a `time` block."""
    webhooks_write: bool
    """A webhook may call every method; since, only the four `*.fields`."""
    permissions: frozenset[str]
    """What the user behind a call must hold."""
    fields_need_permissions: bool
    """The four `*.fields` ask for these permissions too."""
    tables: bool
    """`biconnector.table.*` exists."""
    text_ids_in_lists: bool
    """Ids in lists are strings. The samples show `id`; ids of other objects are alike here."""
    plain_ids: frozenset[str]
    """Objects whose `add` answers with the bare id.

    The older pages describe the result as an integer, while samples print `{"id": …}`. The sample
    of `biconnector.source.add` stays an object; connectors and datasets take the other form, so
    that a client meets both.
    """
    absent_fields: frozenset[str]
    """Fields of a connector that do not exist yet."""
    column_types: frozenset[str]
    column_details: bool
    """Tables show `csv*`, columns a `description`."""
    active_writable: bool
    """`active` of a source is read; since, it is accepted and ignored."""
    update_needs_title: bool
    """`biconnector.source.update` wants the title each time."""
    get_needs_connector: bool
    """`biconnector.source.get` fails where the connector has vanished."""
    checked_lists: frozenset[str]
    """Objects whose list refuses an unknown `logic` or direction; others take the default."""
    dataset_delete_works: bool
    source_in_use: Refusal
    duplicate_columns: Refusal
    invalid_method: Refusal
    name_exists: Refusal | None
    """How a name of another table is refused; `None`: as one taken inside BI Builder."""


#: The types of columns that both editions know.
COLUMN_TYPES: Final = frozenset({"int", "string", "double", "date", "datetime"})

CURRENT: Final = Api(
    name="current",
    errors_in_result=True,
    webhooks_write=False,
    permissions=frozenset({"biBuilder", "analyticsHub"}),
    fields_need_permissions=True,
    tables=True,
    text_ids_in_lists=False,
    plain_ids=frozenset(),
    absent_fields=frozenset(),
    column_types=COLUMN_TYPES | {"money", "timezone"},
    column_details=True,
    active_writable=False,
    update_needs_title=True,
    get_needs_connector=True,
    checked_lists=frozenset({"connector", "source", "table", "dataset"}),
    dataset_delete_works=False,
    source_in_use=module_errors.SOURCE_IN_USE,
    duplicate_columns=module_errors.DUPLICATE_FIELDS,
    invalid_method=module_errors.INVALID_METHOD,
    name_exists=module_errors.NAME_EXISTS,
)

LEGACY: Final = Api(
    name="legacy",
    errors_in_result=False,
    webhooks_write=True,
    permissions=frozenset({"analyticsHub"}),
    fields_need_permissions=False,
    tables=False,
    text_ids_in_lists=True,
    plain_ids=frozenset({"connector", "dataset"}),
    absent_fields=frozenset({"supportMapping", "sourceCode"}),
    column_types=COLUMN_TYPES,
    column_details=False,
    active_writable=True,
    update_needs_title=False,
    get_needs_connector=False,
    checked_lists=frozenset({"connector"}),
    dataset_delete_works=True,
    source_in_use=module_errors.SOURCE_IN_USE_LEGACY,
    duplicate_columns=module_errors.DUPLICATE_FIELD_NAME,
    invalid_method=module_errors.INVALID_METHOD_LEGACY,
    name_exists=None,
)

EDITIONS: Final = {api.name: api for api in (CURRENT, LEGACY)}
