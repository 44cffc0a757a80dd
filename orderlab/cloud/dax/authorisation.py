"""Whose connection is this? Clients sign it with Signature Version 4, again every few minutes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Credentials, Keys

MAX_SKEW_SECONDS = 15 * 60
_ALGORITHM = "AWS4-HMAC-SHA256"
_HOST = "dax.amazonaws.com"
_INVALID_TOKEN = "The security token included in the request is invalid."


class NotAuthorised(AwsError):
    """The connection was not authorised, or not with keys of this cloud."""

    code = "MissingAuthenticationTokenException"


def not_authorised() -> NotAuthorised:
    """The error for a connection without valid keys."""
    return NotAuthorised("Missing Authentication Token")


def authorise(arguments: Sequence[Any], keys: Keys) -> Credentials:
    """The credentials that an authorizeConnection was signed with.

    `arguments` are the access key id, the signature, the text that was signed, the session token,
    and the client's name. Raises NotAuthorised.
    """
    key_id, signature, signed, token, _ = arguments
    if (
        not isinstance(key_id, str)
        or not isinstance(signature, str)
        or not isinstance(signed, bytes)
    ):
        raise not_authorised()
    credentials = keys.get(key_id)
    if credentials is None:
        raise NotAuthorised(_INVALID_TOKEN, code="UnrecognizedClientException")
    require_fresh(credentials)
    expected_token = credentials.session_token
    if expected_token is not None and not _same(token, expected_token):
        raise NotAuthorised(_INVALID_TOKEN, code="UnrecognizedClientException")
    _check_signature(signature, signed, credentials.secret_access_key)
    return credentials


def require_fresh(credentials: Credentials) -> None:
    """Raise NotAuthorised if the credentials have expired."""
    if credentials.expires_at is not None and time.time() > credentials.expires_at:
        raise NotAuthorised(
            "The security token included in the request is expired", code="ExpiredTokenException"
        )


def _check_signature(signature: str, signed: bytes, secret: str) -> None:
    lines = signed.decode("utf-8", "replace").split("\n")
    scope = lines[2].split("/") if len(lines) == 4 else []
    if len(scope) != 4 or lines[0] != _ALGORITHM or scope[2:] != ["dax", "aws4_request"]:
        raise _mismatch("The text that was signed is none of DAX.")
    stamp = lines[1]
    if not stamp.startswith(scope[0]) or not _is_recent(stamp):
        raise _mismatch(f"Signature expired: {stamp[:20]} is not within 15 min. of now.")
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    right = hmac.digest(key, signed, "sha256").hex()
    if not _same(signature, right) or lines[3] != _request_hash(stamp):
        raise _mismatch(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def _request_hash(stamp: str) -> str:
    """The hash of the request that DAX's clients sign: an empty POST to DAX, at that moment."""
    nothing = hashlib.sha256(b"").hexdigest()
    request = f"POST\n/\n\nhost:{_HOST}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{nothing}"
    return hashlib.sha256(request.encode()).hexdigest()


def _is_recent(stamp: str) -> bool:
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return False
    return abs(time.time() - at) <= MAX_SKEW_SECONDS


def _same(given: Any, expected: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return isinstance(given, str) and hmac.compare_digest(
        given.encode("utf-8", "replace"), expected.encode()
    )


def _mismatch(text: str) -> NotAuthorised:
    return NotAuthorised(text, code="InvalidSignatureException")
