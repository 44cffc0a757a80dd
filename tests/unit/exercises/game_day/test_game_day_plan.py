"""Which troubles a game day has, and how a finding in plain words is understood."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from orderlab.exercises.game_day import leftovers
from orderlab.exercises.game_day.kinds import ALL, AT_A_SERVICE, NO_POLICY, ON_THE_WAY, Kind
from orderlab.exercises.game_day.plan import Trouble, chosen
from orderlab.orders.architecture import SERVICES
from orderlab.progress import Progress
from tests.unit.fake_target import FakeTarget

# how somebody might put it who has found it
SAID = {
    "broken consumer": ["its function raises an exception", "it fails every time", "broken"],
    "throttled function": [
        "Lambda throttles it",
        "its concurrent executions are limited",
        "too many requests",
        "no concurrency left",
    ],
    "slow table": [
        "the table is slow",
        "high latency of writes",
        "PutItem takes long",
        "putting an item into the table takes seconds",
        "each call is delayed",
    ],
    "cut-off target": ["SNS cannot reach the queue", "it is cut off from the topic"],
    "queue policy gone": ["the queue has no policy", "SNS has no permission to send"],
    "wrong filter": ["the filter policy of the subscription is wrong", "a wrong filter"],
    "mapping switched off": [
        "the event source mapping is disabled",
        "nobody reads the queue",
        "it is turned off",
    ],
    "poison message": [
        "a poison message",
        "messages that can't be parsed",
        "corrupt orders",
        "it is in the DLQ",
    ],
    "failing publisher": ["the function fails", "exceptions"],
}


def test_a_word_inside_another_names_nothing() -> None:
    for said in ("its execution", "a template", "the debug flag"):
        assert not [kind for kind in ALL if kind.is_named_in(said)], said


def test_a_filter_policy_is_not_a_queue_policy() -> None:
    said = "its filter policy is wrong"
    assert [kind.name for kind in ALL if kind.is_named_in(said)] == ["wrong filter"]


def test_four_things_are_wrong_each_at_a_place_of_its_own() -> None:
    for seed in range(200):
        troubles = chosen(seed)
        assert len(troubles) == 4 == len({each.place for each in troubles})
        assert set(SERVICES) < {each.place for each in troubles}
        assert len({each.kind.says for each in troubles}) == 4


def test_the_same_seed_gives_the_same_day_and_others_give_others() -> None:
    assert chosen(7) == chosen(7)
    days = {tuple((each.kind.name, each.place) for each in chosen(seed)) for seed in range(50)}
    assert len(days) > 40


def test_every_kind_comes_up() -> None:
    found = Counter(each.kind.says for seed in range(200) for each in chosen(seed))
    assert set(found) == {kind.says for kind in ALL}
    assert {kind for kind, _ in ON_THE_WAY} | set(AT_A_SERVICE) == set(ALL)


@pytest.mark.parametrize("seed", range(30))
def test_clues_are_what_a_customer_knows(seed: int) -> None:
    technical = {
        "function", "queue", "table", "topic", "lambda", "sqs", "sns", "filter", "policy", "api",
        "throttl", "dynamodb", "message", "worker", "subscription", "error",
    }  # fmt: skip
    for trouble in chosen(seed):
        said = trouble.clue.lower()
        assert not [word for word in technical if word in said]
        assert trouble.kind.name not in said and '"' in said


def test_a_service_is_complained_of_in_the_same_words_whatever_is_wrong_there() -> None:
    clues = {(each.place, each.clue) for seed in range(100) for each in chosen(seed)}
    assert len(clues) == len({place for place, _ in clues})


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.says)
def test_plain_words_name_a_kind(kind: Kind) -> None:
    for said in SAID[kind.name]:
        assert kind.is_named_in(said.lower()), said
    others = [text for name, texts in SAID.items() for text in texts if name != kind.name]
    wrongly = [text for text in others if kind.is_named_in(text.lower())]
    same = {"broken consumer", "failing publisher"}
    if kind.name not in same:
        assert len(wrongly) <= 1, wrongly


@pytest.mark.parametrize(
    ("said", "place"),
    [("shipping", "shipping"), ("the Shipping queue", "shipping"), ("SHIPPING", "shipping"),
     ("process-order", "process-order"), ("the worker", "process-order"),
     ("orders_inbox", "orders-inbox"), ("table orders", "orders")],
)  # fmt: skip
def test_a_component_is_recognised_in_plain_words(said: str, place: str) -> None:
    assert Trouble(ALL[0], place, "").is_at(said)
    assert not Trouble(ALL[0], "invoicing", "").is_at(said)


def test_what_shows_it_names_the_place() -> None:
    for trouble in chosen(3):
        assert "{" not in trouble.shows + trouble.in_words and len(trouble.shows) > 60


def test_a_change_of_a_cloud_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    change = leftovers.Change("http://127.0.0.1:1", "shipping", NO_POLICY.name, {"policy": "{}"})
    leftovers.note(progress, change)
    assert leftovers.put_back(FakeTarget(), progress) == []
    assert progress.notes()["game-day-changes"] == []
