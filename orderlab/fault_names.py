"""What an experiment's names stand for: functions, queues, tables, topics, buses and calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError

# how the cloud tells a table's, a topic's or a bus's faults from those of a function of that name
PREFIXES = {
    "function": "",
    "queue": "",
    "table": "table/",
    "topic": "topic/",
    "cache": "cache/",
    "bus": "bus/",
}
# services that are not asked, and so not started, for what stands elsewhere
_ASKED_LAST = ("cache", "bus")


def meant(target: Target, name: str, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """What a name stands for: (kind, name), the first of `kinds` that has it first.

    Raises LearnerError if none has it.
    """
    friendly, _, ending = str(name).partition(" (")
    wanted = [kind for kind in kinds if not ending or kind == ending.rstrip(")")]
    names: dict[str, set[str]] = {}
    found: list[tuple[str, str]] = []
    for kind in kinds:
        if kind in _ASKED_LAST and found:
            break
        names[kind] = _NAMES[kind](target)
        if kind in wanted and target.name(friendly) in names[kind]:
            found.append((kind, friendly))
    if found:
        return found
    what = " or ".join(kinds) if len(kinds) < 4 else "resource"
    listed = [f"{kind}s {', '.join(sorted(names[kind]))}" for kind in kinds if names[kind]]
    there = f"There are the {'; '.join(listed)}." if listed else "None is deployed yet."
    raise LearnerError(f"There is no {what} {name!r}.", advice=there)


def calls_of(service: str, operation: str | None) -> str:
    """Calls as faults name them. Raises LearnerError if boto3 knows no such service or call."""
    import botocore.session

    session = botocore.session.get_session()
    if service not in session.get_available_services():
        raise LearnerError(
            f"There is no service {service!r}.", advice='Services have boto3\'s names, like "sqs".'
        )
    if operation is None:
        return f"call/{service}"
    known = list(session.get_service_model(service).operation_names)
    if service == "dax":
        # clusters answer the data operations of DynamoDB
        known += session.get_service_model("dynamodb").operation_names
    if operation not in known:
        raise LearnerError(
            f"{service} has no operation {operation!r}.",
            advice="Operations have the names of the AWS API, like SendMessage.",
        )
    return f"call/{service}.{operation}"


def _functions(target: Target) -> set[str]:
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    return {each["FunctionName"] for page in pages for each in page["Functions"]}


def _queues(target: Target) -> set[str]:
    pages = target.client("sqs").get_paginator("list_queues").paginate()
    return {url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", ())}


def _tables(target: Target) -> set[str]:
    pages = target.client("dynamodb").get_paginator("list_tables").paginate()
    return {name for page in pages for name in page["TableNames"]}


def _topics(target: Target) -> set[str]:
    pages = target.client("sns").get_paginator("list_topics").paginate()
    return {each["TopicArn"].rpartition(":")[2] for page in pages for each in page["Topics"]}


def _caches(target: Target) -> set[str]:
    dax, names = target.client("dax"), set[str]()
    more: dict[str, str] = {}
    while True:
        page = dax.describe_clusters(**more)
        names |= {each["ClusterName"] for each in page["Clusters"]}
        if not page.get("NextToken"):
            return names
        more = {"NextToken": page["NextToken"]}


def _buses(target: Target) -> set[str]:
    events, names = target.client("events"), set()
    more: dict[str, str] = {}
    while True:
        page = events.list_event_buses(**more)
        names |= {each["Name"] for each in page["EventBuses"]}
        if "NextToken" not in page:
            return names - {"default"}
        more = {"NextToken": page["NextToken"]}


_NAMES: Mapping[str, Callable[[Target], set[str]]] = {
    "function": _functions,
    "queue": _queues,
    "table": _tables,
    "topic": _topics,
    "cache": _caches,
    "bus": _buses,
}
