"""Operations on functions: create, update, read, list, delete."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.api.operation import Input, bind, page
from orderlab.cloud.lambda_.errors import (
    InvalidParameterValue,
    PreconditionFailed,
    RequestEntityTooLarge,
    ResourceConflict,
)
from orderlab.cloud.lambda_.model import Code, Configuration, Function, Version
from orderlab.cloud.lambda_.names import LATEST, not_a_name, parse_function_name
from orderlab.cloud.lambda_.package import could_not_unzip, too_large_unzipped
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.settings_rules import (
    SettingsRules,
    check_tags,
    refuse_not_done,
)
from orderlab.cloud.lambda_.workshop import Workshop

# 50 MB of zip in base64, and the rest of a request
CREATE_LIMIT_BYTES = 70_167_211
UNZIPPED_LIMIT_BYTES = 262_144_000
ZIPPED_LIMIT_BYTES = 52_428_800
LONGEST_NAME = 64


class FunctionOperations:
    """Creates, changes, shows and deletes functions."""

    def __init__(
        self, *, registry: FunctionRegistry, workshop: Workshop, rules: SettingsRules
    ) -> None:
        self._registry, self._workshop, self._rules = registry, workshop, rules

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "CreateFunction": self.create,
                "UpdateFunctionCode": self.update_code,
                "UpdateFunctionConfiguration": self.update_configuration,
                "GetFunction": self.get,
                "GetFunctionConfiguration": self.get_configuration,
                "ListFunctions": self.list_all,
                "DeleteFunction": self.delete,
            }
        )

    async def create(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
        backend = self._registry.backend(call.region)
        name = parse_function_name(input["FunctionName"])
        if name.qualifier:
            raise not_a_name(input["FunctionName"])
        backend.require_here(name)
        if len(name.name) > LONGEST_NAME:
            raise InvalidParameterValue(
                f"1 validation error detected: Value '{name.name}' at 'functionName' failed to "
                f"satisfy constraint: Member must have length less than or equal to {LONGEST_NAME}"
            )
        refuse_not_done(input)
        _check_size(call)
        if name.name in backend.functions:
            raise ResourceConflict(f"Function already exist: {name.name}")
        configuration = self._rules.new(backend, input)
        check_tags(input.get("Tags") or {})
        self._workshop.prepare()
        code = await self._code(input["Code"])
        function = Function(call.region, backend.account_id, name.name)
        function.latest = await self._version(function, LATEST, configuration, code)
        function.tags = dict(input.get("Tags") or {})
        if name.name in backend.functions:
            raise ResourceConflict(f"Function already exist: {name.name}")
        backend.functions[name.name] = function
        if input.get("Publish"):
            return shown.configuration(self._registry.publish(function))
        return shown.configuration(function.latest)

    async def update_code(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
        function = self._registry.backend(call.region).function(
            parse_function_name(input["FunctionName"])
        )
        _check_size(call)
        _check_revision(function.latest, input)
        refuse_not_done(input)
        configuration = function.latest.configuration
        if input.get("Architectures"):
            import dataclasses

            configuration = dataclasses.replace(
                configuration, architectures=tuple(input["Architectures"])
            )
        with _alone(function):
            code = await self._code(input)
            version = await self._version(function, LATEST, configuration, code)
            if input.get("DryRun"):
                return shown.configuration(version)
            self._registry.replace_latest(function, version)
        if input.get("Publish"):
            return shown.configuration(self._registry.publish(function))
        return shown.configuration(version)

    async def update_configuration(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html"""
        backend = self._registry.backend(call.region)
        function = backend.function(parse_function_name(input["FunctionName"]))
        before = function.latest
        _check_revision(before, input)
        configuration = self._rules.changed(backend, before.configuration, input)
        with _alone(function):
            version = await self._version(function, LATEST, configuration, before.code)
            self._registry.replace_latest(function, version)
        return shown.configuration(version)

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html"""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        version = self._registry.backend(call.region).version(name)
        function = version.function
        result: dict[str, Any] = {
            "Configuration": _qualified(version, name.qualifier),
            "Code": {
                "RepositoryType": "S3",
                "Location": self._workshop.links.link(version.code),
            },
        }
        if function.tags:
            result["Tags"] = function.tags
        if function.reserved_concurrency is not None:
            result["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved_concurrency}
        return result

    def get_configuration(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html"""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        return _qualified(self._registry.backend(call.region).version(name), name.qualifier)

    def list_all(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""
        functions = self._registry.backend(call.region).functions
        versions: list[Version] = []
        for name in sorted(functions):
            function = functions[name]
            versions += (
                function.all_versions()
                if input.get("FunctionVersion") == "ALL"
                else [function.latest]
            )
        some, marker = page(versions, input)
        every = input.get("FunctionVersion") == "ALL"
        shown_some = [_qualified(version, LATEST if every else None) for version in some]
        return {"Functions": shown_some, **marker}

    def delete(self, call: Call, input: Input) -> None:
        """Delete a function, or one published version.

        https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
        """
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        backend = self._registry.backend(call.region)
        function = backend.unqualified(name)
        if name.qualifier is None:
            self._registry.delete(function)
            return
        if name.qualifier == LATEST:
            raise InvalidParameterValue(
                "$LATEST version cannot be deleted without deleting the function."
            )
        if name.qualifier in function.aliases:
            raise InvalidParameterValue(
                f"Deletion of aliases is not currently supported. Use DeleteAlias: {name.qualifier}"
            )
        version = function.version(name.qualifier)
        if version is None:
            # one that is gone already
            return
        users = [
            alias.name
            for alias in function.aliases.values()
            if version.number == alias.version or version.number in alias.weights
        ]
        if users:
            raise ResourceConflict(
                f"The following aliases reference function version {version.number}: "
                f"{', '.join(users)}. You cannot delete it."
            )
        self._registry.delete_version(function, version)

    # --- what they share

    async def _code(self, given: Mapping[str, Any]) -> Code:
        if given.get("ImageUri"):
            raise NotDoneYet("functions from container images")
        if given.get("S3Bucket") or given.get("S3Key"):
            raise NotDoneYet("deployment packages from S3: send the zip itself as ZipFile")
        if "ZipFile" not in given:
            raise InvalidParameterValue("Please provide a source for function code.")
        try:
            zipped = base64.b64decode(given["ZipFile"], validate=True)
        except (binascii.Error, ValueError):
            raise could_not_unzip() from None
        if not zipped:
            raise InvalidParameterValue("Uploaded file must be a non-empty zip")
        if len(zipped) > ZIPPED_LIMIT_BYTES:
            raise RequestEntityTooLarge(
                f"Zipped size must be smaller than {ZIPPED_LIMIT_BYTES} bytes"
            )
        return await self._workshop.unpack(zipped)

    async def _version(
        self, function: Function, number: str, configuration: Configuration, code: Code
    ) -> Version:
        layers = configuration.layers
        if code.unzipped + sum(layer.code.unzipped for layer in layers) > UNZIPPED_LIMIT_BYTES:
            raise too_large_unzipped()
        folder = await self._workshop.merge(layers)
        return Version(function, number, configuration, code, folder)


def _qualified(version: Version, qualifier: str | None) -> dict[str, Any]:
    """A configuration whose ARN ends as the function was named."""
    result = shown.configuration(version)
    if qualifier and version.number == LATEST:
        result["FunctionArn"] = f"{version.function.arn}:{qualifier}"
    elif qualifier:
        alias = qualifier in version.function.aliases
        result["FunctionArn"] = f"{version.function.arn}:{qualifier}" if alias else version.arn
    return result


@contextmanager
def _alone(function: Function) -> Iterator[None]:
    """One update at a time: ResourceConflictException for another that comes meanwhile."""
    if function.updating:
        raise ResourceConflict(
            "The operation cannot be performed at this time. An update is in progress for "
            f"resource: {function.arn}"
        )
    function.updating = True
    try:
        yield
    finally:
        function.updating = False


def _check_revision(version: Version, input: Input) -> None:
    if input.get("RevisionId") and input["RevisionId"] != version.revision_id:
        raise PreconditionFailed()


def _check_size(call: Call) -> None:
    if len(call.request.body) > CREATE_LIMIT_BYTES:
        raise RequestEntityTooLarge(
            f"Request must be smaller than {CREATE_LIMIT_BYTES} bytes for the {call.operation} "
            "operation"
        )
