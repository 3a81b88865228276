"""What endpoints have to do for BI Builder, each rule with its weight and its cure."""

from __future__ import annotations

from typing import Final

from pulumi_bxbi.external.statuses import GIVE_ANOTHER_ADDRESS
from pulumi_bxbi.portal.objects.models import (
    COLUMN_NAME_RULE,
    COLUMN_TYPES,
    LONGEST_EXTERNAL_TEXT,
)
from pulumi_bxbi.verification.findings import Rule, Severity

#: The vendor's pages that the rules come from.
_OF_ENDPOINTS: Final = "Requirements for the endpoints of a connector"
_OF_TABLES: Final = "biconnector.table.add"

#: How many fields of a form PHP reads, which most connectors are written in.
_MOST_FORM_FIELDS: Final = 1000
#: How many columns one request asks for: each takes a field of `select` and one of `mapFields`.
MOST_COLUMNS: Final = _MOST_FORM_FIELDS // 2 - 50

#: The cure where each finding has its own.
_OF_THE_FINDING: Final = ""


def _broken(rule: str, wanted: str, cure: str, page: str = _OF_ENDPOINTS) -> Rule:
    return Rule(rule, Severity.BROKEN, _from_page(wanted, page), cure)


def _unknown(rule: str, wanted: str, cure: str, page: str = _OF_ENDPOINTS) -> Rule:
    return Rule(rule, Severity.UNKNOWN, _from_page(wanted, page), cure)


def _warning(rule: str, wanted: str, cure: str, page: str = _OF_ENDPOINTS) -> Rule:
    return Rule(rule, Severity.WARNING, _from_page(wanted, page), cure)


def _from_page(wanted: str, page: str) -> str:
    return f'{wanted} (vendor\'s page "{page}").'


# Every endpoint

UNREACHABLE: Final = _unknown(
    "unreachable",
    "The portal reaches each of the four addresses",
    "run this on a machine that reaches the endpoint, or check the address",
)
NOT_TRIED: Final = _unknown(
    "not-tried",
    "Each endpoint is tried with the values of each source",
    "correct what is found about the endpoint or its host elsewhere, and run this again",
)
TOO_LARGE: Final = _unknown(
    "too-large",
    "The documentation names no largest answer; larger ones than 16 MiB are not read here",
    "give no more rows than `limit` asks for, and no more columns than `select` does",
)
TIMEOUT: Final = _broken(
    "timeout",
    "The body of an answer takes at most 60 seconds; all of it is waited for so long here",
    "answer faster: read the rows while they are sent, and add the indexes that the query needs",
)
CONNECTION: Final = _broken(
    "connection",
    "Each request gets a complete answer in HTTP",
    "look into the log of the endpoint, and of what stands before it",
)
REDIRECT: Final = _broken(
    "redirect",
    "The answer has HTTP status 200, and no other address is called",
    GIVE_ANOTHER_ADDRESS,
)
STATUS: Final = _broken(
    "status",
    "The answer has HTTP status 200",
    "look into the log of the endpoint for this request",
)
EMPTY: Final = _broken(
    "empty-answer",
    "The answer has a body; an empty one is a failure",
    "send a body, or another HTTP status than 200 where the request fails",
)
ENCODING: Final = _broken(
    "encoding",
    "The answer is JSON, and so encoded in UTF-8",
    "encode the answer in UTF-8",
)
JSON: Final = _broken(
    "json",
    "The answer is JSON",
    "send nothing but JSON, also where the request fails, and NaN or Infinity as null",
)
UNICODE: Final = _broken(
    "unicode",
    "The answer is JSON, whose texts are Unicode",
    "do not cut texts within a character that JSON writes as two (\\ud83d\\ude00)",
)

# urlCheck

CHECK_REFUSED: Final = _broken(
    "check-refused",
    "The values of a source are accepted with HTTP status 200",
    "check the values of the settings; if they are right, correct the endpoint",
)
CHECK_WRONG_VALUE: Final = _warning(
    "check-wrong-value",
    "Values that do not work are refused with a status other than 200 or an empty body; "
    "what the body says does not count",
    "refuse a wrong value with a status such as 403, unless any value is right there",
)
CHECK_NO_GROUP: Final = _warning(
    "check-no-group",
    "The values come in the group `connection`, and a request without them has not the right ones",
    "refuse a request without the group `connection` with a status such as 403",
)

