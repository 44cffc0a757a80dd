"""Mutants of the shown solutions: each has one part less, or another, and must fail the check.

A mutant drops a parameter, an entry of a dictionary or list, or a whole statement; changes a
number or a truth value; or swaps an operator. One that the check calls right shows a rule that
nothing looks at, unless the exercise names it as equivalent and says why.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from orderlab.exercises.engine.answers import CannotRead
from orderlab.exercises.engine.exercise import Exercise, Workspace

Fresh = Callable[[str], AbstractContextManager[tuple[Workspace, Callable[[], int]]]]
# Names that a learner may choose freely: another one is as right.
FREE_NAMES = {"StatementId", "PolicyName", "Description", "Sid", "name"}
_SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.Mod: ast.Add,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.In: ast.NotIn,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed solution, and what was changed, in a few words."""

    change: str
    code: str


def mutants_of(solution: str) -> Iterator[Mutant]:
    """Every mutant of a solution's code, each once."""
    seen = {ast.unparse(ast.parse(solution))}
    times: Counter[str] = Counter()
    for change, tree in _changed(ast.parse(solution)):
        code = ast.unparse(ast.fix_missing_locations(tree))
        if code not in seen:
            seen.add(code)
            times[change] += 1
            # the same change at a second place has a number, so that it can be named
            yield Mutant(change if times[change] == 1 else f"{change} ({times[change]})", code)


def survivors(exercise: Exercise, fresh: Fresh, *, most: int | None = None) -> list[str]:
    """A sentence for each mutant that the check calls right, and if the solution itself fails.

    The solution and its mutants run with the names that the notebook has at that place. `most`
    tries so many of them, evenly chosen.
    """
    with fresh(exercise.id) as (workspace, _):
        if _verdict(exercise, workspace, exercise.solution) != "right":
            return [f"{exercise.id}: the shown solution does not pass its own check."]
        found = []
        meant = [m for m in mutants_of(exercise.solution) if m.change not in exercise.equivalent]
        step = max(1, -(-len(meant) // most)) if most else 1
        for mutant in meant[step // 2 :: step]:
            _start_over(exercise, workspace)
            if _verdict(exercise, workspace, mutant.code) == "right":
                found.append(f"{exercise.id}: {mutant.change}: the check calls it right.")
        return found


def _verdict(exercise: Exercise, workspace: Workspace, code: str) -> str:
    names = exercise.names(workspace) if exercise.names else {}
    try:
        exec(compile(code, f"<solution of {exercise.id}>", "exec"), names)
        workspace.answer = _answer(exercise, names)
        return exercise.check(workspace).kind
    except CannotRead:
        return "wrong"
    except Exception as error:  # a learner would see it as a traceback in her own cell
        return type(error).__name__


def _answer(exercise: Exercise, names: dict[str, Any]) -> Any:
    wanted = [name.strip() for name in exercise.answer_name.split(",") if name.strip()]
    if len(wanted) > 1:
        return tuple(names[name] for name in wanted)
    return names[wanted[0]] if wanted else None


def _start_over(exercise: Exercise, workspace: Workspace) -> None:
    if exercise.undo:
        exercise.undo(workspace)
        workspace.memory.clear()
        if exercise.prepare:
            exercise.prepare(workspace)


def _changed(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    for place, node in enumerate(ast.walk(tree)):
        for change, edit in _edits(node):
            other = copy.deepcopy(tree)
            target = _node_at(other, place)
            edit(target)
            yield change, other


def _node_at(tree: ast.Module, place: int) -> Any:
    for number, node in enumerate(ast.walk(tree)):
        if number == place:
            return node
    raise IndexError(place)


Edit = Callable[[Any], None]


def _edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords):
            if keyword.arg and keyword.arg not in FREE_NAMES:
                yield f"without {keyword.arg}", _dropper("keywords", index)
    elif isinstance(node, ast.Dict):
        for index, key in enumerate(node.keys):
            if isinstance(key, ast.Constant):
                yield f"without {key.value!r}", _dict_dropper(index)
    elif isinstance(node, ast.List) and len(node.elts) > 1:
        for index, _ in enumerate(node.elts):
            yield f"a list without its entry {index + 1}", _dropper("elts", index)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    yield from _operators(node)
    yield from _statements(node)


def _operators(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _SWAPS:
        yield _swapped(node.op), _setter("op", _SWAPS[type(node.op)]())
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        yield _swapped(node.ops[0]), _setter("ops", [_SWAPS[type(node.ops[0])]()])


def _swapped(operator: ast.AST) -> str:
    before = type(operator)
    return f"{before.__name__} -> {_SWAPS[before].__name__}"


def _constant(node: ast.Constant) -> Iterator[tuple[str, Edit]]:
    value: Any = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", _setter("value", not value)
    elif isinstance(value, int | float):
        yield f"{value} -> {value + 1}", _setter("value", value + 1)


def _statements(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    body = getattr(node, "body", None)
    if not isinstance(body, list) or len(body) < 2:
        return
    for index, statement in enumerate(body):
        if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.For | ast.If):
            first = ast.unparse(statement).splitlines()[0][:40]
            yield f"without `{first}`", _dropper("body", index)


def _dropper(field: str, index: int) -> Edit:
    def edit(node: Any) -> None:
        del getattr(node, field)[index]

    return edit


def _dict_dropper(index: int) -> Edit:
    def edit(node: Any) -> None:
        del node.keys[index], node.values[index]

    return edit


def _setter(field: str, value: Any) -> Edit:
    return lambda node: setattr(node, field, value)
