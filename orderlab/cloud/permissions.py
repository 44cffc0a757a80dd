"""Placeholder: everything is allowed until the rules are built."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud.contracts import Call, Credentials, Handler, Parameters, Principal

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class PermissionService:
    name = "iam"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.operations: Mapping[str, Handler] = {}

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    def authorize(self, call: Call, parameters: Parameters) -> None:
        """Raise AccessDenied unless the caller may make this call of the AWS API."""

    def require(self, principal: Principal, action: str, resource: str, **_: Any) -> None:
        pass

    def allows(self, principal: Principal, action: str, resource: str, **_: Any) -> bool:
        return True

    def may_assume(self, role_arn: str, service: str) -> bool:
        return True

    def role_principal(self, role_arn: str, session_name: str) -> Principal:
        role = role_arn.rpartition("/")[2]
        account = self._cloud.settings.account_id
        arn = f"arn:aws:sts::{account}:assumed-role/{role}/{session_name}"
        return Principal("role", arn, account, role)

    def assume_role(self, role_arn: str, service: str, session_name: str) -> Credentials:
        credentials = Credentials(
            "ASIA" + secrets.token_hex(8).upper(),
            secrets.token_urlsafe(30),
            secrets.token_urlsafe(60),
            self.role_principal(role_arn, session_name),
        )
        self._cloud.keys.add(credentials)
        return credentials

    def forget(self, credentials: Credentials) -> None:
        self._cloud.keys.remove(credentials.access_key_id)
