"""Lambda authorizers: a function says who the caller is and what they may do.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.access_policy import PolicyUnreadable, decide
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.integrations.function_calls import FunctionCalls
from orderlab.cloud.apigateway.data.integrations.lambda_proxy import event_of
from orderlab.cloud.apigateway.data.kept_verdicts import KeptVerdicts
from orderlab.cloud.apigateway.data.steps.mapped_values import value_of
from orderlab.cloud.apigateway.model.mappings import MappingError, request_source
from orderlab.cloud.apigateway.vtl.java import string_of
from orderlab.cloud.apigateway.vtl.regular_expressions import java_pattern
from orderlab.cloud.patterns.allowance import Allowance
from orderlab.cloud.patterns.workers import OutOfTime

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MAX_RESULT = 8 * 1024


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an authorizer answered.

    `policy` is its policy document, `context` its own members of `$context.authorizer`, and
    `usage_key` the API key that it gave, if any.
    """

    principal_id: str
    policy: Any
    context: dict[str, str]
    usage_key: str | None


class LambdaAuthorizers:
    """Asks authorizers, and remembers their answers as long as each wants it."""

    def __init__(self, *, clock: Clock, functions: FunctionCalls) -> None:
        self._now = clock.now
        self._functions = functions
        self._kept: KeptVerdicts[Verdict] = KeptVerdicts(clock.now)

    def forget(self, api_id: str, stage: str) -> None:
        """Empty the cache of a stage."""
        self._kept.forget(api_id, stage)

    async def check(self, execution: Execution) -> None:
        """Refuse a caller whom the method's authorizer does not let in.

        Raises:
            GatewayFailure: 401 or 403 for such a caller, 500 if the authorizer does not work.
        """
        authorizer = execution.method.authorizer
        if authorizer is None:
            raise _misconfigured("the method's authorizer is gone")
        identity = _identity(execution, authorizer)
        await _check_form(authorizer, identity)
        verdict, latency_ms = await self._verdict(execution, authorizer, identity)
        execution.context["authorizer"] = {
            **verdict.context,
            "principalId": verdict.principal_id,
            "integrationLatency": round(latency_ms),
        }
        execution.usage_key = verdict.usage_key
        try:
            decision = decide(verdict.policy, execution.request.execute_arn)
        except PolicyUnreadable as error:
            raise _misconfigured(str(error)) from None
        if decision == "deny":
            raise GatewayFailure(
                "ACCESS_DENIED",
                "User is not authorized to access this resource with an explicit deny",
            )
        if decision != "allow":
            raise GatewayFailure("ACCESS_DENIED")

    async def _verdict(
        self, execution: Execution, authorizer: dict[str, Any], identity: list[str]
    ) -> tuple[Verdict, float]:
        ttl, request = authorizer.get("authorizerResultTtlInSeconds") or 0, execution.request
        key = (request.api.id, request.stage_name, authorizer["id"], *identity)
        asked_at = self._now()
        if ttl and (kept := self._kept.get(key)):
            return kept, 0.0
        started = time.perf_counter()
        verdict = await self._ask(execution, authorizer, identity)
        if ttl:
            self._kept.keep(key, verdict, asked_at + ttl)
        return verdict, (time.perf_counter() - started) * 1000

    async def _ask(
        self, execution: Execution, authorizer: dict[str, Any], identity: list[str]
    ) -> Verdict:
        if authorizer["type"] == "TOKEN":
            event: dict[str, Any] = {"type": "TOKEN", "authorizationToken": identity[0]}
        else:
            event = {"type": "REQUEST", **event_of(execution)}
            del event["body"], event["isBase64Encoded"]
        event["methodArn"] = execution.request.execute_arn
        arn = f"{execution.request.api_arn.rpartition('/')[0]}/authorizers/{authorizer['id']}"
        try:
            result = await self._functions.invoke(
                execution,
                authorizer["authorizerUri"],
                json.dumps(event).encode(),
                credentials=authorizer.get("authorizerCredentials"),
                source_arn=arn,
            )
        except GatewayFailure as failure:
            raise _misconfigured(failure.reason) from None
        return _read(result.payload, bool(result.function_error))


def _identity(execution: Execution, authorizer: dict[str, Any]) -> list[str]:
    """The values that say who calls; 401 if one is missing."""
    values = []
    for source in (authorizer.get("identitySource") or "").split(","):
        if not source.strip():
            continue
        try:
            value = value_of(request_source(source.strip()), execution)
        except MappingError as error:
            raise _misconfigured(str(error)) from None
        text = ",".join(value) if isinstance(value, list) else value
        if not text:
            raise GatewayFailure("UNAUTHORIZED")
        values.append(text)
    return values


async def _check_form(authorizer: dict[str, Any], identity: list[str]) -> None:
    """401 for a token that does not have the form that the authorizer wants."""
    expression = authorizer.get("identityValidationExpression")
    if not expression:
        return
    try:
        fits = await Allowance().run(java_pattern(expression).matches, identity[0])
    except OutOfTime:
        raise _misconfigured("the identity validation expression takes too long") from None
    if not fits:
        raise GatewayFailure("UNAUTHORIZED")


def _read(payload: bytes, failed: bool) -> Verdict:
    if len(payload) > MAX_RESULT and not failed:
        raise _misconfigured(f"the authorizer's answer is longer than {MAX_RESULT} bytes")
    try:
        answer: Any = json.loads(payload)
    except (ValueError, RecursionError):
        raise _misconfigured("the authorizer's answer is not JSON") from None
    if failed:
        message = answer.get("errorMessage") if isinstance(answer, dict) else None
        if message == "Unauthorized":
            raise GatewayFailure("UNAUTHORIZED")
        raise GatewayFailure("AUTHORIZER_FAILURE", reason=f"the authorizer failed: {message}")
    if not isinstance(answer, dict) or not isinstance(answer.get("principalId"), str):
        raise _misconfigured("the authorizer's answer has no principalId")
    context = answer.get("context") or {}
    if not isinstance(context, dict) or any(
        isinstance(value, dict | list) for value in context.values()
    ):
        raise _misconfigured("the authorizer's context must hold texts, numbers and booleans")
    usage_key = answer.get("usageIdentifierKey")
    return Verdict(
        answer["principalId"],
        answer.get("policyDocument"),
        {str(k): string_of(v) for k, v in context.items() if v is not None},
        usage_key if isinstance(usage_key, str) else None,
    )


def _misconfigured(reason: str) -> GatewayFailure:
    return GatewayFailure("AUTHORIZER_CONFIGURATION_ERROR", reason=reason)
