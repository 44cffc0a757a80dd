"""The one place where clients of a server on this machine are made."""

from __future__ import annotations

from typing import Any, Protocol

from orderlab.aws_target.guard import Guarded, guard
from orderlab.aws_target.loopback import keep_local
from orderlab.aws_target.session import SESSION_LOCK, closed_session, local_config

# Many threads of one notebook may share a client; botocore's own default is 10.
POOL_CONNECTIONS = 32


class Server(Guarded, Protocol):
    """What the clients are of."""

    def made(self, client: Any) -> None:
        """Told of each client that is made."""


class ServerClients:
    """Makes boto3 clients that see none of the user's settings and reach nothing but this machine.

    `server` is asked for its address each time, since it may move; it is `told` of each client.
    """

    def __init__(
        self,
        server: Server,
        access_key_id: str,
        secret_access_key: str,
        pool_connections: int,
        *,
        told: bool = True,
    ) -> None:
        self._server = server
        self._told = told
        self._keys = {
            "aws_access_key_id": access_key_id,
            "aws_secret_access_key": secret_access_key,
        }
        self._pool_connections = pool_connections
        self._shared: dict[str, Any] = {}

    def shared(self, service: str, region: str) -> Any:
        """The same client each time."""
        with SESSION_LOCK:
            if service not in self._shared:
                self._shared[service] = self._make(service, region)
            return self._shared[service]

    def new(self, service: str, region: str, **config: Any) -> Any:
        """A client of one's own; `config` holds settings of botocore's Config."""
        with SESSION_LOCK:
            return self._make(service, region, **config)

    def close(self) -> None:
        """Close the shared ones; they are made again when they are asked for."""
        for client in self._shared.values():
            client.close()
        self._shared.clear()

    def _make(self, service: str, region: str, **config: Any) -> Any:
        client = closed_session().client(
            service,
            endpoint_url=self._server.endpoint,
            region_name=region,
            config=local_config(self._pool_connections, **config),
            **self._keys,
        )
        guard(client.meta.events.register_first, self._server)
        keep_local(client.meta.events.register_last)
        if self._told:
            self._server.made(client)
        return client
