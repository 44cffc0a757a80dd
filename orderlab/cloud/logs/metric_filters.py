"""The operations on metric filters. A filter is kept by its log group, and goes with it.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.logs import metric_filter_rules as rules
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import (
    InvalidParameter,
    LimitExceeded,
    ResourceNotFound,
    constraint,
)
from orderlab.cloud.logs.extraction import Extraction
from orderlab.cloud.logs.metric_filter import MetricFilter
from orderlab.cloud.logs.moto_seam import Group
from orderlab.cloud.logs.store import LogStore
from orderlab.cloud.patterns.allowance import Allowance, metered
from orderlab.cloud.patterns.workers import OutOfTime

MAX_FILTERS = 100
_MAX_TESTED = 50
_MAX_PAGE = 50


class MetricFilters:
    """Puts, describes, deletes and tries metric filters."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.operations: Mapping[str, Handler] = {
            "PutMetricFilter": self._put,
            "DescribeMetricFilters": self._describe,
            "DeleteMetricFilter": self._delete,
            "TestMetricFilter": self._test,
        }

    def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name, pattern = rules.filter_name(parameters), rules.pattern(parameters)
        extraction = Extraction(pattern)
        transformation = rules.transformation(parameters, extraction)
        group = reading.group(self._store, call, parameters)
        if name not in group.metric_filters and len(group.metric_filters) >= MAX_FILTERS:
            raise LimitExceeded("Resource limit exceeded.")
        made = MetricFilter(name, pattern, transformation)
        # another dictionary: events that wait for the old filters keep them
        group.metric_filters = {**group.metric_filters, name: made}
        return {}

    def _describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        prefix = str(parameters.get("filterNamePrefix") or "")
        metric = parameters.get("metricName"), parameters.get("metricNamespace")
        if (metric[0] is None) != (metric[1] is None):
            raise InvalidParameter(
                "metricName and metricNamespace must be specified together in the request."
            )
        limit = reading.limit(parameters, _MAX_PAGE, _MAX_PAGE)
        found = [
            (each.name, group.name, each)
            for group in self._groups(call, parameters)
            for each in group.metric_filters.values()
            if each.name.startswith(prefix) and metric in ((None, None), _metric(each))
        ]
        found.sort(key=lambda entry: entry[:2])
        first = _first(parameters.get("nextToken"))
        page = found[first : first + limit]
        answer: dict[str, Any] = {
            "metricFilters": [each.describe(group) for _, group, each in page]
        }
        if first + limit < len(found):
            answer["nextToken"] = str(first + limit)
        return answer

    def _groups(self, call: Call, parameters: Parameters) -> list[Group]:
        if parameters.get("logGroupName") is not None:
            return [reading.group(self._store, call, parameters)]
        return list(reading.state_of(self._store, call).groups.values())

    def _delete(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = rules.filter_name(parameters)
        group = reading.group(self._store, call, parameters)
        if name not in group.metric_filters:
            raise ResourceNotFound("The specified metric filter does not exist.")
        left = {key: each for key, each in group.metric_filters.items() if key != name}
        group.metric_filters = left
        return {}

    async def _test(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        extraction = Extraction(rules.pattern(parameters))
        messages = parameters.get("logEventMessages")
        if not isinstance(messages, list) or not 1 <= len(messages) <= _MAX_TESTED:
            raise constraint(
                "[...]",
                "logEventMessages",
                f"Member must have length between 1 and {_MAX_TESTED}",
                shown=False,
            )
        if not all(isinstance(each, str) and each for each in messages):
            raise constraint(
                "",
                "logEventMessages",
                "Member must satisfy constraint: [Member must have length greater than or equal "
                "to 1]",
                shown=False,
            )
        try:
            return {"matches": await Allowance().run(_matches, extraction, messages)}
        except OutOfTime:
            raise InvalidParameter(
                "The filter pattern takes too long to evaluate. Choose a simpler one."
            ) from None


def _matches(extraction: Extraction, messages: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "eventNumber": number,
            "eventMessage": message,
            "extractedValues": extraction.shown(message),
        }
        for number, message in enumerate(metered(messages), 1)
        if extraction.matches(message)
    ]


def _metric(each: MetricFilter) -> tuple[str, str]:
    return each.transformation["metricName"], each.transformation["metricNamespace"]


def _first(token: Any) -> int:
    if not token:
        return 0
    if isinstance(token, str) and token.isdecimal() and len(token) < 10:
        return int(token)
    raise InvalidParameter("The specified nextToken is invalid.")
