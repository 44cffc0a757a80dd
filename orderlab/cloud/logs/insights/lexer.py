"""The words of an Insights query."""

from __future__ import annotations

import re

from orderlab.cloud.logs.errors import MalformedQuery
from orderlab.cloud.text.tokens import Token, TokenReader, token_at

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<comment>\#[^\n]*)
      | (?P<regex>/(?:[^/\\\n]|\\.)+/i?)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<field>`[^`]+`|@?[A-Za-z_][\w@]*(?:\.[\w@*-]*[\w@*]|\.\d+)*)
      | (?P<duration>\d+(?:\.\d+)?(?:ms|s|m|h|d|w)\b)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<sign>!=|<=|>=|==|=~|[-+*/%^=<>(),|\[\]])
    )""",
    re.VERBOSE,
)
# a `/` after one of these divides; elsewhere it opens a regular expression
_VALUES = ("text", "field", "number", "duration")
# operators that have a space on either side where an expression gives a column its name
_SPACED = ("+", "-", "*", "/", "%", "^", "=", "!=", "<", "<=", ">", ">=", "and", "or", "like")


END = Token("end", "")


def split(query: str) -> list[Token]:
    """Cut a query into words, with END behind them.

    Raises MalformedQuery for a character that begins no word.
    """
    tokens: list[Token] = []
    place, text = 0, query.rstrip()
    while place < len(text):
        token = token_at(_TOKEN, text, place)
        if token is None:
            raise MalformedQuery(f"unexpected symbol found {text[place:].strip()[:1]} at {place}")
        if token.kind == "regex" and _ends_a_value(tokens):
            slash = text.index("/", place)
            tokens.append(Token("sign", "/"))
            place = slash + 1
            continue
        if token.kind != "comment":
            tokens.append(token)
        place = token.end
    return [*tokens, END]


def _ends_a_value(tokens: list[Token]) -> bool:
    if not tokens or tokens[-1].word in ("like", "parse", "and", "or", "not"):
        return False
    if len(tokens) > 1 and tokens[-2].word == "parse":
        return False
    return tokens[-1].kind in _VALUES or tokens[-1].text == ")"


class Reader(TokenReader):
    """Words, read one after the other."""

    def text_since(self, place: int) -> str:
        """What was read since then, spaced as one would write it."""
        shown = ""
        for token in self._tokens[place : self._at]:
            if token.text == ",":
                shown += ", "
            elif token.text in _SPACED and shown[-1:] not in ("(", ""):
                shown += f" {token.text} "
            else:
                shown += token.text.strip("`")
        return shown

    def skip_text(self, text: str) -> bool:
        """Go past the words that make up a text, if they are the next."""
        start = self._at
        while not self.at_end_of_command:
            self._at += 1
            read = self.text_since(start)
            if read == text:
                return True
            if not text.startswith(read):
                break
        self._at = start
        return False

    def unexpected(self) -> MalformedQuery:
        """The error for the next word, which should not be there."""
        shown = self.next.text or "the end of the query"
        return MalformedQuery(f"unexpected symbol found: {shown}")

    @property
    def at_end_of_command(self) -> bool:
        """Whether a `|` or the end of the query comes next."""
        return self.next is END or self.next.text == "|"
