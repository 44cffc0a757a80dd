"""Writes: to DynamoDB first, and then into the item cache of the primary node.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.item-cache
Differs from AWS: what a write stores is known without another read, so that it costs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.dax.part import NodePart
from orderlab.cloud.dax.protocol import keys, replies, requests
from orderlab.cloud.dax.protocol.keys import KeySchema
from orderlab.cloud.dax.protocol.methods import Member

Parameters = dict[str, Any]


class Writes(NodePart):
    """Writes of one item and of batches."""

    async def put_item(self, arguments: list[Any]) -> bytes:
        """PutItem; the item is cached once DynamoDB has it."""
        table = requests.table_name(arguments[0])
        schema = await self.tables.schema(table)
        parameters = requests.put_item(arguments, schema, self.lists.names_of)
        result = await self.tables.call("PutItem", parameters)
        self.stored(table, schema, parameters["Item"])
        return self._answer(parameters, result, schema)

    async def delete_item(self, arguments: list[Any]) -> bytes:
        """DeleteItem; that the item is gone is cached, too."""
        table = requests.table_name(arguments[0])
        schema = await self.tables.schema(table)
        parameters = requests.by_key(arguments, schema)
        result = await self.tables.call("DeleteItem", parameters)
        self.deleted(table, schema, parameters["Key"])
        return self._answer(parameters, result, schema)

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
        if wanted in ("NONE", "ALL_NEW"):
            item = result["Attributes"]
        else:
            item = self.tables.stored(table, parameters["Key"])
        if item is None:
            self.deleted(table, schema, parameters["Key"])
        else:
            self.stored(table, schema, item)
        return self._answer(parameters, result, schema)

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

    def stored(self, table: str, schema: KeySchema, item: dict[str, Any]) -> None:
        """An item was written to DynamoDB."""
        raw = keys.encode_attributes(item, schema, self.lists.number_of)
        self.replication.written((table, keys.encode_key(item, schema)), raw)

    def deleted(self, table: str, schema: KeySchema, key: dict[str, Any]) -> None:
        """An item was deleted from DynamoDB: nothing is known of it any more."""
        self.replication.written((table, keys.encode_key(key, schema)), None, forget=True)

    # --- batches ---

    async def batch_write_item(self, arguments: list[Any]) -> bytes:
        """BatchWriteItem; what was written is cached."""
        schemas = await self.tables.schemas(requests.by_tables(arguments[0]))
        items = requests.batch_write(arguments[0], schemas, self.lists.names_of)
        options = requests.plain_options(requests.options(arguments[1]))
        result = await self.tables.call("BatchWriteItem", {"RequestItems": items, **options})
        left = result.get("UnprocessedItems", {})
        for table, written in items.items():
            self._batch_written(table, schemas[table], written, left.get(table, []))
        capacity = replies.consumed_by_all(result.get("ConsumedCapacity", []))
        metrics = replies.collections(result.get("ItemCollectionMetrics", {}))
        return replies.batch_write(left, schemas, self.lists.number_of, capacity, metrics)

    def _batch_written(
        self,
        table: str,
        schema: KeySchema,
        written: list[Parameters],
        left: list[Parameters],
    ) -> None:
        unwritten = {keys.encode_key(_item(write), schema) for write in left}
        for write in written:
            item = _item(write)
            if keys.encode_key(item, schema) in unwritten:
                continue
            if "PutRequest" in write:
                self.stored(table, schema, item)
            else:
                self.deleted(table, schema, item)


def _item(write: Parameters) -> dict[str, Any]:
    """The item of a put, the key of a delete."""
    put = write.get("PutRequest")
    found: dict[str, Any] = put["Item"] if put else write["DeleteRequest"]["Key"]
    return found
