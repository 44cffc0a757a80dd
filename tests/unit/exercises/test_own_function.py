"""What a check says of an answer that should be a function."""

from __future__ import annotations

import pytest

from orderlab.exercises.engine.own_function import no_function

SIGNATURE = "drain(url, handle)"


def test_a_function_has_nothing_wrong_yet() -> None:
    assert no_function(lambda url, handle: 0, SIGNATURE, "I call it") is None


@pytest.mark.parametrize("answer", [None, ...])
def test_what_is_not_written_is_untouched(answer: object) -> None:
    outcome = no_function(answer, SIGNATURE, "I call it")
    assert outcome is not None and outcome.kind == "untouched"
    assert "def drain(url, handle): ..." in str(outcome)


@pytest.mark.parametrize("answer", [15, "drain", [1]])
def test_a_result_in_place_of_the_function_is_told(answer: object) -> None:
    outcome = no_function(answer, SIGNATURE, "I call it with a queue's address")
    assert outcome is not None and outcome.misconception == "not a function"
    assert "I call it with a queue's address, so I need the function itself." in str(outcome)
    assert type(answer).__name__ in str(outcome)
