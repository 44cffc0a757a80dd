"""What a word of the lab gives where its target lacks what the word needs.

A cell goes on with it: whatever is asked of it gives the same nothing again, a loop over it has no
rounds, a `with` block runs, and as a number it is "not a number". It shows one sentence. A word of
the lab that is given it gives it back, and a loop that waits for it to become something ends.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator
from typing import Any

from orderlab.aws_target.lack import NotHere

# who asks so often waits for an answer that won't come: `while len(found) < 40`
_MOST_CALLS = 300


class Absent:
    """Nothing, with the reason for it."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        # what libraries look for in order to treat a value in a way of its own is not there
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Absent:
        self._calls += 1
        if self._calls > _MOST_CALLS:
            raise NotHere(self._sentence)
        return self

    def __getitem__(self, _: Any) -> Absent:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __float__(self) -> float:
        return math.nan

    def __format__(self, _: str) -> str:
        return "(not here)"

    def __enter__(self) -> Absent:
        return self

    def __exit__(self, *_: object) -> None:
        """The block ran as it is; there is nothing to end."""

    def _nothing(self, *_: Any) -> Absent:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _nothing
    __truediv__ = __rtruediv__ = __neg__ = __round__ = _nothing

    def _no(self, _: Any) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _no

    def __eq__(self, _: object) -> Absent:  # type: ignore[override]
        # nothing like `status == "available"` holds, and who waits for it can tell why
        return self

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return self._sentence

    def _repr_html_(self) -> str:
        return f"<em>{html.escape(self._sentence)}</em>"


def absent_in(given: Any) -> Absent | None:
    """What an argument lacks: it is nothing, or a list or dict that holds some."""
    inside: Iterable[Any] = ()
    if isinstance(given, dict):
        inside = given.values()
    elif isinstance(given, list | tuple):
        inside = given
    return next((each for each in (given, *inside) if isinstance(each, Absent)), None)
