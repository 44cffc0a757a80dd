"""accept-order: the synchronous way in, of chapters 01 to 03.

Without ORDERS_TABLE (chapter 01) it checks an order and gives a receipt. With it, it stores the
order first. SERVICES (chapter 02) names functions that are called while the customer waits.
"""

import base64
import json
import os

from orderlib import aws, events, log, money, orders, storage

ORDERS_TABLE = os.environ.get("ORDERS_TABLE", "")
SERVICES = [name for name in os.environ.get("SERVICES", "").split(",") if name]
dynamodb = aws.client("dynamodb") if ORDERS_TABLE else None
functions = aws.client("lambda") if SERVICES else None


def handler(event, context):
    try:
        order = orders.parse(body_of(event))
    except orders.InvalidOrder as error:
        log.warning("order refused", reason=str(error))
        return answer(400, {"message": str(error)})
    accepted_ms = storage.now_ms()
    stored = None
    if ORDERS_TABLE:
        stored = storage.store_once(dynamodb, ORDERS_TABLE, order, accepted_ms)
    if stored is not None and not storage.same_order(order, stored):
        log.warning("order conflicts", order_id=order["order_id"])
        return answer(409, {"message": "Another order has this order_id."})
    failed = [name for name in SERVICES if not tell(name, order, accepted_ms)]
    if failed:
        # the order is stored; the same request, sent again, calls the services again
        return answer(502, {"message": f"No answer from {', '.join(failed)}."})
    log.info("order accepted", order_id=order["order_id"], repeated=stored is not None)
    return answer(201 if stored is None else 200, receipt(order))


def body_of(event):
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body).decode()
    except ValueError:
        raise orders.InvalidOrder("the body is no UTF-8 text") from None


def tell(service, order, accepted_ms):
    """Call a service with the form of batch that its queue will hand it in chapter 03."""
    event = events.order_event(events.ORDER_PLACED, order["order_id"], order)
    event["accepted_ms"] = accepted_ms
    batch = {"Records": [{"messageId": order["order_id"], "body": json.dumps(event)}]}
    try:
        reply = functions.invoke(FunctionName=service, Payload=json.dumps(batch).encode())
        result = json.loads(reply["Payload"].read())
        done = "FunctionError" not in reply and not result["batchItemFailures"]
    except Exception as error:
        log.error("service cannot be called", service=service, error=repr(error))
        return False
    if not done:
        log.error("service failed", service=service, order_id=order["order_id"], result=result)
    return done


def receipt(order):
    return {
        "order_id": order["order_id"],
        "status": "ACCEPTED",
        "total_cents": money.total_cents(order),
        "status_url": f"/orders/{order['order_id']}",
    }


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
