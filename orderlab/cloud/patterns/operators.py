"""The comparison operators of event patterns: `prefix`, `numeric`, `anything-but` ...

Each reads its operand from the pattern and becomes a test of one value of an event.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.patterns.networks import Network
from orderlab.cloud.patterns.pattern_text import Node, PatternText
from orderlab.cloud.patterns.texts import TOGETHER
from orderlab.cloud.patterns.wildcards import Part, Wild, Wildcard

# Says whether one value of an event (a text, a number, true, false or null) is wanted.
Test = Callable[[Any], bool]
Reader = Callable[[PatternText, Node], Test]

ONE_KEY = "Only one key allowed in match expression"
_TOO_MANY = "Too many elements in numeric expression"
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_number(value: object) -> bool:
    """Whether a value is a number; a truth value is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number_of(node: Node) -> float:
    """The value of a number of the pattern: whole numbers stay exact."""
    text: str = node.value
    return int(text) if text.lstrip("-").isdigit() and len(text) < 400 else float(text)


def read_expression(source: PatternText, node: Node) -> Test:
    """The test of an object in a pattern's list, other than `exists`; raises InvalidPattern."""
    name, operand = only_member(source, node, "Match expression name not found")
    reader = _READERS.get(name)
    if reader is None:
        raise source.error(f"Unrecognized match type {name}", operand.opened)
    test = reader(source, operand)
    refuse_second(source, node)
    return test


def only_member(source: PatternText, node: Node, nothing: str) -> tuple[str, Node]:
    """The first member of an object, its name and its node. Raises InvalidPattern with the text
    `nothing` if it has none."""
    if not node.value:
        raise source.error(nothing, node.end)
    member: tuple[str, Node] = node.value[0]
    return member


def refuse_second(source: PatternText, node: Node, reason: str = ONE_KEY) -> None:
    """An operator stands alone in its object."""
    if len(node.value) > 1:
        raise source.error(reason, node.value[1][1].opened)


def _text(source: PatternText, node: Node, name: str) -> str:
    if node.kind != "string":
        raise source.error(f"{name} match pattern must be a string", node.opened)
    text: str = node.value
    return text


def _exactly(source: PatternText, node: Node) -> Test:
    wanted = _text(source, node, "exact")
    return lambda value: isinstance(value, str) and value == wanted


def _affix(name: str, fits: Callable[[str, str], bool]) -> Reader:
    """`prefix` or `suffix`, which may also disregard case."""

    def read(source: PatternText, node: Node) -> Test:
        if node.kind != "object":
            wanted = _text(source, node, name)
            return lambda value: isinstance(value, str) and fits(value, wanted)
        title = name.capitalize()
        kind, operand = only_member(source, node, f"{title} expression name not found")
        if kind != "equals-ignore-case":
            raise source.error(f"Unsupported {name} pattern: {kind}", operand.opened)
        lowered = _text(source, operand, kind).lower()
        refuse_second(source, node)
        return lambda value: isinstance(value, str) and fits(value.lower(), lowered)

    return read


def _equals_ignore_case(source: PatternText, node: Node) -> Test:
    return TOGETHER["equals-ignore-case"]([_text(source, node, "equals-ignore-case")])


def _wildcard(source: PatternText, node: Node) -> Test:
    wildcard = _wildcard_of(source, _text(source, node, "wildcard"), node.end)
    return lambda value: isinstance(value, str) and wildcard.matches(value)


def _wildcard_of(source: PatternText, text: str, at: int) -> Wildcard:
    """`*` stands for any characters; a backslash before it, or before another, takes that away."""
    parts: list[Part] = []
    place = 0
    while place < len(text):
        character, after = text[place], text[place + 1 : place + 2]
        # positions count the quotation mark before the text
        if character == "*" and after == "*":
            raise source.error(f"Consecutive wildcard characters at pos {place + 1}", at)
        if character == "\\":
            if after not in ("*", "\\"):
                raise source.error(f"Invalid escape character at pos {place + 1}", at)
            parts.append(after)
            place += 2
            continue
        parts.append(Wild.MANY if character == "*" else character)
        place += 1
    return Wildcard(parts)


def _cidr(source: PatternText, node: Node) -> Test:
    block = _text(source, node, "prefix")
    address, slash, bits = block.partition("/")
    if not slash or "/" in bits:
        raise source.error("Malformed CIDR, one '/' required", node.end)
    if not re.fullmatch(r"\d{1,3}", bits, re.ASCII):
        raise source.error("Malformed CIDR, mask bits must be an integer", node.end)
    try:
        return Network(block).holds
    except ValueError:
        pass
    if ":" not in address and int(bits) > 32 and re.fullmatch(r"[0-9.]+", address):
        raise source.error("IPv4 mask bits must be < 32", node.end)
    if ":" in address and int(bits) > 128:
        raise source.error("IPv6 mask bits must be < 128", node.end)
    raise source.error(f"Nonstandard IP address: {address}", node.end)


# --- numeric ----------------------------------------------------------------------------------


