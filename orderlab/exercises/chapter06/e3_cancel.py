"""6.3: change an order so that readers of the cache see it at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import botocore.exceptions

from orderlab.exercises.chapter06 import cancel_attempts as attempts
from orderlab.exercises.chapter06.trial_table import Recorder, Trial, an_id, another_table, trial
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.own_function import no_function

_LOOKED = (
    "an accepted order that a reader of the cache has just seen, a shipped one, one in a status that "
    "you don't know, one that is shipped while the function looks at it, and an id that nobody has used"
)


@dataclass
class Seen:
    """What became of each order, and what the function said."""

    before: Any
    stored: Any
    shown: Any
    said: Any
    shipped: Any
    shipped_said: Any
    other: Any
    other_wanted: str
    raced: Any
    unknown: Any
    unknown_said: Any
    writes: int


def _check(workspace: Workspace) -> Outcome:
    cancel = workspace.answer
    missing = no_function(
        cancel, "cancel(cache, dynamodb, table, order_id)", "I call it for orders of my own"
    )
    if missing is not None:
        return missing
    with trial(workspace.target) as tried:
        try:
            seen = _seen(tried, cancel)
        except Exception as error:
            return another_table(tried, _LOOKED) or _raised(error)
        return another_table(tried, _LOOKED) or _judge(seen)


def _seen(tried: Trial, cancel: Any) -> Seen:
    def run(order_id: str) -> Any:
        return cancel(tried.cache, tried.beside, tried.table, order_id)

    accepted = tried.store()
    number = accepted["order_id"]["S"]
    tried.seen(number)
    said = run(number)
    writes = sum(each.count("update_item", "put_item") for each in (tried.beside, tried.behind))
    stored, shown = tried.stored(number), tried.seen(number)
    shipped = tried.store(status="SHIPPED")["order_id"]["S"]
    shipped_said = run(shipped)
    status = f"ON_HOLD_{secrets.token_hex(2)}"
    other = tried.store(status=status)["order_id"]["S"]
    run(other)
    raced = _raced(tried, cancel)
    unknown = an_id()
    unknown_said = run(unknown)
    return Seen(
        accepted, stored, shown, said, tried.stored(shipped), shipped_said, tried.stored(other),
        status, raced, tried.stored(unknown), unknown_said, writes,
    )  # fmt: skip


def _raced(tried: Trial, cancel: Any) -> Any:
    """An order that is shipped as soon as the function has read it; None if it reads nothing."""
    order = tried.store()
    number = order["order_id"]["S"]
    shipped: list[str] = []

    def ship(_: dict[str, Any]) -> None:
        if not shipped:
            shipped.append(number)
            tried.direct.put_item(TableName=tried.table, Item={**order, "status": {"S": "SHIPPED"}})

    cache, dynamodb = (
        Recorder(tried.cache, after_read=ship),
        Recorder(tried.direct, after_read=ship),
    )
    cancel(cache, dynamodb, tried.table, number)
    return tried.stored(number) if shipped else None


def _raised(error: Exception) -> Outcome:
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    if code == "ConditionalCheckFailedException":
        return wrong(
            "a refusal that is raised",
            "The condition held the write back, as it should, and the function raised its error.",
            looked_at=_LOOKED,
            expected="False",
            got=code,
            next="Catch the error, and return False.",
        )
    if isinstance(error, AttributeError) and "exceptions" in str(error):
        return wrong(
            "no exceptions there",
            "The client of the cache has no `exceptions`, other than boto3's clients.",
            looked_at=_LOOKED,
            got="AttributeError",
            next="botocore.exceptions.ClientError is what both of them raise.",
        )
    return wrong(
        "it raises",
        "The function raises.",
        looked_at=_LOOKED,
        got=f"{type(error).__name__}: {error}"[:160],
        next="Call it yourself, for an order of the table `week`.",
    )


def _judge(seen: Seen) -> Outcome:
    if seen.stored == seen.before and seen.said is None:
        return untouched("The function changes nothing yet.", next="One conditional update.")
    found = _what_is_stored(seen) or _what_is_seen(seen) or _what_is_said(seen)
    if found is None:
        return right(
            "One write, through the cache: the table has it, and every reader of the cache has it. The "
            "condition is judged by the table, so that no other write comes in between.",
            looked_at=_LOOKED,
            got="cancelled and seen at once; the others as they were",
        )
    name, message, expected, got, hint = found
    return wrong(name, message, looked_at=_LOOKED, expected=expected, got=got, next=hint)


Mistake = tuple[str, str, str, str, str]
_CANCELLED = {"S": "CANCELLED"}


def _status(item: Any) -> str:
    return str((item or {}).get("status", {}).get("S", "no such order"))


def _what_is_stored(seen: Seen) -> Mistake | None:
    if seen.unknown is not None:
        return (
            "an order out of nothing",
            "I asked to cancel an order that doesn't exist, and now it does.",
            "no item",
            str(seen.unknown)[:100],
            "An update of an item that doesn't exist makes one, unless a condition forbids it.",
        )
    if _status(seen.shipped) != "SHIPPED":
        return (
            "cancelled on its way",
            "An order that was shipped already is cancelled.",
            "SHIPPED",
            _status(seen.shipped),
            "Which condition must hold when the table writes?",
        )
    if _status(seen.other) != seen.other_wanted:
        return (
            "every status but one",
            "An order in a status that your condition does not name is cancelled. Who excludes statuses "
            "must know all of them.",
            seen.other_wanted,
            _status(seen.other),
            "In which one status may an order be cancelled?",
        )
    if seen.raced is not None and _status(seen.raced) != "SHIPPED":
        return (
            "looked first, wrote later",
            "The function looked at an order, then the order was shipped, then the function cancelled "
            "it.",
            "SHIPPED",
            _status(seen.raced),
            "What is looked at before may be old. Let the table judge, with a condition of the write.",
        )
    if _status(seen.stored) not in ("CANCELLED", "ACCEPTED"):
        return (
            "another status",
            "The order is changed, and its status is not `CANCELLED`.",
            "CANCELLED",
            _status(seen.stored),
            "With two L, in capitals, as a string.",
        )
    if _status(seen.stored) != "CANCELLED":
        return (
            "not cancelled",
            "An accepted order is not cancelled in the table.",
            "CANCELLED",
            _status(seen.stored),
            "Does an `except` hide an error? `status` is a reserved word: SET #s = :new, with #s for it.",
        )
    if seen.stored != {**seen.before, "status": _CANCELLED}:
        return (
            "the rest is gone",
            "The order is cancelled, and other attributes of it changed or are gone.",
            ", ".join(sorted(seen.before)),
            ", ".join(sorted(seen.stored)),
            "PutItem replaces the whole item. Which call changes one attribute?",
        )
    return None


def _what_is_seen(seen: Seen) -> Mistake | None:
    if _status(seen.shown) != "CANCELLED":
        return (
            "around the cache",
            "The table says CANCELLED. A reader of the cache, who had looked before, still sees the "
            "old status.",
            "CANCELLED",
            _status(seen.shown),
            "Which of the two clients tells the cache of a write?",
        )
    if seen.writes > 1:
        return (
            "written twice",
            "Everybody sees it, and the order was written twice: one of the writes is paid for nothing.",
            "one write",
            f"{seen.writes}",
            "A write through the cache goes to the table by itself.",
        )
    return None


def _what_is_said(seen: Seen) -> Mistake | None:
    if seen.said is None:
        return (
            "nothing said",
            "The order is cancelled. The function returns nothing, so the clerk doesn't know.",
            "True, or False if it stayed as it was",
            "None",
            "return True after the write.",
        )
    if not seen.said or seen.shipped_said:
        return (
            "the wrong word",
            "The tables are right. What the function says is not.",
            "True for the accepted order, False for the shipped one",
            f"{seen.said} and {seen.shipped_said}",
            "Where does your code get when the condition fails?",
        )
    if seen.unknown_said:
        return (
            "cancelled, it says",
            "There is no order with the id that I gave, and the function says that it was cancelled.",
            "False",
            f"{seen.unknown_said}",
            "Nothing was cancelled.",
        )
    return None


CANCEL = Exercise(
    id="6.3",
    title="Cancelled at once",
    check=_check,
    solve=lambda _: attempts.through,
    stands=lambda _: True,
    names=lambda _: {"botocore": botocore},
    answer_name="cancel",
    solution="""CHANGE = {
    "UpdateExpression": "SET #s = :new",
    "ConditionExpression": "#s = :old",
    "ExpressionAttributeNames": {"#s": "status"},
    "ExpressionAttributeValues": {
        ":new": {"S": "CANCELLED"},
        ":old": {"S": "ACCEPTED"},
    },
}


