"""Regular expressions that callers give: the one way to run them.

RE2 runs them in linear time. What its syntax lacks (lookarounds, back references, possessive
quantifiers, more than 1,000 repetitions) Python's `re` runs in a process of its own, and so does
anything whose text and expression are so large that linear time is long. Whoever evaluates
expressions on the event loop does it through an `Allowance`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any

from orderlab.cloud.patterns import engines
from orderlab.cloud.patterns.allowance import current
from orderlab.cloud.patterns.engines import Spans
from orderlab.cloud.patterns.syntax import ExpressionError, check_backtracking, translate

# instructions of the compiled form times characters of the text: some 25 ms at the worst
_MOST_WORK_HERE = 4_000_000
# up to these sizes, yes or no is answered in a microsecond
_SHORT_TEXT = 2_000
_SMALL_FORM = 500
# instructions times characters that take less time than looking at the clock
_LITTLE_WORK = 10_000

# gives something for a text that fits, and None for one that does not
_Quick = Callable[[str], Any]


class Match:
    """Where an expression was found in a text, and its groups."""

    __slots__ = ("_spans", "_text")

    def __init__(self, text: str, spans: Spans) -> None:
        self._text = text
        self._spans = spans

    def span(self, group: int = 0) -> tuple[int, int]:
        """The begin and the end of a group; -1 for both if it took no part."""
        return self._spans[group]

    def group(self, group: int = 0) -> str | None:
        """The text of a group, the whole match for 0; None if the group took no part."""
        start, end = self._spans[group]
        return None if start < 0 else self._text[start:end]

    def groups(self) -> list[str | None]:
        """The texts of all groups, from group 1 on."""
        return [self.group(number) for number in range(1, len(self._spans))]


class Expression:
    """A compiled regular expression in Java's syntax; ExpressionError if it is none.

    All questions raise `OutOfTime` when the call's allowance is used up, and `LeaveLoop` when
    they take long on the event loop.
    """

    def __init__(self, pattern: str, *, ignore_case: bool = False, regular_only: bool = False):
        self.pattern = pattern
        self._ignore_case = ignore_case
        self._form = translate(pattern)
        self._regular = self._form.regular and self._linear_form(captures=True) is not None
        if regular_only and not self._regular:
            raise ExpressionError("the regular expression is too large, or not a regular one")
        compiled = self._linear_form(captures=True) if self._regular else self._backtracking_form()
        self.groups: int = compiled.groups
        names = sorted(compiled.groupindex.items(), key=itemgetter(1))
        self.group_names: Mapping[str, int] = dict(names)
        self._forms: dict[bool, tuple[Any, int]] = {}
        # characters of a text that is so short that its time need not be measured
        self._unmeasured = 0

    def _linear_form(self, *, captures: bool) -> Any:
        import re2

        try:
            return engines.linear(self._form.linear, self._ignore_case, captures)
        except (re2.error, UnicodeEncodeError):
            return None

    def _backtracking_form(self) -> Any:
        check_backtracking(self.pattern, self._form, self._ignore_case)
        try:
            return engines.backtracking(self._form.backtracking, self._ignore_case)
        except (re.error, RecursionError, OverflowError) as error:
            raise ExpressionError(str(error)) from None

    # --- questions ---

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        if len(text) <= _SHORT_TEXT and self._quick_whole is not None:
            return self._quickly(self._quick_whole, text)
        return bool(self._find("whole", text, captures=False))

    def occurs_in(self, text: str) -> bool:
        """Whether the expression is found anywhere in the text."""
        if len(text) <= _SHORT_TEXT and self._quick_first is not None:
            return self._quickly(self._quick_first, text) or (
                self._ends_before_line_end(text) and self._quickly(self._quick_first, text[:-1])
            )
        return self._first(text, captures=False) is not None

    def search(self, text: str) -> Match | None:
        """The first place where the expression fits."""
        spans = self._first(text, captures=True)
        return None if spans is None else Match(text, spans)

    def all(self, text: str, limit: int = 0) -> list[Match]:
        """All places, or the first few, none of which overlap."""
        return [Match(text, spans) for spans in self._find("all", text, captures=True, limit=limit)]

    def _first(self, text: str, *, captures: bool) -> Spans | None:
        found = self._find("first", text, captures=captures)
        if not self._ends_before_line_end(text):
            return found[0] if found else None
        found += self._find("first", text[:-1], captures=captures)
        return min(found, key=lambda spans: (spans[0][0], -spans[0][1]), default=None)

    def _ends_before_line_end(self, text: str) -> bool:
        """Whether `$` fits in a place that RE2 does not know."""
        return self._regular and self._form.before_line_end and text.endswith("\n")

    # --- where the work is done ---

    @cached_property
    def _quick_whole(self) -> _Quick | None:
        return self._quick(whole=True)

    @cached_property
    def _quick_first(self) -> _Quick | None:
        return self._quick(whole=False)

    def _quick(self, *, whole: bool) -> _Quick | None:
        if not self._regular:
            return None
        size = self._linear(captures=False)[1]
        if size > _SMALL_FORM:
            return None
        self._unmeasured = _LITTLE_WORK // size
        return engines.quick(self._form.linear, self._ignore_case, whole)

    def _quickly(self, question: _Quick, text: str) -> bool:
        if len(text) <= self._unmeasured and text.isascii():
            return question(text) is not None
        allowance = current()
        began = allowance.now()
        found = engines.encodable(question, text) is not None
        allowance.charge(allowance.now() - began)
        return found

    def _linear(self, *, captures: bool) -> tuple[Any, int]:
        """RE2's compiled form, and how many instructions it has."""
        found = self._forms.get(captures)
        if found is None:
            compiled = self._linear_form(captures=captures)
            found = self._forms[captures] = compiled, compiled.programsize
        return found

    def _find(self, task: str, text: str, *, captures: bool, limit: int = 0) -> list[Spans]:
        if self._regular:
            compiled, size = self._linear(captures=captures)
            if size * len(text) <= _MOST_WORK_HERE:
                return self._find_here(compiled, task, text, limit)
        form = self._form.linear if self._regular else self._form.backtracking
        job = (self._regular, form, self._ignore_case, captures, task, text, limit)
        return current().in_process(job)

    def _find_here(self, compiled: Any, task: str, text: str, limit: int) -> list[Spans]:
        allowance = current()
        found = []
        began = allowance.now()
        for spans in islice(engines.matches_of(compiled, task, text), limit or None):
            found.append(spans)
            now = allowance.now()
            allowance.charge(now - began)
            began = now
        allowance.charge(allowance.now() - began)
        return found


@lru_cache(maxsize=512)
def expression(
    pattern: str, *, ignore_case: bool = False, regular_only: bool = False
) -> Expression:
    """The expression of a text; ExpressionError if it is none.

    `regular_only` refuses what RE2 does not know, where AWS does as well.
    """
    return Expression(pattern, ignore_case=ignore_case, regular_only=regular_only)
