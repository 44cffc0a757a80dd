"""What PutMetricFilter accepts.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html
"""

from __future__ import annotations

import math
import re
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch.additions import UNITS
from orderlab.cloud.contracts import Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import InvalidParameter, constraint
from orderlab.cloud.logs.extraction import Extraction

MAX_PATTERN = 1024
MAX_DIMENSIONS = 3
_NAMES = re.compile(r"[^:*$]{1,255}")
_FILTER_NAME = re.compile(r"[^:*]{1,512}")
_PLACE = "metricTransformations.1.member"
# parameters that this cloud does not act on
_NOT_DONE = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions")


def filter_name(parameters: Parameters) -> str:
    """The name of a filter. Raises InvalidParameter."""
    name = reading.text(parameters, "filterName")
    if not _FILTER_NAME.fullmatch(name):
        raise constraint(
            name[:512],
            "filterName",
            "Member must satisfy regular expression pattern: [^:*]*"
            if 1 <= len(name) <= 512
            else "Member must have length between 1 and 512",
        )
    return name


def pattern(parameters: Parameters) -> str:
    """The pattern, which may be empty but not missing. Raises InvalidParameter."""
    reading.text(parameters, "filterPattern")
    return reading.bounded(parameters, "filterPattern", MAX_PATTERN)


def transformation(parameters: Parameters, extraction: Extraction) -> dict[str, Any]:
    """The one transformation of a call, checked. Raises InvalidParameter, NotDoneYet."""
    for name in _NOT_DONE:
        if parameters.get(name):
            raise NotDoneYet(f"logs.PutMetricFilter with {name}")
    given = parameters.get("metricTransformations")
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], dict):
        more = isinstance(given, list) and len(given) > 1
        bound = "less than or equal to 1" if more else "greater than or equal to 1"
        raise constraint(
            "[...]", "metricTransformations", f"Member must have length {bound}", shown=False
        )
    wanted = given[0]
    found: dict[str, Any] = {
        name: _name(wanted, name) for name in ("metricName", "metricNamespace")
    }
    if found["metricNamespace"].startswith("AWS/"):
        raise InvalidParameter("Invalid metric transformation: the namespace AWS/ is reserved.")
    found["metricValue"] = _value(wanted, extraction)
    if wanted.get("defaultValue") is not None:
        found["defaultValue"] = _default(wanted["defaultValue"])
    if wanted.get("dimensions"):
        found["dimensions"] = _dimensions(wanted["dimensions"], extraction)
    if "dimensions" in found and "defaultValue" in found:
        raise InvalidParameter(
            "Invalid metric transformation: dimensions and default value are mutually exclusive "
            "properties."
        )
    unit = wanted.get("unit") or "None"
    if unit not in UNITS:
        raise constraint(
            unit, f"{_PLACE}.unit", f"Member must satisfy enum value set: [{', '.join(UNITS)}]"
        )
    found["unit"] = unit
    return found


def _name(wanted: dict[str, Any], name: str) -> str:
    value = wanted.get(name)
    if not isinstance(value, str):
        raise constraint("null", f"{_PLACE}.{name}", "Member must not be null", shown=False)
    if len(value) > 255:
        raise constraint(
            value[:255], f"{_PLACE}.{name}", "Member must have length less than or equal to 255"
        )
    if not _NAMES.fullmatch(value):
        raise constraint(
            value, f"{_PLACE}.{name}", "Member must satisfy regular expression pattern: [^:*$]*"
        )
    return value


def _value(wanted: dict[str, Any], extraction: Extraction) -> str:
    value = wanted.get("metricValue")
    if not isinstance(value, str):
        raise constraint("null", f"{_PLACE}.metricValue", "Member must not be null", shown=False)
    if len(value) > 100:
        raise constraint(
            value[:100],
            f"{_PLACE}.metricValue",
            "Member must have length less than or equal to 100",
        )
    if value.startswith("$") and extraction.knows(value):
        return value
    try:
        if not math.isfinite(float(value)):
            raise ValueError
    except ValueError:
        raise InvalidParameter(f"Invalid metric transformation: metricValue {value}") from None
    return value


def _default(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidParameter(f"Invalid metric transformation: defaultValue {value}")
    return float(value)


def _dimensions(given: Any, extraction: Extraction) -> dict[str, str]:
    if extraction.kind == "terms":
        raise InvalidParameter("The specified filter pattern does not support dimensions")
    if not isinstance(given, dict) or len(given) > MAX_DIMENSIONS:
        raise InvalidParameter(
            "Invalid metric transformation: the number of dimensions must be less than or equal "
            f"to {MAX_DIMENSIONS}."
        )
    for name, selector in given.items():
        in_order = name.isascii() and name.strip() and len(name) <= 255 and name[:1] != ":"
        if not in_order or not isinstance(selector, str) or len(selector) > 255:
            raise InvalidParameter(f"Invalid metric transformation: dimension {name[:255]}")
        if not extraction.knows(selector):
            raise InvalidParameter(
                f"Invalid metric transformation: dimension value {selector} must be a field of "
                "the filter pattern"
            )
    return dict(given)
