"""How the cloud is built: each part sees only what it uses. Imports for types alone count, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
CLOUD = ROOT / "orderlab" / "cloud"
# folders of the cloud that several services stand on; every other folder is a service
SHARED = {"contracts", "messaging", "patterns", "protocols", "targets", "telemetry", "text"}
# folders that are one service together
TOGETHER = {"apigatewayv2": "apigateway", "event_sources": "lambda_", "logs": "cloudwatch"}
COMPOSED = {"orderlab.cloud.compose"}
# the process itself, and the page that says what is refused
ABOVE_THE_FRONT = {
    *("orderlab.cloud.__main__", "orderlab.cloud.forkserver"),
    *("orderlab.cloud.differences", "orderlab.cloud.score"),
}

MOST_FILES_WITH_THE_COMPOSED_CLOUD = 4
LEAST_DOCUMENTED = 0.95


@lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in (ROOT / "orderlab").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


@lru_cache(maxsize=1024)
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """The modules that a file imports anywhere in it, and the name taken of each (or empty)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, "") if whole in modules() else (node.module, alias.name)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


@lru_cache(maxsize=1)
def graph() -> dict[str, set[str]]:
    return {
        name: {target for target, _ in imports(path) if target in modules() and target != name}
        for name, path in modules().items()
    }


def in_circles() -> list[str]:
    """The modules whose imports lead back to themselves, and those between two such circles."""
    left = graph()
    while True:
        targets = set().union(*left.values())
        kept = {
            name: found & left.keys()
            for name, found in left.items()
            if name in targets and found & left.keys()
        }
        if len(kept) == len(left):
            return sorted(kept)
        left = kept


def test_no_imports_go_round_in_a_circle() -> None:
    assert in_circles() == []


def test_few_files_see_the_composed_cloud() -> None:
    seeing = sorted(name for name, targets in graph().items() if targets & COMPOSED)
    assert len(seeing) <= MOST_FILES_WITH_THE_COMPOSED_CLOUD, seeing


def service_of(name: str) -> str:
    """The service that a module belongs to; empty for what all stand on, and for the front."""
    words = name.split(".")
    path = modules()[name]
    in_folder = len(words) > 3 or path.name == "__init__.py"
    if words[:2] != ["orderlab", "cloud"] or len(words) < 3 or not in_folder:
        return ""
    return "" if words[2] in SHARED else TOGETHER.get(words[2], words[2])


def foreign_imports() -> list[str]:
    """Imports of the inside of a service, or of the front, by another part."""
    return sorted(
        f"{name} imports {target}"
        for name, targets in graph().items()
        if name.startswith("orderlab.cloud") and name not in COMPOSED
        for target in targets
        if service_of(target) and service_of(target) != service_of(name)
        if not (service_of(target) == "front" and name in ABOVE_THE_FRONT)
    )


def test_nobody_but_the_composing_file_imports_a_services_inside() -> None:
    assert foreign_imports() == []


def protocols() -> set[str]:
    """The Protocols by which the parts of the cloud know each other."""
    return {
        node.name
        for path in (CLOUD / "contracts").glob("*.py")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(b) for b in node.bases)
    }


def test_every_protocol_is_used() -> None:
    used = {
        taken
        for path in modules().values()
        if not path.is_relative_to(CLOUD / "contracts")
        for module, taken in imports(path)
        if module.startswith("orderlab.cloud.contracts")
    }
    assert protocols() - used == set()


def public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if not node.name.startswith("_"):
                yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)


def test_public_functions_say_what_they_do() -> None:
    documented, bare = 0, []
    for path in sorted(CLOUD.rglob("*.py")):
        for node in public_functions(tree(path).body):
            if ast.get_docstring(node):
                documented += 1
            else:
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    share = documented / (documented + len(bare))
    assert share >= LEAST_DOCUMENTED, f"{share:.1%}: {bare[:40]}"


def test_public_classes_say_what_they_stand_for() -> None:
    documented, bare = 0, []
    for path in sorted(CLOUD.rglob("*.py")):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                if ast.get_docstring(node):
                    documented += 1
                else:
                    bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    share = documented / (documented + len(bare))
    assert share >= LEAST_DOCUMENTED, f"{share:.1%}: {bare[:40]}"


def test_no_docstring_is_there_to_please_a_test() -> None:
    empty = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in sorted(CLOUD.rglob("*.py"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module)
        and (text := ast.get_docstring(node)) is not None
        and len(text) < 8
    ]
    assert empty == []