def _numeric(source: PatternText, node: Node) -> Test:
    if node.kind != "array":
        raise source.error("Value of numeric must be an array.", node.opened)
    terms: list[Node] = node.value
    sign = terms[0] if terms else None
    if sign is None or sign.kind != "string":
        raise source.error(f"Invalid member in numeric match: {_shown(sign)}", _at(sign, node))
    compare = _COMPARISONS.get(sign.value)
    if compare is None:
        raise source.error(f"Unrecognized numeric range operator: {sign.value}", sign.end)
    name = "equals" if sign.value == "=" else sign.value
    bound = _bound(source, name, terms[1:2], node)
    if len(terms) == 2:
        return lambda value: is_number(value) and compare(value, bound)
    if not sign.value.startswith(">"):
        raise source.error(_TOO_MANY, terms[2].opened)
    return _range(source, node, compare, bound)


def _range(source: PatternText, node: Node, above: Callable[[Any, Any], bool], low: float) -> Test:
    """The second half of a range such as `[">", 0, "<=", 5]`."""
    terms: list[Node] = node.value
    sign = terms[2]
    if sign.kind != "string":
        raise source.error(f"Bad value in numeric range: {_shown(sign)}", sign.end)
    if sign.value not in ("<", "<="):
        raise source.error(f"Bad numeric range operator: {sign.value}", sign.end)
    below = _COMPARISONS[sign.value]
    high = _bound(source, sign.value, terms[3:4], node)
    if low >= high:
        raise source.error("Bottom must be less than top", terms[3].end)
    if len(terms) > 4:
        raise source.error("Too many terms in numeric range expression", terms[4].opened)
    return lambda value: is_number(value) and above(value, low) and below(value, high)


def _bound(source: PatternText, name: str, terms: list[Node], whole: Node) -> float:
    if not terms or terms[0].kind != "number":
        raise source.error(
            f"Value of {name} must be numeric", _at(terms[0] if terms else None, whole)
        )
    return number_of(terms[0])


def _shown(node: Node | None) -> str:
    if node is None:
        return "]"
    return {"object": "{", "array": "["}.get(node.kind, str(node.value))


def _at(node: Node | None, whole: Node) -> int:
    return node.opened if node is not None else whole.end


# --- anything-but -----------------------------------------------------------------------------


def _anything_but(source: PatternText, node: Node) -> Test:
    if node.kind == "object":
        kind, operand = only_member(source, node, "Anything-But expression name not found")
        negatable = _NEGATABLE.get(kind)
        if negatable is None:
            raise source.error(f"Unsupported anything-but pattern: {kind}", operand.opened)
        unwanted = negatable(source, kind, operand)
        refuse_second(source, node, _TOO_MANY)
    else:
        unwanted = _listed(source, node)
    return lambda value: not unwanted(value)


def _values_of(source: PatternText, node: Node) -> list[Node]:
    if node.kind not in ("array", "string", "number"):
        raise source.error(
            "Value of anything-but must be an array or single string/number value.", node.opened
        )
    return node.value if node.kind == "array" else [node]


def _listed(source: PatternText, node: Node) -> Test:
    """All strings or all numbers; numbers are compared by value."""
    values = _values_of(source, node)
    for each in values:
        if each.kind not in ("string", "number"):
            raise source.error(
                "Inside anything but list, start|null|boolean is not supported.", each.opened
            )
    kinds = {each.kind for each in values}
    if len(kinds) != 1:
        raise source.error(
            "Inside anything but list, either all values are number or string, mixed type is not "
            "supported",
            node.end,
        )
    if kinds == {"string"}:
        texts = frozenset(each.value for each in values)
        return lambda value: isinstance(value, str) and value in texts
    numbers = frozenset(number_of(each) for each in values)
    return lambda value: is_number(value) and value in numbers


def _listed_texts(source: PatternText, kind: str, node: Node) -> list[Node]:
    values = _values_of(source, node)
    for each in values:
        if each.kind == "string":
            if not each.value and kind in ("prefix", "suffix"):
                raise source.error("Null prefix/suffix not allowed", each.end)
            continue
        if kind == "equals-ignore-case":
            raise source.error(
                "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not "
                "supported.",
                each.opened,
            )
        name = "wildcard" if kind == "wildcard" else "prefix/suffix"
        raise source.error(f"{name} match pattern must be a string", each.opened)
    return values


def _negated_texts(source: PatternText, kind: str, node: Node) -> Test:
    return TOGETHER[kind]([each.value for each in _listed_texts(source, kind, node)])


def _negated_wildcards(source: PatternText, kind: str, node: Node) -> Test:
    wildcards = [
        _wildcard_of(source, each.value, each.end) for each in _listed_texts(source, kind, node)
    ]
    return lambda value: isinstance(value, str) and any(each.matches(value) for each in wildcards)


_NEGATABLE: dict[str, Callable[[PatternText, str, Node], Test]] = {
    "prefix": _negated_texts,
    "suffix": _negated_texts,
    "equals-ignore-case": _negated_texts,
    "wildcard": _negated_wildcards,
}
_READERS: dict[str, Reader] = {
    "exactly": _exactly,
    "prefix": _affix("prefix", str.startswith),
    "suffix": _affix("suffix", str.endswith),
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "cidr": _cidr,
    "numeric": _numeric,
    "anything-but": _anything_but,
}
# what `$or` could not tell from a field's name
RESERVED_IN_OR = frozenset({*_READERS, *_COMPARISONS, "exists", "regex"})
