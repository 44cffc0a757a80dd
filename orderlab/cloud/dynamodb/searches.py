"""Query and Scan.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.dynamodb.accounting import Accounting
from orderlab.cloud.dynamodb.answers import answer, array
from orderlab.cloud.dynamodb.capacity import Consumed, read_units
from orderlab.cloud.dynamodb.errors import Counted, detected
from orderlab.cloud.dynamodb.expressions.compiled import CompiledCondition
from orderlab.cloud.dynamodb.expressions.key_conditions import key_range
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.index import Index
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.legacy import check_not_mixed, refuse_legacy
from orderlab.cloud.dynamodb.page import Page, Walk
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.rows import Key, Span
from orderlab.cloud.dynamodb.search_rules import (
    Source,
    check_filter_attributes,
    check_projected,
    check_select,
    check_start_values,
    source,
    start_row,
    walk,
)
from orderlab.cloud.dynamodb.stored import encode
from orderlab.cloud.dynamodb.table import Table
from orderlab.cloud.dynamodb.throttling import Throttled
from orderlab.cloud.http import Response
from orderlab.cloud.telemetry.long_work import LongWork

TOKENS = 2**32
# how much filtering is done while others wait; for some 10 ms
MOST_AT_ONCE = 1_000_000
# rows that are walked over before others have their turn
ROWS_AT_ONCE = 5_000


class Searches:
    """Query and Scan.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
    """

    def __init__(
        self, registry: TableRegistry, accounting: Accounting, long_work: LongWork
    ) -> None:
        self._registry = registry
        self._accounting = accounting
        self._long_work = long_work
        self.operations: dict[str, Handler] = {"Query": self.query, "Scan": self.scan}

    def query(self, call: Call, parameters: Parameters) -> Response | Awaitable[Response]:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html"""
        check_input("dynamodb", "Query", parameters)
        check_not_mixed(parameters)
        try:
            check_select(parameters)
        except Counted as fault:
            raise detected(fault.counted) from None
        refuse_legacy(parameters)
        check_start_values(parameters)
        if parameters.get("KeyConditionExpression") is None:
            raise ValidationException(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified "
                "in the request."
            )
        expressions = Expressions(
            parameters, "FilterExpression", "KeyConditionExpression", "ProjectionExpression"
        )
        keep = expressions.condition("FilterExpression")
        condition = expressions.key_condition()
        projection = expressions.projection()
        expressions.finish()
        table = self._registry.table(call.region, parameters["TableName"])
        where = source(table, parameters)
        check_projected(where, parameters, projection, keep)
        bounds = key_range(condition.tests, where.keys, expressions.values)
        if keep is not None:
            check_filter_attributes(keep, where)
        forward = parameters.get("ScanIndexForward", True)
        span = _span(bounds, start_row(where, parameters), forward=forward)
        partition = bounds.low[: 1 + len(where.keys.partition)]
        return self._answer(call, where, parameters, span, (expressions, keep), partition)

    def scan(self, call: Call, parameters: Parameters) -> Response | Awaitable[Response]:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html"""
        check_input("dynamodb", "Scan", parameters)
        check_not_mixed(parameters)
        check_select(parameters)
        refuse_legacy(parameters)
        check_start_values(parameters)
        segment, total = _segment(parameters)
        expressions = Expressions(parameters, "FilterExpression", "ProjectionExpression")
        keep = expressions.condition("FilterExpression")
        projection = expressions.projection()
        expressions.finish()
        table = self._registry.table(call.region, parameters["TableName"])
        where = source(table, parameters)
        check_projected(where, parameters, projection, keep)
        low: Key = (-(-segment * TOKENS // total),)
        high: Key = (-(-(segment + 1) * TOKENS // total),)
        start = start_row(where, parameters)
        if start is not None:
            if not low <= start < high:
                raise ValidationException(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                    "ExclusiveStartKey with correct Segment. "
                    f"TotalSegments: {total} Segment: {segment}"
                )
            low = start
        span = Span(low, high, (False, False))
        return self._answer(call, where, parameters, span, (expressions, keep), None)

    def _answer(
        self,
        call: Call,
        where: Source,
        parameters: Parameters,
        span: Span,
        filtering: tuple[Expressions, CompiledCondition | None],
        partition: Key | None,
    ) -> Response | Awaitable[Response]:
        """Walk a page and filter it now, or while others are served if that is much work."""
        table, index = where.table, where.index
        try:
            self._admit(table, index, partition)
        except Throttled as error:
            self._accounting.throttled(table, error, call.operation)
            raise
        how, page = walk(where, parameters, *filtering), Page()
        at = how.over(where.rows.within(span), page, parameters.get("Limit"), ROWS_AT_ONCE)
        if at is not None or not how.fill(page, MOST_AT_ONCE):
            rest = None if at is None else span.beyond(at)
            return self._answer_later(call, where, parameters, (how, page, rest), partition)
        return self._finish(call, where, parameters, page, partition)

    async def _answer_later(
        self,
        call: Call,
        where: Source,
        parameters: Parameters,
        begun: tuple[Walk, Page, Span | None],
        partition: Key | None,
    ) -> Response:
        how, page, rest = begun
        while rest is not None:
            await asyncio.sleep(0)
            keys = where.rows.within(rest)
            at = how.over(keys, page, parameters.get("Limit"), ROWS_AT_ONCE)
            rest = None if at is None else rest.beyond(at)
        if not how.fill(page, MOST_AT_ONCE):
            await self._long_work.run(how.fill, page, math.inf)
        return self._finish(call, where, parameters, page, partition)

    def _finish(
        self,
        call: Call,
        where: Source,
        parameters: Parameters,
        page: Page,
        partition: Key | None,
    ) -> Response:
        table, index = where.table, where.index
        consumed = _consumed(where, page)
        self._accounting.charge(
            table,
            consumed,
            None if index is not None and index.throughput is not None else partition,
            {index.schema.name: partition} if index is not None else None,
        )
        self._accounting.metric("ReturnedItemCount", page.count, table, operation=call.operation)
        return answer(call, _members(where, page, parameters, consumed))

    def _admit(self, table: Table, index: Index | None, partition: Key | None) -> None:
        if index is not None and index.throughput is not None:
            self._accounting.admit_index(index, "Read", partition)
        else:
            self._accounting.admit(table, "Read", partition)


def _span(bounds: Any, start: Any, *, forward: bool) -> Span:
    """The rows between the bounds, from behind a page's last row on."""
    low, high, inclusive = bounds.low, bounds.high, bounds.inclusive
    if start is not None:
        prefix = bounds.prefix_length
        if start[:prefix] != low[:prefix] or start < low or high < start:
            raise ValidationException(
                "The provided starting key is outside query boundaries based on provided conditions"
            )
        low, high = (start, high) if forward else (low, start)
        inclusive = (False, inclusive[1]) if forward else (inclusive[0], False)
    return Span(low, high, inclusive, not forward)


