"""What went wrong on the bus: read off what came to the two queues."""

from __future__ import annotations

import json
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter07.bus_trial import LOOKED, Sent, Trial
from orderlab.exercises.chapter07.shop_events import FAILED, FRAUD, PARTNER
from orderlab.exercises.engine import Outcome, wrong
from orderlab.orders.parts.names import queue_arn

_KEYS = {"order", "what", "cents"}


def judge(target: Target, done: Trial, targets: dict[str, list[dict[str, Any]]]) -> Outcome | None:
    """The first mistake that was seen, or None."""
    return (
        _chosen_for_fraud(done)
        or _chosen_for_partner(done)
        or _fraud_form(done)
        or _partner_form(done)
        or _twice(done, FRAUD)
        or _twice(done, PARTNER)
        or _dead_letters(target, targets)
    )


def _wrong(name: str, message: str, expected: str, got: str, hint: str) -> Outcome:
    return wrong(
        name,
        message,
        looked_at=LOOKED,
        expected=expected,
        got=got,
        next=hint,
        stands="Rules of earlier tries stand on the bus as well; `ex.again()` takes them away.",
    )


def _chosen_for_fraud(done: Trial) -> Outcome | None:
    wanted = {each.words for each in done.sent if each.fraud}
    came = done.at(FRAUD)
    if came == wanted:
        return None
    expected, got = ", ".join(sorted(wanted)), ", ".join(sorted(came)) or "nothing"
    for name, sign, message, hint in _FRAUD:
        if sign(came, wanted):
            return _wrong(name, message, f"at fraud-desk: {expected}", got, hint)
    return _wrong(
        "another choice",
        "fraud-desk gets other events than it should.",
        f"at fraud-desk: {expected}",
        got,
        "events.test_event_pattern tells whether a pattern matches one event.",
    )


_FRAUD: tuple[tuple[str, Any, str, str], ...] = (
    (
        "nothing for the fraud desk",
        lambda came, wanted: not came,
        "A rule sends to fraud-desk, and no event of mine came there.",
        "Compare source, detail-type and the name inside detail with the example, letter by letter.",
    ),
    (
        "the limit itself",
        lambda came, wanted: came == wanted - {"just at it"},
        "An order of exactly $200.00 does not come: 'at least' includes it.",
        '">=" in place of ">".',
    ),
    (
        "a cent too low",
        lambda came, wanted: came == wanted | {"just below"},
        "An order of $199.99 comes, too.",
        "Totals are in cents: $200.00 is 20000.",
    ),
    (
        "small orders too",
        lambda came, wanted: {"small", "just below"} <= came,
        "Small orders come to the fraud desk.",
        'A number is compared with {"numeric": [">=", 20000]}; and totals are in cents.',
    ),
    (
        "changes too",
        lambda came, wanted: "a changed large one" in came,
        "Not only new orders come: a changed one is there as well.",
        "A pattern that does not name detail-type matches every type.",
    ),
    (
        "anybody's events",
        lambda came, wanted: "of another source" in came,
        "An event of the source shop.test came. Whoever may put events on the bus would reach the "
        "fraud desk.",
        "The pattern has to name the source.",
    ),
)


def _twice(done: Trial, queue: str) -> Outcome | None:
    """Whether a queue got each of its events from more than one rule."""
    wanted = [each for each in done.sent if each.words in done.at(queue)]
    times = [sum(each.id in body for body in done.bodies[queue]) for each in wanted]
    if not times or min(times) < 2:
        return None
    return _wrong(
        "told more than once",
        f"Each event comes to {queue} more than once: several rules send it there.",
        "one rule for each of the two queues",
        f"each event {min(times)} times",
        "list_rule_names_by_target shows the rules; `ex.again()` takes them away.",
    )


