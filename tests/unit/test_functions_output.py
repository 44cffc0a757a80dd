"""From a process's output to log lines."""

from __future__ import annotations

import pytest

from orderlab.cloud.functions.output import EVENT_LIMIT_BYTES, OutputParser


def frame(text: str, milliseconds: int = 1_700_000_000_123) -> bytes:
    body = text.encode()
    head = (0xA55A0003).to_bytes(4, "big") + len(body).to_bytes(4, "big")
    return head + (milliseconds * 1000).to_bytes(8, "big") + body


def texts(*chunks: bytes) -> list[str]:
    parser = OutputParser()
    for chunk in chunks:
        parser.feed(chunk)
    parser.finish()
    return [text for _, text in parser.take()]


def test_each_line_of_text_is_an_event() -> None:
    assert texts(b"one\ntwo\n") == ["one\n", "two\n"]


def test_a_line_may_come_in_pieces() -> None:
    assert texts(b"on", b"e", b"\nlast") == ["one\n", "last"]


def test_a_frame_is_one_event_with_its_own_time() -> None:
    parser = OutputParser()
    parser.feed(frame("one\ntwo\n"))
    assert parser.take() == [(1_700_000_000_123, "one\ntwo\n")]


def test_text_and_frames_keep_their_order() -> None:
    data = b"first\n" + frame("second\n") + b"third\n" + frame("fourth") + b"fifth"
    assert texts(data) == ["first\n", "second\n", "third\n", "fourth\n", "fifth"]


@pytest.mark.parametrize("size", [1, 3, 7, 16, 17])
def test_the_size_of_the_pieces_does_not_matter(size: int) -> None:
    data = b"first\n" + frame("one\ntwo\n") + b"third\n"
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert texts(*pieces) == ["first\n", "one\ntwo\n", "third\n"]


def test_only_the_line_break_ends_a_line() -> None:
    assert texts(b"progress 1\rprogress 2\x0bx\n") == ["progress 1\rprogress 2\x0bx\n"]


def test_what_is_no_utf_8_is_shown_as_such() -> None:
    assert texts(b"caf\xe9\n") == ["caf\ufffd\n"]


def test_an_endless_line_is_cut_where_an_event_ends() -> None:
    found = texts(b"x" * (EVENT_LIMIT_BYTES + 10) + b"\nnext\n")
    assert found == ["x" * EVENT_LIMIT_BYTES, "next\n"]


def test_an_unfinished_frame_is_not_taken_for_text() -> None:
    assert texts(frame("whole\n")[:-3]) == []


def test_a_record_does_not_come_before_the_print_that_was_read_late() -> None:
    parser = OutputParser()
    parser.feed(b"first\n" + frame("second\n"))
    (first, _), (second, _) = parser.take()
    assert first <= second
