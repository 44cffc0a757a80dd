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
    content_type: str = FORM,
) -> tuple[int, str]:
    """Status and body of a call that is signed in its headers."""
    data = urlencode(form) if method == "POST" else ""
    headers = {"Accept": accept} if accept else {}
    if method == "POST":
        headers["Content-Type"] = content_type
    request = AWSRequest(
        method=method,
        url=f"{cloud.endpoint}{path}",
        # its spaces are signed as %20 and sent as +
        params=form if method == "GET" else None,
        data=data or None,
        headers=headers,
    )
    SigV4Auth(KEYS, service, "us-east-1").add_auth(request)
    prepared = request.prepare()
    body = data.encode() if method == "POST" else None
    return fetch(prepared.url, method, dict(prepared.headers.items()), body)


def presigned_url(cloud: Any, path: str, form: dict[str, Any], service: str = "sqs") -> str:
    """The URL of a GET call with its signature in the query string, good for an hour."""
    request = AWSRequest(method="GET", url=f"{cloud.endpoint}{path}?{urlencode(form)}")
    SigV4QueryAuth(KEYS, service, "us-east-1").add_auth(request)
    url: str = request.prepare().url
    return url


def fetch(
    url: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, str]:
    request = urllib.request.Request(url, method=method, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
