"""Handlers for exercise 1.1: right ones in another style, and one that remembers too much."""

LOOP = """import json
from decimal import Decimal

def handler(event, context=None):
    order, total = json.loads(event.get("body")), Decimal(0)
    for line in order["lines"]:
        total += Decimal(line["quantity"]) * line["unit_price_cents"]
    total -= order.get("coupon_cents", 0)
    return dict(statusCode="201", headers={}, body=json.dumps(
        {"total_cents": int(total), "order_id": order["order_id"], "thanks": True}))
"""
LAMBDA = """from json import dumps, loads
handler = lambda event, _: {"isBase64Encoded": False, "statusCode": 201, "body": dumps({
    "order_id": loads(event["body"])["order_id"],
    "total_cents": sum(l["quantity"] * l["unit_price_cents"] for l in loads(event["body"])["lines"])
        - loads(event["body"])["coupon_cents"]})}
"""
GOES_ON = """import json

goods = 0

def handler(event, context):
    global goods
    order = json.loads(event["body"])
    goods += sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    receipt = {"order_id": order["order_id"], "total_cents": goods - order["coupon_cents"]}
    return {"statusCode": 201, "body": json.dumps(receipt)}
"""
