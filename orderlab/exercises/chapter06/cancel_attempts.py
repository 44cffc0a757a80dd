"""Functions that cancel an order, as a learner might write them, right and wrong."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

_ONLY_ACCEPTED = "#s = :old"


def _key(order_id: str) -> dict[str, Any]:
    return {"order_id": {"S": order_id}}


def _update(client: Any, table: str, order_id: str, condition: str = _ONLY_ACCEPTED) -> None:
    values = {":new": {"S": "CANCELLED"}}
    if ":old" in condition:
        values[":old"] = {"S": "ACCEPTED"}
    more = {"ConditionExpression": condition} if condition else {}
    client.update_item(
        TableName=table,
        Key=_key(order_id),
        UpdateExpression="SET #s = :new",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues=values,
        **more,
    )


def _whether(client: Any, table: str, order_id: str, condition: str = _ONLY_ACCEPTED) -> bool:
    try:
        _update(client, table, order_id, condition)
    except ClientError:
        return False
    return True


def through(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    return _whether(cache, table, order_id)


def by_code(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """Looks at the error's code; everything else is raised."""
    try:
        _update(cache, table, order_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def whole_item(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """Puts the order as it was, and on condition that it still is so."""
    found = dynamodb.get_item(TableName=table, Key=_key(order_id), ConsistentRead=True)
    item = found.get("Item")
    if item is None or item["status"] != {"S": "ACCEPTED"}:
        return False
    try:
        cache.put_item(
            TableName=table,
            Item={**item, "status": {"S": "CANCELLED"}},
            ConditionExpression=_ONLY_ACCEPTED,
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":old": {"S": "ACCEPTED"}},
        )
    except ClientError:
        return False
    return True


def around(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    return _whether(dynamodb, table, order_id)


def both(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """Around and then through, to be sure."""
    if not _whether(dynamodb, table, order_id):
        return False
    _update(cache, table, order_id, "")
    return True


def not_shipped(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """Whatever is not shipped is cancelled."""
    try:
        cache.update_item(
            TableName=table,
            Key=_key(order_id),
            UpdateExpression="SET #s = :new",
            ConditionExpression="attribute_exists(order_id) AND #s <> :out",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":new": {"S": "CANCELLED"}, ":out": {"S": "SHIPPED"}},
        )
    except ClientError:
        return False
    return True


def of_the_week(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    return _whether(cache, "week", order_id)


def _cancelled_by(cache: Any, table: str, order_id: str, expression: str, new: str) -> bool:
    names = {"ExpressionAttributeNames": {"#s": "status"}}
    try:
        cache.update_item(
            TableName=table,
            Key=_key(order_id),
            UpdateExpression=expression,
            ConditionExpression=_ONLY_ACCEPTED,
            ExpressionAttributeValues={":new": {"S": new}, ":old": {"S": "ACCEPTED"}},
            **names,
        )
    except ClientError:
        return False
    return True


def misspelt(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    return _cancelled_by(cache, table, order_id, "SET #s = :new", "CANCELED")


def reserved_word(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    return _cancelled_by(cache, table, order_id, "SET status = :new", "CANCELLED")


def none_is_fine(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """What doesn't exist counts as cancelled."""
    if "Item" not in dynamodb.get_item(TableName=table, Key=_key(order_id)):
        return True
    return _whether(cache, table, order_id)


def by_its_exceptions(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    try:
        _update(cache, table, order_id)
    except cache.exceptions.ConditionalCheckFailedException:
        return False
    return True


def in_transaction(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    update = {
        "TableName": table,
        "Key": _key(order_id),
        "UpdateExpression": "SET #s = :new",
        "ConditionExpression": _ONLY_ACCEPTED,
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": {":new": {"S": "CANCELLED"}, ":old": {"S": "ACCEPTED"}},
    }
    try:
        cache.transact_write_items(TransactItems=[{"Update": update}])
    except ClientError:
        return False
    return True


def unconditional(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    return _whether(cache, table, order_id, "attribute_exists(order_id)")


def of_nothing(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """An order that doesn't exist has no status that is another one."""
    return _whether(cache, table, order_id, "attribute_not_exists(order_id) OR #s = :old")


def looks_first(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    found = dynamodb.get_item(TableName=table, Key=_key(order_id), ConsistentRead=True)
    if found.get("Item", {}).get("status") != {"S": "ACCEPTED"}:
        return False
    return _whether(cache, table, order_id, "attribute_exists(order_id)")


def bare(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    """Puts a new item in the place of the old one."""
    try:
        cache.put_item(
            TableName=table,
            Item={**_key(order_id), "status": {"S": "CANCELLED"}},
            ConditionExpression=_ONLY_ACCEPTED,
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":old": {"S": "ACCEPTED"}},
        )
    except ClientError:
        return False
    return True


def raising(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    _update(cache, table, order_id)
    return True


def silent(cache: Any, dynamodb: Any, table: str, order_id: str) -> None:
    _whether(cache, table, order_id)


def always(cache: Any, dynamodb: Any, table: str, order_id: str) -> bool:
    _whether(cache, table, order_id)
    return True


def nothing(cache: Any, dynamodb: Any, table: str, order_id: str) -> None:
    return None
