"""3.7: an alarm for every part that can fail."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.notebook_names import names
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.functions import deployed_functions

PRACTICE = {"tell", "note-returns"}
FUNCTION = ("AWS/Lambda", "Errors", "FunctionName")
QUEUE = ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName")
SECONDS = 300
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
_LOOKED = "the alarms of this Region: which metric, of what, and what they do at 0, at 1 and at 12"
_EXPECTED = "an alarm on Errors of each function, and on the visible messages of each -dlq queue"


def _functions(target: Target) -> list[str]:
    return sorted(set(deployed_functions(target)) - PRACTICE)


def _dead_letters(target: Target) -> list[str]:
    urls = target.client("sqs").list_queues().get("QueueUrls", [])
    prefix = target.name("")
    found = [url.rpartition("/")[2].removeprefix(prefix) for url in urls]
    return sorted(name for name in found if name.endswith("-dlq"))


def _parts(target: Target) -> list[tuple[tuple[str, str, str], str]]:
    return [(FUNCTION, name) for name in _functions(target)] + [
        (QUEUE, name) for name in _dead_letters(target)
    ]


def _alarms(target: Target) -> list[dict[str, Any]]:
    pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return [_flat(alarm) for page in pages for alarm in page["MetricAlarms"]]


def _flat(alarm: dict[str, Any]) -> dict[str, Any]:
    """An alarm on a list of metrics that holds one, as if it named that metric itself."""
    metrics = alarm.get("Metrics") or []
    if len(metrics) != 1 or "MetricStat" not in metrics[0]:
        return {"Period": 60, "Dimensions": [], **alarm}
    found = metrics[0]["MetricStat"]
    more = {"Statistic": found["Stat"], "Period": found["Period"], "Unit": found.get("Unit")}
    return {**alarm, **found["Metric"], **more}


def _looks_at(target: Target, alarm: dict[str, Any], kind: tuple[str, str, str], name: str) -> bool:
    """Whether an alarm's metric is one of this part, whatever its name and threshold."""
    namespace, _, dimension = kind
    wanted = {"Name": dimension, "Value": target.name(name)}
    return alarm.get("Namespace") == namespace and wanted in alarm.get("Dimensions", [])


def _undo(workspace: Workspace) -> None:
    target = workspace.target
    mine = [
        alarm["AlarmName"]
        for alarm in _alarms(target)
        if any(_looks_at(target, alarm, kind, name) for kind, name in _parts(target))
    ]
    if mine:
        target.client("cloudwatch").delete_alarms(AlarmNames=mine)


def _stands(workspace: Workspace) -> bool:
    return _check(workspace).kind == "right"


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    parts, alarms = _parts(target), _alarms(target)
    by_part = {
        (kind, name): [a for a in alarms if _looks_at(target, a, kind, name)]
        for kind, name in parts
    }
    if not any(by_part.values()):
        return _on_nothing(target, alarms, [name for _, name in parts]) or untouched(
            f"None of the {len(parts)} parts has an alarm.", next="metrics.put_metric_alarm"
        )
    faults = {part: _best(found, part[0]) for part, found in by_part.items() if found}
    found_wrong = [(part, fault) for part, fault in faults.items() if fault]
    if found_wrong:
        part, (name, message, hint) = found_wrong[0]
        return replace(
            _wrong(name, message, hint, f"{part[1]}: {_told(by_part[part][0])}"),
            stands="put_metric_alarm with the same AlarmName replaces an alarm; `ex.again()` takes "
            "all alarms of these parts away.",
        )
    missing = [name for (_, name), found in by_part.items() if not found]
    if missing:
        return _on_nothing(target, alarms, missing) or _missing(missing)
    return right(
        "Each part that can fail tells somebody, within minutes. What an alarm then does, a topic "
        "that sends e-mail for example, is one more argument: AlarmActions.",
        looked_at=_LOOKED,
        got=f"{len(parts)} parts, each with an alarm",
    )


def _on_nothing(
    target: Target, alarms: Iterable[dict[str, Any]], unwatched: list[str]
) -> Outcome | None:
    """What an alarm looks at instead of a part that has none."""
    for alarm in alarms:
        values = {d["Value"] for d in alarm.get("Dimensions", [])}
        if values & {target.name(name) for name in unwatched}:
            return _wrong(
                "another dimension",
                "There is an alarm on a name of ours, under another namespace or dimension.",
                "AWS/Lambda has FunctionName, AWS/SQS has QueueName.",
                _told(alarm),
            )
        if alarm.get("Namespace") in (FUNCTION[0], QUEUE[0]) and not values:
            return _wrong(
                "one alarm for all",
                "There is an alarm without a dimension. It adds up every function of the account, "
                "and can't say which one failed.",
                "Dimensions says whose metric it is.",
                _told(alarm),
            )
    return None


