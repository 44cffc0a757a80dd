"""Operations on function URLs. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from orderlab.cloud import ids
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.api.operation import Input, bind, page
from orderlab.cloud.lambda_.errors import ResourceConflict, ResourceNotFound
from orderlab.cloud.lambda_.model import Function, UrlConfig, timestamp
from orderlab.cloud.lambda_.names import parse_function_name
from orderlab.cloud.lambda_.registry import FunctionRegistry

_LETTERS = string.ascii_lowercase + string.digits


class UrlOperations:
    """Creates, changes, shows and deletes function URLs."""

    def __init__(self, registry: FunctionRegistry) -> None:
        self._registry = registry

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "CreateFunctionUrlConfig": self.create,
                "UpdateFunctionUrlConfig": self.update,
                "GetFunctionUrlConfig": self.get,
                "ListFunctionUrlConfigs": self.list_all,
                "DeleteFunctionUrlConfig": self.delete,
            }
        )

    def _target(
        self, call: Call, input: Input, missing: str = "Function does not exist"
    ) -> tuple[Function, str | None]:
        """The function and the alias that a URL is for; the error says `missing` without them."""
        name = parse_function_name(input["FunctionName"], input.get("Qualifier"))
        backend = self._registry.backend(call.region)
        backend.require_here(name)
        function = backend.functions.get(name.name)
        if function is None or (name.qualifier and name.qualifier not in function.aliases):
            raise ResourceNotFound(missing)
        return function, name.qualifier

    def _existing(self, call: Call, input: Input) -> UrlConfig:
        return _found(*self._target(call, input, ResourceNotFound().message))

    def create(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html"""
        function, qualifier = self._target(call, input)
        if qualifier in function.urls:
            raise ResourceConflict(
                f"Failed to create function url config for [functionArn = {function.arn}]. "
                "Error message:  FunctionUrlConfig exists for this Lambda function"
            )
        _check_mode(input)
        url_id = ids.letters(f"url of {function.arn}", _LETTERS, 32)
        url = UrlConfig(url_id, function, qualifier, input["AuthType"], input.get("Cors") or {})
        self._registry.remember_url(url)
        return shown.url_config(url)

    def update(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html"""
        url = _found(*self._target(call, input))
        _check_mode(input)
        url.auth_type = input.get("AuthType", url.auth_type)
        if "Cors" in input:
            url.cors = input["Cors"]
        url.last_modified = timestamp()
        return shown.url_config(url)

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html"""
        return shown.url_config(self._existing(call, input))

    def list_all(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html"""
        function, _ = self._target(call, input)
        some, marker = page(list(function.urls.values()), input)
        return {"FunctionUrlConfigs": [shown.url_config(url) for url in some], **marker}

    def delete(self, call: Call, input: Input) -> None:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionUrlConfig.html"""
        url = self._existing(call, input)
        self._registry.forget_url(url.function, url.qualifier)


def _check_mode(input: Input) -> None:
    if input.get("InvokeMode", "BUFFERED") != "BUFFERED":
        raise NotDoneYet("response streaming")


def _found(function: Function, qualifier: str | None) -> UrlConfig:
    url = function.urls.get(qualifier)
    if url is None:
        raise ResourceNotFound()
    return url
