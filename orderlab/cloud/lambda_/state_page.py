"""The page about execution environments: their states, drawn from the table that the code follows.

`python -m orderlab.cloud.lambda_.state_page` writes docs/execution-environments.md; a test
compares it.
"""

from __future__ import annotations

from pathlib import Path

from orderlab.cloud.lambda_.states import MEANINGS, TRANSITIONS, State

PAGE = Path(__file__).parents[3] / "docs" / "execution-environments.md"
_HEAD = """# Execution environments

An execution environment of a function has a log stream, a `/tmp` and, most of the time, a process
that works on one event at a time. After a crash or a timeout the environment stays, with its `/tmp`
and its log stream, but without a process: the next event starts one again and waits for it inside
its own time, as
[on AWS](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).

This page is written by `make docs` from `../orderlab/cloud/lambda_/states.py`.

"""


def page() -> str:
    """The whole page as Markdown."""
    rows = "".join(
        f"| {_shown(state)} | {MEANINGS[state]} | {', '.join(map(_shown, _after(state)))} |\n"
        for state in State
    )
    return f"{_HEAD}| state | what it means | may be followed by |\n|---|---|---|\n{rows}"


def _after(state: State) -> list[State]:
    return [each for each in State if each in TRANSITIONS[state]]


def _shown(state: State) -> str:
    return f"`{state.value}`"


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
