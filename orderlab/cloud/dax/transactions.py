"""Transactions pass through; what they wrote is read again for the cache, in the background.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-dax
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dax.part import Caches, NodePart, Shared
from orderlab.cloud.dax.protocol import keys, many_items, replies, requests
from orderlab.cloud.dax.protocol.keys import KeySchema
from orderlab.cloud.dax.tables import Content

log = logging.getLogger("orderlab.cloud.dax")
# transactions that are read again at a time; of those that come then, the cache forgets the items
MOST_BACKGROUND_READS = 100


class Transactions(NodePart):
    """TransactGetItems and TransactWriteItems."""

    def __init__(self, node: Caches, shared: Shared) -> None:
        super().__init__(node, shared)
        self._background: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """End the reading in the background."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def transact_get_items(self, arguments: list[Any]) -> bytes:
        """TransactGetItems, which goes past the caches."""
        tables = many_items.transact_tables(arguments[0])
        schemas = await self.tables.schemas(tables)
        parameters, wanted = many_items.transact_get(arguments, schemas)
        of_actions = [schemas[table] for table in tables]
        result = await self._call("TransactGetItems", parameters, of_actions)
        capacity = replies.consumed_by_transaction(result.get("ConsumedCapacity", []))
        content = (result["Responses"], of_actions, wanted, self.lists.number_of, capacity)
        return await self.worked(result.size, replies.transact_get, *content)

    async def transact_write_items(self, arguments: list[Any]) -> bytes:
        """TransactWriteItems; the items that it wrote are put into the cache or forgotten."""
        tables = many_items.transact_tables(arguments[1])
        schemas = await self.tables.schemas(tables)
        size = requests.bytes_in(arguments[3])
        parameters = await self.worked(
            size, many_items.transact_write, arguments, schemas, self.lists.names_of
        )
        actions = [pair for action in parameters["TransactItems"] for pair in action.items()]
        of_actions = [schemas[table] for table in tables]
        result = await self._call("TransactWriteItems", parameters, of_actions)
        self._written(actions, schemas)
        capacity = replies.consumed_by_transaction(result.get("ConsumedCapacity", []))
        metrics = replies.collections(result.get("ItemCollectionMetrics", {}))
        return replies.transact_write(capacity, metrics)

    async def _call(
        self, operation: str, parameters: dict[str, Any], schemas: list[KeySchema]
    ) -> Content:
        try:
            return await self.tables.call(operation, parameters)
        except AwsError as error:
            # the items among the reasons are encoded with the keys of their tables
            error.details["schemas"] = schemas
            raise

    # --- the cache afterwards ---

    def _written(
        self, actions: list[tuple[str, dict[str, Any]]], schemas: dict[str, KeySchema]
    ) -> None:
        """Forget the items, and read them again: an answer does not say what was written."""
        gets = []
        for name, action in actions:
            if name == "ConditionCheck":
                continue
            table = action["TableName"]
            schema = schemas[table]
            item = action.get("Item") or action["Key"]
            key = {attribute: item[attribute] for attribute, _ in schema}
            self.replication.written((table, keys.encode_key(key, schema)), None, forget=True)
            gets.append({"Get": {"TableName": table, "Key": key}})
        if gets and len(self._background) < MOST_BACKGROUND_READS:
            task = asyncio.get_running_loop().create_task(self._read_again(gets, schemas))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _read_again(self, gets: list[dict[str, Any]], schemas: dict[str, KeySchema]) -> None:
        ticket = self.replication.ticket()
        try:
            result = await self.tables.call("TransactGetItems", {"TransactItems": gets})
        except AwsError as error:
            log.info("reading a transaction's items again failed: %s", error.code)
            return
        for get, response in zip(gets, result["Responses"], strict=True):
            table = get["Get"]["TableName"]
            schema = schemas[table]
            item = response.get("Item")
            key = (table, keys.encode_key(get["Get"]["Key"], schema))
            raw = None
            if item is not None:
                number_of = self.lists.number_of
                raw = await self.worked(
                    result.size, keys.encode_attributes, item, schema, number_of
                )
            self.replication.learnt(key, raw, ticket, self.node)
