"""A check of a learner's function ends in an outcome, whatever the function does."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter04.rights_beyond import beyond
from orderlab.exercises.engine import Exercise, Outcome, Workspace, right
from orderlab.exercises.engine.answers import not_run
from orderlab.exercises.engine.attempt import Attempt

INBOX = "arn:aws:sqs:us-east-1:123456789012:orders-inbox"


class _Forgetful:
    """Progress that keeps nothing."""

    def exercise(self, _: str) -> Any:
        raise NotImplementedError

    def checked(self, *_: Any) -> None:
        pass


def _judged(answer: Any) -> Outcome:
    def check(workspace: Workspace) -> Outcome:
        workspace.answer()
        return right("It came to its end.")

    exercise = Exercise(
        id="9.1",
        title="A trial",
        check=check,
        solve=lambda _: None,
        solution="",
        hints=("", "", ""),
        proofs=(),
    )
    progress: Any = _Forgetful()
    return Attempt(exercise, Workspace(None), progress).check(answer)  # type: ignore[arg-type]


def test_a_function_that_ends_the_program_is_wrong_and_the_cell_goes_on() -> None:
    def leaves() -> None:
        raise SystemExit(3)

    outcome = _judged(leaves)
    assert (outcome.kind, outcome.misconception) == ("wrong", "it ends the program")


def test_a_generator_and_a_coroutine_are_said_to_have_run_nothing() -> None:
    async def later() -> None:
        pass

    assert "yield" in not_run(each for each in "ab")
    assert "async def" in not_run(later())
    assert not_run(None) == not_run([1]) == ""


def test_permissions_beyond_the_required_ones_are_named() -> None:
    wanted = [("sqs:SendMessage", INBOX)]
    exact: list[Any] = [{"Effect": "Allow", "Action": ["SQS:sendmessage"], "Resource": [INBOX]}]
    assert beyond(exact, wanted) == []
    rest = {"Effect": "Deny", "NotAction": "sqs:SendMessage", "Resource": "*"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": INBOX}
    assert beyond([everything, rest], wanted) == []
    more = [{"Effect": "Allow", "Action": "sqs:*", "Resource": INBOX}]
    assert "sqs:PurgeQueue on orders-inbox" in beyond(more, wanted)
    wider = [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": INBOX[:-5] + "*"}]
    assert beyond(wider, wanted) == ["sqs:SendMessage on whatever begins with orders-inbox"]
    other: list[Any] = [*exact, {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]
    assert beyond(other, wanted) == ["sns:Publish on anything"]
    logs: list[Any] = [*exact, {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]
    assert beyond(logs, wanted, harmless=("logs:",)) == []


def test_a_call_that_the_server_does_not_do_is_nobodys_mistake() -> None:
    answer = {"Error": {"Code": "501"}, "ResponseMetadata": {"HTTPStatusCode": 501}}

    def asks() -> None:
        raise ClientError(answer, "TestInvokeMethod")  # type: ignore[arg-type]

    outcome = _judged(asks)
    assert outcome.kind == "not_here"
    assert "TestInvokeMethod" in outcome.message
