"""Which bodies are binary, and what content handling makes of them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
"""

from __future__ import annotations

import base64
import binascii

from orderlab.cloud.apigateway.data.execution import ApiRequest
from orderlab.cloud.apigateway.data.failures import internal_error


def essence(content_type: str) -> str:
    """A media type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_binary(content_type: str, binary_media_types: frozenset[str]) -> bool:
    """Whether an API treats a content type as binary; `*/*` and `image/*` are wildcards."""
    if not binary_media_types:
        return False
    kind = essence(content_type)
    family = f"{kind.partition('/')[0]}/*" if "/" in kind else kind
    return not binary_media_types.isdisjoint((kind, family, "*/*"))


def content_type_of(request: ApiRequest) -> str:
    """The media type of a request's body, without parameters; JSON if the client names none."""
    return essence(request.header("content-type")) or "application/json"


def accepts_binary(request: ApiRequest) -> bool:
    """Whether the client wants an answer as binary: the first type that it accepts decides."""
    accepted = request.header("accept").partition(",")[0]
    return is_binary(accepted, request.deployed.binary_media_types)


def request_body(body: bytes, handling: str | None, binary: bool) -> bytes:
    """What the integration gets of a request's body.

    `handling` is AWS's content handling, such as `CONVERT_TO_TEXT`, or None.

    Raises:
        GatewayFailure: 500 for a body that should become binary but is not base64.
    """
    if handling == "CONVERT_TO_BINARY" and not binary:
        decoded = _decoded(body)
        if decoded is None:
            raise internal_error("Unable to base64 decode the body.")
        return decoded
    if handling == "CONVERT_TO_TEXT" and binary:
        return base64.b64encode(body)
    return body


def response_body(body: bytes, handling: str | None, binary: bool, binary_wanted: bool) -> bytes:
    """What the client gets of an integration's answer.

    Raises:
        GatewayFailure: 500 for a text that should become binary but is not base64, as on AWS.
    """
    if handling == "CONVERT_TO_TEXT" or (handling is None and binary and not binary_wanted):
        return base64.b64encode(body) if binary else as_text(body)
    if handling == "CONVERT_TO_BINARY" or (not binary and binary_wanted):
        decoded = body if binary else _decoded(body)
        if decoded is None:
            raise internal_error("The integration's answer is no base64 text.")
        return decoded
    return body if binary else as_text(body)


def as_text(body: bytes) -> bytes:
    """Text in UTF-8, with replacement characters for bytes that are not UTF-8."""
    return body if body.isascii() else body.decode("utf-8", "replace").encode()


def _decoded(body: bytes) -> bytes | None:
    try:
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return None
