"""Requests and responses on the wire, without sockets."""

from __future__ import annotations

import pytest

from orderlab.cloud.http import Response
from orderlab.cloud.http_wire import pieces_of, request_of


def sent(response, *, head_only=False, keep_alive=True):
    return pieces_of(response, head_only=head_only, keep_alive=keep_alive)


def test_a_short_answer_is_one_piece():
    response = Response(200, b"{}", [("Content-Type", "application/json")])
    assert sent(response) == [
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
    ]


def test_a_long_body_is_not_copied():
    response = Response(200, b"x" * 1_000_000)
    head, body = sent(response)
    assert body is response.body
    assert b"content-length: 1000000\r\n" in head


def test_the_length_is_the_bodys_whatever_the_headers_say():
    (piece,) = sent(Response(200, b"four", [("Content-Length", "400")]))
    assert piece.count(b"content-length") == 1
    assert b"content-length: 4\r\n" in piece


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_content_has_no_body(status):
    (piece,) = sent(Response(status, b"never sent"))
    assert piece.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "header",
    [("a\r\nb", "x"), ("a", "x\r\nset-cookie: stolen"), ("a b", "x"), ("", "x"), ("ä", "x")],
)
def test_a_header_that_would_break_the_answer_is_refused(header):
    with pytest.raises(ValueError):
        sent(Response(200, b"", [header]))


@pytest.mark.parametrize("status", [0, 99, 600, 1000])
def test_a_number_that_is_no_status_is_refused(status):
    with pytest.raises(ValueError):
        sent(Response(status))


def test_text_beyond_latin_1_is_sent_as_question_marks():
    (piece,) = sent(Response(200, b"", [("x-name", "naïve ☂")]))
    assert b"x-name: na\xefve ?\r\n" in piece


def test_repeated_headers_are_merged_and_kept_apart_beside():
    headers = [(b"X-Id", b"1"), (b"x-id", b"2")]
    request = request_of("GET", b"/a%20b?c=d", headers, b"", "127.0.0.1")
    assert request.headers == {"x-id": "1,2"}
    assert request.raw_headers == [("X-Id", "1"), ("x-id", "2")]
    assert (request.path, request.query_string) == ("/a%20b", "c=d")


def test_an_absolute_address_names_its_path():
    request = request_of("GET", b"http://127.0.0.1:80", [], b"", "127.0.0.1")
    assert request.path == "/"
