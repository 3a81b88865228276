"""`urlData` on trial: rows, their columns and values, and whether they are those asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi_bxbi.external.answers import InvalidAnswerError
from pulumi_bxbi.verification import rules
from pulumi_bxbi.verification.filters import conditions, fault_of_rows
from pulumi_bxbi.verification.findings import Measurement
from pulumi_bxbi.verification.questions import (
    DATA,
    Question,
    Unanswered,
    count,
    is_accepted,
    places,
    status_of,
)
from pulumi_bxbi.verification.rows import Rows, rows_of
from pulumi_bxbi.verification.values import fault_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from pulumi_bxbi.external.columns import MappedColumn
    from pulumi_bxbi.verification.asking import Answer
    from pulumi_bxbi.verification.filters import Condition
    from pulumi_bxbi.verification.findings import Finding, Rule
    from pulumi_bxbi.verification.questions import Questions

#: As many rows as Apache Superset, which BI Builder is built on, shows of a table by itself.
PAGE_ROWS: Final = 1000
#: The names of columns that no endpoint has by itself.
_MADE_UP_NAMES: Final = ("BXBI_VERIFY_B", "BXBI_VERIFY_A")
#: The kinds of columns that filters are tried on, one column of each.
_FILTERED: Final = (("int", "double"), ("string",), ("date", "datetime"))
#: How many filters are named in one finding.
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class TriedTable:
    """A table whose rows are asked for.

    Attributes:
        code: The code that ``urlData`` gets.
        shown: The table that findings are about.
        columns: The columns that are asked for, at least one.
        codes: The codes of all columns that rows have without ``select``.
        are_described: Whether these are all that may come.
    """

    code: str
    shown: str
    columns: tuple[MappedColumn, ...]
    codes: tuple[str, ...]
    are_described: bool


def data_findings(
    questions: Questions, table: TriedTable
) -> tuple[list[Finding], Measurement | None]:
    """Return what is found about the rows of a table, and how fast they came.

    Args:
        questions: Asks the endpoint.
        table: The table.
    """
    trial = _Trial(questions, table)
    findings = list(trial.findings())
    return findings, trial.measurement


@dataclass(slots=True)
class _Trial:
    """The trial of one table.

    Attributes:
        questions: Asks the endpoint.
        table: The table.
        measurement: How fast rows came; ``None`` before they did.
        names: What a request calls each column, by its code.
        select_works: Whether ``select`` gives the columns that it names.
        is_stable: Whether the same request gets the same rows.
        is_slow: Whether the rows came so late that only what matters most is asked then.
        told: The rules that one finding about the table is enough of, and that has been told.
    """

    questions: Questions
    table: TriedTable
    measurement: Measurement | None = None
    names: dict[str, str] = field(init=False)
    select_works: bool = True
    is_stable: bool = True
    is_slow: bool = False
    told: set[Rule] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {each.external_code: each.name for each in self.table.columns}

    def findings(self) -> Iterator[Finding]:
        """Yield what is found."""
        question = self._question(f"rows, limit {PAGE_ROWS}")
        sample = yield from self._sample(question)
        if sample is None:
            return
        yield from self._again(question, sample)
        yield from self._selected(sample)
        if sample.cells:
            if not self.is_slow:
                yield from self._mapped()
            if (yield from self._limited(sample)):
                yield from self._limited_to_none()
            if not self.is_slow:
                yield from self._filtered(sample)

    # The rows without a filter

    def _sample(self, question: Question) -> Generator[Finding, None, Rows | None]:
        """Return the rows to compare others with; ``None`` where nothing can be compared."""
        try:
            answer = self.questions.ask_for_success(question)
        except Unanswered as error:
            yield from error.findings
            return None
        rows = yield from self._parsed(question, answer)
        if rows is None:
            return None
        self.measurement = Measurement(
            self.table.shown, len(rows.cells), answer.seconds, len(answer.body)
        )
        if answer.seconds > self.questions.timeout / 2:
            self.is_slow = True
            came = (
                f"{count(len(rows.cells), 'row')} came after {answer.seconds:.0f} seconds. "
                "Filters, and other names in mapFields, were not tried on the table."
            )
            yield self.questions.finding(rules.SLOW, question, came)
        if rows.header is None:
            yield from self._without_header(question)
            return None
        if len(rows.cells) > PAGE_ROWS:
            came = f"{count(len(rows.cells), 'row')} came."
            yield from self._once(rules.LIMIT, question, came)
        faults = list(self._of_header(question, rows))
        yield from faults
        yield from self._of_values(question, rows)
        return None if faults else rows

    def _of_header(self, question: Question, rows: Rows) -> Iterator[Finding]:
        """Yield what is found about the codes before the rows."""
        finding = self.questions.finding
        found, wanted = set(rows.codes), set(self.table.codes)
        if not found & wanted:
            came = (
                "The codes of the columns are missing before the rows, which begin with "
                f"{self._before_rows(rows.codes)}."
            )
            cure = "send the codes of the columns, as they are described, before the rows"
            yield finding(rules.HEADER_UNKNOWN, question, came, cure)
            return
        if repeated := [each for each, times in Counter(rows.codes).items() if times > 1]:
            came = f"More than one column has the same code: {self._before_rows(repeated)}."
            yield finding(rules.HEADER_REPEATED, question, came)
        if missing := [each for each in self.table.codes if each not in found]:
            came = f"The rows do not have {self.questions.quotes.texts(missing)}."
            yield finding(rules.HEADER_MISSING, question, came)
        unknown = [each for each in rows.codes if each not in wanted]
        if unknown and self.table.are_described:
            came = f"The rows have {self._before_rows(unknown)}, which no column is described with."
            yield finding(rules.HEADER_UNKNOWN, question, came)

    def _of_values(self, question: Question, rows: Rows) -> Iterator[Finding]:
        """Yield what is found about the cells, once a column and rule."""
        for column in self.table.columns:
            if column.external_code not in rows.codes:
                continue
            found: dict[Rule, list[int]] = {}
            cells = rows.column(column.external_code)
            for number, cell in enumerate(cells, start=1):
                if rule := fault_of(column.type, cell):
                    found.setdefault(rule, []).append(number)
            for rule, numbers in found.items():
                came = (
                    f"{places('Row', numbers)}, column "
                    f"{self.questions.quotes.text(column.external_code)} of type {column.type}: "
                    f"{self.questions.quotes.cell(cells[numbers[0] - 1])}."
                )
                yield self.questions.finding(rule, question, came)

    def _again(self, question: Question, sample: Rows) -> Iterator[Finding]:
        """Yield what is found where the same request gets other rows."""
        rows = yield from self._read(question)
        if rows is None:
            return
        codes = self.table.codes
        is_same = set(codes) <= set(rows.codes) and rows.counted(codes) == sample.counted(codes)
        if not is_same:
            self.is_stable = False
            came = "The same request gets other rows the second time."
            yield self.questions.finding(rules.ROWS_DIFFER, question, came)

    # `select` and `mapFields`

    def _selected(self, sample: Rows) -> Iterator[Finding]:
        """Yield what is found about some columns, the last one before the first one."""
        chosen = self._some_columns()
        question = self._selecting(chosen)
        rows, came = yield from self._columns(question, chosen)
        names, codes = self.names, {each: each for each in self.names}
        if came and names != codes:
            self.names = codes
            rows, _ = yield from self._columns(self._selecting(chosen), chosen)
            if rows:
                yield self.questions.finding(rules.SELECT_CODES, question, came)
                came = ""
            else:
                self.names = names
        if rows is None:
            self.select_works = False
            if came:
                yield self.questions.finding(rules.SELECT, question, came)
            return
        wanted = [each.external_code for each in chosen]
        if list(rows.codes) != wanted:
            came = f"The columns come in another order: {self.questions.quotes.texts(rows.codes)}."
            yield self.questions.finding(rules.SELECT_ORDER, question, came)
        if self._is_whole(sample) and rows.counted(wanted) != sample.counted(wanted):
            came = "The columns have other values than without `select`."
            yield self.questions.finding(rules.SELECT_VALUES, question, came)

    def _mapped(self) -> Iterator[Finding]:
        """Yield what is found about names that the endpoint cannot know by itself."""
        chosen = self._some_columns()
        names = self.names
        if not self.select_works or all(code == name for code, name in names.items()):
            return
        self.names = dict(names)
        for column, name in zip(chosen, _MADE_UP_NAMES, strict=False):
            self.names[column.external_code] = name
        question = self._selecting(chosen)
        rows, came = yield from self._columns(question, chosen)
        self.names = names
        if rows is None and came:
            yield self.questions.finding(rules.MAPPING, question, came)

    def _selecting(self, chosen: Sequence[MappedColumn]) -> Question:
        """Return the question for some columns."""
        names = [self.names[each.external_code] for each in chosen]
        shown = ", ".join(
            f"select[{place}]={self.questions.quotes.name(name)}"
            for place, name in enumerate(names)
        )
        return self._question(f"rows, {shown}, with mapFields", chosen)

    def _columns(
        self, question: Question, chosen: Sequence[MappedColumn]
    ) -> Generator[Finding, None, tuple[Rows | None, str]]:
        """Return rows with exactly the chosen columns, or what came in their place."""
        try:
            answer = self.questions.ask(question)
        except Unanswered as error:
            yield from error.findings
            return None, ""
        if not is_accepted(answer):
            return None, status_of(answer)
        rows = yield from self._parsed(question, answer)
        if rows is None:
            return None, ""
        if rows.header is None:
            return None, "The answer is an empty list."
        if sorted(rows.codes) != sorted(each.external_code for each in chosen):
            return None, f"The columns are {self._before_rows(rows.codes)}."
        return rows, ""

    # `limit`

    def _limited(self, sample: Rows) -> Generator[Finding, None, bool]:
        """Return whether limits are kept."""
        for limit in (1, 2):
            question = self._question(f"rows, limit {limit}", limit=limit)
            rows = yield from self._read(question)
            if rows is None:
                return False
            expected = min(limit, len(sample.cells))
            if len(rows.cells) != expected:
                came = f"{count(len(rows.cells), 'row')} came in place of {expected}."
                yield from self._once(rules.LIMIT, question, came)
                return False
        return True

    def _limited_to_none(self) -> Iterator[Finding]:
        """Yield what is found about a limit of 0."""
        question = self._question("rows, limit 0", limit=0, own_rule=rules.LIMIT_ZERO)
        try:
            answer = self.questions.ask(question)
        except Unanswered as error:
            yield from error.findings
            return
        if not is_accepted(answer):
            yield self.questions.finding(rules.LIMIT_ZERO, question, status_of(answer))
            return
        rows = yield from self._parsed(question, answer)
        if rows and rows.header is None:
            yield from self._without_header(question)
        elif rows and rows.cells:
            came = f"{count(len(rows.cells), 'row')} came."
            yield self.questions.finding(rules.LIMIT_ZERO, question, came)

    # `filter`

    def _filtered(self, sample: Rows) -> Iterator[Finding]:
        """Yield what is found about filters: one finding about those refused, one about others."""
        refused: list[str] = []
        wrong: list[str] = []
        asked = Question(DATA, "rows that meet a filter", table=self.table.shown)
        asked_for = 0
        for column, condition in self._conditions(sample):
            asked_for += 1
            form = self.questions.quotes.clause(condition.form)
            question = self._question(f"rows, {form}", (column,), filters=condition.fields)
            try:
                answer = self.questions.ask(question)
            except Unanswered as error:
                yield from error.findings
                break
            if not is_accepted(answer):
                refused.append(form)
                continue
            rows = yield from self._parsed(question, answer)
            if rows is None:
                break
            if condition.is_empty and rows.header is None:
                yield from self._without_header(question)
            if fault := self._fault(column, condition, rows, sample):
                wrong.append(f"{form}: {fault}")
        if refused:
            of = f"{len(refused)} of {count(asked_for, 'filter')}"
            verb = "is" if len(refused) == 1 else "are"
            came = f"{of} {verb} refused: {_first_of(refused)}."
            yield self.questions.finding(rules.FILTER_REFUSED, asked, came)
        if wrong:
            came = f"{_first_of(wrong)}."
            yield self.questions.finding(rules.FILTER_WRONG, asked, came)

    def _conditions(self, sample: Rows) -> Iterator[tuple[MappedColumn, Condition]]:
        """Yield conditions on the first comparable column of each kind."""
        for types in _FILTERED:
            for column in self.table.columns:
                if column.type not in types:
                    continue
                name = self.names[column.external_code]
                cells = sample.column(column.external_code)
                found = list(conditions(name, column.type, cells))
                if found:
                    yield from ((column, each) for each in found)
                    break

    def _fault(self, column: MappedColumn, condition: Condition, rows: Rows, sample: Rows) -> str:
        """Return what is wrong with the rows for a condition; empty where they are right."""
        code = column.external_code
        if rows.header is None:
            found: list[Any] = []
        elif code in rows.codes and not rows.uneven:
            found = rows.column(code)
        else:
            return "the rows do not have the column that was selected"
        return fault_of_rows(condition, found, sample.column(code), are_all=self._is_whole(sample))

    # What all of them need

    def _question(
        self,
        asked: str,
        select: Sequence[MappedColumn] = (),
        *,
        limit: int = PAGE_ROWS,
        filters: Sequence[tuple[str, str]] = (),
        own_rule: Rule | None = None,
    ) -> Question:
        selected = select if self.select_works else ()
        fields = (
            ("table", self.table.code),
            *(
                (f"select[{place}]", self.names[each.external_code])
                for place, each in enumerate(selected)
            ),
            *filters,
            ("limit", str(limit)),
            *(
                (f"mapFields[{each.external_code}]", self.names[each.external_code])
                for each in selected or self.table.columns
            ),
        )
        return Question(DATA, asked, fields, self.table.shown, own_rule)

    def _read(self, question: Question) -> Generator[Finding, None, Rows | None]:
        """Return rows; ``None`` where there are none that can be read."""
        try:
            answer = self.questions.ask_for_success(question)
        except Unanswered as error:
            yield from error.findings
            return None
        return (yield from self._parsed(question, answer))

    def _parsed(self, question: Question, answer: Answer) -> Generator[Finding, None, Rows | None]:
        """Return the rows of an answer, with codes before them; ``None`` where it has none."""
        try:
            rows = rows_of(answer.body)
        except InvalidAnswerError as error:
            yield self.questions.unreadable(error, rules.ROWS_SHAPE, question)
            return None
        if uneven := rows.uneven:
            width = len(rows.cells[uneven[0] - 1])
            came = f"{places('Row', uneven)}: {width} values for {len(rows.codes)} columns."
            yield self.questions.finding(rules.ROW_WIDTH, question, came)
            return None
        codes = set(self.table.codes)
        names = {name: code for code, name in self.names.items() if name not in codes}
        known = rows.renamed(names)
        if known is not rows:
            named = [each for each in rows.codes if each not in known.codes]
            came = f"The names {self.questions.quotes.texts(named)} stand before the rows."
            yield from self._once(rules.HEADER_NAMES, question, came)
        return known

    def _without_header(self, question: Question) -> Iterator[Finding]:
        yield from self._once(rules.NO_HEADER, question, "The answer is an empty list.")

    def _once(self, rule: Rule, question: Question, came: str) -> Iterator[Finding]:
        """Yield a finding, the first time that it is made about the table."""
        if rule not in self.told:
            self.told.add(rule)
            yield self.questions.finding(rule, question, came)

    def _before_rows(self, found: Sequence[str]) -> str:
        """Return texts that stand before rows, for people.

        Where the codes of the columns are missing there, they are cells of data.
        """
        quotes = self.questions.quotes
        if quotes.with_data:
            return quotes.texts(found)
        known = {*self.table.codes, *self.names, *self.names.values()}
        shown = [each for each in found if each in known]
        hidden = len(found) - len(shown)
        parts = [quotes.texts(shown)] if shown else []
        parts += [f"{count(hidden, 'text')} (not shown)"] if hidden else []
        return " and ".join(parts)

    def _is_whole(self, sample: Rows) -> bool:
        """Return whether the sample has all rows, and later answers have the same ones."""
        return self.is_stable and len(sample.cells) < PAGE_ROWS

    def _some_columns(self) -> tuple[MappedColumn, ...]:
        """Return the last and the first column; of two columns the last one, of one that one."""
        columns = self.table.columns
        return (columns[-1], columns[0]) if len(columns) > 2 else columns[-1:]  # noqa: PLR2004  # some, not all


def _first_of(filters: Sequence[str]) -> str:
    """Return the first ones of some filters, and the number of the others, for people."""
    more = len(filters) - _MOST_NAMED
    others = f"; and {count(more, 'more filter')}" if more > 0 else ""
    return f"{'; '.join(filters[:_MOST_NAMED])}{others}"
