"""One alarm: its settings, its state, and how the values of a metric change it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.alarm_state import ALARM, INSUFFICIENT, OK, AnyAlarm
from orderlab.cloud.cloudwatch.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)

_COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
# with a band of anomaly detection
_BANDS = (
    *("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold"),
    "GreaterThanUpperThreshold",
)
_MISSING = ("missing", "ignore", "breaching", "notBreaching")
# settings that describe the alarm and are given back as they came
_KEPT = (
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
)
_NUMBERS = ("Period", "EvaluationPeriods", "DatapointsToAlarm", "Threshold")


class Alarm(AnyAlarm):
    """Settings as PutMetricAlarm gave them, checked, and the state."""

    def __init__(self, arn: str, parameters: Mapping[str, Any]) -> None:
        self.settings = {
            name: parameters[name] for name in _KEPT if parameters.get(name) is not None
        }
        super().__init__(arn, parameters)
        for name in _NUMBERS:
            if name in self.settings:
                value = reading.number(self.settings[name], name)
                self.settings[name] = value if name == "Threshold" else int(value)
        _check(self.settings)
        _check_length(self.settings["EvaluationPeriods"], self.period)

    @property
    def queries(self) -> list[dict[str, Any]]:
        """What to ask for: the alarm's own metric, or the queries it was given."""
        if "Metrics" in self.settings:
            return list(self.settings["Metrics"])
        metric = {
            "Namespace": self.settings["Namespace"],
            "MetricName": self.settings["MetricName"],
            "Dimensions": self.settings.get("Dimensions", []),
        }
        statistic = self.settings.get("Statistic") or self.settings["ExtendedStatistic"]
        stat = {"Metric": metric, "Stat": statistic, "Period": self.settings["Period"]}
        if "Unit" in self.settings:
            stat["Unit"] = self.settings["Unit"]
        return [{"Id": "metric", "MetricStat": stat}]

    @property
    def period(self) -> int:
        """The period in seconds; the longest of its queries if it has several."""
        if "Period" in self.settings:
            return int(self.settings["Period"])
        queries = reading.items(self.settings, "Metrics")
        stats = [each.get("MetricStat") or each for each in queries if isinstance(each, dict)]
        given = [each["Period"] for each in stats if isinstance(each, dict) and each.get("Period")]
        return max(map(reading.period, given), default=60)

    def judge(self, points: list[tuple[float, float | None]]) -> tuple[str, str] | None:
        """The state that the last periods (start, value) call for, with the reason; or None."""
        compare, words = _COMPARISONS[self.settings["ComparisonOperator"]]
        threshold = self.settings["Threshold"]
        missing = self.settings.get("TreatMissingData", "missing")
        present = [(at, value) for at, value in points if value is not None]
        if not present and missing == "missing":
            return INSUFFICIENT, f"Insufficient Data: {len(points)} datapoints were unknown."
        if not present and missing == "ignore":
            return None
        breaching = [(at, value) for at, value in present if compare(value, threshold)]
        count = len(breaching)
        if missing == "breaching":
            count += len(points) - len(present)
        wanted = self.settings.get("DatapointsToAlarm") or self.settings["EvaluationPeriods"]
        state = ALARM if count >= wanted else OK
        shown = ", ".join(f"{v} ({_stamp(at)})" for at, v in (breaching or present)[-5:])
        crossed = "was" if state == ALARM else "was not"
        return state, (
            f"Threshold Crossed: {max(count, 1)} out of the last {len(points)} datapoints "
            f"[{shown}] {crossed} {words} the threshold ({threshold})."
        )

    def evidence(self, points: list[tuple[float, float | None]], now: float) -> str:
        """The points (start, value) that a state rests on, as DescribeAlarms shows them."""
        present = [(at, value) for at, value in points if value is not None]
        statistic = self.settings.get("Statistic") or self.settings.get("ExtendedStatistic")
        data = {
            "version": "1.0",
            "queryDate": _instant(now),
            **({"startDate": _instant(present[0][0])} if present else {}),
            **({"statistic": statistic} if statistic else {}),
            "period": self.period,
            "recentDatapoints": [value for _, value in present],
            "threshold": self.settings["Threshold"],
            "evaluatedDatapoints": [
                {"timestamp": _instant(at), "value": value} for at, value in present[::-1]
            ],
        }
        return json.dumps(data, separators=(",", ":"))

    def describe(self, shown_time: Callable[[float], Any]) -> dict[str, Any]:
        """The alarm as DescribeAlarms shows it; `shown_time` puts times into the call's form."""
        return {**super().describe(shown_time), **self.settings}

    def notification(self, old: str, account_id: str) -> dict[str, Any]:
        """What CloudWatch sends to a topic when the state was `old` before."""
        settings = self.settings
        return {
            **super().notification(old, account_id),
            "Trigger": {
                "MetricName": settings.get("MetricName"),
                "Namespace": settings.get("Namespace"),
                "Statistic": str(settings.get("Statistic") or "").upper(),
                "Dimensions": [
                    {"name": each["Name"], "value": each["Value"]}
                    for each in settings.get("Dimensions", [])
                ],
                "Period": settings.get("Period"),
                "EvaluationPeriods": settings["EvaluationPeriods"],
                "ComparisonOperator": settings["ComparisonOperator"],
                "Threshold": settings["Threshold"],
                "TreatMissingData": settings.get("TreatMissingData", "missing"),
            },
        }