def cancel(cache, dynamodb, table, order_id):
    key = {"order_id": {"S": order_id}}
    try:
        cache.update_item(TableName=table, Key=key, **CHANGE)
    except botocore.exceptions.ClientError:
        return False
    return True
# Through the cache, and only if the table finds the order accepted at that moment.""",
    hints=(
        "Which of the two clients did readers of the cache hear of at once, above?",
        "update_item with a ConditionExpression, through the cache; a refused condition raises a "
        "ClientError.",
        'cache.update_item(..., UpdateExpression="SET #s = :new", ConditionExpression="#s = :old"), '
        "with ACCEPTED for :old; return False in `except`, True after it.",
    ),
    proofs=(
        Proof("around the cache", lambda _: attempts.around, says="still sees the old status"),
        Proof("written twice", lambda _: attempts.both, says="paid for nothing"),
        Proof("cancelled on its way", lambda _: attempts.unconditional, says="shipped already"),
        Proof("an order out of nothing", lambda _: attempts.of_nothing, says="now it does"),
        Proof(
            "looked first, wrote later", lambda _: attempts.looks_first, says="then the order was"
        ),
        Proof("the rest is gone", lambda _: attempts.bare, says="are gone"),
        Proof("a refusal that is raised", lambda _: attempts.raising, says="raised its error"),
        Proof("nothing said", lambda _: attempts.silent, says="returns nothing"),
        Proof("the wrong word", lambda _: attempts.always, says="What the function says"),
        Proof("every status but one", lambda _: attempts.not_shipped, says="must know all"),
        Proof("another table", lambda _: attempts.of_the_week, says="another table than"),
        Proof("another status", lambda _: attempts.misspelt, says="is not `CANCELLED`"),
        Proof("not cancelled", lambda _: attempts.reserved_word, says="is not cancelled"),
        Proof("cancelled, it says", lambda _: attempts.none_is_fine, says="says that it was"),
        Proof(
            "no exceptions there", lambda _: attempts.by_its_exceptions, says="has no `exceptions`"
        ),
        Proof("in a transaction", lambda _: attempts.in_transaction, "right"),
        Proof("not a function", lambda _: True, says="function itself"),
        Proof("by the error's code", lambda _: attempts.by_code, "right"),
        Proof("the whole item, on condition", lambda _: attempts.whole_item, "right"),
    ),
)
