"""The two editions of the API, and every difference between them that a client can see.

`CURRENT` follows the documentation of September 2026, `LEGACY` that of 2025. Where the older
documentation only omits a detail, the editions do not differ: the merge of a source's settings,
`null` and `0` before a table's first update, the `{}` in place of a selected date. The older pages
print a request to an endpoint as JSON; both editions post forms, because connectors of that time
read forms. The first edition of 2025 had only `STRING` parameters, later ones of that year `INT`
as well, so both are accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_bxbi.emulator.api import module_errors

if TYPE_CHECKING:
    from pulumi_bxbi.emulator.api.module_errors import Refusal


@dataclass(frozen=True, slots=True)
class Api:
    """One edition of the API.

    Attributes:
        name: The name of the edition, `current` or `legacy`.
        errors_in_result: Whether errors of the module are inside `result`; in the older edition
            they are at the root, without a `time` block.
        webhooks_write: Whether a webhook may call every method, or only the four `*.fields`.
        permissions: The permissions that the user of a call needs.
        fields_need_permissions: Whether the four `*.fields` need these permissions too.
        tables: Whether `biconnector.table.*` exists.
        text_ids_in_lists: Whether ids in lists are strings. The samples show this for `id`; here it
            applies to ids of other objects as well.
        plain_ids: The kinds of objects whose `add` answers with the bare id. The older pages
            describe the result as an integer, while samples print `{"id": …}`. Here the result of
            `biconnector.source.add` is an object, and that of connectors and datasets an integer,
            so that a client meets both forms.
        absent_fields: The fields of a connector that do not exist in this edition.
        column_types: The types of columns.
        column_details: Whether tables show `csv*`, and columns a `description`.
        active_writable: Whether `active` of a source can be written, or is accepted and ignored.
        update_needs_title: Whether `biconnector.source.update` requires the title in every call.
        get_needs_connector: Whether `biconnector.source.get` fails where the connector has
            vanished.
        checked_lists: The kinds of objects whose list refuses an unknown `logic` or direction;
            other lists use the default instead.
        dataset_delete_works: Whether `biconnector.dataset.delete` works.
        source_in_use: The refusal to delete a source with tables.
        duplicate_columns: The refusal of two new columns with the same name.
        invalid_method: The refusal to change columns by `update`.
        name_exists: The refusal of the name of another table; `None` where it is the same as for
            a name that is taken inside BI Builder.
    """

    name: str
    errors_in_result: bool
    webhooks_write: bool
    permissions: frozenset[str]
    fields_need_permissions: bool
    tables: bool
    text_ids_in_lists: bool
    plain_ids: frozenset[str]
    absent_fields: frozenset[str]
    column_types: frozenset[str]
    column_details: bool
    active_writable: bool
    update_needs_title: bool
    get_needs_connector: bool
    checked_lists: frozenset[str]
    dataset_delete_works: bool
    source_in_use: Refusal
    duplicate_columns: Refusal
    invalid_method: Refusal
    name_exists: Refusal | None


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