def _check(settings: Mapping[str, Any]) -> None:
    _check_comparison(settings.get("ComparisonOperator"))
    if "Threshold" not in settings:
        raise InvalidParameterCombination("The parameter Threshold is required.")
    if settings.get("EvaluationPeriods", 0) < 1:
        raise InvalidParameterValue("The parameter EvaluationPeriods must be greater than 0.")
    if not 1 <= settings.get("DatapointsToAlarm", 1) <= settings["EvaluationPeriods"]:
        raise ValidationError(
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
            if settings["DatapointsToAlarm"] > 0
            else "DatapointsToAlarm must be greater than 0"
        )
    if settings.get("TreatMissingData", "missing") not in _MISSING:
        raise InvalidParameterValue(
            f"The value {settings['TreatMissingData']} for parameter TreatMissingData is invalid."
        )
    if settings.get("EvaluateLowSampleCountPercentile", "evaluate") != "evaluate":
        _check_low_samples(settings["EvaluateLowSampleCountPercentile"])
    if "Metrics" in settings:
        _check_queries(settings)
        return
    reading.require_one_of(settings, "Statistic", "ExtendedStatistic")
    for name in ("MetricName", "Namespace", "Period"):
        if name not in settings:
            raise InvalidParameterCombination(f"The parameter {name} is required.")
    if reading.period(settings["Period"]) in (1, 5):
        raise InvalidParameterValue("The parameter Period must be 10, 20, 30, or a multiple of 60")
    statistic = settings.get("Statistic") or settings.get("ExtendedStatistic")
    reading.statistic(statistic)


def _check_comparison(given: Any) -> None:
    if given in _BANDS:
        raise NotDoneYet(f"alarms with the comparison {given}")
    if given not in _COMPARISONS:
        raise ValidationError(
            f"1 validation error detected: Value '{given}' at 'comparisonOperator' failed to "
            "satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join((*_COMPARISONS, *_BANDS))}]"
        )


def _check_low_samples(given: Any) -> None:
    if given == "ignore":
        raise NotDoneYet("alarms that ignore percentiles of few samples")
    raise InvalidParameterValue(
        f"The value {given} for parameter EvaluateLowSampleCountPercentile is invalid."
    )


def _check_queries(settings: Mapping[str, Any]) -> None:
    for name in ("MetricName", "Namespace", "Dimensions", "Period", "Statistic", "Unit"):
        reading.require_one_of(settings, name, "Metrics")
    queries = reading.items(settings, "Metrics")
    reading.at_most(queries, limits.MAX_ALARM_QUERIES, "Metrics")
    returned = [
        each
        for each in queries
        if isinstance(each, dict) and each.get("ReturnData", True) not in (False, "false")
    ]
    if len(returned) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")


def _check_length(count: int, period: int) -> None:
    """An alarm looks back one day; seven where its periods are an hour or longer."""
    most, words = (7 * 86_400, "seven days") if period >= 3600 else (86_400, "a day")
    if count * period > most:
        raise ValidationError(
            f"Metrics cannot be checked across more than {words} "
            f"(EvaluationPeriods * Period must be <= {most})."
        )


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d/%m/%y %H:%M:%S")
