"""One connection of a client: whose it is, and until when."""

from __future__ import annotations

import time
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Credentials, Keys, Principal
from orderlab.cloud.dax.authorisation import NotAuthorised, authorise, not_authorised, require_fresh

# how long keys are believed to be valid without asking again
BELIEVED_SECONDS = 1.0


class Session:
    """Who speaks on a connection. An authorisation that fails is reported to the next request."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._credentials: Credentials | None = None
        self._refusal: AwsError = not_authorised()
        self._asked = 0.0

    def authorise(self, arguments: list[Any]) -> None:
        """Take an authorizeConnection, to which clients expect no answer."""
        try:
            self._credentials = authorise(arguments, self._keys)
            self._asked = time.monotonic()
        except NotAuthorised as error:
            self._credentials, self._refusal = None, error

    def principal(self) -> Principal:
        """Who speaks. Raises NotAuthorised."""
        credentials = self._credentials
        if credentials is None:
            raise self._refusal
        now = time.monotonic()
        if now - self._asked > BELIEVED_SECONDS:
            require_fresh(credentials)
            if self._keys.get(credentials.access_key_id) is None:
                raise NotAuthorised(
                    "The security token included in the request is invalid.",
                    code="UnrecognizedClientException",
                )
            self._asked = now
        return credentials.principal
