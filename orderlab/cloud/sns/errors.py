"""SNS's errors. https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class InvalidParameter(AwsError):
    """Most things that SNS refuses; the text always begins the same."""

    code = "InvalidParameter"

    def __init__(self, what: str) -> None:
        super().__init__(f"Invalid parameter: {what}")
        self.what = what


class ParameterValueInvalid(AwsError):
    """A message attribute that cannot be taken."""

    code = "ParameterValueInvalid"


class InvalidToken(AwsError):
    """The token of a confirmation has the wrong form."""

    code = "InvalidParameter"

    def __init__(self) -> None:
        super().__init__("Invalid token")


class NotFound(AwsError):
    """There is no such topic or subscription."""

    code = "NotFound"
    status = 404


class ResourceNotFound(AwsError):
    """The resource whose tags are meant does not exist."""

    code = "ResourceNotFound"
    status = 404

    def __init__(self) -> None:
        super().__init__("Resource does not exist")


class MissingParameter(AwsError):
    """`path` is where the parameter stands, as in `messageAttributes.kind.member.dataType`."""

    code = "ValidationError"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: "
            "Member must not be null"
        )


class LimitExceeded(AwsError):
    """SubscriptionLimitExceeded, FilterPolicyLimitExceeded ..."""

    status = 403


class TagLimitExceeded(AwsError):
    """A topic would have more than 50 tags."""

    code = "TagLimitExceeded"

    def __init__(self) -> None:
        super().__init__("Could not complete request: tag quota of per resource exceeded")


class BatchError(AwsError):
    """What is wrong with a batch as a whole."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)
