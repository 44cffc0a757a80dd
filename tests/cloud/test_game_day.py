"""A game day on the running system: what breaks can be seen, and all is mended in the end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.exercises.certificate.kept import KeptGameDay, game_days
from orderlab.exercises.game_day import game_day as module
from orderlab.exercises.game_day import settings
from orderlab.exercises.game_day.game_day import GameDay, game_day
from orderlab.exercises.game_day.kinds import AT_A_SERVICE, ON_THE_WAY, POISON, SLOW_TABLE, Kind
from orderlab.exercises.game_day.plan import Trouble, chosen
from orderlab.faults import Fault
from orderlab.orders import architecture
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.settling import depth
from orderlab.practice.orders import fresh, place
from orderlab.progress import Progress
from orderlab.requirements.waiting import wait_for
from orderlab.session import WAIT_SPEED

SERVICES = architecture.SERVICES
# a day with changes of settings and poison messages
SEED = 1
FINDINGS = {
    "broken consumer": "its function fails",
    "throttled function": "it is throttled",
    "slow table": "the table is slow",
    "cut-off target": "SNS can't reach the queue",
    "queue policy gone": "the queue's policy is gone",
    "wrong filter": "the subscription's filter is wrong",
    "mapping switched off": "its mapping is disabled",
    "poison message": "messages that can't be parsed",
    "failing publisher": "the function fails",
}


@pytest.fixture(scope="module")
def target() -> Iterator[LocalTarget]:
    with LocalTarget.start(seed=3, speed=WAIT_SPEED) as target:
        architecture.build(target, 4, from_nothing=True)
        yield target


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path)


@pytest.fixture
def day(target: LocalTarget, progress: Progress) -> Iterator[GameDay]:
    day = game_day(target, progress, SEED, minutes=5)
    yield day
    day.end()


def applied(target: LocalTarget, service: str, order_id: str) -> bool:
    found = target.client("dynamodb").get_item(
        TableName=target.name(service), Key={"order_id": {"S": order_id}}
    )
    return "Item" in found


def sent(target: LocalTarget) -> str:
    """The id of an order that was accepted now."""
    return place(api_address(target), fresh(1)).accepted[0]


def all_get(target: LocalTarget, services: tuple[str, ...], order_id: str) -> bool:
    return wait_for(lambda: all(applied(target, each, order_id) for each in services), 40)


def policy_and_filters(target: LocalTarget) -> list[Any]:
    """What a game day may change, as it stands."""
    sqs, sns = target.client("sqs"), target.client("sns")
    found: list[Any] = []
    for service in SERVICES:
        url = queue_url(target, service)
        got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
        found.append(json.loads(got.get("Attributes", {}).get("Policy", "{}")))
        subscription = settings._subscription(target, service)
        attributes = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
        found.append(attributes["FilterPolicy"])
        mappings = target.client("lambda").list_event_source_mappings(FunctionName=service)
        found.append([each["State"] for each in mappings["EventSourceMappings"]])
    return found


@pytest.mark.parametrize("kind", AT_A_SERVICE, ids=lambda kind: kind.says)
def test_a_trouble_keeps_its_service_and_no_other_from_orders(
    target: LocalTarget, kind: Kind
) -> None:
    before = policy_and_filters(target)
    made = kind.strike(target, "shipping", 3600.0)
    try:
        order = sent(target)
        assert all_get(target, ("inventory", "invoicing"), order)
        if kind is SLOW_TABLE:
            assert all_get(target, ("shipping",), order)
            assert target.page("faults")[0]["struck"] > 0
        else:
            assert not applied(target, "shipping", order)
    finally:
        if isinstance(made, Fault):
            made.mend()
        else:
            kind.put_back(target, "shipping", made)
    assert wait_for(lambda: policy_and_filters(target) == before, 10)
    assert all_get(target, SERVICES, sent(target))


@pytest.mark.parametrize(
    ("kind", "place"),
    [pytest.param(kind, at, id=at) for kind, at in ON_THE_WAY if kind is not POISON],
)
def test_a_trouble_on_the_way_strikes_and_loses_nothing(
    target: LocalTarget, kind: Kind, place: str
) -> None:
    made = kind.strike(target, place, 3600.0)
    assert isinstance(made, Fault)
    try:
        orders: list[str] = []
        while not target.page("faults")[0]["struck"]:
            assert len(orders) < 40, "it never strikes"
            orders.append(sent(target))
            wait_for(lambda: target.page("faults")[0]["struck"], 1)
    finally:
        made.mend()
    assert all(all_get(target, SERVICES, order) for order in orders)


def test_all_four_are_found_in_plain_words_and_mended(
    target: LocalTarget, progress: Progress
) -> None:
    before = policy_and_filters(target)
    day = game_day(target, progress, SEED, minutes=5)
    assert len(day.clues().rows) == 4 and not day.result().rows
    assert policy_and_filters(target) != before
    for number, trouble in enumerate(chosen(SEED), 1):
        assert not day.say(trouble.place, "the moon is full").found
        said = day.say(f"the {trouble.place}", FINDINGS[trouble.kind.name])
        assert said.found and "Found after" in said.text
        assert day.found == number == len(day.result().rows)
    assert "already" in day.say(trouble.place, FINDINGS[trouble.kind.name]).text
    assert wait_for(lambda: day._customers.accepted > 3, 20)
    result = day.end()
    assert "4 of 4 found; all is mended" in result.caption
    assert all(row["found"].endswith((" s", " min")) and row["how it shows"] for row in result.rows)
    assert target.page("faults") == []
    assert wait_for(lambda: policy_and_filters(target) == before, 10)
    assert not day._customers._thread.is_alive()
    assert all_get(target, SERVICES, sent(target))
    assert game_days(progress) == [KeptGameDay(SEED, 4, 4)]
    with pytest.raises(LearnerError, match="over"):
        day.say("shipping", "filter")
    assert day.end().caption == result.caption


def test_what_was_not_found_is_told_after_the_end_only(day: GameDay) -> None:
    assert not day.result().rows
    rows = day.end().rows
    assert [row["found"] for row in rows] == ["not found"] * 4


def test_who_names_everything_has_found_nothing(day: GameDay) -> None:
    everything = "it fails, is throttled, slow, cut off, without policy or filter, disabled"
    for trouble in day.troubles:
        assert not day.say(trouble.place, everything).found
        assert not day.say(trouble.place, "filter " * 200).found
    wrong = {each.place for each in day.troubles}
    assert not day.say(" ".join(wrong), "is fine").found and day.found == 0


def test_messages_that_are_no_orders_are_taken_out(target: LocalTarget) -> None:
    before = settings.send_poison(target, "orders-inbox", 60.0)
    order = sent(target)
    assert all_get(target, SERVICES, order)
    settings.remove_poison(target, "orders-inbox", before)
    log = target.client("logs")
    group = f"/aws/lambda/{target.name('process-order')}"
    lines = log.filter_log_events(logGroupName=group, filterPattern='"the fields must be"')
    assert lines["events"], "the worker's log says what is wrong with them"
    queues = ("orders-inbox", "orders-inbox-dlq")
    assert wait_for(lambda: not any(depth(target, queue).total for queue in queues), 60)


def test_it_ends_by_itself_when_its_time_is_over(target: LocalTarget, progress: Progress) -> None:
    before = policy_and_filters(target)
    day = game_day(target, progress, SEED, minutes=0.03)
    assert wait_for(lambda: day.ended, 20)
    assert wait_for(lambda: policy_and_filters(target) == before, 10)
    assert target.page("faults") == [] and not progress.notes()["game-day-changes"]


def test_another_day_ends_the_one_before(target: LocalTarget, progress: Progress) -> None:
    first = game_day(target, progress, SEED, minutes=5)
    second = game_day(target, progress, SEED + 1, minutes=5)
    assert first.ended and not second.ended
    second.end()
    assert target.page("faults") == []


def test_an_interrupted_start_leaves_nothing_broken(
    target: LocalTarget, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = policy_and_filters(target)

    def interrupted(*_: Any) -> Fault:
        raise KeyboardInterrupt

    last = Trouble(Kind("x", "x", ("x",), "x", interrupted), "orders", "")
    monkeypatch.setattr(module, "chosen", lambda seed: (*chosen(seed)[:3], last))
    with pytest.raises(KeyboardInterrupt):
        game_day(target, progress, SEED, minutes=5)
    assert target.page("faults") == []
    assert wait_for(lambda: policy_and_filters(target) == before, 10)


DIES = """
import os, sys
from pathlib import Path
from orderlab.aws_target.local import LocalTarget
from orderlab.exercises.game_day.game_day import game_day
from orderlab.progress import Progress
target = LocalTarget.attach(sys.argv[1], sys.argv[2], sys.argv[3])
game_day(target, Progress(Path(sys.argv[4])), 1, minutes=0.05)
os.kill(os.getpid(), 9)
"""


def test_a_kernel_that_dies_leaves_what_the_next_day_puts_back(
    target: LocalTarget, progress: Progress
) -> None:
    before = policy_and_filters(target)
    keys = target.environment()
    arguments = [target.endpoint, keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]]
    run = [sys.executable, "-c", DIES, *arguments, str(progress.folder)]
    assert subprocess.run(run, timeout=60).returncode != 0
    assert policy_and_filters(target) != before
    # faults of the lab end by themselves, with the day's time
    assert wait_for(lambda: not target.page("faults"), 20)
    game_day(target, progress, SEED, minutes=5).end()
    assert wait_for(lambda: policy_and_filters(target) == before, 10)
    assert all_get(target, SERVICES, sent(target))


@pytest.mark.parametrize("minutes", [0, -1, 121, float("nan"), "5", True])
def test_minutes_that_cannot_be_are_refused(
    target: LocalTarget, progress: Progress, minutes: Any
) -> None:
    with pytest.raises(LearnerError, match="minutes"):
        game_day(target, progress, 1, minutes)


def test_before_the_system_is_built_one_sentence_says_so(
    progress: Progress, own_cloud: Any
) -> None:
    with own_cloud() as cloud:
        empty = LocalTarget.attach(cloud.endpoint, "test", "test")
        with pytest.raises(LearnerError, match=r"lab\.build\(chapter=4\)"):
            game_day(empty, progress, 1)
