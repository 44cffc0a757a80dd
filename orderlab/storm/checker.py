"""The five promises, judged by what the customers were told and what each service applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orderlab.storm.evidence import Evidence
from orderlab.storm.parts import Parts, Service
from orderlab.storm.sender import Answered

PROMISES = {
    "taken": "Nobody is turned away",
    "kept": "Nothing accepted is lost",
    "once": "Nothing is applied twice in effect",
    "accepted": "Nothing is applied that was not accepted",
    "in-order": "The steps of each order are in order",
}
# the recorder's clock is read a moment after a call's work was done
TOLERANCE_SECONDS = 0.002


@dataclass(frozen=True)
class Broken:
    """A promise that was broken for one order; `services` are those it was broken by."""

    promise: str
    number: int
    order_id: str
    said: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """All that is known of a storm when it is over."""

    answers: Sequence[Answered]
    parts: Parts
    evidence: Evidence
    # messages that were still in queues when the wait for them ended, by queue
    left: Mapping[str, int] = field(default_factory=dict)

    def applied_by(self, order_id: str) -> tuple[str, ...]:
        applied = self.evidence.applied
        return tuple(name for name in sorted(applied) if applied[name][order_id])

    def is_owed(self, service: Service, order_id: str) -> bool:
        """Whether a service must apply an accepted order: all of them, unless its subscription
        selects some; then those that came into its queue."""
        if service.owed_all:
            return True
        return bool(service.queue) and self.evidence.reached(order_id, service.queue)

    def missing(self, order_id: str) -> tuple[str, ...]:
        """The services that owe an accepted order and have no record of it."""
        return tuple(
            service.name
            for service in self.parts.services
            if self.is_owed(service, order_id) and not self.evidence.applied[service.name][order_id]
        )


def check(record: Record) -> dict[str, list[Broken]]:
    """For each promise the orders that it was broken for, the lowest number first."""
    judges = {
        "taken": _turned_away,
        "kept": _lost,
        "once": _twice,
        "accepted": _not_accepted,
        "in-order": _out_of_order,
    }
    return {
        promise: [each for answer in record.answers for each in judges[promise](record, answer)]
        for promise in PROMISES
    }


def first_of(broken: Mapping[str, Iterable[Broken]]) -> Broken | None:
    """The broken promise of the lowest order number; of one order, the first promise."""
    found = [each for promise in PROMISES for each in broken[promise]]
    return min(found, key=lambda each: each.number, default=None)


def _turned_away(record: Record, answer: Answered) -> Iterator[Broken]:
    if answer.accepted:
        return
    told = f"was answered {answer.status}" if answer.status else "got no answer"
    why = f" ({answer.reason.rstrip('.')})" if answer.reason else ""
    afterwards = ""
    if answer.order_id in record.evidence.stored:
        afterwards = " It was stored all the same."
    yield _broken(
        "taken", answer, f"The customer of order {answer.number} {told}{why}.{afterwards}"
    )


def _lost(record: Record, answer: Answered) -> Iterator[Broken]:
    if not answer.accepted:
        return
    parts, evidence = record.parts, record.evidence
    begin = f"Order {answer.number} was accepted ({answer.status})"
    missing = record.missing(answer.order_id)
    if parts.order_table and answer.order_id not in evidence.stored:
        said = f"{begin}, but the table {parts.order_table} has no record of it."
        yield _broken("kept", answer, said, missing)
    elif missing:
        said = f"{begin}, but {listed(missing)} {'has' if len(missing) == 1 else 'have'} no record "
        yield _broken("kept", answer, f"{said}of it.", missing)


def _twice(record: Record, answer: Answered) -> Iterator[Broken]:
    counts = {name: found[answer.order_id] for name, found in record.evidence.applied.items()}
    several = {name: count for name, count in sorted(counts.items()) if count > 1}
    if several:
        by = listed([f"{name} {_times(count)}" for name, count in several.items()])
        said = f"Order {answer.number} was applied by {by}."
        yield _broken("once", answer, said, tuple(several))


def _not_accepted(record: Record, answer: Answered) -> Iterator[Broken]:
    """Who was refused must find nothing done. After a 5xx or no answer nobody knows: then what is
    stored may be applied, and nothing else."""
    applied = record.applied_by(answer.order_id)
    stored = answer.order_id in record.evidence.stored
    refused = 400 <= answer.status < 500
    if answer.accepted or not applied or (stored and not refused):
        return
    told = f"was answered {answer.status}" if answer.status else "got no answer"
    table = record.parts.order_table
    where = f", is not in the table {table}," if table and not stored else ""
    said = f"Order {answer.number} {told}{where} and was applied by {listed(applied)}."
    yield _broken("accepted", answer, said, applied)


def _out_of_order(record: Record, answer: Answered) -> Iterator[Broken]:
    yield from _answered_too_early(record, answer)
    yield from _applied_too_early(record, answer)


def _answered_too_early(record: Record, answer: Answered) -> Iterator[Broken]:
    """A function that answers must have the order in a table or a queue by then."""
    if not (record.parts.answered_by_function and answer.accepted and record.parts.order_table):
        return
    hops = record.evidence.hops.get(answer.order_id, ())
    answers = [hop.end for hop in hops if hop.source == "client" and hop.status]
    safe = [hop.end for hop in hops if hop.writes or hop.action == "SendMessage"]
    # a function that was handed the order by another is kept by Lambda's own queue
    if any(hop.action == "Invoke" and hop.source in record.parts.functions for hop in hops):
        return
    if answers and safe and min(safe) > min(answers) + TOLERANCE_SECONDS:
        said = f"Order {answer.number} was accepted ({answer.status}) before it was stored."
        yield _broken("in-order", answer, said)


def _applied_too_early(record: Record, answer: Answered) -> Iterator[Broken]:
    evidence, table = record.evidence, record.parts.order_table
    stored = evidence.written(answer.order_id, table) if table else None
    if stored is None:
        return
    early = []
    for service in record.parts.services:
        applied = evidence.written(answer.order_id, service.name)
        if applied is not None and applied < stored - TOLERANCE_SECONDS:
            early.append(service.name)
    if early:
        said = f"Order {answer.number} was applied by {listed(early)} before {table} had it."
        yield _broken("in-order", answer, said, tuple(early))


def _broken(promise: str, answer: Answered, said: str, services: tuple[str, ...] = ()) -> Broken:
    return Broken(promise, answer.number, answer.order_id, said, services)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def listed(words: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
