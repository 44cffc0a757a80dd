"""What the notebook has defined above its exercises, for trying the solutions that it shows."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.engine import Workspace
from orderlab.practice.functions import deploy, zipped
from orderlab.practice.package_layers import POWERTOOLS, layer_of

TARIFF = """
def load():
    print("tariff loaded")
    return {f"item {n}": 100 + 7 * n % 900 for n in range(200_000)}
"""


class NotebookLab:
    """The words of `lab` that solutions of this chapter use."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def deploy(self, name: str, code: Any, **settings: Any) -> str:
        return deploy(self._target, name, code, **settings)

    @staticmethod
    def zipped(name: str, text: str) -> bytes:
        return zipped({name: text})


def names(workspace: Workspace) -> dict[str, Any]:
    """Clients and texts, by their names in the notebook."""
    return {
        "functions": workspace.client("lambda"),
        "logs": workspace.client("logs"),
        "lab": NotebookLab(workspace.target),
        "TARIFF": TARIFF,
    }


def powertools_layer(workspace: Workspace) -> str:
    """The ARN of a layer with Powertools, which is published if there is none."""
    functions, name = workspace.client("lambda"), workspace.name("powertools")
    found = functions.list_layer_versions(LayerName=name)["LayerVersions"]
    if found:
        return str(found[0]["LayerVersionArn"])
    published = functions.publish_layer_version(
        LayerName=name, Content={"ZipFile": layer_of(*POWERTOOLS)}
    )
    return str(published["LayerVersionArn"])
