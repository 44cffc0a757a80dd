"""The way of one order as a sequence diagram, short enough to understand at a glance.

What went as it should is told in a few words; what failed, what the storm struck, and where the
story ends is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence as Rows
from itertools import groupby

from orderlab.drawing.sequence import Arrow, Fold, Lifeline, Sequence
from orderlab.orders.parts.api import API_NAME
from orderlab.storm.checker import Broken, Record, listed
from orderlab.storm.evidence import Hop
from orderlab.storm.parts import Service

MOST_ARROWS = 12
_CAPTIONS = {" (queue)": "SQS", " (table)": "DynamoDB", " (stream)": "DynamoDB"}
FAULTS = {
    "error": "broken by the storm",
    "throttle": "throttled by the storm",
    "kill": "killed by the storm after its work",
    "slow": "slowed by the storm",
    "cut": "the storm cut its answer off",
    "duplicate": "a copy, made by the storm",
    "delay": "held back by the storm",
    "reorder": "held back by the storm",
}
# outcomes that are right: somebody had done it before
_KNOWN_ALREADY = "ConditionalCheckFailedException"


def tell(record: Record, broken: Broken) -> Sequence:
    """The diagram of a broken promise's order."""
    hops = record.evidence.hops.get(broken.order_id, [])
    service = next((s for s in record.parts.services if s.name in broken.services), None)
    told = _Story(record, service, broken.promise)
    steps = _shortened(_merged(told.steps(hops)))
    return Sequence(f"Order {broken.number}.", tuple(steps), broken.said, broken.order_id)


