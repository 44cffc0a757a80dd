"""4.6: dead letters, of which some are to be mended, and some are no orders at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter04 import bring_back_attempts as attempts
from orderlab.exercises.chapter04.letters import Letters, clear_away, lay_out
from orderlab.exercises.chapter04.letters_trial import Trial, dies_between, id_of, try_on
from orderlab.exercises.chapter04.names import names
from orderlab.exercises.chapter04.shop import ensure_shop
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, not_run

_LOOKED = "put dead letters of my own into a queue, more than ten, and called your function once"


def _prepare(workspace: Workspace) -> None:
    ensure_shop(workspace.target)
    lay_out(workspace.target)


def _undo(workspace: Workspace) -> None:
    clear_away(workspace.target)


def _check(workspace: Workspace) -> Outcome:
    bring_back = workspace.answer
    if bring_back is None:
        return untouched(
            "`bring_back` is still None.",
            next="Which of the dead letters may go back as they are?",
        )
    if not callable(bring_back):
        raise CannotRead("I expected a function bring_back(sqs, dead, inbox), and got no function.")
    letters = Letters.random()
    trial = try_on(workspace.target, bring_back, letters)
    return (
        _ended_badly(trial)
        or _not_begun(trial)
        or _where_they_are(letters, trial)
        or _what_they_say(letters, trial)
        or _counted(letters, trial)
        or _dies(workspace, bring_back)
        or right(
            "Every order is on its way again, each mended where it had to be, and a person finds "
            "what is no order. Sending before deleting may send an order twice, never not at all, "
            "and twice is harmless here: your condition from chapter 02 sees to it.",
            looked_at=_LOOKED + "; then let it die between two calls",
            got=f"{len(letters.orders)} orders in the inbox, {len(letters.others)} letters left",
        )
    )


def _ended_badly(trial: Trial) -> Outcome | None:
    if trial.error == "endless":
        return _wrong(
            "it never ends",
            f"Your function made {trial.calls} calls and had not returned.",
            "What is left in the queue shows again after its visibility timeout. Which answer of "
            "receive_message says that you are through?",
        )
    if trial.error and not trial.received:
        return _wrong(
            "it raises at once",
            f"Your function raised {trial.error}. It had not read a letter yet.",
            "I call bring_back(sqs, dead, inbox): a client, and the addresses of two queues.",
        )
    if trial.error:
        return _wrong(
            "it stops half way",
            f"Your function raised {trial.error}, and the letters behind that one were not read.",
            "Not every dead letter is JSON, and not every JSON is an order.",
        )
    return None


def _not_begun(trial: Trial) -> Outcome | None:
    """A function that did nothing to the dead letters."""
    why = not_run(trial.returned)
    if why:
        return _wrong("nothing was run", why, "A plain def with return.")
    if trial.calls and not trial.asked and not trial.received:
        return _wrong(
            "the queues exchanged",
            "Your function never asked the queue with the dead letters.",
            "I call bring_back(sqs, dead, inbox), in this order.",
        )
    if not trial.calls:
        return _wrong(
            "another client",
            "Your function made no call with the client that I gave.",
            "It gets a client and the addresses of two queues: sqs, dead, inbox.",
        )
    return None


def _where_they_are(letters: Letters, trial: Trial) -> Outcome | None:
    strange = [each for each in trial.sent_bodies if each not in letters.others and not id_of(each)]
    if strange:
        return _wrong(
            "no order in the inbox",
            "What your function sent is no order: process-order reads JSON with the order's fields.",
            "json.dumps of the order, and nothing around it.",
            got=strange[0][:100],
        )
    gone = [each for each in letters.orders if each not in trial.sent and each not in trial.left]
    if gone:
        return _wrong(
            "orders are lost",
            f"{len(gone)} orders are in neither queue any more.",
            "Delete a letter only when it is in the other queue.",
            got=gone[0],
        )
    thrown = [each for each in letters.others if each not in trial.left_bodies]
    sent_round = [each for each in letters.others if each in trial.sent_bodies]
    if sent_round:
        return _wrong(
            "sent round again",
            "A letter that is no order went back to the inbox. process-order will fail on it, and "
            "after its tries it will lie here again.",
            "Which letters does nobody but a person understand?",
            got=sent_round[0][:60],
        )
    if thrown:
        return _wrong(
            "thrown away",
            "A letter that is no order was deleted, and nobody will ever ask its sender.",
            "It stays in the dead-letter queue.",
            got=thrown[0][:60],
        )
    twice = [each for each in letters.orders if trial.sent.count(each) > 1]
    if twice:
        return _wrong(
            "sent more than once",
            f"{len(twice)} orders are in the inbox several times, and no call had failed.",
            "One send for each letter.",
            got=twice[0],
        )
    return _left_behind(letters, trial)


def _left_behind(letters: Letters, trial: Trial) -> Outcome | None:
    both = [each for each in letters.orders if each in trial.left and each in trial.sent]
    if both:
        return _wrong(
            "copied, and still there",
            f"{len(both)} orders are in the inbox, and in the dead-letter queue as well. Its alarm "
            "goes on ringing, and the next run sends them again.",
            "sqs.delete_message, with the receipt handle of this receive.",
            got=both[0],
        )
    left = [each for each in letters.orders if each in trial.left]
    if not left and not trial.ended_on_a_long_poll:
        return _wrong(
            "a false empty",
            "Your function ended on an empty short poll. A short poll asks only some of the queue's "
            "servers: this time nothing was left, another time there will be.",
            "WaitTimeSeconds above 0 makes it a long poll, which asks them all.",
        )
    if not left:
        return None
    if all(letters.orders[each]["coupon_cents"] == 0 for each in left):
        return _wrong(
            "nought is no coupon",
            f"{len(left)} orders whose coupon is 0 are still in the dead-letter queue.",
            "0 is a number of cents like any other; `if coupon` takes it for nothing.",
            got=left[0],
        )
    if set(left) <= set(letters.mended):
        return _wrong(
            "only the whole ones",
            f"The {len(left)} orders whose coupon is a text are still in the dead-letter queue.",
            'What did the customer mean by "$1.50"?',
            got=left[0],
        )
    return _wrong(
        "stopped too early",
        f"{len(left)} orders are still in the dead-letter queue.",
        "A receive gives ten messages at most, and a short poll doesn't ask every server. Go on "
        "until a long poll finds nothing.",
        got=f"{len(trial.sent)} of {len(letters.orders)} sent",
    )


def _what_they_say(letters: Letters, trial: Trial) -> Outcome | None:
    for order_id, wanted in letters.orders.items():
        found = trial.sent_orders[order_id]
        if found == wanted:
            continue
        if set(found) != set(wanted):
            return _wrong(
                "other fields",
                "An order has lost a field, or got one that no order has. process-order refuses it.",
                "Change the coupon in place, and send the rest as it came.",
                got=", ".join(sorted(set(found) ^ set(wanted))),
            )
        others = [name for name in wanted if found[name] != wanted[name]]
        if others != ["coupon_cents"]:
            return _wrong(
                "another order",
                "An order came back with something else than its coupon changed.",
                "The customer ordered what she ordered.",
                got=", ".join(others),
            )
        return _coupon(letters, order_id, found["coupon_cents"], wanted["coupon_cents"])
    return None


def _coupon(letters: Letters, order_id: str, found: Any, wanted: int) -> Outcome:
    text = letters.texts.get(order_id, str(wanted))
    got = f"{text} became {found!r}"
    if isinstance(found, str):
        return _wrong(
            "still a text",
            "The coupon of an order is still a text, and process-order fails on that.",
            "coupon_cents is a whole number of cents.",
            got=got,
        )
    if isinstance(found, int | float) and not isinstance(found, int):
        return _wrong(
            "parts of a cent",
            "A coupon became a number with a decimal point, and process-order takes whole cents.",
            "round(...) gives a whole number.",
            got=got,
        )
    if found == wanted - 1:
        return _wrong(
            "a cent short",
            "A coupon is a cent too small: floats don't hold most amounts exactly, and int() cuts.",
            "Round, or count with Decimal.",
            got=got,
        )
    if order_id not in letters.texts:
        return _wrong(
            "mended what was whole",
            "The coupon of an order that was whole is another one now.",
            "Leave alone what is a number already.",
            got=got,
        )
    return _wrong(
        "another amount",
        "A coupon has another amount than the customer's.",
        '"$1.50" is one dollar and fifty cents.',
        got=got,
    )


def _counted(letters: Letters, trial: Trial) -> Outcome | None:
    if trial.returned == len(letters.orders):
        return None
    return _wrong(
        "another count",
        f"Your function returned {trial.returned!r}; {len(letters.orders)} orders went back.",
        "It returns how many orders it sent to the inbox.",
    )


def _dies(workspace: Workspace, bring_back: Callable[..., Any]) -> Outcome | None:
    lost = dies_between(workspace.target, bring_back)
    if not lost:
        return None
    return wrong(
        "deleted before it is sent",
        f"I let your kernel die between two calls, and {lost} of the orders were in neither queue.",
        looked_at="let a call fail after the first one that changed something",
        expected="every order in one of the two queues, or in both",
        got=f"{lost} lost",
        next="Which of the two calls can you afford to miss?",
    )


def _wrong(name: str, message: str, hint: str, got: str = "") -> Outcome:
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected="each order in the inbox once, mended; the others still in the dead-letter queue",
        got=got,
        next=hint,
    )


def _handing_over(function: attempts.BringBack) -> Callable[[Workspace], attempts.BringBack]:
    return lambda workspace: function


DEAD_LETTERS = Exercise(
    id="4.6",
    title="Dead letters",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    # nothing that comes later needs the letters
    stands=lambda _: True,
    solve=lambda workspace: attempts.bring_back,
    names=names,
    answer_name="bring_back",
    solution="""def mended(body):
    # the order as it should be, as text; None for what is no order
    try:
        order = json.loads(body)
        coupon = order["coupon_cents"]
    except (ValueError, KeyError, TypeError):
        return None
    if isinstance(coupon, str):
        order["coupon_cents"] = round(100 * float(coupon.strip("$")))
    return json.dumps(order)


