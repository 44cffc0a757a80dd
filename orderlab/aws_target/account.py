"""An AWS account of the learner's own as a target.

Credentials come by boto3's usual chain: a profile, SSO, the environment. Opening it only asks who
one is; who and where is said, and agreed to, before anything is made.

https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from orderlab.aws_target.base import ACCOUNT, KEEPS, not_here, page_needs
from orderlab.aws_target.boundary import Boundary
from orderlab.aws_target.costly import Costly
from orderlab.aws_target.foreign import Foreign
from orderlab.aws_target.marks import Marks
from orderlab.aws_target.propagation import Propagation
from orderlab.aws_target.retention import Retention
from orderlab.aws_target.session import SESSION_LOCK
from orderlab.aws_target.stand_in import environment_at, stand_in_of
from orderlab.aws_target.told import Told
from orderlab.errors import LearnerError

REGION = "us-east-1"


class AccountTarget:
    """Clients of an account, which mark what they make. `unmarked` ones change no request.

    `allow` names what may be made although it costs by the hour (`costly.py`), `prices` say of
    each what it costs. `endpoint` is a server in the account's place; boto3's own settings may
    name one, too.
    """

    can = frozenset({KEEPS, ACCOUNT})

    def __init__(
        self,
        *,
        learner: str = "",
        chapter: int | None = None,
        endpoint: str = "",
        allow: Collection[str] = (),
        prices: Mapping[str, str] | None = None,
        **keys: Any,
    ) -> None:
        import boto3

        self.costly = Costly(allow, prices)
        self._propagation = Propagation()
        self._told = Told()

        self._session = boto3.Session(**keys)
        self._stand_in = endpoint or stand_in_of(self._session)
        self.region = self._session.region_name or REGION
        self.endpoint = self._stand_in or f"https://{self.region}.amazonaws.com"
        self.advice = ""
        self.marks = Marks.of_now(learner, chapter)
        self.role_path = self.marks.role_path
        self._clients: dict[str, Any] = {}
        self._unmarked: dict[str, Any] = {}
        identity = self._identity()
        self.account_id = str(identity["Account"])
        self.who = str(identity["Arn"])

    def _identity(self) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found: dict[str, Any] = self.unmarked("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise LearnerError(
                f"AWS does not know who you are: {error}",
                advice="Sign in (`aws sso login`), or name a profile with AWS_PROFILE.",
            ) from None
        return found

    @property
    def in_account(self) -> AccountTarget:
        """It is one."""
        return self

    @property
    def allowed(self) -> frozenset[str]:
        """What may be made although it costs by the hour."""
        return self.costly.allowed

    def allow(self, more: Collection[str]) -> None:
        """Let these be made from now on, too."""
        self.costly.allow(more)

    def followed(self, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Call `say` with a line for each resource that is made while a block runs."""
        return self._told.followed(say)

    def sweep_logs(self) -> None:
        """Let no log of the learner's be kept for ever."""
        self.retention.sweep()

    @property
    def place(self) -> str:
        of = f" of the server at {self._stand_in}" if self._stand_in else ""
        return f"the account {self.account_id} in {self.region}{of}"

    @property
    def is_real(self) -> bool:
        """Whether it is AWS's own, and not a server in its place."""
        return not self._stand_in

    @property
    def pid(self) -> None:
        """It is not ours."""

    def require(self, *, look: bool = False) -> None:
        """An account does not go away."""

    def answers(self) -> bool:
        return True

    def client(self, service: str) -> Any:
        with SESSION_LOCK:
            if service not in self._clients:
                self._clients[service] = self._marked(service, quietly=False)
            return self._clients[service]

    def new_client(self, service: str, region: str | None = None, **config: Any) -> Any:
        with SESSION_LOCK:
            return self._marked(service, region, **config)

    def unmarked(self, service: str) -> Any:
        """A client that neither tags nor names: for looking for what is there, and removing it."""
        with SESSION_LOCK:
            if service not in self._unmarked:
                self._unmarked[service] = self._make(service)
            return self._unmarked[service]

    def _marked(
        self, service: str, region: str | None = None, quietly: bool = True, **config: Any
    ) -> Any:
        client = self._make(service, region, **config)
        self.put_marks_on(client.meta.events.register, quietly=quietly)
        return client

    @cached_property
    def foreign(self) -> Foreign:
        """Who refuses to change what others have made."""
        return Foreign(self.marks, self.unmarked, self.place, self.region, self.account_id)

    @cached_property
    def boundary(self) -> Boundary:
        """The most that the learner's roles may do."""
        return Boundary(self.marks, self.unmarked, self.account_id)

    def prepare(self) -> None:
        """Make what everything else is made with; called once one has agreed to it."""
        self.boundary.ensure()
        self.retention.sweep()

    @cached_property
    def retention(self) -> Retention:
        """For how long the learner's logs are kept."""
        return Retention(self.marks, self.unmarked)

    def put_marks_on(self, register: Callable[..., Any], *, quietly: bool = True) -> None:
        """Let a client, or the clients of a botocore session, name and tag what they make.

        `quietly`: a call that would make something costly gives nothing, and the cell goes on.
        """
        self.marks.put_on(
            register, self.account_id, self.unmarked, self.foreign.refuse, self.boundary.ensure
        )
        self.retention.put_on(register)
        self._propagation.put_on(register)
        self._told.put_on(register)
        self.costly.put_on(register, quietly=quietly)

    def _make(self, service: str, region: str | None = None, **config: Any) -> Any:
        from botocore.config import Config

        settings: dict[str, Any] = {
            "retries": {"mode": "adaptive", "max_attempts": 8},
            "read_timeout": 70,
        }
        if self._stand_in:
            # such a server throttles nobody; what it answers with 500 it does not have
            settings["retries"] = {"mode": "standard", "max_attempts": 2}
            settings["account_id_endpoint_mode"] = "disabled"
        address = {"endpoint_url": self._stand_in} if self._stand_in else {}
        made: Any = self._session.client
        return made(
            service,
            region_name=region or self.region,
            config=Config(**{**settings, **config}),
            **address,
        )

    def environment(self) -> dict[str, str]:
        if self._stand_in:
            return environment_at(self._stand_in, self._session, self.region)
        return {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}

    def name(self, resource: str) -> str:
        return self.marks.name(resource)

    def api_url(self, api_id: str, stage: str) -> str:
        if self._stand_in:
            return f"{self._stand_in}/_aws/execute-api/{api_id}/{stage}"
        return f"https://{api_id}.execute-api.{self.region}.amazonaws.com/{stage}"

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        if path == "health":
            return {"speed": 1.0}
        raise not_here(self, page_needs(path))

    def restart(self, **changed: Any) -> None:
        """It runs."""

    def stop(self) -> None:
        """Close the clients; what stands in the account stays until it is taken away."""
        for clients in (self._clients, self._unmarked):
            for client in clients.values():
                client.close()
            clients.clear()
