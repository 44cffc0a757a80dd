"""What a request leaves in the flight recorder and in the metrics of its node."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Hop, Permissions, Principal, Recorder
from orderlab.cloud.dax.node import Node
from orderlab.cloud.dax.protocol import methods
from orderlab.cloud.dax.protocol.keys import KeySchema
from orderlab.cloud.dax.protocol.requests import Received

_BY_KEY = (methods.GET_ITEM, methods.PUT_ITEM, methods.UPDATE_ITEM, methods.DELETE_ITEM)
_COUNTS = {
    **{name: f"{name}RequestCount" for name in methods.OPERATIONS.values()},
    "TransactGetItems": "TransactGetItemsCount",
    "TransactWriteItems": "TransactWriteItemsCount",
}


@dataclass(slots=True)
class Asked:
    """A request that is being answered. `operation` is empty until it is known to be one."""

    operation: str = ""
    principal: Principal | None = None
    received: Received | None = None
    # the kind of fault that an experiment struck it with
    struck: str = ""
    started: float = field(default_factory=time.perf_counter)


class Recording:
    """Notes down the requests of one node's clients."""

    def __init__(
        self,
        node: Node,
        *,
        cluster_arn: str,
        permissions: Permissions,
        recorder: Recorder,
        clock: Clock,
        known_schema: Callable[[str], KeySchema | None],
    ) -> None:
        self._node = node
        self._arn = cluster_arn
        self._function_of = permissions.function_of
        self._recorder = recorder
        self._wall = clock.wall
        self._known_schema = known_schema

    def ended(self, asked: Asked, error: AwsError | None = None) -> None:
        """Note down how a request of DynamoDB's operations ended."""
        if not asked.operation or asked.principal is None:
            return
        milliseconds = (time.perf_counter() - asked.started) * 1000
        count = self._node.metrics.count
        count("TotalRequestCount")
        count(_COUNTS[asked.operation])
        if error is None:
            self._node.metrics.took(asked.operation, milliseconds)
        else:
            count("FailedRequestCount")
            count("FaultRequestCount" if error.status >= 500 else "ErrorRequestCount")
            if "Throttl" in error.code or "ThroughputExceeded" in error.code:
                count("ThrottledRequestCount")
        self._recorder.record(
            Hop(
                at=self._wall() - milliseconds / 1000,
                source=self._source(asked.principal),
                target=self._arn,
                action=asked.operation,
                outcome="ok" if error is None else error.code,
                duration_ms=round(milliseconds, 3),
                ids=self._ids(asked.received),
                detail={"fault": asked.struck} if asked.struck else {},
            )
        )

    def _source(self, principal: Principal) -> str:
        """A function's ARN for its own session; `client` for the account."""
        if principal.kind == "account":
            return "client"
        return self._function_of(principal) or principal.arn

    def _ids(self, received: Received | None) -> tuple[str, ...]:
        """The correlation ids in a key. Of other requests DynamoDB's own entries tell them."""
        if received is None or received.method not in _BY_KEY:
            return ()
        table, key = received.arguments[:2]
        if not isinstance(table, bytes) or not isinstance(key, bytes):
            return ()
        schema = self._known_schema(table.decode("utf-8", "replace"))
        if schema is None or len(schema) != 1 or schema[0][1] != "S":
            return ()
        return self._recorder.ids_in(b'{"%b":"%b"}' % (schema[0][0].encode(), key))
