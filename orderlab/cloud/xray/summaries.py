"""What GetTraceSummaries says of a trace.

https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.xray.inferred import inferred_segments
from orderlab.cloud.xray.registry import Trace
from orderlab.cloud.xray.segment import all_of


def summary_of(trace: Trace, account_id: str) -> dict[str, Any]:
    """The summary of a trace with at least one segment."""
    documents = trace.documents() or [each.document for each in trace.segments.values()]
    root = documents[0]
    services = _services([*documents, *inferred_segments(documents)], account_id)
    return {
        "Id": trace.id,
        "StartTime": trace.start,
        "Duration": round(trace.end - trace.start, 3),
        "ResponseTime": round(_end_of(root) - float(root["start_time"]), 3),
        "HasFault": any(each.get("fault") is True for each in documents),
        "HasError": any(each.get("error") is True for each in documents),
        "HasThrottle": any(each.get("throttle") is True for each in documents),
        "IsPartial": any(each.get("in_progress") is True for each in documents),
        "Http": http_of(root),
        "Annotations": _annotations(documents, account_id),
        "Users": _users(documents),
        "ServiceIds": services,
        "ResourceARNs": _arns(documents),
        "InstanceIds": [],
        "AvailabilityZones": [],
        "EntryPoint": service_id(root, account_id),
        "FaultRootCauses": [],
        "ErrorRootCauses": [],
        "ResponseTimeRootCauses": [],
        "Revision": trace.revision,
        "MatchedEventTime": trace.start,
    }


def service_id(document: Mapping[str, Any], account_id: str) -> dict[str, Any]:
    """The service that a segment stands for."""
    name = str(document["name"])
    found = {"Name": name, "Names": [name], "AccountId": account_id}
    kind = document.get("origin")
    return {**found, "Type": str(kind)} if kind else found


def http_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The request and the status of a segment, as far as it has them."""
    http = document.get("http")
    http = http if isinstance(http, dict) else {}
    request = http["request"] if isinstance(http.get("request"), dict) else {}
    response = http["response"] if isinstance(http.get("response"), dict) else {}
    found = {
        "HttpURL": request.get("url"),
        "HttpMethod": request.get("method"),
        "UserAgent": request.get("user_agent"),
        "ClientIp": request.get("client_ip"),
        "HttpStatus": response.get("status"),
    }
    return {name: value for name, value in found.items() if isinstance(value, str | int)}


def _end_of(document: Mapping[str, Any]) -> float:
    return float(document.get("end_time") or document["start_time"])


def _services(documents: list[dict[str, Any]], account_id: str) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for document in documents:
        each = service_id(document, account_id)
        found.setdefault((each["Name"], each.get("Type", "")), each)
    return list(found.values())


def _annotations(
    documents: list[dict[str, Any]], account_id: str
) -> dict[str, list[dict[str, Any]]]:
    """Each value of each annotation, with the services whose segments have it."""
    found: dict[str, dict[tuple[str, Any], dict[object, dict[str, Any]]]] = {}
    for document in documents:
        service = service_id(document, account_id)
        kind = (service["Name"], service.get("Type"))
        for part in all_of(document):
            given = part.get("annotations")
            for name, value in given.items() if isinstance(given, dict) else ():
                for each in _annotation(value).items():
                    found.setdefault(str(name), {}).setdefault(each, {})[kind] = service
    return {
        name: [
            {"AnnotationValue": dict([each]), "ServiceIds": list(services.values())}
            for each, services in values.items()
        ]
        for name, values in found.items()
    }


def _annotation(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    if isinstance(value, int | float):
        return {"NumberValue": float(value)}
    return {"StringValue": value} if isinstance(value, str) else {}


def _users(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [each["user"] for each in documents if isinstance(each.get("user"), str)]
    return [{"UserName": name, "ServiceIds": []} for name in dict.fromkeys(names)]


def _arns(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    arns = [each["resource_arn"] for each in documents if isinstance(each.get("resource_arn"), str)]
    return [{"ARN": arn} for arn in dict.fromkeys(arns)]
