"""What a template does: functions that write, put together by the parser."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from orderlab.cloud.apigateway.budget import BudgetSpent
from orderlab.cloud.apigateway.vtl import java
from orderlab.cloud.apigateway.vtl.containers import note_shared
from orderlab.cloud.apigateway.vtl.errors import BUDGET, BreakLoop, StopTemplate
from orderlab.cloud.apigateway.vtl.evaluation import Expression, Namespace
from orderlab.cloud.apigateway.vtl.methods import item, member

Write = Callable[[str], Any]
Node = Callable[[Namespace, Write], None]
Assign = Callable[[Namespace, Any], None]

MAX_LOOP_ROUNDS = 1000
# a block that writes itself, by way of others, writes nothing from here on
_MAX_BLOCK_DEPTH = 2


class Block:
    """What `#define` keeps: it is written where it is referred to, with the values of that place.

    `parts` and `plain` are what one writing costs.
    """

    def __init__(self, nodes: list[Node], parts: int, plain: int) -> None:
        self._nodes = nodes
        self._parts = parts
        self._plain = plain
        self._depth = 0

    def write(self, ns: Namespace, write: Write) -> None:
        """Write the block, with the values of the place where it is written."""
        if self._depth >= _MAX_BLOCK_DEPTH:
            return
        budget = ns[BUDGET]
        budget.spend(self._parts)
        budget.make(self._plain)
        self._depth += 1
        try:
            for node in self._nodes:
                node(ns, write)
        finally:
            self._depth -= 1


def plain_text(plain: str) -> Node:
    """Text without references or directives."""

    def node(ns: Namespace, write: Write) -> None:
        write(plain)

    return node


def output(value: Expression) -> Node:
    """`$reference`: write a value as text."""

    def node(ns: Namespace, write: Write) -> None:
        shown, budget = value(ns), ns[BUDGET]
        if type(shown) is not str:
            if type(shown) is Block:
                shown.write(ns, write)
                return
            shown = java.text(shown, budget)
        budget.room -= len(shown)
        if budget.room < 0:
            raise BudgetSpent
        write(shown)

    return node


def setting(assign: Assign, value: Expression) -> Node:
    """`#set`: assign a value, unless it is null."""

    def node(ns: Namespace, write: Write) -> None:
        found = value(ns)
        # Velocity 1 leaves the old value where the right-hand side is null
        if found is not None:
            assign(ns, found)

    return node


def defining(assign: Assign, nodes: list[Node], parts: int, plain: int) -> Node:
    """`#define`: keep a block, to be written later."""

    def node(ns: Namespace, write: Write) -> None:
        assign(ns, Block(nodes, parts, plain))

    return node


def assignment(owner: Expression | None, key: Expression) -> Assign:
    """Where `#set` puts a value: into a variable, or into what `owner` gives."""
    if owner is None:
        return lambda ns, value: ns.__setitem__(key({}), value)

    def assign(ns: Namespace, value: Any) -> None:
        target, place = owner(ns), key(ns)
        in_list = isinstance(target, list) and isinstance(place, int)
        if isinstance(target, dict) or (in_list and 0 <= place < len(target)):
            note_shared(ns[BUDGET], value)
            target[place] = value

    return assign


def step_into(parent: Expression, name: Expression) -> Expression:
    """The owner of what stands left of the `=`."""

    def value(ns: Namespace) -> Any:
        owner, key = parent(ns), name(ns)
        found = item(owner, key)
        return member(owner, key) if found is None and isinstance(key, str) else found

    return value


def break_loop(ns: Namespace, write: Write) -> None:
    """`#break`: leave the innermost loop."""
    raise BreakLoop


def stop(ns: Namespace, write: Write) -> None:
    """`#stop`: end the template here."""
    raise StopTemplate


def choice(branches: list[tuple[Expression, list[Node]]], otherwise: list[Node]) -> Node:
    """`#if`, with its `#elseif` and `#else`."""

    def node(ns: Namespace, write: Write) -> None:
        chosen = otherwise
        for condition, nodes in branches:
            if java.truth(condition(ns)):
                chosen = nodes
                break
        for each in chosen:
            each(ns, write)

    return node


def loop(
    name: str, values: Expression, body: list[Node], *, parts: int, plain: int, tells_place: bool
) -> Node:
    """`#foreach`; a round costs `parts` steps, and room for its `plain` text."""
    names = (name, "foreach", "velocityCount", "velocityHasNext") if tells_place else (name,)

    def node(ns: Namespace, write: Write) -> None:
        items, budget = _items(values(ns)), ns[BUDGET]
        outer = {key: ns.get(key) for key in names}
        last = min(len(items), MAX_LOOP_ROUNDS) - 1
        for index, value in enumerate(islice(items, MAX_LOOP_ROUNDS)):
            budget.steps -= parts
            budget.room -= plain
            if budget.steps < 0 or budget.room < 0:
                raise BudgetSpent
            ns[name] = value
            if tells_place:
                _tell_place(ns, index, last, index < len(items) - 1, outer["foreach"])
            try:
                for each in body:
                    each(ns, write)
            except BreakLoop:
                break
        ns.update(outer)

    return node


def _tell_place(ns: Namespace, index: int, last: int, has_next: bool, parent: Any) -> None:
    ns["velocityCount"] = index + 1
    ns["velocityHasNext"] = has_next
    ns["foreach"] = {
        "count": index + 1,
        "index": index,
        "hasNext": has_next,
        "first": index == 0,
        "last": index == last,
        "parent": parent,
    }


def _items(value: Any) -> Any:
    """What a loop goes over: a list's items or a map's values. The body may change them."""
    if isinstance(value, list):
        return value[: MAX_LOOP_ROUNDS + 1]
    return list(value.values()) if isinstance(value, dict) else ()
