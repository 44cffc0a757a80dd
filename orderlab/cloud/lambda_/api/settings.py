"""Operations on what hangs on a function: concurrency, asynchronous settings, tags, the account."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.api.operation import Input, bind, page
from orderlab.cloud.lambda_.destinations import Destinations
from orderlab.cloud.lambda_.errors import InvalidParameterValue, ResourceNotFound
from orderlab.cloud.lambda_.invoke import ACCOUNT_CONCURRENCY, UNRESERVED_MINIMUM
from orderlab.cloud.lambda_.model import EventInvokeConfig, Function
from orderlab.cloud.lambda_.names import (
    LATEST,
    FunctionName,
    function_arn,
    parse_function_name,
)
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.settings_rules import check_tags

EVENT_SETTINGS = {"MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"}


class SettingsOperations:
    """What is set beside a function's configuration: concurrency, retries, destinations, tags."""

    def __init__(self, registry: FunctionRegistry, destinations: Destinations) -> None:
        self._registry, self._destinations = registry, destinations

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "PutFunctionConcurrency": self.put_concurrency,
                "GetFunctionConcurrency": self.get_concurrency,
                "DeleteFunctionConcurrency": self.delete_concurrency,
                "PutFunctionEventInvokeConfig": self.put_event_invoke,
                "UpdateFunctionEventInvokeConfig": self.update_event_invoke,
                "GetFunctionEventInvokeConfig": self.get_event_invoke,
                "ListFunctionEventInvokeConfigs": self.list_event_invoke,
                "DeleteFunctionEventInvokeConfig": self.delete_event_invoke,
                "TagResource": self.tag,
                "UntagResource": self.untag,
                "ListTags": self.tags,
                "GetAccountSettings": self.account,
                "GetRuntimeManagementConfig": self.runtime_management,
                "GetFunctionCodeSigningConfig": self.code_signing,
            }
        )

    def _function(self, call: Call, input: Input) -> Function:
        name = parse_function_name(input["FunctionName"])
        return self._registry.backend(call.region).function(name)

    # --- concurrency: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html

    def put_concurrency(self, call: Call, input: Input) -> dict[str, Any]:
        """Reserve concurrency.

        https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
        """
        name = parse_function_name(input["FunctionName"])
        if name.qualifier:
            raise InvalidParameterValue(
                "This operation is permitted on Lambda functions only. Aliases and versions do not "
                "support this operation. Please specify either a function name or an unqualified "
                "function ARN."
            )
        # a function that does not exist is named with its qualifier here
        name = FunctionName(name.name, LATEST, name.region, name.account_id)
        function = self._registry.backend(call.region).function(name)
        wanted = input["ReservedConcurrentExecutions"]
        if wanted < function.provisioned_total:
            # with the blanks that AWS puts there
            raise AwsError(
                f" ReservedConcurrentExecutions  {wanted} should not be lower than function's "
                f"total provisioned concurrency [{function.provisioned_total}].",
                code=InvalidParameterValue.code,
            )
        others = self._registry.claimed_total(function.region) - function.claimed
        if ACCOUNT_CONCURRENCY - others - wanted < UNRESERVED_MINIMUM:
            raise AwsError(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                "UnreservedConcurrentExecution below its minimum value of "
                f"[{UNRESERVED_MINIMUM}].",
                code=InvalidParameterValue.code,
            )
        self._registry.set_reserved(function, wanted)
        return {"ReservedConcurrentExecutions": wanted}

    def get_concurrency(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html"""
        reserved = self._function(call, input).reserved_concurrency
        return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def delete_concurrency(self, call: Call, input: Input) -> None:
        """Give the reservation up.

        https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html
        """
        self._registry.set_reserved(self._function(call, input), None)

    # --- asynchronous invocation

    def put_event_invoke(self, call: Call, input: Input) -> dict[str, Any]:
        """Set retries and destinations anew.

        https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
        """
        function, qualifier = self._to_be_set(call, input)
        config = EventInvokeConfig(f"{function.arn}:{qualifier}")
        return self._set_event_invoke(function, qualifier, config, input)

    def update_event_invoke(self, call: Call, input: Input) -> dict[str, Any]:
        """Change some of them.

        https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html
        """
        function, qualifier = self._to_be_set(call, input)
        config = _found(function, qualifier)
        return self._set_event_invoke(function, qualifier, config, input)

    def _to_be_set(self, call: Call, input: Input) -> tuple[Function, str]:
        """Where settings go; AwsError if there are none, or there is no such place."""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        if not input.keys() & EVENT_SETTINGS:
            raise InvalidParameterValue(
                "You must specify at least one of error handling or destination setting."
            )
        return self._existing(call, name), name.qualifier or LATEST

    def _existing(self, call: Call, name: FunctionName) -> Function:
        backend = self._registry.backend(call.region)
        backend.require_here(name)
        try:
            return backend.version(name).function
        except ResourceNotFound:
            raise ResourceNotFound("The function doesn't exist.") from None

    def _to_be_read(self, call: Call, input: Input) -> tuple[Function, str]:
        """Where settings are; AwsError if there is no such place, or nothing is set there."""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        backend = self._registry.backend(call.region)
        backend.require_here(name)
        qualifier = name.qualifier or LATEST
        function = backend.functions.get(name.name)
        if function is None:
            raise _nothing_set(function_arn(call.region, backend.account_id, name.name, qualifier))
        _found(function, qualifier)
        return function, qualifier

    def _set_event_invoke(
        self, function: Function, qualifier: str, config: EventInvokeConfig, input: Input
    ) -> dict[str, Any]:
        destinations = input.get("DestinationConfig") or {}
        chosen = {
            side: (destinations.get(side) or {}).get("Destination", "")
            for side in ("OnSuccess", "OnFailure")
        }
        self._destinations.check(function, chosen["OnSuccess"], chosen["OnFailure"])
        if "DestinationConfig" in input:
            config.on_success, config.on_failure = chosen["OnSuccess"], chosen["OnFailure"]
        if "MaximumRetryAttempts" in input:
            config.maximum_retry_attempts = input["MaximumRetryAttempts"]
        if "MaximumEventAgeInSeconds" in input:
            config.maximum_event_age = input["MaximumEventAgeInSeconds"]
        config.last_modified = time.time()
        function.event_invoke[qualifier] = config
        return shown.event_invoke(config)

    def get_event_invoke(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html"""
        return shown.event_invoke(_found(*self._to_be_read(call, input)))

    def list_event_invoke(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html"""
        function = self._existing(call, parse_function_name(input["FunctionName"]))
        configs = [shown.event_invoke(config) for config in function.event_invoke.values()]
        some, marker = page(configs, input)
        return {"FunctionEventInvokeConfigs": some, **marker}

    def delete_event_invoke(self, call: Call, input: Input) -> None:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html"""
        function, qualifier = self._to_be_read(call, input)
        del function.event_invoke[qualifier]

    # --- tags

    def _tagged(self, call: Call, input: Input) -> Function:
        name = parse_function_name(input["Resource"])
        if name.qualifier:
            raise InvalidParameterValue(
                "Tags on function aliases and versions are not supported. Please specify a "
                "function ARN."
            )
        return self._registry.backend(call.region).function(name)

    def tag(self, call: Call, input: Input) -> None:
        """https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html"""
        function = self._tagged(call, input)
        if not input["Tags"]:
            raise InvalidParameterValue("An error occurred and the request cannot be processed.")
        after = {**function.tags, **input["Tags"]}
        check_tags(after)
        function.tags = after

    def untag(self, call: Call, input: Input) -> None:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html"""
        function = self._tagged(call, input)
        for key in input["TagKeys"]:
            function.tags.pop(key, None)

    def tags(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html"""
        return {"Tags": self._tagged(call, input).tags}

    # --- the account

    def account(self, call: Call, input: Input) -> dict[str, Any]:
        """Limits and usage of the account.

        https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
        """
        backend = self._registry.backend(call.region)
        functions = list(backend.functions.values())
        size = sum(version.code.size for one in functions for version in one.all_versions())
        layers = [layer for versions in backend.layers.values() for layer in versions.values()]
        claimed = self._registry.claimed_total(call.region)
        return {
            "AccountLimit": {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
                "UnreservedConcurrentExecutions": ACCOUNT_CONCURRENCY - claimed,
            },
            "AccountUsage": {
                "TotalCodeSize": size + sum(layer.code.size for layer in layers),
                "FunctionCount": len(functions),
            },
        }

    # --- what is always as it is by default

    def runtime_management(self, call: Call, input: Input) -> dict[str, Any]:
        """Always `Auto`.

        https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html
        """
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        version = self._registry.backend(call.region).version(name)
        return {"UpdateRuntimeOn": "Auto", "FunctionArn": version.arn}

    def code_signing(self, call: Call, input: Input) -> dict[str, Any]:
        """Always none.

        https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html
        """
        return {"CodeSigningConfigArn": "", "FunctionName": self._function(call, input).name}


def _found(function: Function, qualifier: str) -> EventInvokeConfig:
    config = function.event_invoke.get(qualifier)
    if config is None:
        raise _nothing_set(f"{function.arn}:{qualifier}")
    return config


def _nothing_set(arn: str) -> ResourceNotFound:
    return ResourceNotFound(f"The function {arn} doesn't have an EventInvokeConfig")
