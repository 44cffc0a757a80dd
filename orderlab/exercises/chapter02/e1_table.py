"""2.1: a table whose key finds an order by its id, and only one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter02.probing import (
    ORDERS,
    key_of,
    make_orders_table,
    make_table,
    probe,
    remove,
    remove_table,
    said_by,
    table_of,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.items import item_of

_LOOKED = "two orders of one customer, placed in the same second, put and fetched by order_id"
_EXPECTED = "each found by its order_id alone"


def _check(workspace: Workspace) -> Outcome:
    described = table_of(workspace)
    if described is None:
        return _no_table(workspace)
    outcome = _by_trial(workspace, described)
    if outcome.kind == "wrong":
        keys = " + ".join(filter(None, key_of(described)))
        return replace(
            outcome,
            stands=f"The table orders has the key {keys}. A key can't be changed: `ex.again()` "
            "takes the table away.",
        )
    return outcome


def _by_trial(workspace: Workspace, described: dict[str, Any]) -> Outcome:
    keys = [name for name in key_of(described) if name]
    first = probe()
    second = probe(customer_id=first["customer_id"])
    items = [item_of(first), item_of(second)]
    try:
        return _try(workspace, keys, items)
    finally:
        for item in items:
            remove(workspace, item, keys)


def _no_table(workspace: Workspace) -> Outcome:
    lessons = {workspace.name(name) for name in ("drafts", "notes", "hot-keys")}
    known = set(workspace.client("dynamodb").list_tables()["TableNames"]) - lessons
    if known:
        return wrong(
            "under another name",
            "There is a table, but none named orders; the functions will look for that name.",
            looked_at="the tables of this Region",
            expected=workspace.name(ORDERS),
            got=", ".join(sorted(known))[:120],
            next="A table can't be renamed: create it again, and delete the other.",
        )
    return untouched(
        "There is no table yet.", next="By what does a customer ask for an order? That is the key."
    )


def _try(workspace: Workspace, keys: list[str], items: list[dict[str, Any]]) -> Outcome:
    dynamodb, table = workspace.client("dynamodb"), workspace.name(ORDERS)
    for item in items:
        try:
            dynamodb.put_item(TableName=table, Item=item)
        except ClientError as refusal:
            return _cannot_be_put(keys, refusal)
    if len({tuple(str(item[name]) for name in keys) for item in items}) == 1:
        return _replaced(keys)
    try:
        found = [
            dynamodb.get_item(
                TableName=table, Key={"order_id": item["order_id"]}, ConsistentRead=True
            ).get("Item")
            for item in items
        ]
    except ClientError:
        return _not_by_id(keys)
    if found != items:
        return wrong(
            "not what was put", "An order came back changed.", looked_at=_LOOKED, expected=_EXPECTED
        )
    if _billing(workspace) != "PAY_PER_REQUEST":
        return wrong(
            "provisioned",
            "The key is right. The table is paid by the hour, for capacity that somebody chose.",
            looked_at="the table's billing mode",
            expected="PAY_PER_REQUEST",
            got=_billing(workspace),
            next='BillingMode="PAY_PER_REQUEST"',
        )
    return right(
        "order_id finds one item and can't stand twice: partition key and uniqueness are the same "
        "thing. Nothing else had to be declared; customer and time become indexes when needed.",
        looked_at=_LOOKED,
        got="both orders, each by its id",
    )


def _billing(workspace: Workspace) -> str:
    found = workspace.client("dynamodb").describe_table(TableName=workspace.name(ORDERS))["Table"]
    return str(found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"))


def _cannot_be_put(keys: list[str], refusal: ClientError) -> Outcome:
    if "Type mismatch" in str(refusal) and "order_id" not in keys:
        return wrong(
            "a key of another type",
            "An order could not be put: the key has another type than that field of an order.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=said_by(refusal)[:160],
            next="Look at an order above: which of its fields is never shared by two orders?",
        )
    if "Type mismatch" in str(refusal):
        return wrong(
            "an id is a number",
            "An order could not be put: the key has another type than what clients send.",
            looked_at=_LOOKED,
            expected='type S: an order_id reads "o-41260209835"',
            got=said_by(refusal)[:160],
            next="The type of a key can't be changed: delete the table, create it with S.",
        )
    return wrong(
        "a key that no order has",
        "An order could not be put: every item must carry every attribute of the table's key.",
        looked_at=_LOOKED,
        expected="a key out of the order's own fields",
        got=f"key {' + '.join(keys)}; {said_by(refusal)[:120]}",
        next="Look at an order above: which of its fields is never shared by two orders?",
    )


def _replaced(keys: list[str]) -> Outcome:
    if len(keys) == 1 and keys != ["customer_id"]:
        return wrong(
            "a field that orders share",
            f"I put two orders with the same {keys[0]}, and the second replaced the first without a "
            "word.",
            looked_at=_LOOKED,
            expected="two items",
            got=f"one item; the key is {keys[0]}",
            next="Which field is never shared by two orders?",
        )
    if len(keys) == 1:
        return wrong(
            "one order a customer",
            "I put two orders of one customer, and the second replaced the first without a word: "
            "they had the same key.",
            looked_at=_LOOKED,
            expected="two items",
            got=f"one item; the key is {keys[0]}",
            next="Which field is never shared by two orders?",
        )
    return wrong(
        "one order a second",
        "Two orders of one customer in the same second are one item: the second replaced the "
        "first. A time is not unique.",
        looked_at=_LOOKED,
        expected="two items",
        got=f"one item; the key is {' + '.join(keys)}",
        next="It happens in the real week too. Which field is never shared?",
    )


def _not_by_id(keys: list[str]) -> Outcome:
    if keys[0] == "order_id":
        return wrong(
            "an id and something more",
            f"GetItem wants the whole key, so nobody finds an order without its {keys[1]}; and one "
            "order_id can stand twice, with two of them.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=f"the key is {' + '.join(keys)}",
            next="A sort key is for items that belong together. Is order_id unique without it?",
        )
    return wrong(
        "the customer must be known",
        "Both orders stand, but who knows only the order_id can't fetch one: GetItem wants the "
        "whole key.",
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=f"the key is {' + '.join(keys)}",
        next="Serve 'order by id' with the key; 'orders of a customer' gets an index in 2.2.",
    )


def _solve(workspace: Workspace) -> None:
    make_orders_table(workspace)


def _table(*keys: tuple[str, str], **settings: Any) -> Any:
    return lambda workspace: make_table(workspace, *keys, **settings)


def _other_name(workspace: Workspace) -> None:
    workspace.client("dynamodb").create_table(
        TableName=workspace.name("order-table"),
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


_STREAM = {
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


def _resource(workspace: Workspace) -> None:
    """The same with tags and deletion protection left out, and the lists the other way round."""
    workspace.client("dynamodb").create_table(
        KeySchema=({"KeyType": "HASH", "AttributeName": "order_id"},),
        AttributeDefinitions=({"AttributeType": "S", "AttributeName": "order_id"},),
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "project", "Value": "orderlab"}],
        TableName=workspace.name(ORDERS),
    )


_PROVISIONED = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
_NOTHING = {"KeySchema": [{"KeyType": "HASH", "AttributeName": ""}]}
TABLE = Exercise(
    id="2.1",
    title="The orders' table",
    check=_check,
    undo=remove_table,
    stands=lambda workspace: key_of(table_of(workspace) or _NOTHING) == ("order_id", ""),
    names=lambda workspace: {"dynamodb": workspace.client("dynamodb")},
    solve=_solve,
    solution="""dynamodb.create_table(
    TableName="orders",
    AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)
