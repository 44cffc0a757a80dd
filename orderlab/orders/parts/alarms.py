"""Alarms: one for each part that can fail, and how to see which part has one."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.functions import deployed_functions

DEAD_LETTERS = "-dlq"


def ensure_alarm(target: Target, kind: str, name: str) -> None:
    """An alarm on a function's errors, or on what lies in a dead-letter queue.

    `kind` is `function` or `queue`. An alarm of that name is overwritten.
    """
    namespace, metric, dimension = _METRICS[kind]
    target.client("cloudwatch").put_metric_alarm(
        AlarmName=target.name(f"{name}-{metric}"),
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": target.name(name)}],
        Statistic="Sum" if kind == "function" else "Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )


def remove_alarms(target: Target, *names: str) -> None:
    """Remove the alarms of these parts; those that do not exist are passed over."""
    wanted = [
        target.name(f"{name}-{metric}") for name in names for _, metric, _ in _METRICS.values()
    ]
    for begin in range(0, len(wanted), 100):
        target.client("cloudwatch").delete_alarms(AlarmNames=wanted[begin : begin + 100])


def watched_parts(target: Target) -> tuple[list[str], list[str]]:
    """Functions and dead-letter queues: those that an alarm looks at, and those that none does."""
    looked_at = {
        (metric["Namespace"], dimension["Value"])
        for metric in _alarm_metrics(target)
        for dimension in metric["Dimensions"]
    }
    parts = [("function", name) for name in deployed_functions(target)]
    parts += [("queue", name) for name in _dead_letter_queues(target)]
    watched: list[str] = []
    unwatched: list[str] = []
    for kind, name in parts:
        found = (_METRICS[kind][0], target.name(name)) in looked_at
        (watched if found else unwatched).append(name)
    return watched, unwatched


def _alarm_metrics(target: Target) -> list[dict[str, Any]]:
    pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return [
        alarm
        for page in pages
        for alarm in page["MetricAlarms"]
        if alarm.get("Namespace") and alarm.get("ActionsEnabled", True)
    ]


def _dead_letter_queues(target: Target) -> list[str]:
    prefix = target.name("")
    urls = target.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    names = [url.rpartition("/")[2].removeprefix(prefix) for url in urls]
    return sorted(name for name in names if name.endswith(DEAD_LETTERS))


_METRICS = {
    "function": ("AWS/Lambda", "Errors", "FunctionName"),
    "queue": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
}