def _best(alarms: list[dict[str, Any]], kind: tuple[str, str, str]) -> tuple[str, str, str] | None:
    """What is wrong with the best of a part's alarms; None if one is right."""
    faults = [_fault(alarm, kind) for alarm in alarms]
    return None if None in faults else faults[0]


def _fault(alarm: dict[str, Any], kind: tuple[str, str, str]) -> tuple[str, str, str] | None:
    if alarm.get("MetricName") != kind[1] or len(alarm["Dimensions"]) != 1:
        return (
            "another metric",
            "An alarm looks at another metric than the one that tells of a failure.",
            "Errors of a function; ApproximateNumberOfMessagesVisible of a queue.",
        )
    statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic")
    if statistic == "SampleCount":
        return (
            "how often it was reported",
            "SampleCount counts reports, also those of 0 failures: an alarm rings at every call.",
            "Sum counts, and Maximum is the largest value in the period.",
        )
    if statistic not in ("Sum", "Maximum", "p100"):
        return (
            "another statistic",
            f"The statistic {statistic} of one failure among many calls may stay below the "
            "threshold.",
            "Sum counts, and Maximum is the largest value in the period.",
        )
    if alarm.get("Unit") not in (None, "", "Count"):
        return (
            "another unit",
            f"An alarm wants values in {alarm['Unit']}. These metrics report a Count, so it sees "
            "none of them.",
            "Leave Unit out, or say Count.",
        )
    return _when(alarm)


def _when(alarm: dict[str, Any]) -> tuple[str, str, str] | None:
    compare, threshold = _COMPARE.get(alarm["ComparisonOperator"]), alarm["Threshold"]
    if compare is None or not compare(12, threshold) or compare(0, threshold):
        return (
            "it rings at nothing",
            "An alarm goes off at 0, when nothing has failed."
            if compare is not None and compare(0, threshold)
            else "An alarm stays quiet at 12 failures.",
            "GreaterThanOrEqualToThreshold, with the first failure as the threshold.",
        )
    if not compare(1, threshold):
        return (
            "not at the first",
            "One failure leaves an alarm quiet, and there is one order behind it.",
            "What is the smallest number of failures?",
        )
    if alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) > 1:
        return (
            "once is not enough",
            "An alarm wants failures in several periods, so a single one never sets it off.",
            "EvaluationPeriods says how many periods in a row must be bad.",
        )
    if alarm["Period"] * alarm["EvaluationPeriods"] > SECONDS:
        return (
            "too late",
            f"An alarm looks at {alarm['Period'] * alarm['EvaluationPeriods']} s.",
            "Five minutes are 300 s.",
        )
    if alarm.get("TreatMissingData", "missing") != "notBreaching":
        return (
            "no data",
            "Nobody called, so there is no data, and an alarm does not take that for a good sign: it "
            f"treats it as {alarm.get('TreatMissingData', 'missing')}.",
            "TreatMissingData",
        )
    if not alarm.get("ActionsEnabled", True):
        return ("switched off", "An alarm's actions are switched off.", "ActionsEnabled is True.")
    return None


def _missing(missing: list[str]) -> Outcome:
    dead = [name for name in missing if name.endswith("-dlq")]
    if len(dead) == len(missing):
        name, message = (
            "dead letters wait in silence",
            "Functions are watched, and these dead-letter queues are not. A message that was given "
            "up raises no more errors.",
        )
    elif not dead:
        name, message = (
            "functions fail in silence",
            "Dead-letter queues are watched, and these functions are not.",
        )
    else:
        name, message = ("some parts", "Some parts have an alarm, and others have none.")
    return _wrong(name, message, "One alarm for each.", f"none for {', '.join(missing)}")


def _told(alarm: dict[str, Any]) -> str:
    whose = ", ".join(d["Value"] for d in alarm.get("Dimensions", [])) or "all"
    return (
        f"{alarm['AlarmName']}: {alarm.get('Statistic') or alarm.get('ExtendedStatistic')} of {alarm.get('MetricName')} of {whose}, "
        f"{alarm['ComparisonOperator']} {alarm['Threshold']:g}"
    )[:150]


