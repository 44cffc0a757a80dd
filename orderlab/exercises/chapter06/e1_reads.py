"""6.1: which reads may come out of the cache, and which must see the last write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orderlab.exercises.chapter06 import read_attempts as attempts
from orderlab.exercises.chapter06.trial_table import Trial, an_id, another_table, trial
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import not_run
from orderlab.exercises.engine.own_function import no_function

ORDERS, LOOKS = 4, 8
_LOOKED = (
    f"{ORDERS} orders that are looked at {LOOKS} times, one that was looked for before it was placed, "
    "one that is changed through the cache, and ids that don't exist"
)


@dataclass
class Seen:
    """What the function gave, beside what is stored."""

    placed: Any
    placed_wanted: Any
    plain: Any
    plain_wanted: Any
    missing: Any
    changed: Any
    changed_wanted: Any
    reached: int
    queried: bool
    asked: bool


def _check(workspace: Workspace) -> Outcome:
    read_order = workspace.answer
    missing = no_function(
        read_order,
        "read_order(client, table, order_id, just_placed)",
        "I call it for orders of my own",
    )
    if missing is not None:
        return missing
    with trial(workspace.target) as tried:
        try:
            seen = _seen(tried, read_order)
        except Exception as error:
            return another_table(tried, _LOOKED) or _raised(error)
        return another_table(tried, _LOOKED) or _judge(seen)


def _seen(tried: Trial, read_order: Any) -> Seen:
    def read(order_id: str, just_placed: bool) -> Any:
        return read_order(tried.cache, tried.table, order_id, just_placed)

    early = an_id()
    missing = read(early, False)
    # somebody else looks for it, too, and the cache remembers that there is none
    tried.seen(early)
    placed = tried.store(order_id=early)
    placed_seen = read(early, True)
    many = [tried.store() for _ in range(ORDERS)]
    before = tried.behind.count("get_item", "query", "scan", "batch_get_item")
    plain = [read(order["order_id"]["S"], False) for _ in range(LOOKS) for order in many]
    reached = tried.behind.count("get_item", "query", "scan", "batch_get_item") - before
    changed = {**many[-1], "status": {"S": "SHIPPED"}}
    tried.cache.put_item(TableName=tried.table, Item=changed)
    after = read(changed["order_id"]["S"], False)
    queried = bool(tried.behind.count("query", "scan"))
    asked = bool(tried.behind.count("get_item", "query", "scan"))
    return Seen(
        placed_seen, placed, plain[0], many[0], missing, after, changed, reached, queried, asked
    )


def _raised(error: Exception) -> Outcome:
    if isinstance(error, KeyError) and error.args == ("Item",):
        return wrong(
            "every order exists",
            "I asked for an id that nobody has used, and the function raised.",
            looked_at=_LOOKED,
            expected="None",
            got="KeyError: 'Item'",
            next="An answer without an item has no key `Item`.",
        )
    return wrong(
        "it raises",
        "The function raises.",
        looked_at=_LOOKED,
        got=f"{type(error).__name__}: {error}"[:160],
        next='Call it yourself: read_order(cache, "week", lab.week()[0]["order_id"], False).',
    )


def _judge(seen: Seen) -> Outcome:
    generator = not_run(seen.plain)
    if generator:
        return wrong("it runs nothing", generator, next="`return` the item.")
    if seen.plain is None and seen.placed is None and seen.asked:
        return wrong(
            "read and not returned",
            "The function asks for the order, and what it returns is nothing.",
            looked_at=_LOOKED,
            expected="the item, as DynamoDB gives it",
            got="None",
            next="Is there a `return` on each way? And does an `except` hide an error?",
        )
    if seen.plain is None and seen.placed is None:
        return untouched("The function returns nothing yet.", next="return ...")
    found = _mistake(seen)
    if found is None:
        return right(
            "Only the read that must see the last write is strongly consistent. It costs twice as much, "
            "and it is the one of ten that is worth it.",
            looked_at=_LOOKED,
            got=f"{seen.reached} of {ORDERS * LOOKS} looks reached the table",
        )
    name, message, expected, got, hint = found
    return wrong(name, message, looked_at=_LOOKED, expected=expected, got=got, next=hint)


Mistake = tuple[str, str, str, str, str]


def _mistake(seen: Seen) -> Mistake | None:
    if isinstance(seen.plain, dict) and "ResponseMetadata" in seen.plain:
        return (
            "the whole answer",
            "The function returns DynamoDB's whole answer.",
            "the item: a dictionary of its attributes",
            "a dictionary with ResponseMetadata",
            "The item is one part of the answer.",
        )
    return _what_is_read(seen) or _from_where(seen)


def _what_is_read(seen: Seen) -> Mistake | None:
    if seen.plain is None:
        return (
            "only for some",
            "I asked for an order that is there and was not just placed, and the function returned "
            "nothing.",
            f"order {seen.plain_wanted['order_id']['S']}",
            "None",
            "Which way does it take if just_placed is False?",
        )
    if (
        isinstance(seen.plain, dict)
        and seen.plain.get("order_id") == seen.plain_wanted["order_id"]["S"]
    ):
        return (
            "other values",
            "The order is the right one, and its values lost their types on the way.",
            f"order_id: {seen.plain_wanted['order_id']}",
            f"order_id: {seen.plain['order_id']!r}",
            "Return the item as GetItem gives it.",
        )
    if seen.plain != seen.plain_wanted:
        return (
            "another order",
            "What came back is not the order that I asked for.",
            f"order {seen.plain_wanted['order_id']['S']} with all its attributes",
            str(seen.plain)[:120],
            "The key holds `order_id`, as a string: {'S': order_id}.",
        )
    if seen.missing is not None:
        return (
            "something for nothing",
            "I asked for an id that nobody has used.",
            "None",
            str(seen.missing)[:80],
            "What does `.get('Item')` give if there is no item?",
        )
    return None


def _from_where(seen: Seen) -> Mistake | None:
    if seen.reached < ORDERS:
        return (
            "another client",
            "The orders were read, and the client that I gave the function hardly heard of it.",
            f"{ORDERS} reads of the table by this client, one for each order",
            f"{seen.reached}",
            "client.get_item(...): the argument, and no client of the notebook.",
        )
    stale_placed = seen.placed != seen.placed_wanted
    if stale_placed and seen.reached >= ORDERS * LOOKS:
        return (
            "the wrong way round",
            "Whoever has just placed an order is told by the cache, and all others ask the table.",
            "the reverse",
            f"the new order: {seen.placed}; {seen.reached} of {ORDERS * LOOKS} looks at the table",
            "For whom is ConsistentRead worth its price?",
        )
    if stale_placed:
        return (
            "all from the cache",
            "Somebody looked for an order a moment before it was stored, so the cache remembers that "
            "there is none. Who placed it then is told the same.",
            "the order, for just_placed=True",
            str(seen.placed),
            "Which parameter of GetItem passes the cache?",
        )
    if seen.reached >= ORDERS * LOOKS:
        return (
            "nothing from the cache",
            "Each look reached the table: all are strongly consistent.",
            f"{ORDERS} reads of the table for {ORDERS * LOOKS} looks",
            f"{seen.reached}",
            "Only a customer who has just placed an order must see the last write.",
        )
    if seen.changed != seen.changed_wanted and seen.queried:
        return (
            "the query cache",
            "The order was changed through the cache, and your function, which asks with Query or Scan, still "
            "gives what it was. A write updates the items in the cache, and no result of a query.",
            "status SHIPPED",
            f"status {(seen.changed or {}).get('status', {}).get('S')}",
            "Which call reads one item by its key?",
        )
    if seen.changed != seen.changed_wanted:
        return (
            "a copy that nobody updates",
            "The order was changed through the cache, and your function still gives what it was. An item "
            "that is read by its key would be the new one.",
            "status SHIPPED",
            f"status {(seen.changed or {}).get('status', {}).get('S')}",
            "Does your function keep what it has read?",
        )
    return None


def _of_another_client(workspace: Workspace) -> Any:
    """Asks with a client of the notebook, whatever client it is given."""
    dynamodb = workspace.client("dynamodb")
    return lambda client, *asked: attempts.right(dynamodb, *asked)


EXAMPLE = """def read_order(client, table, order_id, just_placed):
    key = {"order_id": {"S": order_id}}
    answer = client.get_item(
        TableName=table,
        Key=key,
        ConsistentRead=just_placed,
    )
    return answer.get("Item")