# The key serves the pattern that is used most and needs uniqueness: order by id. Only attributes
# that are part of a key are declared; all others come with the items.""",
    hints=(
        "The key does two jobs: it finds an item and it forbids a second one. Which field can do both?",
        "One attribute is enough. HASH is the API's word for the partition key, S its word for text.",
        'AttributeDefinitions and KeySchema both name order_id: "AttributeType": "S", "KeyType": "HASH"; '
        'BillingMode is "PAY_PER_REQUEST".',
    ),
    proofs=(
        Proof("one order a customer", _table(("customer_id", "S")), says="replaced the first"),
        Proof(
            "one order a second",
            _table(("customer_id", "S"), ("placed_at", "S")),
            says="A time is not unique",
        ),
        Proof(
            "the customer must be known",
            _table(("customer_id", "S"), ("order_id", "S")),
            says="who knows only the order_id",
        ),
        Proof(
            "an id and something more",
            _table(("order_id", "S"), ("placed_at", "S")),
            says="without its placed_at",
        ),
        Proof("an id is a number", _table(("order_id", "N")), says="another type"),
        Proof("a key of another type", _table(("lines", "S")), says="than that field"),
        Proof("a field that orders share", _table(("placed_at", "S")), says="the same placed_at"),
        Proof("a key that no order has", _table(("id", "S")), says="every item must carry"),
        Proof("under another name", _other_name, says="none named orders"),
        Proof("provisioned", _table(("order_id", "S"), **_PROVISIONED), says="paid by the hour"),
        Proof("with a stream", _table(("order_id", "S"), **_STREAM), "right"),
        Proof("in another order, with tags", _resource, "right"),
    ),
)
