"""ARNs in calls of SNS."""

from __future__ import annotations

from orderlab.cloud.sns.errors import InvalidParameter


def check_arn(arn: str, parameter: str) -> None:
    """Raise InvalidParameter unless the text has the parts of an ARN."""
    elements = arn.count(":") + 1
    if elements < 6:
        raise InvalidParameter(
            f"{parameter} Reason: An ARN must have at least 6 elements, not {elements}"
        )
