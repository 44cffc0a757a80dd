"""Segments of services that send none themselves, made of the calls that others have made of them.

https://docs.aws.amazon.com/xray/latest/api/API_Segment.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.xray.segment import all_of

_CALLS = ("aws", "remote")
# which part of `aws` names what was called, and what X-Ray calls that
_CALLED = {
    "dynamodb": (("table_name",), "AWS::DynamoDB::Table"),
    "sqs": (("queue_url",), "AWS::SQS::Queue"),
    "lambda": (("function_name",), "AWS::Lambda"),
    "sns": ((), "AWS::SNS"),
}
_KEPT = ("aws", "http", "error", "fault", "throttle", "cause")


def inferred_segments(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One for every call of a service of which the trace has no segment that names the call."""
    answered = {each.get("parent_id") for each in documents}
    return [
        _inferred(part, document)
        for document in documents
        for part in all_of(document)
        if part.get("namespace") in _CALLS and part.get("name") and part.get("id") not in answered
    ]


def _inferred(part: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    name, origin = _service(part)
    call = str(part.get("id", ""))
    return {
        "id": hashlib.blake2b(call.encode(), digest_size=8).hexdigest(),
        "name": name,
        "trace_id": document["trace_id"],
        "parent_id": call,
        "start_time": part["start_time"],
        "end_time": part.get("end_time") or part["start_time"],
        "inferred": True,
        **({"origin": origin} if origin else {}),
        **{key: part[key] for key in _KEPT if key in part},
    }


def _service(part: Mapping[str, Any]) -> tuple[str, str]:
    """The name and the kind of what was called; another server has no kind."""
    name = str(part["name"])
    if part["namespace"] != "aws":
        return name, ""
    aws = part["aws"] if isinstance(part.get("aws"), dict) else {}
    keys, kind = _CALLED.get(name.lower(), ((), f"AWS::{name}"))
    named = next((aws[key] for key in keys if isinstance(aws.get(key), str)), "")
    return named or name, kind
