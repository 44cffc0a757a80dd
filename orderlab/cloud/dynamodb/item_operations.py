"""PutItem, GetItem, UpdateItem, DeleteItem.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.dynamodb import projected, writes
from orderlab.cloud.dynamodb.accounting import Accounting, index_keys
from orderlab.cloud.dynamodb.answers import answer
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.capacity import Consumed, read_units
from orderlab.cloud.dynamodb.conflicts import check_not_held
from orderlab.cloud.dynamodb.errors import (
    ConditionalCheckFailed,
    Counted,
    TransactionConflict,
    detected,
)
from orderlab.cloud.dynamodb.expressions.paths import select
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.item_rules import check_key
from orderlab.cloud.dynamodb.legacy import refuse_legacy
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.stored import Stored, encode
from orderlab.cloud.dynamodb.table import Change, Table
from orderlab.cloud.dynamodb.throttling import Throttled
from orderlab.cloud.dynamodb.working_out import MOST_AT_ONCE, parsed_bytes, work_out
from orderlab.cloud.dynamodb.writes import Prepare, Write
from orderlab.cloud.http import Response
from orderlab.cloud.telemetry.long_work import LongWork

GIGABYTE = 1024**3
# a request of this length is read beside the event loop
LONG_BYTES = 200_000

Answer = Response | Awaitable[Response]


class ItemOperations:
    """GetItem, PutItem, UpdateItem and DeleteItem.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
    """

    def __init__(
        self, registry: TableRegistry, accounting: Accounting, long_work: LongWork
    ) -> None:
        self._registry = registry
        self._accounting = accounting
        self._long_work = long_work
        self.operations: dict[str, Handler] = {
            "GetItem": self.get_item,
            "PutItem": self.put_item,
            "UpdateItem": self.update_item,
            "DeleteItem": self.delete_item,
        }

    def get_item(self, call: Call, parameters: Parameters) -> Answer:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html"""
        check_input("dynamodb", "GetItem", parameters)
        refuse_legacy(parameters)
        expressions = Expressions(parameters, "ProjectionExpression")
        projection = expressions.projection()
        expressions.finish()
        key, consistent = parameters["Key"], parameters.get("ConsistentRead", False)
        measure_item(key)
        table = self._registry.table(call.region, parameters["TableName"])
        check_key(key, table.schema.keys)
        try:
            stored, consumed = self.read(table, key, consistent)
        except Throttled as error:
            self._accounting.throttled(table, error, "GetItem")
            raise
        found = (stored, projection)
        if projection is not None and projected.is_much_work([found]):
            return self._got_later(call, parameters, found, consumed)
        return self._got(call, parameters, projected.texts_of([found])[0], consumed)

    async def _got_later(
        self, call: Call, parameters: Parameters, found: projected.Found, consumed: Consumed
    ) -> Response:
        (text,) = await self._long_work.run(projected.texts_of, [found])
        return self._got(call, parameters, text, consumed)

    def _got(
        self, call: Call, parameters: Parameters, text: bytes | None, consumed: Consumed
    ) -> Response:
        members = {} if text is None else {"Item": text}
        _add_consumed(members, consumed, parameters)
        return answer(call, members)

    def read(
        self, table: Table, key: dict[str, Any], consistent: bool
    ) -> tuple[Stored | None, Consumed]:
        """Read one item by its key and charge for it."""
        keys = table.schema.keys
        row, partition = keys.key(key), keys.prefix(key)
        self._accounting.admit(table, "Read", partition)
        stored = table.get(row)
        if not consistent and table.staleness is not None and table.staleness.strikes():
            stored = table.staleness.seen(row, stored)
        units = read_units(stored.size if stored is not None else 0, consistent)
        consumed = Consumed(table.name, "read", units)
        self._accounting.charge(table, consumed, partition)
        return stored, consumed

    def put_item(self, call: Call, parameters: Parameters) -> Answer:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"""
        return self._write(call, parameters, writes.put)

    def delete_item(self, call: Call, parameters: Parameters) -> Answer:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html"""
        return self._write(call, parameters, writes.delete)

    def update_item(self, call: Call, parameters: Parameters) -> Answer:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html"""
        return self._write(call, parameters, writes.update)

    def _write(
        self,
        call: Call,
        parameters: Parameters,
        read: Callable[[dict[str, Any]], Prepare],
    ) -> Answer:
        check_input("dynamodb", call.operation, parameters)
        refuse_legacy(parameters)
        wanted = parameters.get("ReturnValues", "NONE")
        if call.operation != "UpdateItem" and wanted not in ("NONE", "ALL_OLD"):
            raise ValidationException("ReturnValues can only be ALL_OLD or NONE")
        if len(call.request.body) > LONG_BYTES:
            return self._write_later(call, parameters, read)
        prepare = _read_counting(read, parameters)
        write = prepare(self._registry.table(call.region, parameters["TableName"]))
        if parsed_bytes(write) > MOST_AT_ONCE:
            return self._perform_later(call, parameters, write)
        return self._perform(call, parameters, write)

    async def _write_later(
        self, call: Call, parameters: Parameters, read: Callable[[dict[str, Any]], Prepare]
    ) -> Response:
        prepare = await self._long_work.run(_read_counting, read, parameters)
        write = prepare(self._registry.table(call.region, parameters["TableName"]))
        return await self._perform_later(call, parameters, write)

    async def _perform_later(self, call: Call, parameters: Parameters, write: Write) -> Response:
        await work_out(self._long_work, [write])
        return self._perform(call, parameters, write)

    def _perform(self, call: Call, parameters: Parameters, write: Write) -> Response:
        table, wanted = write.table, parameters.get("ReturnValues", "NONE")
        change, consumed = self.perform(write, call.operation)
        members: dict[str, bytes] = {}
        if wanted != "NONE":
            attributes = _attributes(wanted, write, change)
            if attributes is not None:
                members["Attributes"] = attributes
        _add_consumed(members, consumed, parameters)
        if parameters.get("ReturnItemCollectionMetrics") == "SIZE" and table.has_local_indexes:
            members["ItemCollectionMetrics"] = encode(collection_metrics(write))
        return answer(call, members)

    def perform(self, write: Write, operation: str) -> tuple[Change, Consumed]:
        """Let a write in, decide it, charge for it and carry it out.

        Raises Throttled, TransactionConflict, ConditionalCheckFailed or ValidationException.
        """
        table, accounting = write.table, self._accounting
        try:
            accounting.admit(table, "Write", write.partition)
            if table.held:
                check_not_held(table, write.key)
            change = write.decide()
            accounting.admit_change(change)
        except TransactionConflict:
            accounting.metric("TransactionConflict", 1, table)
            raise
        except Throttled as error:
            accounting.throttled(table, error, operation)
            raise
        except ConditionalCheckFailed:
            accounting.charge(table, write.failed_cost(), write.partition)
            accounting.metric("ConditionalCheckFailedRequests", 1, table)
            raise
        consumed = table.cost(change)
        accounting.charge(table, consumed, write.partition, index_keys(change))
        table.apply(change)
        return change, consumed


def _read_counting(
    read: Callable[[dict[str, Any]], Prepare], parameters: dict[str, Any]
) -> Prepare:
    """Read a write; calls that write one item count some of their faults."""
    try:
        return read(parameters)
    except Counted as fault:
        raise detected(fault.counted) from None


def _attributes(wanted: str, write: Write, change: Change) -> bytes | None:
    """What ReturnValues asks for; None where there is nothing to return."""
    stored = change.old if wanted.endswith("OLD") else change.new
    if stored is None:
        return None
    if wanted.startswith("ALL"):
        return stored.data
    paths = write.update.paths if write.update is not None else ()
    chosen = select(stored.item(), paths)
    return encode(chosen) if chosen else None


def _add_consumed(members: dict[str, bytes], consumed: Consumed, parameters: Parameters) -> None:
    wanted = parameters.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        members["ConsumedCapacity"] = encode(consumed.described(wanted))


def collection_metrics(write: Write) -> dict[str, Any]:
    """The API's ItemCollectionMetrics: the size is given as a range of gigabytes."""
    name = write.table.schema.keys.partition[0]
    whole = write.table.collection_bytes(write.partition) // GIGABYTE
    return {
        "ItemCollectionKey": {name: write.key_item[name]},
        "SizeEstimateRangeGB": [float(whole), float(whole + 1)],
    }
