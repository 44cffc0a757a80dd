"""6.2: for how long a cache may tell what is no longer so, by its parameter group."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.caches import role

CLUSTER, GROUP, DEFAULT_GROUP = "cache", "status-page", "default.dax1.0"
# those that the chapter reads through the cluster
TABLES = ("week", "drafts", "letters")
RECORD, QUERY = "record-ttl-millis", "query-ttl-millis"
# milliseconds: what is allowed, and the least that still asks the table seldom
MOST = {RECORD: 60_000, QUERY: 10_000}
LEAST = {RECORD: 54_000, QUERY: 9_000}
_WHAT = {RECORD: "items", QUERY: "lists"}
_AVAILABLE_SECONDS = 20
_LOOKED = f"the parameter group that the cluster `{CLUSTER}` uses, and its two times"


def _cluster(workspace: Workspace) -> dict[str, Any] | None:
    dax = workspace.client("dax")
    try:
        found = dax.describe_clusters(ClusterNames=[workspace.name(CLUSTER)])["Clusters"][0]
    except dax.exceptions.ClusterNotFoundFault:
        return None
    return dict(found)


def _times(workspace: Workspace, group: str) -> dict[str, int] | None:
    """The times of a group in milliseconds; None if there is no such group."""
    dax = workspace.client("dax")
    try:
        found = dax.describe_parameters(ParameterGroupName=group)["Parameters"]
    except dax.exceptions.ParameterGroupNotFoundFault:
        return None
    return {each["ParameterName"]: int(each["ParameterValue"]) for each in found}


def prepare(workspace: Workspace) -> None:
    """The cluster, if it does not exist."""
    if _cluster(workspace) is None:
        _make_cluster(workspace.target)


def _make_cluster(target: Target) -> None:
    dax, name = target.client("dax"), target.name(CLUSTER)
    dax.create_cluster(
        ClusterName=name,
        NodeType="dax.t3.small",
        ReplicationFactor=1,
        IamRoleArn=role(target, "cache-role", TABLES),
    )
    deadline = time.monotonic() + _AVAILABLE_SECONDS
    while time.monotonic() < deadline:
        (found,) = dax.describe_clusters(ClusterNames=[name])["Clusters"]
        if found["Status"] == "available":
            return
        time.sleep(0.05)


def undo(workspace: Workspace) -> None:
    """The cluster uses the default group again, and the exercise's group is gone."""
    dax = workspace.client("dax")
    found = _cluster(workspace)
    if found and found["ParameterGroup"]["ParameterGroupName"] == workspace.name(GROUP):
        dax.update_cluster(ClusterName=workspace.name(CLUSTER), ParameterGroupName=DEFAULT_GROUP)
    if _times(workspace, workspace.name(GROUP)) is not None:
        dax.delete_parameter_group(ParameterGroupName=workspace.name(GROUP))


def _check(workspace: Workspace) -> Outcome:
    found = _cluster(workspace)
    if found is None:
        return wrong(
            "no cluster",
            f"There is no cluster `{CLUSTER}` any more.",
            next="`ex.again()` makes it anew; then run your cell again.",
        )
    used = found["ParameterGroup"]["ParameterGroupName"]
    times = _times(workspace, workspace.name(GROUP))
    if times is None:
        return _without_group(used)
    if used != workspace.name(GROUP):
        return wrong(
            "a group that nobody uses",
            f"The group `{GROUP}` exists, and the cluster goes by another one.",
            looked_at=_LOOKED,
            expected=f"the cluster uses `{GROUP}`",
            got=f"it uses `{used}`",
            next="Which call changed the cluster, on `try-out`?",
        )
    return _judge(times)


def _without_group(used: str) -> Outcome:
    if used in (DEFAULT_GROUP, "try-out"):
        return untouched(
            f"There is no parameter group `{GROUP}` yet.",
            next="Three calls made the group `try-out`, filled it, and let the cluster use it.",
        )
    return wrong(
        "another name",
        f"The cluster uses the group `{used}`.",
        looked_at=_LOOKED,
        expected=f"a group with the name `{GROUP}`",
        got=used,
        next="Name the group as the exercise says; the next one here looks for that name.",
    )


def _judge(times: dict[str, int]) -> Outcome:
    found = _mistake(times)
    got = f"{RECORD} {times[RECORD]:,}, {QUERY} {times[QUERY]:,}"
    if found is None:
        return right(
            "Each kind is as old as it may be, and not older. What is asked again within that time "
            "costs nothing.",
            looked_at=_LOOKED,
            got=got,
        )
    name, message, hint = found
    stands = f"`{GROUP}` from this try; `ex.again()` takes it away"
    return wrong(name, message, looked_at=_LOOKED, got=got, next=hint, stands=stands)


