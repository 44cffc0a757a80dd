"""The gate of chapters: what it finds in a source, in a solution, and in its mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.workbook.glossary import glossary_text, with_links
from orderlab.workbook.minutes import minutes
from orderlab.workbook.mutants import mutants_of, survivors
from orderlab.workbook.rules import learners_share, rule_faults
from orderlab.workbook.shown import asked_for, unshown
from orderlab.workbook.source import read

HEAD = "# %% [markdown]\n# # 07 A chapter\n"


def source(folder: Path, text: str, name: str = "07_topic.py") -> Path:
    path = folder / name
    path.write_text(HEAD + text)
    return path


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("from orderlab.orders import architecture", "imports orderlab.orders"),
        ("import pandas", "imports pandas"),
        ("lab.target.page('x')", "uses lab.target"),
        ("\n".join(f"a{n} = {n}" for n in range(16)), "16 lines of code"),
        (f"a = '{'x' * 100}'", "characters; the limit is 100"),
        ('lab.predict("7.p1", "?", [])', "7.p1 is never compared"),
    ],
)
def test_a_broken_rule_is_reported(tmp_path: Path, cell: str, fault: str) -> None:
    assert any(fault in each for each in rule_faults(source(tmp_path, f"\n# %%\n{cell}\n")))


def test_long_texts_and_long_stretches_without_a_picture_are_reported(tmp_path: Path) -> None:
    cell = "\n# %% [markdown]\n# " + "word " * 190 + "\n"
    told = rule_faults(source(tmp_path, cell * 4))
    assert any("words without a picture" in each for each in told)
    between = '\n# %%\nlab.picture("key")\n'
    assert not any("picture" in f for f in rule_faults(source(tmp_path, (cell + between) * 4)))


def test_the_learners_share_counts_what_is_left_out(tmp_path: Path) -> None:
    cell = "\n# %%\na = 1\n### BEGIN SOLUTION\nb = 2\n### END SOLUTION\n# a comment\nc = 3\nd = 4\n"
    assert learners_share(source(tmp_path, cell)) == 0.25


def exercise(**changes: Any) -> Exercise:
    made = Exercise(
        id="7.1",
        title="Double",
        check=_check,
        solve=lambda _: 6,
        solution="answer = 2 * three\n",
        names=lambda _: {"three": 3},
        answer_name="answer",
        hints=("a", "b", "c"),
        proofs=(Proof("off", lambda _: 5), Proof("as text", lambda _: "6", "right")),
    )
    return replace(made, **changes)


def _check(workspace: Workspace) -> Outcome:
    if workspace.answer is None:
        return untouched("Nothing yet.")
    return right("Six.") if workspace.answer == 6 else wrong("off", "Not six.")


@contextmanager
def fresh(_: str) -> Iterator[tuple[Workspace, Callable[[], int]]]:
    target: Any = None
    yield Workspace(target), lambda: 0


def test_a_check_that_looks_lets_no_mutant_through() -> None:
    assert survivors(exercise(), fresh) == []


def test_a_check_that_does_not_look_is_found_out() -> None:
    blind = exercise(check=lambda w: right("Fine.") if w.answer else untouched("Nothing."))
    assert "7.1: 2 -> 3: the check calls it right." in survivors(blind, fresh)


def test_a_shown_solution_that_fails_is_found_out() -> None:
    assert "does not pass its own check" in survivors(exercise(solution="answer = 7"), fresh)[0]


def test_a_mutant_that_is_as_right_can_be_named() -> None:
    blind = exercise(
        check=lambda w: right("Fine.") if w.answer else untouched("Nothing."),
        equivalent={"2 -> 3": "any number will do", "Mult -> Add": "any number will do"},
    )
    assert survivors(blind, fresh) == []


def test_mutants_drop_parameters_entries_and_statements() -> None:
    changes = [m.change for m in mutants_of('call(A=1, B={"x": [1, 2]})\nother = 3\n')]
    assert {"without A", "without 'x'", "a list without its entry 1", "3 -> 4"} <= set(changes)


def test_what_a_solution_asks_for_has_to_be_shown_above(tmp_path: Path) -> None:
    task = '\n# %%\nex = lab.exercise("7.1")\nex.check()\n'
    wanted = exercise(solution='client.put_thing(Name="a", Rule="attribute_exists(x)")')
    source(tmp_path, task)
    assert "Name, Rule, attribute_exists, put_thing" in unshown([wanted], tmp_path)[0]
    shown = '\n# %%\nclient.put_thing(Name="b", Rule="attribute_exists(y)")\n'
    source(tmp_path, shown + task)
    assert unshown([wanted], tmp_path) == []


def test_pythons_own_words_need_not_be_shown() -> None:
    assert asked_for("texts.append(', '.join(words))") == set()


def test_minutes_follow_from_words_cells_and_exercises(tmp_path: Path) -> None:
    text = "\n# %% [markdown]\n# ## 7.1 One\n# " + "word " * 400 + "\n\n# %%\nex.check()\n"
    whole, sections = minutes(read(source(tmp_path, text)).cells)
    assert sections == {"7.1": 8} and whole == 10


def test_a_term_is_linked_once_and_explained(tmp_path: Path) -> None:
    text = "\n# %% [markdown]\n# An **item** and **items**, and **something else**.\n"
    linked = with_links(read(source(tmp_path, text)))
    assert linked.cells[-1].source.count("99_glossary.ipynb#item") == 1
    assert "**something else**" in linked.cells[-1].source
    assert "### item\n" in glossary_text()
