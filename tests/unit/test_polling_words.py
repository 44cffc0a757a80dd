"""Simulated and computed polls as a notebook asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.errors import LearnerError
from orderlab.polling_words import PollingWords

LAB = PollingWords()


def test_a_simulation_says_that_it_is_one() -> None:
    found = LAB.polling_simulation(3, receives=50_000)
    assert repr(found).startswith("simulated: 50,000 receives, ")
    assert found.empty_share == pytest.approx(LAB.polling_odds(3).empty, abs=0.01)
    assert 0 < found.mean_messages < 3 and found.full_share == 0
    assert LAB.polling_simulation(lying=[0], sample=8, receives=100).mean_messages == 1


def test_the_message_that_was_missed_is_found_by_further_polls() -> None:
    odds = LAB.polling_odds(lying=[0, 1, 2, 3, 5], servers=8, sample=4)
    assert odds.missed(5) == pytest.approx(0.5) and odds.asked(5) == pytest.approx(0.5)
    assert odds.missed(5, polls=2) == pytest.approx(0.25)
    assert odds.polls_for(5) == 7 and odds.polls_for(5, sure=0.5) == 1
    assert odds.empty == 0.0, "four of eight servers always meet one of five"


def test_heavy_servers_are_asked_more_often() -> None:
    odds = LAB.polling_odds(1, weights=[1, 1, 2, 4], sample=1)
    assert [odds.asked(server) for server in range(4)] == pytest.approx(
        [1 / 8, 1 / 8, 1 / 4, 1 / 2]
    )


@pytest.mark.parametrize(
    "wanted",
    [{"servers": 0}, {"sample": 9}, {"weights": [1, -1]}, {"lying": [8]}, {"messages": -1}],
)
def test_impossible_settings_are_a_learners_error(wanted: dict[str, Any]) -> None:
    with pytest.raises(LearnerError):
        LAB.polling_odds(**wanted)
    with pytest.raises(LearnerError):
        LAB.polling_simulation(**wanted)


def test_odd_questions_are_a_learners_error() -> None:
    odds = LAB.polling_odds(1)
    for ask in (lambda: odds.missed(8), lambda: odds.polls_for(0, sure=1.0)):
        with pytest.raises(LearnerError):
            ask()
    with pytest.raises(LearnerError):
        LAB.polling_simulation(1, receives=0)