def _mistake(times: dict[str, int]) -> tuple[str, str, str] | None:
    if times[QUERY] == MOST[RECORD] and times[RECORD] == MOST[QUERY]:
        return (
            "the two exchanged",
            "Lists may be 60 s old with these times, and items 10 s: the two are exchanged.",
            "Which of them is a record, and which a query?",
        )
    if (times[RECORD], times[QUERY]) == (60, 10):
        return (
            "seconds",
            "Nothing stays for as long as a tenth of a second, so that nearly each read reaches the "
            "table.",
            "In which unit are the two parameters? Their names say it.",
        )
    if times[RECORD] == 0:
        return (
            "for ever",
            "0 is no time limit for items: what the clerk writes past the cache may never be seen.",
            "A minute, in milliseconds.",
        )
    if times[QUERY] == 0:
        return (
            "no list is kept",
            "With 0 no result of a query is kept, so that each list is read from the table.",
            "Ten seconds, in milliseconds.",
        )
    for name in (RECORD, QUERY):
        if times[name] > MOST[name]:
            return (
                f"old {_WHAT[name]}",
                f"With this time {_WHAT[name]} may be {times[name] / 1000:g} s old.",
                f"At most {MOST[name] // 1000} s: does the group have a value for `{name}`?",
            )
        if times[name] < LEAST[name]:
            return (
                f"{_WHAT[name]} too soon forgotten",
                f"With this time {_WHAT[name]} are forgotten after {times[name] / 1000:g} s, and read "
                "from the table more often than need be.",
                f"They may be {MOST[name] // 1000} s old.",
            )
    return None


def _group(
    times: dict[str, int], *, used: bool = True, name: str = GROUP
) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        dax, full_name = workspace.client("dax"), workspace.name(name)
        if _times(workspace, full_name) is None:
            dax.create_parameter_group(ParameterGroupName=full_name)
        dax.update_parameter_group(
            ParameterGroupName=full_name,
            ParameterNameValues=[
                {"ParameterName": each, "ParameterValue": str(value)}
                for each, value in times.items()
            ],
        )
        if used:
            dax.update_cluster(ClusterName=workspace.name(CLUSTER), ParameterGroupName=full_name)

    return attempt


def _both(record: int, query: int, **more: Any) -> Callable[[Workspace], None]:
    return _group({RECORD: record, QUERY: query}, **more)


def _one_by_one(workspace: Workspace) -> None:
    """The cluster first, and then a call for each of the values."""
    _group({RECORD: 60_000})(workspace)
    _group({QUERY: 10_000}, used=False)(workspace)


TIMES = Exercise(
    id="6.2",
    title="How old may it be",
    check=_check,
    solve=_both(60_000, 10_000),
    prepare=prepare,
    undo=undo,
    names=lambda workspace: {"dax": workspace.client("dax")},
    solution="""group = "status-page"
dax.create_parameter_group(ParameterGroupName=group)
times = {"record-ttl-millis": "60000", "query-ttl-millis": "10000"}
values = [
    {"ParameterName": name, "ParameterValue": times[name]}
    for name in times
]
dax.update_parameter_group(
    ParameterGroupName=group,
    ParameterNameValues=values,
)
dax.update_cluster(
    ClusterName="cache",
    ParameterGroupName=group,
)
# A minute for items, with those that don't exist among them, and ten seconds for lists.""",
    hints=(
        "The group `try-out`, above, holds both times. Which of them is for one order, which for a "
        "list?",
        "create_parameter_group, update_parameter_group with two values, update_cluster.",
        'record-ttl-millis "60000" and query-ttl-millis "10000" in the group `status-page`, and '
        'dax.update_cluster(ClusterName="cache", ParameterGroupName="status-page").',
    ),
    proofs=(
        Proof("seconds", _both(60, 10), says="Their names say it"),
        Proof("the two exchanged", _both(10_000, 60_000), says="are exchanged"),
        Proof("for ever", _both(0, 10_000), says="no time limit"),
        Proof("no list is kept", _both(60_000, 0), says="no result of a query"),
        Proof("a group that nobody uses", _both(60_000, 10_000, used=False), says="another one"),
        Proof("old lists", _group({RECORD: 60_000}), says="lists may be 300 s old"),
        Proof("old items", _group({QUERY: 10_000}), says="items may be 300 s old"),
        Proof("items too soon forgotten", _both(10_000, 10_000), says="items are forgotten"),
        Proof("lists too soon forgotten", _both(60_000, 1_000), says="lists are forgotten"),
        Proof("a little less", _both(58_000, 9_500), "right"),
        Proof("one value a call", _one_by_one, "right"),
    ),
)
