"""What a chapter's system costs in an account: while it stands, and for the chapter's orders."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.aws_target.base import Target
from orderlab.orders.architecture import CHAPTERS, SERVICES, wanted_functions
from orderlab.orders.prices import CHECKED_ON, charges, total_usd

# what a learner sends in a chapter, generously
ORDERS = 20_000
# five long polls of 20 seconds at a time keep waiting at each queue that feeds a function
_POLLS_AN_HOUR = 5 * 3600 / 20
# recalled: ten cents a month for a standard metric alarm
_ALARM_USD_AN_HOUR = 0.10 / 730
_SECONDS_OF_A_CALL, _GB = 0.05, 0.5


@dataclass(frozen=True)
class Estimate:
    """`parts` counts what is built before the learner begins, by kind."""

    parts: dict[str, int]
    usd_an_hour: float
    usd_of_chapter: float
    orders: int = ORDERS
    checked_on: str = CHECKED_ON


def estimate(target: Target, chapter: int) -> Estimate:
    """For what stands in a chapter: the system at its end, which the learner builds up to."""
    before = _parts(target, chapter - 1)
    after = _parts(target, chapter)
    fed = after["event source mappings"]
    polls = total_usd(charges({"sqs.requests": fed * _POLLS_AN_HOUR}))
    alarms = after["alarms"] * _ALARM_USD_AN_HOUR
    return Estimate(before, polls + alarms, total_usd(charges(_usage(after))))


def _parts(target: Target, chapter: int) -> dict[str, int]:
    standing = min(chapter, CHAPTERS[-1])
    functions = len(wanted_functions(target, standing)) if standing >= 1 else 0
    tables = 1 + len(SERVICES) if standing >= 2 else 0
    queues = len(SERVICES) + (standing >= 4) if standing >= 3 else 0
    return {
        "functions with roles and log groups": functions,
        "layers": int(standing >= 1),
        "APIs": int(standing >= 1),
        "tables, on demand": tables,
        "topics": int(standing >= 3),
        # each has its dead letters; one collects what could not be published
        "queues": 2 * queues + 1 if queues else 0,
        "event source mappings": queues + 1 if queues else 0,
        "alarms": functions + queues if queues else 0,
    }


def _usage(parts: dict[str, int]) -> dict[str, float]:
    functions, tables = parts["functions with roles and log groups"], parts["tables, on demand"]
    queues = parts["queues"] // 2
    return {
        "apigateway.requests": ORDERS,
        "lambda.requests": ORDERS * functions,
        "lambda.gb_seconds": ORDERS * functions * _SECONDS_OF_A_CALL * _GB,
        # an item, its indexes, and the record of each service
        "dynamodb.write_units": ORDERS * (tables + 2) if tables else 0,
        "dynamodb.read_units": ORDERS if tables else 0,
        "sns.publishes": ORDERS * parts["topics"],
        # sent, received and deleted
        "sqs.requests": 3 * ORDERS * queues,
        "logs.ingested_bytes": ORDERS * functions * 500.0,
    }
