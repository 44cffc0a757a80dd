"""All operations of Lambda: who answers which, and which are refused."""

from __future__ import annotations

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result, RoleSessions
from orderlab.cloud.lambda_.api.functions import FunctionOperations
from orderlab.cloud.lambda_.api.invocations import InvokeOperations
from orderlab.cloud.lambda_.api.layers import LayerOperations
from orderlab.cloud.lambda_.api.policies import PolicyOperations
from orderlab.cloud.lambda_.api.provisioned import ProvisionedOperations
from orderlab.cloud.lambda_.api.recursion import RecursionOperations
from orderlab.cloud.lambda_.api.settings import SettingsOperations
from orderlab.cloud.lambda_.api.urls import UrlOperations
from orderlab.cloud.lambda_.api.versions import VersionOperations
from orderlab.cloud.lambda_.destinations import Destinations
from orderlab.cloud.lambda_.entrance import Entrance
from orderlab.cloud.lambda_.provisioning import Provisioning
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.settings_rules import SettingsRules
from orderlab.cloud.lambda_.workshop import Workshop


class Catalogue(dict[str, Handler]):
    """Handlers by operation; an operation that nobody answers is refused by name."""

    def get(self, operation: str, default: object = None) -> Handler:
        """The handler of an operation; `refuse` where there is none."""
        return super().get(operation) or refuse


def refuse(call: Call, parameters: Parameters) -> Result:
    """Raise NotDoneYet with the name of the operation."""
    raise NotDoneYet(f"the operation {call.operation} of Lambda")


def all_operations(
    *,
    registry: FunctionRegistry,
    workshop: Workshop,
    entrance: Entrance,
    destinations: Destinations,
    provisioning: Provisioning,
    roles: RoleSessions,
) -> Catalogue:
    """The handlers of every operation of Lambda, but for those on event source mappings."""
    found = Catalogue()
    rules = SettingsRules(roles, destinations)
    for part in (
        FunctionOperations(registry=registry, workshop=workshop, rules=rules),
        InvokeOperations(entrance),
        VersionOperations(registry),
        LayerOperations(registry, workshop),
        PolicyOperations(registry),
        SettingsOperations(registry, destinations),
        ProvisionedOperations(registry, provisioning),
        RecursionOperations(registry),
        UrlOperations(registry),
    ):
        found.update(part.operations())
    return found
