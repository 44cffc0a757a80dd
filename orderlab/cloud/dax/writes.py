"""Writes: to DynamoDB first, and then into the item cache of the primary node.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.item-cache
Differs from AWS: what a write stores is known without another read, so that it costs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.dax.part import NodePart
from orderlab.cloud.dax.protocol import keys, many_items, replies, requests
from orderlab.cloud.dax.protocol.keys import KeySchema
from orderlab.cloud.dax.protocol.methods import Member

Parameters = dict[str, Any]
# writes by their tables, and what the cache keeps of them by tables and keys
Items = dict[str, list[Parameters]]
Raws = dict[str, dict[bytes, bytes | None]]


class Writes(NodePart):
    """Writes of one item and of batches."""

    async def put_item(self, arguments: list[Any]) -> bytes:
        """PutItem; the item is cached once DynamoDB has it."""
        table = requests.table_name(arguments[0])
        schema = await self.tables.schema(table)
        size = len(requests.raw(arguments[2]))
        parameters, raw = await self.worked(size, self._read_put, arguments, schema)
        key = (table, keys.encode_key(parameters["Item"], schema))
        result = await self.tables.call("PutItem", parameters, size)
        self.replication.written(key, raw)
        return await self.worked(result.size, self._answer, parameters, result, schema)

    def _read_put(self, arguments: list[Any], schema: KeySchema) -> tuple[Parameters, bytes]:
        """A PutItem, and its item as the cache keeps it."""
        parameters = requests.put_item(arguments, schema, self.lists.names_of)
        raw = keys.encode_attributes(parameters["Item"], schema, self.lists.number_of)
        return parameters, raw

    async def delete_item(self, arguments: list[Any]) -> bytes:
        """DeleteItem; that the item is gone is cached, too."""
        table = requests.table_name(arguments[0])
        schema = await self.tables.schema(table)
        parameters = requests.by_key(arguments, schema)
        result = await self.tables.call("DeleteItem", parameters)
        self.deleted(table, schema, parameters["Key"])
        return await self.worked(result.size, self._answer, parameters, result, schema)

    async def update_item(self, arguments: list[Any]) -> bytes:
        """UpdateItem; the item is cached as it is now."""
        table = requests.table_name(arguments[0])
        schema = await self.tables.schema(table)
        parameters = requests.by_key(arguments, schema)
        wanted = parameters.get("ReturnValues", "NONE")
        if wanted == "NONE":
            parameters["ReturnValues"] = "ALL_NEW"
        result = await self.tables.call("UpdateItem", parameters)
        parameters["ReturnValues"] = wanted
        key = (table, keys.encode_key(parameters["Key"], schema))
        version = self.replication.wrote(key)
        if wanted in ("NONE", "ALL_NEW"):
            item = result["Attributes"]
        else:
            item = self.tables.stored(table, parameters["Key"])
        raw = None
        if item is not None:
            size = max(result.size, len(arguments[2] or ()))
            raw = await self.worked(
                size, keys.encode_attributes, item, schema, self.lists.number_of
            )
        self.replication.written(key, raw, forget=item is None, version=version)
        return await self.worked(result.size, self._answer, parameters, result, schema)

    def _answer(
        self, parameters: Parameters, result: Mapping[str, Any], schema: KeySchema
    ) -> bytes:
        found: replies.Members = {}
        wanted = parameters.get("ReturnValues", "NONE")
        attributes = result.get("Attributes")
        if attributes is not None and wanted.startswith("UPDATED"):
            found[Member.ATTRIBUTES] = replies.updated_attributes(attributes, self.lists.number_of)
        elif attributes is not None and wanted != "NONE":
            raw = keys.encode_attributes(attributes, schema, self.lists.number_of)
            found[Member.ATTRIBUTES] = replies.stream_item(raw)
        if "ConsumedCapacity" in result:
            found[Member.CONSUMED_CAPACITY] = replies.consumed(result["ConsumedCapacity"])
        if "ItemCollectionMetrics" in result:
            metrics = replies.collection(result["ItemCollectionMetrics"])
            found[Member.ITEM_COLLECTION_METRICS] = metrics
        return replies.members(found)

    # --- what the cache knows then ---

    def deleted(self, table: str, schema: KeySchema, key: dict[str, Any]) -> None:
        """An item was deleted from DynamoDB: nothing is known of it any more."""
        self.replication.written((table, keys.encode_key(key, schema)), None, forget=True)

    # --- batches ---

    async def batch_write_item(self, arguments: list[Any]) -> bytes:
        """BatchWriteItem; what was written is cached."""
        schemas = await self.tables.schemas(requests.by_tables(arguments[0]))
        size = many_items.batch_size(arguments[0])
        items, raws = await self.worked(size, self._read_batch, arguments[0], schemas)
        options = requests.plain_options(requests.options(arguments[1]))
        asked = {"RequestItems": items, **options}
        result = await self.tables.call("BatchWriteItem", asked, size)
        left = result.get("UnprocessedItems", {})
        for table, written in raws.items():
            unwritten = {
                keys.encode_key(_item(write), schemas[table]) for write in left.get(table, [])
            }
            for key, raw in written.items():
                if key not in unwritten:
                    self.replication.written((table, key), raw, forget=raw is None)
        capacity = replies.consumed_by_all(result.get("ConsumedCapacity", []))
        metrics = replies.collections(result.get("ItemCollectionMetrics", {}))
        return replies.batch_write(left, schemas, self.lists.number_of, capacity, metrics)

    def _read_batch(self, argument: Any, schemas: Mapping[str, KeySchema]) -> tuple[Items, Raws]:
        """A BatchWriteItem, and its items as the cache keeps them; None for deletes."""
        items = many_items.batch_write(argument, schemas, self.lists.names_of)
        raws: Raws = {}
        for table, writes in items.items():
            schema = schemas[table]
            raws[table] = {
                keys.encode_key(_item(write), schema): self._raw(write, schema) for write in writes
            }
        return items, raws

    def _raw(self, write: Parameters, schema: KeySchema) -> bytes | None:
        if "PutRequest" not in write:
            return None
        return keys.encode_attributes(_item(write), schema, self.lists.number_of)


def _item(write: Parameters) -> dict[str, Any]:
    """The item of a put, the key of a delete."""
    put = write.get("PutRequest")
    found: dict[str, Any] = put["Item"] if put else write["DeleteRequest"]["Key"]
    return found
