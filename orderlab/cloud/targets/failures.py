"""Why a target was not reached, in the codes of EventBridge's dead letters.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError

_NO_PERMISSION = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
}
_NO_RESOURCE = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
}
_THROTTLED = {
    "OverLimit",
    "ProvisionedThroughputExceededException",
    "RequestThrottled",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
}


class TargetFailure(Exception):
    """One attempt to reach a target has failed.

    `code` is one of EventBridge's codes, `cause` the code of the target's own error. Only some
    failures may go away by themselves: those with `retry`.
    """

    def __init__(self, code: str, message: str, *, retry: bool, cause: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry = retry
        self.cause = cause or code


def failure_of(error: AwsError) -> TargetFailure:
    """What a target's error means for a delivery."""
    cause = str(error.details.get("query_error_code", error.code))
    for codes, code, retry in (
        (_NO_PERMISSION, "NO_PERMISSIONS", False),
        (_NO_RESOURCE, "NO_RESOURCE", False),
        (_THROTTLED, "THROTTLING", True),
    ):
        if cause in codes or error.code in codes:
            return TargetFailure(code, error.message, retry=retry, cause=cause)
    if error.status >= 500:
        return TargetFailure("ERROR_FROM_TARGET", error.message, retry=True, cause=cause)
    return TargetFailure("INVALID_PARAMETER", error.message, retry=False, cause=cause)
