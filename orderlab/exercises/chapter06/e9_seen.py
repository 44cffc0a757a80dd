"""6.9: one line for each order, with fields that can be searched, and a metric."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orderlab.exercises.chapter06 import seen_attempts as attempts
from orderlab.exercises.chapter06.notebook_names import names, powertools_layer
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.functions import configure, deploy, exists, invoke, log_lines
from orderlab.practice.orders import fresh
from orderlab.practice.removal import remove, remove_function

NAME, GROUP, DAYS = "order-seen", "/aws/lambda/order-seen", 30
NAMESPACE, METRIC = "shop", "OrdersSeen"
_METRIC_SECONDS = 5
_LOOKED = (
    f"the log of `{NAME}` and its metric, with orders of my own, some with a coupon, first as it is "
    "and then at level DEBUG"
)
Line = dict[str, Any]


@dataclass
class Seen:
    """Orders, the lines that came of them, the answers, and how much was counted."""

    orders: list[dict[str, Any]]
    lines: list[Line]
    text: str
    answers: list[Any]
    debugged: str
    counted: float
    days: int | None


def _orders() -> list[dict[str, Any]]:
    """A coupon, none, another coupon, none, so that what stays of a call shows."""
    found = fresh(4)
    for place, order in enumerate(found):
        order["coupon_cents"] = 0 if place % 2 else 100 + secrets.randbelow(900)
        order["lines"] = (order["lines"] * 5)[: 3 + secrets.randbelow(5)]
        # nothing that a message could hold by chance
        order["customer_id"] = f"c-{secrets.token_hex(6)}"
    return found


def _check(workspace: Workspace) -> Outcome:
    if not exists(workspace.target, NAME):
        return untouched(
            f"There is no function `{NAME}` yet.",
            next='lab.deploy("order-seen", SEEN, Layers=[powertools])',
        )
    seen = _seen(workspace)
    found = _raised(seen) or _written(seen) or _fields(seen) or _levels(seen) or _kept(seen)
    if found is None:
        return right(
            "A line for each order, found by any of its fields, and a metric that costs no call. The "
            "whole order is written when somebody asks for it.",
            looked_at=_LOOKED,
            got=f"{len(seen.lines)} lines for {len(seen.orders)} orders; {METRIC} counted each",
        )
    name, message, expected, got, hint = found
    return wrong(name, message, looked_at=_LOOKED, expected=expected, got=got, next=hint)


def _seen(workspace: Workspace) -> Seen:
    target, orders = workspace.target, _orders()
    counted = _counted(workspace)
    known = len(_log(workspace))
    answers = [invoke(target, NAME, order) for order in orders]
    text = _log(workspace)[known:]
    now = _counted(workspace, at_least=counted + len(orders))
    days = _retention(workspace)
    return Seen(
        orders, _lines(text), "\n".join(text), answers, _at_debug(workspace), now - counted, days
    )


def _log(workspace: Workspace) -> list[str]:
    found = workspace.client("logs").describe_log_groups(
        logGroupNamePrefix=f"/aws/lambda/{workspace.name(NAME)}"
    )["logGroups"]
    return log_lines(workspace.target, NAME) if found else []


def _lines(text: list[str]) -> list[Line]:
    """The log lines that are JSON of the function's own, without metrics and Lambda's reports."""
    found = []
    for each in text:
        with contextlib.suppress(ValueError):
            line = json.loads(each)
            if isinstance(line, dict) and "_aws" not in line and "record" not in line:
                found.append(line)
    return found


def _at_debug(workspace: Workspace) -> str:
    """What is written of one order when the level is DEBUG; the function is as before then."""
    target, (order,) = workspace.target, fresh(1)
    functions, name = target.client("lambda"), target.name(NAME)
    now = functions.get_function_configuration(FunctionName=name)
    before = now.get("Environment", {}).get("Variables", {})
    try:
        configure(
            target, NAME, Environment={"Variables": {**before, "POWERTOOLS_LOG_LEVEL": "DEBUG"}}
        )
        known = len(_log(workspace))
        invoke(target, NAME, order)
        text = "\n".join(_log(workspace)[known:])
    finally:
        configure(target, NAME, Environment={"Variables": before})
    return text if order["customer_id"] in text else ""


def _counted(workspace: Workspace, at_least: float = 0) -> float:
    """The sum of the metric over all of its dimensions, waited for if it is less."""
    metrics = workspace.client("cloudwatch")
    deadline = time.monotonic() + (_METRIC_SECONDS if at_least else 0)
    while True:
        now, total = time.time(), 0.0
        known = metrics.list_metrics(Namespace=NAMESPACE, MetricName=METRIC)["Metrics"]
        for each in known:
            points = metrics.get_metric_statistics(
                Namespace=NAMESPACE,
                MetricName=METRIC,
                Dimensions=each["Dimensions"],
                StartTime=now - 6 * 3600,
                EndTime=now + 6 * 3600,
                Period=12 * 3600,
                Statistics=["Sum"],
            )["Datapoints"]
            total += sum(point["Sum"] for point in points)
        if total >= at_least or time.monotonic() > deadline:
            return total
        time.sleep(0.1)


def _retention(workspace: Workspace) -> int | None:
    group = f"/aws/lambda/{workspace.name(NAME)}"
    found = workspace.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return next(
        (each.get("retentionInDays") for each in found if each["logGroupName"] == group), None
    )


Mistake = tuple[str, str, str, str, str]


def _raised(seen: Seen) -> Mistake | None:
    said = seen.answers[0]
    if isinstance(said, dict) and "errorMessage" in said:
        return (
            "it raises",
            "The function raises.",
            "a log line",
            f"{said.get('errorType')}: {said['errorMessage']}"[:160],
            'lab.log("order-seen") has the traceback.',
        )
    return None


def _written(seen: Seen) -> Mistake | None:
    infos = [line for line in seen.lines if line.get("level") == "INFO"]
    if not infos:
        return (
            "no line at level INFO",
            "I see no line that is JSON and says level INFO.",
            "one for each order",
            seen.text[:120] or "nothing",
            "logger.info(...), with the Logger of Powertools.",
        )
    if len(infos) != len(seen.orders):
        return (
            "more than one line",
            f"{len(seen.orders)} orders came, and {len(infos)} lines were written at level INFO.",
            "one for each order",
            f"{len(infos)}",
            "Gather the fields, and write once.",
        )
    if any(order["customer_id"] in seen.text for order in seen.orders):
        return (
            "the whole order each time",
            "The whole order is in the log, without anybody asking for DEBUG.",
            "the whole order at level DEBUG only",
            "the customer's id, at INFO",
            "logger.debug(...) is written when the level is DEBUG.",
        )
    return None


def _fields(seen: Seen) -> Mistake | None:
    infos = [line for line in seen.lines if line.get("level") == "INFO"]
    for order, line in zip(seen.orders, infos, strict=True):
        found = _field(order, line)
        if found is not None:
            return found
    return None


def _field(order: dict[str, Any], line: Line) -> Mistake | None:
    if line.get("order_id") != order["order_id"]:
        return (
            "no field order_id",
            "A line has no field `order_id` with the order's id, so that no filter finds it.",
            f"order_id: {order['order_id']}",
            str(line.get("order_id", line.get("message")))[:100],
            "append_keys, or extra={...} of the call. A text in the message is no field.",
        )
    for name, value in (("lines", len(order["lines"])), ("coupon_cents", order["coupon_cents"])):
        if line.get(name) == str(value):
            return (
                "a number as a text",
                f"The field `{name}` is a text, so that no filter can compare it with a number.",
                f"{name}: {value}",
                f"{name}: {line[name]!r}",
                "Hand over the number itself, without str.",
            )
    if line.get("lines") != len(order["lines"]):
        return (
            "the number of lines",
            "The field `lines` is not the number of the order's lines.",
            f"lines: {len(order['lines'])}",
            f"lines: {str(line.get('lines'))[:60]}",
            'len(event["lines"])',
        )
    if order["coupon_cents"] and line.get("coupon_cents") != order["coupon_cents"]:
        return (
            "no coupon",
            "An order with a coupon has a line that does not say how much it was.",
            f"coupon_cents: {order['coupon_cents']}",
            str(line.get("coupon_cents")),
            "It is an attribute of the order.",
        )
    if not order["coupon_cents"] and "coupon_cents" in line:
        if line["coupon_cents"]:
            return (
                "another order's coupon",
                "An order without a coupon has the coupon of the order before it in its line.",
                "no field coupon_cents",
                f"coupon_cents: {line['coupon_cents']}",
                "What is appended stays in the logger. Which argument begins each call with none?",
            )
        return (
            "a coupon of nothing",
            "An order without a coupon has the field all the same.",
            "no field coupon_cents",
            f"coupon_cents: {json.dumps(line['coupon_cents'])}",
            "Only if it is more than 0.",
        )
    return None


def _levels(seen: Seen) -> Mistake | None:
    if not seen.debugged:
        return (
            "nothing more at DEBUG",
            "At level DEBUG (POWERTOOLS_LOG_LEVEL) the whole order is not written either.",
            "the order, at level DEBUG",
            "no line with the customer's id",
            'logger.debug("...", extra={"order": event}). A level in the code, as in '
            'Logger(level="INFO"), would win over the variable.',
        )
    return None


def _kept(seen: Seen) -> Mistake | None:
    if seen.counted != len(seen.orders):
        what = "nothing" if not seen.counted else f"{seen.counted:g}"
        return (
            "the metric",
            f"{len(seen.orders)} orders came, and `{METRIC}` in `{NAMESPACE}` counted {what}.",
            f"{len(seen.orders)}",
            what,
            "add_metric in the handler, and @metrics.log_metrics above it, which writes it down.",
        )
    if seen.days is None:
        return (
            "kept for ever",
            "The log group has no retention.",
            f"{DAYS} days",
            "for ever",
            "put_retention_policy, for the group of the function.",
        )
    if seen.days != DAYS:
        return (
            "another retention",
            "The log group has another retention.",
            f"{DAYS} days",
            f"{seen.days} days",
            "retentionInDays=30",
        )
    return None


def _deployed(code: str, days: int | None = DAYS) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        logs, group = workspace.client("logs"), f"/aws/lambda/{workspace.name(NAME)}"
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        if days:
            logs.put_retention_policy(logGroupName=group, retentionInDays=days)
        deploy(workspace.target, NAME, code, Layers=[powertools_layer(workspace)])

    return attempt


def _changed(before: str, after: str) -> Callable[[Workspace], None]:
    return _deployed(attempts.changed(before, after))


def undo(workspace: Workspace) -> None:
    """The function is gone, with its role and its log group."""
    remove_function(workspace.target, NAME)
    remove(workspace.target, f"/aws/lambda/{NAME}")


def _names(workspace: Workspace) -> dict[str, Any]:
    return {**names(workspace), "powertools": powertools_layer(workspace)}


SEEN = Exercise(
    id="6.9",
    title="One line for each order",
    check=_check,
    solve=_deployed(attempts.RIGHT),
    stands=lambda workspace: exists(workspace.target, NAME),
    undo=undo,
    names=_names,
    solution=f'''HEAD = """{attempts.HEAD}"""
SEEN = HEAD + """{attempts.BODY}"""
group = "/aws/lambda/order-seen"
logs.create_log_group(logGroupName=group)
logs.put_retention_policy(
    logGroupName=group,
    retentionInDays=30,
)
lab.deploy(
    "order-seen",
    SEEN,
    Layers=[powertools],
)
# Fields are appended for this call only; the whole order waits for somebody to ask for DEBUG.''',
    equivalent={
        "without `logs.create_log_group(logGroupName=group)`": "a group may be there from before"
    },
    hints=(
        "`notes` writes such lines. What stayed of its first call in its second one?",
        "append_keys with order_id, lines and, if there is one, coupon_cents; "
        "inject_lambda_context(clear_state=True); one logger.info, one logger.debug; add_metric under "
        "@metrics.log_metrics.",
        "As in `notes`: both decorators, the second with clear_state=True; append_keys for the fields, "
        'logger.debug("...", extra={"order": event}), logger.info("order seen"), and '
        'metrics.add_metric(name="OrdersSeen", unit=MetricUnit.Count, value=1).',
    ),
    proofs=(
        Proof(
            "another order's coupon", _changed("clear_state=True", ""), says="of the order before it"
        ),
        Proof(
            "the whole order each time", _changed("logger.debug", "logger.warning"), says="in the log"
        ),
        Proof(
            "no field order_id",
            _changed(
                'append_keys(order_id=event["order_id"], lines=len(event["lines"]))',
                'info("order " + event["order_id"]); return',
            ),
            says="no filter finds it",
        ),
        Proof("more than one line", _changed("logger.debug(\"whole order\", extra={\"order\": event})", 'logger.info("begin")'), says="8 lines"),
        Proof("no line at level INFO", _changed('logger.info("order seen")', 'print("order seen", event["order_id"])'), says="no line that is JSON"),
        Proof("the number of lines", _changed('len(event["lines"])', 'event["lines"][0]["quantity"] * 1000'), says="number of the order's lines"),
        Proof("a number as a text", _changed('len(event["lines"])', 'str(len(event["lines"]))'), says="`lines` is a text"),
        Proof("no coupon", _changed('coupon_cents=event["coupon_cents"])', 'coupon=event["coupon_cents"])'), says="how much it was"),
        Proof("a coupon of nothing", _changed('if event["coupon_cents"] > 0:', "if True:"), says="all the same"),
        Proof("nothing more at DEBUG", _changed('extra={"order": event}', "extra={}"), says="not written either"),
        Proof("the metric", _changed("@metrics.log_metrics", ""), says="counted nothing"),
        Proof("kept for ever", _deployed(attempts.RIGHT, None), says="no retention"),
        Proof("another retention", _deployed(attempts.RIGHT, 365), says="another retention"),
        Proof("it raises", _changed('event["order_id"]', 'event["id"]'), says="The function raises"),
        Proof("fields of one call", _deployed(attempts.EXTRA), "right"),
        Proof("by hand", _deployed(attempts.BY_HAND), "right"),
    ),
)  # fmt: skip
