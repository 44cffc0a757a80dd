"""The lab's own window on the servers of a queue: to see them, and to arrange them for practice.

AWS shows none of it and lets nobody choose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.contracts import Pages
from orderlab.cloud.sqs.errors import QueueDoesNotExist
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.registry import QueueRegistry
from orderlab.cloud.sqs.servers import Layout, Servers
from orderlab.cloud.sqs.watching import Watch, WatchedServers, check_places

MOST_SERVERS = 16
LEAST_WEIGHT, MOST_WEIGHT = 0.001, 1000.0


def pages(registry: QueueRegistry, home_region: str) -> Pages:
    """`GET queues/servers` shows the servers of `queue` and its receives after number `after`;
    `POST queues/servers` arranges them, and `DELETE queues/servers` ends the watching."""

    def found(parameters: Mapping[str, Any]) -> LiveQueue:
        region = str(parameters.get("region") or home_region)
        queue = registry.named(region, str(parameters["queue"]))
        if queue is None:
            raise QueueDoesNotExist
        if queue.fifo:
            raise ValueError("a FIFO queue asks all of its groups: it has no servers to choose")
        return queue

    def show(parameters: dict[str, Any]) -> dict[str, Any]:
        return _shown(found(parameters), int(parameters.get("after", 0)))

    def arrange(parameters: dict[str, Any]) -> dict[str, Any]:
        queue = found(parameters)
        _arrange(queue, parameters)
        return _shown(queue, int(parameters.get("after", 0)))

    def leave(parameters: dict[str, Any]) -> dict[str, Any]:
        queue = found(parameters)
        queue.store.rearrange(lambda servers: Servers(servers.chance, servers.layout))
        return _shown(queue, 0)

    return {
        "GET queues/servers": show,
        "POST queues/servers": arrange,
        "DELETE queues/servers": leave,
    }


def _arrange(queue: LiveQueue, wanted: Mapping[str, Any]) -> None:
    """Check everything, then do it: a request that is refused changes nothing."""
    store = queue.store
    layout = _layout(store.servers.layout, wanted)
    count = len(layout.weights)
    ask = check_places(wanted["ask"], count) if wanted.get("ask") is not None else None
    given = dict(wanted.get("lies") or {})
    lies = {str(message_id): check_places([at], count)[0] for message_id, at in given.items()}
    watch = _watch(store.servers) or Watch(store)
    watch.keeps = bool(wanted.get("keeps", watch.keeps))
    watch.scatters = bool(wanted.get("scatters", watch.scatters))
    if wanted.get("forget"):
        watch.polls.clear()
    if wanted.get("empty"):
        store.clear()
    if layout != store.servers.layout:
        watch.asks.clear()
    if layout != store.servers.layout or not _watch(store.servers):
        store.rearrange(lambda servers: WatchedServers(servers.chance, layout, watch))
    store.lay(lies)
    if ask is not None:
        watch.asks.append(ask)


def _layout(now: Layout, wanted: Mapping[str, Any]) -> Layout:
    """The layout that is wanted; what is not named stays. ValueError if there cannot be such."""
    count = int(wanted.get("servers", len(now.weights)))
    if not 1 <= count <= MOST_SERVERS:
        raise ValueError(f"a queue has 1 to {MOST_SERVERS} servers, not {count}")
    given = wanted.get("weights")
    usual = now.weights if count == len(now.weights) else (1,) * count
    weights: Sequence[float] = usual if given is None else [float(weight) for weight in given]
    if len(weights) != count or not all(LEAST_WEIGHT <= w <= MOST_WEIGHT for w in weights):
        raise ValueError(f"{count} weights from {LEAST_WEIGHT} to {MOST_WEIGHT:g} are wanted")
    return Layout(tuple(weights), _sample(now.sample, wanted.get("sample"), count))


def _sample(now: tuple[int, int], wanted: Any, count: int) -> tuple[int, int]:
    if wanted is None:
        return min(now[0], count), min(now[1], count)
    low, high = (wanted, wanted) if isinstance(wanted, int) else wanted
    if not 1 <= int(low) <= int(high) <= count:
        raise ValueError(f"a sample is of 1 to {count} servers, not {wanted}")
    return int(low), int(high)


def _watch(servers: Servers) -> Watch | None:
    return servers.watch if isinstance(servers, WatchedServers) else None


def _shown(queue: LiveQueue, after: int) -> dict[str, Any]:
    queue.count_visible()  # lets time do its work
    servers = queue.store.servers
    watch = _watch(servers)
    lying = (watch or Watch(queue.store)).lying()
    return {
        "queue": queue.name,
        "weights": list(servers.layout.weights),
        "sample": list(servers.layout.sample),
        "depths": servers.depths(),
        "lying": lying,
        "visible": queue.store.visible,
        "in_flight": queue.store.in_flight,
        "watched": watch is not None,
        "polls": [poll for poll in watch.polls if poll["number"] > after] if watch else [],
    }
