"""The commands of an Insights query, each a step that rows go through.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

Differs from AWS: source, fields, display, filter, parse, stats, sort, limit and dedup are
supported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.logs.errors import MalformedQuery
from orderlab.cloud.logs.insights.expressions import (
    Compute,
    ExpressionParser,
    regular_expression,
    unquoted,
)
from orderlab.cloud.logs.insights.fields import Moment, Row
from orderlab.cloud.logs.insights.functions import text, truth
from orderlab.cloud.logs.insights.lexer import END, Reader, split
from orderlab.cloud.logs.insights.order import in_order
from orderlab.cloud.patterns.allowance import metered
from orderlab.cloud.patterns.wildcards import captured
from orderlab.cloud.text.tokens import Token

MAX_ROWS = 10_000
_NOT_DONE = ("pattern", "diff", "unmask", "unnest", "anomaly", "source", "join", "lookup")


@dataclass(slots=True)
class Query:
    """What a query says. `each` are steps for one row, before any that need all rows."""

    each: list[Callable[[Row], bool]] = field(default_factory=list)
    rest: list[Callable[[list[Row]], list[Row]]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    displayed: list[str] | None = None
    limit: int | None = None
    sorted: bool = False
    grouped: bool = False

    def add(self, step: Callable[[Row], bool]) -> None:
        """Add a step for each row, which says whether the row goes on."""
        if self.rest:
            self.rest.append(lambda rows: [row for row in metered(rows) if step(row)])
        else:
            self.each.append(step)

    def newest(self, limit: int) -> int | None:
        """How many of the newest rows are enough for the answer; None if all are needed."""
        return None if self.rest or self.grouped else min(self.limit or limit, MAX_ROWS)

    def finish(self, rows: list[Row], limit: int) -> list[list[tuple[str, str]]]:
        """The answer: the rows that passed `each`, newest first unless sorted."""
        if not self.sorted and not self.grouped:
            rows = rows[::-1]
        for step in self.rest:
            rows = step(rows)
        names = self.displayed or self.shown or ([] if self.grouped else ["@timestamp", "@message"])
        rows = rows[: min(self.limit or limit, MAX_ROWS)]
        return [_shown(row, names) for row in rows]


def _shown(row: Row, names: list[str]) -> list[tuple[str, str]]:
    found = [(name, value) for name in names if (value := _text(row.get(name))) is not None]
    return found if row.pointer is None else [*found, ("@ptr", row.pointer)]


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, Moment) else text(value)


def parse_query(query_text: str) -> Query:
    """Read a query. Raises MalformedQuery; NotDoneYet for a command that is not supported."""
    try:
        return _parse_query(query_text)
    except RecursionError:
        raise MalformedQuery("the query nests too deep") from None


def _parse_query(query_text: str) -> Query:
    query = Query()
    reader = Reader(split(query_text))
    if reader.next is END:
        raise MalformedQuery("The query string is empty.")
    while reader.next is not END:
        if reader.skip("|"):
            continue
        token = reader.take()
        command = _COMMANDS.get(token.word)
        if token.word in _NOT_DONE:
            raise NotDoneYet(f"the Insights command {token.text}")
        if command is None:
            raise MalformedQuery(f"unexpected symbol found: {token.text}")
        command(query, reader)
        if not reader.at_end_of_command:
            raise reader.unexpected()
    return query


# --- commands ---


def _named(reader: Reader, *, grouped: bool = False) -> Iterator[tuple[str, Compute]]:
    """Expressions with commas between; a name after `as`, or the expression's own text."""
    while True:
        start = reader.place
        compute = ExpressionParser(reader, grouped=grouped).expression()
        name = reader.text_since(start)
        if reader.skip("as"):
            name = reader.take().text.strip("`")
        yield name, compute
        if not reader.skip(","):
            return


def _fields(query: Query, reader: Reader) -> None:
    for name, compute in list(_named(reader)):
        query.add(_assignment(name, compute))
        if name not in query.shown:
            query.shown.append(name)


def _display(query: Query, reader: Reader) -> None:
    names = []
    for name, compute in list(_named(reader)):
        query.add(_assignment(name, compute))
        names.append(name)
    query.displayed = names


def _assignment(name: str, compute: Compute) -> Callable[[Row], bool]:
    def step(row: Row) -> bool:
        found = compute(row)
        if row.get(name) is not found:
            row.put(name, found)
        return True

    return step


