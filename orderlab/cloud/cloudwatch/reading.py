"""Parameters of CloudWatch calls, which come as JSON, as a form or as CBOR."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.cloudwatch.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    ValidationError,
)
from orderlab.cloud.cloudwatch.limits import (
    LARGEST_VALUE,
    MAX_DIMENSION_VALUE,
    MAX_NAME,
)
from orderlab.cloud.cloudwatch.statistics import is_statistic
from orderlab.cloud.contracts import Call, Parameters

_YEAR_9000 = 221_845_392_000


def text(parameters: Mapping[str, Any], name: str) -> str:
    """A required text. Raises MissingParameter, ValidationError."""
    value = parameters.get(name)
    if value is None or value == "":
        raise MissingParameter(f"The parameter {name} is required.")
    if not isinstance(value, str):
        raise ValidationError(f"The parameter {name} must be a string.")
    return value


def bounded(parameters: Mapping[str, Any], name: str, longest: int) -> str:
    """A text of up to `longest` characters; empty if it is missing. Raises ValidationError."""
    value = parameters.get(name)
    found = "" if value is None else str(value)
    require_length(found, f"{name[:1].lower()}{name[1:]}", longest)
    return found


def require_length(value: str, name: str, longest: int) -> None:
    """Raise ValidationError for a text that is too long."""
    if len(value) > longest:
        raise ValidationError(
            f"1 validation error detected: Value '{value[:longest]}' at '{name}' failed to satisfy "
            f"constraint: Member must have length less than or equal to {longest}"
        )


def items(parameters: Mapping[str, Any], name: str) -> list[Any]:
    """A list; empty if the parameter is missing. Raises ValidationError for anything else."""
    value = parameters.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValidationError(f"The parameter {name} must be a list.")
    return value


def number(value: Any, name: str) -> float:
    """A finite number. Raises InvalidParameterValue for anything else."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidParameterValue(f"The value {value} for parameter {name} is invalid.") from None
    if not math.isfinite(found) or isinstance(value, bool):
        raise InvalidParameterValue(f"The value {value} for parameter {name} is invalid.")
    return found


def value(given: Any, name: str) -> float:
    """A number that a metric may have as a value. Raises InvalidParameterValue."""
    found = number(given, name)
    if abs(found) > LARGEST_VALUE:
        raise InvalidParameterValue(f"The value {given} for parameter {name} is invalid.")
    return found


def at_most(found: list[Any], most: int, name: str) -> None:
    """Raise ValidationError for a list that is too long."""
    if len(found) > most:
        raise ValidationError(f"The collection {name} must not have a size greater than {most}.")


def mutually_exclusive(first: str, second: str) -> InvalidParameterCombination:
    """The error of two parameters that do not go together."""
    return InvalidParameterCombination(
        f"The parameters {first} and {second} are mutually exclusive and you have specified both."
    )


def require_one_of(parameters: Mapping[str, Any], first: str, second: str) -> None:
    """Raise InvalidParameterCombination if both are given."""
    if parameters.get(first) and parameters.get(second):
        raise mutually_exclusive(first, second)


def moment(value: Any, name: str) -> float:
    """A time in seconds since 1970. Raises MissingParameter, InvalidParameterValue."""
    if value is None:
        raise MissingParameter(f"The parameter {name} is required.")
    found = _moment(value, name)
    if abs(found) > _YEAR_9000:
        raise InvalidParameterValue(f"The value {value} for parameter {name} is invalid.")
    return found


def _moment(value: Any, name: str) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        except ValueError:
            pass
    return number(value, name)


def time_range(parameters: Mapping[str, Any]) -> tuple[float, float]:
    """StartTime and EndTime in seconds since 1970.

    Raises MissingParameter; InvalidParameterValue; ValidationError if the range is empty.
    """
    start = moment(parameters.get("StartTime"), "StartTime")
    end = moment(parameters.get("EndTime"), "EndTime")
    if start >= end:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    return start, end


def period(value: Any) -> int:
    """A period in seconds, as CloudWatch allows it. Raises InvalidParameterValue."""
    seconds = int(number(value, "Period"))
    whole_minutes = 0 < seconds < 2**31 and seconds % 60 == 0
    if seconds not in (1, 5, 10, 20, 30) and not whole_minutes:
        raise InvalidParameterValue(
            "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60"
        )
    return seconds


def statistic(name: Any) -> str:
    """The name of a statistic that is known here. Raises InvalidParameterValue."""
    if not isinstance(name, str) or not is_statistic(name):
        raise InvalidParameterValue(f"The value {name} for parameter Stat is not supported.")
    return name


def dimensions(found: list[Any]) -> dict[str, str]:
    """Dimensions by their names. Raises InvalidParameterValue, ValidationError."""
    result: dict[str, str] = {}
    for each in found:
        if not isinstance(each, dict) or not each.get("Name") or "Value" not in each:
            raise InvalidParameterValue("The parameter Dimensions.member.Name is required.")
        name, value = str(each["Name"]), str(each["Value"])
        require_length(name, "dimensions.member.name", MAX_NAME)
        require_length(value, "dimensions.member.value", MAX_DIMENSION_VALUE)
        result[name] = value
    if len(result) > 30:
        raise ValidationError("The collection Dimensions must not have more than 30 members.")
    return result


def shown_time(call: Call, seconds: float) -> Any:
    """A time as the call's protocol writes it: a number in JSON, ISO 8601 in XML."""
    if "x-amz-target" in call.request.headers:
        return seconds
    if "smithy-protocol" in call.request.headers:
        return datetime.fromtimestamp(seconds, UTC)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def aligned(start: float, seconds: int) -> float:
    """The start of the first period: a whole minute, or a whole period below a minute."""
    step = 60 if seconds % 60 == 0 else seconds
    return start - start % step


def required_list(parameters: Parameters, name: str) -> list[Any]:
    """A list that is not empty. Raises MissingParameter, ValidationError."""
    found = items(parameters, name)
    if not found:
        raise MissingParameter(f"The parameter {name} is required.")
    return found
