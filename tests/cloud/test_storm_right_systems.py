"""Storms over the systems of chapters 03 and 04 as they should be: nobody is accused."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.orders import architecture, settling
from orderlab.orders.parts import functions, messaging, tables
from orderlab.orders.parts.functions import Function
from orderlab.orders.parts.names import queue_arn, table_arn
from orderlab.orders.parts.roles import allow
from orderlab.requirements.on_the_cloud import CloudSystem
from orderlab.session import WAIT_SPEED
from orderlab.storm.evidence import count_items
from orderlab.storm.plan import make_plan
from orderlab.storm.run import storm
from orderlab.storm.story import tell
from tests.cloud import storm_systems as systems
from tests.cloud.storm_kit import ORDERS, broken, storm_over

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(("seed", "orders"), [(3, 200), (2026, 60)])
def test_chapter_04_keeps_every_promise(seed: int, orders: int) -> None:
    found = storm_over(4, seed=seed, orders=orders)
    assert found.all_kept, repr(found)
    assert {each.status for each in found.record.answers} == {202}
    assert repr(found).startswith(f"Storm {seed}: {orders} orders, ")
    with pytest.raises(LearnerError, match="Every promise was kept"):
        found.sequence()


def test_chapter_03_turns_customers_away_and_breaks_no_other_promise() -> None:
    found = storm_over(3, seed=77)
    assert broken(found) == {"taken"}, repr(found)
    struck = {
        number
        for strike in make_plan(ORDERS, 77).strikes
        if strike.where == "taking" and strike.kind in ("error", "throttle", "kill")
        for number in strike.orders
    }
    turned_away = {each.number for each in found.broken["taken"]}
    assert struck <= turned_away
    assert found.first is not None and found.first.number == min(turned_away)
    drawn = next(each for each in found.broken["taken"] if each.number == min(struck))
    assert any("⚡" in line for line in tell(found.record, drawn).lines())


def test_a_service_that_joined_is_looked_at_too() -> None:
    with LocalTarget.start(seed=5, speed=WAIT_SPEED) as target:
        architecture.build(target, 4, from_nothing=True)
        assert CloudSystem(target).add_consumer("loyalty")
        found = storm(target, 30, 5)
        assert found.all_kept, repr(found)
        assert "inventory, invoicing, loyalty and shipping applied" in repr(found)
        ids = {each.order_id for each in found.record.answers}
        assert count_items(target, "loyalty", ids) == Counter(dict.fromkeys(ids, 1))


def test_a_small_storm_is_one_too() -> None:
    found = storm_over(4, seed=20, orders=20)
    assert found.all_kept and sum(found.faults.values()) >= 20


def test_an_interrupt_mends_everything() -> None:
    with LocalTarget.start(seed=1, speed=WAIT_SPEED) as target:
        architecture.build(target, 4, from_nothing=True)
        on: list[Any] = []

        def interrupt() -> None:
            while not on:
                on.extend(target.page("faults"))
                time.sleep(0.05)
            import _thread

            _thread.interrupt_main()

        watcher = threading.Thread(target=interrupt)
        watcher.start()
        with pytest.raises(KeyboardInterrupt):
            storm(target, 200, 1)
        watcher.join()
        assert on and target.page("faults") == []


def test_faults_of_the_learner_stay_on() -> None:
    with LocalTarget.start(seed=1, speed=WAIT_SPEED) as target:
        architecture.build(target, 4, from_nothing=True)
        target.page("faults", "POST", {"kind": "slow", "target": "read-orders", "seconds": 1})
        storm(target, 10, 1)
        assert [each["target"] for each in target.page("faults")] == ["read-orders"]


def test_where_no_order_can_be_sent_there_is_no_storm() -> None:
    with LocalTarget.start(seed=1, speed=WAIT_SPEED) as target:
        with pytest.raises(LearnerError, match="no API order-api"):
            storm(target, 10, 1)
        target.client("apigateway").create_rest_api(name="order-api")
        with pytest.raises(LearnerError, match="no method POST /orders"):
            storm(target, 10, 1)


def test_what_a_learner_tries_out_beside_the_system_is_not_judged() -> None:
    """Chapter 03 with fraud-check's filtered queue that nobody reads, and a practice service."""
    with LocalTarget.start(seed=9, speed=WAIT_SPEED) as target:
        architecture.build(target, 3, from_nothing=True)
        policy = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 3000]}]}
        messaging.ensure_queue(target, "fraud-check", visibility_timeout=30)
        messaging.ensure_subscription(target, architecture.TOPIC, "fraud-check", ["OrderPlaced"])
        systems.filter_out(target, "fraud-check", policy)
        messaging.ensure_queue(target, "try-out", visibility_timeout=30)
        tables.ensure_table(target, "drafts", tables.service_table(), stream=False)
        statements = [
            allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], "*"),
            allow("dynamodb:PutItem", table_arn(target, "drafts")),
        ]
        function = Function("read-orders", 10, statements, {"TABLE": "drafts"})
        functions.ensure_function(target, function, functions.ensure_layer(target))
        functions.ensure_mapping(target, "read-orders", queue_arn(target, "try-out"))
        url = messaging.queue_url(target, "try-out")
        target.client("sqs").send_message(QueueUrl=url, MessageBody="never done")
        found = storm(target, 20, 9)
        assert broken(found) <= {"taken"}, repr(found)
        assert "what inventory, invoicing and shipping applied" in repr(found)
        assert settling.depth(target, "fraud-check").total > 0


def test_a_service_that_selects_is_owed_what_it_selected() -> None:
    with LocalTarget.start(seed=10, speed=WAIT_SPEED) as target:
        architecture.build(target, 4, from_nothing=True)
        assert CloudSystem(target).add_consumer("loyalty")
        policy = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 3000]}]}
        systems.filter_out(target, "loyalty", policy)
        found = storm(target, 40, 10)
        assert found.all_kept, repr(found)
        assert 0 < len(found.record.evidence.applied["loyalty"]) < 40
        systems.deploy(target, "loyalty", "def handler(event, context): return {}")
        found = storm(target, 40, 10)
        assert broken(found) == {"kept"}, repr(found)
        assert found.broken["kept"][0].services == ("loyalty",)
        assert found.broken["kept"][0].said.endswith("and then deleted as done.")