def _segment(parameters: Parameters) -> tuple[int, int]:
    segment, total = parameters.get("Segment"), parameters.get("TotalSegments")
    if segment is None and total is None:
        return 0, 1
    if total is None:
        raise ValidationException(
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present"
        )
    if segment is None:
        raise ValidationException(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"
        )
    if segment >= total:
        raise ValidationException(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    return segment, total


def _consumed(where: Source, page: Page) -> Consumed:
    """The sizes of all rows walked are summed before they are rounded; fetched items are not."""
    units = read_units(page.size, where.consistent)
    consumed = Consumed(where.table.name, "read")
    if where.index is None:
        consumed.table = units
        return consumed
    consumed.add_index(where.index.schema.name, where.index.schema.kind, units)
    consumed.table = sum(read_units(size, where.consistent) for size in page.fetched)
    return consumed


def _members(
    where: Source, page: Page, parameters: Parameters, consumed: Consumed
) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    if parameters.get("Select") != "COUNT":
        members["Items"] = array(page.items)
    members["Count"] = b"%d" % page.count
    members["ScannedCount"] = b"%d" % page.scanned
    if page.last is not None:
        last: dict[str, Any] = page.last.item()
        members["LastEvaluatedKey"] = encode({name: last[name] for name in where.key_names})
    wanted = parameters.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        members["ConsumedCapacity"] = encode(consumed.described(wanted))
    return members
