"""Admission: API key, usage plan with its quota, and throttling.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.parts import Parts
from orderlab.cloud.apigateway.data.quota import remaining, spend
from orderlab.cloud.apigateway.data.throttling import Limits, Throttles
from orderlab.cloud.apigateway.model.state import ApiAccess

Document = Mapping[str, Any]


def admit(parts: Parts, execution: Execution) -> None:
    """Refuse a request without a valid key, beyond a quota, or beyond a rate."""
    _check_rates(parts.throttles, execution)
    if execution.method.api_key_required:
        _check_key(parts, execution)


def _check_rates(throttles: Throttles, execution: Execution) -> None:
    request, setting_key = execution.request, execution.method.setting_key
    settings = request.stage.get("methodSettings")
    if settings:
        for key in (setting_key, "*/*"):
            if key in settings:
                # limits of the whole stage count for each method by itself
                stage = f"{request.api.id}/{request.stage_name}"
                _take(throttles, ("method", stage, setting_key), _limits(settings[key]))
                break
    region = request.region
    account = _limits(region.settings["throttleSettings"])
    _take(throttles, ("account", region.account_id, region.region_name), account)


def _take(throttles: Throttles, key: tuple[str, ...], limits: Limits | None) -> None:
    if limits is not None and not throttles.lets_pass(key, limits):
        raise GatewayFailure("THROTTLED")


def _check_key(parts: Parts, execution: Execution) -> None:
    access = execution.request.region.access
    value = _key_value(execution)
    key = _enabled_key(access, value)
    found = None if key is None else _plan_of(access, key, execution)
    if key is None or found is None:
        raise GatewayFailure("INVALID_API_KEY")
    plan, stage = found
    execution.context["identity"].update(apiKey=value, apiKeyId=key["id"])
    _check_plan(parts.throttles, execution, plan, stage, key["id"])
    quota = plan.get("quota")
    used = access.used.setdefault((plan["id"], key["id"]), {})
    today = time.gmtime(parts.clock.wall())
    if quota and remaining(quota, used, today) <= 0:
        raise GatewayFailure("QUOTA_EXCEEDED")
    spend(used, today)


def _key_value(execution: Execution) -> str:
    if execution.request.deployed.api_key_source == "AUTHORIZER":
        return execution.usage_key or ""
    return execution.request.header("x-api-key")


def _check_plan(
    throttles: Throttles, execution: Execution, plan: Document, stage: Document, key_id: str
) -> None:
    """The plan's throttle counts for each key; a method's own limits come first."""
    by_method = stage.get("throttle") or {}
    method = execution.method
    own = by_method.get(f"{method.path}/{method.http_method}")
    name = method.setting_key if own else ""
    limits = _limits(own or plan.get("throttle"))
    _take(throttles, ("plan", plan["id"], key_id, execution.request.api.id, name), limits)


def _limits(settings: Document | None) -> Limits | None:
    """Rate and burst under either naming; None if there is no limit."""
    if not settings:
        return None
    rate = settings.get("throttlingRateLimit", settings.get("rateLimit"))
    burst = settings.get("throttlingBurstLimit", settings.get("burstLimit"))
    if rate is None and burst is None:
        return None
    limits = float(rate or 0), float(burst or 0)
    return None if min(limits) < 0 else limits


def _enabled_key(access: ApiAccess, value: str) -> Document | None:
    if not value:
        return None
    key = access.keys.get(access.values.get(value, ""))
    return key if key is not None and key.get("enabled") else None


def _plan_of(
    access: ApiAccess, key: Document, execution: Execution
) -> tuple[Document, Document] | None:
    """The usage plan by which a key opens this stage."""
    wanted = execution.request.api.id, execution.request.stage_name
    for plan_id, key_ids in access.plan_keys.items():
        plan = access.plans.get(plan_id)
        if plan is None or key["id"] not in key_ids:
            continue
        for stage in plan.get("apiStages") or ():
            if (stage["apiId"], stage["stage"]) == wanted:
                return plan, stage
    return None
