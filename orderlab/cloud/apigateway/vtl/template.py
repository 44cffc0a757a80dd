"""A template: text with references and directives, compiled once, rendered often.

https://velocity.apache.org/engine/1.7/user-guide.html
Differs from AWS: `#macro`, `#define`, `#evaluate`, `#parse` and `#include` are refused; on a
template that AWS would refuse when it is used, the refusal comes when it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from orderlab.cloud.apigateway.vtl import java
from orderlab.cloud.apigateway.vtl.errors import BreakLoop, StopTemplate, TemplateError
from orderlab.cloud.apigateway.vtl.expressions import (
    Expression,
    ExpressionParser,
    Namespace,
    _member,
    _variable,
)
from orderlab.cloud.apigateway.vtl.scanner import LINE_END, NAME, Scanner

MAX_LOOP_ROUNDS = 1000

Write = Callable[[str], Any]
Node = Callable[[Namespace, Write], None]

_TEXT = re.compile(r"[^$#\\]+")
_REFERENCE = re.compile(r"\$!?\{?[A-Za-z_]")
_COMMENT = re.compile(r"##[^\n]*(?:\n|$)|#\*.*?\*#|#\*\*.*?\*#", re.S)
_UNPARSED = re.compile(r"#\[\[(.*?)\]\]#", re.S)
_DIRECTIVE = re.compile(
    r"#\{?(set|if|elseif|else|end|foreach|break|stop|macro|define|evaluate|parse|include)"
    r"(?![A-Za-z0-9_])\}?"
)
_REFUSED = ("macro", "define", "evaluate", "parse", "include")


@lru_cache(maxsize=1024)
def compile_template(source: str) -> Template:
    """The template of a source; TemplateError if it cannot be parsed."""
    return Template(source)


class Template:
    """A compiled template."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._nodes, end = _TemplateParser(Scanner(source)).block(())
        assert end is None

    def render(self, namespace: Namespace) -> str:
        """The text that comes out; TemplateError where Java would throw."""
        parts: list[str] = []
        try:
            for node in self._nodes:
                node(namespace, parts.append)
        except (StopTemplate, BreakLoop):
            pass
        except RecursionError:
            raise TemplateError("The template nests too deeply.") from None
        return "".join(parts)


class _TemplateParser:
    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._expressions = ExpressionParser(scanner, _interpolated)

    def block(self, ends: tuple[str, ...]) -> tuple[list[Node], str | None]:
        """Nodes up to a directive of `ends`, which is stepped over and returned."""
        nodes: list[Node] = []
        scanner = self._scanner
        while scanner.at < len(scanner.text):
            if (plain := scanner.match(_TEXT)) is not None:
                nodes.append(_text(self._before_set(plain)))
            elif scanner.rest_starts_with("\\"):
                nodes.append(self._escape())
            elif scanner.rest_starts_with("#"):
                name = self._directive_name(nodes)
                if name in ends:
                    return nodes, name
                if name is not None:
                    nodes.append(self._directive(name))
            else:
                nodes.append(self._reference())
        if ends:
            raise scanner.error(f"expected #{' or #'.join(ends)}")
        return nodes, None

    def _before_set(self, plain: str) -> str:
        """`#set` takes the blanks before it along, if nothing else stands before it on its line."""
        scanner = self._scanner
        if not scanner.rest_starts_with("#set") and not scanner.rest_starts_with("#{set}"):
            return plain
        stripped = plain.rstrip(" \t")
        start = scanner.at - len(plain)
        line_start = start == 0 or scanner.text[start - 1] == "\n"
        return stripped if stripped.endswith("\n") or (not stripped and line_start) else plain

    def _escape(self) -> Node:
        scanner = self._scanner
        scanner.need("\\")
        following = scanner.text[scanner.at : scanner.at + 1]
        if following == "$" and _REFERENCE.match(scanner.text, scanner.at):
            start = scanner.at
            self._expressions.reference()
            return _text(scanner.text[start : scanner.at])
        if following == "#" and (found := scanner.match(_DIRECTIVE)):
            return _text(found)
        return _text("\\")

    def _directive_name(self, nodes: list[Node]) -> str | None:
        """The directive that begins here; comments and plain text are dealt with at once."""
        scanner = self._scanner
        if scanner.match(_COMMENT) is not None:
            return None
        if (unparsed := _UNPARSED.match(scanner.text, scanner.at)) is not None:
            scanner.at = unparsed.end()
            nodes.append(_text(unparsed[1]))
            return None
        found = _DIRECTIVE.match(scanner.text, scanner.at)
        if found is None:
            scanner.need("#")
            nodes.append(_text("#"))
            return None
        if found[1] in _REFUSED:
            raise scanner.error(f"#{found[1]} is not supported in mapping templates")
        scanner.at = found.end()
        if found[1] == "end":
            scanner.match(LINE_END)
        return found[1]

    def _directive(self, name: str) -> Node:
        if name == "set":
            return self._set()
        if name == "if":
            return self._if()
        if name == "foreach":
            return self._foreach()
        if name == "break":
            return _break
        if name == "stop":
            return _stop
        raise self._scanner.error(f"#{name} without a directive that it belongs to")

    def _reference(self) -> Node:
        scanner = self._scanner
        if not _REFERENCE.match(scanner.text, scanner.at):
            scanner.need("$")
            return _text("$")
        return _output(self._expressions.reference())

    def _open(self) -> None:
        self._scanner.skip_space()
        self._scanner.need("(")
        self._scanner.skip_space()

    def _close(self) -> None:
        self._scanner.skip_space()
        self._scanner.need(")")
        self._scanner.match(LINE_END)

    def _set(self) -> Node:
        self._open()
        assign = self._place()
        self._scanner.skip_space()
        self._scanner.need("=")
        value = self._expressions.expression()
        self._close()
        return lambda ns, write: _assign(assign, ns, value(ns))

    def _place(self) -> Assign:
        """What stands left of the `=`: a variable, a member or an item."""
        scanner = self._scanner
        scanner.need("$")
        scanner.take("!")
        braced = scanner.take("{")
        name = scanner.match(NAME)
        if name is None:
            raise scanner.error("expected a name")
        owner: Expression | None = None
        key: Expression = _constant_name(name)
        while True:
            if scanner.take("."):
                owner = _step(owner, key)
                member_name = scanner.match(NAME)
                if member_name is None:
                    raise scanner.error("expected a name")
                key = _constant_name(member_name)
            elif scanner.take("["):
                owner, key = _step(owner, key), self._expressions.expression()
                scanner.skip_space()
                scanner.need("]")
            else:
                break
        if braced:
            scanner.need("}")
        return _assignment(owner, key)

    def _condition(self) -> Expression:
        self._open()
        condition = self._expressions.expression()
        self._close()
        return condition

    def _if(self) -> Node:
        branches: list[tuple[Expression, list[Node]]] = []
        otherwise: list[Node] = []
        condition = self._condition()
        while True:
            nodes, end = self.block(("elseif", "else", "end"))
            branches.append((condition, nodes))
            if end == "elseif":
                condition = self._condition()
                continue
            if end == "else":
                otherwise, _ = self.block(("end",))
            return _choice(branches, otherwise)

    def _foreach(self) -> Node:
        scanner = self._scanner
        self._open()
        scanner.need("$")
        braced = scanner.take("{")
        name = scanner.match(NAME)
        if braced:
            scanner.need("}")
        scanner.skip_space()
        if name is None or not scanner.take("in"):
            raise scanner.error("expected '$name in ...'")
        values = self._expressions.expression()
        self._close()
        body, _ = self.block(("end",))
        return _loop(name, values, body)


