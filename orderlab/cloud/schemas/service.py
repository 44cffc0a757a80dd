"""EventBridge's schema registry: its operations.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema.html
Differs from AWS: the registry `aws.events` with the schemas of AWS services is not there; no code
bindings, exports and policies of registries; a schema is discovered at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, EventBuses, Handler, Parameters, Result
from orderlab.cloud.protocols.model_input import read_rest_input
from orderlab.cloud.schemas.discoverers import Discoverers
from orderlab.cloud.schemas.errors import BadRequest
from orderlab.cloud.schemas.registry import Registry
from orderlab.cloud.schemas.registry_operations import RegistryOperations
from orderlab.cloud.schemas.schema_operations import SchemaOperations
from orderlab.cloud.settings import Settings
from orderlab.cloud.telemetry.long_work import LongWork

_NOT_DONE = {
    "code bindings of schemas": (
        "DescribeCodeBinding", "GetCodeBindingSource", "PutCodeBinding",
    ),
    "exports of schemas": ("ExportSchema",),
    "policies of schema registries": (
        "DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy",
    ),
}  # fmt: skip


class SchemaService:
    """All schema registries."""

    name = "schemas"

    def __init__(self, *, settings: Settings, clock: Clock, buses: EventBuses) -> None:
        self.registry = Registry(account_id=settings.account_id)
        long_work = LongWork()
        handlers: dict[str, Handler] = {
            **RegistryOperations(registry=self.registry).handlers,
            **SchemaOperations(registry=self.registry, clock=clock, long_work=long_work).handlers,
            **Discoverers(
                registry=self.registry, buses=buses, clock=clock, long_work=long_work
            ).handlers,
        }
        self.operations: Mapping[str, Handler] = {
            **{name: _checked(handler) for name, handler in handlers.items()},
            **{name: _refusal(what) for what, names in _NOT_DONE.items() for name in names},
        }

    async def start(self) -> None:
        """Nothing runs."""

    async def stop(self) -> None:
        """Nothing runs."""


def _checked(handler: Handler) -> Handler:
    """The handler, which gets only what fits AWS's model."""

    def handle(call: Call, parameters: Parameters) -> Any:
        try:
            given = read_rest_input(call, parameters)
        except ValidationException as error:
            raise BadRequest(error.message) from None
        return handler(call, given)

    return handle


def _refusal(what: str) -> Handler:
    def refuse(call: Call, parameters: Parameters) -> Result:
        raise NotDoneYet(what)

    return refuse
