"""TransactWriteItems and TransactGetItems: all or nothing.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
Differs from AWS: nothing happens at the same time here, so there are no transaction conflicts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.http import Response
from orderlab.cloud.tables import writes
from orderlab.cloud.tables.accounting import Accounting, index_keys
from orderlab.cloud.tables.answers import answer, array
from orderlab.cloud.tables.attribute_values import measure_item
from orderlab.cloud.tables.capacity import (
    TRANSACTION_FACTOR,
    Consumed,
    described_all,
    read_units,
)
from orderlab.cloud.tables.errors import NOT_VALID, ConditionalCheckFailed, TransactionCanceled
from orderlab.cloud.tables.expressions.compiled import CompiledProjection
from orderlab.cloud.tables.expressions.request import Expressions
from orderlab.cloud.tables.input_shapes import check_input
from orderlab.cloud.tables.item_operations import collection_metrics
from orderlab.cloud.tables.item_rules import check_key
from orderlab.cloud.tables.register import Register
from orderlab.cloud.tables.request_tokens import RequestTokens
from orderlab.cloud.tables.rows import Key
from orderlab.cloud.tables.stored import encode
from orderlab.cloud.tables.table import Change, Table
from orderlab.cloud.tables.throttling import Throttled
from orderlab.cloud.tables.writes import Prepare, Write

MAX_BYTES = 4 * 1024 * 1024
_THROTTLED = ("ProvisionedThroughputExceeded", "ThrottlingError")
_READERS = {
    "Put": writes.put,
    "Update": writes.update,
    "Delete": writes.delete,
    "ConditionCheck": writes.check,
}


class Transactions:
    def __init__(self, register: Register, accounting: Accounting, clock: Clock) -> None:
        self._register = register
        self._accounting = accounting
        self._tokens = RequestTokens(clock)
        self.operations: dict[str, Handler] = {
            "TransactWriteItems": self.transact_write_items,
            "TransactGetItems": self.transact_get_items,
        }

    # --- writing ---

    def transact_write_items(self, call: Call, parameters: Parameters) -> Response:
        check_input("dynamodb", "TransactWriteItems", parameters)
        token = parameters.pop("ClientRequestToken", None)
        name = f"{call.region} {token}" if token else None
        content = encode(parameters["TransactItems"]) if token else b""
        earlier = self._tokens.earlier(name, content)
        if earlier is not None:
            return answer(call, _write_members(earlier, parameters, []))
        reads = [_read_write(entry) for entry in parameters["TransactItems"]]
        tables = [self._register.table(call.region, name) for name, _ in reads]
        prepared: list[Write] = _fitted([prepare for _, prepare in reads], tables)
        if len({(write.table.arn, write.key) for write in prepared}) < len(prepared):
            raise ValidationException(
                "Transaction request cannot include multiple operations on one item"
            )
        changes = self._decide(prepared)
        if sum(change.new.size for change in changes if change.new is not None) > MAX_BYTES:
            raise ValidationException("Transaction size has exceeded the maximum allowed size")
        consumed: dict[str, Consumed] = {}
        for write, change in zip(prepared, changes, strict=True):
            cost = _doubled(write.table.cost(change))
            self._accounting.charge(write.table, cost, write.partition, index_keys(change))
            write.table.apply(change)
            _sum_up(consumed, cost)
        self._tokens.remember(name, content, consumed)
        return answer(call, _write_members(consumed, parameters, prepared))

    def _decide(self, prepared: list[Write]) -> list[Change]:
        """What every action changes; TransactionCanceled if any of them cannot be."""
        changes: list[Change] = []
        reasons: list[dict[str, Any]] = []
        for write in prepared:
            try:
                self._accounting.admit(write.table, "Write", write.partition)
                change = write.decide()
                self._accounting.admit_change(change)
                changes.append(change)
                reasons.append({"Code": "None"})
            except AwsError as error:
                reasons.append(self._reason(write, error))
        if len(changes) < len(prepared):
            if not any(reason["Code"] in _THROTTLED for reason in reasons):
                for write in prepared:
                    cost = _doubled(write.failed_cost())
                    self._accounting.charge(write.table, cost, write.partition)
            raise _canceled(reasons)
        return changes

    def _reason(self, write: Write, error: AwsError) -> dict[str, Any]:
        if isinstance(error, Throttled):
            self._accounting.throttled(write.table, error, "TransactWriteItems")
            return _throttling_reason(error)
        if isinstance(error, ConditionalCheckFailed):
            self._accounting.metric("ConditionalCheckFailedRequests", 1, write.table)
            item = {"Item": error.details["Item"]} if "Item" in error.details else {}
            return {**item, "Code": "ConditionalCheckFailed", "Message": error.message}
        return {"Code": "ValidationError", "Message": error.message}

    # --- reading ---

    def transact_get_items(self, call: Call, parameters: Parameters) -> Response:
        check_input("dynamodb", "TransactGetItems", parameters)
        gets = [entry["Get"] for entry in parameters["TransactItems"]]
        prepares = [_read_get(get) for get in gets]
        tables = [self._register.table(call.region, get["TableName"]) for get in gets]
        reads: list[Read] = _fitted(prepares, tables)
        if len({(table.arn, row) for table, row, _, _ in reads}) < len(reads):
            raise ValidationException(
                "Transaction request cannot include multiple operations on one item"
            )
        reasons = [self._read_reason(table, partition) for table, _, partition, _ in reads]
        if any(reason["Code"] != "None" for reason in reasons):
            raise _canceled(reasons)
        responses: list[bytes] = []
        consumed: dict[str, Consumed] = {}
        for table, row, partition, projection in reads:
            stored = table.get(row)
            units = read_units(stored.size if stored is not None else 0, True)
            cost = _doubled(Consumed(table.name, "read", units))
            self._accounting.charge(table, cost, partition)
            _sum_up(consumed, cost)
            if stored is None:
                responses.append(b"{}")
            else:
                chosen = projection.choose if projection is not None else None
                text = stored.data if chosen is None else encode(chosen(stored.item()))
                responses.append(b'{"Item":' + text + b"}")
        members = {"Responses": array(responses)}
        _add_consumed(members, consumed, parameters)
        return answer(call, members)

    def _read_reason(self, table: Table, partition: Key) -> dict[str, Any]:
        try:
            self._accounting.admit(table, "Read", partition)
        except Throttled as error:
            self._accounting.throttled(table, error, "TransactGetItems")
            return _throttling_reason(error)
        return {"Code": "None"}


Read = tuple[Table, Key, Key, CompiledProjection | None]


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


def _fitted(prepares: Sequence[Callable[[Table], Any]], tables: list[Table]) -> list[Any]:
    """Fit every action to its table; TransactionCanceled if one does not fit."""
    found: list[Any] = []
    reasons: list[dict[str, Any]] = []
    for prepare, table in zip(prepares, tables, strict=True):
        try:
            found.append(prepare(table))
            reasons.append({"Code": "None"})
        except ValidationException as error:
            # an empty key attribute is a fault of the whole call
            if error.message.startswith(NOT_VALID):
                raise
            reasons.append({"Code": "ValidationError", "Message": error.message})
    if len(found) < len(prepares):
        raise _canceled(reasons)
    return found


def _throttling_reason(error: Throttled) -> dict[str, Any]:
    provisioned = error.code == "ProvisionedThroughputExceededException"
    code = "ProvisionedThroughputExceeded" if provisioned else "ThrottlingError"
    return {"Code": code, "Message": error.message}


def _canceled(reasons: list[dict[str, Any]]) -> TransactionCanceled:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return TransactionCanceled(
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=reasons,
    )


def _doubled(consumed: Consumed) -> Consumed:
    """A transaction prepares and commits: each item costs twice."""
    return Consumed(
        consumed.table_name,
        consumed.kind,
        consumed.table * TRANSACTION_FACTOR,
        {name: units * TRANSACTION_FACTOR for name, units in consumed.global_indexes.items()},
        {name: units * TRANSACTION_FACTOR for name, units in consumed.local_indexes.items()},
    )


def _sum_up(consumed: dict[str, Consumed], part: Consumed) -> None:
    if part.table_name in consumed:
        consumed[part.table_name].add(part)
    else:
        consumed[part.table_name] = part


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
