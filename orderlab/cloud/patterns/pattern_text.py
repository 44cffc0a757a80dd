"""The text of an event pattern, read with the place of everything in it.

EventBridge's errors say at which line and column its reader stood when it met the mistake. That
place is one character into a string, an object or an array, and behind any other value.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

Kind = Literal["object", "array", "string", "number", "literal"]

# deeper than any event that is worth a rule, and no danger to the interpreter's stack
DEEPEST = 100
# characters of the text that an error repeats
_SHOWN = 500
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<mark>[{}\[\],:])"
    r'|(?P<string>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<literal>true|false|null))"
)
_WORD = re.compile(r"[A-Za-z_$][\w$]{0,255}")
_SPACE = re.compile(r"[ \t\r\n]*")


class InvalidPattern(ValueError):
    """A pattern that AWS refuses. `reason` has no place, the error's text has it."""

    def __init__(self, reason: str, text: str = "", at: int | None = None) -> None:
        super().__init__(reason if at is None else f"{reason}\n at {_place(text, at)}")
        self.reason = reason


@dataclass(slots=True)
class Node:
    """A value of the pattern.

    `value` is a list of (name, node) for an object, of nodes for an array, the text as it was
    written for a number. `opened` is where the reader stands when it meets it, `end` behind it.
    """

    kind: Kind
    value: Any
    opened: int
    end: int


class PatternText:
    """A pattern's text, and the errors about it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def error(self, reason: str, at: int) -> InvalidPattern:
        """What is wrong, with the place."""
        return InvalidPattern(reason, self._text, at)

    def read(self) -> Node:
        """The whole pattern, an object; InvalidPattern if the text is not JSON, or no object."""
        start = _SPACE.match(self._text, 0)
        at = start.end() if start else 0
        if self._text[at : at + 1] != "{":
            raise self._no_object(at)
        found = self._value(0)
        rest = _SPACE.match(self._text, self._at)
        if rest is not None and rest.end() < len(self._text):
            raise self.error("Unexpected content after the end of the pattern", rest.end() + 1)
        return found

    def _no_object(self, at: int) -> InvalidPattern:
        """What is wrong with a text that does not begin an object."""
        word = _WORD.match(self._text, at)
        if word is None or word[0] in ("true", "false", "null"):
            return self.error("Filter is not an object", min(at + 1, len(self._text)))
        return self.error(
            f"Unrecognized token '{word[0]}': was expecting (JSON String, Number, Array, Object or "
            "token 'null', 'true' or 'false')",
            word.end(),
        )

    def _next(self) -> re.Match[str]:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            self._refuse_character()
        self._at = match.end()
        return match

    def _refuse_character(self) -> NoReturn:
        space = _SPACE.match(self._text, self._at)
        at = space.end() if space else self._at
        if at >= len(self._text):
            raise self.error("Unexpected end-of-input", at)
        character = self._text[at]
        raise self.error(f"Unexpected character ('{character}' (code {ord(character)}))", at + 1)

    def _value(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error("Rule is too complex", self._at)
        token = self._next()
        kind = token.lastgroup
        start, end = token.start(kind or 0), token.end()
        if kind == "string":
            return Node("string", json.loads(token["string"]), start + 1, end)
        if kind == "number":
            return Node("number", token["number"], end, end)
        if kind == "literal":
            return Node("literal", json.loads(token["literal"]), end, end)
        if token["mark"] == "{":
            return Node("object", self._members(depth), end, self._at)
        if token["mark"] == "[":
            return Node("array", self._elements(depth), end, self._at)
        mark = token["mark"]
        raise self.error(f"Unexpected character ('{mark}' (code {ord(mark)}))", end)

    def _members(self, depth: int) -> list[tuple[str, Node]]:
        members: list[tuple[str, Node]] = []
        token = self._next()
        if token["mark"] == "}":
            return members
        while True:
            if token["string"] is None:
                self._refuse_token(token, "was expecting double-quote to start field name")
            name = json.loads(token["string"])
            colon = self._next()
            if colon["mark"] != ":":
                self._refuse_token(colon, "was expecting a colon to separate field name and value")
            members.append((name, self._value(depth + 1)))
            token = self._next()
            if token["mark"] == "}":
                return members
            if token["mark"] != ",":
                self._refuse_token(token, "was expecting comma to separate Object entries")
            token = self._next()

    def _elements(self, depth: int) -> list[Node]:
        elements: list[Node] = []
        before = self._at
        if self._next()["mark"] == "]":
            return elements
        self._at = before
        while True:
            elements.append(self._value(depth + 1))
            token = self._next()
            if token["mark"] == "]":
                return elements
            if token["mark"] != ",":
                self._refuse_token(token, "was expecting comma to separate Array entries")

    def _refuse_token(self, token: re.Match[str], expected: str) -> NoReturn:
        at = token.start(token.lastgroup or 0)
        character = self._text[at]
        raise self.error(
            f"Unexpected character ('{character}' (code {ord(character)})): {expected}", at + 1
        )


def _place(text: str, at: int) -> str:
    """Where that is, in the words of EventBridge's reader."""
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    shown, cut = f'"{text[:_SHOWN]}"', len(text) - _SHOWN
    if cut > 0:
        shown += f"[truncated {cut} chars]"
    return f"[Source: (String){shown}; line: {line}, column: {column}]"
