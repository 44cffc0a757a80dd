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
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code.isdigit() or code in _SAID or status in (405, 501)