# urlTableList

LIST_SHAPE: Final = _broken(
    "list-shape",
    "The answer is a list of objects with `code` and `title`",
    "answer with a list of objects, [] where there is no table",
)
LIST_EMPTY: Final = _warning(
    "list-empty",
    "The list has the tables that people choose from",
    "list at least one table for these values, if they should see one",
)
TABLE_INCOMPLETE: Final = _broken(
    "table-incomplete",
    "Each table has a `code` and a `title`; one without them makes the whole answer invalid",
    "give the table a code and a title, or leave it out",
)
TABLE_REPEATED: Final = _warning(
    "table-repeated",
    "`urlData` gets the code of a table, or its `id`, and nothing else that tells tables apart",
    "give each table a code of its own",
)
TABLE_TEXT_LENGTH: Final = _broken(
    "table-text-length",
    "The title of a table, and the code that it has on the portal (its `id`, or else its `code`), "
    f"have at most {LONGEST_EXTERNAL_TEXT} characters",
    "shorten it",
    _OF_TABLES,
)
TABLE_CODE_CHARACTERS: Final = _warning(
    "table-code-characters",
    "The code of a table is sent as it is; the documentation does not say what becomes of spaces "
    "around it and of control characters",
    "take these characters out of the code",
)
SEARCH: Final = _broken(
    "search",
    "The endpoint lists the tables that match `searchString`",
    "list only the tables whose title or code contains the text of `searchString`",
)
SEARCH_REFUSED: Final = _warning(
    "search-refused",
    "A list without tables is [], also where none matches `searchString`",
    "answer [] where no table matches",
)

# urlTableDescription

DESCRIPTION_SHAPE: Final = _broken(
    "description-shape",
    "The answer is a list of objects with `code`, `name` and `type`",
    "answer with a list of objects",
)
DESCRIPTION_EMPTY: Final = _broken(
    "description-empty",
    "At least one column is described",
    "describe the columns, or do not list the table",
)
COLUMN_INCOMPLETE: Final = _broken(
    "column-incomplete",
    "Each column has a `code`, a `name` and a `type`; one without them makes the whole answer "
    "invalid",
    "complete the column, or leave it out",
)
COLUMN_TITLE: Final = _warning(
    "column-title",
    "The name of a column has the key `name`; `title` was its key in the first edition",
    "write `name` in place of `title`",
)
COLUMN_TYPE_UNKNOWN: Final = _warning(
    "column-type-unknown",
    f"The types are {', '.join(COLUMN_TYPES)}; any other becomes string",
    "use one of these types",
)
COLUMN_TYPE_CASE: Final = _warning(
    "column-type-case",
    "Types are written in lower case; the documentation does not say what becomes of others",
    "write the type in lower case",
)
COLUMN_REPEATED: Final = _broken(
    "column-repeated",
    "The code of a column is unique in its table",
    "give each column a code of its own",
    _OF_TABLES,
)
COLUMN_NAME_REPEATED: Final = _warning(
    "column-name-repeated",
    "The name of a column is unique in its table, and it comes from the description",
    "give each column a name of its own",
    _OF_TABLES,
)
COLUMN_CODE_NAME: Final = _warning(
    "column-code-name",
    f"The name of a column is {COLUMN_NAME_RULE}, and it comes from the description",
    "give the column a code, or a name, of Latin letters, digits and _ that begins with a letter",
    _OF_TABLES,
)
COLUMN_COUNT: Final = _warning(
    "column-count",
    "A request for rows names each column in `select` and in `mapFields`; the documentation "
    f"does not say how many it takes, and PHP reads {_MOST_FORM_FIELDS} fields of a form",
    "divide the table, or describe fewer columns",
)
UNKNOWN_TABLE_DESCRIBED: Final = _warning(
    "unknown-table-described",
    "A failure is a status other than 200 or an empty body; the documentation does not name an "
    "unknown table as one",
    "answer with status 404 for a table that does not exist",
)

