"""Lambda's own errors. https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html"""

from __future__ import annotations

import errno
from typing import Any

from orderlab.cloud.aws_error import AwsError


class _OfTheUser(AwsError):
    """An error that says in a member of its own that it is the caller's."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message, Type="User", **details)


class ResourceNotFound(_OfTheUser):
    """The function, version, alias, layer or policy does not exist."""

    code = "ResourceNotFoundException"
    status = 404

    def __init__(self, message: str = "The resource you requested does not exist.") -> None:
        super().__init__(message)


class ProvisionedConfigNotFound(_OfTheUser):
    """No provisioned concurrency was set for that version or alias."""

    code = "ProvisionedConcurrencyConfigNotFoundException"
    status = 404

    def __init__(self) -> None:
        super().__init__("No Provisioned Concurrency Config found for this function")


class ResourceConflict(_OfTheUser):
    """It exists already, or another update is in progress."""

    code = "ResourceConflictException"
    status = 409


class InvalidParameterValue(_OfTheUser):
    """A parameter has a value that Lambda refuses."""

    code = "InvalidParameterValueException"


class PreconditionFailed(_OfTheUser):
    """A RevisionId that is out of date; `call` is the one that tells the latest."""

    code = "PreconditionFailedException"
    status = 412

    def __init__(self, call: str = "GetFunction/GetAlias") -> None:
        super().__init__(
            "The Revision Id provided does not match the latest Revision Id. "
            f"Call the {call} API to retrieve the latest Revision Id"
        )


class InvalidRequestContent(AwsError):
    """The payload, or the client context, is not JSON."""

    code = "InvalidRequestContentException"


class RequestTooLarge(AwsError):
    """The payload of an invocation exceeds its limit."""

    code = "RequestTooLargeException"
    status = 413


class RequestEntityTooLarge(AwsError):
    """The deployment package of a call exceeds its limit."""

    code = "RequestEntityTooLargeException"
    status = 413


class CodeStorageExceeded(AwsError):
    """All packages of the account together exceed their limit."""

    code = "CodeStorageExceededException"


# what the system says when the disk is full, broken or read-only, or a file may not grow
DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class ServiceException(AwsError):
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""

    code = "ServiceException"
    status = 500

    @classmethod
    def of_machine(cls, error: OSError) -> ServiceException:
        """The error for a machine that cannot run another process."""
        if error.errno in DISK_FAULTS:
            return cls.of_disk(error)
        return cls(
            "The AWS Lambda service encountered an internal error: the local cloud cannot start a "
            f"process ({error.strerror}). This machine has too little left."
        )

    @classmethod
    def of_disk(cls, error: OSError) -> ServiceException:
        """The error for a disk that cannot be written to."""
        return cls(
            "The AWS Lambda service encountered an internal error: the local cloud cannot write "
            f"to its temporary folder ({error.strerror}). Make room there, and try again."
        )


class TooManyRequests(_OfTheUser):
    """A throttled call. `reason` is one of AWS's reasons, such as `CallerRateLimitExceeded`."""

    code = "TooManyRequestsException"
    status = 429

    def __init__(self, reason: str, *, fault: str = "") -> None:
        super().__init__("Rate Exceeded.", Reason=reason)
        self.reason = reason
        # the kind of fault where an experiment throttles
        self.fault = fault


class RecursiveInvocation(_OfTheUser):
    """The function was invoked again and again by what it does itself."""

    code = "RecursiveInvocationException"

    def __init__(self) -> None:
        super().__init__(
            "Lambda has detected your function being invoked in a recursive loop with other "
            "Amazon Web Services resources and stopped your function's invocation."
        )


def function_not_found(arn: str) -> ResourceNotFound:
    """The error for a function, version or alias that does not exist."""
    return ResourceNotFound(f"Function not found: {arn}")
