"""5.3: where the wait is said: in the queue's attribute, or in the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter05.trial_queues import bodies, few_asked, send, trial_queue
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, number, pairs
from orderlab.orders.architecture import TOPIC
from orderlab.orders.parts import messaging
from orderlab.orders.parts.messaging import ensure_plain_queue, queue_url

QUEUE = "labels"
WAIT = "ReceiveMessageWaitTimeSeconds"
LONGEST = 20
PATIENCE = 2
TRIES = 24
_WATCHED = (WAIT, "VisibilityTimeout", "DelaySeconds")
_USUAL = {WAIT: "0", "VisibilityTimeout": "30", "DelaySeconds": "0"}
_LOOKED = (
    f"the attributes of `labels`; and {TRIES} calls with your arguments on a queue of mine with the "
    "same attributes and one label"
)
# arguments that change nothing of the wait
_OTHERS = (
    "AttributeNames",
    "MessageAttributeNames",
    "MessageSystemAttributeNames",
    "ReceiveRequestAttemptId",
)
_NAMES = ("WaitTimeSeconds", "MaxNumberOfMessages", "VisibilityTimeout", "QueueUrl")


def _prepare(workspace: Workspace) -> None:
    """The queue, and its subscription to new orders: what is missing of both."""
    target = workspace.target
    messaging.ensure_plain_queue(target, QUEUE)
    messaging.ensure_topic(target, TOPIC)
    messaging.ensure_subscription(target, TOPIC, QUEUE, ["OrderPlaced"])


def _undo(workspace: Workspace) -> None:
    """The queue's attributes as they came; the queue and what is in it stay."""
    url = ensure_plain_queue(workspace.target, QUEUE)
    workspace.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=_USUAL)


def _attributes(target: Target) -> dict[str, str]:
    found = target.client("sqs").get_queue_attributes(
        QueueUrl=queue_url(target, QUEUE), AttributeNames=list(_WATCHED)
    )
    return dict(found["Attributes"])


def _stands(workspace: Workspace) -> bool:
    try:
        return int(_attributes(workspace.target)[WAIT]) > 0
    except ClientError:
        return False


def _check(workspace: Workspace) -> Outcome:
    try:
        attributes = _attributes(workspace.target)
    except ClientError:
        _prepare(workspace)
        attributes = _attributes(workspace.target)
    arguments = _read(workspace.answer)
    if arguments is None and attributes == _USUAL:
        return untouched(
            "`labels` is as it came, and there are no arguments for the key press yet.",
            next='sqs.set_queue_attributes(...), and at_key_press = {"WaitTimeSeconds": ...}',
        )
    outcome = _printer(attributes) or _key_press(workspace.target, attributes, arguments)
    if outcome.kind == "wrong" and attributes != _USUAL:
        return replace(
            outcome,
            stands="The attributes of `labels` stand as you set them; set them again, or "
            "`ex.again()` sets them back.",
        )
    return outcome


def _read(answer: Any) -> dict[str, Any] | None:
    """The arguments of the call. `{}` is an answer: it says nothing of the wait."""
    if answer is None or answer is Ellipsis:
        return None
    if not isinstance(answer, Mapping | list | tuple):
        raise CannotRead('I expected arguments such as {"MaxNumberOfMessages": 1}.')
    found = {str(key): value for key, value in pairs(answer)}
    strange = [key for key in found if key not in (*_NAMES, *_OTHERS)]
    if strange:
        raise CannotRead(
            f"receive_message has no argument {strange[0]!r} that matters here. There are "
            f"{', '.join(_NAMES[:3])}."
        )
    return {k: _value(k, v) for k, v in found.items() if k != "QueueUrl"}


def _value(name: str, value: Any) -> Any:
    if name in _OTHERS:
        return value
    read = number(value, f"a whole number for {name}")
    if not read.is_integer():
        raise CannotRead(f"{name} is a whole number, and boto3 takes no other; yours is {read:g}.")
    return int(read)


