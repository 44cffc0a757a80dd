"""Doing a service's work once for each order, however often the event comes."""

from . import items, storage


def apply_once(dynamodb, table, event, facts):
    """Write the service's record of an order. Return False if it was there already.

    The counter `applied` shows what happened: it is 1, unless the condition is taken away.
    """
    names = {f"#{number}": name for number, name in enumerate(facts)}
    values = {f":{number}": value for number, value in enumerate(facts.values())}
    sets = ", ".join(f"#{number} = :{number}" for number in range(len(facts)))
    try:
        dynamodb.update_item(
            TableName=table,
            Key={"order_id": {"S": event["order_id"]}},
            UpdateExpression=f"ADD applied :one SET accepted_ms = :accepted, "
            f"applied_ms = :now, {sets}",
            ConditionExpression="attribute_not_exists(order_id)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=items.to_item(
                {
                    ":one": 1,
                    ":accepted": event["accepted_ms"],
                    ":now": storage.now_ms(),
                    **values,
                }
            ),
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
