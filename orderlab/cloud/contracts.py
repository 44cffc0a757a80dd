"""What the parts of the cloud may ask of each other.

Each service is built on its own and meets the others only here: `cloud.py` puts them together.
Everything runs on one event loop and one thread, so that no part needs a lock; what would block
for more than a few milliseconds (unpacking a zip, say) goes to a worker thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """

    kind: Literal["account", "role", "user", "service"]
    arn: str
    account_id: str
    role_name: str | None = None
    acts_for: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys that `authentication` accepts, whose they are, and until when (seconds since 1970)."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None
    principal: Principal
    expires_at: float | None = None


# made for every call, like the hops below: a frozen dataclass takes four times as long to make
@dataclass(slots=True)
class Call:
    """One authenticated call of the AWS API; nobody changes it, but for `struck`."""

    service: str
    operation: str
    region: str
    principal: Principal
    request: Request
    request_id: str
    # the kind of fault that an experiment struck it with
    struck: str = ""


Parameters = dict[str, Any]
Result = Mapping[str, Any] | Response
# Handlers of calls that never wait are plain functions: a coroutine costs time on the hot path.
Handler = Callable[[Call, Parameters], Result | Awaitable[Result]]


class Service(Protocol):
    """A service that answers some operations itself; moto answers the rest.

    Keys of `operations` are AWS's operation names, such as `PutItem`.
    """

    name: str

    @property
    def operations(self) -> Mapping[str, Handler]: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


# --- permissions ------------------------------------------------------------------------------


class Permissions(Protocol):
    """Who may do what. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

    def require(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        resource_policy: str | Mapping[str, Any] | None = None,
        source_arn: str | None = None,
        error_code: str = "AccessDeniedException",
    ) -> None:
        """Raise AccessDenied, worded as AWS words it, unless the call is allowed."""

    def allows(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        resource_policy: str | Mapping[str, Any] | None = None,
        source_arn: str | None = None,
    ) -> bool: ...

    def assume_role(self, role_arn: str, service: str, session_name: str) -> Credentials:
        """Keys for a session of the role; AwsError if its trust policy does not let `service` in.

        The keys are accepted by the server until `forget` is called with them.
        """

    def may_assume(self, role_arn: str, service: str) -> bool:
        """Whether the role exists and trusts the service."""

    def role_principal(self, role_arn: str, session_name: str) -> Principal: ...

    def forget(self, credentials: Credentials) -> None: ...


# --- telemetry --------------------------------------------------------------------------------


@dataclass(slots=True)
class Hop:
    """One entry of the flight recorder: who called whom, when, about what. Nobody changes it.

    `at` is seconds since 1970; `source` and `target` are ARNs, service names or `client`;
    `outcome` is `ok` or an error code; `ids` are the correlation ids found in the payload.
    """

    at: float
    source: str
    target: str
    action: str
    outcome: str
    duration_ms: float
    ids: tuple[str, ...] = ()
    request_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class Recorder(Protocol):
    def ids_in(self, payload: bytes | str) -> tuple[str, ...]:
        """The distinct correlation ids that a payload names, in the order of their appearance."""

    def record(self, hop: Hop) -> None: ...


class Logs(Protocol):
    """CloudWatch Logs, written to from inside; read through its API."""

    def write(self, group: str, stream: str, events: Iterable[tuple[int, str]]) -> None:
        """Append (milliseconds since 1970, text) pairs; group and stream are made if missing."""


class Metrics(Protocol):
    """CloudWatch metrics, written to from inside; read through its API."""

    def add(
        self,
        namespace: str,
        name: str,
        value: float,
        *,
        unit: str = "Count",
        dimensions: Mapping[str, str],
    ) -> None: ...


class Meter(Protocol):
    """Metered usage in the units that AWS bills: `lambda.requests`, `dynamodb.write_units` ..."""

    def add(self, item: str, quantity: float, resource: str = "") -> None: ...


# --- services ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invocation:
    """What came of an invocation. `function_error` is None, `Unhandled` or `Handled`."""

    status: int
    payload: bytes
    function_error: str | None
    executed_version: str
    request_id: str
    log_tail: str = ""
    duration_ms: float = 0.0


class Functions(Protocol):
    async def invoke(
        self,
        function: str,
        payload: bytes,
        *,
        principal: Principal,
        source_arn: str | None = None,
        qualifier: str | None = None,
        invocation_type: Literal["RequestResponse", "Event", "DryRun"] = "RequestResponse",
        client_context: str = "",
        trace_id: str = "",
        surely_json: bool = False,
    ) -> Invocation:
        """Run a function, named by name, partial ARN or ARN (a qualifier may be its last part).

        With `surely_json` the payload was made here, and is not parsed to see whether it is JSON.

        A service principal needs the function's resource policy; a role its identity policy.
        Raises AwsError: ResourceNotFoundException, TooManyRequestsException (429),
        RequestTooLargeException, AccessDeniedException. An error of the code is no exception but
        an Invocation with `function_error`.
        """

    def configuration(self, function: str, qualifier: str | None = None) -> Mapping[str, Any]:
        """What GetFunctionConfiguration gives of the function; AwsError if it is missing."""

    def resource_policy(self, arn: str) -> str | Mapping[str, Any] | None:
        """The policy of a function, version or alias; None if it has none or does not exist."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message on its way into a queue. Attributes have the form of SendMessage's parameters."""

    body: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    system_attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    delay_seconds: int | None = None
    group_id: str | None = None
    deduplication_id: str | None = None


