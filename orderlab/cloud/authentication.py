"""Whose call is this? Signature Version 4, checked as AWS checks it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus

from orderlab.cloud import presigned
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Credentials, Keys
from orderlab.cloud.http import Request
from orderlab.cloud.signature import (
    MissingAuthentication,
    Scope,
    Signature,
    signature_of,
)

MAX_SKEW_SECONDS = 15 * 60
# services that speak, or once spoke, the query protocol have other names for these errors
_QUERY_SERVICES = ("sqs", "sns", "iam", "sts", "monitoring")
_BASIC = "%Y%m%dT%H%M%SZ"
# of SHA-256
_BLOCK_BYTES = 64


class UnrecognizedClient(AwsError):
    """The access key or the session token is not one of this cloud's."""

    code = "UnrecognizedClientException"
    status = 403
    query_code = "InvalidClientTokenId"


class ExpiredToken(AwsError):
    """The session has ended for which the keys were made."""

    code = "ExpiredTokenException"
    status = 403
    query_code = "ExpiredToken"


class SignatureDoesNotMatch(AwsError):
    """The signature is not that of this request, or too old."""

    code = "InvalidSignatureException"
    status = 403
    query_code = "SignatureDoesNotMatch"


class KeyRing:
    """The keys that are accepted."""

    def __init__(self) -> None:
        self._credentials: dict[str, Credentials] = {}
        self._others: list[Callable[[str], Credentials | None]] = []

    def also_ask(self, lookup: Callable[[str], Credentials | None]) -> None:
        """Accept the keys that a function finds, too."""
        self._others.append(lookup)

    def add(self, credentials: Credentials) -> None:
        """Accept these keys from now on."""
        self._credentials[credentials.access_key_id] = credentials

    def remove(self, access_key_id: str) -> None:
        """Accept the keys with that id no longer."""
        self._credentials.pop(access_key_id, None)

    def get(self, access_key_id: str) -> Credentials | None:
        """The credentials with that key id; None if there are none. They may have expired."""
        found = self._credentials.get(access_key_id)
        if found is not None:
            return found
        answers = (lookup(access_key_id) for lookup in self._others)
        return next((credentials for credentials in answers if credentials is not None), None)


def authenticate(request: Request, keys: Keys) -> tuple[Credentials, Scope]:
    """The credentials behind a request and the scope they were used in.

    Raises AwsError if the request is not signed, or not validly signed.
    """
    signature = signature_of(request)
    return verify(signature, keys), signature.scope


def verify(signature: Signature, keys: Keys) -> Credentials:
    """The credentials with which a request is signed. Raises AwsError if it is not so signed."""
    try:
        return _verify(signature, keys)
    except (
        MissingAuthentication,
        UnrecognizedClient,
        ExpiredToken,
        SignatureDoesNotMatch,
    ) as error:
        if signature.scope.service in _QUERY_SERVICES:
            error.details["query_error_code"] = error.query_code
        raise


def require_known_key(request: Request, keys: Keys) -> None:
    """Raise AwsError unless the request names a key of this cloud. Its signature is not checked."""
    scope = signature_of(request).scope
    if keys.get(scope.access_key_id) is not None:
        return
    error = UnrecognizedClient("The security token included in the request is invalid.")
    if scope.service in _QUERY_SERVICES:
        error.details["query_error_code"] = error.query_code
    raise error


def _verify(signature: Signature, keys: Keys) -> Credentials:
    request, scope = signature.request, signature.scope
    credentials = keys.get(scope.access_key_id)
    if credentials is None:
        raise UnrecognizedClient("The security token included in the request is invalid.")
    if credentials.session_token is not None:
        token = request.headers.get("x-amz-security-token", "")
        if not _same(token, credentials.session_token):
            raise UnrecognizedClient("The security token included in the request is invalid.")
    if credentials.expires_at is not None and time.time() > credentials.expires_at:
        raise ExpiredToken("The security token included in the request is expired")
    stamp = _signed_at(request.headers)
    lifetime = request.headers.get(presigned.EXPIRES)
    _check_age(stamp, scope, int(lifetime) if lifetime else None)
    _check_region(scope.region)
    if "host" not in signature.signed_headers.split(";"):
        raise SignatureDoesNotMatch(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        )
    expected = _expected(signature, credentials.secret_access_key, stamp)
    if not _same(signature.value, expected):
        raise SignatureDoesNotMatch(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )
    return credentials


