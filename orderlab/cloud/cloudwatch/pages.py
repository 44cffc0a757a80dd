"""Answers of CloudWatch that come in pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from orderlab.cloud.cloudwatch import reading
from orderlab.cloud.cloudwatch.errors import InvalidParameterValue
from orderlab.cloud.cloudwatch.limits import MAX_RETURNED
from orderlab.cloud.cloudwatch.math_functions import Series
from orderlab.cloud.contracts import Parameters


def token_of(place: int) -> str:
    """The token of a page that begins after the first `place` entries."""
    return base64.b64encode(str(place).encode()).decode()


def from_token(token: Any) -> int:
    """How many entries come before the page. Raises InvalidParameterValue for an invalid token."""
    if not token:
        return 0
    try:
        return max(int(base64.b64decode(str(token), validate=True)), 0)
    except ValueError:
        raise InvalidParameterValue("Invalid nextToken") from None


class DataPage:
    """One page of GetMetricData: at most `MaxDatapoints` points, counted through all queries.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """

    def __init__(self, parameters: Parameters) -> None:
        order = parameters.get("ScanBy", "TimestampDescending")
        self._newest_first = order == "TimestampDescending"
        self._first = from_token(parameters.get("NextToken"))
        self._most = MAX_RETURNED
        if parameters.get("MaxDatapoints") is not None:
            self._most = int(reading.number(parameters["MaxDatapoints"], "MaxDatapoints"))
        if not 1 <= self._most <= MAX_RETURNED:
            raise InvalidParameterValue(
                f"The value {self._most} for parameter MaxDatapoints is invalid."
            )

    def of(
        self, answers: list[tuple[str, str, Series]], shown_time: Callable[[float], Any]
    ) -> dict[str, Any]:
        """The answer with this page of the series, given as id, label and points."""
        results, before, end = [], 0, self._first + self._most
        for identifier, label, series in answers:
            times = sorted(series, reverse=self._newest_first)
            low, high = max(self._first - before, 0), min(end - before, len(times))
            before += len(times)
            # a series without points is on the first page
            if low >= high and (times or self._first):
                continue
            status = "Complete" if high == len(times) else "PartialData"
            results.append(
                {
                    "Id": identifier,
                    "Label": label,
                    "Timestamps": [shown_time(at) for at in times[low:high]],
                    "Values": [series[at] for at in times[low:high]],
                    "StatusCode": status,
                }
            )
        answer: dict[str, Any] = {"MetricDataResults": results, "Messages": []}
        if end < before:
            answer["NextToken"] = token_of(end)
        return answer
