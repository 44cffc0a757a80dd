"""A template: text with references and directives, compiled once, rendered often.

https://velocity.apache.org/engine/1.7/user-guide.html
Differs from AWS: `#macro`, `#evaluate`, `#parse` and `#include` are refused; on a template that
AWS would refuse when it is used, the refusal comes when it is stored.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from orderlab.cloud.apigateway.budget import MAX_TEXT, Budget
from orderlab.cloud.apigateway.vtl.errors import BUDGET, BreakLoop, StopTemplate, TemplateError
from orderlab.cloud.apigateway.vtl.evaluation import Expression, Namespace, constant
from orderlab.cloud.apigateway.vtl.parser import TemplateParser
from orderlab.cloud.apigateway.vtl.scanner import Scanner

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
MAX_SOURCE = 300 * 1024
# larger ones take room: a hundred times their length
MAX_SMALL = 20_000
_MAX_LARGE = 4
_CHANGES = re.compile(r"#\{?set|\.(?:put|add|set|remove|clear)")


def compile_template(source: str, budget: Budget | None = None) -> Template:
    """The template of a source.

    Raises:
        TemplateError: if it cannot be parsed.
        BudgetSpent: if to parse it takes longer than the budget allows.
    """
    if len(source) <= MAX_SMALL:
        return _remembered(source)
    if budget is not None and source not in _large:
        budget.spend(len(source))
    return _large_template(source)


def _large_template(source: str) -> Template:
    """Of those that are large, the last few are kept."""
    found = _large.pop(source, None) or Template(source)
    _large[source] = found
    with suppress(KeyError):
        while len(_large) > _MAX_LARGE:
            del _large[next(iter(_large))]
    return found


class Template:
    """A compiled template. `outer` is the place in a template where this is a string."""

    def __init__(self, source: str, outer: Scanner | None = None) -> None:
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"the template is longer than {MAX_SOURCE} characters")
        self.source = source
        # whether it may change the values that it is given
        self.changes = _CHANGES.search(source) is not None
        scanner = Scanner(source, outer.depth if outer else 0)
        self._nodes, _ = TemplateParser(scanner, _interpolated).block(())
        if outer is not None:
            outer.parts += scanner.parts
            outer.plain += scanner.plain

    def render(self, namespace: Namespace, budget: Budget | None = None) -> str:
        """The text that comes out.

        Raises:
            TemplateError: where Java would throw.
            BudgetSpent: if the template does more than the budget allows.
        """
        namespace[BUDGET] = budget or Budget()
        try:
            return self.fill(namespace)
        except RecursionError:
            raise TemplateError("The template's values nest too deeply.") from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise TemplateError(str(error)) from None

    def fill(self, namespace: Namespace) -> str:
        """The text that comes out, in the budget of the namespace."""
        parts: list[str] = []
        try:
            for node in self._nodes:
                node(namespace, parts.append)
        except (StopTemplate, BreakLoop):
            pass
        text = "".join(parts)
        if len(text) > MAX_TEXT:
            raise TemplateError(f"The template makes more than {MAX_TEXT} characters.")
        return text


_remembered = lru_cache(maxsize=512)(Template)
_large: dict[str, Template] = {}


def _interpolated(source: str, outer: Scanner) -> Expression:
    if "$" not in source and "#" not in source:
        return constant(source)
    return Template(source, outer).fill
