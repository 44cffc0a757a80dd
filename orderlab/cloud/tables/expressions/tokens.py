"""The first step: an expression's text, cut into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.tables.errors import Counted

MAX_EXPRESSION_BYTES = 4096

TokenKind = Literal["word", "name", "value", "number", "sign", "end"]

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<name>\#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<number>[0-9]+)|(?P<sign><>|<=|>=|[=<>()\[\],.+\-])|(?P<end>$)|(?P<bad>\S))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` are its place in the text."""

    kind: TokenKind
    text: str
    start: int
    end: int


def tokens_of(text: str, what: str) -> list[Token]:
    """All tokens, with one of kind `end` at last. `what` is the parameter's name."""
    if not text.strip():
        raise Counted(f"Invalid {what}: The expression can not be empty;")
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_EXPRESSION_BYTES:
        raise refusal(
            what,
            f"Expression size has exceeded the maximum allowed size; expression size: {size}",
        )
    found: list[Token] = []
    position = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, position)
        assert match is not None and match.lastgroup is not None
        kind = match.lastgroup
        if kind == "bad":
            raise _syntax_error(text, what, match.start(kind), match.end(kind), found)
        found.append(Token(kind, match[kind], match.start(kind), match.end(kind)))  # type: ignore[arg-type]
        position = match.end()
    return found


def _syntax_error(
    text: str, what: str, start: int, end: int, before: list[Token]
) -> ValidationException:
    begin = before[-1].start if before else start
    following = _TOKEN.match(text, end)
    near = text[begin : following.end() if following else end].rstrip()
    return refusal(what, f'Syntax error; token: "{text[start:end]}", near: "{near}"')


def refusal(what: str, reason: str) -> ValidationException:
    """The error for an invalid expression; `what` names the parameter."""
    return ValidationException(f"Invalid {what}: {reason}")


class TokenReader:
    """Walks over the tokens of one expression."""

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = what
        self._tokens = tokens_of(text, what)
        self._at = 0

    @property
    def token(self) -> Token:
        """The next token, which stays the next."""
        return self._tokens[self._at]

    @property
    def position(self) -> int:
        """How many tokens were read."""
        return self._at

    def following(self) -> Token:
        """The token after the next."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Read the next token; the end stays where it is."""
        token = self.token
        if token.kind != "end":
            self._at += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether a sign, or a keyword in any case, stands here."""
        token = self.token
        return token.kind in ("sign", "word") and token.text.upper() in texts

    def accept(self, *texts: str) -> bool:
        """Go past the next token if it is one of these. Returns whether it was."""
        if self.at(*texts):
            self._at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Go past a token. Raises ValidationException if it is not the next."""
        if not self.accept(text):
            raise self.syntax_error()

    def syntax_error(self) -> ValidationException:
        """The error for the next token, which should not be there."""
        here = self.token
        before = self._tokens[self._at - 1] if self._at else here
        after = self.following()
        shown = here.text if here.kind != "end" else "<EOF>"
        near = self.text[before.start : after.end].rstrip()
        return refusal(self.what, f'Syntax error; token: "{shown}", near: "{near}"')

    def refusal(self, reason: str) -> ValidationException:
        """The error for this expression, with a reason."""
        return refusal(self.what, reason)
