"""The table of orders: an order is stored once, whoever asks however often."""

import time

from . import items, money, orders


def now_ms():
    return int(time.time() * 1000)


def store_once(dynamodb, table, order, accepted_ms):
    """Put the order if no order has its id. Return the stored one if there was one, else None.

    The condition and the write are one step in DynamoDB, so that two copies of a message cannot
    both win. A reply lost on the way is harmless: the second try finds the first.
    """
    try:
        dynamodb.put_item(
            TableName=table,
            Item=items.to_item(_as_stored(order, accepted_ms)),
            ConditionExpression="attribute_not_exists(order_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
        return items.from_item(refusal.response["Item"])
    return None


def same_order(order, stored):
    """Whether a repeat says what the first one said."""
    return order == orders.contract_fields(stored)


def _as_stored(order, accepted_ms):
    return {
        **order,
        "status": "ACCEPTED",
        "total_cents": money.total_cents(order),
        "accepted_ms": accepted_ms,
        # only open orders carry this attribute, so the index `open-orders` holds only those
        "open_at_store": order["store_id"],
    }
