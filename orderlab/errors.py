"""What can go wrong, by whose fault it is.

OrderlabError
├── LearnerError     something the reader can put right; `advice` says how
│   └── CloudGone    the local cloud was stopped, or ended by itself
├── LabError         our fault; never shown as the learner's
└── AwsLimit         a limit that AWS has too

`Interrupted` stands apart: it is the KeyboardInterrupt of a cell that was stopped. A notebook
shows it, and every LearnerError, as one sentence without a traceback.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class OrderlabError(Exception):
    """Base of all errors of this package; `advice` is what to do next."""

    advice = ""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        if advice:
            self.advice = advice

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} {self.advice}".strip()


class _InOneSentence:
    """Shown by a notebook without a traceback: the place in our code tells the reader nothing."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class LearnerError(_InOneSentence, OrderlabError):
    """Something the reader can put right."""


class CloudGone(LearnerError):
    """The local cloud was stopped, or ended by itself; nothing can be asked of it."""


class Interrupted(_InOneSentence, KeyboardInterrupt):
    """A cell that was stopped in the middle of something of ours; says what stands now."""


class LabError(OrderlabError):
    """Our own fault, or the machine's."""


class AwsLimit(OrderlabError):
    """A limit that AWS sets as well."""


@contextlib.contextmanager
def interruptible(sentence: str) -> Iterator[None]:
    """Let an interrupt in here be shown as `sentence`; the outermost has the word.

    Raises Interrupted.
    """
    try:
        yield
        return
    except KeyboardInterrupt:
        pass
    # raised here, so that it does not carry the traceback of where the interrupt hit
    raise Interrupted(sentence)
