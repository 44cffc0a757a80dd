"""Any AWS-compatible server on this machine as a target: moto's, ministack, LocalStack, AWS's own.

It has no window of ours, so none of the abilities beyond AWS's API; what is built there stands as
long as the server runs.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit

from orderlab.aws_target.base import KEEPS, not_here, page_needs
from orderlab.aws_target.clients import POOL_CONNECTIONS, ServerClients
from orderlab.aws_target.foreign import Foreign
from orderlab.aws_target.loopback import is_loopback
from orderlab.aws_target.marks import Marks
from orderlab.aws_target.session import environment_of
from orderlab.errors import CloudGone, LearnerError

# the keys that such servers are used with; a user's own are never sent to one
KEY = "test"
REGION = "us-east-1"


class EndpointTarget:
    """Clients of a server that was started elsewhere. `EndpointTarget.attach(url)` looks first."""

    can = frozenset({KEEPS})

    def __init__(
        self,
        endpoint: str,
        *,
        account_id: str = "",
        region: str = REGION,
        marks: Marks | None = None,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.region = region
        self.account_id = account_id
        self.earlier_endpoints: tuple[str, ...] = ()
        self.advice = "Start the server again, then run the first cell."
        self.marks = marks or Marks.of_now()
        self.role_path = self.marks.role_path
        self._clients = ServerClients(self, KEY, KEY, POOL_CONNECTIONS)
        self._unmarked = ServerClients(self, KEY, KEY, POOL_CONNECTIONS, told=False)

    @classmethod
    def attach(cls, endpoint: str, **how: Any) -> Self:
        """The server at an address of this machine, whose account is asked for.

        Raises LearnerError if the address is elsewhere, or nobody there answers as AWS does.
        """
        if urlsplit(endpoint).scheme not in ("http", "https") or not is_loopback(endpoint):
            raise LearnerError(
                f"{endpoint} is no address of this machine.",
                advice="A target is http://127.0.0.1:PORT, or aws for an account of your own.",
            )
        target = cls(endpoint, **how)
        try:
            target.require(look=True)
            target.account_id = target.unmarked("sts").get_caller_identity()["Account"]
        except CloudGone:
            raise
        except Exception as error:
            raise LearnerError(
                f"The server at {target.endpoint} does not answer as AWS does: {error}"
            ) from None
        return target

    @property
    def place(self) -> str:
        return f"the server at {self.endpoint}"

    @property
    def in_account(self) -> None:
        """It is no account."""

    @property
    def pid(self) -> None:
        """It is not ours."""

    def require(self, *, look: bool = False) -> None:
        if look and not self._is_listened_to():
            raise CloudGone(f"Nobody listens at {self.endpoint}.", advice=self.advice)

    def answers(self) -> bool:
        return self._is_listened_to()

    def _is_listened_to(self) -> bool:
        address = urlsplit(self.endpoint)
        port = address.port or (443 if address.scheme == "https" else 80)
        try:
            with socket.create_connection((address.hostname, port), timeout=5):
                return True
        except ConnectionRefusedError:
            return False
        except OSError:
            return True  # too busy to say

    def client(self, service: str) -> Any:
        return self._clients.shared(service, self.region)

    def new_client(self, service: str, region: str | None = None, **config: Any) -> Any:
        return self._clients.new(service, region or self.region, **config)

    def unmarked(self, service: str) -> Any:
        """A client that neither tags nor names: for looking for what is there, and removing it."""
        return self._unmarked.shared(service, self.region)

    def made(self, client: Any) -> None:
        self.put_marks_on(client.meta.events.register)

    @cached_property
    def foreign(self) -> Foreign:
        """Who refuses to change what others have made."""
        return Foreign(self.marks, self.unmarked, self.place, self.region, self.account_id)

    def put_marks_on(self, register: Callable[..., Any]) -> None:
        """Others may work on the server too: what is made has the learner's prefix and tags."""
        self.marks.put_on(register, self.account_id, self.unmarked, self.foreign.refuse)

    def environment(self) -> dict[str, str]:
        return environment_of(self.endpoint, KEY, KEY, self.region)

    def name(self, resource: str) -> str:
        return self.marks.name(resource)

    def api_url(self, api_id: str, stage: str) -> str:
        return f"{self.endpoint}/_aws/execute-api/{api_id}/{stage}"

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        if path == "health":
            return {"speed": 1.0}
        raise not_here(self, page_needs(path))

    def restart(self, **changed: Any) -> None:
        """Look whether the server is there; it is not ours to start."""
        self.require(look=True)

    def stop(self) -> None:
        """Close the clients; the server and what stands on it stay."""
        self._clients.close()
        self._unmarked.close()
