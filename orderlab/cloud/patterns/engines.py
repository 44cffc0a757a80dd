"""The two engines of regular expressions: `python -I engines.py` runs them in a process of its own.

RE2 takes time that grows with the text; Python's `re` may take any time at all. A job that may
take long is sent to such a process, which ends itself when it has used up its time, also when the
cloud is gone. Runs on its own and may import nothing of this package.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import re
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import IO, Any, TypeVar

Result = TypeVar("Result")
Spans = tuple[tuple[int, int], ...]

# what one compiled expression may hold, in bytes: several hundred are kept
MAX_COMPILED = 1 << 20
# numbers that one answer holds at most
MAX_SPANS = 2_000_000
# what a process may use, in bytes
MAX_MEMORY = 1 << 30
HEADER = struct.Struct("<Q")
_SURROGATES = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=256)
def linear(source: str, ignore_case: bool, captures: bool) -> Any:
    """RE2's form of an expression; `re2.error` if it has none."""
    import re2

    options = _options(ignore_case)
    # without groups there is a faster way through the text
    options.never_capture = not captures
    return re2.compile(source, options)


def quick(source: str, ignore_case: bool, whole: bool) -> Callable[[str], Any]:
    """The fastest way to ask for yes or no; for an expression that `linear` takes."""
    import re2

    options = _options(ignore_case)
    options.never_capture = True
    alone = re2.Set.FullMatchSet(options) if whole else re2.Set.SearchSet(options)
    alone.Add(source)
    alone.Compile()
    match: Callable[[str], Any] = alone.Match
    return match


def _options(ignore_case: bool) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_COMPILED
    options.case_sensitive = not ignore_case
    return options


@lru_cache(maxsize=256)
def backtracking(source: str, ignore_case: bool) -> re.Pattern[str]:
    """Python's form of an expression; `re.error` if it has none."""
    return re.compile(source, re.ASCII | (re.IGNORECASE if ignore_case else 0))


def encodable(question: Callable[[str], Result], text: str) -> Result:
    """The answer about a text, also about one with half a character, as JSON can hold it."""
    try:
        return question(text)
    except UnicodeEncodeError:
        return question(_SURROGATES.sub("\ufffd", text))


def matches_of(expression: Any, task: str, text: str) -> Iterator[Spans]:
    """The spans of the groups of each match: of the `whole` text, of the `first`, or of `all`."""
    found: Iterable[Any]
    if task == "all":
        found = expression.finditer(encodable(_encoded, text))
    else:
        match = encodable(expression.fullmatch if task == "whole" else expression.search, text)
        found = () if match is None else (match,)
    groups = range(expression.groups + 1)
    for match in found:
        yield tuple(match.span(group) for group in groups)


def _encoded(text: str) -> str:
    """The text itself, if UTF-8 has all its characters."""
    if not text.isascii():
        text.encode()
    return text


# --- as a process of its own ---


def receive(stream: IO[bytes]) -> Any:
    """The next message, or None at the end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    content = stream.read(size)
    return marshal.loads(content) if len(content) == size else None


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message, which `receive` reads at the other end."""
    content = marshal.dumps(message)
    stream.write(HEADER.pack(len(content)) + content)
    stream.flush()


def serve() -> None:
    """Answer jobs from standard input until it ends. Each has a limit of seconds."""
    _be_modest()
    _watch_cloud()
    while (job := receive(sys.stdin.buffer)) is not None:
        *task, seconds = job
        _end_after(seconds)
        began = time.process_time()
        answer = _answer(*task)
        _end_after(0)
        send(sys.stdout.buffer, (*answer, time.process_time() - began))


def _answer(
    regular: bool, source: str, ignore_case: bool, captures: bool, task: str, text: str, limit: int
) -> tuple[bool, list[Spans]]:
    """Whether the job was done, and what was found."""
    found: list[Spans] = []
    try:
        if regular:
            expression = linear(source, ignore_case, captures)
        else:
            expression = backtracking(source, ignore_case)
        most = MAX_SPANS // (expression.groups + 1)
        for spans in islice(matches_of(expression, task, text), limit or None):
            found.append(spans)
            if len(found) > most:
                return False, []
    except (MemoryError, RecursionError):
        return False, []
    return True, found


def _be_modest() -> None:
    """Behind the cloud where the processor is short, and without more memory than is sensible."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(10)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_after(seconds: float) -> None:
    """End this process after so much time of the processor, whatever the engine does; 0: never.

    It ends before that when the cloud is gone. Another clock counts all time, for systems that
    know no other and for a process that hardly gets its turn.
    """
    import faulthandler
    import signal

    counts = hasattr(signal, "setitimer")
    if not seconds:
        faulthandler.cancel_dump_traceback_later()
    else:
        wall = 30 * seconds + 5 if counts else seconds
        faulthandler.dump_traceback_later(wall, exit=True, file=sys.stderr)
    if counts:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        often = 0.5 if seconds else 0
        signal.setitimer(signal.ITIMER_REAL, often, often)


def _watch_cloud() -> None:
    """End this process when the one that started it is gone; Python's `re` lets handlers run."""
    import signal

    if not hasattr(signal, "SIGALRM"):
        return
    cloud = os.getppid()

    def look(*_: object) -> None:
        if os.getppid() != cloud:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)


if __name__ == "__main__":
    serve()
