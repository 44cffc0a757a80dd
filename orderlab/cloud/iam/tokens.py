"""STS: keys that last for a while, and who a caller is.

https://docs.aws.amazon.com/STS/latest/APIReference/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import (
    Call,
    Credentials,
    Handler,
    Parameters,
    Permissions,
    Principal,
)
from orderlab.cloud.iam.contexts import context_of
from orderlab.cloud.iam.denials import denial
from orderlab.cloud.iam.evaluation import account_names
from orderlab.cloud.iam.identities import Identities
from orderlab.cloud.iam.quotas import ValidationError
from orderlab.cloud.iam.trust import trusts

# Makes keys for a principal, which last for a number of seconds, or without end.
NewCredentials = Callable[[Principal, float | None], Credentials]
_SESSION_NAME = re.compile(r"[\w+=,.@-]*")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_HOUR = 3600


class SecurityTokens:
    """Answers STS."""

    name = "sts"

    def __init__(
        self,
        *,
        identities: Identities,
        permissions: Permissions,
        new_credentials: NewCredentials,
        wall: Callable[[], float],
    ) -> None:
        """`wall` gives the moment, in seconds since 1970."""
        self._wall = wall
        self._identities = identities
        self._permissions = permissions
        self._new_credentials = new_credentials
        self.operations: Mapping[str, Handler] = {
            "AssumeRole": self._assume_role,
            "GetCallerIdentity": self._caller_identity,
            "GetSessionToken": self._session_token,
            "GetAccessKeyInfo": self._access_key_info,
        }

    async def start(self) -> None:
        """Nothing runs."""

    async def stop(self) -> None:
        """Nothing runs."""

    def _assume_role(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        role_arn = _length(parameters, "RoleArn", 20, 2_048)
        session_name = _length(parameters, "RoleSessionName", 2, 64)
        _check_pattern(session_name, "roleSessionName", _SESSION_NAME)
        if not _ROLE_ARN.fullmatch(role_arn):
            raise ValidationError(f"{role_arn} is invalid")
        _at_least_900(parameters.get("DurationSeconds"))
        for name in ("Policy", "PolicyArns", "Tags", "TransitiveTagKeys", "SerialNumber"):
            if parameters.get(name):
                raise NotDoneYet(f"AssumeRole with {name}")
        role = self._identities.role_of_arn(role_arn)
        if role is None or not self._may_assume(call, role, parameters.get("ExternalId")):
            raise denial(call.principal, "sts:AssumeRole", role_arn)
        seconds = _duration(parameters.get("DurationSeconds"), _longest(call.principal, role))
        principal = self._permissions.role_principal(role_arn, session_name)
        credentials = self._new_credentials(principal, seconds)
        return {
            "Credentials": _shown(credentials),
            "AssumedRoleUser": {
                "AssumedRoleId": f"{role.id}:{session_name}",
                "Arn": principal.arn,
            },
        }

    def _may_assume(self, call: Call, role: Any, external_id: str | None) -> bool:
        caller = call.principal
        context = context_of(caller, None, call.region, self._wall())
        if external_id:
            context["sts:externalid"] = external_id
        if trusts(role, caller, context):
            return caller.kind == "account" or self._not_denied(caller, role)
        if caller.kind == "account":
            return False
        # a role that trusts the account leaves the choice to the caller's own policies
        account = Principal("account", account_names(caller.account_id)[1], caller.account_id)
        return trusts(role, account, context) and self._permissions.allows(
            caller, "sts:AssumeRole", role.arn
        )

    def _not_denied(self, caller: Principal, role: Any) -> bool:
        everyone = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*"}}
        return self._permissions.allows(
            caller, "sts:AssumeRole", role.arn, resource_policy=everyone
        )

    def _caller_identity(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        principal = call.principal
        user_id = principal.account_id
        if principal.kind == "role":
            role = self._identities.role(principal.role_name or "")
            session = principal.arn.rpartition("/")[2]
            user_id = f"{role.id if role else 'AROAGONE'}:{session}"
        elif principal.kind == "user":
            user = self._identities.user(principal.arn)
            user_id = user.id if user else "AIDAGONE"
        return {"UserId": user_id, "Account": principal.account_id, "Arn": principal.arn}

    def _session_token(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        if call.principal.kind == "role":
            raise AwsError(
                "Cannot call GetSessionToken with session credentials",
                code="AccessDenied",
                status=403,
            )
        seconds = _duration(parameters.get("DurationSeconds", 12 * _HOUR), 36 * _HOUR)
        credentials = self._new_credentials(call.principal, seconds)
        return {"Credentials": _shown(credentials)}

    def _access_key_info(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return {"Account": call.principal.account_id}


def _longest(caller: Principal, role: Any) -> int:
    # a session that assumes a role gets an hour at most
    if caller.kind == "role":
        return _HOUR
    return int(role.max_session_duration or _HOUR)


def _duration(given: Any, longest: int) -> int:
    _at_least_900(given)
    seconds = _HOUR if given is None else int(given)
    if seconds > longest:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _at_least_900(seconds: Any) -> None:
    if seconds is not None and int(seconds) < 900:
        raise ValidationError(
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to "
            "satisfy constraint: Member must have value greater than or equal to 900"
        )


def _length(parameters: Parameters, name: str, least: int, most: int) -> str:
    """A text whose length is within limits. Raises ValidationError."""
    value = parameters.get(name)
    member = f"{name[:1].lower()}{name[1:]}"
    rule = ""
    if value is None:
        rule = f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
    elif not least <= len(str(value)) <= most:
        bound = f"greater than or equal to {least}"
        if len(str(value)) > most:
            bound = f"less than or equal to {most}"
        rule = (
            f"Value '{value}' at '{member}' failed to satisfy constraint: Member must have length "
            f"{bound}"
        )
    if rule:
        raise ValidationError(f"1 validation error detected: {rule}")
    return str(value)


def _check_pattern(value: str, name: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise ValidationError(
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy "
            f"constraint: Member must satisfy regular expression pattern: {pattern.pattern}"
        )


def _shown(credentials: Credentials) -> dict[str, Any]:
    assert credentials.expires_at is not None
    expires = datetime.fromtimestamp(credentials.expires_at, UTC)
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
