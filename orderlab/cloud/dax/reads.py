"""GetItem and BatchGetItem: from the item cache, or from DynamoDB and then into it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html#DAX.concepts.request-processing-read
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dax.item_cache import Cached, ItemKey
from orderlab.cloud.dax.part import NodePart
from orderlab.cloud.dax.protocol import cbor, keys, many_items, replies, requests
from orderlab.cloud.dax.protocol.expressions import Path, Placeholders
from orderlab.cloud.dax.protocol.keys import KeySchema
from orderlab.cloud.dax.protocol.many_items import TableKeys
from orderlab.cloud.dax.protocol.methods import RETURN_CONSUMED_CAPACITY, Member, Parameter
from orderlab.cloud.dax.protocol.projections import encode_projected
from orderlab.cloud.dax.work import LONG_BYTES

Parameters = dict[str, Any]


MOST_KEYS = 100


class Reads(NodePart):
    """Reads of items by their keys, on one node."""

    def get_item(self, arguments: list[Any]) -> bytes | Awaitable[bytes]:
        """GetItem. A hit is answered at once."""
        table, raw = requests.table_name(arguments[0]), requests.raw(arguments[1])
        given = requests.options(arguments[2])
        wanted = requests.projection_of(given)
        if wanted is not None:
            self.check_projection(wanted, requests.placeholders_of(given))
        schema = self.tables.known_schema(table)
        if schema is None or given.get(Parameter.CONSISTENT_READ):
            return self._get_later(table, raw, given, wanted)
        key = keys.canonical_key(raw, schema)
        cached = self.node.items.get((table, key))
        if cached is None:
            return self._get_later(table, raw, given, wanted)
        self.node.hit("ItemCache")
        if wanted is not None and len(cached.attributes or b"") > LONG_BYTES:
            return self._hit_later(table, key, given, wanted, cached)
        found = self._item_member(cached, key, schema, wanted)
        return self._hit(table, found, given)

    async def _hit_later(
        self,
        table: str,
        key: bytes,
        given: dict[int, Any],
        wanted: list[Path] | None,
        cached: Cached,
    ) -> bytes:
        schema = await self.tables.schema(table)
        found = await self.long_work.run(self._item_member, cached, key, schema, wanted)
        return self._hit(table, found, given)

    def _hit(self, table: str, found: replies.Members, given: dict[int, Any]) -> bytes:
        """The answer from the cache, which consumed nothing."""
        capacity = RETURN_CONSUMED_CAPACITY.get(given.get(Parameter.RETURN_CONSUMED_CAPACITY, 0))
        if capacity and capacity != "NONE":
            found[Member.CONSUMED_CAPACITY] = replies.consumed_nothing(table, capacity)
        return replies.members(found)

    async def _get_later(
        self, table: str, raw: bytes, given: dict[int, Any], wanted: list[Path] | None
    ) -> bytes:
        schema = await self.tables.schema(table)
        key = keys.canonical_key(raw, schema)
        options = requests.plain_options(given)
        consistent = options.get("ConsistentRead", False)
        cached = None if consistent else self.node.items.get((table, key))
        if cached is not None:
            # only the keys of the table had to be looked up again
            self.node.hit("ItemCache")
            return await self._hit_later(table, key, given, wanted, cached)
        ticket = self.replication.ticket()
        if not consistent:
            self.node.miss("ItemCache")
        key_item = keys.decode_key(raw, schema)
        parameters: Parameters = {"TableName": table, "Key": key_item, **options}
        result = await self.tables.call("GetItem", parameters)
        cached = await self.worked(result.size, self._cached, result.get("Item"), schema)
        if not consistent:
            self.replication.learnt((table, key), cached.attributes, ticket, self.node)
        found = await self.worked(result.size, self._item_member, cached, key, schema, wanted)
        if "ConsumedCapacity" in result:
            found[Member.CONSUMED_CAPACITY] = replies.consumed(result["ConsumedCapacity"])
        return replies.members(found)

    def _cached(self, item: dict[str, Any] | None, schema: KeySchema) -> Cached:
        if item is None:
            return Cached(None)
        return Cached(keys.encode_attributes(item, schema, self.lists.number_of))

    def _cached_by_keys(
        self, items: list[dict[str, Any]], schema: KeySchema
    ) -> dict[bytes, Cached]:
        return {keys.encode_key(item, schema): self._cached(item, schema) for item in items}

    def _item_member(
        self, cached: Cached, key: bytes, schema: KeySchema, wanted: list[Path] | None
    ) -> replies.Members:
        if cached.attributes is None:
            return {}
        if wanted is None:
            return {Member.ITEM: replies.stream_item(cached.attributes)}
        return {Member.ITEM: self._projected(cached.attributes, key, schema, wanted)}

    def _projected(
        self, attributes: bytes, key: bytes, schema: KeySchema, wanted: Sequence[Path]
    ) -> bytes:
        item = keys.decode_attributes(attributes, self.lists.names_of)
        return encode_projected(item | keys.decode_key(key, schema), wanted)

    # --- several items ---

    async def batch_get_item(self, arguments: list[Any]) -> bytes:
        """BatchGetItem: what the cache has not comes from DynamoDB, in one call."""
        by_table = many_items.batch_get(arguments[0])
        options = requests.plain_options(requests.options(arguments[1]))
        schemas = await self.tables.schemas(by_table)
        _check_keys(by_table, schemas)
        for of_table in by_table.values():
            if of_table.projection is not None:
                self.check_projection(of_table.projection, Placeholders())
        found: dict[ItemKey, Cached] = {}
        missing = {
            table: self._missing(table, of_table, schemas[table], found)
            for table, of_table in by_table.items()
        }
        result: Parameters = {}
        if any(missing.values()) or not by_table:
            result = await self._get_missing(by_table, missing, schemas, options, found)
        size = sum(len(cached.attributes or b"") for cached in found.values())
        return await self.worked(
            size, self._batch_answer, by_table, schemas, options, found, result
        )

    def _missing(
        self, table: str, of_table: TableKeys, schema: KeySchema, found: dict[ItemKey, Cached]
    ) -> list[bytes]:
        """The keys that the cache does not know; those that it knows go into `found`."""
        missing = []
        for raw in of_table.keys:
            key = keys.canonical_key(raw, schema)
            cached = None if of_table.consistent else self.node.items.get((table, key))
            if cached is None:
                missing.append(key)
            else:
                found[(table, key)] = cached
        if not of_table.consistent:
            self.node.hit("ItemCache", len(of_table.keys) - len(missing))
            self.node.miss("ItemCache", len(missing))
        return missing

    async def _get_missing(
        self,
        by_table: dict[str, TableKeys],
        missing: dict[str, list[bytes]],
        schemas: dict[str, KeySchema],
        options: Parameters,
        found: dict[ItemKey, Cached],
    ) -> Parameters:
        asked: Parameters = {}
        for table, wanted in missing.items():
            # a table without keys is DynamoDB's to refuse
            if wanted or not by_table[table].keys:
                decoded = [keys.decode_key(key, schemas[table]) for key in wanted]
                consistent = by_table[table].consistent
                asked[table] = {"Keys": decoded, "ConsistentRead": consistent}
        ticket = self.replication.ticket()
        result = await self.tables.call("BatchGetItem", {"RequestItems": asked, **options})
        for table in asked:
            schema = schemas[table]
            left = result.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            unread = {keys.encode_key(key, schema) for key in left}
            items = result["Responses"].get(table, [])
            got = await self.worked(result.size, self._cached_by_keys, items, schema)
            for key in missing[table]:
                if key in unread:
                    continue
                cached = got.get(key, Cached(None))
                found[(table, key)] = cached
                if not by_table[table].consistent:
                    self.replication.learnt((table, key), cached.attributes, ticket, self.node)
        return result

    def _batch_answer(
        self,
        by_table: dict[str, TableKeys],
        schemas: dict[str, KeySchema],
        options: Parameters,
        found: dict[ItemKey, Cached],
        result: Parameters,
    ) -> bytes:
        responses: dict[str, bytes] = {}
        unprocessed: dict[str, list[bytes]] = {}
        for table, of_table in by_table.items():
            schema, parts = schemas[table], []
            for raw in of_table.keys:
                key = keys.canonical_key(raw, schema)
                cached = found.get((table, key))
                if cached is None:
                    unprocessed.setdefault(table, []).append(raw)
                elif cached.attributes is not None and of_table.projection is not None:
                    wanted = of_table.projection
                    parts.append(self._projected(cached.attributes, key, schema, wanted))
                elif cached.attributes is not None:
                    parts += [cbor.binary(key), cbor.binary(cached.attributes)]
            responses[table] = cbor.array(parts)
        capacity = replies.consumed_by_all(self._batch_capacity(by_table, options, result))
        return replies.batch_get(responses, unprocessed, capacity)

    def _batch_capacity(
        self, by_table: dict[str, TableKeys], options: Parameters, result: Parameters
    ) -> list[Parameters]:
        """What each table's items took; nothing for those that the cache knew all of."""
        wanted = options.get("ReturnConsumedCapacity", "NONE")
        if wanted == "NONE":
            return []
        known = {each["TableName"]: each for each in result.get("ConsumedCapacity", [])}
        nothing: Parameters = {"CapacityUnits": 0.0}
        if wanted == "INDEXES":
            nothing["Table"] = {"CapacityUnits": 0.0}
        return [known.get(table, {"TableName": table, **nothing}) for table in by_table]


def _check_keys(by_table: dict[str, TableKeys], schemas: dict[str, KeySchema]) -> None:
    """Refuse what DynamoDB refuses, since it may not see the keys that the cache knows."""
    if sum(len(of_table.keys) for of_table in by_table.values()) > MOST_KEYS:
        raise ValidationException("Too many items requested for the BatchGetItem call")
    for table, of_table in by_table.items():
        distinct = {keys.canonical_key(raw, schemas[table]) for raw in of_table.keys}
        if len(distinct) < len(of_table.keys):
            raise ValidationException("Provided list of item keys contains duplicates")
