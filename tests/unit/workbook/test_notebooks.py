"""From a source to notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_output

from orderlab.workbook.build import as_text
from orderlab.workbook.learner import learner_notebook, without_solution
from orderlab.workbook.solution import says_something, without_markers
from orderlab.workbook.source import SourceError, read

SOURCE = """\
# %% [markdown]
# # The first chapter

# %%
x = 1
### BEGIN SOLUTION
x = 2
### END SOLUTION
print(x)

# %% [markdown]
# ## The *second* part

# %% tags=["solution"]
print("why")
"""


def _read(tmp_path: Path, text: str = SOURCE):  # type: ignore[no-untyped-def]
    path = tmp_path / "07_topic.py"
    path.write_text(text)
    return read(path)


def test_a_learner_notebook_has_a_placeholder_and_no_solution(tmp_path: Path) -> None:
    notebook = learner_notebook(_read(tmp_path))
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code == ["x = 1\n# your code here\n\nprint(x)"]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("a = None\n### BEGIN SOLUTION\na = 4\n### END SOLUTION\ncheck(a)", "a = 4\ncheck(a)"),
        (
            'way = {"x": None}\n### BEGIN SOLUTION\nway = {"x": "y"}\n### END SOLUTION',
            'way = {"x": "y"}',
        ),
        (
            "w, r = None, None\n### BEGIN SOLUTION\ndef w():\n    pass\nr = 1\n### END SOLUTION",
            "def w():\n    pass\nr = 1",
        ),
        ("a = None\n### BEGIN SOLUTION\nb = 4\n### END SOLUTION", "a = None\nb = 4"),
        ("a = 3\n### BEGIN SOLUTION\na = 4\n### END SOLUTION", "a = 3\na = 4"),
    ],
)
def test_a_solution_stands_in_the_place_of_what_waits_for_it(code: str, shown: str) -> None:
    assert without_markers(code) == shown


def test_cell_ids_depend_on_the_source_alone(tmp_path: Path) -> None:
    first = [cell.id for cell in _read(tmp_path).cells]
    assert first == [cell.id for cell in _read(tmp_path).cells]
    assert first[0] == "07-the-first-chapter-1" and len(set(first)) == len(first)


def test_the_same_notebook_has_the_same_bytes(tmp_path: Path) -> None:
    assert as_text(_read(tmp_path)) == as_text(_read(tmp_path))


@pytest.mark.parametrize("bad", ["### BEGIN SOLUTION", "### END SOLUTION"])
def test_markers_that_do_not_pair_up_are_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SourceError, match="cell 1"):
        _read(tmp_path, f"# %%\n{bad}\nx = 1\n")


def test_indentation_of_a_placeholder_follows_the_solution() -> None:
    code = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    assert without_solution(code) == "def f():\n    # your code here\n    ..."


def test_a_block_that_keeps_other_lines_gets_no_ellipsis() -> None:
    code = "with a:\n    b()\n    ### BEGIN SOLUTION\n    c()\n    ### END SOLUTION\nd()"
    assert without_solution(code) == "with a:\n    b()\n    # your code here\n\nd()"


@pytest.mark.parametrize(
    ("data", "kept"),
    [({"text/plain": "Output()"}, False), ({"text/plain": "40 orders"}, True)],
)
def test_what_is_left_of_a_progress_bar_is_not_kept(data: dict[str, str], kept: bool) -> None:
    assert says_something(new_output("display_data", data)) is kept
    assert says_something(new_output("stream", text="40 orders"))
