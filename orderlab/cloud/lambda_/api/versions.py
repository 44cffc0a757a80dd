"""Operations on versions and aliases.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.api.operation import Input, bind, page
from orderlab.cloud.lambda_.api.provisioned_rules import check_moved
from orderlab.cloud.lambda_.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
    function_not_found,
)
from orderlab.cloud.lambda_.model import Alias, Function, revision
from orderlab.cloud.lambda_.names import LATEST, FunctionName, parse_function_name
from orderlab.cloud.lambda_.registry import FunctionRegistry


class VersionOperations:
    """Publishes versions, and names them with aliases."""

    def __init__(self, registry: FunctionRegistry) -> None:
        self._registry = registry

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "PublishVersion": self.publish,
                "ListVersionsByFunction": self.list_versions,
                "CreateAlias": self.create_alias,
                "UpdateAlias": self.update_alias,
                "GetAlias": self.get_alias,
                "ListAliases": self.list_aliases,
                "DeleteAlias": self.delete_alias,
            }
        )

    def _function(self, call: Call, input: Input) -> Function:
        name = parse_function_name(input["FunctionName"])
        return self._registry.backend(call.region).function(name)

    def publish(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""
        function = self._function(call, input)
        latest = function.latest
        if input.get("RevisionId") and input["RevisionId"] != latest.revision_id:
            raise PreconditionFailed()
        wanted = input.get("CodeSha256")
        if wanted and wanted != latest.code.sha256:
            raise InvalidParameterValue(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST "
                f"({latest.code.sha256}). Please try again with the CodeSHA256 in $LATEST."
            )
        return shown.configuration(self._registry.publish(function, input.get("Description")))

    def list_versions(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html"""
        function = self._function(call, input)
        some, marker = page(function.all_versions(), input)
        versions = [{**shown.configuration(one), "FunctionArn": one.arn} for one in some]
        return {"Versions": versions, **marker}

    # --- aliases

    def create_alias(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html"""
        named = parse_function_name(input["FunctionName"])
        backend = self._registry.backend(call.region)
        if named.name not in backend.functions:
            # AWS looks for the version first
            named = FunctionName(
                named.name, input["FunctionVersion"], named.region, named.account_id
            )
        function = backend.function(named)
        name = input["Name"]
        if name in function.aliases:
            raise ResourceConflict(f"Alias already exists: {function.arn}:{name}")
        alias = Alias(name, input["FunctionVersion"], input.get("Description", ""))
        alias.weights = _weights(input)
        _check(function, alias)
        self._registry.set_alias(function, alias)
        return shown.alias(function, alias)

    def update_alias(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html"""
        function = self._function(call, input)
        before = function.aliases.get(input["Name"])
        if before is None:
            raise ResourceNotFound(f"Alias not found: {function.arn}:{input['Name']}")
        if input.get("RevisionId") and input["RevisionId"] != before.revision_id:
            raise PreconditionFailed()
        after = Alias(
            before.name,
            input.get("FunctionVersion", before.version),
            input.get("Description", before.description),
            _weights(input) if "RoutingConfig" in input else before.weights,
            revision(),
        )
        _check(function, after)
        check_moved(function, after)
        self._registry.set_alias(function, after)
        return shown.alias(function, after)

    def get_alias(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html"""
        function = self._function(call, input)
        return shown.alias(function, _alias(function, input["Name"]))

    def list_aliases(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html"""
        function = self._function(call, input)
        wanted = input.get("FunctionVersion")
        found = [
            alias
            for _, alias in sorted(function.aliases.items())
            if wanted is None or wanted == alias.version or wanted in alias.weights
        ]
        some, marker = page(found, input)
        return {"Aliases": [shown.alias(function, alias) for alias in some], **marker}

    def delete_alias(self, call: Call, input: Input) -> None:
        """Delete an alias with its policy, its URL, and what else was set for it.

        https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html
        """
        function = self._function(call, input)
        self._registry.delete_alias(function, input["Name"])


def _alias(function: Function, name: str) -> Alias:
    found = function.aliases.get(name)
    if found is None:
        raise ResourceNotFound(f"Cannot find alias arn: {function.arn}:{name}")
    return found


def _weights(input: Input) -> dict[str, float]:
    routing = input.get("RoutingConfig") or {}
    return dict(routing.get("AdditionalVersionWeights") or {})


def _check(function: Function, alias: Alias) -> None:
    """AwsError unless the versions exist and may share the alias."""
    if len(alias.weights) > 1:
        raise InvalidParameterValue(
            "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    if alias.weights and alias.version == LATEST:
        raise AwsError(
            "$LATEST is not supported for an alias pointing to more than 1 version",
            code=InvalidParameterValue.code,
        )
    if alias.version in alias.weights:
        raise InvalidParameterValue(
            f"Invalid function version {alias.version}. Function version {alias.version} is "
            "already included in routing configuration."
        )
    for number in (alias.version, *alias.weights):
        if number != LATEST and function.version(number) is None:
            raise function_not_found(f"{function.arn}:{number}")
