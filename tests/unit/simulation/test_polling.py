"""Short polls: the simulation and the exact chances, against each other and against counting."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter

import pytest

from orderlab.cloud.sqs import message_operations, practice_pages, servers
from orderlab.simulation import polling
from orderlab.simulation.polling import Setting, simulate
from orderlab.simulation.polling_odds import chance_of_empty, chance_of_missing

RECEIVES = 200_000
# so many standard errors: a right simulation leaves them about once in 16,000 comparisons
ERRORS = 4.0


def apart(counted: float, chance: float, receives: int = RECEIVES) -> float:
    """How far a share lies from a chance, in standard errors, less two answers."""
    error = math.sqrt(chance * (1 - chance) / receives) or 1 / receives
    return max(abs(counted - chance) - 2 / receives, 0.0) / error


def missing_by_counting(weights: tuple[float, ...], asked: int, spared: set[int]) -> float:
    """The chance as it is defined: over every order in which servers can be drawn."""
    total = 0.0
    for drawn in itertools.permutations(range(len(weights)), asked):
        if spared & set(drawn):
            continue
        chance, left = 1.0, sum(weights)
        for place in drawn:
            chance *= weights[place] / left
            left -= weights[place]
        total += chance
    return total


def test_the_simulation_has_the_clouds_own_numbers() -> None:
    assert (polling.SERVERS, polling.SAMPLE) == (servers.SERVERS, servers.SAMPLE)
    assert (polling.SHARE, polling.MOST_SERVERS) == (servers.SHARE, practice_pages.MOST_SERVERS)
    assert polling.MOST == message_operations.MAX_RECEIVED


def drawn_settings(count: int) -> list[tuple[Setting, int]]:
    """Settings at random, each with a number of messages."""
    chance = random.Random(20)
    found = []
    for _ in range(count):
        size = chance.randint(1, 16)
        low = chance.randint(1, size)
        weights = [chance.choice((1, 1, 2, 3, 7.5)) for _ in range(size)]
        setting = Setting.of(size, (low, chance.randint(low, size)), weights)
        found.append((setting, chance.choice((1, 2, 3, 5, 8, 20, 40))))
    return found


@pytest.mark.parametrize(("setting", "messages"), drawn_settings(12))
def test_empty_answers_are_as_frequent_as_computed(setting: Setting, messages: int) -> None:
    counted = simulate(setting, messages, receives=RECEIVES, seed=4)
    chance = chance_of_empty(setting, messages)
    assert apart(counted.empty / RECEIVES, chance) <= ERRORS


@pytest.mark.parametrize(("setting", "messages"), drawn_settings(12))
def test_messages_that_stay_are_missed_as_often_as_computed(
    setting: Setting, messages: int
) -> None:
    lying = [random.Random(messages).randrange(setting.servers) for _ in range(min(messages, 3))]
    counted = simulate(setting, len(lying), lying=lying, receives=RECEIVES, seed=5)
    assert apart(counted.empty / RECEIVES, chance_of_missing(setting, lying)) <= ERRORS


@pytest.mark.parametrize(("asked", "spared"), [(1, {0}), (2, {2}), (3, {0, 4}), (4, {1, 2})])
def test_the_chance_is_what_counting_every_draw_gives(asked: int, spared: set[int]) -> None:
    weights = (1.0, 1.0, 2.0, 3.0, 3.0, 0.25)
    setting = Setting.of(6, asked, weights)
    expected = missing_by_counting(weights, asked, spared)
    assert chance_of_missing(setting, spared) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("asked", range(1, 9))
def test_equal_servers_are_drawn_like_balls_from_an_urn(asked: int) -> None:
    setting = Setting.of(8, asked)
    assert chance_of_empty(setting, 1) == pytest.approx(1 - asked / 8)
    assert chance_of_missing(setting, [3]) == pytest.approx(1 - asked / 8)
    for occupied in range(1, 9):
        expected = math.comb(8 - occupied, asked) / math.comb(8, asked)
        assert chance_of_missing(setting, range(occupied)) == pytest.approx(expected, abs=1e-15)


def test_over_all_places_of_a_message_weights_do_not_matter() -> None:
    setting = Setting.of(8, (2, 4), (1, 1, 2, 3, 1, 2, 1, 3))
    mean = sum(chance_of_missing(setting, [place]) for place in range(8)) / 8
    assert mean == pytest.approx(chance_of_empty(setting, 1), rel=1e-12)


def test_a_poll_of_all_servers_misses_nothing_and_an_empty_queue_gives_nothing() -> None:
    every = Setting.of(5, 5)
    assert chance_of_empty(every, 1) == chance_of_missing(every, [0]) == 0.0
    assert simulate(every, 3, receives=1000, seed=1).empty == 0
    assert chance_of_empty(every, 0) == chance_of_missing(every, []) == pytest.approx(1.0)
    assert simulate(every, 0, receives=1000, seed=1).empty == 1000


def test_a_thousand_messages_give_full_answers_and_a_hundred_do_not() -> None:
    setting = Setting.of()
    deep, flat = (simulate(setting, n, receives=20_000, seed=2) for n in (1_000, 100))
    assert deep.full == deep.receives and deep.messages == 10 * deep.receives
    assert flat.full < flat.receives / 2 and flat.empty == 0


def test_an_answer_holds_no_more_than_was_asked_for() -> None:
    counted = simulate(Setting.of(4, 4), 400, receives=500, most=3, seed=1)
    assert (counted.full, counted.messages) == (500, 1500)


def test_the_same_seed_gives_the_same_figures_and_parts_do_not_matter() -> None:
    setting = Setting.of(8, (2, 4), (1, 1, 2, 3, 1, 2, 1, 3))
    one, same, other = (simulate(setting, 4, receives=20_001, seed=s) for s in (1, 1, 2))
    assert one == same and one != other and one.receives == 20_001


def test_every_sample_that_a_poll_may_have_is_as_likely() -> None:
    # with one server to find among three, and samples of 1, 2 and 3
    setting = Setting.of(3, (1, 3))
    assert chance_of_missing(setting, [0]) == pytest.approx((2 / 3 + 1 / 3 + 0) / 3)


@pytest.mark.parametrize(
    "given",
    [
        {"servers": 0}, {"servers": 17}, {"servers": 4, "sample": 5}, {"sample": 0},
        {"sample": (3, 2)}, {"servers": 3, "weights": [1, 2]}, {"weights": [1, 0]},
        {"weights": [1, float("nan")]}, {"weights": [1, float("inf")]}, {"sample": (1, 2, 3)},
    ],
)  # fmt: skip
def test_invalid_settings_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Setting.of(**given)  # type: ignore[arg-type]


def test_the_cloud_draws_servers_as_computed() -> None:
    layout = servers.Layout((1, 1, 2, 3, 1, 2, 1, 3), (2, 4))
    drawn = servers.Servers(random.Random(6), layout)
    setting = Setting.of(8, (2, 4), layout.weights)
    asked: Counter[int] = Counter()
    receives = 40_000
    for _ in range(receives):
        poll = drawn.poll(short=True)
        asked.update(drawn.servers.index(server) for server in poll.servers)
    for place in range(8):
        missed = 1 - asked[place] / receives
        assert apart(missed, chance_of_missing(setting, [place]), receives) <= ERRORS


def test_many_messages_are_drawn_in_another_way_with_the_same_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setting = Setting.of(8, (2, 4), (1, 1, 2, 3, 1, 2, 1, 3))
    one_by_one = simulate(setting, 12, receives=RECEIVES, seed=8)
    monkeypatch.setattr(polling, "_ONE_BY_ONE", 0)
    together = simulate(setting, 12, receives=RECEIVES, seed=8)
    assert together.messages / RECEIVES == pytest.approx(one_by_one.messages / RECEIVES, rel=0.01)
    assert apart(together.empty / RECEIVES, chance_of_empty(setting, 12)) <= ERRORS
