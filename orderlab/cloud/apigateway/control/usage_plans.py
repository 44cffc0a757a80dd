"""Usage plans: which keys open which stages, how fast and how often.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from orderlab.cloud.apigateway.control.calls import ControlCall, wrong_type
from orderlab.cloud.apigateway.control.errors import (
    bad_request,
    conflict,
    limit_exceeded,
    not_found,
)
from orderlab.cloud.apigateway.control.keys import key_of
from orderlab.cloud.apigateway.control.patch import number, parts_of, value_of, whole
from orderlab.cloud.apigateway.model.state import Document, new_id, shown

_MAX_PLANS = 300
_PERIODS = ("DAY", "WEEK", "MONTH")


def create_usage_plan(call: ControlCall) -> Document:
    """CreateUsagePlan. Raises NotFoundException for a stage that does not exist."""
    name = call.text("name")
    if not name:
        raise bad_request("Usage Plan name must be non-empty")
    if len(call.state.access.plans) >= _MAX_PLANS:
        raise limit_exceeded("Maximum number of Usage Plans for this account has been reached.")
    plan: Document = {
        "id": new_id(6),
        "name": name,
        "description": call.text("description"),
        "apiStages": [],
        "throttle": call.mapping("throttle"),
        "quota": call.mapping("quota"),
        "tags": call.mapping("tags"),
    }
    stages = call.body.get("apiStages") or []
    if not isinstance(stages, list):
        raise wrong_type("apiStages")
    for stage in stages:
        _add_stage(call, plan, str(stage.get("apiId")), str(stage.get("stage")))
        if stage.get("throttle"):
            plan["apiStages"][-1]["throttle"] = stage["throttle"]
    _check(plan)
    call.state.access.plans[plan["id"]] = plan
    return shown(plan)


def _add_stage(call: ControlCall, plan: Document, api_id: str, stage: str) -> None:
    api = call.state.rest_apis.get(api_id)
    if not api_id or not stage:
        raise bad_request("Invalid API Stage specified")
    if api is None or stage not in api.stages:
        raise not_found(
            f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan "
            f"{plan['id']}"
        )
    if any((s["apiId"], s["stage"]) == (api_id, stage) for s in plan["apiStages"]):
        raise conflict("API Stage is already associated with this usage plan")
    plan["apiStages"] = [*plan["apiStages"], {"apiId": api_id, "stage": stage}]


def _check(plan: Document) -> None:
    throttle, quota = plan.get("throttle"), plan.get("quota")
    if throttle:
        throttle["rateLimit"] = float(throttle.get("rateLimit") or 0)
        throttle["burstLimit"] = int(throttle.get("burstLimit") or 0)
        if throttle["rateLimit"] < 0 or throttle["burstLimit"] < 0:
            raise bad_request("Usage Plan throttle limits must not be negative")
    if quota:
        quota.setdefault("offset", 0)
        if quota.get("period") not in _PERIODS:
            raise bad_request(f"Usage Plan quota period must be one of {', '.join(_PERIODS)}")
        if not isinstance(quota.get("limit"), int) or quota["limit"] < 1:
            raise bad_request("Usage Plan quota limit must be greater than 0")
        if not 0 <= int(quota["offset"]) <= quota["limit"]:
            raise bad_request("Usage Plan quota offset must be between 0 and the quota limit")


def plan_of(call: ControlCall) -> Document:
    """The usage plan that the path names. Raises NotFoundException if there is none."""
    found = call.state.access.plans.get(call.path["usageplanId"])
    if found is None:
        raise not_found("Invalid Usage Plan ID specified")
    return found


def get_usage_plan(call: ControlCall) -> Document:
    """GetUsagePlan: the limits of one plan, and the stages that it opens."""
    return shown(plan_of(call))


def get_usage_plans(call: ControlCall) -> Document:
    """GetUsagePlans: a page of the plans, or of those that a key is in."""
    access, key_id = call.state.access, call.query.get("keyId", [""])[0]
    return call.page(
        plan
        for plan in access.plans.values()
        if not key_id or key_id in access.plan_keys.get(plan["id"], ())
    )


def update_usage_plan(call: ControlCall) -> Document:
    """UpdateUsagePlan: name, limits, quota and stages, or the limits of single methods."""
    plan = plan_of(call)
    changed = shown(plan)
    for operation in call.operations():
        _patch(call, changed, operation)
    _check(changed)
    plan.clear()
    plan.update(changed)
    return shown(plan)


def _patch(call: ControlCall, plan: Document, operation: Document) -> None:
    op, path, value = operation["op"], str(operation.get("path")), value_of(operation)
    parts = parts_of(path)
    if parts[0] == "apiStages":
        _patch_stage(call, plan, op, parts[1:], value)
    elif parts[0] in ("throttle", "quota") and len(parts) <= 2:
        _patch_limits(plan, op, parts, value)
    elif path in ("/name", "/description", "/productCode"):
        if parts[0] == "name" and (op == "remove" or not value):
            raise bad_request("Usage Plan name must be non-empty")
        plan[parts[0]] = value if op != "remove" and value else None
    else:
        raise bad_request(f"Invalid patch path  '{path}' specified for op '{op}'.")


_LIMITS = {
    "rateLimit": number,
    "burstLimit": whole,
    "limit": whole,
    "offset": whole,
    "period": str,
}


def _patch_limits(plan: Document, op: str, parts: list[str], value: str) -> None:
    if op == "remove" or (len(parts) == 2 and not value and parts[1] != "period"):
        if len(parts) == 1:
            plan.pop(parts[0], None)
        else:
            (plan.get(parts[0]) or {}).pop(parts[1], None)
    elif len(parts) == 2 and parts[1] in _LIMITS:
        convert: Any = _LIMITS[parts[1]]
        plan[parts[0]] = {**(plan.get(parts[0]) or {}), parts[1]: convert(value)}
    else:
        raise bad_request(f"Invalid patch path  '/{'/'.join(parts)}' specified for op '{op}'.")


def _patch_stage(call: ControlCall, plan: Document, op: str, rest: list[str], value: str) -> None:
    """`/apiStages` with `api:stage`, or a method's limits below `/apiStages/api:stage/throttle`."""
    api_id, _, stage = (rest[0] if rest else value).partition(":")
    if not rest and op == "add":
        _add_stage(call, plan, api_id, stage)
        return
    found = [s for s in plan["apiStages"] if (s["apiId"], s["stage"]) == (api_id, stage)]
    if not found:
        raise not_found("API Stage not found")
    if not rest and op == "remove":
        plan["apiStages"] = [s for s in plan["apiStages"] if s is not found[0]]
    elif len(rest) in (3, 4) and rest[1] == "throttle":
        limits = found[0].setdefault("throttle", {})
        if op == "remove":
            limits.pop(rest[2], None)
        elif len(rest) == 4 and rest[3] in ("rateLimit", "burstLimit"):
            convert: Any = _LIMITS[rest[3]]
            limits[rest[2]] = {**limits.get(rest[2], {}), rest[3]: convert(value)}
    else:
        raise bad_request("Invalid patch path specified below /apiStages")


