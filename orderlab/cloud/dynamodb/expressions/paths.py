"""Document paths: `a`, `a.b`, `a[0].b`, with `#names` put in; reading, and telling them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.attribute_values import Item, Value
from orderlab.cloud.dynamodb.errors import Counted
from orderlab.cloud.dynamodb.expressions.reserved_words import RESERVED_WORDS
from orderlab.cloud.dynamodb.expressions.tokens import ExpressionReader, refusal

MAX_PATH_DEPTH = 32

# attribute names, and indexes into lists
Path = tuple[str | int, ...]


class Names:
    """The `#names` that a request defines, and which of them were used."""

    def __init__(self, defined: Mapping[str, str]) -> None:
        self.defined = defined
        self.used: set[str] = set()


def read_path(reader: ExpressionReader, names: Names) -> Path:
    """Read one document path at the reader's place."""
    parts: list[str | int] = [_name(reader, names)]
    while True:
        if reader.accept("."):
            parts.append(_name(reader, names))
        elif reader.accept("["):
            if reader.next.kind != "number":
                raise reader.unexpected()
            parts.append(int(reader.take().text[:9]))
            reader.expect("]")
        else:
            break
    if len(parts) > MAX_PATH_DEPTH:
        raise reader.refusal(
            f"The document path has too many nesting levels; nesting levels: {len(parts)}"
        )
    return tuple(parts)


def _name(reader: ExpressionReader, names: Names) -> str:
    token = reader.next
    if token.kind == "word":
        if token.text.upper() in RESERVED_WORDS:
            raise reader.refusal(
                f"Attribute name is a reserved keyword; reserved keyword: {token.text}"
            )
        return reader.take().text
    if token.kind != "name":
        raise reader.unexpected()
    reader.take()
    if token.text not in names.defined:
        raise reader.refusal(
            "An expression attribute name used in the document path is not defined; "
            f"attribute name: {token.text}"
        )
    names.used.add(token.text)
    return names.defined[token.text]


def value_at(item: Item, path: Path) -> Value | None:
    """The value that a path leads to; None if it leads nowhere."""
    found: Any = item.get(path[0])  # type: ignore[arg-type]
    for part in path[1:]:
        if found is None:
            return None
        if isinstance(part, str):
            found = found["M"].get(part) if "M" in found else None
        else:
            inside = found.get("L")
            found = inside[part] if inside is not None and part < len(inside) else None
    return found  # type: ignore[no-any-return]


def shown(path: Path) -> str:
    """A path as error texts show it: `[a, b, [0]]`."""
    parts = ", ".join(part if isinstance(part, str) else f"[{part}]" for part in path)
    return f"[{parts}]"


def require_apart(paths: Sequence[Path], what: str) -> None:
    """No path may lead to, or into, what another one leads to; `what` names the expression."""
    tree: dict[str | int, Any] = {}
    for number, path in enumerate(paths):
        if not _plant(tree, path):
            other = next(p for p in paths[:number] if _overlap(p, path) or _conflict(p, path))
            verb = "overlap" if _overlap(other, path) else "conflict"
            raise Counted(
                f"Invalid {what}: Two document paths {verb} with each other; must remove or "
                f"rewrite one of these paths; path one: {shown(other)}, path two: {shown(path)}",
            )


def _plant(tree: dict[str | int, Any], path: Path) -> bool:
    """Grow a branch; False if that collides with one that stands already."""
    node: dict[str | int, Any] | None = tree
    for part in path[:-1]:
        if not _fits(node, part):
            return False
        assert node is not None
        node = node.setdefault(part, {})
    if not _fits(node, path[-1]) or path[-1] in (node or {}):
        return False
    assert node is not None
    node[path[-1]] = None
    return True


def _fits(node: dict[str | int, Any] | None, part: str | int) -> bool:
    """A node is an attribute already (None), or a map, or a list: never two of these."""
    return node is not None and (not node or type(next(iter(node))) is type(part))


def _overlap(one: Path, two: Path) -> bool:
    shorter = min(len(one), len(two))
    return one[:shorter] == two[:shorter]


def _conflict(one: Path, two: Path) -> bool:
    for left, right in zip(one, two, strict=False):
        if left != right:
            return type(left) is not type(right)
    return False


def select(item: Item, paths: Iterable[Path]) -> Item:
    """Only what the paths lead to, in the shape it has in the item; lists close their gaps."""
    tree: dict[str | int, Any] = {}
    for path in paths:
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = None
    return _members(item, tree)


def _members(members: Mapping[str, Value], tree: Mapping[Any, Any]) -> Item:
    chosen: Item = {}
    for name, below in tree.items():
        value = members.get(name)
        if value is not None and (found := _prune(value, below)) is not None:
            chosen[name] = found
    return chosen


def _prune(value: Value, tree: Mapping[Any, Any] | None) -> Value | None:
    if tree is None:
        return value
    wants_index = isinstance(next(iter(tree)), int)
    if wants_index and "L" in value:
        elements = value["L"]
        kept = (_prune(elements[at], tree[at]) for at in sorted(tree) if at < len(elements))
        listed = [element for element in kept if element is not None]
        return {"L": listed} if listed else None
    if not wants_index and "M" in value:
        members = _members(value["M"], tree)
        return {"M": members} if members else None
    return None


def too_deep(what: str) -> ValidationException:
    """The error for an expression that nests too deep; `what` names the parameter."""
    return refusal(what, "The expression has too many nested operators and parentheses;")
