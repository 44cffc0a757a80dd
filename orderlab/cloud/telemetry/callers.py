"""How the flight recorder names who made a call."""

from __future__ import annotations

from orderlab.cloud.contracts import Permissions, Principal


def caller_name(permissions: Permissions, principal: Principal) -> str:
    """`client` for the account, and the function's ARN for a function's session.

    A service's session of a role has the name of the resource that it acts for, such as an API.
    """
    if principal.kind == "account":
        return "client"
    if principal.kind == "service":
        return principal.arn
    return principal.acts_for or permissions.function_of(principal) or principal.arn
