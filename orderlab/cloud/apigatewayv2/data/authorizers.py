"""Who may call: IAM, and Lambda authorizers with simple answers or IAM policies.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.access_policy import PolicyUnreadable, decide
from orderlab.cloud.apigateway.data.kept_verdicts import KeptVerdicts
from orderlab.cloud.apigatewayv2.data.event import event_1_0, event_2_0
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.functions import FunctionCalls
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.data.values import Values
from orderlab.cloud.apigatewayv2.model.expressions import expression
from orderlab.cloud.apigatewayv2.model.state import Document

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
TIMEOUT_SECONDS = 10.0
MAX_RESULT_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an authorizer answered: yes or no, or else a policy; and what it says of the caller."""

    allowed: bool | None
    policy: Any
    context: Document
    principal_id: str | None = None


class LambdaAuthorizers:
    """Asks authorizers, and remembers their answers as long as each wants it."""

    def __init__(self, *, clock: Clock, functions: FunctionCalls) -> None:
        self._now = clock.now
        self._functions = functions
        self._kept: KeptVerdicts[Verdict] = KeptVerdicts(clock.now)

    def forget(self, api_id: str, stage: str) -> None:
        """Empty the cache of a stage."""
        self._kept.forget(api_id, stage)

    async def check(self, request: HttpRequest) -> None:
        """Refuse a caller whom the route's authorizer does not let in.

        Raises HttpFailure: 401 without an identity, 403 if the caller may not, 500 if the
        authorizer does not work.
        """
        authorizer = request.route.authorizer
        if authorizer is None:
            raise _broken("the route's authorizer is gone")
        identity = _identity(request, authorizer)
        verdict = await self._verdict(request, dict(authorizer), identity)
        request.authorizer, request.principal_id = verdict.context, verdict.principal_id
        if not _allows(verdict, request.execute_arn):
            raise HttpFailure(403, by_authorizer=True)

    async def _verdict(
        self, request: HttpRequest, authorizer: Document, identity: list[str]
    ) -> Verdict:
        ttl = authorizer.get("AuthorizerResultTtlInSeconds") or 0
        key = (request.api.id, request.stage_name, authorizer["AuthorizerId"], *identity)
        asked_at = self._now()
        if ttl and (kept := self._kept.get(key)):
            return kept
        verdict = await self._ask(request, authorizer, identity)
        if ttl:
            self._kept.keep(key, verdict, asked_at + ttl)
        return verdict

    async def _ask(
        self, request: HttpRequest, authorizer: Document, identity: list[str]
    ) -> Verdict:
        try:
            result = await self._functions.invoke(
                request,
                authorizer["AuthorizerUri"],
                _event(request, authorizer, identity),
                credentials=authorizer.get("AuthorizerCredentialsArn"),
                source_arn=f"{request.api.execute_arn}/authorizers/{authorizer['AuthorizerId']}",
                seconds=TIMEOUT_SECONDS,
            )
        except HttpFailure as failure:
            raise _broken(failure.reason) from None
        answer = _answer(result.payload, failed=bool(result.function_error))
        if authorizer.get("EnableSimpleResponses"):
            return _simple(answer)
        return _with_policy(answer)


def _broken(reason: str) -> HttpFailure:
    return HttpFailure(500, reason, by_authorizer=True)


def _identity(request: HttpRequest, authorizer: Any) -> list[str]:
    """The values that say who calls; 401 if one is missing."""
    values, found = Values(request), []
    for source in authorizer.get("IdentitySource") or ():
        value = values.of(expression(source))
        if not value:
            raise HttpFailure(401, by_authorizer=True)
        found.append(value)
    return found


def _event(request: HttpRequest, authorizer: Document, identity: list[str]) -> Document:
    """The authorizer's event: that of the request without its body, and who calls."""
    arn = request.execute_arn
    if authorizer["AuthorizerPayloadFormatVersion"] == "1.0":
        event = event_1_0(request)
        head: Document = {"version": "1.0", "type": "REQUEST", "methodArn": arn}
        tokens = ",".join(identity)
        head |= {"identitySource": tokens, "authorizationToken": tokens}
    else:
        event = event_2_0(request)
        head = {"version": "2.0", "type": "REQUEST", "routeArn": arn, "identitySource": identity}
    event.pop("body", None)
    event.pop("isBase64Encoded", None)
    return {**head, **event}


def _answer(payload: bytes, *, failed: bool) -> Document:
    try:
        answer: Any = json.loads(payload)
    except (ValueError, RecursionError):
        raise _broken("the authorizer's answer is not JSON") from None
    if failed:
        message = answer.get("errorMessage") if isinstance(answer, dict) else None
        if message == "Unauthorized":
            raise HttpFailure(401, by_authorizer=True)
        raise _broken(f"the authorizer failed: {message}")
    if not isinstance(answer, dict):
        raise _broken("the authorizer's answer is not an object")
    if len(payload) > MAX_RESULT_BYTES:
        raise _broken(f"the authorizer's answer is longer than {MAX_RESULT_BYTES} bytes")
    context = answer.get("context")
    if context is not None and not isinstance(context, dict):
        raise _broken("the authorizer's context is not an object")
    return answer


def _simple(answer: Document) -> Verdict:
    if not isinstance(answer.get("isAuthorized"), bool):
        raise _broken("the authorizer's answer has no isAuthorized")
    return Verdict(answer["isAuthorized"], None, answer.get("context") or {})


def _with_policy(answer: Document) -> Verdict:
    principal = answer.get("principalId")
    if not isinstance(principal, str):
        raise _broken("the authorizer's answer has no principalId")
    return Verdict(None, answer.get("policyDocument"), answer.get("context") or {}, principal)


def _allows(verdict: Verdict, arn: str) -> bool:
    if verdict.allowed is not None:
        return verdict.allowed
    try:
        return decide(verdict.policy, arn) == "allow"
    except PolicyUnreadable as error:
        raise _broken(str(error)) from None
