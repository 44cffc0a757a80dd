"""6.6: a change in a layer, and who is to have it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter06 import till_functions as shop
from orderlab.exercises.chapter06.notebook_names import names
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.functions import invoke, zipped

_LOOKED = "both tills and `returns`, with amounts of my own, and the layers that they name"


def _cut_amounts() -> list[float]:
    """Amounts that the old code cuts down by a cent."""
    found: list[float] = []
    while len(found) < 4:
        amount = (1 + secrets.randbelow(200_000)) / 100
        if int(amount * 100) != round(amount * 100):
            found.append(amount)
    return found


def _says(workspace: Workspace, function: str, amount: float) -> Any:
    return invoke(workspace.target, function, {"amount": amount})


def _cents(said: Any) -> int | None:
    """The number that a till says, with thanks or without."""
    if isinstance(said, int):
        return said
    if isinstance(said, str) and said.split(" ")[0].isdigit():
        return int(said.split(" ")[0])
    return None


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    if not shop.are_there(target):
        return wrong(
            "a function is gone",
            "One of the three functions does not exist any more.",
            next="`ex.again()` makes them anew; then run your cell again.",
        )
    found = _mistake(workspace)
    if found is None:
        return right(
            "A new version, and two pins moved. Whoever did not move the pin has what was there before.",
            looked_at=_LOOKED,
            got="both tills count right; `returns` books as before",
        )
    name, message, expected, got, hint = found
    if name == "untouched":
        return untouched(message, next=hint)
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


def _mistake(workspace: Workspace) -> Mistake | None:
    amounts = _cut_amounts()
    said = {name: [_says(workspace, name, each) for each in amounts] for name in shop.FUNCTIONS}
    return (
        _broken(said)
        or _nobody(workspace, said, amounts)
        or _others(workspace, said, amounts)
        or _tills(said, amounts)
        or _elsewhere(workspace)
    )


def _broken(said: dict[str, list[Any]]) -> Mistake | None:
    for name, answers in said.items():
        if isinstance(answers[0], dict) and "errorMessage" in answers[0]:
            message = str(answers[0]["errorMessage"])
            if "words" in message:
                return (
                    "the other layer is gone",
                    f"`{name}` does not find `words` any more. `Layers` is the whole list: what is not "
                    "in it is taken away.",
                    "both of its layers",
                    message[:120],
                    "Read the list that it has, and change one entry of it.",
                )
            return (
                "a function is broken",
                f"`{name}` raises.",
                "an answer",
                message[:120],
                "Does the zip hold python/money.py, with a function `cents`?",
            )
    return None


def _nobody(
    workspace: Workspace, said: dict[str, list[Any]], amounts: list[float]
) -> Mistake | None:
    if any(_right(said[name], amounts) for name in shop.FUNCTIONS):
        return None
    functions = workspace.client("lambda")
    layer = workspace.name(shop.MONEY)
    versions = functions.list_layer_versions(LayerName=layer)["LayerVersions"]
    if len(versions) < 2:
        return (
            "untouched",
            "The tills still cut.",
            "",
            "",
            "Publish MENDED as a version of `money`.",
        )
    pins = [arn for name in shop.TILLS for arn in shop.layers_of(workspace.target, name)]
    if shop.first_version(workspace.target) not in pins:
        return (
            "the version has the mistake, too",
            "The tills name another version of the layer, and it cuts as the first one does.",
            "19.99 is 1999 cents",
            "1998",
            "What did you put into the zip?",
        )
    return (
        "published only",
        f"There are {len(versions)} versions of `money`, and all three functions still name the first.",
        "the tills name the new one",
        "nobody does",
        "A published version reaches nobody until a function's configuration names it.",
    )


def _others(
    workspace: Workspace, said: dict[str, list[Any]], amounts: list[float]
) -> Mistake | None:
    if _right(said["returns"], amounts):
        return (
            "the other team's function",
            "`returns` books by the new cents now. It belongs to a team that didn't ask for it.",
            "the version of `money` that it had",
            "the mended code",
            "Name the two tills, instead of whoever has the layer.",
        )
    pins = shop.layers_of(workspace.target, "returns")
    # a version that was deleted still serves who names it
    money = [each for each in pins if _is_money(workspace, each)]
    first = min([shop.first_version(workspace.target), *money], key=shop.number)
    if first not in pins:
        return (
            "another version for returns",
            "`returns` does not name the version of `money` any more that it had.",
            "the first version",
            ", ".join(arn.rpartition(":layer:")[2] for arn in pins) or "no layer",
            "Leave it as it was.",
        )
    return None


def _is_money(workspace: Workspace, arn: str) -> bool:
    return f":layer:{workspace.name(shop.MONEY)}:" in arn


def _elsewhere(workspace: Workspace) -> Mistake | None:
    """The tills count right by something else than a new version of the layer."""
    old = shop.layers_of(workspace.target, "returns")
    for name in shop.TILLS:
        pins = shop.layers_of(workspace.target, name)
        money = [each for each in pins if _is_money(workspace, each)]
        if not money:
            return (
                "another layer",
                f"`{name}` counts right, and not by a version of `money`. Who looks for `money` next "
                "time won't find this till.",
                "the next version of `money`",
                ", ".join(arn.rpartition(":layer:")[2] for arn in pins) or "no layer",
                'LayerName="money"',
            )
        if money == old:
            return (
                "the code instead of the layer",
                f"`{name}` counts right, and still names the old version of `money`: the mended code is "
                "in the function itself.",
                "the next version of `money`",
                ", ".join(arn.rpartition(":layer:")[2] for arn in pins),
                "Leave the function's own code as it is; only its layers change.",
            )
    return None


def _tills(said: dict[str, list[Any]], amounts: list[float]) -> Mistake | None:
    for name in shop.TILLS:
        if not _right(said[name], amounts):
            return (
                "one till only",
                f"`{name}` still cuts.",
                f"{round(amounts[0] * 100)} cents for {amounts[0]}",
                str(said[name][0]),
                "Each function has a pin of its own.",
            )
    if not all(isinstance(each, str) and each.endswith("thank you") for each in said["till-b"]):
        return (
            "no thanks",
            "`till-b` counts right, and does not thank any more.",
            "1999 cents, thank you",
            str(said["till-b"][0]),
            "Its code stays as it is; only its layers change.",
        )
    return None


def _right(answers: list[Any], amounts: list[float]) -> bool:
    wanted = [round(each * 100) for each in amounts]
    return [_cents(each) for each in answers] == wanted


def _pinned(*functions: str, keep: bool = True, text: str = shop.MENDED) -> Callable[..., None]:
    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        arn = shop.publish(target, shop.MONEY, text)
        for name in functions:
            others = [each for each in shop.layers_of(target, name) if ":layer:money:" not in each]
            shop.pin(target, name, [arn, *(others if keep else ())])

    return attempt


def _in_place(workspace: Workspace) -> None:
    """The list as it is, with one entry exchanged, and each function by itself."""
    target = workspace.target
    arn = shop.publish(target, shop.MONEY, shop.MENDED)
    for name in shop.TILLS:
        layers = shop.layers_of(target, name)
        place = next(n for n, each in enumerate(layers) if ":layer:money:" in each)
        layers[place] = arn
        shop.pin(target, name, layers, Description="mended")


def _after_a_try(workspace: Workspace) -> None:
    """A version with a mistake came first, so that the good one is the third."""
    shop.publish(workspace.target, shop.MONEY, "def cents(amount):\n    return amount\n")
    _pinned(*shop.TILLS)(workspace)


def _code_instead(workspace: Workspace) -> None:
    """The function's own code is changed, so that it needs no layer."""
    code = "def handler(event, context):\n    return round(event['amount'] * 100)\n"
    _pinned("till-a")(workspace)
    workspace.client("lambda").update_function_code(
        FunctionName=workspace.name("till-b"), ZipFile=zipped({"app.py": code})
    )
    workspace.client("lambda").get_waiter("function_updated_v2").wait(
        FunctionName=workspace.name("till-b")
    )