def _wrong(name: str, message: str, next: str, got: str) -> Outcome:
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=next)


def _put(*kinds: tuple[str, str, str], **changes: Any) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        for kind, name in _parts(target):
            if kind in (kinds or (FUNCTION, QUEUE)):
                namespace, metric, dimension = kind
                settings: dict[str, Any] = {
                    "AlarmName": target.name(f"{name}-{metric}"),
                    "Namespace": namespace,
                    "MetricName": metric,
                    "Dimensions": [{"Name": dimension, "Value": target.name(name)}],
                    "Statistic": "Sum" if kind == FUNCTION else "Maximum",
                    "Period": 60,
                    "EvaluationPeriods": 1,
                    "Threshold": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                    "TreatMissingData": "notBreaching",
                    **changes,
                }
                target.client("cloudwatch").put_metric_alarm(
                    **{key: value for key, value in settings.items() if value is not None}
                )

    return attempt


# a dimension that AWS/Lambda does not have
_FUNCTION_AS_NAME = [{"Name": "Function", "Value": "accept-order"}]


def _all(*attempts: Callable[[Workspace], None]) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        for each in attempts:
            each(workspace)

    return attempt


def _names(workspace: Workspace) -> dict[str, Any]:
    target = workspace.target
    return {
        **names(workspace),
        "shop": [target.name(name) for name in _functions(target)],
        "dead_letters": [target.name(name) for name in _dead_letters(target)],
    }


ALARMS = Exercise(
    id="3.7",
    title="An alarm for each part",
    check=_check,
    undo=_undo,
    stands=_stands,
    solve=_put(),
    names=_names,
    needs=("3.3",),
    solution="""rule = {
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "TreatMissingData": "notBreaching",
}
for name in shop:
    metrics.put_metric_alarm(
        AlarmName=f"{name}-errors", Namespace="AWS/Lambda", MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}], Statistic="Sum", **rule)
waiting = "ApproximateNumberOfMessagesVisible"
for name in dead_letters:
    metrics.put_metric_alarm(
        AlarmName=f"{name}-letters", Namespace="AWS/SQS", MetricName=waiting,
        Dimensions=[{"Name": "QueueName", "Value": name}], Statistic="Maximum", **rule)
# A function that fails is watched by Errors. What it gave up lies in a dead-letter queue, where
# nothing fails any more, so that needs an alarm of its own.""",
    hints=(
        "The two alarms of the returns desk have all that you need, except for one number each.",
        "Two loops: over `shop` with AWS/Lambda, Errors and FunctionName, over `dead_letters` with "
        "AWS/SQS, ApproximateNumberOfMessagesVisible and QueueName.",
        "Threshold=1, EvaluationPeriods=1, Period=60, TreatMissingData='notBreaching', and an "
        "AlarmName that holds the part's name, so that no alarm replaces another.",
    ),
    proofs=(
        Proof("dead letters wait in silence", _put(FUNCTION), says="raises no more errors"),
        Proof("functions fail in silence", _put(QUEUE), says="these functions are not"),
        Proof("some parts", _put(AlarmName="the-alarm"), says="others have none"),
        Proof("not at the first", _put(Threshold=5), says="one order behind it"),
        Proof("it rings at nothing", _put(Threshold=0), says="goes off at 0"),
        Proof("no data", _put(TreatMissingData=None), says="good sign"),
        Proof("too late", _put(Period=3600), says="3600 s"),
        Proof("once is not enough", _put(EvaluationPeriods=3), says="several periods"),
        Proof("another statistic", _put(Statistic="Average"), says="Average"),
        Proof(
            "another dimension",
            _all(_put(QUEUE), _put(FUNCTION, Dimensions=_FUNCTION_AS_NAME)),
            says="another namespace or dimension",
        ),
        Proof("how often it was reported", _put(Statistic="SampleCount"), says="at every call"),
        Proof("another unit", _put(Unit="Seconds"), says="sees none of them"),
        Proof("another metric", _put(MetricName="Invocations"), says="another metric"),
        Proof("one alarm for all", _put(FUNCTION, Dimensions=[]), says="every function"),
        Proof(
            "more than none",
            _put(ComparisonOperator="GreaterThanThreshold", Threshold=0, Period=300),
            "right",
        ),
        Proof("any of three minutes", _put(EvaluationPeriods=3, DatapointsToAlarm=1), "right"),
    ),
)
