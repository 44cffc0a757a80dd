"""Where boto3 points: a target gives clients, names and addresses, and says what else it can do.

Nothing above this package knows whether it works on the local cloud or in an AWS account.
"""

from __future__ import annotations

from typing import Any, Protocol

# What a target may be able to do beyond the AWS API.
RECORDER = "recorder"
METER = "meter"
ENVIRONMENTS = "environments"
FAULTS = "faults"


class Target(Protocol):
    """A place where AWS resources are built.

    `can` holds the capabilities above; `page` may be called only for those.
    """

    endpoint: str
    region: str
    account_id: str
    can: frozenset[str]

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

    def environment(self) -> dict[str, str]:
        """The variables that point any AWS SDK of a process at this target."""

    def name(self, resource: str) -> str:
        """The name under which the session keeps a resource; it may carry a prefix."""

    def api_url(self, api_id: str, stage: str) -> str:
        """The address of a deployed REST API's stage, without a slash at the end."""

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        """A page of the lab's window into its cloud. Raises LearnerError where there is none."""

    def stop(self) -> None:
        """Let go of the target; what runs only for it ends. A second call does nothing."""
