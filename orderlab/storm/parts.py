"""What is deployed, by the work that it does for an order: read through AWS's APIs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.drawing.discover import discover
from orderlab.drawing.graph import Graph, Node
from orderlab.errors import LearnerError
from orderlab.orders.architecture import ORDERS, SERVICES, TOPIC
from orderlab.orders.parts.api import API_NAME, find_api

ROUTE = "POST /orders"
ROUTES = {ROUTE, "ANY /orders"}
PLACED = "OrderPlaced"
# along what kinds of edge an order goes on; what was given up is no part of its way
_LEADS_ON = frozenset(
    {"feeds", "stream", "delivers", "writes", "publishes", "sends", "invokes", "integration"}
)


@dataclass(frozen=True)
class Service:
    """Who works for each order: a function that hears of it, and the table that it writes.

    `queue` is empty where the topic calls the function itself; `selects` is its subscription's
    filter policy, if that asks for more than new orders.
    """

    name: str
    function: str = ""
    queue: str = ""
    selects: str = ""

    @property
    def owed_all(self) -> bool:
        """Whether every accepted order is its business."""
        return self.name in SERVICES or not self.selects


@dataclass
class Parts:
    """Names as people use them, without the session's prefix."""

    takers: list[str] = field(default_factory=list)
    publishers: list[str] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)
    order_table: str = ""
    service_tables: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    # those that somebody reads: messages in them are under way
    consumed: list[str] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    # whether the API answers after a function has run
    answered_by_function: bool = False

    @property
    def functions(self) -> list[str]:
        return [*self.takers, *self.publishers, *self.workers]

    def names(self, where: str, part: str) -> list[str]:
        """What a strike of the plan strikes here, as faults name it."""
        found: dict[tuple[str, str], Iterable[str]] = {
            ("taking", "function"): self.takers,
            ("publishing", "function"): self.publishers,
            ("services", "function"): self.workers,
            ("passing", "function"): [*self.publishers, *self.workers],
            ("taking", "table"): [self.order_table] if self.order_table else [],
            ("services", "table"): self.service_tables,
            ("passing", "topic"): self.topics,
            ("deliveries", "queue"): self.queues,
            ("everywhere", "environment"): self.functions,
        }
        return list(found[where, part])


def read_parts(target: Target) -> Parts:
    """What stands now. Raises LearnerError if orders cannot be sent to it."""
    if find_api(target) is None:
        raise LearnerError(
            f"There is no API {API_NAME} to send orders to.",
            advice="Deploy it first, or `lab.catch_up()` does it.",
        )
    whole = discover(target, prefix=target.name(""))
    door = _behind_the_door(whole)
    if not door:
        raise LearnerError(
            f"The API {API_NAME} has no method {ROUTE} that leads to a function or a queue.",
            advice="Deploy it first, or `lab.catch_up()` does it.",
        )
    return _by_work(target, _way_of_orders(whole, door), door)


def _behind_the_door(graph: Graph) -> list[Node]:
    """What `POST /orders` hands orders to."""
    found = [
        graph.node(edge.target)
        for edge in graph.edges
        if edge.kind == "integration"
        and graph.node(edge.source).name == API_NAME
        and ROUTES & set(edge.detail.split(", "))
    ]
    return [node for node in found if node.kind in ("function", "queue", "table", "topic")]


def _way_of_orders(graph: Graph, door: list[Node]) -> Graph:
    """Only what orders come to from the door, the table of orders and its topic: a learner tries
    things out beside them. The three services are part of it wherever they stand."""
    known = {("table", ORDERS), ("topic", TOPIC), *(("table", name) for name in SERVICES)}
    waiting = [node.id for node in graph.nodes if (node.kind, node.name) in known]
    waiting += [node.id for node in door]
    reached: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += [e.target for e in graph.edges if e.source == node and e.kind in _LEADS_ON]
    reached |= {n.id for n in graph.nodes if n.kind in ("queue", "function") and n.name in SERVICES}
    return Graph.of((node for node in graph.nodes if node.id in reached), graph.edges)


