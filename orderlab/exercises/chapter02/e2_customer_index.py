"""2.2: a customer's newest orders, by an index, without reading anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter02.customer_attempts import (
    another_client,
    asking,
    keys_then_items,
    page_by_page,
    scan,
    sorted_here,
    with_index,
)
from orderlab.exercises.chapter02.customer_probe import MINE, customer, newest_ids, orders
from orderlab.exercises.chapter02.probing import (
    CUSTOMER_INDEX,
    CannotLayOut,
    has_index,
    index_of,
    it_raised,
    key_of,
    laid_out,
    make_index,
    needs_the_table,
    no_function,
    remove_index,
    said_by,
    table_of,
)
from orderlab.exercises.chapter02.tap import Tap
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, listing

# More than one, so that a number written into the function is found out.
LIMITS = (3, 2)
LIMIT = LIMITS[-1]
# two items of about 2 KB, eventually consistent, are 1 unit at most; by keys and then singly, 1.5
MOST_UNITS = 2.5
_LOOKED = (
    f"your function, asked for the newest {LIMITS[0]} and the newest {LIMIT} of {MINE} orders of one "
    "customer, among others"
)
_EXPECTED = f"as many as I asked for, newest first, for at most {MOST_UNITS} read units"


def _check(workspace: Workspace) -> Outcome:
    described = table_of(workspace)
    indexes = (described or {}).get("GlobalSecondaryIndexes", [])
    if workspace.answer is None and not indexes:
        return untouched(
            "There is no index yet, and no function was handed over.",
            next="Which two fields does the question name: of whom, and in which order?",
        )
    missing = needs_the_table(described)
    if missing is not None:
        return missing
    if not callable(workspace.answer):
        return no_function("orders_of(dynamodb, table, customer_id, limit)", workspace.answer)
    try:
        with laid_out(workspace, orders()[0] + orders()[1]):
            return _try(workspace, described or {})
    except CannotLayOut as refused:
        return refused.outcome


def _try(workspace: Workspace, described: dict[str, Any]) -> Outcome:
    newest = sorted(orders()[0], key=lambda order: order["placed_at"], reverse=True)
    outcome = untouched("Nothing was asked.")
    for limit in LIMITS:
        for _ in range(8):
            tap = Tap(workspace)
            try:
                given = workspace.answer(tap.client, workspace.name("orders"), customer(), limit)
                items = _items(given)  # a generator makes its calls here
            except Exception as error:
                return _raised(error, described)
            if items:
                break
        if (
            items
            and len(items) != limit
            and len(items) < MINE
            and _ids(items) == newest_ids(len(items))
        ):
            return _another_number(limit, len(items))
        outcome = _judge(described, tap, items, given, newest, limit)
        if outcome.kind != "right":
            return outcome
    return outcome


def _another_number(asked: int, got: int) -> Outcome:
    return wrong(
        "another number of orders",
        f"I asked for the newest {asked} orders. Your function gave {got}: the newest, but not as "
        "many as I asked for.",
        looked_at=_LOOKED,
        expected=f"{asked} items for limit={asked}",
        got=f"{got} items",
        next="The number comes with each call: Limit=limit.",
    )


def _judge(
    described: dict[str, Any],
    tap: Tap,
    items: list[Any] | None,
    given: Any,
    newest: list[Any],
    limit: int,
) -> Outcome:
    got = f"{tap.units:.1f} read units" if tap.calls else "no call of DynamoDB"
    if items is None:
        return wrong(
            "another form",
            "I need a list of items, or the answer of the query as it came.",
            looked_at=_LOOKED,
            expected="a list",
            got=repr(given)[:80],
        )
    if tap.used("Scan"):
        return wrong(
            "scan and filter",
            "Your function scans. A Scan reads on from the start, whoever's orders come; a filter "
            "works after the reading, so all of them are paid for and waited for.",
            looked_at=_LOOKED,
            expected="a Query by the customer",
            got=got,
            next="dynamodb.query with IndexName and KeyConditionExpression.",
        )
    if not tap.calls:
        return wrong(
            "another client",
            "Your function does not use the client that it is given, so I can't see what it reads.",
            looked_at=_LOOKED,
            expected="calls of the parameter dynamodb",
            got="none",
            next="Use the parameter dynamodb, not a client of the notebook.",
        )
    return _judge_order(described, tap, items, newest, got, limit)


def _judge_order(
    described: dict[str, Any],
    tap: Tap,
    items: list[Any],
    newest: list[Any],
    got: str,
    limit: int,
) -> Outcome:
    ids, wanted = _ids(items), [order["order_id"] for order in newest]
    if ids and ids == list(reversed(wanted))[: len(ids)]:
        return wrong(
            "the oldest first",
            "These are the customer's oldest orders. An index is read upwards unless you say so.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"{got}; the first was placed at {newest[-1]['placed_at']}",
            next="Query has a parameter that turns the direction: ScanIndexForward.",
        )
    if len(ids) == limit and ids == wanted[-limit:]:
        return wrong(
            "the oldest, turned round",
            f"These are the customer's {limit} oldest orders, turned round afterwards: Limit had "
            "ended the reading before.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"{got}; the last was placed at {newest[-1]['placed_at']}",
            next="Let the query itself begin at the newest: ScanIndexForward.",
        )
    if ids == wanted and len(ids) > limit:
        return _read_all(got, "all of them were returned")
    if ids != wanted[:limit]:
        return _another_order(described, ids, wanted, got)
    if tap.units > MOST_UNITS:
        return _read_all(got, "and most of them were thrown away")
    return _judge_whole(described, items, got)


def _judge_whole(described: dict[str, Any], items: list[Any], got: str) -> Outcome:
    if not all(_has_lines(item) for item in items):
        return wrong(
            "the index holds only keys",
            "The right orders, but without their lines: the index's projection left them out, and "
            "a query returns what its index holds.",
            looked_at=_LOOKED,
            expected="items with all their attributes",
            got=f"attributes {', '.join(sorted(items[0]))[:80]}"
            if isinstance(items[0], dict)
            else f"a {type(items[0]).__name__} for each order",
            next="Projection ALL, or a GetItem more for each order. Projections can't be changed: "
            "delete the index, create it again.",
        )
    if index_of(described, CUSTOMER_INDEX) is None:
        return wrong(
            "another name",
            "It answers as it should. But read-orders, which the API will call, asks for an index "
            f"named {CUSTOMER_INDEX}.",
            looked_at=_LOOKED,
            expected=CUSTOMER_INDEX,
            got=", ".join(i["IndexName"] for i in described.get("GlobalSecondaryIndexes", [])),
            next="An index can't be renamed; create another.",
        )
    return right(
        "The index keeps each customer's orders together, sorted by time, so the newest are at one "
        "end and the query stops there. It costs the same with a million other orders in the table.",
        looked_at=_LOOKED,
        got=got,
    )


def _read_all(got: str, then: str) -> Outcome:
    return wrong(
        "read all, keep two",
        f"The right customer, but all {MINE} orders were read, {then}. The bill counts what is read.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=got,
        next="Let the index do the sorting (ScanIndexForward) and the stopping (Limit).",
    )


def _another_order(
    described: dict[str, Any], ids: list[str], wanted: list[str], got: str
) -> Outcome:
    by_customer = [
        index
        for index in described.get("GlobalSecondaryIndexes", [])
        if key_of(index)[0] == "customer_id"
    ]
    if ids and by_customer and all(key_of(index)[1] != "placed_at" for index in by_customer):
        return wrong(
            "an index without time",
            "The customer's orders, but not the newest: without placed_at as its sort key, the "
            "index does not know which came last.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"{len(ids)} orders; the index's key is {' + '.join(filter(None, key_of(by_customer[0])))}",
            next="Give the index a RANGE key: placed_at.",
        )
    return wrong(
        "other orders",
        "These are not the newest orders of the customer." if ids else "No order came back.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=f"{sum(each in wanted for each in ids)} of the customer's in {len(ids)} orders, {got}",
        next="Query the index by customer_id, newest first, with the Limit that you are given.",
    )


def _raised(error: Exception, described: dict[str, Any]) -> Outcome:
    if not described.get("GlobalSecondaryIndexes"):
        return wrong(
            "no index to ask",
            "Your function raised an exception, and the table has no index yet.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=said_by(error)[:200],
            next="update_table with GlobalSecondaryIndexUpdates creates one on a table that stands.",
        )
    return it_raised(error, "orders_of(dynamodb, table, customer_id, limit)")


def _items(given: Any) -> list[Any] | None:
    if isinstance(given, dict):
        given = given.get("Items")
    if isinstance(given, str | dict):
        return None
    try:
        return listing(given)
    except CannotRead:
        return None


def _ids(items: list[Any]) -> list[str]:
    """The ids, whether the items are typed, plain, or ids alone."""
    found = []
    for item in items:
        value = item.get("order_id") if isinstance(item, dict) else item
        found.append(str(value.get("S") if isinstance(value, dict) else value))
    return found


def _has_lines(item: Any) -> bool:
    return isinstance(item, dict) and "lines" in item


def _solve(workspace: Workspace) -> Callable[..., Any]:
    make_index(workspace, CUSTOMER_INDEX, "customer_id", "placed_at")
    return asking(ScanIndexForward=False)


CUSTOMER_ORDERS = Exercise(
    id="2.2",
    title="A customer's orders, newest first",
    check=_check,
    undo=lambda workspace: remove_index(workspace, CUSTOMER_INDEX),
    stands=lambda workspace: has_index(workspace, CUSTOMER_INDEX, "customer_id", "placed_at"),
    names=lambda workspace: {"dynamodb": workspace.client("dynamodb")},
    answer_name="orders_of",
    solve=_solve,
    needs=("2.1",),
    solution="""_ = dynamodb.update_table(
    TableName="orders",
    AttributeDefinitions=[{"AttributeName": "customer_id", "AttributeType": "S"},
                          {"AttributeName": "placed_at", "AttributeType": "S"}],
    GlobalSecondaryIndexUpdates=[{"Create": {
        "IndexName": "customer-orders",
        "KeySchema": [{"AttributeName": "customer_id", "KeyType": "HASH"},
                      {"AttributeName": "placed_at", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "ALL"}}}])


def orders_of(dynamodb, table, customer_id, limit):
    return dynamodb.query(
        TableName=table,
        IndexName="customer-orders",
        KeyConditionExpression="customer_id = :c",
        ExpressionAttributeValues={":c": {"S": customer_id}},
        ScanIndexForward=False,
        Limit=limit,
    )["Items"]
# "of a customer" is the partition key, "newest first" the sort key, read downwards. Limit ends the
# reading, not only the answer.""",
    hints=(
        "The question has two halves: of one customer, and newest first. Each is a part of an index's key.",
        "customer_id is the index's HASH key, placed_at its RANGE key. query() has IndexName, "
        "ScanIndexForward and Limit.",
        'IndexName="customer-orders", KeyConditionExpression="customer_id = :c", '
        "ScanIndexForward=False, Limit=limit",
    ),
    proofs=(
        Proof("scan and filter", with_index(scan), says="whoever's orders come"),
        Proof("the oldest first", with_index(asking()), says="read upwards"),
        Proof("read all, keep two", with_index(sorted_here), says="counts what is read"),
        Proof(
            "an index without time",
            with_index(asking(ScanIndexForward=False), "customer_id"),
            says="which came last",
        ),
        Proof(
            "the index holds only keys",
            with_index(asking(ScanIndexForward=False), projection="KEYS_ONLY"),
            says="without their lines",
        ),
        Proof(
            "another name",
            with_index(asking("by-customer", ScanIndexForward=False), name="by-customer"),
            says="asks for an index",
        ),
        Proof("no index to ask", lambda _: asking(), says="no index yet"),
        Proof(
            "another number of orders",
            with_index(lambda d, t, c, _: asking(ScanIndexForward=False)(d, t, c, 3)),
            says="not as many as I asked for",
        ),
        Proof(
            "the oldest, turned round",
            with_index(lambda *those: asking()(*those)[::-1]),
            says="turned round afterwards",
        ),
        Proof("another client", another_client, says="can't see what it reads"),
        Proof("not a function", lambda _: ["o-1"], says="not its result"),
        Proof(
            "keys from the index, items one by one",
            with_index(keys_then_items, projection="KEYS_ONLY"),
            "right",
        ),
        Proof(
            "a generator over the pages",
            with_index(page_by_page),
            "right",
        ),
        Proof(
            "the whole answer of the query",
            with_index(lambda d, t, c, n: {"Items": asking(ScanIndexForward=False)(d, t, c, n)}),
            "right",
        ),
    ),
)
