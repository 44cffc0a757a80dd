"""A call of the AWS API: who makes it, what answers it, and the one way through which it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from orderlab.cloud.http import Request, Response


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a call.

    `arn` is `arn:aws:iam::ACCOUNT:root` for the holder of the session's keys, an assumed-role ARN
    for a function or any other role session, an IAM user's ARN, or a service's name such as
    `sns.amazonaws.com`. Roles and users are checked alike: `kind not in ("account", "service")`.
    `acts_for` is the resource that a service's session of a role works for, such as an API: the
    flight recorder shows it as the source of the call.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    kind: Literal["account", "role", "user", "service"]
    arn: str
    account_id: str
    role_name: str | None = None
    acts_for: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys that the server accepts, whose they are, and until when (seconds since 1970)."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None
    principal: Principal
    expires_at: float | None = None


# Made for every call: a frozen dataclass takes four times as long to make.
@dataclass(slots=True)
class Call:
    """One authenticated call of the AWS API. Nobody changes it, except for `struck`.

    `struck` is the kind of fault with which an experiment struck the call, or empty.
    """

    service: str
    operation: str
    region: str
    principal: Principal
    request: Request
    request_id: str
    struck: str = ""


Parameters = dict[str, Any]
Result = Mapping[str, Any] | Response
# What an operation has come to when it was begun: its answer, or what to wait for.
Begun = dict[str, Any] | Response | Awaitable[Result]
AT_ONCE = (dict, Response)
# Handlers of calls that never wait are plain functions: a coroutine costs time on the hot path.
Handler = Callable[[Call, Parameters], Result | Awaitable[Result]]
# moto as a function, for the calls that no handler of ours answers
Moto = Callable[[Request], Response]
# Where the server listens, such as `http://127.0.0.1:4566`. It is known once the server has begun,
# and therefore asked for when it is needed.
Endpoint = Callable[[], str]


class Service(Protocol):
    """A service that answers some operations itself; moto answers the rest.

    Keys of `operations` are AWS's operation names, such as `PutItem`. `name` is botocore's name of
    the service.
    """

    name: str

    @property
    def operations(self) -> Mapping[str, Handler]:
        """The operations that the service answers itself, with their handlers."""

    async def start(self) -> None:
        """Begin to work, when the server listens already."""

    async def stop(self) -> None:
        """End everything that was started. Called once, in the reverse order of starting."""


class Dispatch(Protocol):
    """The one way of a call: is it served, is it allowed, who answers it, what is noted down."""

    async def perform(
        self,
        call: Call,
        parameters: Parameters,
        protocol: str,
        *,
        for_moto: Callable[[], Request] | None = None,
    ) -> Result:
        """The answer of a service's own handler as a mapping, or a response that is complete.

        `protocol` is as in `operations.Identified`. Where moto answers, it gets the call's request
        as it was sent, or what `for_moto` makes of it.

        Raises AwsError: what the service answers to a call that is wrong, forbidden, or not served.
        """

    def begin(self, call: Call, parameters: Parameters, protocol: str) -> Begun:
        """The same for who can use an answer at once: an instance of `AT_ONCE` where nothing has
        to be waited for. Raises as `perform` does, at once or when it is waited for."""


class Keys(Protocol):
    """The access keys that the server accepts."""

    def get(self, access_key_id: str) -> Credentials | None:
        """The credentials with that key id; None if there are none. They may have expired."""

    def add(self, credentials: Credentials) -> None:
        """Accept these from now on."""

    def remove(self, access_key_id: str) -> None:
        """Accept them no longer."""

    def also_ask(self, lookup: Callable[[str], Credentials | None]) -> None:
        """Ask a function for the keys that were not added here."""


# A page of `/_orderlab/` takes the parameters of the query and the body as one dictionary, and
# returns what becomes JSON. Pages raise ValueError or KeyError for parameters that are wrong.
Page = Callable[[dict[str, Any]], Any | Awaitable[Any]]
# Pages by method and path, such as `GET queues`. Services register theirs when they are made.
Pages = MutableMapping[str, Page]
