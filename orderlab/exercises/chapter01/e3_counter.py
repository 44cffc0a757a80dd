"""1.3: what a global variable of a function is, and is not."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.starting_points import ensure_function
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, listing
from orderlab.practice.functions import at_once, invoke
from orderlab.practice.removal import remove
from orderlab.requirements.waiting import wait_for

NAME = "count-orders"
SOURCE = """import json
import time

count = 0

def handler(event, context):
    global count
    count += 1
    number = count
    print(json.dumps({"numbered": number, "order": event["order"]}))
    time.sleep(0.5)
    return {"order": event["order"], "number": number, "environment": context.log_stream_name}
"""
_LOOKED = "the answers you handed over, and the log streams of count-orders"
_EXPECTED = "two different orders with one number"


def _prepare(workspace: Workspace) -> None:
    ensure_function(workspace.target, NAME, {"counting.py": SOURCE}, "counting.handler")


def _check(workspace: Workspace) -> Outcome:
    # it may have been removed at the chapter's end
    _prepare(workspace)
    if workspace.answer is None:
        return untouched(
            "No answers of count-orders were handed over.",
            next="Collect what the invocations return in a list: ex.check(answers)",
        )
    answers = _read(workspace.answer)
    failed = _failure(workspace.answer) if answers is None else None
    if failed:
        return wrong(
            "an event without its order",
            "An invocation failed: these are not all numbers of orders.",
            looked_at="the answers you handed over",
            expected=_EXPECTED,
            got=str(failed.get("errorMessage"))[:120],
            next='Each event is a dictionary with the key order: {"order": "o-1"}.',
        )
    if answers is None:
        return wrong(
            "another form",
            "I need the answers of count-orders, at least two of them, as they came.",
            expected='[{"order": "o-1", "number": 1, "environment": "..."}, ...]',
            got=repr(workspace.answer)[:80],
        )
    if not wait_for(lambda: _known(workspace, answers), 1.5):
        return wrong(
            "not from an environment",
            "I can't find a log stream for every environment in these answers.",
            looked_at=_LOOKED,
            expected="answers that count-orders gave",
            next="Invoke the function; each answer names its environment's log stream.",
        )
    if not wait_for(lambda: _as_logged(workspace, answers), 1.5):
        return wrong(
            "not as it was answered",
            "The function's log has other numbers, or other orders, for these environments.",
            looked_at="the answers you handed over, and what count-orders logged of each",
            expected="the answers as they came",
            next="Hand over what the invocations return, unchanged.",
        )
    return _judge(answers)


def _failure(value: Any) -> dict[str, Any] | None:
    """The first answer of an invocation that failed."""
    found = value if isinstance(value, list | tuple) else []
    return next((a for a in found if isinstance(a, dict) and "errorType" in a), None)


def _as_logged(workspace: Workspace, answers: list[dict[str, Any]]) -> bool:
    """Whether the function logged each of these: environment, number and order together."""
    group = f"/aws/lambda/{workspace.name(NAME)}"
    pages = workspace.client("logs").get_paginator("filter_log_events")
    logged = set()
    try:
        for page in pages.paginate(logGroupName=group, filterPattern='"numbered"'):
            for event in page["events"]:
                line = json.loads(event["message"])
                logged.add((event["logStreamName"], line["numbered"], str(line["order"])))
    except ClientError:
        return False
    return all((a["environment"], a["number"], str(a["order"])) in logged for a in answers)


def _read(value: Any) -> list[dict[str, Any]] | None:
    try:
        found = list(value.values()) if isinstance(value, dict) else listing(value)
    except CannotRead:
        return None
    if len(found) == 1 and isinstance(found[0], list | tuple):
        found = list(found[0])
    read = [_one(each) for each in found]
    if len(read) < 2:
        return None
    good = [each for each in read if each is not None]
    return good if len(good) == len(read) else None


def _one(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, dict) or not {"order", "number", "environment"} <= value.keys():
        return None
    return value


def _known(workspace: Workspace, answers: list[dict[str, Any]]) -> bool:
    group = f"/aws/lambda/{workspace.name(NAME)}"
    pages = workspace.client("logs").get_paginator("describe_log_streams")
    try:
        found = {
            stream["logStreamName"]
            for page in pages.paginate(logGroupName=group)
            for stream in page["logStreams"]
        }
    except ClientError:
        return False
    return {str(each["environment"]) for each in answers} <= found


def _judge(answers: list[dict[str, Any]]) -> Outcome:
    environments = len({each["environment"] for each in answers})
    same = [(a, b) for a, b in combinations(answers, 2) if a["number"] == b["number"]]
    if any(str(a["order"]) != str(b["order"]) for a, b in same):
        return right(
            "Each environment has a variable of its own and counts from one. Within one environment "
            "it lasts from invocation to invocation; between environments nothing is shared.",
            looked_at=_LOOKED,
            got="two different orders, one number, two environments",
        )
    got = f"{len(answers)} answers from {environments} environment(s)"
    if same:
        return wrong(
            "one order twice",
            "The equal numbers belong to the same order. That is one customer who sent it twice.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="Give every event an order of its own.",
        )
    if environments == 1:
        return wrong(
            "one after the other",
            "All were answered by one environment, so its count went on. An idle one is used again.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="When does Lambda need a second environment?",
        )
    return wrong(
        "several environments, other numbers",
        "More than one environment answered, but by chance no two numbers are equal.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=got,
        next="Send several at the same moment, to environments that have counted equally far.",
    )


def _events(*orders: str) -> list[dict[str, str]]:
    return [{"order": order} for order in orders]


def _solve(workspace: Workspace) -> Any:
    events = _events(*(f"o-{number}" for number in range(6)))
    return at_once(workspace.target, NAME, events)


def _in_turn(workspace: Workspace) -> Any:
    return [invoke(workspace.target, NAME, event) for event in _events("o-1", "o-2", "o-3")]


def _same_order(workspace: Workspace) -> Any:
    return at_once(workspace.target, NAME, _events("o-1", "o-1"))


def _invented(workspace: Workspace) -> Any:
    return [{"order": f"o-{n}", "number": 1, "environment": f"{n}"} for n in range(2)]


def _edited(workspace: Workspace) -> Any:
    answers = _in_turn(workspace)
    return [{**each, "number": 1} for each in answers]


def _without_order(workspace: Workspace) -> Any:
    return at_once(workspace.target, NAME, [{"id": "o-1"}, {"id": "o-2"}])


def _renewed(workspace: Workspace) -> Any:
    functions, name = workspace.client("lambda"), workspace.name(NAME)
    first = invoke(workspace.target, NAME, {"order": "o-1"})
    functions.update_function_configuration(FunctionName=name, Description="new environments")
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    return json.dumps(first), json.dumps(invoke(workspace.target, NAME, {"order": "o-2"}))


def _two(workspace: Workspace) -> Any:
    return (each for each in at_once(workspace.target, NAME, _events("o-a", "o-b")))


def _names(workspace: Workspace) -> dict[str, Any]:
    class Lab:
        @staticmethod
        def invoke_at_once(name: str, events: Any) -> Any:
            return at_once(workspace.target, name, events)

    return {"lab": Lab}


def _ignore(_: object) -> None:
    """Take a value away."""


COUNTER = Exercise(
    id="1.3",
    title="Two orders, one number",
    check=_check,
    prepare=_prepare,
    undo=lambda workspace: _ignore(remove(workspace.target, NAME)),
    stands=lambda _: True,
    solve=_solve,
    names=_names,
    answer_name="answers",
    equivalent={"6 -> 7": "any number of orders at once shows it"},
    solution="""events = [{"order": f"o-{n}"} for n in range(6)]
answers = lab.invoke_at_once("count-orders", events)
# Six at once need six environments, and each has its own `count`, which begins at 0.
# What must be the same for all belongs outside: in a table, as in chapter 02.""",
    hints=(
        "Who has the variable `count`: the function, or each of its environments?",
        "An environment works on one request at a time. Make Lambda need two of them.",
        'lab.invoke_at_once("count-orders", [{"order": "o-1"}, {"order": "o-2"}])',
    ),
    waits=True,
    proofs=(
        Proof("one after the other", _in_turn, says="used again"),
        Proof("one order twice", _same_order, says="same order"),
        Proof("not as it was answered", _edited, says="has other numbers"),
        Proof("an event without its order", _without_order, says="with the key order"),
        Proof("not from an environment", _invented, says="log stream for every environment"),
        Proof("another form", lambda _: {"o-1": 1, "o-2": 1}, says="as they came"),
        Proof("after an update, as JSON text", _renewed, "right"),
        Proof("two at once, as a generator", _two, "right"),
    ),
)
