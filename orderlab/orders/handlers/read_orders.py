"""read-orders: one order by its id, or a customer's orders, the newest first, page by page."""

import base64
import json
import os

from orderlib import aws, items, log, orders

dynamodb = aws.client("dynamodb")
ORDERS_TABLE = os.environ["ORDERS_TABLE"]
CUSTOMER_INDEX = os.environ.get("CUSTOMER_INDEX", "customer-orders")
MOST_A_PAGE = 100


class BadRequest(Exception):
    """The caller can put it right; the text says how."""


def handler(event, context):
    parameters = event.get("pathParameters") or {}
    query = event.get("queryStringParameters") or {}
    try:
        if "orderId" in parameters:
            return one_order(parameters["orderId"])
        return orders_of_customer(parameters["customerId"], query)
    except BadRequest as error:
        return answer(400, {"message": str(error)})


def one_order(order_id):
    # strongly consistent: who has just placed an order looks for it at once
    found = dynamodb.get_item(
        TableName=ORDERS_TABLE, Key={"order_id": {"S": order_id}}, ConsistentRead=True
    ).get("Item")
    log.info("order read", order_id=order_id, found=found is not None)
    if found is None:
        return answer(404, {"message": f"No order {order_id}; an accepted one may be on its way."})
    return answer(200, shown(items.from_item(found)))


def orders_of_customer(customer_id, query):
    request = {
        "TableName": ORDERS_TABLE,
        "IndexName": CUSTOMER_INDEX,
        "KeyConditionExpression": "customer_id = :customer",
        "ExpressionAttributeValues": {":customer": {"S": customer_id}},
        "ScanIndexForward": False,
        "Limit": page_size(query),
    }
    if query.get("next"):
        request["ExclusiveStartKey"] = start_key(query["next"], customer_id)
    found = dynamodb.query(**request)
    page = {"orders": [shown(items.from_item(item)) for item in found["Items"]]}
    if "LastEvaluatedKey" in found:
        page["next"] = token(found["LastEvaluatedKey"])
    log.info("orders read", customer_id=customer_id, count=len(page["orders"]))
    return answer(200, page)


def page_size(query):
    given = query.get("limit") or "20"
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= MOST_A_PAGE):
        raise BadRequest(f"limit is a number from 1 to {MOST_A_PAGE}.")
    return int(given)


def token(last_key):
    return base64.urlsafe_b64encode(json.dumps(items.from_item(last_key)).encode()).decode()


def start_key(given, customer_id):
    """The key that a token of ours holds; a token of another customer's list is refused."""
    try:
        key = json.loads(base64.urlsafe_b64decode(given.encode()))
        correct = set(key) == {"order_id", "customer_id", "placed_at"}
        correct = correct and all(isinstance(value, str) and value for value in key.values())
    except (ValueError, TypeError):
        correct = False
    if not correct or key["customer_id"] != customer_id:
        raise BadRequest("next is no token of this list.")
    return items.to_item(key)


def shown(stored):
    """An order as clients see it: as it was placed, with its status and total."""
    return {
        **orders.contract_fields(stored),
        "status": stored["status"],
        "total_cents": stored["total_cents"],
    }


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
