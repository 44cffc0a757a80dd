"""The token reader that DynamoDB's expressions, Insights queries and log filter patterns share."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `kind` is the name of a group in the language's pattern."""

    kind: str
    text: str
    start: int = 0
    end: int = 0

    @property
    def word(self) -> str:
        """The text in lower case, since keywords may be written either way."""
        return self.text.lower()


def token_at(pattern: re.Pattern[str], text: str, at: int) -> Token | None:
    """The token at a place; None if the pattern has none for what stands there.

    Every alternative of the pattern is a named group. Space before a token is the pattern's.
    """
    match = pattern.match(text, at)
    if match is None or match.lastgroup is None:
        return None
    kind = match.lastgroup
    return Token(kind, match[kind], match.start(kind), match.end(kind))


class TokenReader(ABC):
    """Walks over tokens, of which the last stands for the end and is never passed."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> Token:
        """The next token, which stays the next."""
        return self._tokens[self._at]

    @property
    def place(self) -> int:
        """How many tokens were read."""
        return self._at

    def following(self) -> Token:
        """The token after the next."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Read the next token."""
        token = self._tokens[self._at]
        if self._at < len(self._tokens) - 1:
            self._at += 1
        return token

    def at(self, *words: str) -> bool:
        """Whether one of these, in lower case, comes next."""
        return self._tokens[self._at].word in words

    def accept(self, *words: str) -> bool:
        """Go past the next token if it is one of these. Returns whether it was."""
        if self.at(*words):
            self._at += 1
            return True
        return False

    def skip(self, *words: str) -> bool:
        """Go past several tokens if all of them come next. Returns whether they did."""
        upcoming = self._tokens[self._at : self._at + len(words)]
        if [token.word for token in upcoming] != list(words):
            return False
        self._at += len(words)
        return True

    def expect(self, word: str) -> None:
        """Go past a token. Raises the language's error if another comes next."""
        if not self.accept(word):
            raise self.unexpected()

    @abstractmethod
    def unexpected(self) -> Exception:
        """The error for the next token, which should not be there."""
