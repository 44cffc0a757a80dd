"""shipping: packs an order into parcels."""

import os

from orderlib import aws, consumer

dynamodb = aws.client("dynamodb")
TABLE = os.environ["TABLE"]
UNITS_A_PARCEL = 20
# what must not travel with the rest
COLD = {"Meat", "Meat-Pckgd", "Seafood", "Seafood-Pckgd", "Deli", "Frozen Grocery"}


def handler(event, context):
    return consumer.consume(event, dynamodb, TABLE, pack)


def pack(order):
    cold = _units(line for line in order["lines"] if line["department"] in COLD)
    rest = _units(line for line in order["lines"] if line["department"] not in COLD)
    return {
        "store_id": order["store_id"],
        "parcels": _parcels(cold) + _parcels(rest),
        "cold_parcels": _parcels(cold),
        "units": cold + rest,
    }


def _units(lines):
    return sum(line["quantity"] for line in lines)


def _parcels(units):
    return -(-units // UNITS_A_PARCEL)