def letters(sqs, dead):
    # until a long poll finds nothing
    while got := sqs.receive_message(
        QueueUrl=dead,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=5,
    ).get("Messages"):
        yield from got


def bring_back(sqs, dead, inbox):
    sent = 0
    for letter in letters(sqs, dead):
        body = mended(letter["Body"])
        if body is None:
            continue
        sqs.send_message(QueueUrl=inbox, MessageBody=body)
        sqs.delete_message(
            QueueUrl=dead,
            ReceiptHandle=letter["ReceiptHandle"],
        )
        sent += 1
    return sent
# First send, then delete: whoever dies in between leaves an order in both queues, never in none.""",
    equivalent={
        "without MaxNumberOfMessages": "one message a receive works, with more calls",
        "5 -> 6": "any long poll asks all servers",
    },
    hints=(
        "Three kinds of letters: whole, to be mended, and no order. Two calls for each that goes "
        "back, and their order matters.",
        "A loop over receive_message with WaitTimeSeconds above 0, until it brings no Messages; for "
        "each order send_message to the inbox, then delete_message here.",
        'json.loads(body)["coupon_cents"] raises ValueError, KeyError or TypeError for what is no '
        'order. A text such as "$1.50" becomes round(100 * float(coupon.strip("$"))).',
    ),
    waits=True,
    proofs=(
        *(Proof(name, _handing_over(f), says=says) for name, f, says in attempts.WRONG),
        *(Proof(name, _handing_over(f), "right") for name, f in attempts.RIGHT),
    ),
)
