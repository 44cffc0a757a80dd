"""The errors of CloudWatch Logs."""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError

# characters of a wrong value that an error repeats
_MOST_SHOWN = 2048


class InvalidParameter(AwsError):
    code = "InvalidParameterException"


class ResourceNotFound(AwsError):
    code = "ResourceNotFoundException"

    @classmethod
    def group(cls) -> ResourceNotFound:
        return cls("The specified log group does not exist.")

    @classmethod
    def stream(cls) -> ResourceNotFound:
        return cls("The specified log stream does not exist.")


class ResourceAlreadyExists(AwsError):
    code = "ResourceAlreadyExistsException"


class LimitExceeded(AwsError):
    code = "LimitExceededException"


class MalformedQuery(AwsError):
    code = "MalformedQueryException"


def constraint(value: object, name: str, text: str, *, shown: bool = True) -> InvalidParameter:
    """The error of a value that breaks a constraint; AWS does not show every value."""
    value_text = f" '{str(value)[:_MOST_SHOWN]}'" if shown else ""
    return InvalidParameter(
        f"1 validation error detected: Value{value_text} at '{name}' failed to satisfy "
        f"constraint: {text}"
    )
