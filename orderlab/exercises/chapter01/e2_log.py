"""1.2: a function writes its log as its role, and the role may do nothing yet."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.policies import allows, listed, role_of, statements_of
from orderlab.exercises.chapter01.starting_points import ensure_first_function
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.orders import fresh
from orderlab.requirements.waiting import wait_for

NAME = "accept-order"
DAYS = 14
POLICY = "least-privilege"
_LOOKED = "an order sent through accept-order, its log group, and what its role may do"
_WRITING = {"logs:createloggroup", "logs:createlogstream", "logs:putlogevents"}
_EXPECTED = f"the order's id in the log, logs kept for {DAYS} days, no right beyond this group"


def _group(workspace: Workspace) -> str:
    return f"/aws/lambda/{workspace.name(NAME)}"


def _arn(workspace: Workspace, group: str) -> str:
    target = workspace.target
    return f"arn:aws:logs:{target.region}:{target.account_id}:log-group:{group}"


def _undo(workspace: Workspace) -> None:
    logs, iam = workspace.client("logs"), workspace.client("iam")
    with contextlib.suppress(logs.exceptions.ResourceNotFoundException):
        logs.delete_log_group(logGroupName=_group(workspace))
    try:
        role = role_of(workspace, NAME)
    except ClientError:
        return
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=attached["PolicyArn"])


def _prepare(workspace: Workspace) -> None:
    ensure_first_function(workspace.target, may_log=False)


def _retention(workspace: Workspace) -> int | bool | None:
    """Days; None for logs that are kept for ever; False where there is no group."""
    name = _group(workspace)
    found = workspace.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    for group in found:
        if group["logGroupName"] == name:
            days: int | None = group.get("retentionInDays")
            return days
    return False


def _check(workspace: Workspace) -> Outcome:
    statements = statements_of(workspace, role_of(workspace, NAME))
    days = _retention(workspace)
    # Lambda may keep a right for a moment after it was taken away: the policy is read first.
    if not _may_log(workspace, statements) or not wait_for(_order_in_log(workspace), 3.0):
        return _no_log(workspace, statements, days)
    wide = _too_wide(workspace, statements)
    if wide is not None:
        return wide
    if days != DAYS:
        kept = "for ever" if days is None else f"for {days} days"
        return _wrong(
            "kept for another time",
            f"The log arrives. It is kept {kept}; this customer wants {DAYS} days.",
            f"retention: {kept}",
            "put_retention_policy says how long.",
        )
    return right(
        "The role may write to this log group and do nothing else. If somebody ever breaks into the "
        "function, that is all they get.",
        looked_at=_LOOKED,
        got=f"the order's id is in the log, which is kept for {days} days",
    )


def _may_log(workspace: Workspace, statements: list[dict[str, Any]]) -> bool:
    stream = f"{_arn(workspace, _group(workspace))}:log-stream:x"
    return allows(statements, "logs:PutLogEvents", stream) and allows(
        statements, "logs:CreateLogStream", stream
    )


def _order_in_log(workspace: Workspace) -> Any:
    order = fresh(1)[0]
    payload = json.dumps({"body": json.dumps(order)}).encode()
    functions, logs = workspace.client("lambda"), workspace.client("logs")

    def look() -> bool:
        functions.invoke(FunctionName=workspace.name(NAME), Payload=payload)
        try:
            events = logs.filter_log_events(
                logGroupName=_group(workspace), filterPattern=f'"{order["order_id"]}"'
            )["events"]
        except ClientError:
            return False
        return bool(events)

    return look


def _no_log(workspace: Workspace, statements: list[dict[str, Any]], days: Any) -> Outcome:
    group = _arn(workspace, _group(workspace))
    stream = f"{group}:log-stream:x"
    may_write = allows(statements, "logs:PutLogEvents", stream)
    may_open = allows(statements, "logs:CreateLogStream", f"{group}:x")
    if not statements:
        done = "The log group is there, but the role" if days is not False else "The role"
        return untouched(
            f"{done} of accept-order may do nothing, so no log arrives.",
            next="put_role_policy gives a role a permissions policy. Compare it with greeter.",
        )
    got = f"PutLogEvents allowed: {_yes(may_write)}, CreateLogStream allowed: {_yes(may_open)}"
    if may_write and not may_open:
        return _wrong(
            "writing without opening",
            "The role may write events, but not create the log stream that they go into.",
            got,
            "Every environment creates a stream of its own: logs:CreateLogStream.",
        )
    if may_open and not may_write:
        return _wrong(
            "opening without writing",
            "The role may create a log stream, but not write events into it.",
            got,
            "The second action is logs:PutLogEvents.",
        )
    without_deny = [each for each in statements if each["Effect"] == "Allow"]
    if not may_write and allows(without_deny, "logs:PutLogEvents", stream):
        return _wrong(
            "denied as well",
            "One statement allows it, and another denies it. A Deny wins, whatever else is allowed.",
            got,
            "Take the statement with Effect Deny away.",
        )
    if may_write and days is False:
        return _wrong(
            "no group to write to",
            "The role may write, but the log group does not exist, and it may not create one.",
            got,
            "Create the group yourself, so that you decide how long its logs are kept.",
        )
    if may_write and may_open:
        conditions = [each["Condition"] for each in statements if each.get("Condition")]
        return _wrong(
            "allowed, and nothing came",
            "The policy names both actions and this log group, and yet no line of the order came.",
            f"{got}; conditions: {conditions}"[:200] if conditions else got,
            "A Condition has to hold of the function's own call."
            if conditions
            else "Run the check again: a new right may take a moment.",
        )
    resources = [statement.get("Resource") for statement in statements]
    return _wrong(
        "another resource",
        "The role has a policy, but it allows no writing to the log group of accept-order.",
        f"{got}; resources: {resources}"[:200],
        f"Compare it with {group}:*, letter by letter. The :* at the end stands for its streams.",
    )


def _too_wide(workspace: Workspace, statements: list[dict[str, Any]]) -> Outcome | None:
    other = _arn(workspace, f"/aws/lambda/{workspace.name('another-function')}") + ":log-stream:x"
    similar = _arn(workspace, f"{_group(workspace)}-copy") + ":log-stream:x"
    if allows(statements, "dynamodb:DeleteTable", "*") or allows(statements, "iam:CreateRole", "*"):
        return _wrong(
            "everything allowed",
            "The log arrives. The role may do much more: delete a table, for example.",
            "more than logs",
            "Name the two actions that writing a log takes.",
        )
    if allows(statements, "logs:PutLogEvents", other):
        return _wrong(
            "every function's log",
            "The log arrives. With these rights accept-order can write into any function's log.",
            "another function's log group is allowed too",
            "Resource names this function's log group: .../aws/lambda/accept-order:*",
        )
    if allows(statements, "logs:PutLogEvents", similar):
        return _wrong(
            "names that begin alike",
            "The log arrives. So would one in a group whose name only begins like this one.",
            f"allowed too: {_group(workspace)}-copy",
            "Put the colon before the star: the group's name ends there.",
        )
    if allows(statements, "logs:DeleteLogGroup", _arn(workspace, _group(workspace))) or allows(
        statements, "logs:DeleteLogStream", _arn(workspace, _group(workspace)) + ":log-stream:x"
    ):
        return _wrong(
            "it may delete its log",
            "The log arrives. The role may delete it too, which covers the tracks of a break-in.",
            "more actions than writing a log takes",
            "Two actions are enough: logs:CreateLogStream and logs:PutLogEvents.",
        )
    return _more(workspace, statements)


def _more(workspace: Workspace, statements: list[dict[str, Any]]) -> Outcome | None:
    """The first right beyond writing to this group, statement by statement."""
    # a star for Region or account is no wider: the group's name is this one
    mine = re.compile(
        rf"arn:aws:logs:[^:]*:[^:]*:log-group:{re.escape(_group(workspace))}(:[^/]*)?"
    )
    for each in (each for each in statements if each["Effect"] == "Allow"):
        actions, resources = listed(each.get("Action", ())), listed(each.get("Resource", ()))
        more = [a for a in actions if a.lower() not in _WRITING]
        elsewhere = [r for r in resources if not mine.fullmatch(r)]
        if more or elsewhere:
            return _wrong(
                "another right beside it",
                "The log arrives. A statement allows more than writing to this group.",
                f"allowed: {', '.join(more or actions)} on {', '.join(elsewhere or resources)}"[
                    :200
                ],
                "A role should name what its function needs and nothing else.",
            )
    return None


def _yes(allowed: bool) -> str:
    return "yes" if allowed else "no"


def _wrong(name: str, message: str, got: str, next: str) -> Outcome:
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=next)


def _done(
    *,
    actions: Any = ("logs:CreateLogStream", "logs:PutLogEvents"),
    resource: str = "{group}:*",
    days: int | None = DAYS,
    group: bool = True,
) -> Any:
    def attempt(workspace: Workspace) -> None:
        logs = workspace.client("logs")
        _prepare(workspace)
        if group:
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_group(logGroupName=_group(workspace))
            if days:
                logs.put_retention_policy(logGroupName=_group(workspace), retentionInDays=days)
        statement = {
            "Effect": "Allow",
            "Action": actions if isinstance(actions, str) else list(actions),
            "Resource": resource.format(group=_arn(workspace, _group(workspace))),
        }
        workspace.client("iam").put_role_policy(
            RoleName=role_of(workspace, NAME),
            PolicyName=POLICY,
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    return attempt


def _beside(effect: str, action: str, resource: str) -> Any:
    """The right policy, and a second statement beside it."""

    def attempt(workspace: Workspace) -> None:
        _done()(workspace)
        arn = resource.format(group=_arn(workspace, _group(workspace)))
        more = {"Effect": effect, "Action": action, "Resource": arn}
        workspace.client("iam").put_role_policy(
            RoleName=role_of(workspace, NAME),
            PolicyName="second",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [more]}),
        )

    return attempt


def _two_policies(workspace: Workspace) -> None:
    _done(actions="logs:CreateLogStream", resource="{group}:log-stream:*")(workspace)
    group = _arn(workspace, _group(workspace))
    write = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": [f"{group}:*"]}
    workspace.client("iam").put_role_policy(
        RoleName=role_of(workspace, NAME),
        PolicyName="second",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": write}),
    )


def _with_sid(workspace: Workspace) -> None:
    _done(actions=("LOGS:createlogstream", "logs:PutLogEvents"))(workspace)


def _names(workspace: Workspace) -> dict[str, Any]:
    return {
        "json": json,
        "logs": workspace.client("logs"),
        "iam": workspace.client("iam"),
        "ACCOUNT": workspace.target.account_id,
    }


LOG = Exercise(
    id="1.2",
    title="The missing log",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    solve=_done(),
    names=_names,
    needs=("1.1",),
    waits=True,
    solution="""group = "/aws/lambda/accept-order"
