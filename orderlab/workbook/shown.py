"""Nothing is asked for that was not shown: each call of a solution has stood above it.

Read from the sources: the operations that a solution calls, the parameters that it gives them, and
the words of AWS's expressions in its texts. Each must have stood in a visible cell above the
exercise, or in an earlier chapter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from orderlab.exercises.engine.exercise import Exercise
from orderlab.workbook.learner import without_solution
from orderlab.workbook.source import CLAIM, read, sources

_EXERCISE = re.compile(r'lab\.exercise\("([^"]+)"\)')
# Words of DynamoDB's expressions, of event patterns and of policies, and API Gateway's $default.
_EXPRESSION_WORDS = re.compile(
    r"\$default|\b(?:attribute_not_exists|attribute_exists|attribute_type|begins_with|contains|"
    r"if_not_exists|list_append|REMOVE|SET|ADD|DELETE|BETWEEN|AND|OR|NOT|anything-but|numeric|"
    r"prefix|suffix|exists|equals-ignore-case|ArnEquals|ArnLike|StringEquals|aws:SourceArn|"
    r"batchItemFailures|itemIdentifier)\b"
)
# Python's own, which nobody has to be shown.
_PYTHON = {
    "append", "add", "items", "keys", "values", "get", "join", "split", "strip", "encode", "decode",
    "format", "startswith", "endswith", "dumps", "loads", "most_common", "update", "replace",
    "lower", "upper", "sleep", "randint", "crc32", "ceil", "floor", "sorted", "read", "seconds",
    "time", "now", "rpartition", "partition", "setdefault", "pop", "extend", "index", "count",
    "total", "insert", "isoformat", "hexdigest", "sha256", "fromisoformat", "timestamp",
}  # fmt: skip


def unshown(exercises: list[Exercise], folder: Path) -> list[str]:
    """A sentence for each call, parameter or word that a solution needs and nothing showed."""
    above = _texts_above(folder)
    found = []
    for exercise in exercises:
        seen = above.get(exercise.id)
        if seen is None:
            found.append(f"{exercise.id}: no notebook opens it.")
            continue
        words = {*re.findall(r"[A-Za-z_$][\w$-]*", seen), *_EXPRESSION_WORDS.findall(seen)}
        missing = sorted(name for name in asked_for(exercise.solution) if name not in words)
        if missing:
            found.append(
                f"{exercise.id}: asks for {', '.join(missing)}, which no cell above shows."
            )
    return found


def asked_for(solution: str) -> set[str]:
    """The operations, parameters and expression words in a solution's code."""
    try:
        tree = ast.parse(solution)
    except SyntaxError:
        return set()
    return {name for name in _names(tree) if name not in _PYTHON}


def _names(tree: ast.AST) -> Iterator[str]:
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr not in own:
                yield node.func.attr
            if isinstance(node.func, ast.Attribute):
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)
        elif isinstance(node, ast.Dict):
            keys = (k.value for k in node.keys if isinstance(k, ast.Constant))
            # AWS's own keys begin with a capital; a learner's data does not
            yield from (k for k in keys if isinstance(k, str) and re.match(r"^[A-Z][a-z]\w+$", k))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _EXPRESSION_WORDS.findall(node.value)


def _texts_above(folder: Path) -> dict[str, str]:
    """For each exercise, all that a learner has seen when asked: text and given code.

    That goes on to the cell that checks, whose given lines are seen as well.
    """
    seen, open_now = "", ""
    above: dict[str, str] = {}
    for path in sources(folder):
        for cell in read(path).cells:
            if CLAIM in cell.metadata.get("tags", []):
                continue
            code = cell.source if cell.cell_type == "code" else ""
            given = without_solution(code) if code else cell.source
            open_now = next(iter(_EXERCISE.findall(code)), open_now)
            seen += f"\n{given}"
            if open_now:
                above[open_now] = seen
            if "ex.check(" in code:
                open_now = ""
    return above
