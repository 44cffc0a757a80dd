"""6.8: environments that are ready before three calls come at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter06.notebook_names import names
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.functions import at_once, deploy, exists, zipped
from orderlab.practice.removal import remove_function

NAME, ALIAS, CALLS = "opener", "live", 3
OLD, NEW = "Good morning", "Good morning!"
_READY_SECONDS = 20
_LOOKED = f"{CALLS} calls of `{NAME}:{ALIAS}` at the same moment, and what is provisioned"


def _code(text: str) -> str:
    return (
        "import os, time\ntime.sleep(0.3)\n\ndef handler(event, context):\n    time.sleep(0.4)\n"
        f"    return [{text!r}, os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']]"
        "[: 2 if event.get('kind') else 1]\n"
    )


def prepare(workspace: Workspace) -> None:
    """The function, with version 1 under its alias, and newer code that nobody published."""
    target = workspace.target
    if exists(target, NAME):
        return
    deploy(target, NAME, _code(OLD), MemorySize=1024, Timeout=20)
    functions, name = target.client("lambda"), target.name(NAME)
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
    functions.update_function_code(FunctionName=name, ZipFile=zipped({"app.py": _code(NEW)}))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def undo(workspace: Workspace) -> None:
    """The function is gone, with its versions, its alias and what was provisioned."""
    remove_function(workspace.target, NAME)


def _provisioned(target: Target) -> dict[str, dict[str, Any]]:
    """What is provisioned, by alias or version."""
    found = target.client("lambda").list_provisioned_concurrency_configs(
        FunctionName=target.name(NAME)
    )["ProvisionedConcurrencyConfigs"]
    return {each["FunctionArn"].rpartition(":")[2]: each for each in found}


def _alias(target: Target) -> str:
    """The version that the alias names; "" if there is none."""
    functions = target.client("lambda")
    try:
        found = functions.get_alias(FunctionName=target.name(NAME), Name=ALIAS)
    except functions.exceptions.ResourceNotFoundException:
        return ""
    return str(found["FunctionVersion"])


def _wait_until_ready(target: Target) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if all(each["Status"] != "IN_PROGRESS" for each in _provisioned(target).values()):
            return
        time.sleep(0.05)


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    if not exists(target, NAME):
        return wrong(
            "no function",
            f"There is no function `{NAME}` any more.",
            next="`ex.again()` makes it anew; then run your cell again.",
        )
    version, provisioned = _alias(target), _provisioned(target)
    if version == "1" and not provisioned:
        return untouched(
            "Nothing is provisioned, and `live` names version 1.",
            next="What has to be published, and what is to name it?",
        )
    _wait_until_ready(target)
    found = _mistake(target, version, provisioned)
    if found is None:
        return right(
            "The alias names what was published, and as many environments as calls are ready. They are "
            "paid for as long as they are provisioned: take them away when the tills are open.",
            looked_at=_LOOKED,
            got=f"{CALLS} calls of `{NEW}`, none with an Init",
        )
    name, message, expected, got, hint = found
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=expected,
        got=got,
        next=hint,
        stands="what your cell made; `ex.again()` takes it away",
    )


Mistake = tuple[str, str, str, str, str]


def _mistake(
    target: Target, version: str, provisioned: dict[str, dict[str, Any]]
) -> Mistake | None:
    if not version:
        return (
            "no alias",
            "There is no alias `live` any more, and the tills call it.",
            "an alias `live`",
            "none",
            "update_alias lets it name another version.",
        )
    said = at_once(target, f"{NAME}:{ALIAS}", [{"kind": True}] * CALLS)
    if any(not isinstance(each, list) for each in said):
        return (
            "it raises",
            "A call of the alias failed.",
            f"{NEW} three times",
            str(said[0])[:120],
            "`ex.again()`, and once more.",
        )
    kinds = [each[1] for each in said]
    return (
        _old_code(version, said)
        or _reserved(target, provisioned, kinds)
        or _counted(provisioned, kinds)
    )


def _old_code(version: str, said: list[Any]) -> Mistake | None:
    if all(each[0] == NEW for each in said):
        return None
    if version == "1":
        return (
            "the old code is ready",
            "The tills still get version 1. What is provisioned starts sooner, and says the old text.",
            NEW,
            said[0][0],
            "Publish the mended code, and let the alias name that version.",
        )
    return (
        "not all of the tills",
        f"The alias names version {version}, and not every call gets the mended code.",
        f"{NEW} three times",
        ", ".join(each[0] for each in said),
        "Let the alias name the new version alone.",
    )


def _reserved(
    target: Target, provisioned: dict[str, dict[str, Any]], kinds: list[str]
) -> Mistake | None:
    found = target.client("lambda").get_function_concurrency(FunctionName=target.name(NAME))
    count = found.get("ReservedConcurrentExecutions")
    if provisioned or count is None:
        return None
    return (
        "reserved, and not ready",
        f"{count} environments are reserved for the function, and none is started before a call. "
        "Reserved concurrency is a share of the account's number, and a limit.",
        f"{CALLS} environments that are ready",
        ", ".join(kinds),
        "Provisioned concurrency is another call, with a Qualifier.",
    )


def _counted(provisioned: dict[str, dict[str, Any]], kinds: list[str]) -> Mistake | None:
    wanted = {
        name: each["RequestedProvisionedConcurrentExecutions"] for name, each in provisioned.items()
    }
    total, cold = sum(wanted.values()), kinds.count("on-demand")
    got = ", ".join(f"{count} of {name}" for name, count in wanted.items()) or "none"
    if cold == CALLS and total:
        return (
            "ready for nobody",
            "Something is provisioned, and not what the tills call.",
            f"{CALLS} of `{ALIAS}`, or of the version that it names",
            got,
            "Qualifier says for what.",
        )
    if cold:
        return (
            "too few",
            f"{cold} of {CALLS} calls had to wait for an Init.",
            f"{CALLS} environments that are ready",
            got,
            "Three tills open in the same moment.",
        )
    if total > CALLS:
        return (
            "more than is used",
            "No till waits. And more is kept ready than three calls can use.",
            f"{CALLS} in all",
            got,
            "Each of them costs, called or not.",
        )
    return None


def _try(
    count: int, qualifier: str = ALIAS, *, publish: bool = True
) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        functions, name = workspace.client("lambda"), workspace.name(NAME)
        version = "1"
        if publish:
            version = functions.publish_version(FunctionName=name)["Version"]
            functions.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
        if count:
            functions.put_provisioned_concurrency_config(
                FunctionName=name,
                Qualifier=version if qualifier == "version" else qualifier,
                ProvisionedConcurrentExecutions=count,
            )
            _wait_until_ready(workspace.target)

    return attempt


def _alias_anew(workspace: Workspace) -> None:
    """The alias is deleted and made again."""
    functions, name = workspace.client("lambda"), workspace.name(NAME)
    version = functions.publish_version(FunctionName=name, Description="mended")["Version"]
    functions.delete_alias(FunctionName=name, Name=ALIAS)
    functions.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=ALIAS, ProvisionedConcurrentExecutions=CALLS
    )
    _wait_until_ready(workspace.target)


def _another_version(workspace: Workspace) -> None:
    """Provisions version 1, and points the alias to the new one."""
    _try(0)(workspace)
    workspace.client("lambda").put_provisioned_concurrency_config(
        FunctionName=workspace.name(NAME), Qualifier="1", ProvisionedConcurrentExecutions=CALLS
    )
    _wait_until_ready(workspace.target)


def _without_alias(workspace: Workspace) -> None:
    _try(0)(workspace)
    workspace.client("lambda").delete_alias(FunctionName=workspace.name(NAME), Name=ALIAS)


def _only_reserved(workspace: Workspace) -> None:
    _try(0)(workspace)
    workspace.client("lambda").put_function_concurrency(
        FunctionName=workspace.name(NAME), ReservedConcurrentExecutions=CALLS
    )


READY = Exercise(
    id="6.8",
    title="Eight o'clock",
    check=_check,
    solve=_try(CALLS),
    prepare=prepare,
    undo=undo,
    names=names,
    solution="""published = functions.publish_version(
    FunctionName="opener",
)
functions.update_alias(
    FunctionName="opener",
    Name="live",
    FunctionVersion=published["Version"],
)
functions.put_provisioned_concurrency_config(
    FunctionName="opener",
    Qualifier="live",
    ProvisionedConcurrentExecutions=3,
)
# The mended code as a version, the alias on it, and three environments for three calls.""",
    hints=(
        "What does the alias `live` name, and where is the mended code?",
        "publish_version, update_alias, put_provisioned_concurrency_config: in that order.",
        'update_alias(FunctionName="opener", Name="live", FunctionVersion=published["Version"]), then '
        'Qualifier="live" and ProvisionedConcurrentExecutions=3.',
    ),
    proofs=(
        Proof("the old code is ready", _try(3, publish=False), says="says the old text"),
        Proof("reserved, and not ready", _only_reserved, says="none is started before a call"),
        Proof("too few", _try(2), says="had to wait for an Init"),
        Proof("more than is used", _try(5), says="more is kept ready"),
        Proof("ready for nobody", _another_version, says="not what the tills call"),
        Proof("no alias", _without_alias, says="the tills call it"),
        Proof("of the version", _try(3, "version"), "right"),
        Proof("the alias made anew", _alias_anew, "right"),
    ),
)
