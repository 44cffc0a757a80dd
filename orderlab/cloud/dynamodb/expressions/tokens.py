"""The first step: an expression's text, cut into tokens."""

from __future__ import annotations

import re

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.errors import Counted
from orderlab.cloud.text.tokens import Token, TokenReader, token_at

MAX_EXPRESSION_BYTES = 4096

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<name>\#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<number>[0-9]+)|(?P<sign><>|<=|>=|[=<>()\[\],.+\-])|(?P<end>$)|(?P<bad>\S))",
    re.ASCII,
)


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
        token = token_at(_TOKEN, text, position)
        # the pattern's last alternative takes anything
        assert token is not None
        if token.kind == "bad":
            raise _syntax_error(text, what, token.start, token.end, found)
        found.append(token)
        position = token.end
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


class ExpressionReader(TokenReader):
    """Walks over the tokens of one expression; `what` is the parameter's name."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__(tokens_of(text, what))
        self.text = text
        self.what = what

    def unexpected(self) -> ValidationException:
        """The error for the next token, which should not be there."""
        here = self.next
        before = self._tokens[self._at - 1] if self._at else here
        after = self.following()
        shown = here.text if here.kind != "end" else "<EOF>"
        near = self.text[before.start : after.end].rstrip()
        return refusal(self.what, f'Syntax error; token: "{shown}", near: "{near}"')

    def refusal(self, reason: str) -> ValidationException:
        """The error for this expression, with a reason."""
        return refusal(self.what, reason)
