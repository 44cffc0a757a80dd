"""Admission: API key, usage plan with its quota, and throttling.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.quota import remaining, spend
from orderlab.cloud.apigateway.data.throttling import TokenBucket

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.model.moto_seam import GatewayBackend

Document = dict[str, Any]


class Admission:
    """The buckets of all limits, made when they are first asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}

    def check(self, invocation: Invocation, backend: GatewayBackend) -> None:
        """Refuse a request without a valid key, beyond a quota, or beyond a rate."""
        self._check_rates(invocation, backend)
        if invocation.method.api_key_required:
            self._check_key(invocation, backend)

    def _check_rates(self, invocation: Invocation, backend: GatewayBackend) -> None:
        stage, method = f"{invocation.api.id}/{invocation.stage_name}", invocation.method
        settings = invocation.stage.get("methodSettings")
        if settings:
            for key in (method.setting_key, "*/*"):
                if key in settings:
                    # limits of the whole stage count for each method by itself
                    self._take(("method", stage, method.setting_key), _limits(settings[key]))
                    break
        account = backend.settings["throttleSettings"]
        self._take(("account", backend.account_id, backend.region_name), _limits(account))

    def _take(self, key: tuple[str, ...], limits: tuple[float, float] | None) -> None:
        if limits is None:
            return
        now = self._clock.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket.full(*limits, now)
        bucket.change(*limits)
        if not bucket.take(now):
            raise GatewayFailure("THROTTLED")

    def _check_key(self, invocation: Invocation, backend: GatewayBackend) -> None:
        value = self._key_value(invocation)
        key = _enabled_key(backend, value)
        found = None if key is None else _plan_of(backend, key, invocation)
        if key is None or found is None:
            raise GatewayFailure("INVALID_API_KEY")
        plan, stage = found
        invocation.usage = {"apiKey": value, "apiKeyId": key["id"]}
        invocation.context["identity"].update(invocation.usage)
        self._check_plan(invocation, plan, stage, key["id"])
        quota = plan.get("quota")
        used = backend.access.used.setdefault((plan["id"], key["id"]), {})
        today = time.gmtime(self._clock.wall())
        if quota and remaining(quota, used, today) <= 0:
            raise GatewayFailure("QUOTA_EXCEEDED")
        spend(used, today)

    def _key_value(self, invocation: Invocation) -> str:
        if invocation.deployed.api_key_source == "AUTHORIZER":
            return str(invocation.overrides.get("usageIdentifierKey") or "")
        return invocation.header("x-api-key")

    def _check_plan(
        self, invocation: Invocation, plan: Document, stage: Document, key_id: str
    ) -> None:
        """The plan's throttle counts for each key; a method's own limits come first."""
        by_method = stage.get("throttle") or {}
        method = invocation.method
        own = by_method.get(f"{method.path}/{method.http_method}")
        name = method.setting_key if own else ""
        limits = _limits(own or plan.get("throttle"))
        self._take(("plan", plan["id"], key_id, invocation.api.id, name), limits)


def _limits(settings: Document | None) -> tuple[float, float] | None:
    """Rate and burst under either naming; None where there is no limit."""
    if not settings:
        return None
    rate = settings.get("throttlingRateLimit", settings.get("rateLimit"))
    burst = settings.get("throttlingBurstLimit", settings.get("burstLimit"))
    if rate is None and burst is None:
        return None
    limits = float(rate or 0), float(burst or 0)
    return None if min(limits) < 0 else limits


def _enabled_key(backend: GatewayBackend, value: str) -> Document | None:
    if not value:
        return None
    key = backend.access.keys.get(backend.access.values.get(value, ""))
    return key if key is not None and key.get("enabled") else None


def _plan_of(
    backend: GatewayBackend, key: Document, invocation: Invocation
) -> tuple[Document, Document] | None:
    """The usage plan by which a key opens this stage."""
    for plan_id, key_ids in backend.access.plan_keys.items():
        plan = backend.access.plans.get(plan_id)
        if plan is None or key["id"] not in key_ids:
            continue
        for stage in plan.get("apiStages") or ():
            if (stage["apiId"], stage["stage"]) == (invocation.api.id, invocation.stage_name):
                return plan, stage
    return None
