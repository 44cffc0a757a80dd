"""Requests whose signature stands in the query string, as presigned URLs have it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request

# no client can send a header of this name
EXPIRES = ":expires"
LONGEST_SECONDS = 7 * 24 * 3600
_MARK = "X-Amz-Signature="
_SECONDS = re.compile(r"\d{1,6}", re.ASCII)


def in_headers(request: Request) -> Request:
    """The request with its signature in the headers, if it has it in the query string."""
    if _MARK not in request.query_string or "authorization" in request.headers:
        return request
    fields, rest = _fields(request.query_string)
    headers = {
        **request.headers,
        "authorization": (
            f"{fields.get('algorithm', '')} Credential={fields.get('credential', '')}, "
            f"SignedHeaders={fields.get('signedheaders', '')}, "
            f"Signature={fields.get('signature', '')}"
        ),
        "x-amz-date": fields.get("date", ""),
        EXPIRES: str(_lifetime(fields.get("expires", ""))),
    }
    if "security-token" in fields:
        headers["x-amz-security-token"] = fields["security-token"]
    return replace(request, headers=headers, query_string=rest)


def _fields(query_string: str) -> tuple[dict[str, str], str]:
    """The fields of the signature, and the query string that was signed."""
    fields, signed = {}, []
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if name.startswith("X-Amz-"):
            fields[name.removeprefix("X-Amz-").lower()] = unquote(value)
        if name != "X-Amz-Signature":
            signed.append(part)
    return fields, "&".join(signed)


def _lifetime(text: str) -> int:
    """For how many seconds the URL is good."""
    if not _SECONDS.fullmatch(text) or not 1 <= int(text) <= LONGEST_SECONDS:
        raise AwsError(
            "X-Amz-Expires must be between 1 and 604800 seconds",
            code="AuthorizationQueryParametersError",
        )
    return int(text)
