"""4.8: a body that no message can hold waits elsewhere, and the message carries the ticket."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter03.probes import probe_id, probe_order
from orderlab.exercises.chapter04 import claim_check_attempts as attempts
from orderlab.exercises.chapter04.claim_check_attempts import LIMIT, SHELF
from orderlab.exercises.chapter04.names import names
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead
from orderlab.orders.parts.names import ignoring

# a ticket is short, whatever it stands for
LONGEST_TICKET = 4096
_LOOKED = "checked in orders of my own, small and large, and collected them again"

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def _prepare(workspace: Workspace) -> None:
    """The shelf: a bucket, empty at first."""
    with ignoring("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
        workspace.client("s3").create_bucket(Bucket=workspace.name(SHELF))


def _undo(workspace: Workspace) -> None:
    s3, bucket = workspace.client("s3"), workspace.name(SHELF)
    with ignoring("NoSuchBucket"):
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=each["Key"])


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None or (isinstance(answer, tuple | list) and not any(answer)):
        return untouched(
            "`check_in` and `collect` are still None.",
            next="Which orders fit into a message as they are?",
        )
    check_in, collect = _functions(answer)
    try:
        return _try(workspace, check_in, collect)
    except CannotRead:
        raise
    except Exception as error:
        return _wrong(
            "it raises",
            f"One of your functions raised {type(error).__name__}: {error}"[:200],
            "Run both with a small order and with a large one, and look where it happens. The bucket "
            "is `plans`; ex.again() makes it if it is gone.",
        )


def _functions(answer: Any) -> Pair:
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(map(callable, answer)):
        raise CannotRead("I expected two functions: ex.check(check_in, collect).")
    return answer[0], answer[1]


def _try(workspace: Workspace, check_in: Any, collect: Any) -> Outcome:
    small, large = _order(900), _of_one_customer(LIMIT + secrets.randbelow(90_000))
    body = _body(check_in, small)
    if _parsed(body) != small:
        return _wrong(
            "a ticket for everything",
            "A small order doesn't travel in its message. Each costs a write and a read elsewhere, "
            "although it fits.",
            "How long is the order as JSON, and how long may a message be?",
            got=body[:80],
        )
    before = len(_keys(workspace))
    tickets = [_body(check_in, order) for order in large]
    fault = _too_large(tickets) or _not_on_the_shelf(workspace, before)
    if fault:
        return fault
    for order, each in zip([small, *large], [body, *tickets], strict=True):
        fault = _collected(order, collect(each), each)
        if fault:
            return fault
    return (
        _kept_elsewhere(workspace, check_in, collect)
        or _at_the_edge(check_in)
        or right(
            "Small orders travel as they are, large ones wait on the shelf, and whoever collects need "
            "not know which it was. Put first, then send: what remains if something dies in between is "
            "an object too many.",
            looked_at=_LOOKED,
            got=f"more than {LIMIT:,} bytes behind a ticket of {len(tickets[0])} bytes",
        )
    )


def _order(letters: int) -> dict[str, Any]:
    """An order with a delivery plan of so many letters."""
    return {**probe_order(probe_id()), "plan": "x" * letters}


def _of_one_customer(letters: int) -> list[dict[str, Any]]:
    """Two large orders, of the same customer and the same moment."""
    first, second = _order(letters), _order(letters)
    same = ("customer_id", "store_id", "placed_at")
    return [first, {**second, **{name: first[name] for name in same}}]


def _kept_elsewhere(workspace: Workspace, check_in: Any, collect: Any) -> Outcome | None:
    """One more large order, whose objects are gone from the shelf before it is collected."""
    order, before = _order(LIMIT + 50), _keys(workspace)
    ticket = _body(check_in, order)
    for key in _keys(workspace) - before:
        workspace.client("s3").delete_object(Bucket=workspace.name(SHELF), Key=key)
    try:
        found = collect(ticket)
    except Exception:
        return None
    if found != order:
        return None
    return _wrong(
        "kept in the kernel",
        "I took a large order away from the shelf, and collect still gave it: it was kept somewhere "
        "else. A worker in another process can't find it there.",
        "collect gets all that it needs from the ticket and from the bucket.",
    )


def _body(check_in: Any, order: dict[str, Any]) -> str:
    body = check_in(json.loads(json.dumps(order)))
    if not isinstance(body, str):
        raise CannotRead(
            f"check_in returns the text of a message, and yours gave {type(body).__name__}."
        )
    return body


def _parsed(body: str | bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _too_large(tickets: list[str]) -> Outcome | None:
    size = max(len(each.encode()) for each in tickets)
    if size > LIMIT:
        return _wrong(
            "more than a message holds",
            f"A large order became a message of {size:,} bytes. SQS takes {LIMIT:,}.",
            "Put the order on the shelf, and send what it can be found by.",
        )
    if size > LONGEST_TICKET:
        return _wrong(
            "a part of it in the message",
            f"A ticket has {size:,} bytes: it carries a part of the order.",
            "A ticket says where the order is, and no more.",
        )
    return None


def _not_on_the_shelf(workspace: Workspace, before: int) -> Outcome | None:
    now = len(_keys(workspace))
    if now == before:
        return _wrong(
            "not on the shelf",
            "Two large orders were checked in, and the bucket `plans` holds no more objects than "
            "before.",
            "s3.put_object with Bucket, Key and Body.",
        )
    if now == before + 1:
        return _wrong(
            "one place for all",
            "Two large orders of one customer were checked in, and the bucket holds one more object: "
            "the second took the place of the first.",
            "What is different in every order could be its key.",
        )
    return None


def _keys(workspace: Workspace) -> set[str]:
    s3, bucket = workspace.client("s3"), workspace.name(SHELF)
    with ignoring("NoSuchBucket"):
        return {each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}
    return set()


def _collected(order: dict[str, Any], found: Any, body: str) -> Outcome | None:
    if found == order:
        return None
    if hasattr(found, "read"):
        return _wrong(
            "a stream in place of an order",
            "collect gave the stream that S3 answers with, and nobody has read it.",
            'kept["Body"].read() gives the bytes.',
        )
    if isinstance(found, str | bytes) and _parsed(found) == order:
        return _wrong(
            "text in place of an order",
            "collect gave the order's JSON text, not the order.",
            "json.loads",
        )
    if found == _parsed(body) or found == body:
        return _wrong(
            "the ticket in place of the order",
            "collect gave back what the message says, and the order is still on the shelf.",
            "How does collect tell a ticket from an order?",
            got=str(found)[:80],
        )
    return _wrong(
        "another order",
        "What collect gave is not the order that was checked in.",
        "Compare the two for one large order: which field differs?",
        got=str(found)[:80],
    )


def _at_the_edge(check_in: Any) -> Outcome | None:
    """Orders whose JSON, as this function writes it, is exactly as long as a message may be."""
    # letters that take more than one byte, for whoever writes them as they are
    order = {**_order(1000), "note": "Käse ☃" * 20}
    order["plan"] = "x" * (1000 + LIMIT - len(_body(check_in, order).encode()))
    fits, over = _body(check_in, order), _body(check_in, {**order, "plan": order["plan"] + "x"})
    if len(over.encode()) > LIMIT:
        return _wrong(
            "a byte too much",
            f"An order of {LIMIT + 1:,} bytes became a message of that size, and SQS refuses it.",
            f"The limit is {LIMIT:,} bytes, and a letter can take more than one: "
            "len(body.encode()) counts bytes.",
        )
    if len(fits.encode()) < LIMIT:
        return _wrong(
            "another limit",
            f"An order of exactly {LIMIT:,} bytes fits into a message, and yours went to the shelf.",
            "1 MiB is 1,024 times 1,024 bytes.",
        )
    return None


def _wrong(name: str, message: str, hint: str, got: str = "") -> Outcome:
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected="each order back as it was; large ones on the shelf, and a short ticket",
        got=got,
        next=hint,
    )


def _proof(name: str, made: Callable[[Any, str], Pair], says: str = "") -> Proof:
    def attempt(workspace: Workspace) -> Pair:
        return made(workspace.client("s3"), workspace.name(SHELF))

    return Proof(name, attempt, "wrong" if says else "right", says)


CLAIM_CHECK = Exercise(
    id="4.8",
    title="A claim check",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    # nothing that comes later needs the shelf
    stands=lambda _: True,
    solve=lambda workspace: attempts.by_order_id(workspace.client("s3"), workspace.name(SHELF)),
    names=lambda workspace: {**names(workspace), "s3": workspace.client("s3"), "LIMIT": LIMIT},
    answer_name="check_in, collect",
    solution="""def check_in(order):
    body = json.dumps(order)
    if len(body.encode()) <= LIMIT:
        return body
    s3.put_object(
        Bucket="plans",
        Key=order["order_id"],
        Body=body.encode(),
    )
    return json.dumps({"waits_at": order["order_id"]})


def collect(body):
    found = json.loads(body)
    if "waits_at" not in found:
        return found
    kept = s3.get_object(
        Bucket="plans",
        Key=found["waits_at"],
    )
    return json.loads(kept["Body"].read())
# The ticket has a field that no order has, so that collect can tell the two apart.""",
    hints=(
        "Two questions: does this order fit, and is this body an order or a ticket?",
        "len(body.encode()) counts bytes; s3.put_object and s3.get_object keep and fetch; the "
        "order's id is a key that no other order has.",
        'Return json.dumps(order) if it fits. Otherwise put it under Key=order["order_id"] and '
        'return json.dumps({"waits_at": order["order_id"]}); collect looks for "waits_at".',
    ),
    proofs=(
        *(_proof(name, made, says) for name, made, says in attempts.WRONG),
        *(_proof(name, made) for name, made in attempts.RIGHT),
    ),
)
