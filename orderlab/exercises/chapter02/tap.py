"""A client of DynamoDB that writes down what is done with it, for checks that look on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.exercises.engine import Workspace

WRITES = {"PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem", "ExecuteStatement"}


class Tap:
    """`client` is an ordinary boto3 client; `calls` holds (operation, units) of each call.

    `before_write` runs once, just before the first write is sent: what a second copy of a
    function may do at that moment.
    """

    def __init__(
        self, workspace: Workspace, before_write: Callable[[], None] | None = None
    ) -> None:
        self.client = workspace.target.new_client("dynamodb")
        self.calls: list[tuple[str, float]] = []
        self._before_write = before_write
        events = self.client.meta.events
        events.register("provide-client-params.dynamodb", self._ask)
        events.register("before-call.dynamodb", self._before)
        events.register("after-call.dynamodb", self._note)

    @property
    def units(self) -> float:
        return sum(units for _, units in self.calls)

    def used(self, operation: str) -> bool:
        return any(name == operation for name, _ in self.calls)

    def _ask(self, params: Any, model: Any, **_: Any) -> Any:
        if model.input_shape and "ReturnConsumedCapacity" in model.input_shape.members:
            return {**params, "ReturnConsumedCapacity": "TOTAL"}
        return params

    def _before(self, model: Any, **_: Any) -> None:
        then, wanted = self._before_write, model.name in WRITES
        if then is not None and wanted:
            self._before_write = None
            then()

    def _note(self, parsed: Any, model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity") or []
        parts = consumed if isinstance(consumed, list) else [consumed]
        units = sum(part.get("CapacityUnits", 0.0) for part in parts)
        self.calls.append((model.name, units))
