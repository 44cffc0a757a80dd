"""Which resource a path means, as API Gateway matches: fixed parts, then {param}, then {proxy+}."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

Target = TypeVar("Target")


@dataclass(slots=True)
class _Node(Generic[Target]):
    fixed: dict[str, _Node[Target]] = field(default_factory=dict)
    variable: tuple[str, _Node[Target]] | None = None
    greedy: tuple[str, dict[str, Target]] | None = None
    methods: dict[str, Target] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match(Generic[Target]):
    """What was found; the values of path parameters are percent-encoded as they were sent."""

    target: Target
    path_parameters: dict[str, str]


class Routes(Generic[Target]):
    """The resource tree of one deployment. A lookup costs as much as the path has parts."""

    def __init__(self) -> None:
        self._root: _Node[Target] = _Node()

    def add(self, path: str, method: str, target: Target) -> None:
        """Let a method of a resource lead to a target. `path` is the path of the resource."""
        node = self._root
        parts = [part for part in path.split("/") if part]
        for part in parts:
            if part.endswith("+}"):
                if node.greedy is None:
                    node.greedy = (part[1:-2], {})
                node.greedy[1][method] = target
                return
            if part.startswith("{"):
                if node.variable is None:
                    node.variable = (part[1:-1], _Node())
                node = node.variable[1]
            else:
                node = node.fixed.setdefault(part, _Node())
        node.methods[method] = target

    def find(self, path: str, method: str) -> Match[Target] | None:
        """The method that answers; a slash at the end does not count.

        A less specific resource is asked where the more specific one lacks the method.
        """
        parts = path.strip("/").split("/") if path.strip("/") else []
        return self._find(self._root, parts, 0, method, {})

    def _find(
        self, node: _Node[Target], parts: list[str], at: int, method: str, found: dict[str, str]
    ) -> Match[Target] | None:
        if at == len(parts):
            return _method(node.methods, method, found)
        part = parts[at]
        below = node.fixed.get(unquote(part))
        if below and (match := self._find(below, parts, at + 1, method, found)):
            return match
        if node.variable and part:
            name, below = node.variable
            match = self._find(below, parts, at + 1, method, {**found, name: part})
            if match:
                return match
        if node.greedy:
            name, methods = node.greedy
            return _method(methods, method, {**found, name: "/".join(parts[at:])})
        return None


def _method(methods: dict[str, Target], method: str, found: dict[str, str]) -> Match[Target] | None:
    target = methods.get(method) or methods.get("ANY")
    return None if target is None else Match(target, found)
