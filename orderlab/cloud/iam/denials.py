"""How AWS words a refusal; each service has its own code.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AccessDenied
from orderlab.cloud.contracts import Principal
from orderlab.cloud.iam.evaluation import Decision

# service of the action -> error code and HTTP status
_CODES = {
    "sqs": ("AccessDenied", 403),
    "s3": ("AccessDenied", 403),
    "sns": ("AuthorizationError", 403),
    "iam": ("AccessDenied", 403),
    "sts": ("AccessDenied", 403),
    "cloudwatch": ("AccessDenied", 403),
    "lambda": ("AccessDeniedException", 403),
    "apigateway": ("AccessDeniedException", 403),
}


def denial(
    principal: Principal,
    action: str,
    resource: str,
    *,
    identity: Decision = Decision.NOTHING,
    by_resource: Decision = Decision.NOTHING,
    code: str | None = None,
) -> AccessDenied:
    """The error of a call that is not allowed, with the reason that AWS gives."""
    service = action.partition(":")[0]
    shown = _shown(action)
    if identity is Decision.DENY:
        reason = "with an explicit deny in an identity-based policy"
    elif identity is Decision.BOUNDARY_DENY:
        reason = "with an explicit deny in a permissions boundary"
    elif by_resource is Decision.DENY:
        reason = "with an explicit deny in a resource-based policy"
    elif identity is Decision.BEYOND:
        reason = f"because no permissions boundary allows the {shown} action"
    elif principal.kind == "service":
        reason = f"because no resource-based policy allows the {shown} action"
    else:
        reason = f"because no identity-based policy allows the {shown} action"
    where = "" if resource == "*" and service != "iam" else f" on resource: {resource}"
    default, status = _CODES.get(service, ("AccessDeniedException", 400))
    return AccessDenied(
        f"User: {principal.arn} is not authorized to perform: {shown}{where} {reason}",
        code=code or default,
        status=status,
    )


def _shown(action: str) -> str:
    """SQS shows its actions in lower case, SNS its own name in upper case."""
    service, _, name = action.partition(":")
    if service == "sqs":
        return action.lower()
    return f"SNS:{name}" if service == "sns" else action
