"""All operations of Lambda: who answers which, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.functions.api.functions import FunctionOperations
from orderlab.cloud.functions.api.invocations import InvokeOperations
from orderlab.cloud.functions.api.layers import LayerOperations
from orderlab.cloud.functions.api.policies import PolicyOperations
from orderlab.cloud.functions.api.settings import SettingsOperations
from orderlab.cloud.functions.api.urls import UrlOperations
from orderlab.cloud.functions.api.versions import VersionOperations

if TYPE_CHECKING:
    from orderlab.cloud.functions.service import FunctionService


class Catalogue(dict[str, Handler]):
    """Handlers by operation; an operation that nobody answers is refused by name."""

    def get(self, operation: str, default: object = None) -> Handler:
        return super().get(operation) or refuse


def refuse(call: Call, parameters: Parameters) -> Result:
    raise NotDoneYet(f"the operation {call.operation} of Lambda")


def all_operations(service: FunctionService) -> Catalogue:
    found = Catalogue()
    for part in (
        FunctionOperations(service),
        InvokeOperations(service),
        VersionOperations(service),
        LayerOperations(service),
        PolicyOperations(service),
        SettingsOperations(service),
        UrlOperations(service),
    ):
        found.update(part.operations())
    return found
