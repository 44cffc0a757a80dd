"""Where boto3 points: a target gives clients, names and addresses, and says what else it can do.

Nothing above this package knows whether it works on the local cloud or in an AWS account.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from orderlab.aws_target.in_account import InAccount
from orderlab.aws_target.lack import NotHere as NotHere

# What a target may be able to do beyond the AWS API, and how it is said.
RECORDER = "recorder"
METER = "meter"
ENVIRONMENTS = "environments"
FAULTS = "faults"
SERVERS = "sampled servers"
QUEUES = "a look into queues"
CLOCK = "clock"
# whether what is built stands also when the session is over
KEEPS = "keeps"
# whether it is an account: what is made there costs money, and is asked about first
ACCOUNT = "account"
OF_THE_LOCAL_CLOUD = frozenset({RECORDER, METER, ENVIRONMENTS, FAULTS, SERVERS, QUEUES, CLOCK})

_WORDS = {
    RECORDER: "the flight recorder",
    METER: "a meter of what is used",
    ENVIRONMENTS: "a look at execution environments",
    FAULTS: "faults that can be switched on",
    SERVERS: "queues whose servers can be chosen",
    QUEUES: "a look into queues",
    CLOCK: "a clock that can be set",
}
# the pages of the lab's window, by how they begin, and what they belong to; the longest first
_PAGES = (
    ("queues/servers", SERVERS),
    ("queues", QUEUES),
    ("recorder", RECORDER),
    ("async-events", RECORDER),
    ("meter", METER),
    ("environments", ENVIRONMENTS),
    ("faults", FAULTS),
    ("clock", CLOCK),
)


def not_here(target: Target, *needed: str) -> NotHere:
    """What to say where these capabilities are missing."""
    words = " and ".join(_WORDS[each] for each in needed)
    return NotHere(
        f"This needs {words}, which orderlab's own local cloud has and {target.place} has not; "
        "it is left out here."
    )


def does_not(target: Target, what: str) -> NotHere:
    """What to say where a server of others' doesn't do what AWS does: `runs functions`."""
    return NotHere(f"AWS {what}, and {target.place} does not; it is left out here.")


def need(target: Target, *capabilities: str) -> None:
    """Raise NotHere, one kind sentence, unless the target has all of these capabilities."""
    missing = [each for each in capabilities if each not in target.can]
    if missing:
        raise not_here(target, *missing)


def page_needs(path: str) -> str:
    """The capability that a page belongs to."""
    found = (capability for begin, capability in _PAGES if path.startswith(begin))
    return next(found, RECORDER)


class Target(Protocol):
    """A place where AWS resources are built.

    `can` holds the capabilities above; `page` may be called only for those.
    """

    endpoint: str
    region: str
    account_id: str
    can: frozenset[str]
    # the path under which IAM keeps its roles
    role_path: str

    @property
    def in_account(self) -> InAccount | None:
        """What only an account has: marks, a boundary, what is costly; None elsewhere."""

    @property
    def place(self) -> str:
        """Where it is, in words of a sentence."""

    @property
    def pid(self) -> int | None:
        """The process that it runs in, if it is a child of ours."""

    def require(self, *, look: bool = False) -> None:
        """Raise CloudGone if what the target points at is gone. `look`: go and see."""

    def answers(self) -> bool:
        """Whether it does what it is asked, within some seconds."""

    def client(self, service: str) -> Any:
        """The boto3 client of a service; the same one each time, safe to share by threads."""

    def new_client(self, service: str, region: str | None = None, **config: Any) -> Any:
        """A boto3 client of one's own, to register events on, say, or of another Region.

        `config` holds settings of botocore's Config, such as `read_timeout=5`.
        """

    def put_marks_on(self, register: Callable[..., Any]) -> None:
        """Let a client, or the clients of a botocore session, give what they make the names and
        tags of the session, if it has any of its own."""

    def environment(self) -> dict[str, str]:
        """The variables that point any AWS SDK of a process at this target."""

    def name(self, resource: str) -> str:
        """The name under which the session keeps a resource; it may carry a prefix."""

    def api_url(self, api_id: str, stage: str) -> str:
        """The address of a deployed REST API's stage, without a slash at the end."""

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        """A page of the lab's window into its cloud. Raises NotHere where there is none; `health`
        is everywhere and says the `speed` at which AWS's waits pass."""

    def restart(self, **changed: Any) -> None:
        """Begin again after `stop`; `changed` are settings of a cloud of ours."""

    def stop(self) -> None:
        """Let go of the target; what runs only for it ends. A second call does nothing."""
