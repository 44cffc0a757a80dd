"""loyalty: points for what a customer spent. The service that joins when all else runs."""

import os

from orderlib import aws, consumer, money

dynamodb = aws.client("dynamodb")
TABLE = os.environ["TABLE"]


def handler(event, context):
    return consumer.consume(event, dynamodb, TABLE, points)


def points(order):
    """A point for every whole dollar."""
    return {"customer_id": order["customer_id"], "points": money.total_cents(order) // 100}