# Declared tables against what is offered

TABLE_GONE: Final = _broken(
    "table-gone",
    "A table has the code of one that the endpoints offer",
    _OF_THE_FINDING,
    _OF_TABLES,
)
COLUMN_GONE: Final = _broken(
    "column-gone",
    "A column has the code of one that the endpoint describes",
    _OF_THE_FINDING,
    _OF_TABLES,
)
COLUMN_RETYPED: Final = _broken(
    "column-retyped",
    "A column has the type that its values have outside",
    _OF_THE_FINDING,
    _OF_TABLES,
)
COLUMN_NEW: Final = _warning(
    "column-new",
    "A table has the columns that reports need, which need not be all",
    _OF_THE_FINDING,
    _OF_TABLES,
)

# Rows of urlData

ROWS_SHAPE: Final = _broken(
    "rows-shape",
    "The answer is a list of lists; the first one has the codes of the columns, as texts",
    "answer with [[codes of the columns], [values of a row], ...]",
)
NO_HEADER: Final = _warning(
    "no-header",
    "The first list has the codes of the columns; the documentation does not say whether it may "
    "be missing where there are no rows",
    "send the codes of the columns also where there are no rows",
)
HEADER_MISSING: Final = _broken(
    "header-missing",
    "Without `select`, the rows have each column that is described",
    "give each described column, or do not describe it",
)
HEADER_UNKNOWN: Final = _broken(
    "header-unknown",
    "The codes before the rows are those of the description",
    "give the columns the same codes in the rows and in the description",
)
HEADER_REPEATED: Final = _broken(
    "header-repeated",
    "The code of a column is unique",
    "give each column once",
)
HEADER_NAMES: Final = _warning(
    "header-names",
    "The codes of the columns stand before the rows; the documentation does not say whether their "
    "names in the table may stand there",
    "send the codes of the columns before the rows, also where `mapFields` has other names",
)
ROW_WIDTH: Final = _broken(
    "row-width",
    "Each row has one value a column, in the order of the codes before the rows",
    "give each row as many values as there are columns, null where there is none",
)
ROWS_DIFFER: Final = _warning(
    "rows-differ",
    "The documentation does not say whether the same request gets the same rows",
    "sort the rows by a key before `limit` cuts them, if the data has not changed meanwhile",
)
SLOW: Final = _warning(
    "slow",
    "The body of an answer takes at most 60 seconds; one that takes more than half of that may be "
    "too slow another day",
    "answer faster: read the rows while they are sent, and add the indexes that the query needs",
)
UNKNOWN_TABLE_ROWS: Final = _warning(
    "unknown-table-rows",
    "A failure is a status other than 200 or an empty body; the documentation does not name an "
    "unknown table as one",
    "answer with status 404 for a table that does not exist",
)

# Requests to urlData

SELECT: Final = _broken(
    "select",
    "`select` has the names of the columns that are returned, and `mapFields` their codes",
    "return exactly the columns that `select` names",
)
SELECT_VALUES: Final = _broken(
    "select-values",
    "The values of a row are in the order of the codes before the rows",
    "put the values into the order of the codes that the answer begins with",
)
SELECT_ORDER: Final = _warning(
    "select-order",
    "The values are in the order of the codes before the rows; the documentation does not say "
    "whether that has to be the order of `select`",
    "return the columns in the order of `select`",
)
SELECT_CODES: Final = _warning(
    "select-codes",
    "`select` has the names of the columns; on another page the documentation says that requests "
    "carry their codes",
    "take names through `mapFields` (code to name) and codes as well",
)
MAPPING: Final = _warning(
    "mapping",
    "`mapFields` has the name in the table for each code; the portal does not ask every connector "
    "with it",
    "look up each name of `select` in `mapFields`, whose keys are the codes",
)
LIMIT: Final = _broken(
    "limit",
    "`limit` is the largest number of rows",
    "return no more rows than `limit` says, and not fewer where there are as many",
)
LIMIT_ZERO: Final = _warning(
    "limit-zero",
    "`limit` is the largest number of rows; the documentation does not say what 0 is, and the "
    "vendor's own connector takes it for 100",
    "return no row for a limit of 0",
)
FILTER_WRONG: Final = _broken(
    "filter-wrong",
    "`filter` has conditions by the names of columns, and the rows meet them",
    "return the rows that meet the condition, or refuse a form that is not known with status 400: "
    "rows that nobody asked for look like an answer",
)
FILTER_REFUSED: Final = _warning(
    "filter-refused",
    "`filter` chooses rows by their values; the documentation does not say how it is written, so "
    "the ways are tried that the vendor's own connectors read",
    "return the rows that meet such a filter: if the portal writes filters in this way, reports "
    "get no rows where they are refused. The guide of `bxbi verify` says what each way means",
)

