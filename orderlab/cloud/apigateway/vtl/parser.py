"""Reads a template and puts together what it does."""

from __future__ import annotations

import re
from collections.abc import Callable

from orderlab.cloud.apigateway.vtl import evaluation, nodes
from orderlab.cloud.apigateway.vtl.evaluation import Expression
from orderlab.cloud.apigateway.vtl.expressions import ExpressionParser
from orderlab.cloud.apigateway.vtl.nodes import Assign, Node
from orderlab.cloud.apigateway.vtl.scanner import LINE_END, NAME, Scanner

_TEXT = re.compile(r"[^$#\\]+")
_REFERENCE = re.compile(r"\$!?\{?[A-Za-z_]")
_LINE_COMMENT = re.compile(r"##[^\n]*(?:\n|$)")
_NAMES = r"(set|if|elseif|else|end|foreach|break|stop|define|macro|evaluate|parse|include)"
# the brace that follows `#end` is the text's, the one after `#{end` is the directive's
_DIRECTIVE = re.compile(rf"#(?:\{{{_NAMES}\}}|{_NAMES}(?![A-Za-z0-9_]))")
_SET = re.compile(r"#(?:set|\{set\})(?![A-Za-z0-9_])")
_TELLS_PLACE = re.compile(r"\$!?\{?(?:foreach|velocityCount|velocityHasNext)\b")
_REFUSED = ("macro", "evaluate", "parse", "include")


class TemplateParser:
    """Compiles a template. `interpolate` compiles the strings inside it."""

    def __init__(self, scanner: Scanner, interpolate: Callable[[str, Scanner], Expression]) -> None:
        self._scanner = scanner
        self._expressions = ExpressionParser(scanner, lambda text: interpolate(text, scanner))
        # a loop whose template never asks where it is need not say so each round
        self._tells_place = _TELLS_PLACE.search(scanner.text) is not None

    def block(self, ends: tuple[str, ...]) -> tuple[list[Node], str | None]:
        """Nodes up to a directive of `ends`, which is stepped over and returned."""
        found: list[Node] = []
        scanner = self._scanner
        scanner.open()
        while scanner.at < len(scanner.text):
            if (plain := scanner.match(_TEXT)) is not None:
                self._add_text(found, self._before_set(plain))
            elif scanner.rest_starts_with("\\"):
                self._add_text(found, self._escape())
            elif scanner.rest_starts_with("#"):
                name = self._directive_name(found)
                if name in ends:
                    scanner.close()
                    return found, name
                if name is not None:
                    scanner.parts += 1
                    found.append(self._directive(name))
            else:
                self._reference(found)
        if ends:
            raise scanner.error(f"expected #{' or #'.join(ends)}")
        scanner.close()
        return found, None

    def _add_text(self, found: list[Node], plain: str) -> None:
        if plain:
            self._scanner.parts += 1
            self._scanner.plain += len(plain)
            found.append(nodes.plain_text(plain))

    def _before_set(self, plain: str) -> str:
        """`#set` takes the blanks before it along, if nothing else stands before it on its line."""
        scanner = self._scanner
        if not _SET.match(scanner.text, scanner.at):
            return plain
        stripped = plain.rstrip(" \t")
        start = scanner.at - len(plain)
        line_start = start == 0 or scanner.text[start - 1] == "\n"
        return stripped if stripped.endswith("\n") or (not stripped and line_start) else plain

    def _escape(self) -> str:
        scanner = self._scanner
        scanner.need("\\")
        following = scanner.text[scanner.at : scanner.at + 1]
        if following == "$" and _REFERENCE.match(scanner.text, scanner.at):
            start = scanner.at
            self._expressions.reference()
            return scanner.text[start : scanner.at]
        if following == "#" and (directive := scanner.match(_DIRECTIVE)):
            return directive
        return "\\"

    def _directive_name(self, found: list[Node]) -> str | None:
        """The directive that begins here; comments and plain text are dealt with at once."""
        scanner = self._scanner
        if scanner.match(_LINE_COMMENT) is not None:
            return None
        if scanner.take("#*"):
            scanner.up_to("*#", "a comment")
            return None
        if scanner.take("#[["):
            self._add_text(found, scanner.up_to("]]#", "text that is not parsed"))
            return None
        match = _DIRECTIVE.match(scanner.text, scanner.at)
        if match is None:
            scanner.need("#")
            self._add_text(found, "#")
            return None
        name = match[1] or match[2]
        if name in _REFUSED:
            raise scanner.error(f"#{name} is not supported in mapping templates")
        scanner.at = match.end()
        if name == "end":
            scanner.match(LINE_END)
        return name

    def _directive(self, name: str) -> Node:
        if name == "set":
            return self._set()
        if name == "if":
            return self._if()
        if name == "foreach":
            return self._foreach()
        if name == "define":
            return self._define()
        if name == "break":
            return nodes.break_loop
        if name == "stop":
            return nodes.stop
        raise self._scanner.error(f"#{name} without a directive that it belongs to")

    def _reference(self, found: list[Node]) -> None:
        scanner = self._scanner
        if not _REFERENCE.match(scanner.text, scanner.at):
            scanner.need("$")
            self._add_text(found, "$")
        else:
            found.append(nodes.output(self._expressions.reference()))

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
        return nodes.setting(assign, value)

    def _place(self) -> Assign:
        """What stands left of the `=`: a variable, a member or an item."""
        scanner = self._scanner
        scanner.need("$")
        scanner.take("!")
        braced = scanner.take("{")
        first = self._name()
        owner: Expression | None = None
        key = evaluation.constant(first)
        while True:
            if scanner.take("."):
                owner = nodes.step_into(owner, key) if owner else evaluation.variable(first)
                key = evaluation.constant(self._name())
            elif scanner.take("["):
                owner = nodes.step_into(owner, key) if owner else evaluation.variable(first)
                key = self._expressions.expression()
                scanner.skip_space()
                scanner.need("]")
            else:
                break
        if braced:
            scanner.need("}")
        return nodes.assignment(owner, key)

    def _name(self) -> str:
        name = self._scanner.match(NAME)
        if name is None:
            raise self._scanner.error("expected a name")
        return name

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
            found, end = self.block(("elseif", "else", "end"))
            branches.append((condition, found))
            if end == "elseif":
                condition = self._condition()
                continue
            if end == "else":
                otherwise, _ = self.block(("end",))
            return nodes.choice(branches, otherwise)

    def _foreach(self) -> Node:
        scanner = self._scanner
        self._open()
        name = self._variable()
        scanner.skip_space()
        if not scanner.take("in"):
            raise scanner.error("expected '$name in ...'")
        values = self._expressions.expression()
        self._close()
        body, parts, plain = self._measured()
        return nodes.loop(
            name, values, body, parts=parts, plain=plain, tells_place=self._tells_place
        )

    def _define(self) -> Node:
        self._open()
        name = self._variable()
        self._close()
        body, parts, plain = self._measured()
        assign = nodes.assignment(None, evaluation.constant(name))
        return nodes.defining(assign, body, parts, plain)

    def _variable(self) -> str:
        scanner = self._scanner
        scanner.need("$")
        scanner.take("!")
        braced = scanner.take("{")
        name = self._name()
        if braced:
            scanner.need("}")
        return name

    def _measured(self) -> tuple[list[Node], int, int]:
        """A block up to its `#end`, with the parts and the plain text it has."""
        parts, plain = self._scanner.parts, self._scanner.plain
        body, _ = self.block(("end",))
        return body, self._scanner.parts - parts + 1, self._scanner.plain - plain