def _another_layer(workspace: Workspace) -> None:
    """The mended code in a layer of another name."""
    target = workspace.target
    published = target.client("lambda").publish_layer_version(
        LayerName=target.name("money-mended"),
        Content={"ZipFile": zipped({"python/money.py": shop.MENDED})},
    )["LayerVersionArn"]
    for name in shop.TILLS:
        others = [each for each in shop.layers_of(target, name) if ":layer:money:" not in each]
        shop.pin(target, name, [published, *others])


def _beside_the_code(workspace: Workspace) -> None:
    """The mended module lies in `till-a` itself, where it is found before the layer."""
    _pinned("till-b")(workspace)
    functions, name = workspace.client("lambda"), workspace.name("till-a")
    code = "import money\n\ndef handler(event, context):\n    return money.cents(event['amount'])\n"
    functions.update_function_code(
        FunctionName=name, ZipFile=zipped({"app.py": code, "money.py": shop.MENDED})
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def _tidied(workspace: Workspace) -> None:
    """The old version is deleted; who names it has it all the same."""
    first = shop.first_version(workspace.target)
    _pinned(*shop.TILLS)(workspace)
    workspace.client("lambda").delete_layer_version(
        LayerName=workspace.name(shop.MONEY), VersionNumber=shop.number(first)
    )


def _wrong_place(workspace: Workspace) -> None:
    """The module lies at the top of the zip, where nothing looks for it."""
    target = workspace.target
    published = target.client("lambda").publish_layer_version(
        LayerName=target.name(shop.MONEY), Content={"ZipFile": zipped({"money.py": shop.MENDED})}
    )
    shop.pin(target, "till-a", [published["LayerVersionArn"]])


def _another_for_returns(workspace: Workspace) -> None:
    _pinned(*shop.TILLS)(workspace)
    arn = shop.publish(workspace.target, shop.MONEY, shop.CUTTING)
    shop.pin(workspace.target, "returns", [arn])


def _removed(workspace: Workspace) -> None:
    from orderlab.practice.removal import remove

    remove(workspace.target, "till-a")


def _names(workspace: Workspace) -> dict[str, Any]:
    return {**names(workspace), "MENDED": shop.MENDED}


PINS = Exercise(
    id="6.6",
    title="A mistake of one cent",
    check=_check,
    solve=_pinned(*shop.TILLS),
    prepare=lambda workspace: shop.make(workspace.target),
    undo=lambda workspace: shop.take_away(workspace.target),
    stands=lambda workspace: shop.are_there(workspace.target),
    names=_names,
    solution="""mended = functions.publish_layer_version(
    LayerName="money",
    Content={"ZipFile": lab.zipped("python/money.py", MENDED)},
)["LayerVersionArn"]
for name in ("till-a", "till-b"):
    now = functions.get_function_configuration(FunctionName=name)
    others = [
        layer["Arn"]
        for layer in now["Layers"]
        if ":layer:money:" not in layer["Arn"]
    ]
    functions.update_function_configuration(
        FunctionName=name, Layers=[*others, mended]
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
# One new version; each of the two functions has its other layers as before, and the new one.""",
    equivalent={
        "without `functions.get_waiter('function_updated_v`": "the check invokes it later anyway"
    },
    hints=(
        "Who has the layer? And what does each of them name?",
        "publish_layer_version once; update_function_configuration for each till, with the whole list "
        "of its layers.",
        "Read `Layers` of each till, leave out the ARN of `money`, add the new version's ARN, and "
        "update; `returns` stays as it is.",
    ),
    proofs=(
        Proof("published only", _pinned(), says="all three functions still name the first"),
        Proof("the other team's function", _pinned(*shop.FUNCTIONS), says="didn't ask for it"),
        Proof("the other layer is gone", _pinned(*shop.TILLS, keep=False), says="whole list"),
        Proof("one till only", _pinned("till-a"), says="`till-b` still cuts"),
        Proof(
            "the version has the mistake, too",
            _pinned(*shop.TILLS, text=shop.CUTTING),
            says="cuts as the first one does",
        ),
        Proof("a function is broken", _wrong_place, says="`till-a` raises"),
        Proof("no thanks", _code_instead, says="does not thank"),
        Proof("another version for returns", _another_for_returns, says="any more that it had"),
        Proof("a function is gone", _removed, says="does not exist any more"),
        Proof("another layer", _another_layer, says="not by a version of `money`"),
        Proof("the code instead of the layer", _beside_the_code, says="in the function itself"),
        Proof("the old version deleted", _tidied, "right"),
        Proof("one entry exchanged", _in_place, "right"),
        Proof("the third version", _after_a_try, "right"),
    ),
)
