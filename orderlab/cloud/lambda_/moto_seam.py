"""The state of Lambda in one account and Region, at the place where moto looks for it.

Functions, aliases and layers are kept in our own form (`model.py`): moto's versions share their
policies, reuse their numbers and lose settings. Those parts of moto that look a function up
(CloudFormation, tagging, event sources) find it here all the same.
"""

from __future__ import annotations

from typing import Any

import moto.awslambda.urls
from moto.awslambda.models import LambdaBackend

from orderlab.cloud.aws_error import AccessDenied, NotDoneYet
from orderlab.cloud.lambda_.errors import ResourceNotFound, function_not_found
from orderlab.cloud.lambda_.model import Function, LayerVersion, Version
from orderlab.cloud.lambda_.names import (
    LATEST,
    FunctionName,
    function_arn,
    parse_function_name,
    parse_layer_name,
)


class FunctionBackend(LambdaBackend):  # type: ignore[misc, unused-ignore]
    """Functions and layers by name."""

    _url_module = moto.awslambda.urls

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.functions: dict[str, Function] = {}
        # layer name -> version number -> version; deleted versions are taken out
        self.layers: dict[str, dict[int, LayerVersion]] = {}
        self.last_layer_numbers: dict[str, int] = {}
        self._lambdas = _MotoLookup(self)

    # --- look-ups

    def function(self, name: FunctionName) -> Function:
        """The function; ResourceNotFoundException with the ARN that was asked for."""
        self.require_here(name)
        function = self.functions.get(name.name)
        if function is None:
            raise function_not_found(self._arn(name))
        return function

    def require_here(self, name: FunctionName) -> None:
        """AwsError for a name with another Region or account."""
        if name.region not in ("", self.region_name):
            raise ResourceNotFound(
                f"Functions from '{name.region}' are not reachable in this region "
                f"('{self.region_name}')"
            )
        if name.account_id not in ("", self.account_id):
            # AWS says no more either
            raise AccessDenied("", status=403)

    def unqualified(self, name: FunctionName) -> Function:
        """The function, whatever its qualifier; the error names it without."""
        return self.function(FunctionName(name.name, None, name.region, name.account_id))

    def version(self, name: FunctionName) -> Version:
        """`$LATEST`, a published version, or the version that an alias names."""
        function = self.function(name)
        if name.qualifier in (None, LATEST):
            return function.latest
        assert name.qualifier is not None
        alias = function.aliases.get(name.qualifier)
        number = alias.version if alias else name.qualifier
        if number == LATEST:
            return function.latest
        version = function.version(number)
        if version is None:
            raise function_not_found(self._arn(name))
        return version

    def layer_version(self, name: str, number: int) -> LayerVersion:
        """A version of a layer, by its name or ARN; ResourceNotFoundException if it is missing."""
        layer = parse_layer_name(name)
        found = self.layers.get(layer.name, {}).get(number)
        if found is None:
            raise ResourceNotFound()
        return found

    def _arn(self, name: FunctionName) -> str:
        region, account = name.region or self.region_name, name.account_id or self.account_id
        return function_arn(region, account, name.name, name.qualifier)

    # --- what other parts of moto ask for

    def get_function(self, function_name_or_arn: str, qualifier: str | None = None) -> Any:
        """A function in moto's form."""
        return _MotoFunction(self.version(parse_function_name(function_name_or_arn, qualifier)))

    def get_function_by_arn(self, function_arn: str) -> Any:
        """A function in moto's form; None if there is none."""
        return self._lambdas.get_arn(function_arn)

    def list_functions(self, func_version: str | None = None) -> list[Any]:
        """All functions in moto's form."""
        return [_MotoFunction(function.latest) for function in self.functions.values()]

    def create_function(self, spec: dict[str, Any]) -> Any:
        """Raise NotDoneYet: CloudFormation creates no functions here."""
        raise NotDoneYet("functions made by CloudFormation templates")

    def send_sqs_batch(self, function_arn: str, messages: Any, queue_arn: str) -> bool:
        """Refuse a batch that moto wants to push: our own pollers read the queues."""
        # our own pollers read queues; moto's push must not
        return False

    def send_dynamodb_items(self, function_arn: str, items: list[Any], source: str) -> bytes:
        """Refuse records that moto wants to push: our own pollers read the streams."""
        # an empty answer keeps the records in moto's shard
        return b""

    def list_tags(self, resource_arn: str) -> dict[str, str]:
        """The tags of a function, by its ARN."""
        return self.function(parse_function_name(resource_arn)).tags


class _MotoFunction:
    """As much of moto's LambdaFunction as other parts of moto read."""

    def __init__(self, version: Version) -> None:
        self.function_arn = version.shown_arn
        self.function_name = version.function.name
        self.tags = version.function.tags
        self.version = version.number
        self.role = version.configuration.role


class _MotoLookup:
    """Stands where moto keeps its functions."""

    def __init__(self, backend: FunctionBackend) -> None:
        self._backend = backend

    def get_function_by_name_or_arn_with_qualifier(
        self, name_or_arn: str, qualifier: str | None = None
    ) -> _MotoFunction:
        found: _MotoFunction = self._backend.get_function(name_or_arn, qualifier)
        return found

    get_function_by_name_or_arn_forbid_qualifier = get_function_by_name_or_arn_with_qualifier

    def get_arn(self, arn: str) -> _MotoFunction | None:
        try:
            return self.get_function_by_name_or_arn_with_qualifier(arn)
        except ResourceNotFound:
            return None