def _printer(attributes: dict[str, str]) -> Outcome | None:
    """The program that can't be changed: what a call without a wait does."""
    wait = int(attributes[WAIT])
    if wait == LONGEST:
        return None
    others = [name for name in _WATCHED[1:] if attributes[name] != _USUAL[name]]
    if wait == 0 and others:
        return _wrong(
            "another attribute",
            f"You changed {others[0]}. How long a receive waits is another attribute, and it is "
            "still 0.",
            f"{others[0]} {attributes[others[0]]}, {WAIT} 0",
            f"{WAIT} is the queue's; WaitTimeSeconds is a request's.",
        )
    if wait == 0:
        return _wrong(
            "the printer still polls short",
            "A call without WaitTimeSeconds, as the printer's program makes it, still answers at once.",
            f"{WAIT} 0",
            "The program can't be changed. What says the wait if the request doesn't?",
        )
    return _wrong(
        "not as long as AWS allows",
        f"The printer's calls wait {wait} s now, and AWS lets them wait longer.",
        f"{WAIT} {wait}",
        "What is the largest value of WaitTimeSeconds?",
    )


def _key_press(
    target: Target, attributes: dict[str, str], arguments: dict[str, Any] | None
) -> Outcome:
    if arguments is None:
        return _wrong(
            "nothing for the clerk",
            "The printer waits as long as AWS allows. There are no arguments for the clerk's call yet.",
            "no at_key_press",
            'at_key_press = {"WaitTimeSeconds": ...}, and ex.check(at_key_press)',
        )
    if "WaitTimeSeconds" not in arguments:
        return _wrong(
            "the clerk waits with the printer",
            f"A call that says nothing of the wait takes the queue's: on an empty queue the clerk "
            f"would stand there for {attributes[WAIT]} s.",
            "no WaitTimeSeconds",
            "What the request says wins over the queue's attribute.",
        )
    wait = arguments["WaitTimeSeconds"]
    if wait > PATIENCE:
        return _wrong(
            "longer than the clerk waits",
            f"Where there is no label, the clerk waits {wait} s for the answer.",
            f"WaitTimeSeconds {wait}",
            f"At most {PATIENCE} s.",
        )
    try:
        found = _tried(target, attributes, arguments)
    except (ClientError, BotoCoreError) as error:
        return _wrong(
            "a request that SQS refuses",
            "SQS does not take these arguments.",
            str(error)[:160],
            "Try them yourself: sqs.receive_message(QueueUrl=labels, **at_key_press)",
        )
    if found < TRIES:
        return _wrong(
            "at once, and asking a few servers",
            f"A label was there, and {TRIES - found} of {TRIES} calls said that there was none. A "
            "wait of 0 in the request makes a short poll, whatever the queue says.",
            f"found in {found} of {TRIES} calls",
            "What is the shortest wait with which all servers are asked?",
        )
    return right(
        "The queue's attribute is for those who say nothing, and a request can say otherwise. A wait of "
        "a second is a long poll too: it asks all servers, and comes back at once if there is a label.",
        looked_at=_LOOKED,
        got=f"found in all {TRIES} calls; {wait} s at most where there is none",
    )


def _tried(target: Target, attributes: dict[str, str], arguments: dict[str, Any]) -> int:
    """In how many calls the one label of a queue like `labels` was found."""
    sqs, found = target.client("sqs"), 0
    with trial_queue(target, **{WAIT: attributes[WAIT]}) as url:
        few_asked(target, url)
        send(target, url, bodies(1))
        call = {**arguments, "QueueUrl": url, "VisibilityTimeout": 0}
        for _ in range(TRIES):
            found += bool(sqs.receive_message(**call).get("Messages"))
    return found


def _wrong(name: str, message: str, got: str, hint: str) -> Outcome:
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=f"the printer waits {LONGEST} s; the clerk has each label that is there, and at most "
        f"{PATIENCE} s to wait where there is none",
        got=got,
        next=hint,
    )


