"""The graph of services that requests went through.

https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html

Differs from AWS: there are no histograms of the age of events, and no aliases of edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orderlab.cloud.xray.inferred import inferred_segments
from orderlab.cloud.xray.registry import Trace
from orderlab.cloud.xray.segment import all_of

Key = tuple[str, str]
_CLIENT = "client"


class ServiceGraph:
    """Nodes and edges, counted over the segments of traces."""

    def __init__(self, traces: Iterable[Trace], account_id: str) -> None:
        self._account_id = account_id
        self._nodes: dict[Key, list[Mapping[str, Any]]] = {}
        self._edges: dict[Key, dict[Key, list[Mapping[str, Any]]]] = {}
        for trace in traces:
            documents = trace.documents()
            self._add([*documents, *inferred_segments(documents)])

    def _add(self, documents: list[dict[str, Any]]) -> None:
        owners = {part.get("id"): _key(each) for each in documents for part in all_of(each)}
        for each in documents:
            key = _key(each)
            self._nodes.setdefault(key, []).append(each)
            caller = owners.get(each.get("parent_id"), (each["name"], _CLIENT))
            if caller != key:
                self._nodes.setdefault(caller, [])
                self._edges.setdefault(caller, {}).setdefault(key, []).append(each)

    def shown(self) -> list[dict[str, Any]]:
        """The services, in the form of the API."""
        numbers = {key: number for number, key in enumerate(self._nodes)}
        return [self._service(key, numbers) for key in self._nodes]

    def _service(self, key: Key, numbers: Mapping[Key, int]) -> dict[str, Any]:
        name, kind = key
        edges = self._edges.get(key, {})
        inside = self._nodes[key] or [each for found in edges.values() for each in found]
        is_root = any(
            key in targets for source, targets in self._edges.items() if source[1] == _CLIENT
        )
        found: dict[str, Any] = {
            "ReferenceId": numbers[key],
            "Name": name,
            "Names": [name],
            "State": "active",
            **_times(inside),
            "Edges": [
                {
                    "ReferenceId": numbers[target],
                    **_times(segments),
                    "SummaryStatistics": _statistics(segments),
                    "ResponseTimeHistogram": _histogram(segments),
                    "Aliases": [],
                }
                for target, segments in edges.items()
            ],
        }
        if kind:
            found["Type"] = kind
        if kind != _CLIENT:
            found["AccountId"] = self._account_id
            found["SummaryStatistics"] = _statistics(self._nodes[key])
            found["ResponseTimeHistogram"] = _histogram(self._nodes[key])
            found["DurationHistogram"] = _histogram(self._nodes[key])
        if is_root:
            found["Root"] = True
        return found


def _key(document: Mapping[str, Any]) -> Key:
    kind = document.get("origin") or ("remote" if document.get("inferred") else "")
    return str(document["name"]), str(kind)


def _times(documents: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    found = list(documents)
    return {
        "StartTime": min(float(each["start_time"]) for each in found),
        "EndTime": max(float(each.get("end_time") or each["start_time"]) for each in found),
    }


def _seconds(document: Mapping[str, Any]) -> float:
    return float(document.get("end_time") or document["start_time"]) - float(document["start_time"])


def _statistics(documents: list[Mapping[str, Any]]) -> dict[str, Any]:
    faults = sum(each.get("fault") is True for each in documents)
    throttles = sum(each.get("throttle") is True for each in documents)
    errors = sum(each.get("error") is True for each in documents)
    bad = sum(any(each.get(k) is True for k in ("fault", "error")) for each in documents)
    return {
        "OkCount": len(documents) - bad,
        "ErrorStatistics": {
            "ThrottleCount": throttles,
            "OtherCount": max(errors - throttles, 0),
            "TotalCount": errors,
        },
        "FaultStatistics": {"OtherCount": faults, "TotalCount": faults},
        "TotalCount": len(documents),
        "TotalResponseTime": sum(map(_seconds, documents)),
    }


def _histogram(documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    counts: dict[float, int] = {}
    for each in documents:
        value = round(_seconds(each), 3)
        counts[value] = counts.get(value, 0) + 1
    return [{"Value": value, "Count": count} for value, count in sorted(counts.items())]
