"""Handlers that log an order, as a learner might write them: the right one, and changes of it."""

from __future__ import annotations

HEAD = """
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="orders")
metrics = Metrics(namespace="shop", service="orders")
"""
BODY = """
@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event, context):
    logger.append_keys(order_id=event["order_id"], lines=len(event["lines"]))
    if event["coupon_cents"] > 0:
        logger.append_keys(coupon_cents=event["coupon_cents"])
    logger.debug("whole order", extra={"order": event})
    logger.info("order seen")
    metrics.add_metric(
        name="OrdersSeen",
        unit=MetricUnit.Count,
        value=1,
    )
"""
RIGHT = HEAD + BODY
EXTRA = (
    HEAD
    + """
@metrics.log_metrics
def handler(event, context):
    fields = {"order_id": event["order_id"], "lines": len(event["lines"])}
    if event["coupon_cents"]:
        fields["coupon_cents"] = event["coupon_cents"]
    logger.debug(event)
    logger.info("seen", extra=fields)
    metrics.add_metric("OrdersSeen", "Count", 1)
    return event["order_id"]
"""
)
# without the library: print, and the embedded metric format by hand
BY_HAND = """
import json, os, time

def handler(event, context):
    found = {"level": "INFO", "order_id": event["order_id"], "lines": len(event["lines"])}
    if event["coupon_cents"] > 0:
        found["coupon_cents"] = event["coupon_cents"]
    if os.environ.get("POWERTOOLS_LOG_LEVEL") == "DEBUG":
        print(json.dumps({"level": "DEBUG", "order": event}))
    print(json.dumps(found))
    directive = {"Namespace": "shop", "Dimensions": [["service"]],
                 "Metrics": [{"Name": "OrdersSeen", "Unit": "Count"}]}
    print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000),
                               "CloudWatchMetrics": [directive]},
                      "service": "orders", "OrdersSeen": 1}))
"""


def changed(before: str, after: str) -> str:
    """The right handler with one change."""
    assert before in RIGHT, before
    return RIGHT.replace(before, after)
