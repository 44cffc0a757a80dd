"""The local cloud as a target: a child process of ours, or one that runs already."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any, Self

from orderlab.cloud.settings import ACCOUNT_ID
from orderlab.errors import LabError
from orderlab.target.base import ENVIRONMENTS, FAULTS, METER, RECORDER
from orderlab.target.child import CloudProcess
from orderlab.target.session import SESSION_LOCK, closed_session, local_config

# Many threads of one notebook may share a client; botocore's own default is 10.
POOL_CONNECTIONS = 32


class LocalTarget:
    """Clients of a local cloud.

    `LocalTarget.start()` runs one and ends it with `stop()`, on leaving a `with` block, or when
    this process ends, however that happens. `LocalTarget.attach(...)` uses one that runs.
    """

    can = frozenset({RECORDER, METER, ENVIRONMENTS, FAULTS})

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
        self._pool_connections = pool_connections
        self._process: CloudProcess | None = None
        self._clients: dict[str, Any] = {}

    @classmethod
    def start(
        cls, *, prefix: str = "", pool_connections: int = POOL_CONNECTIONS, **settings: Any
    ) -> Self:
        """Start a cloud; `settings` are those of `orderlab.cloud.settings.Settings`.

        Raises LabError if it does not come up.
        """
        process = CloudProcess(settings)
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
        target._process = process
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
    def pid(self) -> int | None:
        """The process id of the cloud, if it is ours."""
        return self._process.pid if self._process else None

    def client(self, service: str) -> Any:
        with SESSION_LOCK:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def new_client(self, service: str) -> Any:
        with SESSION_LOCK:
            return self._make(service)

    def _make(self, service: str) -> Any:
        return closed_session().client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=local_config(self._pool_connections),
        )

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def name(self, resource: str) -> str:
        return f"{self._prefix}{resource}"

    def api_url(self, api_id: str, stage: str) -> str:
        return f"{self.endpoint}/_aws/execute-api/{api_id}/{stage}"

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.endpoint}/_orderlab/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"x-orderlab-key": self.secret_access_key},
        )
        # no proxy: a page is on this machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            reason = error.read(2000).decode("utf-8", "replace")
            raise LabError(f"The cloud's page {path} answered {error.code}: {reason}") from None
        except OSError as error:
            raise LabError(f"The cloud at {self.endpoint} does not answer: {error}") from None

    def stop(self) -> None:
        """End the cloud if it is ours; a second call does nothing."""
        process, self._process = self._process, None
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if process:
            process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
