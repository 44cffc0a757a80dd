"""2.4: an order that is sent again is harmless, and another one under its id is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter02.probing import (
    it_raised,
    needs_the_table,
    no_function,
    probe,
    remove,
    stored_item,
    table_of,
)
from orderlab.exercises.chapter02.tap import Tap
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.items import item_of, order_in

_FIELDS = ("customer_id", "store_id", "placed_at", "coupon_cents", "lines")
NEW, REPEAT, CONFLICT = 201, 200, 409
_EXPECTED = (
    f"{NEW} for a new order, {REPEAT} for the same again, {CONFLICT} for another with its id"
)
_NEXT = 'put_item(..., ConditionExpression="attribute_not_exists(order_id)")'


class _Found(Exception):
    """A verdict reached inside the trial."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None:
        return untouched(
            "No function was handed over.", next="ex.check(store_order), without brackets behind it"
        )
    missing = needs_the_table(table_of(workspace))
    if missing is not None:
        return missing
    if not callable(workspace.answer):
        return no_function("store_order(dynamodb, table, order)", workspace.answer)
    order, raced = probe(), probe()
    try:
        _first(workspace, order)
        _again(workspace, order)
        _conflicting(workspace, order)
        _between(workspace, raced)
    except _Found as found:
        return found.outcome
    finally:
        for each in (order, raced):
            remove(workspace, item_of(each))
    return right(
        "The condition and the write are one step inside DynamoDB: of any number of copies, at any "
        "time, one wins, and the others learn what is there. Sending again has become safe.",
        looked_at="an order; the same again, after it was packed; another with its id; and a copy "
        "that arrived in the very moment of your write",
        got=f"{NEW}, {REPEAT}, {CONFLICT}, {REPEAT}",
    )


def _call(workspace: Workspace, order: dict[str, Any], tap: Tap, what: str) -> Any:
    try:
        return _status(workspace.answer(tap.client, workspace.name("orders"), dict(order)))
    except ClientError as error:
        if "ConditionalCheckFailed" in str(error):
            raise _Found(
                wrong(
                    "the refusal escapes",
                    "The condition works, but its exception leaves your function: Lambda would call "
                    "that an error, and the customer would try again and again.",
                    looked_at=what,
                    expected=_EXPECTED,
                    got=f"{type(error).__name__}",
                    next="Catch dynamodb.exceptions.ConditionalCheckFailedException; it means: "
                    "somebody was here before.",
                )
            ) from None
        raise _Found(it_raised(error, f"store_order with {what}")) from None
    except Exception as error:
        raise _Found(it_raised(error, f"store_order with {what}")) from None


def _status(answer: Any) -> Any:
    """The status as a number, also from text or from an answer as a proxy function gives it."""
    if isinstance(answer, dict):
        answer = answer.get("statusCode", answer)
    return int(answer) if isinstance(answer, str) and answer.strip().isdigit() else answer


def _first(workspace: Workspace, order: dict[str, Any]) -> None:
    what = "a new order"
    answer = _call(workspace, order, Tap(workspace), what)
    item = stored_item(workspace, order["order_id"])
    if item is None or order_in(item) != order:
        raise _Found(
            wrong(
                "not stored",
                "After your function the order is not in the table as it was sent.",
                looked_at=what,
                expected="the item that lab.item(order) gives",
                got="no item" if item is None else f"attributes {', '.join(sorted(item))}"[:120],
                next="put_item(TableName=table, Item=lab.item(order), ...)",
            )
        )
    if answer != NEW:
        raise _Found(_other_answer(what, NEW, answer))


def _again(workspace: Workspace, order: dict[str, Any]) -> None:
    what = "the same order again, after the warehouse had packed it"
    _pack(workspace, order)
    answer = _call(workspace, order, Tap(workspace), what)
    if not _is_packed(workspace, order):
        raise _Found(
            wrong(
                "the last writer wins",
                "The order was packed; the customer pressed the button again; now it is open once "
                "more, and will be packed twice. PutItem replaces what is there.",
                looked_at=what,
                expected="an item that stays as it is, status PACKED",
                got="status ACCEPTED",
                next="PutItem can be told to write only if there is no such item.",
            )
        )
    if answer == CONFLICT:
        raise _Found(
            wrong(
                "a repeat is refused",
                "Nothing was overwritten. But the customer, who only heard nothing the first time, "
                "is told that her own order is in the way.",
                looked_at=what,
                expected=f"{REPEAT}: it says what the first one said",
                got=str(answer),
                next="Compare with the item that is there; lab.order_in(item) is how it was sent.",
            )
        )
    if answer != REPEAT:
        raise _Found(_other_answer(what, REPEAT, answer))


