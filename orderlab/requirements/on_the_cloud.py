"""The experiments' hands on what is deployed, through AWS's APIs and the lab's fault page."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from orderlab.aws_target.base import FAULTS, METER, Target, need
from orderlab.errors import LearnerError
from orderlab.orders import architecture
from orderlab.orders.dead_letters import dead_order_ids
from orderlab.orders.parts import functions, messaging, tables
from orderlab.orders.parts.alarms import watched_parts
from orderlab.orders.parts.api import api_address, find_api
from orderlab.orders.parts.functions import Function, deployed_functions
from orderlab.orders.parts.names import queue_arn, table_arn
from orderlab.orders.parts.roles import allow
from orderlab.orders.prices import charges, total_usd
from orderlab.requirements.system import SERVICES, Account

_CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


class CloudSystem:
    """What is deployed now, whichever chapter it comes from, as a `System`."""

    name = "what is deployed"

    def __init__(self, target: Target) -> None:
        if find_api(target) is None:
            raise LearnerError(
                "There is no API to send orders to.",
                advice="Deploy order-api first, or `lab.catch_up()` does it.",
            )
        self._target = target
        self.url = api_address(target)
        self.speed = float(target.page("health")["speed"]) if FAULTS in target.can else 1.0

    # --- faults ---

    def break_service(self, service: str) -> None:
        self._fault({"kind": "error", "target": self._target.name(service)})

    def slow_service(self, service: str, seconds: float) -> None:
        self._fault({"kind": "slow", "target": self._target.name(service), "seconds": seconds})

    def mend(self, service: str) -> None:
        self._target.page(f"faults?target={self._target.name(service)}", "DELETE")

    def _fault(self, fault: dict[str, Any]) -> None:
        need(self._target, FAULTS)
        self._target.page("faults", "POST", fault)

    # --- what processes orders ---

    @property
    def processing(self) -> str:
        """The function that works on an order first: behind the queue, or behind the API."""
        known = deployed_functions(self._target)
        return next(name for name in ("process-order", "accept-order") if name in known)

    def break_processing(self) -> None:
        self.break_service(self.processing)

    def slow_processing(self, seconds: float) -> None:
        self.slow_service(self.processing, seconds)

    def mend_processing(self) -> None:
        self.mend(self.processing)

    @contextlib.contextmanager
    def limited_processing(self, at_once: int, seconds: float) -> Iterator[None]:
        """Reserve concurrency for the function, and put back what was reserved before."""
        functions_client = self._target.client("lambda")
        function = {"FunctionName": self._target.name(self.processing)}
        before = functions_client.get_function_concurrency(**function).get(
            "ReservedConcurrentExecutions"
        )
        functions_client.put_function_concurrency(**function, ReservedConcurrentExecutions=at_once)
        self.slow_processing(seconds * self.speed)
        try:
            yield
        finally:
            self.mend_processing()
            if before is None:
                functions_client.delete_function_concurrency(**function)
            else:
                functions_client.put_function_concurrency(
                    **function, ReservedConcurrentExecutions=before
                )

    def alarms(self) -> tuple[list[str], list[str]]:
        return watched_parts(self._target)

    # --- books ---

    def account(self, ids: Iterable[str]) -> Account:
        wanted = set(ids)
        stored = {item["order_id"]["S"] for item in self._items(architecture.ORDERS)}
        done = {}
        for service in self._consumers():
            done[service] = Counter(
                {
                    item["order_id"]["S"]: int(item.get("applied", {"N": "1"})["N"])
                    for item in self._items(service)
                    if item["order_id"]["S"] in wanted
                }
            )
        return Account(stored & wanted, done)

    def dead(self, service: str) -> set[str]:
        """Orders in a service's dead-letter queue."""
        with contextlib.suppress(Exception):
            return set(dead_order_ids(self._target, service))
        return set()

    def _consumers(self) -> list[str]:
        names = {self._target.name(name): name for name in (*SERVICES, "loyalty")}
        known = self._target.client("dynamodb").list_tables()["TableNames"]
        return [names[each] for each in known if each in names]

    def _items(self, table: str) -> Iterator[dict[str, Any]]:
        client = self._target.client("dynamodb")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            pages = client.get_paginator("scan").paginate(
                TableName=self._target.name(table), ProjectionExpression="order_id, applied"
            )
            for page in pages:
                yield from page["Items"]

    def patience_seconds(self, *services: str) -> float:
        """A queue shows a failed message again after its visibility timeout."""
        books = [self._target.name(name) for name in services or (architecture.ORDERS,)]
        known = self._target.client("dynamodb").list_tables()["TableNames"]
        return messaging_seconds(self._target) + 14.0 if set(books) <= set(known) else 0.0

    # --- traces ---

    def components_of(self, order_id: str) -> tuple[list[str], list[str]]:
        from orderlab.trace import trace

        found = trace(self._target, order_id)
        return found.components, found.with_durations

    # --- a service more ---

    def add_consumer(self, name: str) -> bool:
        topics = self._target.client("sns").list_topics()["Topics"]
        wanted = self._target.name(architecture.TOPIC)
        if not any(topic["TopicArn"].endswith(f":{wanted}") for topic in topics):
            return False
        target = self._target
        tables.ensure_table(target, name, tables.service_table(), stream=False)
        messaging.ensure_queue(target, name, visibility_timeout=architecture.VISIBILITY_SECONDS)
        layer = functions.ensure_layer(target)
        statements = [
            allow(_CONSUME, queue_arn(target, name)),
            allow("dynamodb:UpdateItem", table_arn(target, name)),
        ]
        function = Function(
            name, architecture.FUNCTION_SECONDS, statements, {"TABLE": target.name(name)}
        )
        functions.ensure_function(target, function, layer)
        functions.ensure_mapping(
            target,
            name,
            queue_arn(target, name),
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        messaging.ensure_subscription(target, architecture.TOPIC, name, ["OrderPlaced"])
        return True

    def remove_consumer(self, name: str) -> None:
        messaging.remove_subscription(self._target, architecture.TOPIC, name)
        functions.remove_function(self._target, name)
        messaging.remove_queue(self._target, name)
        tables.remove_table(self._target, name)

    def deployed(self) -> dict[str, str]:
        """Code digests of the functions, and the deployment that the API's stage serves."""
        pages = self._target.client("lambda").get_paginator("list_functions").paginate()
        found = {f["FunctionName"]: f["CodeSha256"] for page in pages for f in page["Functions"]}
        api_id = find_api(self._target)
        stages = self._target.client("apigateway").get_stages(restApiId=api_id)["item"]
        found.update({f"stage {s['stageName']}": s["deploymentId"] for s in stages})
        return found

    # --- money ---

    def always_on(self) -> list[str]:
        """Tables with capacity that is paid for by the hour; all else here is paid by use."""
        client = self._target.client("dynamodb")
        found = []
        for name in client.list_tables()["TableNames"]:
            table = client.describe_table(TableName=name)["Table"]
            mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
            if mode != "PAY_PER_REQUEST":
                found.append(f"provisioned capacity of {name}")
        return found

    def cost(self) -> float | None:
        if METER not in self._target.can:
            return None
        return total_usd(charges(self._target.page("meter")["items"]))


def messaging_seconds(target: Target) -> float:
    """The visibility timeout of the services' queues in real seconds of this cloud."""
    speed = target.page("health").get("speed", 1.0) if METER in target.can else 1.0
    return float(architecture.VISIBILITY_SECONDS / speed)