def _set(answer: Any, **attributes: str) -> Any:
    def attempt(workspace: Workspace) -> Any:
        url = queue_url(workspace.target, QUEUE)
        if attributes:
            workspace.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)
        return answer

    return attempt


def _solve(workspace: Workspace) -> Any:
    _prepare(workspace)
    return _set({"WaitTimeSeconds": 1}, **{WAIT: str(LONGEST)})(workspace)


def _names(workspace: Workspace) -> dict[str, Any]:
    target = workspace.target
    return {
        "sqs": workspace.client("sqs"),
        "labels": queue_url(target, QUEUE),
    }


KEY_PRESS = Exercise(
    id="5.3",
    title="The printer waits and the clerk does not",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    names=_names,
    answer_name="at_key_press",
    solve=_solve,
    waits=True,
    solution="""sqs.set_queue_attributes(
    QueueUrl=labels,
    Attributes={"ReceiveMessageWaitTimeSeconds": "20"},
)
at_key_press = {"WaitTimeSeconds": 1}
# A request without a wait takes the queue's. A wait of 1 s asks all servers; 0 would ask a few.""",
    equivalent={"1 -> 2": "the clerk has two seconds"},
    hints=(
        "Two programs, one queue: which of them can say in its request how long it waits?",
        "ReceiveMessageWaitTimeSeconds is the queue's attribute, a text; WaitTimeSeconds in the request "
        "wins over it. And what does a wait of 0 do beside answering at once?",
        'set_queue_attributes(..., Attributes={"ReceiveMessageWaitTimeSeconds": "20"}); the clerk\'s '
        "WaitTimeSeconds is above 0 and at most 2.",
    ),
    proofs=(
        Proof(
            "the printer still polls short", _set({"WaitTimeSeconds": 20}), says="as the printer's"
        ),
        Proof(
            "not as long as AWS allows",
            _set({"WaitTimeSeconds": 1}, **{WAIT: "5"}),
            says="lets them wait longer",
        ),
        Proof(
            "another attribute",
            _set({"WaitTimeSeconds": 1}, DelaySeconds="20"),
            says="another attribute",
        ),
        Proof(
            "the clerk waits with the printer",
            _set({"MaxNumberOfMessages": 1}, **{WAIT: "20"}),
            says="says nothing of the wait",
        ),
        Proof("nothing for the clerk", _set(None, **{WAIT: "20"}), says="no arguments for the"),
        Proof(
            "an answer that cannot be read",
            _set({"WaitTimeSeconds": 1.5}, **{WAIT: "20"}),
            says="is a whole number",
        ),
        Proof(
            "at once, and asking a few servers",
            _set({"WaitTimeSeconds": 0}, **{WAIT: "20"}),
            says="makes a short poll",
        ),
        Proof(
            "longer than the clerk waits",
            _set({"WaitTimeSeconds": 10}, **{WAIT: "20"}),
            says="waits 10 s",
        ),
        Proof(
            "a request that SQS refuses",
            _set({"WaitTimeSeconds": 1, "MaxNumberOfMessages": 50}, **{WAIT: "20"}),
            says="does not take",
        ),
        Proof(
            "with all attributes of the message",
            _set({"WaitTimeSeconds": 1, "MessageAttributeNames": ["All"]}, **{WAIT: "20"}),
            "right",
        ),
        Proof(
            "two seconds, as text",
            _set([("WaitTimeSeconds", "2"), ("MaxNumberOfMessages", 10)], **{WAIT: "20"}),
            "right",
        ),
        Proof(
            "with another visibility timeout on the queue",
            _set(
                {"WaitTimeSeconds": 1, "VisibilityTimeout": 60},
                **{WAIT: "20", "VisibilityTimeout": "120"},
            ),
            "right",
        ),
    ),
)
