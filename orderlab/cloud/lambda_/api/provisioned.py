"""Operations on provisioned concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_.api.operation import Input, bind, page
from orderlab.cloud.lambda_.api.provisioned_rules import (
    check_alone,
    check_room,
    not_found,
    not_latest,
)
from orderlab.cloud.lambda_.errors import ProvisionedConfigNotFound
from orderlab.cloud.lambda_.model import Function, ProvisionedConfig
from orderlab.cloud.lambda_.names import parse_function_name
from orderlab.cloud.lambda_.provisioning import Provisioning
from orderlab.cloud.lambda_.registry import FunctionRegistry


class ProvisionedOperations:
    """Sets and shows how many environments are ready beforehand."""

    def __init__(self, registry: FunctionRegistry, provisioning: Provisioning) -> None:
        self._registry, self._provisioning = registry, provisioning

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "PutProvisionedConcurrencyConfig": self.put,
                "GetProvisionedConcurrencyConfig": self.get,
                "ListProvisionedConcurrencyConfigs": self.list_all,
                "DeleteProvisionedConcurrencyConfig": self.delete,
            }
        )

    def put(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html"""
        function, qualifier = self._named(call, input, setting=True)
        wanted = input["ProvisionedConcurrentExecutions"]
        claimed = self._registry.claimed_total(function.region) - function.claimed
        check_room(function, qualifier, wanted, claimed)
        check_alone(function, qualifier)
        modified = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        config = ProvisionedConfig(wanted, modified)
        self._registry.set_provisioned(function, qualifier, config)
        return {**self._shown(function, qualifier), "Status": "IN_PROGRESS"}

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html"""
        function, qualifier = self._named(call, input)
        if qualifier not in function.provisioned:
            raise ProvisionedConfigNotFound()
        return self._shown(function, qualifier)

    def list_all(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html"""
        name = parse_function_name(input["FunctionName"])
        function = self._registry.backend(call.region).function(name)
        some, marker = page(list(function.provisioned), input)
        shown = [
            {"FunctionArn": f"{function.arn}:{qualifier}", **self._shown(function, qualifier)}
            for qualifier in some
        ]
        return {"ProvisionedConcurrencyConfigs": shown, **marker}

    def delete(self, call: Call, input: Input) -> None:
        """Take provisioned concurrency away; nothing happens where there is none.

        https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html
        """
        function, qualifier = self._named(call, input)
        self._registry.set_provisioned(function, qualifier, None)

    def _named(self, call: Call, input: Input, *, setting: bool = False) -> tuple[Function, str]:
        """The function, and the version or alias; AwsError if they do not exist."""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        qualifier = not_latest(name.qualifier, setting=setting)
        backend = self._registry.backend(call.region)
        backend.require_here(name)
        function = backend.functions.get(name.name)
        if function is not None and (
            qualifier in function.aliases or function.version(qualifier) is not None
        ):
            return function, qualifier
        raise not_found(call.region, backend.account_id, name, qualifier)

    def _shown(self, function: Function, qualifier: str) -> dict[str, Any]:
        config = function.provisioned[qualifier]
        standing = self._provisioning.standing(function, qualifier)
        shown: dict[str, Any] = {
            "RequestedProvisionedConcurrentExecutions": config.requested,
            "AvailableProvisionedConcurrentExecutions": standing.available,
            "AllocatedProvisionedConcurrentExecutions": standing.allocated,
            "Status": standing.status,
            "LastModified": config.last_modified,
        }
        if standing.reason:
            shown["StatusReason"] = standing.reason
        return shown
