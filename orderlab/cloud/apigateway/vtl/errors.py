"""What can go wrong with a template."""

from __future__ import annotations


class TemplateError(Exception):
    """The template cannot be parsed, or asks for what mapping templates do not have."""


class BreakLoop(Exception):
    """`#break` was reached."""


class StopTemplate(Exception):
    """`#stop` was reached."""


# the place of the budget among a template's variables, under a name that none of them can have
BUDGET = "#budget"
