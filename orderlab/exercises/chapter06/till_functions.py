"""Three functions that share a layer with a mistake of one cent, and one of them another layer."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.practice.functions import deploy, zipped
from orderlab.practice.removal import remove

MONEY, WORDS = "money", "words"
TILLS, OTHERS = ("till-a", "till-b"), ("returns",)
FUNCTIONS = (*TILLS, *OTHERS)
CUTTING = "def cents(amount):\n    return int(amount * 100)\n"
MENDED = "def cents(amount):\n    return round(amount * 100)\n"
_THANKS = "def thanks(cents):\n    return f'{cents} cents, thank you'\n"
_PLAIN = """
import money

def handler(event, context):
    return money.cents(event["amount"])
"""
_POLITE = """
import money, words

def handler(event, context):
    return words.thanks(money.cents(event["amount"]))
"""


def publish(target: Target, layer: str, text: str) -> str:
    """A version of a layer with one module of the layer's name; its ARN."""
    published = target.client("lambda").publish_layer_version(
        LayerName=target.name(layer), Content={"ZipFile": zipped({f"python/{layer}.py": text})}
    )
    return str(published["LayerVersionArn"])


def layers_of(target: Target, function: str) -> list[str]:
    """The ARNs of a function's layers; raises if there is no such function."""
    found = target.client("lambda").get_function_configuration(FunctionName=target.name(function))
    return [layer["Arn"] for layer in found.get("Layers", ())]


def pin(target: Target, function: str, layers: list[str], **more: Any) -> None:
    """Let a function use exactly these layers."""
    functions, name = target.client("lambda"), target.name(function)
    functions.update_function_configuration(FunctionName=name, Layers=layers, **more)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def are_there(target: Target) -> bool:
    functions = target.client("lambda")
    try:
        for each in FUNCTIONS:
            functions.get_function_configuration(FunctionName=target.name(each))
    except functions.exceptions.ResourceNotFoundException:
        return False
    return True


def first_version(target: Target) -> str:
    """The ARN of the oldest version of `money` that there is; "" if there is none."""
    found = target.client("lambda").list_layer_versions(LayerName=target.name(MONEY))
    return min((each["LayerVersionArn"] for each in found["LayerVersions"]), key=number, default="")


def number(arn: str) -> int:
    """The version in a layer's ARN."""
    return int(arn.rpartition(":")[2])


def make(target: Target) -> None:
    """The functions, all with the first version of the layer; nothing if they are there."""
    if are_there(target):
        return
    remove(target, *FUNCTIONS, WORDS)
    money = first_version(target) or publish(target, MONEY, CUTTING)
    words = publish(target, WORDS, _THANKS)
    deploy(target, "till-a", _PLAIN, Layers=[money])
    deploy(target, "till-b", _POLITE, Layers=[money, words])
    deploy(target, "returns", _PLAIN, Layers=[money])


def take_away(target: Target) -> None:
    """The functions are gone, and of `money` all versions but the first one."""
    remove(target, *FUNCTIONS, WORDS)
    functions, first = target.client("lambda"), first_version(target)
    if first and number(first) > 1:
        # version 1 was deleted, and this one may be anybody's: `make` publishes another
        first = ""
    found = functions.list_layer_versions(LayerName=target.name(MONEY))["LayerVersions"]
    for each in found:
        if each["LayerVersionArn"] != first:
            functions.delete_layer_version(
                LayerName=target.name(MONEY), VersionNumber=each["Version"]
            )