def _by_work(target: Target, graph: Graph, door: list[Node]) -> Parts:
    fed = {
        kind: {e.target for e in graph.edges if e.kind == kind and e.label != "disabled"}
        for kind in ("feeds", "stream", "delivers", "invokes")
    }
    first = {node.id for node in door if node.kind == "function"}
    inboxes = {node.id for node in door if node.kind == "queue"}
    takers = first or {e.target for e in graph.edges if e.kind == "feeds" and e.source in inboxes}
    workers = (fed["feeds"] | fed["delivers"] | fed["invokes"]) - takers - fed["stream"]
    functions = {node.id: node for node in graph.nodes if node.kind == "function"}
    read = {e.source for e in graph.edges if e.kind == "feeds" and e.label != "disabled"}
    order_table = _order_table(graph)
    services = _services(target, graph, workers & functions.keys(), order_table)
    return Parts(
        takers=_names(functions, takers),
        publishers=_names(functions, fed["stream"] - takers),
        workers=_names(functions, workers),
        order_table=order_table,
        service_tables=[each.name for each in services],
        topics=[node.name for node in graph.nodes if node.kind == "topic"],
        queues=[node.name for node in graph.nodes if node.kind == "queue"],
        consumed=[node.name for node in graph.nodes if node.kind == "queue" and node.id in read],
        services=services,
        answered_by_function=bool(first),
    )


def _names(functions: dict[str, Node], identifiers: set[str]) -> list[str]:
    return sorted(functions[each].name for each in identifiers if each in functions)


def _order_table(graph: Graph) -> str:
    """The table `orders`, or else the one whose changes are streamed to a function."""
    tables = [node for node in graph.nodes if node.kind == "table"]
    if any(table.name == ORDERS for table in tables):
        return ORDERS
    streamed = {edge.source for edge in graph.edges if edge.kind == "stream"}
    return next((table.name for table in tables if table.id in streamed), "")


def _services(target: Target, graph: Graph, workers: set[str], order_table: str) -> list[Service]:
    """Who keeps a record of orders: the customer's three services, and whoever joined them."""
    policies = _filters(target)
    found: dict[str, Service] = {}
    for function in (graph.node(each) for each in sorted(workers)):
        queue = _queue_of(graph, function)
        policy = policies.get((queue or function).arn, "")
        for table in _tables_of(graph, function):
            if table.name != order_table:
                name = queue.name if queue else ""
                found[table.name] = Service(table.name, function.name, name, policy)
    for node in graph.nodes:
        # it is owed every order, also where nothing leads to it
        if node.kind == "table" and node.name in SERVICES:
            found.setdefault(node.name, Service(node.name, queue=_own_queue(graph, node.name)))
    return [found[name] for name in sorted(found)]


def _queue_of(graph: Graph, function: Node) -> Node | None:
    feeding = [e.source for e in graph.edges if e.kind == "feeds" and e.target == function.id]
    return graph.node(feeding[0]) if feeding else None


def _own_queue(graph: Graph, name: str) -> str:
    return name if any(n.kind == "queue" and n.name == name for n in graph.nodes) else ""


def _tables_of(graph: Graph, function: Node) -> list[Node]:
    """The tables that a function writes, by its role; else the one that has its name."""
    written = [
        graph.node(edge.target)
        for edge in graph.edges
        if edge.source == function.id and edge.kind == "writes"
    ]
    tables = [node for node in written if node.kind == "table"]
    named = [n for n in graph.nodes if n.kind == "table" and n.name == function.name]
    return tables or named


def _filters(target: Target) -> dict[str, str]:
    """By endpoint: what a subscription asks of an event beyond its type."""
    sns: Any = target.client("sns")
    found = {}
    for page in sns.get_paginator("list_subscriptions").paginate():
        for subscription in page["Subscriptions"]:
            arn = subscription["SubscriptionArn"]
            if not arn.startswith("arn:"):
                continue
            attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
            policy = json.loads(attributes.get("FilterPolicy") or "{}")
            if _admits_new_orders(policy.get("event_type")):
                policy.pop("event_type")
            if policy:
                found[subscription["Endpoint"]] = json.dumps(policy)
    return found


def _admits_new_orders(wanted: Any) -> bool:
    rules = wanted if isinstance(wanted, list) else []
    return any(
        rule == PLACED or (isinstance(rule, dict) and PLACED.startswith(rule.get("prefix") or "-"))
        for rule in rules
    )
