"""BatchGetItem and BatchWriteItem: many items in one call, each for itself.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.dynamodb import writes
from orderlab.cloud.dynamodb.accounting import Accounting
from orderlab.cloud.dynamodb.answers import answer, array
from orderlab.cloud.dynamodb.attribute_values import measure_item
from orderlab.cloud.dynamodb.capacity import Consumed, described_all
from orderlab.cloud.dynamodb.errors import TransactionConflict, detected
from orderlab.cloud.dynamodb.expressions.compiled import CompiledProjection
from orderlab.cloud.dynamodb.expressions.request import Expressions
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.item_operations import (
    LONG_BYTES,
    Answer,
    ItemOperations,
    collection_metrics,
)
from orderlab.cloud.dynamodb.item_rules import check_key
from orderlab.cloud.dynamodb.legacy import refuse_legacy
from orderlab.cloud.dynamodb.projected import Found, is_much_work, texts_of
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.stored import Stored, encode
from orderlab.cloud.dynamodb.table import Table
from orderlab.cloud.dynamodb.throttling import Throttled
from orderlab.cloud.dynamodb.writes import Prepare, Write
from orderlab.cloud.http import Response
from orderlab.cloud.telemetry.long_work import LongWork

MAX_READS = 100
MAX_WRITES = 25
MAX_BYTES = 16 * 1024 * 1024


class Batches:
    """BatchGetItem and BatchWriteItem.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    """

    def __init__(
        self,
        registry: TableRegistry,
        accounting: Accounting,
        items: ItemOperations,
        long_work: LongWork,
    ) -> None:
        self._registry = registry
        self._long_work = long_work
        self._accounting = accounting
        self._items = items
        self.operations: dict[str, Handler] = {
            "BatchGetItem": self.batch_get_item,
            "BatchWriteItem": self.batch_write_item,
        }

    # --- reads ---

    def batch_get_item(self, call: Call, parameters: Parameters) -> Answer:
        """Read up to 100 items; keys that were not read come back as UnprocessedKeys.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
        """
        wanted: dict[str, dict[str, Any]] = _request_items(call, parameters)
        if sum(len(part["Keys"]) for part in wanted.values()) > MAX_READS:
            raise ValidationException("Too many items requested for the BatchGetItem call")
        projections = {name: _projection(part) for name, part in wanted.items()}
        tables = {name: self._table_read(call, name, part) for name, part in wanted.items()}
        batch = _BatchRead()
        for name, part in wanted.items():
            batch.found[name] = []
            for key in part["Keys"]:
                self._read_one(batch, name, part, (tables[name], key, projections[name]))
        batch.raise_if_nothing_was_done()
        if is_much_work(batch.all_found):
            return self._got_later(call, parameters, batch)
        return _got(call, parameters, batch, batch.texts())

    async def _got_later(self, call: Call, parameters: Parameters, batch: _BatchRead) -> Response:
        texts = await self._long_work.run(batch.texts)
        return _got(call, parameters, batch, texts)

    def _table_read(self, call: Call, name: str, part: dict[str, Any]) -> Table:
        table = self._registry.table(call.region, name)
        rows = set()
        for key in part["Keys"]:
            check_key(key, table.schema.keys)
            rows.add(table.schema.keys.key(key))
        if len(rows) < len(part["Keys"]):
            raise ValidationException("Provided list of item keys contains duplicates")
        return table

    def _read_one(
        self,
        batch: _BatchRead,
        name: str,
        part: dict[str, Any],
        what: tuple[Table, dict[str, Any], CompiledProjection | None],
    ) -> None:
        table, key, projection = what
        if batch.size >= MAX_BYTES:
            batch.leave(name, part, key)
            return
        try:
            stored, consumed = self._items.read(table, key, part.get("ConsistentRead", False))
        except Throttled as error:
            self._accounting.throttled(table, error, "BatchGetItem")
            batch.refused = error
            batch.leave(name, part, key)
            return
        batch.done(name, stored, projection, consumed)

    # --- writes ---

    def batch_write_item(self, call: Call, parameters: Parameters) -> Answer:
        """Put or delete up to 25 items. UnprocessedItems are those refused by limits, and those
        that a transaction holds.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
        """
        wanted: dict[str, list[dict[str, Any]]] = _request_items(call, parameters)
        if sum(map(len, wanted.values())) > MAX_WRITES:
            raise ValidationException("Too many items requested for the BatchWriteItem call")
        if len(call.request.body) > LONG_BYTES:
            return self._write_later(call, parameters, wanted)
        return self._write_all(call, parameters, wanted, _prepare_all(wanted))

    async def _write_later(
        self, call: Call, parameters: Parameters, wanted: dict[str, list[dict[str, Any]]]
    ) -> Response:
        fits = await self._long_work.run(_prepare_all, wanted)
        return self._write_all(call, parameters, wanted, fits)

    def _write_all(
        self,
        call: Call,
        parameters: Parameters,
        wanted: dict[str, list[dict[str, Any]]],
        fits: dict[str, list[Prepare]],
    ) -> Response:
        prepared = [
            (name, request, write)
            for name, requests in wanted.items()
            for request, write in zip(
                requests, self._table_writes(call, name, fits[name]), strict=True
            )
        ]
        left: dict[str, list[dict[str, Any]]] = {}
        consumed: dict[str, Consumed] = {}
        collections: dict[str, list[dict[str, Any]]] = {}
        refused: Throttled | None = None
        for name, request, write in prepared:
            try:
                _, cost = self._items.perform(write, "BatchWriteItem")
            except Throttled as error:
                refused = error
                left.setdefault(name, []).append(request)
                continue
            except TransactionConflict:
                left.setdefault(name, []).append(request)
                continue
            _sum_up(consumed, cost)
            if write.table.has_local_indexes:
                collections.setdefault(name, []).append(collection_metrics(write))
        if refused is not None and not consumed:
            raise refused
        members = {"UnprocessedItems": encode(left)}
        if parameters.get("ReturnItemCollectionMetrics") == "SIZE" and collections:
            members["ItemCollectionMetrics"] = encode(collections)
        _add_consumed(members, consumed, parameters)
        return answer(call, members)

    def _table_writes(self, call: Call, name: str, fits: list[Prepare]) -> list[Write]:
        table = self._registry.table(call.region, name)
        found = [prepare(table) for prepare in fits]
        if len({write.key for write in found}) < len(found):
            raise ValidationException("Provided list of item keys contains duplicates")
        return found


def _got(
    call: Call, parameters: Parameters, batch: _BatchRead, texts: dict[str, list[bytes]]
) -> Response:
    members = {
        "Responses": encode_map({name: array(found) for name, found in texts.items()}),
        "UnprocessedKeys": encode(batch.left),
    }
    _add_consumed(members, batch.consumed, parameters)
    return answer(call, members)


def _request_items(call: Call, parameters: Parameters) -> dict[str, Any]:
    """What is asked for, by table."""
    if parameters.get("RequestItems") in (None, {}):
        raise ValidationException(f"The requestItems parameter is required for {call.operation}")
    check_input("dynamodb", call.operation, parameters)
    found: dict[str, Any] = parameters["RequestItems"]
    return found


def _projection(part: dict[str, Any]) -> CompiledProjection | None:
    """Check what is asked of one table, as far as the table is not needed for that."""
    refuse_legacy(part)
    for key in part["Keys"]:
        measure_item(key)
    expressions = Expressions(part, "ProjectionExpression")
    projection = expressions.projection()
    expressions.finish()
    return projection


class _BatchRead:
    """What a batch has read so far, and what it leaves to be asked for again."""

    def __init__(self) -> None:
        self.found: dict[str, list[Found]] = {}
        self.left: dict[str, dict[str, Any]] = {}
        self.consumed: dict[str, Consumed] = {}
        self.size = 0
        self.refused: Throttled | None = None

    def done(
        self,
        name: str,
        stored: Stored | None,
        projection: CompiledProjection | None,
        consumed: Consumed,
    ) -> None:
        _sum_up(self.consumed, consumed)
        if stored is None:
            return
        self.size += stored.size
        self.found[name].append((stored, projection))

    @property
    def all_found(self) -> list[Found]:
        return [entry for found in self.found.values() for entry in found]

    def texts(self) -> dict[str, list[bytes]]:
        """The items of each table as JSON."""
        return {
            name: [text for text in texts_of(found) if text is not None]
            for name, found in self.found.items()
        }

    def leave(self, name: str, part: dict[str, Any], key: dict[str, Any]) -> None:
        if name not in self.left:
            self.left[name] = {**part, "Keys": []}
        self.left[name]["Keys"].append(key)

    def raise_if_nothing_was_done(self) -> None:
        if self.refused is not None and not self.consumed:
            raise self.refused


def _prepare_all(wanted: dict[str, list[dict[str, Any]]]) -> dict[str, list[Prepare]]:
    return {name: list(map(_prepare, requests)) for name, requests in wanted.items()}


def _prepare(request: dict[str, Any]) -> Prepare:
    kinds = [kind for kind in ("PutRequest", "DeleteRequest") if kind in request]
    if len(kinds) > 1:
        raise ValidationException(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    if not kinds:
        raise detected(
            "Value null at 'requestItems.member.putRequest' failed to satisfy constraint: "
            "Member must not be null"
        )
    content = request[kinds[0]]
    return (writes.put if kinds[0] == "PutRequest" else writes.delete)(content)


def _sum_up(consumed: dict[str, Consumed], part: Consumed) -> None:
    if part.table_name in consumed:
        consumed[part.table_name].add(part)
    else:
        consumed[part.table_name] = part


def encode_map(members: dict[str, bytes]) -> bytes:
    """A JSON object of values that are JSON already."""
    return b"{" + b",".join(encode(name) + b":" + text for name, text in members.items()) + b"}"


def _add_consumed(
    members: dict[str, bytes], consumed: dict[str, Consumed], parameters: Parameters
) -> None:
    wanted = parameters.get("ReturnConsumedCapacity", "NONE")
    if wanted != "NONE":
        members["ConsumedCapacity"] = encode(described_all(consumed, wanted))
