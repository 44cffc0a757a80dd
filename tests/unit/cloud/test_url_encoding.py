"""`$util.urlEncode`: as the standard library escapes, only faster."""

from __future__ import annotations

from urllib.parse import quote_plus, unquote_plus

from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.apigateway.data.url_encoding import decode, encode, form_fields


@given(st.text(st.characters(codec="ascii"), max_size=80) | st.text(max_size=40))
def test_every_text_is_escaped_as_in_a_form_and_comes_back(text: str) -> None:
    encoded = encode(text)
    assert encoded == quote_plus(text, safe="*").replace("~", "%7E")
    assert unquote_plus(encoded) == text == decode(encoded)


def test_a_form_gives_back_what_was_encoded() -> None:
    body = '{"a": "1+1 = 100%", "b": [1, 2]}'
    assert form_fields(f"Action=SendMessage&MessageBody={encode(body)}") == {
        "Action": "SendMessage",
        "MessageBody": body,
    }
