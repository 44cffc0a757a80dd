"""All operations of Lambda: who answers which, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.functions.api.functions import FunctionOperations
from orderlab.cloud.functions.api.invocations import InvokeOperations

if TYPE_CHECKING:
    from orderlab.cloud.functions.service import FunctionService


class Catalogue(dict[str, Handler]):
    """Handlers by operation; an operation that nobody answers is refused by name."""

    def get(self, operation: str, default: object = None) -> Handler:  # type: ignore[override]
        return super().get(operation) or refuse


def refuse(call: Call, parameters: Parameters) -> Result:
    raise NotDoneYet(f"the operation {call.operation} of Lambda")


def all_operations(service: FunctionService) -> Catalogue:
    found = Catalogue()
    for part in (FunctionOperations(service), InvokeOperations(service)):
        found.update(part.operations())
    return found
