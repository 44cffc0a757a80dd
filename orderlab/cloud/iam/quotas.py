"""How large policies may be, and how many a role, user or group may have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from collections.abc import Iterable

from orderlab.cloud.aws_error import AwsError, ValidationException

MANAGED_POLICY = 6_144
TRUST_POLICY = 2_048
# what all inline policies of one may have together
INLINE_POLICIES = {"role": 10_240, "user": 2_048, "group": 5_120}
ATTACHED_POLICIES = 10
MAX_DOCUMENT = 131_072


class LimitExceeded(AwsError):
    """A quota of IAM is used up."""

    code = "LimitExceeded"
    status = 409


class ValidationError(ValidationException):
    """IAM's and STS's error for input that breaks a constraint."""

    code = "ValidationError"


def check_length(name: str, text: str) -> None:
    """Raise ValidationError for a document whose length is out of bounds."""
    member = f"{name[:1].lower()}{name[1:]}"
    if not 1 <= len(text) <= MAX_DOCUMENT:
        bound = (
            "greater than or equal to 1" if not text else f"less than or equal to {MAX_DOCUMENT}"
        )
        raise ValidationError(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have length {bound}"
        )


def check_managed(text: str) -> None:
    """Raise LimitExceeded for a managed policy that is too long."""
    if _counted(text) > MANAGED_POLICY:
        raise LimitExceeded(f"Cannot exceed quota for PolicySize: {MANAGED_POLICY}")


def check_trust(text: str) -> None:
    """Raise LimitExceeded for a trust policy that is too long."""
    if _counted(text) > TRUST_POLICY:
        raise LimitExceeded(f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY}")


def check_inline(kind: str, name: str, texts: Iterable[str]) -> None:
    """`texts` are all inline policies that the role, user or group will have."""
    most = INLINE_POLICIES[kind]
    if sum(map(_counted, texts)) > most:
        raise LimitExceeded(f"Maximum policy size of {most} bytes exceeded for {kind} {name}")


def check_attached(kind: str, count: int) -> None:
    """`count` is how many managed policies are attached already."""
    if count >= ATTACHED_POLICIES:
        raise LimitExceeded(
            f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {ATTACHED_POLICIES}"
        )


def _counted(text: str) -> int:
    """White space does not count."""
    return sum(map(len, text.split()))
