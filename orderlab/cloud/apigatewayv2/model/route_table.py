"""Which route a request means: a full match, then a greedy path variable, then `$default`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

Target = TypeVar("Target")
DEFAULT = "$default"


@dataclass(slots=True)
class _Node(Generic[Target]):
    fixed: dict[str, _Node[Target]] = field(default_factory=dict)
    variable: _Node[Target] | None = None
    # names of path variables differ from route to route, and so they stand with the target
    greedy: dict[str, tuple[Target, tuple[str, ...]]] = field(default_factory=dict)
    methods: dict[str, tuple[Target, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match(Generic[Target]):
    """What was found, and the values of its path variables."""

    target: Target
    path_parameters: dict[str, str]


class RouteTable(Generic[Target]):
    """The routes of one deployment. A look-up takes at most one step for each part of a route."""

    def __init__(self) -> None:
        self._root: _Node[Target] = _Node()
        self._default: Target | None = None

    def add(self, verb: str, path: str, target: Target) -> None:
        """Let a verb (or `ANY`) and a path such as `/orders/{id}` lead to a target."""
        if path == DEFAULT:
            self._default = target
            return
        node = self._root
        names: list[str] = []
        for part in path.split("/")[1:]:
            if part.endswith("+}"):
                node.greedy[verb] = target, (*names, part[1:-2])
                return
            if part.startswith("{"):
                names.append(part[1:-1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(part, _Node())
        node.methods[verb] = target, tuple(names)

    def find(self, verb: str, path: str) -> Match[Target] | None:
        """The route of a request. `path` is decoded and begins with a slash."""
        parts = path.split("/")[1:]
        for greedy in (False, True):
            if match := self._find(self._root, parts, 0, verb, (), greedy):
                return match
        return None if self._default is None else Match(self._default, {})

    def _find(
        self,
        node: _Node[Target],
        parts: list[str],
        at: int,
        verb: str,
        values: tuple[str, ...],
        greedy: bool,
    ) -> Match[Target] | None:
        if at == len(parts):
            return None if greedy else _match(node.methods, verb, values)
        part = parts[at]
        below = node.fixed.get(part)
        if below and (match := self._find(below, parts, at + 1, verb, values, greedy)):
            return match
        if node.variable and part:
            below, more = node.variable, (*values, part)
            if match := self._find(below, parts, at + 1, verb, more, greedy):
                return match
        if not greedy or not node.greedy:
            return None
        rest = "/".join(parts[at:])
        # a slash at the end is enough for a greedy part, but not the path of the root
        return _match(node.greedy, verb, (*values, rest)) if rest or at else None


def _match(
    methods: dict[str, tuple[Target, tuple[str, ...]]], verb: str, values: tuple[str, ...]
) -> Match[Target] | None:
    found = methods.get(verb) or methods.get("ANY")
    return None if found is None else Match(found[0], dict(zip(found[1], values, strict=True)))
