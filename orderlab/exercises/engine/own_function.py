"""Exercises whose answer is a function that the check calls."""

from __future__ import annotations

from orderlab.exercises.engine.outcome import Outcome, untouched, wrong


def no_function(answer: object, signature: str, tried: str) -> Outcome | None:
    """What a check says of an answer that it can't call; None of one that it can.

    `signature` is what the learner defines, such as `drain(url, handle)`, and `tried` says what
    the check does with it: "I call it with a queue's address and a function".
    """
    name = signature.partition("(")[0]
    if answer is None or answer is Ellipsis:
        return untouched(f"{name} is not a function yet.", next=f"def {signature}: ...")
    if callable(answer):
        return None
    return wrong(
        "not a function",
        f"{tried}, so I need the function itself.",
        expected=f"ex.check({name}), without brackets behind it",
        got=type(answer).__name__,
    )
