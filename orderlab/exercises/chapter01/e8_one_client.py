"""1.8: hold one partner back without hurting the other."""

from __future__ import annotations

from collections import Counter
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.partners import (
    BULK,
    CALM,
    ensure_partners,
    find_partner_api,
    key_of,
    partner_url,
    remove_partners,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.api import STAGE
from orderlab.practice.http import request
from orderlab.threads import side_by_side

FLOOD, FEW, CONNECTIONS = 40, 3, 8
# the allowance grows while a slow machine sends
LEAST_REFUSED = 2
LIMIT = {"rateLimit": 1.0, "burstLimit": 5}
_LOOKED = f"{FLOOD} orders of {BULK} from {CONNECTIONS} connections, and {FEW} of {CALM} among them"
_EXPECTED = f"{BULK} held back with 429, every order of {CALM} taken"


def _prepare(workspace: Workspace) -> None:
    """partner-api with two partners in one plan, and a limit on the stage that is new to both."""
    there = find_partner_api(workspace.target) is not None and _plan_id(workspace) is not None
    workspace.memory["plan"] = ensure_partners(workspace.target)
    if not there:
        changes = [_stage_change("rateLimit", "1"), _stage_change("burstLimit", "5")]
        workspace.client("apigateway").update_stage(
            restApiId=find_partner_api(workspace.target), stageName=STAGE, patchOperations=changes
        )
    workspace.memory.setdefault("before", _settings(workspace))


def _plan_id(workspace: Workspace) -> str | None:
    for plan in workspace.client("apigateway").get_usage_plans(limit=500)["items"]:
        if plan["name"] == workspace.name("partners"):
            return str(plan["id"])
    return None


def _undo(workspace: Workspace) -> None:
    remove_partners(workspace.target)


def _stage_change(limit: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": f"/*/*/throttling/{limit}", "value": value}


def _settings(workspace: Workspace) -> dict[str, Any]:
    """The stage's limits and the plans: whether anything was done, and what."""
    gateway = workspace.client("apigateway")
    api_id = find_partner_api(workspace.target) or "none"
    stage = gateway.get_stage(restApiId=api_id, stageName=STAGE)
    plans = {
        plan["id"]: (
            plan.get("throttle"),
            plan.get("apiStages"),
            sorted(k["id"] for k in gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]),
        )
        for plan in gateway.get_usage_plans(limit=500)["items"]
    }
    keys = {k["id"]: k["enabled"] for k in gateway.get_api_keys(limit=500)["items"]}
    deployment = stage["deploymentId"]
    methods = stage.get("methodSettings") or {}
    return {"stage": methods, "plans": plans, "keys": keys, "deployment": deployment}


def _check(workspace: Workspace) -> Outcome:
    try:
        now = _settings(workspace)
    except ClientError:
        _prepare(workspace)
        return untouched("partner-api was gone; it stands again, with the limit of its stage.")
    bulk, calm = _flood(workspace)
    if now == workspace.memory.get("before") and calm[429]:
        return untouched(
            f"The stage's limit still counts for everybody: {CALM} is refused while {BULK} floods.",
            next="Whose orders does the limit of a stage count, and whose that of a usage plan?",
        )
    planned = any(_throttle(plan, workspace) for plan in _plans_of(workspace, BULK))
    outcome = _judge(bulk, calm, bool(_limited(now["stage"])), planned)
    if outcome.kind != "right":
        return outcome
    return _as_asked(workspace, outcome)


def _as_asked(workspace: Workspace, outcome: Outcome) -> Outcome:
    """The limit that was asked for, and no other, for the key of the one partner."""
    limits = [_throttle(plan, workspace) for plan in _plans_of(workspace, BULK)]
    if LIMIT in limits:
        return outcome
    shown = [limit for limit in limits if limit]
    if not shown:
        return wrong(
            "held back by something else",
            f"{BULK} is held back now, but no usage plan of its key has a throttle.",
            looked_at="the usage plans of its key",
            expected="rateLimit 1, burstLimit 5",
            got="no throttle",
            next="A quota counts a day, week or month. A throttle counts requests a second.",
        )
    return wrong(
        "another limit",
        f"{BULK} is held back, and to another limit than the one that was asked for.",
        looked_at="the usage plans of its key",
        expected="rateLimit 1, burstLimit 5",
        got=", ".join(f"rateLimit {s['rateLimit']:g}, burstLimit {s['burstLimit']}" for s in shown),
        next="rateLimit is requests a second; burstLimit is how many tokens the bucket holds.",
    )


def _plans_of(workspace: Workspace, partner: str) -> list[dict[str, Any]]:
    gateway, key = workspace.client("apigateway"), _key_id(workspace, partner)
    return [
        plan
        for plan in gateway.get_usage_plans(limit=500)["items"]
        if any(k["id"] == key for k in gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"])
    ]


def _throttle(plan: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The plan's throttle for POST /orders: its own for that method, or that of the whole plan."""
    api_id = find_partner_api(workspace.target)
    for stage in plan.get("apiStages", ()):
        if stage["apiId"] == api_id and stage.get("throttle"):
            limits = stage["throttle"].get("/orders/POST") or {}
            if limits:
                return dict(limits)
    return dict(plan.get("throttle") or {})


def _flood(workspace: Workspace) -> tuple[Counter[int], Counter[int]]:
    """The one floods; the other calls at moments when the one is held back, or else at the end.

    So the answers depend on the limits alone, and not on how many requests this machine can send.
    """
    url = partner_url(workspace.target)
    turns, calm = iter(range(FEW)), Counter[int]()

    def call_calmly() -> None:
        calm[request(url, {}, headers={"x-api-key": key_of(CALM)}).status] += 1

    def call_from_the_flood(_: int) -> int:
        status = request(url, {}, headers={"x-api-key": key_of(BULK)}).status
        if status == 429 and next(turns, None) is not None:
            call_calmly()
        return status

    bulk = Counter(side_by_side(call_from_the_flood, range(FLOOD), CONNECTIONS))
    for _ in turns:
        call_calmly()
    return bulk, calm


def _limited(stage: dict[str, Any]) -> bool:
    """Whether the stage holds everybody back: by its burst or by its rate."""
    # what is set for the method counts instead of what is set for all
    every, own = stage.get("*/*", {}), stage.get("~1orders/POST") or stage.get("orders/POST") or {}
    limits = [
        own.get(name, every.get(name, -1))
        for name in ("throttlingBurstLimit", "throttlingRateLimit")
    ]
    return any(0 <= limit < 50 for limit in limits)


def _judge(bulk: Counter[int], calm: Counter[int], stage_limited: bool, planned: bool) -> Outcome:
    got = f"{BULK}: {bulk[429]} of {FLOOD} orders refused; {CALM}: {_shown(calm)}"
    found = {"looked_at": _LOOKED, "expected": _EXPECTED, "got": got}
    if bulk[403] == FLOOD:
        return wrong(
            "locked out",
            f"{BULK} gets 403 for everything: its key opens nothing now. Held back is not shut out.",
            **found,
            next="A key opens a stage if it is enabled and in a plan that holds the stage.",
        )
    if calm[403]:
        return wrong(
            "the wrong one locked out",
            f"{CALM} gets 403: its key is in no plan that holds partner-api's stage live.",
            **found,
            next="create_usage_plan_key, in a plan with apiStages.",
        )
    if bulk[429] < LEAST_REFUSED:
        return wrong(
            "nobody is held back",
            f"{BULK} sent {FLOOD} orders at once, and {FLOOD - bulk[429]} were taken.",
            **found,
            next="Give the plan of its key a throttle: rateLimit 1, burstLimit 5.",
        )
    if stage_limited and not planned:
        return wrong(
            "only the stage's limit",
            f"The stage has a limit, which counts everybody's requests together. No usage plan of "
            f"{BULK}'s key has a throttle.",
            **found,
            next="Take the limit off the stage, and give the plan of its key a throttle.",
        )
    if stage_limited:
        return wrong(
            "the stage's limit is still there",
            "The plan has its limit, and the stage has one as well. Requests must pass both, and the "
            "stage counts everybody's together.",
            **found,
            next="Remove the throttling from the stage, or make it large enough for all.",
        )
    if calm[202] != FEW:
        return wrong(
            "too tight for anybody",
            f"{CALM} sends {FEW} orders in a moment, and the limit of its plan does not let it.",
            **found,
            next="A plan's limit counts for each key by itself. burstLimit is how many at once.",
        )
    return right(
        "The throttle of a usage plan counts for each API key by itself; that of a stage counts all "
        "callers together. AWS applies both as well as it can, not as a promise.",
        looked_at=_LOOKED,
        got=got,
    )


def _shown(calm: Counter[int]) -> str:
    return "all taken" if calm[202] == FEW else "not all taken"


def _stage(rate: str, burst: str) -> Any:
    def attempt(workspace: Workspace) -> None:
        changes = [_stage_change("rateLimit", rate), _stage_change("burstLimit", burst)]
        workspace.client("apigateway").update_stage(
            restApiId=find_partner_api(workspace.target), stageName=STAGE, patchOperations=changes
        )

    return attempt


def _plan(rate: str, burst: str) -> Any:
    def attempt(workspace: Workspace) -> None:
        changes = [
            {"op": "replace", "path": "/throttle/rateLimit", "value": rate},
            {"op": "replace", "path": "/throttle/burstLimit", "value": burst},
        ]
        workspace.client("apigateway").update_usage_plan(
            usagePlanId=workspace.memory["plan"], patchOperations=changes
        )

    return attempt


def _all(*attempts: Any) -> Any:
    def attempt(workspace: Workspace) -> None:
        for each in attempts:
            each(workspace)

    return attempt


def _key_id(workspace: Workspace, partner: str) -> str:
    for key in workspace.client("apigateway").get_api_keys(limit=500)["items"]:
        if key["name"] == workspace.name(partner):
            return str(key["id"])
    raise LookupError(partner)


def _disabled(workspace: Workspace) -> None:
    change = {"op": "replace", "path": "/enabled", "value": "false"}
    workspace.client("apigateway").update_api_key(
        apiKey=_key_id(workspace, BULK), patchOperations=[change]
    )


def _own_plan(workspace: Workspace) -> None:
    """A second plan with the limit, for the one partner; the first stays without."""
    gateway, key = workspace.client("apigateway"), _key_id(workspace, BULK)
    gateway.delete_usage_plan_key(usagePlanId=workspace.memory["plan"], keyId=key)
    stage = {"apiId": find_partner_api(workspace.target), "stage": STAGE}
    plan = gateway.create_usage_plan(name="slow", apiStages=[stage], throttle=LIMIT)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key, keyType="API_KEY")


def _quota(workspace: Workspace) -> None:
    _OPEN(workspace)
    changes = [
        {"op": "replace", "path": "/quota/limit", "value": "20"},
        {"op": "replace", "path": "/quota/period", "value": "DAY"},
    ]
    workspace.client("apigateway").update_usage_plan(
        usagePlanId=workspace.memory["plan"], patchOperations=changes
    )


def _no_stage_limit(workspace: Workspace) -> None:
    """The stage's throttle taken away, instead of made large."""
    workspace.client("apigateway").update_stage(
        restApiId=find_partner_api(workspace.target),
        stageName=STAGE,
        patchOperations=[{"op": "remove", "path": "/*/*/throttling/burstLimit"},
                         {"op": "remove", "path": "/*/*/throttling/rateLimit"}],
    )  # fmt: skip


def _names(workspace: Workspace) -> dict[str, Any]:
    return {
        "gateway": workspace.client("apigateway"),
        "partner_api": find_partner_api(workspace.target),
        "plans": {"partners": workspace.memory["plan"]},
    }


_OPEN = _stage("1000", "500")

ONE_CLIENT = Exercise(
    id="1.8",
    title="One client held back",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    names=_names,
    equivalent={
        "without 'value'": "a patch without a value takes the stage's limit off",
        "without 'value' (2)": "a patch without a value takes the stage's limit off",
    },
    solve=_all(_OPEN, _plan("1", "5")),
    solution="""gateway.update_stage(restApiId=partner_api, stageName="live", patchOperations=[
    {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1000"},
    {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "500"}])
gateway.update_usage_plan(usagePlanId=plans["partners"], patchOperations=[
    {"op": "replace", "path": "/throttle/rateLimit", "value": "1"},
    {"op": "replace", "path": "/throttle/burstLimit", "value": "5"}])
# The plan's limit counts for each key by itself, so that one plan is enough for both partners.""",
    hints=(
        "The stage counts all requests together. What counts them by key?",
        "Take the limit off the stage and give it to the usage plan: its throttle is per key.",
        "update_stage with a large /*/*/throttling/burstLimit and rateLimit; update_usage_plan with "
        "/throttle/rateLimit 1 and /throttle/burstLimit 5",
    ),
    proofs=(
        Proof("nobody is held back", _OPEN, says="40 were taken"),
        Proof("the stage's limit is still there", _plan("1", "5"), says="must pass both"),
        Proof("only the stage's limit", _stage("1", "4"), says="counts everybody's requests"),
        Proof("too tight for anybody", _all(_OPEN, _plan("0.1", "1")), says="does not let it"),
        Proof("locked out", _all(_OPEN, _disabled), says="Held back is not shut out"),
        Proof("another limit", _all(_OPEN, _plan("1", "20")), says="another limit"),
        Proof("held back by something else", _quota, says="no throttle"),
        Proof("the stage's limit taken away", _all(_no_stage_limit, _plan("1", "5")), "right"),
        Proof("a plan of its own for the one", _all(_OPEN, _own_plan), "right"),
    ),
)