def delete_usage_plan(call: ControlCall) -> None:
    """DeleteUsagePlan. Raises BadRequestException while the plan has stages."""
    plan = plan_of(call)
    if plan.get("apiStages"):
        raise bad_request(
            f"Cannot delete Usage Plan {plan['id']} because it contains API stages. Remove them "
            "first."
        )
    del call.state.access.plans[plan["id"]]
    call.state.access.plan_keys.pop(plan["id"], None)


def create_usage_plan_key(call: ControlCall) -> Document:
    """CreateUsagePlanKey: put an API key into a plan. Raises ConflictException if it is in it."""
    plan = plan_of(call)
    if call.body.get("keyType") != "API_KEY":
        raise bad_request("Usage Plan key type must be API_KEY")
    key = call.state.access.keys.get(call.text("keyId") or "")
    if key is None:
        raise not_found("Invalid API Key identifier specified")
    members = call.state.access.plan_keys.setdefault(plan["id"], [])
    if key["id"] in members:
        raise conflict(f"Usage Plan Key already exists: {key['id']}")
    members.append(key["id"])
    return _plan_key(key)


def _plan_key(key: Document) -> Document:
    return shown(
        {"id": key["id"], "type": "API_KEY", "value": key["value"], "name": key.get("name")}
    )


def _member(call: ControlCall) -> Document:
    plan, key_id = plan_of(call), call.path["keyId"]
    if key_id not in call.state.access.plan_keys.get(plan["id"], ()):
        raise not_found("Invalid Usage Plan ID and API Key ID combination specified")
    return key_of(call, "keyId")


def get_usage_plan_key(call: ControlCall) -> Document:
    """GetUsagePlanKey: one key of a plan. Raises NotFoundException if the key is not in it."""
    return _plan_key(_member(call))


def get_usage_plan_keys(call: ControlCall) -> Document:
    """GetUsagePlanKeys: a page of the keys in a plan."""
    plan, prefix = plan_of(call), call.query.get("name", [""])[0]
    keys = call.state.access.keys
    members = call.state.access.plan_keys.get(plan["id"], ())
    return call.page(
        _plan_key(keys[each])
        for each in members
        if (keys[each].get("name") or "").startswith(prefix)
    )


def delete_usage_plan_key(call: ControlCall) -> None:
    """DeleteUsagePlanKey: take an API key out of a plan. The key stays."""
    key = _member(call)
    call.state.access.plan_keys[call.path["usageplanId"]].remove(key["id"])


def get_usage(call: ControlCall) -> Document:
    """Requests a day of each key, as [used, left] pairs."""
    plan = plan_of(call)
    start, end = (_date(call, name) for name in ("startDate", "endDate"))
    wanted = call.query.get("keyId", [""])[0]
    limit = int((plan.get("quota") or {}).get("limit") or 0)
    values: dict[str, list[list[int]]] = {}
    for key_id in call.state.access.plan_keys.get(plan["id"], ()):
        if wanted not in ("", key_id):
            continue
        used = call.state.access.used.get((plan["id"], key_id), {})
        left, rows, day = limit, [], start
        while day <= end:
            count = used.get(day.isoformat(), 0)
            left = max(left - count, 0)
            rows.append([count, left])
            day += timedelta(days=1)
        values[key_id] = rows
    return {
        "usagePlanId": plan["id"],
        "startDate": start.isoformat(),
        "endDate": end.isoformat(),
        "values": values,
    }


def _date(call: ControlCall, name: str) -> date:
    try:
        found = date.fromisoformat(call.query.get(name, [""])[0][:10])
    except ValueError:
        raise bad_request(f"{name} must be a date of the form YYYY-MM-DD") from None
    if abs((found - date.today()).days) > 400:
        raise bad_request("Usage data is only available for the past 90 days")
    return found
