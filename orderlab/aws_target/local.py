"""The local cloud as a target: a child process of ours, or one that runs already."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, Self
from urllib.parse import urlsplit

from orderlab.aws_target.base import OF_THE_LOCAL_CLOUD
from orderlab.aws_target.child import CloudProcess, Launch, launched
from orderlab.aws_target.clients import POOL_CONNECTIONS, ServerClients
from orderlab.aws_target.session import environment_of
from orderlab.cloud.settings import ACCOUNT_ID
from orderlab.errors import CloudGone, LabError, LearnerError

# A cloud that is busy may take a while to answer; one that has not by then is stuck.
PATIENCE_SECONDS = 10.0
PAGE_SECONDS = 30.0


class LocalTarget:
    """Clients of a local cloud.

    `LocalTarget.start()` runs one and ends it with `stop()`, on leaving a `with` block, or when
    this process ends, however that happens. `LocalTarget.attach(...)` uses one that runs.
    `advice` is what a reader is told to do when the cloud is gone.
    """

    can = OF_THE_LOCAL_CLOUD
    place = "the local cloud"
    role_path = "/"

    def __init__(
        self,
        endpoint: str,
        *,
        access_key_id: str,
        secret_access_key: str,
        region: str = "us-east-1",
        account_id: str = ACCOUNT_ID,
        prefix: str = "",
        pool_connections: int = POOL_CONNECTIONS,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.region = region
        self.account_id = account_id
        self._prefix = prefix
        self.earlier_endpoints: tuple[str, ...] = ()
        self.advice = "Start the cloud again."
        self._process: CloudProcess | None = None
        self._settings: dict[str, Any] | None = None
        self._stopped = False
        self._clients = ServerClients(self, access_key_id, secret_access_key, pool_connections)

    @classmethod
    def start(
        cls,
        *,
        prefix: str = "",
        pool_connections: int = POOL_CONNECTIONS,
        launch: Launch = launched,
        **settings: Any,
    ) -> Self:
        """Start a cloud; `settings` are those of `orderlab.cloud.settings.Settings`.

        `launch` makes its process. Raises LabError if it does not come up.
        """
        process = CloudProcess(settings, launch)
        ready = process.ready
        target = cls(
            ready["endpoint"],
            access_key_id=ready["access_key_id"],
            secret_access_key=ready["secret_access_key"],
            region=ready["region"],
            account_id=settings.get("account_id", ACCOUNT_ID),
            prefix=prefix,
            pool_connections=pool_connections,
        )
        target._process, target._settings = process, settings
        return target

    @classmethod
    def attach(
        cls, endpoint: str, access_key_id: str, secret_access_key: str, **how: Any
    ) -> LocalTarget:
        """Use a cloud that `orderlab cloud` started. `how`: region, account_id, prefix."""
        return cls(
            endpoint, access_key_id=access_key_id, secret_access_key=secret_access_key, **how
        )

    @property
    def in_account(self) -> None:
        """It is no account."""

    @property
    def pid(self) -> int | None:
        """The process id of the cloud, if it is ours."""
        return self._process.pid if self._process else None

    @property
    def speed(self) -> float:
        """How many times as fast as on AWS the cloud's waits pass, if the cloud is ours."""
        return float((self._settings or {}).get("speed", 1.0))

    # --- whether it is there ----------------------------------------------------------------

    def require(self, *, look: bool = False) -> None:
        """Raise CloudGone if the cloud has stopped.

        Looks at the process that was started, which takes no time; `look` also asks whether anybody
        listens at the address.
        """
        runs = self._process.runs if self._process else not self._stopped
        if not runs or (look and not self._is_listened_to()):
            raise CloudGone("The local cloud has stopped.", advice=self.advice)

    def answers(self, patience_seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether the cloud is there and does what it is asked within so many seconds."""
        try:
            self.require(look=True)
            self._page("health", "GET", None, patience_seconds)
        except (LabError, LearnerError):
            return False
        return True

    def _is_listened_to(self) -> bool:
        address = urlsplit(self.endpoint)
        try:
            with socket.create_connection((address.hostname, address.port), timeout=5):
                return True
        except ConnectionRefusedError:
            return False
        except OSError:
            return True  # too busy to say

    def restart(self, **changed: Any) -> None:
        """Start another cloud in place of ours, with the same keys and, if it can be had, at the
        same address. Clients of the old one reach the new one either way. `changed` are settings
        that are to be others than before.

        Raises LabError if it does not come up, or if the cloud was never ours.
        """
        if self._settings is None:
            raise LabError("This cloud was started elsewhere.", advice="Start it again there.")
        self._end(patience_seconds=1.0)
        self._settings = {**self._settings, **changed}
        keys = {
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
        }
        port = urlsplit(self.endpoint).port
        try:
            process = CloudProcess({**self._settings, **keys, "port": port})
        except LearnerError:  # somebody else has the port by now
            process = CloudProcess({**self._settings, **keys, "port": 0})
        self._process, self._stopped = process, False
        if process.ready["endpoint"] != self.endpoint:
            self.earlier_endpoints = (*self.earlier_endpoints, self.endpoint)
            self.endpoint = process.ready["endpoint"]

    # --- clients ----------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        return self._clients.shared(service, self.region)

    def new_client(self, service: str, region: str | None = None, **config: Any) -> Any:
        return self._clients.new(service, region or self.region, **config)

    def made(self, client: Any) -> None:
        """Told of each client that is made."""

    def environment(self) -> dict[str, str]:
        return environment_of(
            self.endpoint, self.access_key_id, self.secret_access_key, self.region
        )

    def name(self, resource: str) -> str:
        return f"{self._prefix}{resource}"

    def api_url(self, api_id: str, stage: str) -> str:
        return f"{self.endpoint}/_aws/execute-api/{api_id}/{stage}"

    def put_marks_on(self, register: Callable[..., Any]) -> None:
        """The cloud is the session's alone: names stay as they are."""

    def page(
        self,
        path: str,
        method: str = "GET",
        body: dict[str, Any] | None = None,
        *,
        seconds: float = PAGE_SECONDS,
    ) -> Any:
        self.require()
        return self._page(path, method, body, seconds)

    def _page(
        self, path: str, method: str, body: dict[str, Any] | None, timeout_seconds: float
    ) -> Any:
        request = urllib.request.Request(
            f"{self.endpoint}/_orderlab/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"x-orderlab-key": self.secret_access_key},
        )
        # no proxy: a page is on this machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout_seconds) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            reason = error.read(2000).decode("utf-8", "replace")
            raise LabError(f"The cloud's page {path} answered {error.code}: {reason}") from None
        except (OSError, HTTPException) as error:
            reason = str(error) or type(error).__name__
        self.require(look=True)
        raise LabError(f"The cloud at {self.endpoint} does not answer: {reason}")

    def stop(self) -> None:
        """End the cloud if it is ours; a second call does nothing."""
        self._end()

    def _end(self, **patience: float) -> None:
        process, self._process = self._process, None
        self._stopped = self._stopped or process is not None
        self._clients.close()
        if process:
            process.stop(**patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