def _chosen_for_partner(done: Trial) -> Outcome | None:
    wanted = {each.words for each in done.sent if each.partner}
    came = done.at(PARTNER)
    if came == wanted:
        return None
    missing, more = wanted - came, came - wanted
    got = f"missing: {', '.join(sorted(missing)) or 'none'}; too many: {', '.join(sorted(more)) or 'none'}"
    expected = "at partner: every event of shop.orders whose type begins with Order"
    if not came:
        return _wrong(
            "nothing for the partner",
            "A rule sends to partner, and no event of mine came there.",
            expected,
            "nothing",
            "Compare the names and values of its pattern with an event, letter by letter. Does its "
            "template name only what its paths define?",
        )
    if {"small", "a packed large one"} <= missing:
        return _wrong(
            "not all of them",
            "Small orders don't come to the partner, nor types that did not exist yesterday.",
            expected,
            got,
            "A rule of its own: the fraud desk's pattern is not the partner's.",
        )
    if "a packed large one" in missing:
        return _wrong(
            "a list of today's types",
            "OrderPacked doesn't come. That type did not exist yesterday, and the partner wants to "
            "hear of it without another order to you.",
            expected,
            got,
            'A pattern can compare the beginning of a text: {"prefix": "Order"}.',
        )
    if "of another source" in more:
        return _wrong(
            "anybody's events",
            "An event of the source shop.test came to the partner.",
            expected,
            got,
            "The pattern has to name the source.",
        )
    if more == {"an offer"}:
        return _wrong(
            "half the word",
            "OfferMade comes, too: its type begins as Order does, and goes on otherwise.",
            expected,
            got,
            'The whole word: {"prefix": "Order"}.',
        )
    if more:
        return _wrong(
            "not of an order",
            "The partner gets events that are no concern of theirs.",
            expected,
            got,
            "The type has to begin with Order; detail-type is at the top of an event.",
        )
    return _wrong(
        "not all of them",
        "Some events of orders don't come to the partner.",
        expected,
        got,
        "The partner wants all sizes and all types that begin with Order.",
    )


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _first(done: Trial, words: str) -> Sent:
    return next(each for each in done.sent if each.words == words)


def _fraud_form(done: Trial) -> Outcome | None:
    for words in ("far above", "just at it"):
        sent = _first(done, words)
        body = done.body(FRAUD, sent)
        if _read(body) == sent.detail:
            continue
        if '"detail-type"' in body:
            return _wrong(
                "the whole event",
                "The fraud desk gets EventBridge's envelope: source, time, account, and the detail "
                "somewhere inside. Its program reads the detail itself.",
                json.dumps(sent.detail)[:120],
                body[:120],
                "A target's InputPath chooses a part of the event.",
            )
        return _wrong(
            "not the detail",
            "The right orders come to fraud-desk, in another form than the event's detail.",
            json.dumps(sent.detail)[:120],
            body[:120],
            '"InputPath": "$.detail"',
        )
    return None


def _partner_form(done: Trial) -> Outcome | None:
    for words in ("a returned one", "small"):
        sent = _first(done, words)
        body = done.body(PARTNER, sent)
        wanted = {"order": sent.id, "what": sent.kind, "cents": sent.detail["total_cents"]}
        found = _read(body)
        if found == wanted:
            continue
        expected, got = json.dumps(wanted), body[:160]
        if sent.detail["customer_id"] in body or sent.detail["store_id"] in body:
            return _wrong(
                "more than the partner may see",
                "The partner reads which customer it was, and in which store.",
                expected,
                got,
                "An InputTransformer gives the target what its template names, and nothing else.",
            )
        if not isinstance(found, dict):
            return _wrong(
                "no JSON",
                "What the partner gets can't be read as a JSON object.",
                expected,
                got,
                "The template is an object: braces, names in quotes, <variables> without.",
            )
        if {name: str(value) for name, value in found.items()} == {
            name: str(value) for name, value in wanted.items()
        }:
            return _wrong(
                "a number as text",
                "The total comes as a text. A variable in quotes becomes part of a text.",
                expected,
                got,
                "Without quotes, <cents> is put in with the type that it has in the event.",
            )
        if set(found) != _KEYS:
            return _wrong(
                "other names",
                "The partner's object has other names than agreed.",
                expected,
                got,
                "The names are order, what and cents.",
            )
        if "" in found.values():
            return _wrong(
                "a path that leads nowhere",
                "The names are right, and a value is empty: its path leads to nothing.",
                expected,
                got,
                "Compare the paths with an event: $.detail-type is at its top, and $.detail holds "
                "order_id and total_cents.",
            )
        return _wrong(
            "another value",
            "The names are right, and a value is not.",
            expected,
            got,
            "`what` is the event's detail-type, at the top of the event; the rest is in detail.",
        )
    return None


def _dead_letters(target: Target, targets: dict[str, list[dict[str, Any]]]) -> Outcome | None:
    wanted = queue_arn(target, FAILED)
    without = [
        name
        for name, found in targets.items()
        if any((each.get("DeadLetterConfig") or {}).get("Arn") != wanted for each in found)
    ]
    if not without:
        return None
    return _wrong(
        "nowhere to go",
        "Events arrive. But what can't be delivered is tried for 24 hours by default and then "
        "dropped, and nobody hears of it.",
        "bus-failed as the dead-letter queue of both targets",
        f"another one, or none, for {', '.join(without)}",
        "DeadLetterConfig belongs to the target, beside its Arn: one for each target.",
    )