def _same(given: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _signed_at(headers: Mapping[str, str]) -> str:
    """When the request was signed, as it stands in the signature: 20261122T101530Z."""
    stamp = headers.get("x-amz-date")
    if stamp is None:
        stamp = _basic_form(headers.get("date", ""))
    try:
        _seconds(stamp)
    except ValueError:
        raise SignatureDoesNotMatch(
            "Date must be in ISO-8601 'basic format'. Got "
            f"'{stamp[:40]}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None
    return stamp


@lru_cache(maxsize=64)
def _seconds(stamp: str) -> float:
    """A moment in seconds since 1970. Many requests are signed within one second."""
    return datetime.strptime(stamp, _BASIC).replace(tzinfo=UTC).timestamp()


def _basic_form(date: str) -> str:
    """A Date header in the form of x-amz-date; the header may have either form."""
    if not date:
        raise MissingAuthentication("AWS authentication requires a valid Date or x-amz-date header")
    try:
        return parsedate_to_datetime(date).astimezone(UTC).strftime(_BASIC)
    except (ValueError, TypeError, OverflowError):
        return date


def _check_age(stamp: str, scope: Scope, lifetime: int | None) -> None:
    """Refuse a request that was signed long ago, so that a captured one cannot be replayed.

    A presigned request says for how many seconds it is good.
    """
    if scope.date != stamp[:8]:
        raise SignatureDoesNotMatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{scope.date}' != '{stamp[:8]}', from '{stamp}'."
        )
    age = time.time() - _seconds(stamp)
    if lifetime is not None and age > lifetime:
        raise SignatureDoesNotMatch(f"Signature expired: {stamp} is over {lifetime} s ago.")
    if age < -MAX_SKEW_SECONDS or (lifetime is None and age > MAX_SKEW_SECONDS):
        raise SignatureDoesNotMatch(
            f"Signature expired: {stamp} is not within {MAX_SKEW_SECONDS // 60} min. of now. "
            "Is this machine's clock right?"
        )


@lru_cache(maxsize=64)
def _check_region(region: str) -> None:
    """Refuse a Region that AWS does not have."""
    if region != "us-east-1" and region not in _regions():
        raise SignatureDoesNotMatch("Credential should be scoped to a valid region.")


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    import botocore.loaders

    endpoints = botocore.loaders.create_loader().load_data("endpoints")
    return frozenset(endpoints["partitions"][0]["regions"])


@lru_cache(maxsize=256)
def _keyed(secret: str, date: str, region: str, service: str) -> tuple[Any, Any]:
    """The two hashes of an HMAC with the signing key, as they are before any text.

    A key serves all requests of a day. Copying these takes half the time of beginning anew.
    https://datatracker.ietf.org/doc/html/rfc2104
    """
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return hashlib.sha256(inner), hashlib.sha256(outer)


def _expected(signature: Signature, secret: str, stamp: str) -> str:
    """The signature that the request has if it was made with that secret."""
    scope = signature.scope
    canonical = _canonical_request(signature.request, signature.signed_headers, scope.service)
    text = (
        f"AWS4-HMAC-SHA256\n{stamp}\n"
        f"{scope.date}/{scope.region}/{scope.service}/aws4_request\n{_sha256(canonical)}"
    )
    of_text, of_all = _keyed(secret, scope.date, scope.region, scope.service)
    inner, outer = of_text.copy(), of_all.copy()
    inner.update(text.encode())
    outer.update(inner.digest())
    digest: str = outer.hexdigest()
    return digest


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _canonical_request(request: Request, signed_headers: str, service: str) -> str:
    sent = request.headers.get
    headers = "".join(
        [f"{name}:{_trimmed(sent(name, ''))}\n" for name in signed_headers.split(";")]
    )
    body_hash = request.headers.get("x-amz-content-sha256")
    actual = hashlib.sha256(request.body).hexdigest()
    if body_hash not in (None, "UNSIGNED-PAYLOAD", actual):
        raise SignatureDoesNotMatch("The provided x-amz-content-sha256 header does not match.")
    path, query = _canonical_path(request.path, service), _canonical_query(request.query_string)
    return f"{request.method}\n{path}\n{query}\n{headers}\n{signed_headers}\n{body_hash or actual}"


# most are the same in one request after another
@lru_cache(maxsize=256)
def _trimmed(value: str) -> str:
    """The value with one space in the place of several, and none around it."""
    return " ".join(value.split())


def _canonical_path(path: str, service: str) -> str:
    if path in ("", "/"):
        return "/"
    # every service but S3 signs the path that was already encoded once more
    return path if service == "s3" else quote(path, safe="/~-._")


def _canonical_query(query_string: str) -> str:
    if not query_string:
        return ""
    pairs = (part.partition("=") for part in query_string.split("&") if part)
    # a plus sign is a space, which is signed as %20
    encoded = sorted(
        (quote(unquote_plus(name), safe="~-._"), quote(unquote_plus(value), safe="~-._"))
        for name, _, value in pairs
    )
    return "&".join(f"{name}={value}" for name, value in encoded)
