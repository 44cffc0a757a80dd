"""BatchGetItem and BatchWriteItem: many items in one call, each for itself.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.http import Response
from orderlab.cloud.tables import writes
from orderlab.cloud.tables.accounting import Accounting
from orderlab.cloud.tables.answers import answer, array
from orderlab.cloud.tables.attribute_values import measure_item
from orderlab.cloud.tables.capacity import Consumed, described_all
from orderlab.cloud.tables.errors import detected
from orderlab.cloud.tables.expressions.compiled import CompiledProjection
from orderlab.cloud.tables.expressions.request import Expressions
from orderlab.cloud.tables.input_shapes import check_input
from orderlab.cloud.tables.item_operations import ItemOperations, collection_metrics
from orderlab.cloud.tables.item_rules import check_key
from orderlab.cloud.tables.legacy import refuse_legacy
from orderlab.cloud.tables.register import Register
from orderlab.cloud.tables.stored import Stored, encode
from orderlab.cloud.tables.table import Table
from orderlab.cloud.tables.throttling import Throttled
from orderlab.cloud.tables.writes import Prepare, Write

MAX_READS = 100
MAX_WRITES = 25
MAX_BYTES = 16 * 1024 * 1024


class Batches:
    def __init__(self, register: Register, accounting: Accounting, items: ItemOperations) -> None:
        self._register = register
        self._accounting = accounting
        self._items = items
        self.operations: dict[str, Handler] = {
            "BatchGetItem": self.batch_get_item,
            "BatchWriteItem": self.batch_write_item,
        }

    # --- reads ---

    def batch_get_item(self, call: Call, parameters: Parameters) -> Response:
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
        members = {
            "Responses": encode_map({name: array(texts) for name, texts in batch.found.items()}),
            "UnprocessedKeys": encode(batch.left),
        }
        _add_consumed(members, batch.consumed, parameters)
        return answer(call, members)

    def _table_read(self, call: Call, name: str, part: dict[str, Any]) -> Table:
        table = self._register.table(call.region, name)
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

    def batch_write_item(self, call: Call, parameters: Parameters) -> Response:
        wanted: dict[str, list[dict[str, Any]]] = _request_items(call, parameters)
        if sum(map(len, wanted.values())) > MAX_WRITES:
            raise ValidationException("Too many items requested for the BatchWriteItem call")
        fits = {name: list(map(_prepare, requests)) for name, requests in wanted.items()}
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
        table = self._register.table(call.region, name)
        found = [prepare(table) for prepare in fits]
        if len({write.key for write in found}) < len(found):
            raise ValidationException("Provided list of item keys contains duplicates")
        return found


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
        self.found: dict[str, list[bytes]] = {}
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
        chosen = stored.data if projection is None else encode(projection.choose(stored.item()))
        self.found[name].append(chosen)

    def leave(self, name: str, part: dict[str, Any], key: dict[str, Any]) -> None:
        if name not in self.left:
            self.left[name] = {**part, "Keys": []}
        self.left[name]["Keys"].append(key)

    def raise_if_nothing_was_done(self) -> None:
        if self.refused is not None and not self.consumed:
            raise self.refused


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
