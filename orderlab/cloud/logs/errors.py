"""The errors of CloudWatch Logs.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError

# characters of a wrong value that an error repeats
_MOST_SHOWN = 2048


class InvalidParameter(AwsError):
    """A parameter breaks a constraint, or does not go with another."""

    code = "InvalidParameterException"


class ResourceNotFound(AwsError):
    """The group, stream or query does not exist."""

    code = "ResourceNotFoundException"

    @classmethod
    def group(cls) -> ResourceNotFound:
        """The error for a log group that does not exist."""
        return cls("The specified log group does not exist.")

    @classmethod
    def stream(cls) -> ResourceNotFound:
        """The error for a log stream that does not exist."""
        return cls("The specified log stream does not exist.")


class ResourceAlreadyExists(AwsError):
    """There is a group or stream of that name."""

    code = "ResourceAlreadyExistsException"


class LimitExceeded(AwsError):
    """There are as many as there may be."""

    code = "LimitExceededException"


class MalformedQuery(AwsError):
    """The Insights query cannot be read."""

    code = "MalformedQueryException"


def constraint(value: object, name: str, text: str, *, shown: bool = True) -> InvalidParameter:
    """The error of a value that breaks a constraint; AWS does not show every value."""
    value_text = f" '{str(value)[:_MOST_SHOWN]}'" if shown else ""
    return InvalidParameter(
        f"1 validation error detected: Value{value_text} at '{name}' failed to satisfy "
        f"constraint: {text}"
    )