def _filter(query: Query, reader: Reader) -> None:
    compute = ExpressionParser(reader).expression()
    query.add(lambda row: truth(compute(row)))


def _limit(query: Query, reader: Reader) -> None:
    token = reader.take()
    if token.kind != "number" or not 1 <= float(token.text) <= MAX_ROWS:
        raise MalformedQuery(f"limit must be a number from 1 to {MAX_ROWS}")
    query.limit = int(float(token.text))
    count = query.limit
    if query.grouped or query.rest:
        query.rest.append(lambda rows: rows[:count])


def _sort(query: Query, reader: Reader) -> None:
    keys: list[tuple[Compute, bool]] = []
    while True:
        compute = _column(query, reader) or ExpressionParser(reader).expression()
        descending = reader.skip("desc")
        if not descending:
            reader.skip("asc")
        keys.append((compute, descending))
        if not reader.skip(","):
            break
    query.sorted = True

    def step(rows: list[Row]) -> list[Row]:
        for compute, descending in reversed(keys):
            rows = in_order(rows, compute, descending)
        return rows

    query.rest.append(step)


def _column(query: Query, reader: Reader) -> Compute | None:
    """A column of `stats` by the name that it got from its expression: `sort count(*) desc`."""
    for name in query.shown if query.grouped else ():
        if reader.skip_text(name):
            return lambda row: row.get(name)
    return None


def _dedup(query: Query, reader: Reader) -> None:
    computes = [compute for _, compute in _named(reader)]

    def step(rows: list[Row]) -> list[Row]:
        kept: dict[tuple[str | None, ...], Row] = {}
        for row in metered(rows):
            kept.setdefault(tuple(text(compute(row)) for compute in computes), row)
        return list(kept.values())

    query.rest.append(step)


def _stats(query: Query, reader: Reader) -> None:
    values = list(_named(reader, grouped=True))
    keys = list(_named(reader)) if reader.skip("by") else []
    query.grouped, query.displayed = True, None
    query.shown = [name for name, _ in (*keys, *values)]

    def step(rows: list[Row]) -> list[Row]:
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in metered(rows):
            groups.setdefault(tuple(_hashable(key(row)) for _, key in keys), []).append(row)
        if not keys and not groups:
            groups[()] = []
        return [_group(members, keys, values) for members in groups.values()]

    query.rest.append(step)


def _group(
    members: list[Row], keys: list[tuple[str, Compute]], values: list[tuple[str, Compute]]
) -> Row:
    row = Row(None, kept=members[0].kept if members else None)
    for name, compute in keys:
        row.put(name, compute(members[0]))
    for name, compute in metered(values):
        row.put(name, compute(members))
    return row


def _hashable(value: Any) -> Any:
    return text(value) if isinstance(value, dict | list) else value


def _parse(query: Query, reader: Reader) -> None:
    subject = "@message"
    if reader.next.kind == "field":
        subject = reader.take().text.strip("`")
    token = reader.take()
    names, count, parts_of = _parts(token, reader)
    if reader.skip("as"):
        names = [reader.take().text]
        while reader.skip(","):
            names.append(reader.take().text)
    if len(names) != count:
        raise MalformedQuery("parse needs as many names as its pattern has parts")

    def step(row: Row) -> bool:
        found = parts_of(text(row.get(subject)) or "")
        if found is not None:
            for name, part in zip(names, found, strict=True):
                row.put(name, part)
        return True

    query.add(step)
    query.shown.extend(name for name in names if query.shown and name not in query.shown)


# The parts of a text that a pattern captures; None if the text does not fit the pattern.
_Parts = Callable[[str], Sequence[str | None] | None]


def _parts(token: Token, reader: Reader) -> tuple[list[str], int, _Parts]:
    """The names that a pattern gives to its parts, their number, and the way to find them."""
    if token.kind == "regex":
        expression = regular_expression(token)

        def of_groups(found: str) -> list[str | None] | None:
            match = expression.search(found)
            return None if match is None else match.groups()

        return [*expression.group_names], expression.groups, of_groups
    if token.kind == "text":
        pieces = unquoted(token).split("*")
        return [], len(pieces) - 1, lambda found: captured(pieces, found)
    raise reader.unexpected()


_COMMANDS: dict[str, Callable[[Query, Reader], None]] = {
    "fields": _fields,
    "display": _display,
    "filter": _filter,
    "parse": _parse,
    "stats": _stats,
    "sort": _sort,
    "limit": _limit,
    "dedup": _dedup,
}
