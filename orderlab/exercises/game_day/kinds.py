"""The kinds of trouble of a game day: how each is made, mended, recognised, and where it shows.

A trouble that is a fault of the lab ends by itself after the game day's time. One that changes the
customer's own settings is written down, with what was there before, until it is put back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.game_day import settings
from orderlab.faults import Fault, Faults

# what was there before, so that it can be put back; JSON
Before = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of trouble.

    `strike` makes it at a place: a fault of the lab, or a change of settings whose `put_back` gets
    what `strike` returned. `words` are what a finder may call it, in plain words. `shows` says
    where it can be seen; `{place}` stands for the place.
    """

    name: str
    says: str
    words: tuple[str, ...]
    shows: str
    strike: Callable[[Target, str, float], Fault | Before]
    put_back: Callable[[Target, str, Before], None] = field(default=lambda *_: None)

    def is_named_in(self, text: str) -> bool:
        """Whether some plain words name this kind; a word may go on, as fail does in failing."""
        text = text.replace("filter policy", "filter")  # a subscription's, and no queue's policy
        return any(f" {word}" in f" {text}" for word in self.words)


def _fails(target: Target, place: str, lasts: float) -> Fault:
    return Faults(target).fail(f"{place} (function)", lasts=lasts)


def _fails_often(target: Target, place: str, lasts: float) -> Fault:
    return Faults(target).fail(f"{place} (function)", rate=0.6, lasts=lasts)


def _throttled(target: Target, place: str, lasts: float) -> Fault:
    return Faults(target).throttle(f"{place} (function)", lasts=lasts)


def _throttled_often(target: Target, place: str, lasts: float) -> Fault:
    return Faults(target).throttle(f"{place} (function)", rate=0.6, lasts=lasts)


def _slow_table(target: Target, place: str, lasts: float) -> Fault:
    return Faults(target).slow_down(f"{place} (table)", 3, lasts=lasts)


def _cut_off(target: Target, place: str, lasts: float) -> Fault:
    return Faults(target).cut_off(f"{place} (queue)", lasts=lasts)


_BROKEN = (
    "fail", "error", "broken", "raise", "exception", "crash", "bug", "throw", "traceback", "dies",
    "does not work", "doesn t work", "not working",
)  # fmt: skip
_THROTTLED = (
    "throttl", "concurren", "too many", "429", "refuse", "capacity", "limited", "rate limit",
)  # fmt: skip
_SLOW = (
    "slow", "sluggish", "latency", "takes long", "too long", "so long", "seconds", "delay", "lag",
    "hang", "late", "waits", "waiting for the table", "time out", "times out", "timeout",
)  # fmt: skip

BROKEN = Kind(
    "broken consumer", "the function {place} fails each time", _BROKEN,
    "Errors of {place} is as high as Invocations; its log has an exception for each batch; "
    "ApproximateAgeOfOldestMessage of the queue {place} grows; the last step of a trace failed.",
    _fails,
)  # fmt: skip
THROTTLED = Kind(
    "throttled function", "the function {place} is throttled", _THROTTLED,
    "Throttles of {place} counts, while its log is silent; messages wait in the queue {place}; the "
    "last step of a trace is a refused invocation.",
    _throttled,
)  # fmt: skip
SLOW_TABLE = Kind(
    "slow table", "calls of the table {place} answer 3 s late", _SLOW,
    "Nothing fails. Duration of the function that writes the table {place} has grown, and in a "
    "trace the bar of the call of the table is the long one.",
    _slow_table,
)  # fmt: skip
CUT_OFF = Kind(
    "cut-off target", "the topic can't reach the queue {place}",
    ("cut", "reach", "unreach", "network", "connection", "disconnect", "isolated", "offline"),
    "NumberOfMessagesSent of the queue {place} stands still, and so does everything behind it; a "
    "trace ends with deliveries that failed. The queue's policy and the subscription are right.",
    _cut_off,
)  # fmt: skip
NO_POLICY = Kind(
    "queue policy gone", "the policy of the queue {place} is gone",
    ("policy", "permission", "permitted", "not permit", "allow", "disallow", "access", "denied",
     "forbidden", "not authori", "unauthori"),
    "NumberOfMessagesSent of the queue {place} stands still; GetQueueAttributes shows no Policy; "
    "the topic's NumberOfNotificationsFailed counts. Such failures are not tried again.",
    settings.take_policy, settings.put_policy,
)  # fmt: skip
WRONG_FILTER = Kind(
    "wrong filter", "the filter of the subscription of {place} lets nothing through", ("filter",),
    "Nothing fails anywhere. The queue {place} gets no messages, a trace has no step to it, and "
    "NumberOfNotificationsFilteredOut counts. What was filtered out is not kept.",
    settings.spoil_filter, settings.put_filter,
)  # fmt: skip
NOT_READ = Kind(
    "mapping switched off", "nobody reads the queue {place}: its mapping is disabled",
    ("mapping", "disabled", "trigger", "not read", "nobody reads", "nothing reads", "unread",
     "switched off", "turned off", "not enabled", "not polled", "nobody polls", "paused",
     "event source"),
    "Invocations of {place} stands still and nothing fails; messages wait in the queue {place}; "
    "ListEventSourceMappings says Disabled.",
    settings.stop_reading, settings.start_reading,
)  # fmt: skip
POISON = Kind(
    "poison message", "messages that are no orders lie in {place}",
    ("poison", "malformed", "unreadable", "invalid", "bad message", "bad order", "no order",
     "not an order", "not json", "corrupt", "pars", "dead letter", "dead-letter", "dlq", "garbage"),
    "The log of process-order has the same parsing error again and again, for a few message ids; "
    "after five receives they lie in {place}-dlq, and everything else goes on.",
    settings.send_poison, settings.remove_poison,
)  # fmt: skip
OFTEN_THROTTLED = Kind(
    "throttled function", "the function {place} is throttled more often than not", _THROTTLED,
    "Throttles of {place} counts, while its log has no errors; the queue in front of it drains "
    "slowly; traces show refused invocations before one that went through.",
    _throttled_often,
)  # fmt: skip
OFTEN_BROKEN = Kind(
    "failing publisher", "the function {place} fails more often than not", _BROKEN,
    "Errors of {place} counts; its log has exceptions; IteratorAge grows, since a stream waits for "
    "a batch that fails, and everything behind it comes late.",
    _fails_often,
)  # fmt: skip

# what can befall one of the services, and what the way to all of them
AT_A_SERVICE = (BROKEN, THROTTLED, SLOW_TABLE, CUT_OFF, NO_POLICY, WRONG_FILTER, NOT_READ)
ON_THE_WAY = (
    (SLOW_TABLE, "orders"),
    (POISON, "orders-inbox"),
    (OFTEN_THROTTLED, "process-order"),
    (OFTEN_BROKEN, "publish-order-events"),
)
ALL = tuple(dict.fromkeys([*AT_A_SERVICE, *(kind for kind, _ in ON_THE_WAY)]))


def as_json(before: Before) -> Before:
    """What was there before, as it is kept in a file."""
    kept: Before = json.loads(json.dumps(before))
    return kept
