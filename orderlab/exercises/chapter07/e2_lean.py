"""7.2: an index that holds what the page shows, and no more."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter03.probes import probe_id, probe_order
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.tables import remove_table
from orderlab.practice.items import item_of

TABLE, INDEX = "orders-lean", "customer-orders"
SHOWN = {"order_id", "customer_id", "placed_at", "status", "total_cents"}
_LOOKED = (
    "nine orders of 3 to 5 KB of two customers, written to orders-lean, and a customer's page read "
    "from the index"
)
_BIG_LINES = 30


def _undo(workspace: Workspace) -> None:
    remove_table(workspace.target, TABLE)
    waiter = workspace.client("dynamodb").get_waiter("table_not_exists")
    waiter.wait(TableName=workspace.name(TABLE), WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def _described(workspace: Workspace) -> dict[str, Any] | None:
    tables = workspace.client("dynamodb")
    try:
        found: dict[str, Any] = tables.describe_table(TableName=workspace.name(TABLE))["Table"]
    except ClientError:
        return None
    return found


def _stands(workspace: Workspace) -> bool:
    found = _described(workspace)
    return found is not None and any(
        each["IndexName"] == INDEX for each in found.get("GlobalSecondaryIndexes", ())
    )


def _check(workspace: Workspace) -> Outcome:
    table = _described(workspace)
    if table is None:
        return untouched(
            "There is no table orders-lean yet.",
            next="dynamodb.create_table, as for drafts, with another projection.",
        )
    outcome = _form(table)
    if outcome is not None:
        return outcome
    waiter = workspace.client("dynamodb").get_waiter("table_exists")
    waiter.wait(TableName=workspace.name(TABLE), WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    return _tried(workspace)


def _wrong(name: str, message: str, expected: str, got: str, hint: str) -> Outcome:
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=expected,
        got=got,
        next=hint,
        stands="orders-lean stands as it is: a table's keys and an index's projection can't be "
        "changed. `ex.again()` takes it away.",
    )


def _form(table: dict[str, Any]) -> Outcome | None:
    odd = [
        f"{each['AttributeName']} {each['AttributeType']}"
        for each in table["AttributeDefinitions"]
        if each["AttributeName"] in SHOWN and each["AttributeType"] != "S"
    ]
    if odd:
        return _wrong(
            "a key of another type",
            "The table wants a key of another type than an order has: writing an order is refused.",
            "order_id, customer_id and placed_at are texts: AttributeType S",
            ", ".join(odd),
            "AttributeDefinitions: S for each of the three. A time as in 2017-12-18T09:00:00Z is a text.",
        )
    keys = {each["KeyType"]: each["AttributeName"] for each in table["KeySchema"]}
    if keys != {"HASH": "order_id"}:
        return _wrong(
            "another key",
            "The table has another key than orders has, so an order can't be found by its id alone.",
            "HASH order_id",
            ", ".join(f"{kind} {name}" for kind, name in keys.items()),
            "KeySchema of the table: order_id, HASH, and nothing else.",
        )
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    if mode != "PAY_PER_REQUEST":
        return _wrong(
            "paid by the hour",
            "The table has provisioned capacity. The bill above is of write request units, by use.",
            "PAY_PER_REQUEST",
            mode,
            'BillingMode="PAY_PER_REQUEST"',
        )
    indexes = {each["IndexName"]: each for each in table.get("GlobalSecondaryIndexes", ())}
    if INDEX not in indexes:
        return _wrong(
            "no such index",
            "The table has no global secondary index customer-orders.",
            INDEX,
            ", ".join(indexes) or "none",
            "GlobalSecondaryIndexes=[{...}] in create_table.",
        )
    keys = {each["KeyType"]: each["AttributeName"] for each in indexes[INDEX]["KeySchema"]}
    if keys != {"HASH": "customer_id", "RANGE": "placed_at"}:
        return _wrong(
            "other keys of the index",
            "The page shows a customer's orders by time, and this index can't give them so.",
            "HASH customer_id, RANGE placed_at",
            ", ".join(f"{kind} {name}" for kind, name in keys.items()),
            "The KeySchema of the index, not of the table.",
        )
    return None


def _big(customer: str, minute: int) -> dict[str, Any]:
    """A whole order of many lines; `placed_at` is its own."""
    order = probe_order(probe_id())
    lines = [{**order["lines"][0], "sku": f"sku-{number}"} for number in range(_BIG_LINES)]
    return {
        **order,
        "customer_id": customer,
        "placed_at": f"2017-12-18T09:{minute:02d}:00Z",
        "lines": lines,
    }


def _tried(workspace: Workspace) -> Outcome:
    tables, name = workspace.client("dynamodb"), workspace.name(TABLE)
    mine, other = f"c-{probe_id()}", f"c-{probe_id()}"
    orders = [_big(mine if n % 3 else other, 50 - 5 * n) for n in range(9)]
    units = 0.0
    try:
        for order in orders:
            answer = tables.put_item(
                TableName=name, Item=item_of(order), ReturnConsumedCapacity="INDEXES"
            )
            indexes = answer["ConsumedCapacity"].get("GlobalSecondaryIndexes", {})
            units += indexes[INDEX]["CapacityUnits"]
        page = tables.query(
            TableName=name,
            IndexName=INDEX,
            KeyConditionExpression="customer_id = :c",
            ExpressionAttributeValues={":c": {"S": mine}},
        )["Items"]
    finally:
        for order in orders:
            tables.delete_item(TableName=name, Key={"order_id": {"S": order["order_id"]}})
    return _page(page, units, len(orders))


def _page(page: list[dict[str, Any]], units: float, count: int) -> Outcome:
    there = set(page[0]) if page else set()
    missing = SHOWN - there
    if missing:
        return _wrong(
            "less than the page shows",
            "The index lacks something that the page shows. Each row would need a read of the table, "
            "and the reads would cost more than the writes that you save.",
            ", ".join(sorted(SHOWN)),
            f"missing: {', '.join(sorted(missing))}",
            "ProjectionType INCLUDE, with what the page shows beside the keys as NonKeyAttributes.",
        )
    if "lines" in there:
        return _wrong(
            "the lines come along",
            "The index holds the lines of every order: each order is written twice in full.",
            f"{count} write units of the index for {count} orders",
            f"{units:.0f}",
            "Which attributes make an order large, and does the page show them?",
        )
    if there - SHOWN:
        return _wrong(
            "more than the page shows",
            "The index holds attributes that the page does not show. They cost no unit today, and "
            "each of their changes will be written twice.",
            ", ".join(sorted(SHOWN)),
            f"also: {', '.join(sorted(there - SHOWN))}",
            "Keys are in an index by themselves. What else does the page show?",
        )
    return right(
        "The index is written with one unit an order, however many lines it has, and the page needs "
        "no second read.",
        looked_at=_LOOKED,
        got=f"{units:.0f} write units of the index for {count} orders",
    )


_LEAN = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status", "total_cents"]}


def _create(
    projection: dict[str, Any] | None = None,
    *,
    index: str = INDEX,
    keys: tuple[str, ...] = ("customer_id", "placed_at"),
    table_keys: tuple[str, ...] = ("order_id",),
    kind: str = "S",
    **settings: Any,
) -> Any:
    """An attempt: the table with one thing different."""

    def attempt(workspace: Workspace) -> None:
        _undo(workspace)
        tables = workspace.client("dynamodb")
        named = sorted({*keys, *table_keys})
        given = {"BillingMode": "PAY_PER_REQUEST", **settings}
        throughput = (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 50, "WriteCapacityUnits": 100}}
            if given["BillingMode"] == "PROVISIONED"
            else {}
        )
        tables.create_table(
            TableName=workspace.name(TABLE),
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": kind} for n in named],
            KeySchema=_schema(table_keys),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": _schema(keys),
                    "Projection": projection or _LEAN,
                    **throughput,
                }
            ],
            **given,
            **throughput,
        )
        waiter = tables.get_waiter("table_exists")
        waiter.wait(TableName=workspace.name(TABLE), WaiterConfig={"Delay": 1})

    return attempt


def _schema(names: tuple[str, ...]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


LEAN = Exercise(
    id="7.2",
    title="An index as small as its page",
    check=_check,
    undo=_undo,
    stands=_stands,
    solve=_create(),
    names=lambda workspace: {"dynamodb": workspace.client("dynamodb")},
    solution="""page = {
    "IndexName": "customer-orders",
    "KeySchema": [
        {"AttributeName": "customer_id", "KeyType": "HASH"},
        {"AttributeName": "placed_at", "KeyType": "RANGE"},
    ],
    "Projection": {
        "ProjectionType": "INCLUDE",
        "NonKeyAttributes": ["status", "total_cents"],
    },
}
named = ("order_id", "customer_id", "placed_at")
dynamodb.create_table(
    TableName="orders-lean",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[
        {"AttributeName": name, "AttributeType": "S"} for name in named
    ],
    KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
    GlobalSecondaryIndexes=[page],
)
# The keys of the table and of the index are in the index by themselves.""",
    hints=(
        "What of an order does the page show? All of it, or five values?",
        "create_table with the keys of orders, and an index whose Projection has ProjectionType "
        "INCLUDE.",
        '"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status", '
        '"total_cents"]}; the keys come by themselves.',
    ),
    proofs=(
        Proof(
            "the lines come along", _create({"ProjectionType": "ALL"}), says="written twice in full"
        ),
        Proof(
            "less than the page shows",
            _create({"ProjectionType": "KEYS_ONLY"}),
            says="need a read of the table",
        ),
        Proof(
            "more than the page shows",
            _create(
                {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": ["status", "total_cents", "coupon_cents"],
                }
            ),
            says="does not show",
        ),
        Proof("other keys of the index", _create(keys=("customer_id",)), says="by time"),
        Proof("no such index", _create(index="by-customer"), says="no global secondary index"),
        Proof(
            "another key",
            _create(table_keys=("customer_id", "order_id")),
            says="by its id alone",
        ),
        Proof("a key of another type", _create(kind="N"), says="writing an order is refused"),
        Proof("paid by the hour", _create(BillingMode="PROVISIONED"), says="provisioned capacity"),
        Proof(
            "attributes in another order",
            _create({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total_cents", "status"]}),
            "right",
        ),
        Proof("with a stream and a class", _create(
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
            TableClass="STANDARD"), "right"),
    ),
)  # fmt: skip