# A strongly consistent read passes the cache, so that it is asked for where it is needed only."""

READS = Exercise(
    id="6.1",
    title="Which reads may be old",
    check=_check,
    solve=lambda _: attempts.right,
    stands=lambda _: True,
    answer_name="read_order",
    solution=EXAMPLE,
    hints=(
        "Which of the two kinds of reads did the cache pass to the table, above?",
        "GetItem's ConsistentRead takes a boolean, and just_placed is one.",
        'client.get_item(TableName=table, Key={"order_id": {"S": order_id}}, '
        'ConsistentRead=just_placed), and `.get("Item")` of its answer.',
    ),
    proofs=(
        Proof("nothing from the cache", lambda _: attempts.strong, says="all are strongly"),
        Proof("all from the cache", lambda _: attempts.eventual, says="remembers that there is none"),
        Proof("the wrong way round", lambda _: attempts.inverted, says="all others ask the table"),
        Proof("the whole answer", lambda _: attempts.whole, says="DynamoDB's whole answer"),
        Proof("every order exists", lambda _: attempts.expecting, says="nobody has used"),
        Proof("something for nothing", lambda _: attempts.empty, says="nobody has used"),
        Proof(
            "a copy that nobody updates", lambda _: attempts.with_memory(), says="still gives what it was"
        ),
        Proof("the query cache", lambda _: attempts.by_query, says="no result of a query"),
        Proof("another order", lambda _: attempts.part, says="not the order"),
        Proof("another client", _of_another_client, says="hardly heard of it"),
        Proof("another table", lambda _: attempts.of_the_week, says="another table than"),
        Proof("read and not returned", lambda _: attempts.without_return, says="is nothing"),
        Proof("only for some", lambda _: attempts.placed_only, says="was not just placed"),
        Proof("other values", lambda _: attempts.plain_values, says="lost their types"),
        Proof("a batch of one", lambda _: attempts.by_batch, "right"),
        Proof("once more if there is none", lambda _: attempts.twice, "right"),
        Proof("not a function", lambda _: {"Item": 1}, says="function itself"),
        Proof("two branches", lambda _: attempts.two_branches, "right"),
        Proof("arguments that grow", lambda _: attempts.growing, "right"),
    ),
)  # fmt: skip