# Values in rows of urlData

VALUE_NESTED: Final = _broken(
    "value-nested",
    "A value is a number, a text or null",
    "write a list or an object as a text, or give it columns of its own",
)
VALUE_BOOLEAN: Final = _warning(
    "value-boolean",
    f"The types are {', '.join(COLUMN_TYPES)}; the documentation does not say what true and false "
    "become",
    "write 1 and 0, or texts",
)
VALUE_EMPTY: Final = _warning(
    "value-empty",
    "The documentation does not say what an empty text becomes in a column that has no texts",
    "write null where there is no value",
)
VALUE_INT: Final = _broken(
    "value-int",
    "A value of type int is a whole number",
    "write whole numbers, or describe the column as double or string",
    _OF_TABLES,
)
VALUE_DOUBLE: Final = _broken(
    "value-double",
    "A value of type double is a number with a decimal point",
    "write a point and no spaces, or describe the column as string or money",
    _OF_TABLES,
)
VALUE_DATE: Final = _broken(
    "value-date",
    "A value of type date is a day, such as 2026-09-20 (Y-m-d)",
    "write the day as Y-m-d, and null where there is none",
    _OF_TABLES,
)
VALUE_DATE_TIME: Final = _warning(
    "value-date-time",
    "A value of type date is a day (Y-m-d); the documentation does not say what becomes of a time",
    "leave out the time, or describe the column as datetime",
    _OF_TABLES,
)
VALUE_DATETIME: Final = _broken(
    "value-datetime",
    "A value of type datetime is a moment, such as 2026-09-20 10:00:00 (Y-m-d H:i:s) or "
    "2026-09-20T10:00:00+02:00",
    "write the moment as Y-m-d H:i:s, and null where there is none",
    _OF_TABLES,
)
VALUE_DATETIME_FORM: Final = _warning(
    "value-datetime-form",
    "A value of type datetime is Y-m-d H:i:s; the documentation does not say what becomes of a day "
    "without a time, of a time without seconds and of fractions",
    "write the moment as Y-m-d H:i:s",
    _OF_TABLES,
)
VALUE_MONEY: Final = _broken(
    "value-money",
    "A value of type money has a number; all but digits, minus and decimal separator is left out",
    "write a number, with or without a currency",
)
VALUE_MONEY_SEPARATORS: Final = _warning(
    "value-money-separators",
    "All but digits, minus and decimal separator is left out; the documentation does not say what "
    "becomes of several separators",
    "write one decimal separator, none between thousands, and a currency without a point",
)
VALUE_TIMEZONE: Final = _warning(
    "value-timezone",
    "A value of type timezone is a moment whose offset is not applied; the documentation gives no "
    "example",
    "write the moment as 2026-09-20T10:00:00+02:00 or as Y-m-d H:i:s",
)
VALUE_LOST_CHARACTERS: Final = _warning(
    "value-lost-characters",
    "The answer is JSON, whose texts are Unicode; U+FFFD stands where a character was lost before",
    "read the texts in the encoding that they have in the outside system",
)

#: Every rule, in the order of the trial.
RULES: Final = tuple(each for each in tuple(globals().values()) if isinstance(each, Rule))