logs.create_log_group(logGroupName=group)
logs.put_retention_policy(logGroupName=group, retentionInDays=14)
may_log = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*",
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [may_log]})
iam.put_role_policy(
    RoleName="accept-order-role", PolicyName="least-privilege", PolicyDocument=policy
)
# The group is yours, so its logs end after 14 days; the role can write there and nowhere else.
""",
    hints=(
        "Two things are missing: the place for the log, and the right to write there.",
        "create_log_group and put_retention_policy make the place; put_role_policy gives the role a "
        "statement with two actions on one resource.",
        'Actions logs:CreateLogStream and logs:PutLogEvents on "arn:aws:logs:us-east-1:ACCOUNT:'
        'log-group:/aws/lambda/accept-order:*", for the role accept-order-role',
    ),
    proofs=(
        Proof("writing without opening", _done(actions="logs:PutLogEvents"), says="log stream"),
        Proof("opening without writing", _done(actions="logs:CreateLogStream"), says="not write"),
        Proof("no group to write to", _done(group=False), says="does not exist"),
        Proof("another resource", _done(resource="{group}x:*"), says="letter by letter"),
        Proof("everything allowed", _done(actions="*", resource="*"), says="delete a table"),
        Proof("every function's log", _done(resource="*"), says="any function's log"),
        Proof("names that begin alike", _done(resource="{group}*"), says="begins like this one"),
        Proof("it may delete its log", _done(actions="logs:*"), says="covers the tracks"),
        Proof(
            "another right beside it",
            _beside("Allow", "dynamodb:PutItem", "*"),
            says="more than writing to this group",
        ),
        Proof("denied as well", _beside("Deny", "logs:*", "*"), says="A Deny wins"),
        Proof("kept for another time", _done(days=None), says="for ever"),
        Proof("two policies", _two_policies, "right"),
        Proof("other capitals", _with_sid, "right"),
    ),
)
