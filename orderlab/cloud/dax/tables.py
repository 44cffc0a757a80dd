"""DynamoDB, as a cluster sees it: with the permissions of the cluster's own role.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.create-cluster.cli.create-service-role.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import CachedTables, Call, Dispatch, Principal
from orderlab.cloud.dax.protocol.keys import KeySchema
from orderlab.cloud.dax.work import LongWork, worked
from orderlab.cloud.http import JSON_1_0, Request, Response

# seconds of the clock for which the keys of a table are believed to stay what they are
SCHEMA_SECONDS = 60.0
MOST_SCHEMAS = 10_000
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Content(dict[str, Any]):
    """A result, and of how many bytes it was made."""

    size: int = 0


def _body(parameters: dict[str, Any]) -> bytes:
    return _encode(parameters).encode("utf-8", "replace")


class Tables:
    """Calls DynamoDB in the name of one cluster."""

    def __init__(
        self,
        dispatch: Dispatch,
        items: CachedTables,
        region: str,
        principal: Principal,
        now: Callable[[], float],
        long_work: LongWork,
    ) -> None:
        self._dispatch = dispatch
        self._items = items
        self._region = region
        self._principal = principal
        self._now = now
        self._long_work = long_work
        self._schemas: dict[str, tuple[float, KeySchema]] = {}

    async def call(self, operation: str, parameters: dict[str, Any], size: int = 0) -> Content:
        """The result of an operation. `size` is about how many bytes its parameters are.

        Raises AwsError, as DynamoDB does.
        """
        headers = {
            "x-amz-target": f"DynamoDB_20120810.{operation}",
            "content-type": JSON_1_0,
        }
        body = await worked(self._long_work, size, _body, parameters)
        request = Request("POST", "/", "", headers, body)
        call = Call(
            "dynamodb", operation, self._region, self._principal, request, str(uuid.uuid4())
        )
        try:
            result = await self._dispatch.perform(call, parameters, "json")
        except AwsError as error:
            if error.code == "ResourceNotFoundException" or "the schema" in error.message:
                # the table is gone, or another one has its name
                self._schemas.pop(str(parameters.get("TableName")), None)
            raise
        if not isinstance(result, Response):
            return Content(result)
        content = Content(await worked(self._long_work, len(result.body), json.loads, result.body))
        content.size = len(result.body)
        if result.status >= 400:
            code = str(content.get("__type", "InternalServerError")).rpartition("#")[2]
            raise AwsError(str(content.get("message", "")), code=code, status=result.status)
        return content

    def stored(self, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """An item as it is now, which is no call and costs nothing."""
        return self._items.stored_item(self._region, table, key)

    def check_projection(self, parameters: dict[str, Any]) -> None:
        """Raise ValidationException if a ProjectionExpression and its names are not valid."""
        self._items.check_projection(parameters)

    # --- keys ---

    def known_schema(self, table: str) -> KeySchema | None:
        """The keys of a table that was asked about lately."""
        found = self._schemas.get(table)
        return found[1] if found is not None and found[0] > self._now() else None

    async def schema(self, table: str) -> KeySchema:
        """The keys of a table. Raises ResourceNotFoundException, and AccessDenied for the role."""
        known = self.known_schema(table)
        if known is not None:
            return known
        described = await self._describe(table)
        types = {a["AttributeName"]: a["AttributeType"] for a in described["AttributeDefinitions"]}
        by_role = {key["KeyType"]: key["AttributeName"] for key in described["KeySchema"]}
        names = [by_role[role] for role in ("HASH", "RANGE") if role in by_role]
        found = tuple((name, types[name]) for name in names)
        if len(self._schemas) >= MOST_SCHEMAS:
            self._schemas.clear()
        self._schemas[table] = (self._now() + SCHEMA_SECONDS, found)
        return found

    async def _describe(self, table: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = (await self.call("DescribeTable", {"TableName": table}))[
                "Table"
            ]
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                # calls that move data do not name the table
                raise AwsError("Requested resource not found", code=error.code) from None
            raise
        return found

    async def schemas(self, tables: Iterable[str]) -> dict[str, KeySchema]:
        """The keys of several tables."""
        return {table: await self.schema(table) for table in dict.fromkeys(tables)}
