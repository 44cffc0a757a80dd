"""1.7: what a metric says, and which statistic of it answers a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import mapping, number
from orderlab.exercises.engine.outcome import not_here

KEYS = ("requests", "refused", "invocations")
SOURCES = {
    "requests": ("AWS/ApiGateway", "Count", "ApiName", "order-api"),
    "refused": ("AWS/ApiGateway", "4XXError", "ApiName", "order-api"),
    "invocations": ("AWS/Lambda", "Invocations", "FunctionName", "accept-order"),
}
_LOOKED = "your numbers, and the same three metrics in CloudWatch"
_SYNONYMS = {
    "count": "requests",
    "4xx": "refused",
    "4XXError": "refused",
    "errors": "refused",
    "invocation": "invocations",
    "runs": "invocations",
}


def _points(workspace: Workspace, key: str) -> list[dict[str, float]]:
    namespace, metric, dimension, name = SOURCES[key]
    now = datetime.now(UTC)
    found: list[dict[str, float]] = workspace.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": workspace.name(name)}],
        Statistics=["Sum", "Average", "Maximum", "SampleCount"],
        Period=60,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
    )["Datapoints"]
    return found


def _check(workspace: Workspace) -> Outcome:
    given = workspace.answer
    if given is None or (isinstance(given, dict) and all(v is None for v in given.values())):
        return untouched(
            "`total` returns nothing yet.",
            next="Compare it with the metric of half-a-second above, and mind the statistic.",
        )
    read = {
        key: number(value, f"a number of {key}")
        for key, value in mapping(given, KEYS, synonyms=_SYNONYMS).items()
    }
    points = {key: _points(workspace, key) for key in KEYS}
    empty = [key for key in KEYS if not points[key]]
    if empty:
        namespace, metric, *_ = SOURCES[empty[0]]
        return not_here(
            f"CloudWatch has no datapoint of {metric} in {namespace} for the last hour, so there is "
            "nothing to compare your number with."
        )
    expected = {key: sum(point["Sum"] for point in points[key]) for key in KEYS}
    shown = ", ".join(f"{key} {value:.0f}" for key, value in expected.items())
    off = [key for key in KEYS if abs(read[key] - expected[key]) > 0.5]
    if not off:
        return right(
            "Sum adds up what happened in each minute. Requests less refusals is what reached the "
            "function; the rest of its invocations came from you, without the door.",
            looked_at=_LOOKED,
            got=shown,
        )
    return _wrong(off[0], read, points, shown)


def _wrong(
    key: str, read: dict[str, float], points: dict[str, list[dict[str, float]]], shown: str
) -> Outcome:
    got = ", ".join(f"{name} {each:g}" for name, each in read.items())
    name, message, hint = _kind(key, read, points)
    return wrong(name, message, looked_at=_LOOKED, expected=shown, got=got, next=hint)


def _kind(
    key: str, read: dict[str, float], points: dict[str, list[dict[str, float]]]
) -> tuple[str, str, str]:
    """The misconception, told by all three numbers together."""
    if not read[key]:
        return (
            "no datapoints",
            f"Your number for {key} is 0, and CloudWatch has datapoints for it.",
            "Namespace, metric and dimension must all match, and the time must reach back an hour.",
        )
    if all(read[k] == max((p["Maximum"] for p in points[k]), default=0) for k in KEYS):
        return (
            "the largest single value",
            "Your numbers are as large as the Maximum: the largest value that one request reported.",
            "Which statistic adds up?",
        )
    if all(abs(read[k] - sum(p["Average"] for p in points[k])) < 0.01 for k in KEYS):
        return (
            "an average",
            "Your numbers are those of the Average: a share of the requests, and not a count.",
            "Which statistic adds up?",
        )
    if all(read[k] == sum(p["SampleCount"] for p in points[k]) for k in KEYS):
        return (
            "how often it was reported",
            "Your numbers are those of the SampleCount: each request reports once, as 0 or 1.",
            "Sum adds up the values that were reported.",
        )
    return (
        "another number",
        f"CloudWatch has another sum for {key}.",
        "Add up Sum over all datapoints of the last hour, for the metric and dimension given.",
    )


def _total(statistic: str) -> Any:
    def attempt(workspace: Workspace) -> dict[str, float]:
        return {key: sum(point[statistic] for point in _points(workspace, key)) for key in KEYS}

    return attempt


def _largest(workspace: Workspace) -> dict[str, float]:
    return {key: max((p["Maximum"] for p in _points(workspace, key)), default=0) for key in KEYS}


def _as_text(workspace: Workspace) -> dict[str, str]:
    return {key.upper(): f" {value:.0f} " for key, value in _total("Sum")(workspace).items()}


def _named_otherwise(workspace: Workspace) -> dict[str, float]:
    sums = _total("Sum")(workspace)
    return {"Count": sums["requests"], "4xx": sums["refused"], "runs": sums["invocations"]}


def _names(workspace: Workspace) -> dict[str, Any]:
    return {
        "metrics": workspace.client("cloudwatch"),
        "datetime": datetime,
        "timedelta": timedelta,
        "UTC": UTC,
    }


def _prepare(workspace: Workspace) -> None:
    """Some orders, right and wrong, so that there is something to count."""
    from orderlab.orders.parts.api import STAGE, find_api
    from orderlab.practice.http import many
    from orderlab.practice.orders import fresh

    if all(_points(workspace, key) for key in KEYS):
        return
    api_id = find_api(workspace.target)
    if api_id is not None:
        url = f"{workspace.target.api_url(api_id, STAGE)}/orders"
        many(url, [{}, *fresh(7), {}, {}])


DOOR_METRICS = Exercise(
    id="1.7",
    title="What the door saw",
    check=_check,
    prepare=_prepare,
    solve=_total("Sum"),
    stands=lambda _: True,
    names=_names,
    answer_name="seen",
    equivalent={
        "without hours": "all that a new cloud has counted is of this minute",
        "without minutes": "the current minute counts from its beginning",
        "1 -> 2": "a longer time holds the same requests",
        "1 -> 2 (2)": "nothing has happened in the future",
    },
    needs=("1.1", "1.2", "1.4", "1.6"),
    solution="""def total(namespace, metric, dimension, name):
    now = datetime.now(UTC)
    points = metrics.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": name}],
        Statistics=["Sum"],
        Period=60,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
    )["Datapoints"]
    return sum(point["Sum"] for point in points)

seen = {
    "requests": total("AWS/ApiGateway", "Count", "ApiName", "order-api"),
    "refused": total("AWS/ApiGateway", "4XXError", "ApiName", "order-api"),
    "invocations": total("AWS/Lambda", "Invocations", "FunctionName", "accept-order"),
}
# CloudWatch keeps a value for each period; Sum adds up within one, and sum() over all of them.
""",
    hints=(
        "The call stands above, for half-a-second. What is different about a count?",
        "The statistic is Sum, and the result is the sum over all datapoints.",
        "points = metrics.get_metric_statistics(Namespace=namespace, MetricName=metric, Statistics="
        '["Sum"], ...)["Datapoints"], then sum(point["Sum"] for point in points)',
    ),
    proofs=(
        Proof("the largest single value", _largest, says="Which statistic"),
        Proof("an average", _total("Average"), says="a share of the requests"),
        Proof("how often it was reported", _total("SampleCount"), says="each request reports once"),
        Proof("no datapoints", lambda _: dict.fromkeys(KEYS, 0), says="CloudWatch has datapoints"),
        Proof("as text, in capitals", _as_text, "right"),
        Proof("the metrics' own names", _named_otherwise, "right"),
    ),
)
