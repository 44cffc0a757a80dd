"""Reading a template's text from left to right."""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.vtl.errors import TemplateError

# hyphens are part of names in Velocity 1: `$input-body` is one reference
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SPACE = re.compile(r"[ \t\r\n]*")
LINE_END = re.compile(r"[ \t]*\r?\n")


class Scanner:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def rest_starts_with(self, literal: str) -> bool:
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

    def need(self, literal: str) -> None:
        if not self.take(literal):
            raise self.error(f"expected {literal!r}")

    def skip_space(self) -> None:
        found = SPACE.match(self.text, self.at)
        assert found
        self.at = found.end()

    def error(self, problem: str) -> TemplateError:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        near = self.text[self.at : self.at + 20].split("\n")[0]
        return TemplateError(f"line {line}, column {column}: {problem} at {near!r}")
