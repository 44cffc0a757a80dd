"""invoicing: what the customer owes, in cents."""

import os

from orderlib import aws, consumer, money

dynamodb = aws.client("dynamodb")
TABLE = os.environ["TABLE"]


def handler(event, context):
    return consumer.consume(event, dynamodb, TABLE, invoice)


def invoice(order):
    return {
        "customer_id": order["customer_id"],
        "goods_cents": money.goods_cents(order["lines"]),
        "coupon_cents": order["coupon_cents"],
        "total_cents": money.total_cents(order),
    }
