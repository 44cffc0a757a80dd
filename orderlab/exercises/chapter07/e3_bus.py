"""7.3: rules, patterns and targets on an event bus."""

from __future__ import annotations

import json
from typing import Any

from orderlab.exercises.chapter07.bus_judged import judge
from orderlab.exercises.chapter07.bus_trial import LOOKED, trial
from orderlab.exercises.chapter07.shop_events import (
    BUS,
    FAILED,
    FRAUD,
    LIMIT,
    PARTNER,
    SOURCE,
    ensure_bus,
    forget_rules,
    names,
    to_queue,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.names import queue_arn

PLACED = {"source": [SOURCE], "detail-type": ["OrderPlaced"]}
LARGE = {**PLACED, "detail": {"total_cents": [{"numeric": [">=", LIMIT]}]}}
EVERY = {"source": [SOURCE], "detail-type": [{"prefix": "Order"}]}
SHOWN: dict[str, Any] = {
    "InputPathsMap": {
        "id": "$.detail.order_id",
        "what": "$.detail-type",
        "cents": "$.detail.total_cents",
    },
    "InputTemplate": '{"order": <id>, "what": <what>, "cents": <cents>}',
}


def _prepare(workspace: Workspace) -> None:
    ensure_bus(workspace.target)


def _undo(workspace: Workspace) -> None:
    forget_rules(workspace.target)


def _stands(workspace: Workspace) -> bool:
    return all(
        any(each["State"] == "ENABLED" for each in to_queue(workspace.target, queue))
        for queue in (FRAUD, PARTNER)
    )


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    targets = {queue: to_queue(target, queue) for queue in (FRAUD, PARTNER)}
    if not any(targets.values()):
        if any(to_queue(target, queue, "default") for queue in (FRAUD, PARTNER)):
            return wrong(
                "another bus",
                "The rules stand on the account's default bus. The shop's events are put on "
                "shop-events, and a rule sees the events of its own bus only.",
                looked_at="the rules of both buses",
                expected="rules on shop-events",
                got="none there",
                next='EventBusName="shop-events" in put_rule and in put_targets; `ex.again()` takes '
                "the others away.",
            )
        return untouched(
            "No rule of shop-events sends to fraud-desk or to partner.",
            next="put_rule, then put_targets, as for hello.",
        )
    for queue, found in targets.items():
        if not found:
            return wrong(
                "one of the two",
                f"No rule sends to {queue} yet.",
                looked_at="the targets of all rules on shop-events",
                expected="fraud-desk and partner",
                got=", ".join(name for name, each in targets.items() if each),
                next="A rule for each: their patterns differ.",
            )
        if all(each["State"] != "ENABLED" for each in found):
            return wrong(
                "switched off",
                f"The rule that sends to {queue} is disabled.",
                looked_at="list_rules",
                expected="State ENABLED",
                got="DISABLED",
                next="events.enable_rule, or leave State out of put_rule.",
            )
    done = trial(target)
    return judge(target, done, targets) or right(
        "Whoever puts an event names no listener, and each listener has a pattern of its own over the "
        "whole event. The partner sees three values and nothing of your customers, and it will hear "
        "of types that nobody has thought of yet.",
        looked_at=LOOKED,
        got="3 at fraud-desk, 8 at partner",
    )


def _build(
    large: Any = LARGE,
    every: Any = EVERY,
    fraud: Any = None,
    partner: Any = None,
    *,
    bus: str = BUS,
    dead: bool = True,
    state: str = "ENABLED",
    only: str = "",
) -> Any:
    """An attempt that differs from ours in one thing."""

    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        forget_rules(target)
        events = target.client("events")
        late = {"DeadLetterConfig": {"Arn": queue_arn(target, FAILED)}} if dead else {}
        forms = {
            FRAUD: {"InputPath": "$.detail"} if fraud is None else fraud,
            PARTNER: {"InputTransformer": SHOWN} if partner is None else partner,
        }
        for queue, pattern in ((FRAUD, large), (PARTNER, every)):
            if only and queue != only:
                continue
            events.put_rule(
                Name=f"to-{queue}", EventBusName=bus, EventPattern=json.dumps(pattern), State=state
            )
            events.put_targets(
                Rule=f"to-{queue}",
                EventBusName=bus,
                Targets=[{"Id": queue, "Arn": queue_arn(target, queue), **forms[queue], **late}],
            )

    return attempt


def _twice(workspace: Workspace) -> None:
    """Two rules that want the same, for the fraud desk."""
    _build()(workspace)
    events, target = workspace.client("events"), workspace.target
    late = {"DeadLetterConfig": {"Arn": queue_arn(target, FAILED)}}
    desk = {"Id": "again", "Arn": queue_arn(target, FRAUD), "InputPath": "$.detail", **late}
    events.put_rule(Name="again", EventBusName=BUS, EventPattern=json.dumps(LARGE))
    events.put_targets(Rule="again", EventBusName=BUS, Targets=[desk])


def _over(rule: Any) -> dict[str, Any]:
    return {**PLACED, "detail": {"total_cents": rule}}


def _template(text: str) -> dict[str, Any]:
    return {"InputTransformer": {**SHOWN, "InputTemplate": text}}


RULES = Exercise(
    id="7.3",
    title="Two listeners with tastes of their own",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=_build(),
    names=names,
    solution="""late = {"DeadLetterConfig": {"Arn": arn("sqs", "bus-failed")}}
large = {
    "source": ["shop.orders"],
    "detail-type": ["OrderPlaced"],
    "detail": {"total_cents": [{"numeric": [">=", 20000]}]},
}
events.put_rule(
    Name="large-orders", EventBusName="shop-events", EventPattern=json.dumps(large)
)
desk = {"Id": "desk", "Arn": arn("sqs", "fraud-desk"), "InputPath": "$.detail", **late}
_ = events.put_targets(Rule="large-orders", EventBusName="shop-events", Targets=[desk])
every = {"source": ["shop.orders"], "detail-type": [{"prefix": "Order"}]}
shown = {
    "InputPathsMap": {
        "id": "$.detail.order_id",
        "what": "$.detail-type",
        "cents": "$.detail.total_cents",
    },
    "InputTemplate": '{"order": <id>, "what": <what>, "cents": <cents>}',
}
events.put_rule(
    Name="all-orders", EventBusName="shop-events", EventPattern=json.dumps(every)
)
partner = {"Id": "partner", "Arn": arn("sqs", "partner"), "InputTransformer": shown, **late}
events.put_targets(Rule="all-orders", EventBusName="shop-events", Targets=[partner])
# Names of a pattern are joined by AND, the values of one name by OR. A variable without quotes
# keeps its type.""",
    hints=(
        "Two listeners, two patterns: two rules. What did the rule of hello name, and what did its "
        "target get?",
        "fraud-desk: source, detail-type and a numeric comparison inside detail; InputPath. partner: "
        'source and {"prefix": ...}; InputTransformer. Both: DeadLetterConfig.',
        '"detail": {"total_cents": [{"numeric": [">=", 20000]}]}; and "detail-type": [{"prefix": '
        '"Order"}] with "InputTemplate": \'{"order": <id>, "what": <what>, "cents": <cents>}\', '
        'where <what> is "$.detail-type".',
    ),
    waits=True,
    proofs=(
        Proof("another bus", _build(bus="default"), says="the account's default bus"),
        Proof("one of the two", _build(only=FRAUD), says="No rule sends to partner"),
        Proof("switched off", _build(state="DISABLED"), says="is disabled"),
        Proof("the whole event", _build(fraud={}), says="EventBridge's envelope"),
        Proof("the limit itself", _build(_over([{"numeric": [">", LIMIT]}])), says="includes it"),
        Proof(
            "a cent too low", _build(_over([{"numeric": [">=", LIMIT - 1]}])), says="$199.99 comes"
        ),
        Proof("small orders too", _build(PLACED), says="Small orders come"),
        Proof(
            "changes too",
            _build({"source": [SOURCE], "detail": LARGE["detail"]}),
            says="a changed one",
        ),
        Proof(
            "nothing for the fraud desk",
            _build(_over(["20000"])),
            says="no event of mine came there",
        ),
        Proof(
            "anybody's events",
            _build({"detail-type": ["OrderPlaced"], "detail": LARGE["detail"]}),
            says="source shop.test",
        ),
        Proof(
            "a list of today's types",
            _build(
                every={
                    "source": [SOURCE],
                    "detail-type": ["OrderPlaced", "OrderChanged", "OrderReturned"],
                }
            ),
            says="did not exist yesterday",
        ),
        Proof(
            "not of an order",
            _build(every={"source": [SOURCE]}),
            says="no concern of theirs",
        ),
        Proof(
            "more than the partner may see",
            _build(partner={"InputPath": "$.detail"}),
            says="which customer it was",
        ),
        Proof(
            "a number as text",
            _build(partner=_template('{"order": <id>, "what": <what>, "cents": "<cents>"}')),
            says="comes as a text",
        ),
        Proof(
            "other names",
            _build(partner=_template('{"order_id": <id>, "what": <what>, "cents": <cents>}')),
            says="other names",
        ),
        Proof(
            "half the word",
            _build(every={"source": [SOURCE], "detail-type": [{"prefix": "O"}]}),
            says="OfferMade comes",
        ),
        Proof("not all of them", _build(every=LARGE), says="Small orders don't come"),
        Proof(
            "a path that leads nowhere",
            _build(
                partner={
                    "InputTransformer": {
                        **SHOWN,
                        "InputPathsMap": {**SHOWN["InputPathsMap"], "what": "$.detail.type"},
                    }
                }
            ),
            says="leads to nothing",
        ),
        Proof("told more than once", _twice, says="more than once"),
        Proof("nowhere to go", _build(dead=False), says="nobody hears of it"),
        Proof(
            "another way to say at least",
            _build(
                _over([{"numeric": [">", LIMIT - 1]}]),
                {"source": [{"prefix": SOURCE}], "detail-type": [{"wildcard": "Order*"}]},
            ),
            "right",
        ),
        Proof(
            "the detail by a template",
            _build(
                fraud={
                    "InputTransformer": {
                        "InputPathsMap": {"all": "$.detail"},
                        "InputTemplate": "<all>",
                    }
                }
            ),
            "right",
        ),
    ),
)
