"""An error as AWS sends it, before it is put into a protocol's form."""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An AWS error: its code, its text and the HTTP status it travels with.

    `details` are further members of the error (CancellationReasons, Type, Reason ...).
    """

    code = "InternalFailure"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status
        self.details = details


class ValidationException(AwsError):
    """The input breaks a constraint of the service; most services share this code."""

    code = "ValidationException"


class AccessDenied(AwsError):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""

    code = "AccessDeniedException"


class NotDoneYet(AwsError):
    """A part of AWS that the local cloud does not do; refused rather than silently accepted."""

    code = "NotImplementedByOrderlab"
    status = 501

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The local cloud does not do {what}. It refuses it instead of pretending; "
            "use a real account for it, or leave it out."
        )
