"""Tells a service that a server does not have from an error of a service that it has."""

from __future__ import annotations

from botocore.exceptions import ClientError

_SAID = {
    "InternalFailure",
    "InvalidAction",
    "NotImplemented",
    "NotImplementedByOrderlab",
    "UnknownOperationException",
    "UnsupportedOperation",
}


def lacks(error: ClientError) -> bool:
    """Whether the server has no such service or operation.

    AWS's codes are words: where a server answers with a page of some other kind, botocore puts the
    number of the HTTP status in the code's place.
    """
    said = error.response.get("Error", {})
    code = str(said.get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    message = str(said.get("Message", ""))
    if status == 404 and message.startswith("Unknown ") and " path: " in message:
        return True  # as ministack says of a REST operation
    return code.isdigit() or code in _SAID or status in (405, 501)


def not_done(error: ClientError) -> str:
    """A sentence on the operation that a server of others' does not do; empty if it does it.

    `InternalFailure` says that something broke, which is nobody's lack.
    """
    if not lacks(error) or error.response.get("Error", {}).get("Code") == "InternalFailure":
        return ""
    return f"The server does not do {error.operation_name}, which this check needs; AWS does."
