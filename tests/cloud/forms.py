"""Signed calls in the query protocol, as SDKs of all ages write them."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FORM = "application/x-www-form-urlencoded; charset=utf-8"
KEYS = Credentials("test", "test")


def query_call(
    cloud: Any,
    path: str,
    form: dict[str, Any],
    *,
    service: str = "sqs",
    method: str = "POST",
    accept: str = "",
    presigned: bool = False,
) -> tuple[int, str]:
    """Status and body. A presigned call has its signature in the query string."""
    data = urlencode(form)
    headers = {"Accept": accept} if accept else {}
    if method == "POST":
        headers["Content-Type"] = FORM
    url = f"{cloud.endpoint}{path}"
    request = AWSRequest(
        method=method,
        url=f"{url}?{data}" if method == "GET" and data else url,
        data=data if method == "POST" else None,
        headers={} if presigned else headers,
    )
    sign = SigV4QueryAuth if presigned else SigV4Auth
    sign(KEYS, service, "us-east-1").add_auth(request)
    prepared = request.prepare()
    plain = urllib.request.Request(
        prepared.url,
        method=method,
        headers={**headers, **dict(prepared.headers.items())},
        data=data.encode() if method == "POST" else None,
    )
    try:
        with urllib.request.urlopen(plain) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