class _Story:
    """Turns the hops of an order into arrows; those of other services are left out."""

    def __init__(self, record: Record, service: Service | None, promise: str) -> None:
        parts = record.parts
        self._parts, self._service, self._promise = parts, service, promise
        self._names = {*parts.topics}
        others = [each for each in parts.services if service is None or each.name != service.name]
        self._hidden = {
            name
            for each in others
            for name in (each.function, f"{each.queue} (queue)", f"{each.name} (table)")
        } - {"", *parts.takers, *parts.publishers}

    def steps(self, hops: Rows[Hop]) -> list[Arrow | Fold]:
        if not hops:
            return []
        began = hops[0].at
        chosen = [hop for hop in hops if not {hop.source, hop.target} & self._hidden]
        drawn: list[tuple[float, str, Arrow]] = []
        copies: set[str] = set()
        for hop in chosen:
            if hop.action == "ReceiveMessage":
                # the delivery that follows is of a copy
                copies = copies | {hop.target} if hop.fault == "duplicate" else copies
                continue
            if hop.action in ("DeleteMessage", "Scan"):
                continue
            copy = hop.source in copies and hop.action == "Invoke"
            copies -= {hop.source} if copy else set()
            part = self._part_of(hop)
            if self._promise == "taken" and part in ("passing", "work"):
                # the customer has gone by then
                continue
            drawn += [(at, part, arrow) for at, arrow in self._arrows(hop, began, copy=copy)]
        drawn.sort(key=lambda entry: entry[0])
        return self._folded([(part, arrow) for _, part, arrow in drawn])

    # --- arrows ---

    def _arrows(self, hop: Hop, began: float, *, copy: bool) -> list[tuple[float, Arrow]]:
        source, target = self._lifeline(hop.source), self._lifeline(hop.target)
        failed = hop.outcome not in ("ok", _KNOWN_ALREADY)
        fault = FAULTS["duplicate"] if copy else FAULTS.get(hop.fault, "")
        if hop.source == "client":
            label = f"answer {hop.status}" if hop.status else "no answer"
            answer = Arrow(target, source, label, hop.end - began, answer=True, failed=failed)
            call = Arrow(source, target, hop.action, hop.at - began)
            return [(hop.at, call), (hop.end, answer)]
        if hop.action == "Invoke" and failed and hop.fault not in ("error", "throttle", "poison"):
            call = Arrow(source, target, self._label(hop), hop.at - began)
            if copy:
                call = Arrow(source, target, self._label(hop), hop.at - began, fault=fault)
            words = FAULTS.get(hop.fault, "")
            end = Arrow(target, source, hop.outcome, hop.end - began, True, True, words)
            return [(hop.at, call), (hop.end, end)]
        label = self._label(hop)
        if failed:
            label = f"{label}: {hop.outcome}"
        at = hop.end if hop.target.endswith(" (table)") else hop.at
        return [(at, Arrow(source, target, label, at - began, False, failed, fault))]

    def _label(self, hop: Hop) -> str:
        if hop.outcome == _KNOWN_ALREADY:
            return f"{hop.action}: it is there already"
        words = {
            "Invoke": "stream record" if hop.source.endswith(" (stream)") else "message",
            "SendMessage": "message",
            "Deliver": "message",
            "DeadLetter": "moved here after too many tries",
        }
        if hop.action == "Invoke" and not hop.source.endswith((" (stream)", " (queue)")):
            return "Invoke"
        return words.get(hop.action, hop.action)

    def _lifeline(self, name: str) -> Lifeline:
        for ending, caption in _CAPTIONS.items():
            if name.endswith(ending):
                return Lifeline(name.removesuffix(ending), caption)
        if name == "client":
            return Lifeline("customer")
        if name == "api":
            return Lifeline(API_NAME, "API Gateway")
        return Lifeline(name, "SNS" if name in self._names else "Lambda")

    # --- what is drawn, and what is told in few words ---

    def _part_of(self, hop: Hop) -> str:
        """Where in the order's way a hop belongs: the door, the taking, the passing, the work."""
        ends = {hop.source, hop.target}
        if "client" in ends:
            return "door"
        service = self._service
        mine = (
            {service.function, f"{service.queue} (queue)", f"{service.name} (table)"}
            if (service)
            else set()
        )
        if ends & (mine - {""}):
            return "work"
        if ends & {*self._parts.topics, *self._parts.publishers}:
            return "passing"
        return "taking"

    def _folded(self, drawn: list[tuple[str, Arrow]]) -> list[Arrow | Fold]:
        """Tell in few words what the story only passes through."""
        words = {
            "taking": f"It is stored in {self._parts.order_table}.",
            "passing": f"Its event is published to {listed(self._parts.topics)}.",
        }
        folded = self._passed_through(drawn)
        steps: list[Arrow | Fold] = []
        for part, arrow in drawn:
            if part not in folded:
                steps.append(arrow)
            elif (fold := Fold(words[part])) not in steps:
                steps.append(fold)
        return steps

    def _passed_through(self, drawn: list[tuple[str, Arrow]]) -> set[str]:
        present = {part for part, _ in drawn}
        folded = set()
        if self._promise in ("kept", "once") and present & {"passing", "work"}:
            folded.add("taking")
        if "work" in present and self._promise != "in-order" and _went_well(drawn, "passing"):
            folded.add("passing")
        return folded


def _went_well(drawn: list[tuple[str, Arrow]], part: str) -> bool:
    return not any(arrow.failed or arrow.fault for each, arrow in drawn if each == part)


def _merged(steps: list[Arrow | Fold]) -> list[Arrow | Fold]:
    """The same call several times in a row, as an SDK makes it, is one arrow with a count."""
    found: list[Arrow | Fold] = []
    for _, group in groupby(steps, key=_sameness):
        same = list(group)
        first = same[0]
        if isinstance(first, Arrow) and len(same) > 1:
            first = Arrow(
                first.source,
                first.target,
                f"{first.label} ({len(same)} times)",
                first.seconds,
                first.answer,
                first.failed,
                first.fault,
            )
        found.append(first)
    return found


def _sameness(step: Arrow | Fold) -> tuple[object, ...]:
    if isinstance(step, Fold):
        return (step.text,)
    return (step.source, step.target, step.label, step.failed, step.fault)


def _shortened(steps: list[Arrow | Fold]) -> list[Arrow | Fold]:
    """At most so many arrows: what is left out is in the middle."""
    if sum(isinstance(step, Arrow) for step in steps) <= MOST_ARROWS:
        return steps
    head, tail = steps[: MOST_ARROWS // 2], steps[-MOST_ARROWS // 2 :]
    left = len(steps) - len(head) - len(tail)
    return [*head, Fold(f"{left} steps are left out."), *tail]
