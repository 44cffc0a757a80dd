"""CloudWatch's alarms; log groups that keep their lines for a time, and their metric filters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from __future__ import annotations

import re
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import Loose, To
from orderlab.exporting.template import picked

_ALARM = (
    "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
    "InsufficientDataActions", "MetricName", "Namespace", "Statistic", "ExtendedStatistic",
    "Dimensions", "Period", "Unit", "EvaluationPeriods", "DatapointsToAlarm", "Threshold",
    "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile", "Metrics",
    "ThresholdMetricId",
)  # fmt: skip
_COMPOSITE = (
    "AlarmName", "AlarmDescription", "AlarmRule", "ActionsEnabled", "OKActions", "AlarmActions",
    "InsufficientDataActions",
)  # fmt: skip
_OF_FUNCTIONS = "/aws/lambda/"


def read_alarms(found: Reading) -> None:
    """Add the alarms; those that are made of others wait for them."""
    ids: dict[str, str] = {}
    for key, kind, names in (
        ("MetricAlarms", "AWS::CloudWatch::Alarm", _ALARM),
        ("CompositeAlarms", "AWS::CloudWatch::CompositeAlarm", _COMPOSITE),
    ):
        which = ["CompositeAlarm" if "Composite" in kind else "MetricAlarm"]
        listed = found.listed("cloudwatch", "describe_alarms", key, AlarmTypes=which)
        ours = [each for each in listed if found.is_ours(each["AlarmName"])]
        for each in sorted(ours, key=lambda it: str(it["AlarmName"])):
            properties = picked(each, *names)
            if properties.get("ActionsEnabled") is True:
                del properties["ActionsEnabled"]
            rule = each.get("AlarmRule", "")
            waits = [ids[name] for name in ids if re.search(rf"\b{re.escape(name)}(?![\w-])", rule)]
            name = each["AlarmName"]
            ids[name] = found.template.add(kind, found.friendly(name), properties, after=waits)


def read_log_groups(found: Reading) -> None:
    """Add the groups for which something was said; Lambda makes others by itself."""
    groups = found.listed("logs", "describe_log_groups", "logGroups")
    for group in sorted(groups, key=lambda each: str(each["logGroupName"])):
        name = group["logGroupName"]
        if not found.is_ours(name.removeprefix(_OF_FUNCTIONS)):
            continue
        given = {"logGroupName": name}
        filters = list(found.listed("logs", "describe_metric_filters", "metricFilters", **given))
        if not filters and "retentionInDays" not in group:
            continue
        friendly = "/".join(map(found.friendly, name.split("/")))
        properties = picked(group, "LogGroupName", "RetentionInDays")
        identifier = found.template.add("AWS::Logs::LogGroup", friendly, properties)
        for each in sorted(filters, key=lambda it: str(it["filterName"])):
            _add_filter(found, each, To(identifier))


def _add_filter(found: Reading, each: dict[str, Any], group: To) -> None:
    transformations = []
    for given in each["metricTransformations"]:
        shown = picked(
            given, "MetricName", "MetricNamespace", "MetricValue", "DefaultValue", "Unit"
        )
        dimensions = given.get("dimensions") or {}
        if dimensions:
            pairs = [{"Key": key, "Value": dimensions[key]} for key in sorted(dimensions)]
            shown["Dimensions"] = pairs
        transformations.append(shown)
    properties = {
        "FilterName": each["filterName"],
        "LogGroupName": group,
        # a pattern that matches everything is empty, and has to be said all the same
        "FilterPattern": Loose(each.get("filterPattern", "")),
        "MetricTransformations": transformations,
    }
    found.template.add("AWS::Logs::MetricFilter", each["filterName"], properties)
