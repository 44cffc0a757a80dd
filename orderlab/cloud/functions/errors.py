"""Lambda's own errors. https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class ResourceNotFound(AwsError):
    code = "ResourceNotFoundException"
    status = 404

    def __init__(self, message: str = "The resource you requested does not exist.") -> None:
        super().__init__(message)


class ResourceConflict(AwsError):
    code = "ResourceConflictException"
    status = 409


class InvalidParameterValue(AwsError):
    code = "InvalidParameterValueException"


class PreconditionFailed(AwsError):
    code = "PreconditionFailedException"
    status = 412

    def __init__(self, resource: str = "Lambda function or alias") -> None:
        super().__init__(
            f"The RevisionId provided does not match the latest RevisionId for the {resource}. "
            "Call the GetFunction or the GetAlias API to retrieve the latest RevisionId for your "
            "resource."
        )


class InvalidRequestContent(AwsError):
    code = "InvalidRequestContentException"


class RequestTooLarge(AwsError):
    code = "RequestTooLargeException"
    status = 413


class RequestEntityTooLarge(AwsError):
    code = "RequestEntityTooLargeException"
    status = 413


class CodeStorageExceeded(AwsError):
    code = "CodeStorageExceededException"


class TooManyRequests(AwsError):
    """A throttled call. `reason` is one of AWS's reasons, such as `CallerRateLimitExceeded`."""

    code = "TooManyRequestsException"
    status = 429

    def __init__(self, reason: str, *, fault: str = "") -> None:
        super().__init__("Rate Exceeded.", Reason=reason)
        self.reason = reason
        # the kind of fault where an experiment throttles
        self.fault = fault


def function_not_found(arn: str) -> ResourceNotFound:
    return ResourceNotFound(f"Function not found: {arn}")
