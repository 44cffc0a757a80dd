"""Permissions, as the rest of the cloud sees them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    Call,
    Credentials,
    Handler,
    Keys,
    Moto,
    Parameters,
    Policy,
    Principal,
    ResourcePolicies,
)
from orderlab.cloud.iam.actions import Need, needs
from orderlab.cloud.iam.calls import IamOperations
from orderlab.cloud.iam.contexts import context_of
from orderlab.cloud.iam.denials import denial
from orderlab.cloud.iam.documents import read_document
from orderlab.cloud.iam.evaluation import (
    Answer,
    Decision,
    Question,
    by_identity,
    by_resource,
    within,
)
from orderlab.cloud.iam.identities import Identities
from orderlab.cloud.iam.requests import request_context, with_path
from orderlab.cloud.iam.resource_policies import OWNERS_OWN
from orderlab.cloud.iam.tokens import SecurityTokens
from orderlab.cloud.iam.trust import trusts
from orderlab.cloud.settings import Settings

# How many decisions are kept. Beyond that, all are forgotten and made again.
_KEPT_DECISIONS = 20_000
_DENY = Decision.DENY
_DENIALS = (Decision.DENY, Decision.BOUNDARY_DENY)
_BEYOND = (Decision.BEYOND, Decision.NOTHING_BEYOND)
_NO_CONTEXT: Mapping[str, str] = {}
_ALLOW = Decision.ALLOW


class PermissionService:
    """Decides who may do what, and gives out the keys of role sessions."""

    name = "iam"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        keys: Keys,
        moto: Moto,
        resource_policies: ResourcePolicies,
    ) -> None:
        """`resource_policies` finds the policies that queues, topics and functions have."""
        self._account_id = settings.account_id
        self._region = settings.region
        self._wall = clock.wall
        self._keys = keys
        self._moto = moto
        self._policy_of = resource_policies
        self.identities = Identities(self._account_id)
        self._decisions: dict[tuple[str, str, str], Decision] = {}
        self._functions: dict[str, str] = {}
        self.operations: Mapping[str, Handler] = IamOperations(self.moto)
        self.tokens = SecurityTokens(
            identities=self.identities,
            permissions=self,
            new_credentials=self.new_credentials,
            wall=clock.wall,
        )
        keys.also_ask(self.identities.user_credentials)

    async def start(self) -> None:
        """Put our IAM in the place of moto's."""
        from orderlab.cloud import moto_backends
        from orderlab.cloud.iam.moto_seam import IdentityState

        moto_backends.replace_backend("iam", IdentityState)

    async def stop(self) -> None:
        """Forget every decision."""
        self.changed()

    def changed(self) -> None:
        """Forget every decision; called after each call that changes IAM."""
        self.identities.changed()
        self._decisions.clear()

    def moto(self, call: Call) -> Any:
        """Let moto answer a call of IAM, and forget what it may have changed."""
        response = self._moto(call.request)
        if not call.operation.startswith(("Get", "List")):
            self.changed()
        return response

    # --- calls of the AWS API ---

    def authorize(self, call: Call, parameters: Parameters) -> None:
        """Raise AccessDenied unless the caller may make this call of the AWS API."""
        if call.principal.kind == "account" and call.service not in ("sqs", "sns", "lambda"):
            return
        context = _NO_CONTEXT
        if call.service == "iam":
            context = request_context(call.operation, parameters, self.identities)
        for need in needs(call, parameters, self._account_id):
            if call.service == "iam":
                path = parameters.get("Path") if call.operation.startswith("Create") else None
                need = Need(need.action, with_path(need.resource, path, self.identities))
            self._authorize(call.principal, need, context)

    def _authorize(self, principal: Principal, need: Need, context: Mapping[str, str]) -> None:
        account = principal.kind == "account"
        if not account:
            known = self._decisions.get((principal.arn, need.action, need.resource))
            if known is _DENY:
                raise denial(principal, need.action, need.resource, identity=_DENY)
        service = need.action.partition(":")[0]
        policy = self._policy_of(service, need.resource)
        # the account may do what no policy of a resource forbids
        if account and (not policy or need.action in OWNERS_OWN):
            return
        self.require(
            principal,
            need.action,
            need.resource,
            resource_policy=policy,
            error_code=None,
            request=context,
        )

    def resources_of(self, call: Call, parameters: Parameters) -> list[str]:
        """The ARNs of what a call is about, as policies name them.

        Empty for a call that anybody may make.
        """
        return [need.resource for need in needs(call, parameters, self._account_id)]

    # --- what services ask ---

    def require(
        self,
        principal: Principal,
        action: str,
        resource: str,
        *,
        resource_policy: Policy = None,
        source_arn: str | None = None,
        error_code: str | None = "AccessDeniedException",
        request: Mapping[str, str] = _NO_CONTEXT,
    ) -> None:
        """Raise AccessDenied, worded as AWS words it, unless the call is allowed.

        `request` holds context keys of the request itself.
        """
        identity, own = self._decide(
            principal, action, resource, resource_policy, source_arn, request
        )
        if not _allowed(identity, own):
            raise denial(
                principal, action, resource, identity=identity, by_resource=own, code=error_code
            )

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
        return _allowed(*self._decide(principal, action, resource, resource_policy, source_arn))

    def _decide(
        self,
        principal: Principal,
        action: str,
        resource: str,
        policy: Policy,
        source_arn: str | None,
        request: Mapping[str, str] = _NO_CONTEXT,
    ) -> tuple[Decision, Decision]:
        """What the caller's policies say, and what the resource's policy says.

        Differs from AWS: a resource's policy that names a role's session is limited by the role's
        permissions boundary as well.
        """
        identity = self._by_identity(principal, action, resource, source_arn, request)
        if identity in _DENIALS or identity in _BEYOND or not policy:
            return identity, Decision.NOTHING
        document = read_document(policy)
        if identity is _ALLOW and not document.denies_something:
            return identity, Decision.NOTHING
        question = self._question(principal, action, resource, source_arn)
        return identity, by_resource(document, question).decision

    def _by_identity(
        self,
        principal: Principal,
        action: str,
        resource: str,
        source_arn: str | None,
        request: Mapping[str, str],
    ) -> Decision:
        if principal.kind == "account":
            return _ALLOW
        if principal.kind == "service":
            return Decision.NOTHING
        key = (principal.arn, action, resource)
        known = self._decisions.get(key)
        if known is not None:
            return known
        answer = self._ask_identity(principal, action, resource, source_arn, request)
        if answer.fixed:
            if len(self._decisions) >= _KEPT_DECISIONS:
                self._decisions.clear()
            self._decisions[key] = answer.decision
        return answer.decision

    def _ask_identity(
        self,
        principal: Principal,
        action: str,
        resource: str,
        source_arn: str | None,
        request: Mapping[str, str],
    ) -> Answer:
        documents = self.identities.documents(principal)
        boundary = self.identities.boundary(principal)
        # policies name a log group with and without the part after its name
        group = resource.removesuffix(":log-stream:")
        answer = Answer(Decision.NOTHING)
        for each in dict.fromkeys((resource, group)):
            question = self._question(principal, action, each, source_arn, request)
            answer = within(boundary, by_identity(documents, question), question)
            if answer.decision is _ALLOW or answer.decision in _DENIALS:
                break
        return answer

    def _question(
        self,
        principal: Principal,
        action: str,
        resource: str,
        source_arn: str | None,
        request: Mapping[str, str] = _NO_CONTEXT,
    ) -> Question:
        context = context_of(principal, source_arn, self._region, self._wall())
        context.update(request)
        return Question(principal, action, resource, context)

    # --- roles ---

    def role_principal(self, role_arn: str, session_name: str) -> Principal:
        """The principal of a session of the role, whether or not the role exists."""
        role = role_arn.rpartition("/")[2]
        arn = f"arn:aws:sts::{self._account_id}:assumed-role/{role}/{session_name}"
        return Principal("role", arn, self._account_id, role)

    def may_assume(self, role_arn: str, service: str) -> bool:
        """Whether the role exists and trusts the service, whatever it is to be assumed for."""
        role = self.identities.role_of_arn(role_arn)
        if role is None:
            return False
        return trusts(role, self._service(service), {}, any_source=True)

    def assume_role(self, role_arn: str, service: str, session_name: str) -> Credentials:
        """Keys for a service's session of a role; AccessDenied if the role does not trust it."""
        role = self.identities.role_of_arn(role_arn)
        caller = self._service(service)
        source = self._source(service, session_name)
        context = context_of(caller, source, self._region, self._wall())
        if role is None or not trusts(role, caller, context, any_source=source is None):
            raise denial(caller, "sts:AssumeRole", role_arn)
        principal = self.role_principal(role_arn, session_name)
        if source is not None:
            self._functions[principal.arn] = source
        return self.new_credentials(principal, None)

    def function_of(self, principal: Principal) -> str | None:
        """The ARN of the function whose session it is, if it is a function's."""
        return self._functions.get(principal.arn)

    def _service(self, name: str) -> Principal:
        return Principal("service", name, self._account_id)

    def _source(self, service: str, session_name: str) -> str | None:
        """The function that a role is assumed for: sessions of functions bear its name."""
        if service != "lambda.amazonaws.com":
            return None
        region = self._region
        return f"arn:aws:lambda:{region}:{self._account_id}:function:{session_name}"

    def new_credentials(self, principal: Principal, lasts_seconds: float | None) -> Credentials:
        """Keys that the server accepts from now on; without an end until they are forgotten."""
        credentials = Credentials(
            "ASIA" + secrets.token_hex(8).upper(),
            secrets.token_urlsafe(30),
            secrets.token_urlsafe(120),
            principal,
            time.time() + lasts_seconds if lasts_seconds else None,
        )
        self._keys.add(credentials)
        return credentials

    def forget(self, credentials: Credentials) -> None:
        """Accept the keys of a session no longer."""
        self._keys.remove(credentials.access_key_id)


def _allowed(identity: Decision, by_resource: Decision) -> bool:
    if identity in _DENIALS or by_resource is _DENY:
        return False
    return _ALLOW in (identity, by_resource)
