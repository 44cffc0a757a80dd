"""2.3: a sparse index: a store's open orders, and closing one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter02.open_attempts import (
    CLOSE,
    EXISTS,
    PLAIN_STATUS,
    close_all,
    delete,
    put_less,
    read_and_write,
    setting,
    updating,
    with_index,
)
from orderlab.exercises.chapter02.probing import (
    OPEN_INDEX,
    CannotLayOut,
    has_index,
    index_of,
    it_raised,
    key_of,
    laid_out,
    make_index,
    needs_the_table,
    no_function,
    probe,
    remove,
    remove_index,
    said_by,
    stored_item,
    table_of,
    until,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.items import order_in

STORE = "s-check-3"
_LOOKED = "three open orders of a store, of which your function closed the second"
_EXPECTED = "the other two in the index, the oldest first; the closed one whole in the table"


def _check(workspace: Workspace) -> Outcome:
    described = table_of(workspace)
    index = index_of(described or {}, OPEN_INDEX)
    on_status = _on_status(described or {}, index)
    if workspace.answer is None and index is None and on_status is None:
        return untouched(
            "There is no index of open orders yet.",
            next="Which attribute does an order have only while it is open?",
        )
    missing = needs_the_table(described)
    if missing is not None:
        return missing
    if on_status is not None:
        return _status_index(on_status)
    if index is None:
        return wrong(
            "no such index",
            "There is no index named open-orders, so nobody can ask for open orders alone.",
            looked_at="the indexes of orders",
            expected=f"{OPEN_INDEX}: open_at_store, placed_at",
            next="update_table, as in 2.2, with another key.",
        )
    return _by_key(index) or _with_function(workspace)


def _on_status(described: dict[str, Any], named: dict[str, Any] | None) -> dict[str, Any] | None:
    """The index that stands for open orders and is on the status: the named one, or any."""
    indexes = [named] if named else described.get("GlobalSecondaryIndexes", [])
    return next((each for each in indexes if key_of(each)[0] == "status"), None)


def _status_index(index: dict[str, Any]) -> Outcome:
    return wrong(
        "an index on the status",
        "Every order has a status, so every order is in that index for ever, and all new ones write "
        "to a single key, ACCEPTED. It grows with the history instead of with the work.",
        looked_at=f"the index {index['IndexName']}",
        expected="an index that holds open orders only",
        got=f"key {' + '.join(filter(None, key_of(index)))}",
        next="An item without the index's key attribute is not in the index. open_at_store is such "
        "an attribute. Delete the index on the status.",
    )


def _by_key(index: dict[str, Any]) -> Outcome | None:
    if key_of(index) == ("open_at_store", "placed_at"):
        return None
    if key_of(index)[0] == "store_id":
        return wrong(
            "all orders of the store",
            "Every order has a store_id, also when it is done: that index lists the store's whole "
            "past.",
            looked_at=f"the key of {OPEN_INDEX}",
            expected="open_at_store + placed_at",
            got=" + ".join(filter(None, key_of(index))),
            next="Only open orders carry open_at_store.",
        )
    if key_of(index)[0] != "open_at_store":
        return wrong(
            "another key",
            f"The partition key of {OPEN_INDEX} is {key_of(index)[0]}, so nobody can ask it for one "
            "store's open orders.",
            looked_at=f"the key of {OPEN_INDEX}",
            expected="open_at_store + placed_at",
            got=" + ".join(filter(None, key_of(index))),
            next="Delete the index and create it with both: HASH open_at_store, RANGE placed_at.",
        )
    return wrong(
        "open, in no order",
        "The warehouse packs the oldest first; for that the index has to be sorted by placed_at, "
        "within the store.",
        looked_at=f"the key of {OPEN_INDEX}",
        expected="open_at_store + placed_at",
        got=" + ".join(filter(None, key_of(index))),
        next="Delete the index and create it with both: HASH open_at_store, RANGE placed_at.",
    )


def _with_function(workspace: Workspace) -> Outcome:
    if not callable(workspace.answer):
        if workspace.answer is None:
            return wrong(
                "nothing closes yet",
                "The index stands. But an order that is done stays in it until its attribute is "
                "removed.",
                expected="a function close_order(dynamodb, table, order_id)",
                next="update_item with a REMOVE clause, then ex.check(close_order).",
            )
        return no_function("close_order(dynamodb, table, order_id)", workspace.answer)
    orders = [probe(store_id=STORE, placed_at=f"2017-12-24T0{n}:00:00Z") for n in (3, 1, 2)]
    try:
        with laid_out(workspace, orders):
            return _try(workspace, sorted(orders, key=lambda order: str(order["placed_at"])))
    except CannotLayOut as refused:
        return refused.outcome


def _try(workspace: Workspace, orders: list[dict[str, Any]]) -> Outcome:
    closed, close = orders[1], workspace.answer
    dynamodb = workspace.target.client("dynamodb")
    try:
        close(dynamodb, workspace.name("orders"), closed["order_id"])
    except ClientError as error:
        return _refused(error)
    except Exception as error:
        return it_raised(error, "close_order")
    item = stored_item(workspace, closed["order_id"])
    if item is None:
        return wrong(
            "deleted",
            "The order is out of the index, and out of the table: the shop has no record of it.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got="no item",
            next="Remove the attribute, not the item.",
        )
    if order_in(item) != closed:
        return wrong(
            "replaced by less",
            "After your function the order is not whole: "
            f"{', '.join(k for k in closed if order_in(item).get(k) != closed[k])} "
            "is gone, or changed.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"attributes {', '.join(sorted(item))}"[:120],
            next="REMOVE takes away what it names. PutItem writes the whole item anew; UpdateItem "
            "leaves the other attributes alone.",
        )
    return _look_in_index(workspace, orders, item)


def _look_in_index(
    workspace: Workspace, orders: list[dict[str, Any]], item: dict[str, Any]
) -> Outcome:
    wanted = [orders[0]["order_id"], orders[2]["order_id"]]
    until(lambda: _open_ids(workspace) == wanted)
    found = _open_ids(workspace)
    if item.get("open_at_store") == {"S": STORE}:
        return wrong(
            "it changes nothing",
            "Your function ran, and the order is as open as it was.",
            looked_at=_LOOKED,
            expected="no attribute open_at_store",
            got=f"open_at_store = {STORE!r}",
            next='update_item with UpdateExpression="REMOVE open_at_store".',
        )
    if "open_at_store" in item:
        return wrong(
            "closed by a word",
            "The order still carries open_at_store, so it is still in the index, whatever the "
            "attribute says.",
            looked_at=_LOOKED,
            expected="no attribute open_at_store",
            got=f"open_at_store = {next(iter(item['open_at_store'].values()))!r}, "
            f"{len(found)} orders in the index of the store",
            next="REMOVE open_at_store, in an UpdateExpression.",
        )
    if set(found) < set(wanted):
        return wrong(
            "others closed as well",
            f"Of the two orders that stay open, the index lists {len(found)}: your function closed "
            "more than the order that it was given.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"{len(found)} open orders",
            next='Key={"order_id": {"S": order_id}} names the one order.',
        )
    if found != wanted:
        return wrong(
            "not these two",
            "The index does not list the two open orders, the oldest first.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"{len(found)} orders",
        )
    return _out_of_nothing(workspace)


def _out_of_nothing(workspace: Workspace) -> Outcome:
    nobodys = probe()["order_id"]
    # to refuse loudly is a good answer
    with contextlib.suppress(Exception):
        workspace.answer(workspace.target.client("dynamodb"), workspace.name("orders"), nobodys)
    made = stored_item(workspace, nobodys)
    if made is not None:
        remove(workspace, made)
        return wrong(
            "an order out of nothing",
            "I closed an order that does not exist, and now it does: UpdateItem creates an item "
            "that is not there.",
            looked_at="close_order with an unknown order_id",
            expected="no item",
            got=f"an item with {', '.join(sorted(made))}",
            next='ConditionExpression="attribute_exists(order_id)".',
        )
    return right(
        "What lacks the index's key is not in the index: it holds the work that is left and costs "
        "as much, however long the history grows.",
        looked_at=f"{_LOOKED}; then an order that does not exist",
        got="two open orders, the oldest first",
    )


def _refused(error: ClientError) -> Outcome:
    text = said_by(error)
    if "reserved keyword" in str(error):
        return wrong(
            "a reserved word",
            "DynamoDB refused the expression: status is one of its reserved words.",
            got=text[:160],
            next='Write #s in the expression, and ExpressionAttributeNames={"#s": "status"}.',
        )
    if "empty string" in str(error):
        return wrong(
            "emptied, not removed",
            "DynamoDB refused it: the key of an index can't be empty text. It can only be absent.",
            got=text[:160],
            next="REMOVE open_at_store, in an UpdateExpression.",
        )
    return it_raised(error, "close_order")


def _open_ids(workspace: Workspace) -> list[str]:
    found = workspace.client("dynamodb").query(
        TableName=workspace.name("orders"),
        IndexName=OPEN_INDEX,
        KeyConditionExpression="open_at_store = :store",
        ExpressionAttributeValues={":store": {"S": STORE}},
    )["Items"]
    return [item["order_id"]["S"] for item in found]


def _solve(workspace: Workspace) -> Callable[..., None]:
    make_index(workspace, OPEN_INDEX, "open_at_store", "placed_at", projection="KEYS_ONLY")
    return CLOSE


def _undo(workspace: Workspace) -> None:
    remove_index(workspace, OPEN_INDEX)
    on_status = _on_status(table_of(workspace) or {}, None)
    if on_status is not None:
        remove_index(workspace, on_status["IndexName"])


OPEN_ORDERS = Exercise(
    id="2.3",
    title="Open orders of a store",
    check=_check,
    undo=_undo,
    stands=lambda workspace: has_index(workspace, OPEN_INDEX, "open_at_store", "placed_at"),
    names=lambda workspace: {"dynamodb": workspace.client("dynamodb")},
    answer_name="close_order",
    equivalent={"a list without its entry 2": "customer-orders has declared placed_at already"},
    solve=_solve,
    needs=("2.1", "2.2"),
    waits=True,
    solution="""_ = dynamodb.update_table(
    TableName="orders",
    AttributeDefinitions=[{"AttributeName": "open_at_store", "AttributeType": "S"},
                          {"AttributeName": "placed_at", "AttributeType": "S"}],
    GlobalSecondaryIndexUpdates=[{"Create": {
        "IndexName": "open-orders",
        "KeySchema": [{"AttributeName": "open_at_store", "KeyType": "HASH"},
                      {"AttributeName": "placed_at", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"}}}])


def close_order(dynamodb, table, order_id):
    dynamodb.update_item(
        TableName=table,
        Key={"order_id": {"S": order_id}},
        UpdateExpression="REMOVE open_at_store",
        ConditionExpression="attribute_exists(order_id)",
    )
# The attribute is there only while the order is open, and with it the item's place in the index.
# The condition keeps UpdateItem from making an order out of nothing.""",
    hints=(
        "An item is in an index only if it has the index's key attributes. Which does an order lose?",
        "The index's key is open_at_store and placed_at. Closing an order is one UpdateItem.",
        'UpdateExpression="REMOVE open_at_store", ConditionExpression="attribute_exists(order_id)"',
    ),
    proofs=(
        Proof(
            "an index on the status",
            with_index(CLOSE, "status", "placed_at"),
            says="single key, ACCEPTED",
        ),
        Proof(
            "all orders of the store",
            with_index(CLOSE, "store_id", "placed_at"),
            says="whole past",
        ),
        Proof("open, in no order", with_index(CLOSE, "open_at_store"), says="packs the oldest"),
        Proof("another key", with_index(CLOSE, "customer_id", "placed_at"), says="nobody can ask"),
        Proof("others closed as well", with_index(close_all), says="closed more than"),
        Proof("nothing closes yet", with_index(None), says="stays in it until"),
        Proof("it changes nothing", with_index(lambda *_: None), says="as open as it was"),
        Proof("closed by a word", with_index(setting("closed")), says="still carries"),
        Proof("emptied, not removed", with_index(setting("")), says="can't be empty"),
        Proof("deleted", with_index(delete), says="no record of it"),
        Proof("replaced by less", with_index(put_less), says="writes the whole item anew"),
        Proof("a reserved word", with_index(PLAIN_STATUS), says="reserved words"),
        Proof(
            "an order out of nothing",
            with_index(updating("REMOVE open_at_store")),
            says="creates an item",
        ),
        Proof("no such index", lambda _: CLOSE, says="no index named"),
        Proof(
            "read, change, write, with all attributes projected",
            with_index(read_and_write),
            "right",
        ),
        Proof(
            "with a status beside it",
            with_index(
                updating(
                    "SET #s = :c REMOVE open_at_store",
                    ExpressionAttributeNames={"#s": "status"},
                    ExpressionAttributeValues={":c": {"S": "CLOSED"}},
                    **EXISTS,
                ),
                projection="KEYS_ONLY",
            ),
            "right",
        ),
    ),
)
