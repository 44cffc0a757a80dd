"""How often a queue gave each order to a reader, as the flight recorder noted it down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import function_arn, queue_arn


def deliveries(target: Target, queue: str, order_ids: Iterable[str]) -> dict[str, int]:
    """By order id, how many times a reader received it from the queue."""
    return {each: len(received_at(target, queue, each)) for each in order_ids}


def received_at(target: Target, queue: str, order_id: str) -> list[float]:
    """The moments at which a reader received an order from the queue, in seconds since 1970."""
    arn = queue_arn(target, queue)
    return [hop["at"] for hop in _hops(target, order_id) if _is(hop, arn, "ReceiveMessage")]


def handed_over(target: Target, function: str, order_ids: Iterable[str]) -> list[dict[str, Any]]:
    """The invocations of a function that these orders were in, each once, oldest first.

    A hop has `at`, the moment it began in seconds since 1970, `duration_ms` and `outcome`.
    """
    arn, found = function_arn(target, function), {}
    for each in order_ids:
        for hop in _hops(target, each):
            if _is(hop, arn, "Invoke"):
                found[hop["sequence"]] = hop
    return sorted(found.values(), key=lambda hop: float(hop["at"]))


def most_at_once(invocations: Iterable[dict[str, Any]]) -> int:
    """How many of some invocations ran at the same moment."""
    edges = []
    for hop in invocations:
        edges += [(hop["at"], 1), (hop["at"] + hop["duration_ms"] / 1000, -1)]
    running = most = 0
    for _, step in sorted(edges):
        running += step
        most = max(most, running)
    return most


def _is(hop: dict[str, Any], target_arn: str, action: str) -> bool:
    return bool(hop["action"] == action and hop["target"] == target_arn)


def _hops(target: Target, order_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = target.page(f"recorder/trace?id={quote(order_id)}")["hops"]
    return found
