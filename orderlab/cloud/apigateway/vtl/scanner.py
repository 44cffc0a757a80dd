"""Reading a template's text from left to right."""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.vtl.errors import TemplateError

# hyphens are part of names in Velocity 1: `$input-body` is one reference
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SPACE = re.compile(r"[ \t\r\n]*")
LINE_END = re.compile(r"[ \t]*\r?\n")

# nobody writes this by hand; a reader that follows the nesting must not run out of stack
MAX_DEPTH = 40


class Scanner:
    """A place in a text.

    `depth` is how many blocks and brackets are open there. `parts` and `plain` are what was read so
    far: references, directives and operators, and the characters of plain text.
    """

    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.at = 0
        self.depth = depth
        self.parts = 0
        self.plain = 0

    def open(self) -> None:
        """Go into a block or a bracket; TemplateError if that is too deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"blocks and brackets are more than {MAX_DEPTH} deep")

    def close(self) -> None:
        """Leave a block or a bracket."""
        self.depth -= 1

    def rest_starts_with(self, literal: str) -> bool:
        """Whether a literal is next."""
        return self.text.startswith(literal, self.at)

    def take(self, literal: str) -> bool:
        """Step over a literal if it is next."""
        if self.text.startswith(literal, self.at):
            self.at += len(literal)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> str | None:
        """Step over what the pattern matches here."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def up_to(self, end: str, what: str) -> str:
        """Step over everything up to `end`, and over `end`; TemplateError if it never comes."""
        found = self.text.find(end, self.at)
        if found < 0:
            raise self.error(f"{what} does not end with {end!r}")
        passed = self.text[self.at : found]
        self.at = found + len(end)
        return passed

    def need(self, literal: str) -> None:
        """Step over a literal. Raises TemplateError if it is not next."""
        if not self.take(literal):
            raise self.error(f"expected {literal!r}")

    def skip_space(self) -> None:
        """Step over blanks, tabs and line ends."""
        found = SPACE.match(self.text, self.at)
        assert found
        self.at = found.end()

    def error(self, problem: str) -> TemplateError:
        """A TemplateError that says where the problem is."""
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        near = self.text[self.at : self.at + 20].split("\n")[0]
        return TemplateError(f"line {line}, column {column}: {problem} at {near!r}")
