"""What tests of refusals share: a function with versions, and cases of calls with their answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, zip_of

HANDLER = "def handler(event, context): return 1"
OF_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function"
INVALID, MISSING, VALIDATION = (
    "InvalidParameterValueException",
    "ResourceNotFoundException",
    "ValidationException",
)
TWO_QUALIFIERS = (
    INVALID,
    "The derived qualifier from the function name does not match the specified qualifier.",
)
NO_FUNCTION_FOR_EVENTS = (MISSING, "The function doesn't exist.")
NO_FUNCTION_FOR_URLS = (MISSING, "Function does not exist")
NO_RESOURCE = (MISSING, "The resource you requested does not exist.")
OTHER_REGION = (
    MISSING,
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
)
ON_FUNCTIONS_ONLY = (
    INVALID,
    "This operation is permitted on Lambda functions only. Aliases and versions do not support "
    "this operation. Please specify either a function name or an unqualified function ARN.",
)
URL_QUALIFIER = r"failed to satisfy constraint: Member must satisfy regular expression pattern: "
URL_QUALIFIER += r"((?!^\d+$)^[0-9a-zA-Z-_]+$)"
OLD_REVISION = (
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias "
    "API to retrieve the latest Revision Id",
)


class Made:
    """A function with two versions and the alias `live`, and a second function."""

    def __init__(self, functions: Lambda) -> None:
        self.client = functions.client
        self.name, self.other = functions.make(HANDLER), functions.make(HANDLER)
        self.arn = f"{OF_FUNCTION}:{self.name}"
        self.client.publish_version(FunctionName=self.name)
        self.client.update_function_configuration(FunctionName=self.name, Description="second")
        self.client.publish_version(FunctionName=self.name)
        self.client.create_alias(FunctionName=self.name, Name="live", FunctionVersion="1")
        self.role = self.client.get_function_configuration(FunctionName=self.name)["Role"]
        self.zipped = zip_of(HANDLER)

    def settings(self, name: str) -> dict[str, Any]:
        """What a new function takes at least."""
        return {
            "FunctionName": name,
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": self.role,
            "Code": {"ZipFile": self.zipped},
        }

    def filled(self, value: Any) -> Any:
        """A value of a case, with what was made in the places of `{name}` and the like."""
        if isinstance(value, str):
            for word in ("name", "other", "arn", "role"):
                value = value.replace(f"{{{word}}}", getattr(self, word))
            return value
        if isinstance(value, dict):
            return {self.filled(key): self.filled(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.filled(entry) for entry in value]
        return value


def refused(made: Made, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(ClientError) as found:
        getattr(made.client, operation)(**made.filled(parameters))
    return dict(found.value.response)


Case = tuple[str, dict[str, Any], tuple[str, str]]


def check(made: Made, case: Case) -> None:
    operation, parameters, (code, message) = case
    response = refused(made, operation, parameters)
    assert response["Error"]["Code"] == code
    assert made.filled(message) in response["Error"]["Message"]
    if code in (INVALID, MISSING):
        assert response.get("Type", "User") == "User"


def described(case: Case) -> str:
    operation, parameters, _ = case
    return f"{operation} {json.dumps(parameters, default=str)[:70]}"


def made_on(cloud: Any) -> Made:
    functions = Lambda(cloud)
    # what the client would refuse by itself is to reach the server
    functions.client = cloud.client("lambda", parameter_validation=False)
    return Made(functions)
