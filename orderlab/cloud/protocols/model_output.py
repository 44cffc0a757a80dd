"""The output of a REST call by the names that it has on the wire, as AWS's model says."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.protocols.model_input import service_description

Shapes = Mapping[str, Any]


def rest_output(service: str, operation: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """What a handler returned by the names of the model, as the body of the answer.

    Members without a value are left out, and so are those that the model does not know. Times are
    seconds since 1970.
    """
    model = service_description(service)
    output = model["operations"][operation].get("output")
    if output is None:
        return {}
    found: dict[str, Any] = _shown(model["shapes"], output["shape"], result)
    return found


def _shown(shapes: Shapes, name: str, value: Any) -> Any:
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        return {
            member.get("locationName", known): _shown(shapes, member["shape"], value[known])
            for known, member in shape["members"].items()
            if value.get(known) is not None
        }
    if kind == "list":
        return [_shown(shapes, shape["member"]["shape"], each) for each in value]
    if kind == "map":
        inner = shape["value"]["shape"]
        return {key: _shown(shapes, inner, each) for key, each in value.items()}
    if kind == "timestamp" and shape.get("timestampFormat") == "iso8601":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    return value
