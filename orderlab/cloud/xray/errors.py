"""X-Ray's errors.

https://docs.aws.amazon.com/xray/latest/api/CommonErrors.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


class InvalidRequest(AwsError):
    """The request is missing required parameters or has invalid ones."""

    code = "InvalidRequestException"


class BadSegment(ValueError):
    """A segment document that cannot be kept. `code` says why, in X-Ray's words."""

    def __init__(self, code: str, segment_id: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.segment_id = segment_id
