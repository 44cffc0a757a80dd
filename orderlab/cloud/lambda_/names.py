"""How functions and layers are named: by name, partial ARN or ARN, with or without a qualifier.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.lambda_.errors import InvalidParameterValue

LATEST = "$LATEST"
PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?"
    r"(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
_NAME = re.compile(PATTERN)
_LAYER_ARN = re.compile(
    r"arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":layer:(?P<name>[a-zA-Z0-9-_]+)(:(?P<version>\d+))?"
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function's name taken apart. `region` and `account_id` are empty where not given."""

    name: str
    qualifier: str | None = None
    region: str = ""
    account_id: str = ""


def parse_function_name(text: str, qualifier: str | None = None) -> FunctionName:
    """Take a function's name apart; AwsError if it is none or names two qualifiers."""
    match = _NAME.fullmatch(text)
    if match is None:
        raise not_a_name(text)
    inner = match.group(13)
    if inner and qualifier and inner != qualifier:
        raise InvalidParameterValue(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    region = (match.group(3) or "").rstrip(":")
    account = (match.group(9) or "").rstrip(":")
    return FunctionName(match.group(11), inner or qualifier or None, region, account)


def not_a_name(text: str) -> ValidationException:
    """The error for a text that cannot name a function."""
    return ValidationException(
        f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy "
        f"constraint: Member must satisfy regular expression pattern: {PATTERN}"
    )


def function_arn(region: str, account_id: str, name: str, qualifier: str | None = None) -> str:
    """The ARN of a function, version or alias."""
    suffix = f":{qualifier}" if qualifier else ""
    return f"arn:aws:lambda:{region}:{account_id}:function:{name}{suffix}"


def layer_arn(region: str, account_id: str, name: str) -> str:
    """The ARN of a layer, without a version."""
    return f"arn:aws:lambda:{region}:{account_id}:layer:{name}"


@dataclass(frozen=True, slots=True)
class LayerName:
    """The parts of a layer's name or ARN; `version` is None where none is given."""

    name: str
    version: int | None = None
    region: str = ""
    account_id: str = ""


def parse_layer_name(text: str) -> LayerName:
    """Take a layer's name, ARN or version ARN apart; AwsError if it is none of them."""
    if re.fullmatch(r"[a-zA-Z0-9-_]+", text):
        return LayerName(text)
    match = _LAYER_ARN.fullmatch(text)
    if match is None:
        raise ValidationException(
            f"1 validation error detected: Value '{text}' at 'layerName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
            "(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+"
        )
    version = match["version"]
    return LayerName(
        match["name"], int(version) if version else None, match["region"], match["account"]
    )
