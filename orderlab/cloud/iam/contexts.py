"""The context keys of a call, for conditions and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from datetime import UTC, datetime

from orderlab.cloud.contracts import Principal


def context_of(
    principal: Principal, source_arn: str | None, region: str, now: float
) -> dict[str, str]:
    """What is known of the caller at a moment, in seconds since 1970.

    `source_arn` is the resource that a service calls for.

    Differs from AWS: tags and organisations are not known; the transport always counts as secure.
    """
    context = {
        "aws:securetransport": "true",
        "aws:currenttime": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now)),
        "aws:requestedregion": region,
        "aws:principalisawsservice": str(principal.kind == "service").lower(),
        "aws:viaawsservice": "false",
    }
    if principal.kind == "service":
        context["aws:principalservicename"] = principal.arn
        context["aws:sourceaccount"] = _account(source_arn) or principal.account_id
        context["aws:sourceowner"] = context["aws:sourceaccount"]
        if source_arn:
            context["aws:sourcearn"] = source_arn
        return context
    context.update(_caller(principal))
    if source_arn:
        context["aws:sourcearn"] = source_arn
    return context


def _caller(principal: Principal) -> dict[str, str]:
    known = {
        "aws:principalaccount": principal.account_id,
        "aws:principalarn": principal.arn,
        "aws:sourceip": "127.0.0.1",
    }
    if principal.kind == "account":
        return {**known, "aws:principaltype": "Account", "aws:userid": principal.account_id}
    if principal.kind == "user":
        name = principal.arn.rpartition("/")[2]
        return {**known, "aws:principaltype": "User", "aws:username": name}
    # a session counts as its role
    role = f"arn:aws:iam::{principal.account_id}:role/{principal.role_name}"
    session = principal.arn.rpartition("/")[2]
    return {
        **known,
        "aws:principalarn": role,
        "aws:principaltype": "AssumedRole",
        "aws:userid": f"{principal.role_name}:{session}",
    }


def _account(arn: str | None) -> str:
    parts = (arn or "").split(":")
    return parts[4] if len(parts) > 5 else ""
