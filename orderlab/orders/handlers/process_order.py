"""process-order: takes orders from the inbox and stores each once.

A message that is no order, or that says something else under an id that is taken, fails; after a
few tries the queue sets it aside in its dead-letter queue, where a person finds it.
"""

import os

from orderlib import aws, batches, log, orders, storage

dynamodb = aws.client("dynamodb")
ORDERS_TABLE = os.environ["ORDERS_TABLE"]


class ConflictingOrder(Exception):
    """Another order has this id."""


def handler(event, context):
    return batches.each_message(event, store)


def store(record):
    order = orders.parse(record["body"])
    accepted_ms = int(record["attributes"]["SentTimestamp"])
    stored = storage.store_once(dynamodb, ORDERS_TABLE, order, accepted_ms)
    if stored is None:
        log.info("order stored", order_id=order["order_id"])
    elif storage.same_order(order, stored):
        log.info("order was stored before", order_id=order["order_id"])
    else:
        raise ConflictingOrder(order["order_id"])
