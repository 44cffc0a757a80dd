"""What can go wrong, by whose fault it is.

OrderlabError
├── LearnerError     something the reader can put right; `advice` says how
├── LabError         our fault; never shown as the learner's
└── AwsLimit         a limit that AWS has too
"""

from __future__ import annotations


class OrderlabError(Exception):
    """Base of all errors of this package; `advice` is what to do next."""

    advice = ""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        if advice:
            self.advice = advice

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} {self.advice}".strip()


class LearnerError(OrderlabError):
    """Something the reader can put right."""


class LabError(OrderlabError):
    """Our own fault, or the machine's."""


class AwsLimit(OrderlabError):
    """A limit that AWS sets as well."""