@dataclass(slots=True)
class ReceivedMessage:
    """A message as ReceiveMessage gives it, with all of its system attributes."""

    message_id: str
    receipt_handle: str
    body: str
    md5_of_body: str
    system_attributes: Mapping[str, str]
    attributes: Mapping[str, Mapping[str, Any]]


class Queue(Protocol):
    @property
    def arn(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def fifo(self) -> bool: ...

    @property
    def visibility_timeout(self) -> int: ...

    @property
    def policy(self) -> str | None: ...

    def send(self, message: OutgoingMessage, sender: Principal) -> str:
        """Store one message and return its id; AwsError if it breaks a limit. Checks no policy."""

    async def receive(
        self,
        *,
        max_messages: int = 1,
        wait_seconds: float | None = None,
        visibility_timeout: int | None = None,
        pollers: int = 1,
    ) -> Sequence[ReceivedMessage]:
        """Take messages. If none came, so many `pollers` are metered as having asked in vain."""

    def delete(self, receipt_handle: str) -> None: ...

    def change_visibility(self, receipt_handle: str, seconds: int) -> None: ...

    def count_visible(self) -> int: ...


class Queues(Protocol):
    def queue(self, arn: str) -> Queue | None: ...


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """Where a reader of a shard stands: the index of the next record in the shard's log."""

    index: int


class StreamRecord(Protocol):
    """One change of an item; `created` is in seconds since 1970, `size` in bytes."""

    sequence_number: str
    size: int

    @property
    def keys(self) -> Mapping[str, Any]: ...

    @property
    def created(self) -> float: ...

    def event(self, source_arn: str) -> dict[str, Any]:
        """The record in the form that functions receive it."""

    def encoded(self, source_arn: str) -> bytes:
        """`event` as JSON, which takes no parsing."""


class Shard(Protocol):
    @property
    def id(self) -> str: ...

    def start(self, starting_position: Literal["TRIM_HORIZON", "LATEST"]) -> StreamPosition: ...

    def read(
        self, position: StreamPosition, limit: int
    ) -> tuple[Sequence[StreamRecord], StreamPosition]:
        """Up to `limit` records (and 1 MB), and what comes after.

        A position that was trimmed is moved to the oldest record that is left.
        """

    async def wait(self, position: StreamPosition, seconds: float) -> bool:
        """Return True as soon as a record is there at `position`; False after `seconds`."""


class Streams(Protocol):
    def shards(self, stream_arn: str) -> Sequence[Shard] | None:
        """The open shards of a table's stream; None if there is no such stream."""


class Topics(Protocol):
    def publish(
        self,
        topic_arn: str,
        message: str,
        *,
        subject: str | None,
        sender: Principal,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> str:
        """Accept one message, begin its deliveries and return its id. Checks no policy."""

    def resource_policy(self, topic_arn: str) -> str | Mapping[str, Any] | None:
        """The topic's policy; None if there is no such topic."""


# --- faults -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """What an experiment breaks: a function, a standard queue, `table/NAME` or `topic/NAME`.

    Functions: `error` (raises instead of running), `slow` (the answer is held back by `seconds`),
    `throttle` (calls are refused), `kill` (the environment dies after the code ran, before the
    answer), `poison` (fails whenever the payload holds `text`). Queues: `duplicate` (each message
    is delivered `times` times), `delay` (by `seconds`), `reorder` (each message waits for a random
    time up to `seconds`). Calls that move a table's or topic's data: `error`, `slow`, `throttle`,
    `cut` (the call does its work, and its answer is lost).

    With `ids` a fault strikes only what names one of these orders; with `limit`, each of them so
    many times. Faults of one `label` end together.
    """

    kind: str
    target: str
    seconds: float = 0.0
    times: int = 2
    text: str = ""
    probability: float = 1.0
    ids: tuple[str, ...] = ()
    limit: int = 0
    label: str = ""


class Faults(Protocol):
    def active(self, kind: str, target: str, payload: bytes = b"") -> Fault | None:
        """The fault of that kind that strikes now, if any."""

    def concerns(self, target: str, payload: bytes) -> bool:
        """Whether a fault that is bound to orders waits for this payload; it does not strike."""
