"""What a request says of its signature: by whose key, for what, and over which headers.

Nothing of it is checked here; `authentication.py` does that.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orderlab.cloud import presigned
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request

# as SDKs write the header; whatever else is read part by part
_USUAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/([^/,\s]+)/([^/,\s]+)/([^/,\s]+)/aws4_request, "
    r"SignedHeaders=([^,\s]+), Signature=([^,\s]+)"
)


class MissingAuthentication(AwsError):
    """The request is not signed, or not with Signature Version 4."""

    code = "MissingAuthenticationTokenException"
    status = 403
    query_code = "MissingAuthenticationToken"


class IncompleteSignature(AwsError):
    """The Authorization header lacks a part, or a part of it is invalid."""

    code = "IncompleteSignatureException"
    status = 403
    query_code = "IncompleteSignature"


@dataclass(slots=True)
class Scope:
    """The credential scope of a signature: who, for which day, Region and service."""

    access_key_id: str
    date: str
    region: str
    service: str


@dataclass(slots=True)
class Signature:
    """A signature: its value, its scope, and the names of the headers that it covers.

    `request` is the request that was signed, with the signature in its headers.
    """

    request: Request
    scope: Scope
    signed_headers: str
    value: str


def signature_of(request: Request) -> Signature:
    """The signature that a request claims to have.

    Raises MissingAuthentication, IncompleteSignature.
    """
    request = presigned.in_headers(request)
    header = request.headers.get("authorization", "")
    usual = _USUAL.fullmatch(header)
    if usual is not None:
        key, date, region, service, signed_headers, value = usual.groups()
        return Signature(request, Scope(key, date, region, service), signed_headers, value)
    fields = _fields(header)
    scope = _scope(fields["Credential"])
    return Signature(request, scope, fields["SignedHeaders"], fields["Signature"])


def _fields(header: str) -> dict[str, str]:
    algorithm, _, rest = header.partition(" ")
    if algorithm != "AWS4-HMAC-SHA256":
        raise MissingAuthentication(
            "Missing Authentication Token", query_error_code="MissingAuthenticationToken"
        )
    parts = (part.strip().partition("=") for part in rest.split(","))
    fields = {name: value for name, _, value in parts}
    for needed in ("Credential", "SignedHeaders", "Signature"):
        if not fields.get(needed):
            raise IncompleteSignature(
                f"Authorization header requires '{needed}' parameter. Authorization={algorithm}",
                query_error_code="IncompleteSignature",
            )
    return fields


def _scope(credential: str) -> Scope:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request" or not all(parts):
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term",
            query_error_code="IncompleteSignature",
        )
    return Scope(*parts[:4])
