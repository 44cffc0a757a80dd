"""1.9, open: a function must not outrun what stands behind it."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.starting_points import ensure_function
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.functions import invoke, zipped
from orderlab.practice.removal import remove
from orderlab.threads import side_by_side

NAME = "ask-tax"
ORDERS, MOST = 10, 3
PATIENCE_SECONDS = 6.0
SOURCE = """import time

def handler(event, context):
    began = time.time()
    time.sleep(0.25)          # the tax office's service, which bears three callers at a time
    return {"order": event["order"], "began": began, "ended": time.time()}
"""
_LOOKED = f"{ORDERS} orders sent to ask-tax at once, each again when it was refused with 429"
_EXPECTED = f"all {ORDERS} answered, 2 or {MOST} at work at the same time and never more"


def _prepare(workspace: Workspace) -> None:
    ensure_function(workspace.target, NAME, {"tax.py": SOURCE}, "tax.handler")
    workspace.memory.setdefault("before", _settings(workspace))


def _undo(workspace: Workspace) -> None:
    remove(workspace.target, NAME)


def _settings(workspace: Workspace) -> dict[str, Any]:
    found = workspace.client("lambda").get_function_configuration(FunctionName=workspace.name(NAME))
    kept = ("CodeSha256", "MemorySize", "Timeout", "Environment", "Handler", "Layers")
    return {key: found.get(key) for key in kept}


def _reserved(workspace: Workspace) -> int | None:
    found = workspace.client("lambda").get_function_concurrency(FunctionName=workspace.name(NAME))
    reserved: int | None = found.get("ReservedConcurrentExecutions")
    return reserved


def _check(workspace: Workspace) -> Outcome:
    try:
        now, reserved = _settings(workspace), _reserved(workspace)
    except ClientError:
        _prepare(workspace)
        return untouched("ask-tax was gone; it stands again, as it was at first.")
    before = workspace.memory.get("before", now)
    if now == before and reserved is None:
        return untouched(
            f"Nothing keeps ask-tax from running {ORDERS} times at once.",
            next="Concurrency is environments. Which setting of a function caps them?",
        )
    if reserved == 0:
        return wrong(
            "nobody at all",
            "A reserved concurrency of 0 switches the function off: every call is refused, for ever.",
            looked_at="the reserved concurrency of ask-tax",
            expected=_EXPECTED,
            got="0",
            next="Reserve as many as the service behind bears.",
        )
    answers = _send(workspace)
    return _judge(answers, reserved, now["CodeSha256"] != before.get("CodeSha256"))


def _send(workspace: Workspace) -> list[Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS

    def until_answered(number: int) -> Any:
        while time.monotonic() < deadline:
            try:
                return invoke(workspace.target, NAME, {"order": f"o-{number}"})
            except ClientError as error:
                if error.response["Error"]["Code"] != "TooManyRequestsException":
                    return {"errorType": error.response["Error"]["Code"]}
                time.sleep(0.08)
        return None

    return side_by_side(until_answered, range(ORDERS), ORDERS)


def _judge(answers: list[Any], reserved: int | None, new_code: bool) -> Outcome:
    found = {"looked_at": _LOOKED, "expected": _EXPECTED}
    failed = [each for each in answers if isinstance(each, dict) and "errorType" in each]
    spans = [(each["began"], each["ended"]) for each in answers if _is_span(each)]
    if failed:
        return wrong(
            "it fails",
            "ask-tax was started and failed.",
            **found,
            got=str(failed[0].get("errorMessage", failed[0]["errorType"]))[:120],
            next="Repair it, or put its code back, before you look at concurrency.",
        )
    most = max((sum(b <= began < e for b, e in spans) for began, _ in spans), default=0)
    in_turn = most == 1 and len(spans) >= MOST  # that is why it takes so long
    others = [each for each in answers if each is not None and not _is_span(each)]
    if others:
        return wrong(
            "other answers",
            "ask-tax answered without began and ended, so I can't see how many were at work.",
            **found,
            got=repr(others[0])[:80],
            next="Put its code back, before you look at concurrency: `ex.again()`.",
        )
    if len(spans) < ORDERS and not in_turn:
        return wrong(
            "not all answered",
            f"Within {PATIENCE_SECONDS:.0f} s not every order had an answer with began and ended.",
            **found,
            got=f"{len(spans)} of {ORDERS} answered",
            next="Is it slower than it need be?",
        )
    if most > MOST or (reserved or 0) > MOST:
        return _too_many(most, reserved, new_code)
    if reserved is None:
        return wrong(
            "nothing caps it",
            f"This time {most} ran at once. Nothing about the function keeps it so: the next ten "
            "orders may start ten environments.",
            **found,
            got="no reserved concurrency",
            next="put_function_concurrency caps how many environments a function has.",
        )
    if most == 1:
        return wrong(
            "one at a time",
            "Nobody is overrun, but the service could serve three and serves one.",
            **found,
            got="1 at a time",
            next="How many callers does the service bear?",
        )
    return right(
        "Reserved concurrency is a cap and a guarantee: the service behind sees no more callers, and "
        "other functions can't take these places. Who comes when it is full is refused with 429 and "
        "must try again; in chapter 04 a queue does that.",
        looked_at=_LOOKED,
        got=f"all {ORDERS} answered, never more than {MOST} at work at the same time",
    )


def _is_span(answer: Any) -> bool:
    return isinstance(answer, dict) and all(
        isinstance(answer.get(key), int | float) for key in ("began", "ended")
    )


def _too_many(most: int, reserved: int | None, new_code: bool) -> Outcome:
    found = {"looked_at": _LOOKED, "expected": _EXPECTED, "got": f"{most} at the same time"}
    if reserved is not None:
        return wrong(
            "a cap that is too high",
            f"Up to {reserved} may run at once. The service behind bears {MOST}.",
            **found,
            next="The cap must not be above what stands behind.",
        )
    if new_code:
        return wrong(
            "a lock in the code",
            "Your code changed, and it still runs in as many environments as there are requests. A "
            "lock or a counter in one of them is not seen by the others.",
            **found,
            next="The limit has to be where the environments are started.",
        )
    return wrong(
        "another size",
        "More memory or another timeout changes one environment, not how many there are.",
        **found,
        next="Which setting is about how many?",
    )


def _cap(number: int) -> Any:
    def attempt(workspace: Workspace) -> None:
        workspace.client("lambda").put_function_concurrency(
            FunctionName=workspace.name(NAME), ReservedConcurrentExecutions=number
        )

    return attempt


def _memory(workspace: Workspace) -> None:
    functions, name = workspace.client("lambda"), workspace.name(NAME)
    functions.update_function_configuration(FunctionName=name, MemorySize=512, Timeout=60)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def _lock(workspace: Workspace) -> None:
    source = SOURCE.replace(
        "import time\n", "import threading, time\nthree = threading.Semaphore(3)\n", 1
    ).replace("    began =", "    three.acquire()\n    began =")
    source = source.replace("    return", "    three.release()\n    return")
    functions, name = workspace.client("lambda"), workspace.name(NAME)
    functions.update_function_code(FunctionName=name, ZipFile=zipped({"tax.py": source}))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def _silent(workspace: Workspace) -> None:
    functions, name = workspace.client("lambda"), workspace.name(NAME)
    code = "def handler(event, context):\n    return 'done'\n"
    functions.update_function_code(FunctionName=name, ZipFile=zipped({"tax.py": code}))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    _cap(MOST)(workspace)


def _faster(workspace: Workspace) -> None:
    files = {"tax.py": SOURCE.replace("0.25", "0.2")}
    functions, name = workspace.client("lambda"), workspace.name(NAME)
    functions.update_function_code(FunctionName=name, ZipFile=zipped(files))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    _cap(MOST)(workspace)


RESERVED = Exercise(
    id="1.9",
    title="No more than three at once (open)",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=lambda workspace: _reserved(workspace) in (2, MOST),
    solve=_cap(MOST),
    names=lambda workspace: {"functions": workspace.client("lambda")},
    solution="""functions.put_function_concurrency(FunctionName="ask-tax", ReservedConcurrentExecutions=3)
# Concurrency is environments, so a cap on environments is a cap on callers of the service behind.""",
    hints=(
        "How many environments does Lambda start for ten requests at once, and who decides?",
        "A setting of the function reserves a number of environments: no fewer, and no more.",
        'put_function_concurrency(FunctionName="ask-tax", ReservedConcurrentExecutions=...)',
    ),
    waits=True,
    proofs=(
        Proof("nobody at all", _cap(0), says="switches the function off"),
        Proof("a cap that is too high", _cap(8), says="The service behind bears"),
        Proof("one at a time", _cap(1), says="serves one"),
        Proof("a lock in the code", _lock, says="not seen by the others"),
        Proof("other answers", _silent, says="without began and ended"),
        Proof("another size", _memory, says="changes one environment"),
        Proof("two at once", _cap(2), "right"),
        Proof("three, in code that works faster", _faster, "right"),
    ),
)
