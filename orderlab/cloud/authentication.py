"""Whose call is this? Signature Version 4, checked as AWS checks it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Credentials
from orderlab.cloud.http import Request

MAX_SKEW_SECONDS = 15 * 60


class MissingAuthentication(AwsError):
    code = "MissingAuthenticationToken"
    status = 403


class UnrecognizedClient(AwsError):
    code = "UnrecognizedClientException"
    status = 403


class SignatureDoesNotMatch(AwsError):
    code = "InvalidSignatureException"
    status = 403


@dataclass(frozen=True, slots=True)
class Scope:
    """The credential scope of a signature: who, for which day, Region and service."""

    access_key_id: str
    date: str
    region: str
    service: str


class KeyRing:
    """The keys that are accepted."""

    def __init__(self) -> None:
        self._credentials: dict[str, Credentials] = {}
        self._others: list[Callable[[str], Credentials | None]] = []

    def also_ask(self, lookup: Callable[[str], Credentials | None]) -> None:
        """Accept the keys that a function finds, too."""
        self._others.append(lookup)

    def add(self, credentials: Credentials) -> None:
        self._credentials[credentials.access_key_id] = credentials

    def remove(self, access_key_id: str) -> None:
        self._credentials.pop(access_key_id, None)

    def get(self, access_key_id: str) -> Credentials | None:
        found = self._credentials.get(access_key_id)
        if found is not None:
            return found
        answers = (lookup(access_key_id) for lookup in self._others)
        return next((credentials for credentials in answers if credentials is not None), None)


def authenticate(request: Request, keys: KeyRing) -> tuple[Credentials, Scope]:
    """The credentials behind a request and the scope they were used in; AwsError if none."""
    fields = _authorization_fields(request.headers.get("authorization", ""))
    scope = _scope(fields["Credential"])
    credentials = keys.get(scope.access_key_id)
    if credentials is None:
        raise UnrecognizedClient("The security token included in the request is invalid.")
    if credentials.session_token is not None:
        token = request.headers.get("x-amz-security-token", "")
        if not hmac.compare_digest(token, credentials.session_token):
            raise UnrecognizedClient("The security token included in the request is invalid.")
    _check_age(request.headers)
    expected = _signature(request, credentials.secret_access_key, scope, fields["SignedHeaders"])
    if not hmac.compare_digest(expected, fields["Signature"]):
        raise SignatureDoesNotMatch(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )
    return credentials, scope


def _authorization_fields(header: str) -> dict[str, str]:
    algorithm, _, rest = header.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    needed = {"Credential", "SignedHeaders", "Signature"}
    if algorithm != "AWS4-HMAC-SHA256" or not needed <= fields.keys():
        raise MissingAuthentication("Missing Authentication Token")
    return fields


def _scope(credential: str) -> Scope:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":
        raise SignatureDoesNotMatch("Credential should be scoped to a valid region and service.")
    return Scope(*parts[:4])


def _check_age(headers: Mapping[str, str]) -> None:
    """Refuse a request that was signed long ago, so that a captured one cannot be replayed."""
    stamp = headers.get("x-amz-date", "")
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise SignatureDoesNotMatch("Date must be in ISO-8601 'basic format'.") from None
    if abs(time.time() - signed_at) > MAX_SKEW_SECONDS:
        raise SignatureDoesNotMatch(
            f"Signature expired: {stamp} is not within {MAX_SKEW_SECONDS // 60} min. of now. "
            "Is this machine's clock right?"
        )


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _signature(request: Request, secret: str, scope: Scope, signed_headers: str) -> str:
    text = "\n".join(
        (
            "AWS4-HMAC-SHA256",
            request.headers["x-amz-date"],
            f"{scope.date}/{scope.region}/{scope.service}/aws4_request",
            hashlib.sha256(_canonical_request(request, signed_headers).encode()).hexdigest(),
        )
    )
    key = _signing_key(secret, scope.date, scope.region, scope.service)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _canonical_request(request: Request, signed_headers: str) -> str:
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
        for name in signed_headers.split(";")
    )
    body_hash = request.headers.get("x-amz-content-sha256")
    actual = hashlib.sha256(request.body).hexdigest()
    if body_hash not in (None, "UNSIGNED-PAYLOAD", actual):
        raise SignatureDoesNotMatch("The provided x-amz-content-sha256 header does not match.")
    return "\n".join(
        (
            request.method,
            # every service but S3 signs the path that was already encoded once more
            quote(request.path, safe="/~-._") or "/",
            _canonical_query(request.query_string),
            headers,
            signed_headers,
            body_hash or actual,
        )
    )


def _canonical_query(query_string: str) -> str:
    if not query_string:
        return ""
    pairs = (part.partition("=") for part in query_string.split("&") if part)
    encoded = sorted(
        (quote(unquote(name), safe="~-._"), quote(unquote(value), safe="~-._"))
        for name, _, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)
