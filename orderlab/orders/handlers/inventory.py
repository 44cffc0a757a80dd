"""inventory: reserves what an order needs, by SKU."""

import os

from orderlib import aws, consumer

dynamodb = aws.client("dynamodb")
TABLE = os.environ["TABLE"]


def handler(event, context):
    return consumer.consume(event, dynamodb, TABLE, reserve)


def reserve(order):
    """One SKU may stand on several lines; the warehouse wants one figure for each."""
    reserved = {}
    for line in order["lines"]:
        reserved[line["sku"]] = reserved.get(line["sku"], 0) + line["quantity"]
    return {
        "store_id": order["store_id"],
        "reserved": reserved,
        "units": sum(reserved.values()),
    }
