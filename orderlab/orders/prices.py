"""What AWS charges for what the system uses, us-east-1, in US dollars.

No price list of AWS could be read when this table was made: every figure is second-hand, and the
ones marked `recalled` were not found written anywhere. Whoever shows a cost shows that too. Free
tiers are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHECKED_ON = "2026-11-22"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for `per` units of a metered item. `recalled`: no source was found."""

    item: str
    label: str
    usd: float
    per: float
    source: str
    recalled: bool = False


TABLE = (
    Price("apigateway.requests", "API Gateway REST requests", 3.50, 1e6,
          "awsforengineers.com, 2025"),
    Price("apigateway.http_requests", "API Gateway HTTP API requests (512 KB)", 1.00, 1e6,
          "go-cloud.io, 2026"),
    Price("lambda.requests", "Lambda requests", 0.20, 1e6, "AWS whitepaper"),
    Price("lambda.gb_seconds", "Lambda GB-seconds (x86)", 0.0000166667, 1,
          "cloudchipr.com, 2024"),
    Price("lambda.provisioned_gb_seconds", "Lambda provisioned concurrency GB-seconds",
          0.0000041667, 1, "", recalled=True),
    Price("lambda.provisioned_duration_gb_seconds",
          "Lambda GB-seconds run on provisioned concurrency", 0.0000097222, 1, "", recalled=True),
    Price("sqs.requests", "SQS standard requests", 0.40, 1e6, "cloudburn.io, March 2026"),
    Price("sns.publishes", "SNS publishes", 0.50, 1e6, "", recalled=True),
    Price("sns.deliveries.sqs", "SNS deliveries to SQS", 0.0, 1e6, "", recalled=True),
    Price("dynamodb.write_units", "DynamoDB write request units", 0.625, 1e6,
          "airbyte.com, 2025"),
    Price("dynamodb.read_units", "DynamoDB read request units", 0.125, 1e6,
          "airbyte.com, 2025"),
    Price("dax.node_hours", "DAX node-hours, as of dax.t3.small", 0.04, 1, "usage.ai, April 2026"),
    Price("events.events", "EventBridge custom events (64 KB)", 1.00, 1e6,
          "cloudburn.io, March 2026"),
    Price("pipes.requests", "EventBridge Pipes requests (64 KB)", 0.40, 1e6,
          "cloudburn.io, March 2026"),
    Price("scheduler.invocations", "EventBridge Scheduler invocations", 1.00, 1e6, "",
          recalled=True),
    Price("logs.ingested_bytes", "CloudWatch Logs ingested", 0.50, 1024**3, "go-cloud.io, 2026"),
)  # fmt: skip

# metered by the cloud, and no item of any bill: calls are charged by the service that answers
NOT_BILLED = {"api.calls"}


@dataclass(frozen=True, slots=True)
class Charge:
    """A metered quantity with its price. `usd` is None where the table has no price for it."""

    item: str
    label: str
    quantity: float
    usd: float | None
    recalled: bool
    source: str


def charges(usage: Mapping[str, float]) -> list[Charge]:
    """What the metered items cost, in the order of the table; then what has no price here."""
    known = {price.item for price in TABLE} | NOT_BILLED
    priced = [
        Charge(p.item, p.label, usage[p.item], usage[p.item] / p.per * p.usd, p.recalled, p.source)
        for p in TABLE
        if p.item in usage
    ]
    rest = [
        Charge(item, item, quantity, None, False, "")
        for item, quantity in sorted(usage.items())
        if item not in known
    ]
    return priced + rest


def total_usd(given: list[Charge]) -> float:
    """The sum of what has a price."""
    return sum(charge.usd for charge in given if charge.usd is not None)