def _conflicting(workspace: Workspace, order: dict[str, Any]) -> None:
    for field, other in _others(order):
        _one_conflict(workspace, order, other, field)


def _others(order: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Orders under the same id, each of which differs in one field alone."""
    lines: list[dict[str, Any]] = order["lines"]
    last = {**lines[-1], "quantity": lines[-1]["quantity"] + 1}
    changes: dict[str, Any] = {
        "customer_id": "c-somebody-else",
        "store_id": "s-another",
        "placed_at": "2017-12-24T18:00:01Z",
        "coupon_cents": order["coupon_cents"] + 5,
        "lines": [*lines[:-1], last],
    }
    return [(field, {**order, field: value}) for field, value in changes.items()]


def _one_conflict(
    workspace: Workspace, order: dict[str, Any], other: dict[str, Any], field: str
) -> None:
    what = f"another order with the same order_id: {field} differs, nothing else"
    answer = _call(workspace, other, Tap(workspace), what)
    if not _is_packed(workspace, order):
        raise _Found(
            wrong(
                "overwritten by a stranger",
                "Another order took the place of the first, which is gone.",
                looked_at=what,
                expected=f"{CONFLICT}, and the first order as it was",
                got="the second order",
                next=_NEXT,
            )
        )
    if answer == REPEAT:
        raise _Found(
            wrong(
                "every refusal is a repeat",
                f"An order that differs in {field} was answered with {REPEAT}, as if it were the "
                "same. The customer believes that her order is stored, and another one is.",
                looked_at=what,
                expected=f"{CONFLICT}",
                got=str(answer),
                next="Compare the whole order with what is there: lab.order_in(item) == order.",
            )
        )
    if answer != CONFLICT:
        raise _Found(_other_answer(what, CONFLICT, answer))


def _between(workspace: Workspace, order: dict[str, Any]) -> None:
    what = "an order of which a copy was stored and packed just before your write"

    def copy() -> None:
        workspace.client("dynamodb").put_item(
            TableName=workspace.name("orders"), Item=item_of(order)
        )
        _pack(workspace, order)

    tap = Tap(workspace, before_write=copy)
    answer = _call(workspace, order, tap, what)
    if not tap.calls:
        raise _Found(
            wrong(
                "another client",
                "Your function does not use the client that it is given, so I can't see what it does.",
                expected="calls of the parameter dynamodb",
                got="none",
                next="Use the parameter dynamodb, not a client of the notebook.",
            )
        )
    if not _is_packed(workspace, order):
        raise _Found(
            wrong(
                "look, then write",
                "A copy of the order was stored and packed just before your write, and your write "
                "undid it. Between a look and a write there is always a gap.",
                looked_at=what,
                expected="the copy stays as it is",
                got="overwritten",
                next="Let DynamoDB look and write in one step: a ConditionExpression.",
            )
        )
    if answer != REPEAT:
        raise _Found(_other_answer(what, REPEAT, answer))


def _other_answer(what: str, wanted: int, answer: Any) -> Outcome:
    return wrong(
        "another answer",
        "The table is as it should be, but the answer is another than agreed.",
        looked_at=what,
        expected=f"{wanted} ({_EXPECTED})",
        got=repr(answer)[:80],
        next="The function returns a whole number, as the HTTP status would be.",
    )


def _pack(workspace: Workspace, order: dict[str, Any]) -> None:
    workspace.client("dynamodb").update_item(
        TableName=workspace.name("orders"),
        Key={"order_id": {"S": order["order_id"]}},
        UpdateExpression="SET #s = :packed REMOVE open_at_store",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":packed": {"S": "PACKED"}},
    )


def _is_packed(workspace: Workspace, order: dict[str, Any]) -> bool:
    item = stored_item(workspace, order["order_id"]) or {}
    return item.get("status") == {"S": "PACKED"} and order_in(item) == order


def _store(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
    try:
        dynamodb.put_item(
            TableName=table,
            Item=item_of(order),
            ConditionExpression="attribute_not_exists(order_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
        return REPEAT if order_in(refusal.response["Item"]) == order else CONFLICT
    return NEW


def _plain_put(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
    dynamodb.put_item(TableName=table, Item=item_of(order))
    return NEW


def _look_first(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
    key = {"order_id": {"S": order["order_id"]}}
    found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if found:
        return REPEAT if order_in(found) == order else CONFLICT
    return _plain_put(dynamodb, table, order)


def _without_catching(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
    dynamodb.put_item(
        TableName=table,
        Item=item_of(order),
        ConditionExpression="attribute_not_exists(order_id)",
    )
    return NEW


def _refusal_means(status: int) -> Callable[..., int]:
    def store_order(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
        try:
            return _without_catching(dynamodb, table, order)
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return status

    return store_order


def _get_after_refusal(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
    condition = "attribute_not_exists(customer_id)"
    put = {"TableName": table, "Item": item_of(order), "ConditionExpression": condition}
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": put}])
    except dynamodb.exceptions.TransactionCanceledException:
        key = {"order_id": {"S": order["order_id"]}}
        found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        return REPEAT if order_in(found) == order else CONFLICT
    return NEW


def _compares(*fields: str) -> Callable[..., int]:
    """Compares a part of the orders only."""

    def store_order(dynamodb: Any, table: str, order: dict[str, Any]) -> int:
        try:
            return _without_catching(dynamodb, table, order)
        except dynamodb.exceptions.ConditionalCheckFailedException:
            key = {"order_id": {"S": order["order_id"]}}
            found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
            there = order_in(found)
            return REPEAT if all(there[f] == order[f] for f in fields) else CONFLICT

    return store_order


def _names(_: Workspace) -> dict[str, Any]:
    class Lab:
        item = staticmethod(item_of)
        order_in = staticmethod(order_in)

    return {"lab": Lab}


STORED_ONCE = Exercise(
    id="2.4",
    title="Stored once",
    check=_check,
    solve=lambda _: _store,
    stands=lambda _: True,
    names=_names,
    answer_name="store_order",
    needs=("2.1",),
    solution="""def store_order(dynamodb, table, order):
    try:
        dynamodb.put_item(
            TableName=table,
            Item=lab.item(order),
            ConditionExpression="attribute_not_exists(order_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
        there = lab.order_in(refusal.response["Item"])
        return 200 if there == order else 409
    return 201
# DynamoDB looks and writes in one step. The refusal brings the item that stands there, so that a
# repeat and a conflict can be told apart without reading again.""",
    hints=(
        "Who may look and write without anybody coming between? Not two calls of yours.",
        "PutItem with a ConditionExpression; the exception ConditionalCheckFailedException says that "
        "the order_id is taken. Is it by the same order?",
        'ConditionExpression="attribute_not_exists(order_id)", '
        'ReturnValuesOnConditionCheckFailure="ALL_OLD"; then refusal.response["Item"].',
    ),
    proofs=(
        Proof("the last writer wins", lambda _: _plain_put, says="will be packed twice"),
        Proof("look, then write", lambda _: _look_first, says="there is always a gap"),
        Proof("the refusal escapes", lambda _: _without_catching, says="leaves your function"),
        Proof(
            "every refusal is a repeat",
            lambda _: _refusal_means(REPEAT),
            says="as if it were the same",
        ),
        Proof("a repeat is refused", lambda _: _refusal_means(CONFLICT), says="her own order"),
        Proof("not stored", lambda _: lambda dynamodb, table, order: NEW, says="not in the table"),
        Proof("not a function", lambda _: NEW, says="not its result"),
        Proof("every field compared", lambda _: _compares(*_FIELDS), "right"),
        Proof(
            "a transaction, another attribute, a read afterwards",
            lambda _: _get_after_refusal,
            "right",
        ),
    ),
)
