"""Who may do what, and sessions of roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from orderlab.cloud.contracts.calls import Call, Credentials, Parameters, Principal

# A policy document, as text or parsed; None where there is none.
Policy = str | Mapping[str, Any] | None
# The ARNs of what a call is about, as policies name them; `*` where AWS has no finer one.
ResourcesOf = Callable[[Call, Parameters], list[str]]
# The policy of a resource by its service (`sqs`) and ARN; None if it has none or does not exist.
ResourcePolicies = Callable[[str, str], Policy]


class RoleSessions(Protocol):
    """Sessions of IAM roles, for the services that act with a role's permissions.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
    """

    def assume_role(self, role_arn: str, service: str, session_name: str) -> Credentials:
        """Keys for a session of the role, accepted by the server until they are forgotten.

        Raises AccessDenied if there is no such role, or it does not trust `service`.
        """

    def may_assume(self, role_arn: str, service: str) -> bool:
        """Whether the role exists and trusts the service, such as `lambda.amazonaws.com`."""

    def role_principal(self, role_arn: str, session_name: str) -> Principal:
        """The principal of a session of the role, whether or not the role exists."""

    def forget(self, credentials: Credentials) -> None:
        """Accept the keys of a session no longer."""


class CallPermissions(Protocol):
    """Decides who may make which call of the AWS API.

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """

    def authorize(self, call: Call, parameters: Parameters) -> None:
        """Raise AccessDenied, in the words of the service, unless the caller may make this call."""


class Permissions(RoleSessions, Protocol):
    """Decides who may do what.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """

    def require(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        resource_policy: Policy = None,
        source_arn: str | None = None,
        error_code: str | None = "AccessDeniedException",
    ) -> None:
        """Raise AccessDenied, in AWS's words, unless `action` on `resource` is allowed.

        `action` is written as in policies, such as `sns:Publish`. `source_arn` is the resource for
        which a service asks. With `error_code` None the error has the service's usual code.
        """

    def allows(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        resource_policy: Policy = None,
        source_arn: str | None = None,
    ) -> bool:
        """Whether `require` would let it pass."""

    def function_of(self, principal: Principal) -> str | None:
        """The ARN of the function whose session this is; None if it is no function's session."""
