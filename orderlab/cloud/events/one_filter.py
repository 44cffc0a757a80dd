"""Lists of EventBridge that take one filter at most.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListArchives.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Parameters

_FILTERS = ("State", "EventSourceArn", "NamePrefix")


def require_one_filter(given: Parameters, operation: str) -> None:
    """Raise ValidationException for a list that is asked for with several filters."""
    if sum(given.get(name) is not None for name in _FILTERS) > 1:
        raise ValidationException(
            f"At most one filter is allowed for {operation}. Use either : State, EventSourceArn, "
            "or NamePrefix."
        )
