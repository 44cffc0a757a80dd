"""Query and Scan: from the query cache, or from DynamoDB and then into it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html#DAX.concepts.query-cache
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from orderlab.cloud.dax.part import NodePart
from orderlab.cloud.dax.protocol import replies, requests
from orderlab.cloud.dax.protocol.methods import RETURN_CONSUMED_CAPACITY, Member, Parameter


class Searches(NodePart):
    """Searches on one node. A hit is answered at once."""

    def query(self, arguments: list[Any]) -> bytes | Awaitable[bytes]:
        """A Query, from the cache if it may."""
        return self._search("Query", arguments[0], arguments[1], arguments[2])

    def scan(self, arguments: list[Any]) -> bytes | Awaitable[bytes]:
        """A Scan, from the cache if it may."""
        return self._search("Scan", arguments[0], None, arguments[1])

    def _search(
        self, operation: str, name: Any, key_condition: Any, parameters: Any
    ) -> bytes | Awaitable[bytes]:
        table, given = requests.table_name(name), requests.options(parameters)
        if given.get(Parameter.CONSISTENT_READ):
            return self._search_later(operation, table, key_condition, given, None)
        key = (operation, *requests.search_key(table, key_condition, given))
        cached = self.node.queries.get(key)
        if cached is None:
            self.node.miss(f"{operation}Cache")
            return self._search_later(operation, table, key_condition, given, key)
        self.node.hit(f"{operation}Cache")
        capacity = RETURN_CONSUMED_CAPACITY.get(given.get(Parameter.RETURN_CONSUMED_CAPACITY, 0))
        if capacity and capacity != "NONE":
            cached = {
                **cached,
                Member.CONSUMED_CAPACITY: replies.consumed_nothing(table, capacity),
            }
        return replies.members(cached)

    async def _search_later(
        self,
        operation: str,
        table: str,
        key_condition: Any,
        given: dict[int, Any],
        key: tuple[Any, ...] | None,
    ) -> bytes:
        schema = await self.tables.schema(table)
        parameters, wanted = requests.search(table, key_condition, given, schema)
        if wanted is not None and "ProjectionExpression" not in parameters:
            self.check_projection(wanted, requests.placeholders_of(given))
        result = await self.tables.call(operation, parameters)
        arguments = (result, schema, self.lists.number_of, wanted, Parameter.INDEX_NAME in given)
        found = await self.worked(result.size, replies.search_members, *arguments)
        if key is not None:
            self.node.queries.put(key, found, sum(len(str(part)) for part in key))
        if "ConsumedCapacity" in result:
            consumed = replies.consumed(result["ConsumedCapacity"])
            found = {**found, Member.CONSUMED_CAPACITY: consumed}
        return replies.members(found)
