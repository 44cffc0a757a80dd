"""CloudWatch's limits on metrics: how long they are kept, and how much one call may ask for.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

from orderlab.cloud.cloudwatch.errors import Throttling

_HOUR, _DAY = 3600, 24 * 3600
# characters of a name, and of a dimension's value
MAX_NAME, MAX_DIMENSION_VALUE = 255, 1024
# values are between minus and plus this
LARGEST_VALUE = 2.0**360
# how new a value of a metric is that is recently active
RECENTLY_SECONDS = 3 * _HOUR
# PutMetricData: entries, values of one entry, and how old or new they may be
MAX_DATA = 1000
MAX_VALUES = 150
OLDEST_SECONDS = 14 * _DAY
NEWEST_SECONDS = 2 * _HOUR
# GetMetricStatistics: points, statistics, and percentiles
MAX_DATAPOINTS = 1440
MAX_STATISTICS = 5
MAX_EXTENDED_STATISTICS = 10
# GetMetricData: queries, points of one answer, length of an expression
MAX_QUERIES = 500
MAX_RETURNED = 100_800
MAX_EXPRESSION = 2048
# Points that GetMetricData may go through in a second, estimated from ranges and periods.
MAX_ESTIMATED_POINTS = 396_000
# the same, each as often as an operator or function of an expression goes through it
MAX_COMPUTED_POINTS = 2_000_000
# alarms of a Region; actions of a state, and queries of one alarm
MAX_ALARMS = 5000
MAX_ACTIONS = 5
MAX_ALARM_QUERIES = 20
# characters of an alarm's description, and of the reason for a state
MAX_DESCRIPTION, MAX_REASON = 1024, 1023
MAX_REASON_DATA = 4000
# tags of an alarm, and characters of a key and of a value
MAX_TAGS, MAX_TAG_KEY, MAX_TAG_VALUE = 50, 128, 256


def kept_seconds(period: int) -> int:
    """How far back there are points of a period."""
    if period < 60:
        return 3 * _HOUR
    if period % _HOUR == 0:
        return 455 * _DAY
    return 63 * _DAY if period % 300 == 0 else 15 * _DAY


def require_affordable(points: int, computed: int) -> None:
    """Raise Throttling for a call that asks for too much at once."""
    if points > MAX_ESTIMATED_POINTS or computed > MAX_COMPUTED_POINTS:
        raise Throttling("Rate exceeded")