Assign = Callable[[Namespace, Any], None]


def _assign(assign: Assign, namespace: Namespace, value: Any) -> None:
    # Velocity 1 leaves the old value where the right-hand side is null
    if value is not None:
        assign(namespace, value)


def _constant_name(name: str) -> Expression:
    return lambda ns: name


def _step(owner: Expression | None, key: Expression) -> Expression:
    if owner is None:
        return _variable(key({}))
    name = key
    parent = owner
    return lambda ns: java_item(parent(ns), name(ns))


def java_item(owner: Any, key: Any) -> Any:
    from orderlab.cloud.apigateway.vtl.methods import item

    found = item(owner, key)
    return _member(lambda _: owner, key)({}) if found is None and isinstance(key, str) else found


def _assignment(owner: Expression | None, key: Expression) -> Assign:
    if owner is None:
        return lambda ns, value: ns.__setitem__(key({}), value)

    def assign(ns: Namespace, value: Any) -> None:
        target, place = owner(ns), key(ns)
        in_list = isinstance(target, list) and isinstance(place, int)
        if isinstance(target, dict) or (in_list and 0 <= place < len(target)):
            target[place] = value

    return assign


def _text(plain: str) -> Node:
    def node(ns: Namespace, write: Write) -> None:
        write(plain)

    return node


def _output(value: Expression) -> Node:
    text = java.text

    def node(ns: Namespace, write: Write) -> None:
        write(text(value(ns)))

    return node


def _break(ns: Namespace, write: Write) -> None:
    raise BreakLoop


def _stop(ns: Namespace, write: Write) -> None:
    raise StopTemplate


def _choice(branches: list[tuple[Expression, list[Node]]], otherwise: list[Node]) -> Node:
    def node(ns: Namespace, write: Write) -> None:
        chosen = otherwise
        for condition, nodes in branches:
            if java.truth(condition(ns)):
                chosen = nodes
                break
        for each in chosen:
            each(ns, write)

    return node


def _loop(name: str, values: Expression, body: list[Node]) -> Node:
    def node(ns: Namespace, write: Write) -> None:
        items = _items(values(ns))
        outer = {key: ns.get(key) for key in (name, "foreach", "velocityCount", "velocityHasNext")}
        last = min(len(items), MAX_LOOP_ROUNDS) - 1
        for index, value in enumerate(items[:MAX_LOOP_ROUNDS]):
            ns[name] = value
            ns["velocityCount"] = index + 1
            ns["velocityHasNext"] = index < len(items) - 1
            ns["foreach"] = {
                "count": index + 1,
                "index": index,
                "hasNext": index < len(items) - 1,
                "first": index == 0,
                "last": index == last,
                "parent": outer["foreach"],
            }
            try:
                for each in body:
                    each(ns, write)
            except BreakLoop:
                break
        ns.update(outer)

    return node


def _items(value: Any) -> list[Any]:
    """What a loop goes over: a list's items or a map's values."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _interpolated(source: str) -> Expression:
    if "$" not in source and "#" not in source:
        return lambda ns: source
    template = Template(source)
    return template.render
