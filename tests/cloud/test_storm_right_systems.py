"""Storms over the systems of chapters 03 and 04 as they should be: nobody is accused."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import pytest

from orderlab.errors import LearnerError
from orderlab.orders import architecture
from orderlab.requirements.on_the_cloud import CloudSystem
from orderlab.session import WAIT_SPEED
from orderlab.storm.evidence import count_items
from orderlab.storm.plan import make_plan
from orderlab.storm.run import storm
from orderlab.storm.story import tell
from orderlab.target.local import LocalTarget
from tests.cloud.storm_kit import broken, storm_over

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("seed", [3, 12, 2026])
def test_chapter_04_keeps_every_promise(seed: int) -> None:
    found = storm_over(4, seed=seed, orders=200)
    assert found.all_kept, repr(found)
    assert {each.status for each in found.record.answers} == {202}
    assert repr(found).startswith(f"Storm {seed}: 200 orders, ")
    with pytest.raises(LearnerError, match="Every promise was kept"):
        found.sequence()


@pytest.mark.parametrize("seed", [4, 77])
def test_chapter_03_turns_customers_away_and_breaks_no_other_promise(seed: int) -> None:
    found = storm_over(3, seed=seed)
    assert broken(found) == {"taken"}, repr(found)
    struck = {
        number
        for strike in make_plan(100, seed).strikes
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
        found = storm(target, 60, 5)
        assert found.all_kept, repr(found)
        assert "inventory, invoicing, loyalty and shipping applied" in repr(found)
        ids = {each.order_id for each in found.record.answers}
        assert count_items(target, "loyalty", ids) == Counter(dict.fromkeys(ids, 1))


@pytest.mark.parametrize("orders", [10, 20])
def test_a_small_storm_is_one_too(orders: int) -> None:
    found = storm_over(4, seed=orders, orders=orders)
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
