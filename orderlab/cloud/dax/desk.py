"""Takes the requests of one node's clients, and sees to it that each gets an answer.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Permissions, Recorder
from orderlab.cloud.dax.faults import NodeFaults
from orderlab.cloud.dax.node import HOST, Node
from orderlab.cloud.dax.part import Shared
from orderlab.cloud.dax.protocol import errors, methods, replies, requests
from orderlab.cloud.dax.protocol.cbor import BadCbor
from orderlab.cloud.dax.protocol.requests import Received
from orderlab.cloud.dax.reads import Reads
from orderlab.cloud.dax.recording import Asked, Recording
from orderlab.cloud.dax.searches import Searches
from orderlab.cloud.dax.session import Session
from orderlab.cloud.dax.transactions import Transactions
from orderlab.cloud.dax.work import LONG_REQUEST_BYTES
from orderlab.cloud.dax.writes import Writes

log = logging.getLogger("orderlab.cloud.dax")
Answer = bytes | Awaitable[bytes]
Nodes = Callable[[], Sequence[Node]]
_TRANSACT_ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}


class Desk:
    """Answers the requests that come to a node."""

    def __init__(
        self,
        node: Node,
        shared: Shared,
        *,
        cluster_arn: str,
        permissions: Permissions,
        recorder: Recorder,
        strike: NodeFaults,
        clock: Clock,
        nodes: Nodes,
    ) -> None:
        self._node = node
        self._shared = shared
        self._arn = cluster_arn
        self._require = permissions.require
        self._recording = Recording(
            node,
            cluster_arn=cluster_arn,
            permissions=permissions,
            recorder=recorder,
            clock=clock,
            known_schema=shared.tables.known_schema,
        )
        self._faults = strike
        self._nodes = nodes
        reads, searches = Reads(node, shared), Searches(node, shared)
        writes = Writes(node, shared)
        self._transactions = Transactions(node, shared)
        self._operations: dict[int, Callable[[list[Any]], Answer]] = {
            methods.GET_ITEM: reads.get_item,
            methods.BATCH_GET_ITEM: reads.batch_get_item,
            methods.QUERY: searches.query,
            methods.SCAN: searches.scan,
            methods.PUT_ITEM: writes.put_item,
            methods.UPDATE_ITEM: writes.update_item,
            methods.DELETE_ITEM: writes.delete_item,
            methods.BATCH_WRITE_ITEM: writes.batch_write_item,
            methods.TRANSACT_GET_ITEMS: self._transactions.transact_get_items,
            methods.TRANSACT_WRITE_ITEMS: self._transactions.transact_write_items,
        }

    async def stop(self) -> None:
        """End what goes on in the background."""
        await self._transactions.stop()

    def answer(self, session: Session, frame: bytes) -> Answer | None:
        """The answer to a request, at once if it can be; None if none is expected."""
        asked = Asked()
        if len(frame) > LONG_REQUEST_BYTES:
            return self._answer_later(session, frame, asked)
        try:
            received = requests.read(frame)
            if received.method == methods.AUTHORIZE:
                session.authorise(received.arguments)
                return None
            result = self._begin(session, received, asked)
        except Exception as error:
            return self._failed(error, asked)
        if not isinstance(result, bytes):
            return self._awaited(result, asked)
        self._recording.ended(asked)
        return errors.success(result)

    async def _answer_later(self, session: Session, frame: bytes, asked: Asked) -> bytes:
        """As `answer`, for a request that takes long to read."""
        try:
            session.principal()
            received = await self._shared.long_work.run(requests.read, frame)
            result = self._begin(session, received, asked)
            content = result if isinstance(result, bytes) else await result
        except Exception as error:
            return self._failed(error, asked)
        self._recording.ended(asked)
        return errors.success(content)

    async def _awaited(self, result: Awaitable[bytes], asked: Asked) -> bytes:
        try:
            content = await result
        except Exception as error:
            return self._failed(error, asked)
        self._recording.ended(asked)
        return errors.success(content)

    def _begin(self, session: Session, received: Received, asked: Asked) -> Answer:
        """See who asks for what, and whether they may; then begin with it."""
        asked.principal = session.principal()
        operation = methods.OPERATIONS.get(received.method)
        if operation is None:
            return self._about(received)
        asked.operation, asked.received = operation, received
        for action in _actions(operation, received):
            self._require(asked.principal, f"dax:{action}", self._arn)
        if self._faults.on:
            return self._struck(received, asked)
        return self._operations[received.method](received.arguments)

    async def _struck(self, received: Received, asked: Asked) -> bytes:
        """Answer while faults are on: late, with an error, or as ever."""
        await self._faults.strike(received, asked)
        result = self._operations[received.method](received.arguments)
        return result if isinstance(result, bytes) else await result

    def _failed(self, error: Exception, asked: Asked) -> bytes:
        """An error as an answer. What is nobody's fault but ours is written into the log."""
        if isinstance(error, BadCbor | UnicodeError | RecursionError):
            error = ValidationException(f"The request cannot be read: {error}.")
        elif not isinstance(error, AwsError):
            log.error("%s failed", asked.operation, exc_info=error)
            error = AwsError("Internal server error", code="InternalServerError", status=500)
        self._recording.ended(asked, error)
        schemas = error.details.pop("schemas", None)
        return errors.failure(
            error, str(uuid.uuid4()), schemas=schemas, number_of=self._shared.lists.number_of
        )

    # --- what is no operation of DynamoDB ---

    def _about(self, received: Received) -> Answer:
        """What clients ask about the cluster, its tables and its lists of attributes."""
        if received.method == methods.ENDPOINTS:
            return replies.endpoints([_shown(node, at) for at, node in enumerate(self._nodes())])
        (argument,) = received.arguments
        if received.method == methods.DEFINE_KEY_SCHEMA:
            return self._key_schema(requests.table_name(argument))
        if received.method == methods.DEFINE_ATTRIBUTE_LIST:
            return replies.attribute_names(self._shared.lists.names_of(argument))
        if not isinstance(argument, list) or not all(isinstance(n, str) for n in argument):
            raise BadCbor("no list of attributes")
        return replies.number(self._shared.lists.number_of(tuple(argument)))

    async def _key_schema(self, table: str) -> bytes:
        return replies.key_schema(await self._shared.tables.schema(table))


def _actions(operation: str, received: Received) -> Sequence[str]:
    """The actions of DAX that a request needs; a transaction needs those that it is made of."""
    if operation == "TransactGetItems":
        return ("GetItem",)
    if operation != "TransactWriteItems":
        return (operation,)
    kinds = received.arguments[0]
    if not isinstance(kinds, list):
        raise BadCbor("no actions")
    names = {methods.TRANSACT_ACTIONS.get(kind, "") for kind in kinds if isinstance(kind, int)}
    return sorted(_TRANSACT_ACTIONS.get(name, "ConditionCheckItem") for name in names)


def _shown(node: Node, at: int) -> dict[str, Any]:
    return {"host": HOST, "port": node.port, "zone": node.zone, "leads": at == 0}
