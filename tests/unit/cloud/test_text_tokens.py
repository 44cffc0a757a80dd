"""The token reader that several small languages share."""

from __future__ import annotations

import re

import pytest

from orderlab.cloud.text.tokens import Token, TokenReader, token_at

TOKEN = re.compile(r"\s*(?:(?P<word>[a-z]+)|(?P<sign>[(),]))", re.IGNORECASE)


class Words(TokenReader):
    """A language of words and signs."""

    def __init__(self, text: str) -> None:
        tokens: list[Token] = []
        place = 0
        while (token := token_at(TOKEN, text, place)) is not None:
            tokens.append(token)
            place = token.end
        super().__init__([*tokens, Token("end", "")])

    def unexpected(self) -> Exception:
        return ValueError(self.next.text or "the end")


def test_a_token_knows_its_kind_and_its_place() -> None:
    assert token_at(TOKEN, "  Size (", 0) == Token("word", "Size", 2, 6)
    assert token_at(TOKEN, "  Size (", 6) == Token("sign", "(", 7, 8)
    assert token_at(TOKEN, "size = 1", 4) is None


def test_keywords_are_recognised_in_any_case() -> None:
    reader = Words("Not LIKE this")
    assert reader.at("like", "not")
    assert not reader.skip("not", "in")
    assert reader.skip("not", "like")
    assert reader.accept("that", "this")
    assert reader.next.kind == "end"


def test_the_end_is_never_passed() -> None:
    reader = Words("one")
    assert reader.following().kind == "end"
    assert [reader.take().text for _ in range(3)] == ["one", "", ""]
    assert reader.place == 1
    assert not reader.skip("one", "two")


def test_another_token_than_the_expected_one_is_an_error() -> None:
    reader = Words("( a")
    reader.expect("(")
    with pytest.raises(ValueError, match="a"):
        reader.expect(")")
    reader.take()
    with pytest.raises(ValueError, match="the end"):
        reader.expect(")")
