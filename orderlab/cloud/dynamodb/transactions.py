"""TransactWriteItems and TransactGetItems: all or nothing.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.dynamodb import projected, writes
from orderlab.cloud.dynamodb.accounting import Accounting, index_keys
from orderlab.cloud.dynamodb.answers import answer, array
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.capacity import (
    Consumed,
    described_all,
    read_units,
)
from orderlab.cloud.dynamodb.conflicts import Phases, check_not_held, holding
from orderlab.cloud.dynamodb.conflicts import reason as conflict_reason
from orderlab.cloud.dynamodb.errors import ConditionalCheckFailed, TransactionConflict
from orderlab.cloud.dynamodb.expressions.compiled import CompiledProjection
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.item_operations import LONG_BYTES, Answer, collection_metrics
from orderlab.cloud.dynamodb.item_rules import check_key
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.request_tokens import RequestTokens
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import encode
from orderlab.cloud.dynamodb.table import Behaviour, Change, Table
from orderlab.cloud.dynamodb.throttling import Throttled
from orderlab.cloud.dynamodb.transaction_rules import (
    MAX_BYTES,
    canceled,
    check_size,
    doubled,
    fitted,
    sum_up,
    throttling_reason,
)
from orderlab.cloud.dynamodb.working_out import MOST_AT_ONCE, parsed_bytes, work_out
from orderlab.cloud.dynamodb.writes import Prepare, Write
from orderlab.cloud.http import Response
from orderlab.cloud.telemetry.long_work import LongWork

_NOT_CHARGED = ("ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict")
_READERS = {
    "Put": writes.put,
    "Update": writes.update,
    "Delete": writes.delete,
    "ConditionCheck": writes.check,
}


class Transactions:
    """TransactWriteItems and TransactGetItems.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
    """

    def __init__(
        self,
        registry: TableRegistry,
        accounting: Accounting,
        behaviour: Behaviour,
        long_work: LongWork,
    ) -> None:
        self._registry = registry
        self._phases = Phases(behaviour)
        self._long_work = long_work
        self._accounting = accounting
        self._tokens = RequestTokens(behaviour.clock)
        self.operations: dict[str, Handler] = {
            "TransactWriteItems": self.transact_write_items,
            "TransactGetItems": self.transact_get_items,
        }

    # --- writing ---

    def transact_write_items(self, call: Call, parameters: Parameters) -> Answer:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.htm
        l"""
        check_input("dynamodb", "TransactWriteItems", parameters)
        actions = parameters["TransactItems"]
        token = parameters.pop("ClientRequestToken", None)
        name = f"{call.region} {token}" if token else None
        if len(call.request.body) > LONG_BYTES:
            return self._read_later(call, parameters, name)
        return self._write(call, parameters, name, _read_all(actions, name))

    async def _read_later(self, call: Call, parameters: Parameters, name: str | None) -> Response:
        what = await self._long_work.run(_read_all, parameters["TransactItems"], name)
        found = self._write(call, parameters, name, what)
        return found if isinstance(found, Response) else await found

    def _write(self, call: Call, parameters: Parameters, name: str | None, what: Actions) -> Answer:
        content, reads = what
        tables = [self._registry.table(call.region, table) for table, _ in reads]
        prepared: list[Write] = fitted([prepare for _, prepare in reads], tables)
        if len({(write.table.arn, write.key) for write in prepared}) < len(prepared):
            raise ValidationException(
                "Transaction request cannot include multiple operations on one item"
            )
        if sum(map(parsed_bytes, prepared)) > MOST_AT_ONCE:
            return self._write_later(call, parameters, (name, content), prepared)
        return self._commit(call, parameters, (name, content), prepared)

    async def _write_later(
        self, call: Call, parameters: Parameters, token: Token, prepared: list[Write]
    ) -> Response:
        await work_out(self._long_work, prepared, MAX_BYTES)
        return await self._commit(call, parameters, token, prepared)

    async def _commit(
        self, call: Call, parameters: Parameters, token: Token, prepared: list[Write]
    ) -> Response:
        """Decide every action and carry all of them out, unless this was done already."""
        with self._tokens.begun(token[0]):
            earlier = self._tokens.earlier(*token)
            if earlier is not None:
                return answer(call, _write_members(earlier, parameters, []))
            changes = self._decide(prepared)
            with holding(prepared):
                await self._phases.pass_by()
            if any(
                write.current() is not change.old for write, change in _pairs(prepared, changes)
            ):
                # a time to live or a replica has changed an item meanwhile
                changes = self._decide(prepared)
            consumed = self._carry_out(prepared, changes)
            self._tokens.remember(*token, consumed)
            return answer(call, _write_members(consumed, parameters, prepared))

    def _carry_out(self, prepared: list[Write], changes: list[Change]) -> dict[str, Consumed]:
        """What it consumed, by tables."""
        consumed: dict[str, Consumed] = {}
        for write, change in _pairs(prepared, changes):
            cost = doubled(write.table.cost(change))
            self._accounting.charge(write.table, cost, write.partition, index_keys(change))
            write.table.apply(change)
            sum_up(consumed, cost)
        return consumed

    def _decide(self, prepared: list[Write]) -> list[Change]:
        """What every action changes; TransactionCanceled if any of them cannot be."""
        changes: list[Change] = []
        reasons: list[dict[str, Any]] = []
        size = 0
        for write in prepared:
            try:
                self._accounting.admit(write.table, "Write", write.partition)
                check_not_held(write.table, write.key)
                change = write.decide()
                self._accounting.admit_change(change)
                changes.append(change)
                reasons.append({"Code": "None"})
                size += change.new.size if change.new is not None else 0
            except AwsError as error:
                reasons.append(self._reason(write, error))
            check_size(size)
        if len(changes) < len(prepared):
            if not any(reason["Code"] in _NOT_CHARGED for reason in reasons):
                for write in prepared:
                    cost = doubled(write.failed_cost())
                    self._accounting.charge(write.table, cost, write.partition)
            raise canceled(reasons)
        return changes

    def _reason(self, write: Write, error: AwsError) -> dict[str, Any]:
        if isinstance(error, Throttled):
            self._accounting.throttled(write.table, error, "TransactWriteItems")
            return throttling_reason(error)
        if isinstance(error, TransactionConflict):
            self._accounting.metric("TransactionConflict", 1, write.table)
            return conflict_reason()
        if isinstance(error, ConditionalCheckFailed):
            self._accounting.metric("ConditionalCheckFailedRequests", 1, write.table)
            item = {"Item": error.details["Item"]} if "Item" in error.details else {}
            return {**item, "Code": "ConditionalCheckFailed", "Message": error.message}
        return {"Code": "ValidationError", "Message": error.message}

    # --- reading ---

    def transact_get_items(self, call: Call, parameters: Parameters) -> Answer:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html"""
        check_input("dynamodb", "TransactGetItems", parameters)
        gets = [entry["Get"] for entry in parameters["TransactItems"]]
        prepares = [_read_get(get) for get in gets]
        tables = [self._registry.table(call.region, get["TableName"]) for get in gets]
        reads: list[Read] = fitted(prepares, tables)
        if len({(table.arn, row) for table, row, _, _ in reads}) < len(reads):
            raise ValidationException(
                "Transaction request cannot include multiple operations on one item"
            )
        reasons = [self._read_reason(table, row, part) for table, row, part, _ in reads]
        if any(reason["Code"] != "None" for reason in reasons):
            raise canceled(reasons)
        rows = [(table.get(row), projection) for table, row, _, projection in reads]
        check_size(sum(stored.size for stored, _ in rows if stored is not None))
        consumed: dict[str, Consumed] = {}
        for (table, _, partition, _), (stored, _) in zip(reads, rows, strict=True):
            units = read_units(stored.size if stored is not None else 0, True)
            cost = doubled(Consumed(table.name, "read", units))
            self._accounting.charge(table, cost, partition)
            sum_up(consumed, cost)
        if projected.is_much_work(rows):
            return self._got_later(call, parameters, rows, consumed)
        return _got(call, parameters, projected.texts_of(rows), consumed)

    async def _got_later(
        self,
        call: Call,
        parameters: Parameters,
        rows: list[projected.Found],
        consumed: dict[str, Consumed],
    ) -> Response:
        texts = await self._long_work.run(projected.texts_of, rows)
        return _got(call, parameters, texts, consumed)

    def _read_reason(self, table: Table, row: Key, partition: Key) -> dict[str, Any]:
        if row in table.held:
            self._accounting.metric("TransactionConflict", 1, table)
            return conflict_reason()
        try:
            self._accounting.admit(table, "Read", partition)
        except Throttled as error:
            self._accounting.throttled(table, error, "TransactGetItems")
            return throttling_reason(error)
        return {"Code": "None"}


def _got(
    call: Call,
    parameters: Parameters,
    texts: list[bytes | None],
    consumed: dict[str, Consumed],
) -> Response:
    items = (b"{}" if text is None else b'{"Item":' + text + b"}" for text in texts)
    members = {"Responses": array(items)}
    _add_consumed(members, consumed, parameters)
    return answer(call, members)


# a client's token, and what it came with
Token = tuple[str | None, bytes]
# what a token stands for, and for each action its table and what it does there
Actions = tuple[bytes, list[tuple[str, Prepare]]]
Read = tuple[Table, Key, Key, CompiledProjection | None]


def _pairs(prepared: list[Write], changes: list[Change]) -> Iterator[tuple[Write, Change]]:
    return zip(prepared, changes, strict=True)


def _read_all(actions: list[dict[str, Any]], token: str | None) -> Actions:
    # one by one, since nobody else can run while JSON is written
    content = b",".join(map(encode, actions)) if token else b""
    return content, [_read_write(action) for action in actions]


def _read_write(entry: dict[str, Any]) -> tuple[str, Prepare]:
    """The table of one action, and what it does there."""
    kinds = [kind for kind in _READERS if kind in entry]
    if len(entry) != 1 or not kinds:
        raise ValidationException(
            "TransactItems can only contain one of Check, Put, Update or Delete"
        )
    kind, content = kinds[0], entry[kinds[0]]
    if kind == "Update" and content.get("UpdateExpression") is None:
        raise ValidationException(
            "The UpdateExpression parameter is required for an Update in a transaction"
        )
    return content["TableName"], _READERS[kind](content)


def _read_get(get: dict[str, Any]) -> Callable[[Table], Read]:
    expressions = Expressions(get, "ProjectionExpression")
    projection = expressions.projection()
    expressions.finish()
    key = get["Key"]
    measure_item(key)

    def prepare(table: Table) -> Read:
        keys = table.schema.keys
        check_key(key, keys)
        return table, keys.key(key), keys.prefix(key), projection

    return prepare


def _write_members(
    consumed: dict[str, Consumed], parameters: Parameters, prepared: list[Write]
) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    _add_consumed(members, consumed, parameters)
    if parameters.get("ReturnItemCollectionMetrics") == "SIZE":
        collections: dict[str, list[dict[str, Any]]] = {}
        for write in prepared:
            if write.table.has_local_indexes:
                found = collections.setdefault(write.table.name, [])
                found.append(collection_metrics(write))
        if collections:
            members["ItemCollectionMetrics"] = encode(collections)
    return members


def _add_consumed(
    members: dict[str, bytes], consumed: dict[str, Consumed], parameters: Parameters
) -> None:
    wanted = parameters.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        members["ConsumedCapacity"] = encode(described_all(consumed, wanted, split=True))
