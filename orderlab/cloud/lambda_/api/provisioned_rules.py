"""What Lambda demands where concurrency is provisioned.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.lambda_.errors import (
    InvalidParameterValue,
    ResourceConflict,
    ResourceNotFound,
    function_not_found,
)
from orderlab.cloud.lambda_.invoke import ACCOUNT_CONCURRENCY, UNRESERVED_MINIMUM
from orderlab.cloud.lambda_.model import Alias, Function
from orderlab.cloud.lambda_.names import LATEST, FunctionName, function_arn

_TWICE = "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned "
_UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."


def not_latest(qualifier: str | None, *, setting: bool) -> str:
    """The qualifier; InvalidParameterValueException if it is `$LATEST`, or there is none."""
    if qualifier and qualifier != LATEST:
        return qualifier
    if setting:
        raise InvalidParameterValue(_UNPUBLISHED)
    raise InvalidParameterValue(
        "The function resource provided must be an alias or a published version."
    )


def not_found(region: str, account_id: str, name: FunctionName, qualifier: str) -> ResourceNotFound:
    """The error for a version or an alias that does not exist, or whose function does not."""
    arn = function_arn(name.region or region, account_id, name.name, qualifier)
    if qualifier.isdigit():
        return function_not_found(arn)
    return ResourceNotFound(f"Cannot find alias arn: {arn}")


def check_room(function: Function, qualifier: str, wanted: int, claimed: int) -> None:
    """Raise InvalidParameterValueException if there is too little concurrency for that.

    `claimed` is what other functions have reserved or provisioned.
    """
    config = function.provisioned.get(qualifier)
    total = function.provisioned_total - (config.requested if config else 0) + wanted
    if function.reserved_concurrency is not None:
        if total > function.reserved_concurrency:
            raise InvalidParameterValue(
                "Requested Provisioned Concurrency should not be greater than the "
                "reservedConcurrentExecution for function"
            )
        return
    unreserved = ACCOUNT_CONCURRENCY - claimed - (total - wanted)
    if wanted > unreserved:
        raise AwsError(
            "Specified ConcurrentExecutions for function is greater than account's unreserved "
            f"concurrency [{unreserved}].",
            code=InvalidParameterValue.code,
        )
    if unreserved - wanted < UNRESERVED_MINIMUM:
        raise AwsError(
            "Specified ConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED_MINIMUM}].",
            code=InvalidParameterValue.code,
        )


def check_alone(function: Function, qualifier: str) -> None:
    """A version has one configuration, be it its own or an alias's; else AwsError."""
    alias = function.aliases.get(qualifier)
    if alias is None:
        named_by = [each for each in function.aliases.values() if each.version == qualifier]
        if any(each.name in function.provisioned for each in named_by):
            raise ResourceConflict("Version is pointed by a Provisioned Concurrency alias")
        return
    if alias.version == LATEST:
        raise InvalidParameterValue(_UNPUBLISHED)
    if alias.weights:
        raise InvalidParameterValue(
            "Alias with weights can not be used with Provisioned Concurrency"
        )
    _check_version(function, alias)


def check_moved(function: Function, alias: Alias) -> None:
    """AwsError if an alias that has provisioned concurrency may not name these versions."""
    if alias.name not in function.provisioned:
        return
    if alias.version == LATEST:
        raise InvalidParameterValue("Invalid alias configuration for Provisioned Concurrency")
    _check_version(function, alias)


def _check_version(function: Function, alias: Alias) -> None:
    """Raise ResourceConflictException if a version of the alias has provisioned concurrency."""
    for number in (alias.version, *alias.weights):
        if number in function.provisioned:
            raise ResourceConflict(f"{_TWICE}version")
        for other in function.aliases.values():
            if other.name in (alias.name,) or other.name not in function.provisioned:
                continue
            if number == other.version or number in other.weights:
                raise ResourceConflict(f"{_TWICE}version")
