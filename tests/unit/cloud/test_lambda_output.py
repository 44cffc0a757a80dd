"""From a process's output to log lines."""

from __future__ import annotations

import pytest

from orderlab.cloud.lambda_.output import EVENT_LIMIT_BYTES, OutputParser


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


@pytest.mark.parametrize("size", [1000, 16_384, 100_000, 10_000_000])
def test_what_is_longer_than_an_event_becomes_several(size: int) -> None:
    whole = b"x" * (2 * EVENT_LIMIT_BYTES + 10) + b"\nnext\n"
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    full = "x" * EVENT_LIMIT_BYTES
    assert texts(*pieces) == [full, full, "x" * 10 + "\n", "next\n"]
    framed = frame("y" * (EVENT_LIMIT_BYTES + 5)) + b"next\n"
    pieces = [framed[at : at + size] for at in range(0, len(framed), size)]
    assert texts(*pieces) == ["y" * EVENT_LIMIT_BYTES, "yyyyy\n", "next\n"]


def test_characters_are_not_cut_in_two() -> None:
    for shift in range(5):
        found = texts(b"x" * shift + "\u20ac\U0001f600".encode() * 50_000)
        assert len(found) == 2
        assert "".join(found) == "x" * shift + "\u20ac\U0001f600" * 50_000
        assert all(len(text.encode()) <= EVENT_LIMIT_BYTES for text in found)


def test_nothing_is_kept_of_what_never_ends() -> None:
    parser = OutputParser()
    parser.feed(b"\xa5\x5a\x00\x03" + b"\xff" * 4 + bytes(8))
    for _ in range(400):
        parser.feed(b"z" * 16_384)
    assert parser.size <= 400 * 16_384
    assert all(len(text) <= EVENT_LIMIT_BYTES for _, text in parser.take())
    assert len(parser._rest) <= EVENT_LIMIT_BYTES


def test_many_small_frames_are_read_in_one_go() -> None:
    frames = b"".join(frame(str(i)) for i in range(5000))
    assert texts(frames) == [f"{i}\n" for i in range(5000)]


def test_an_empty_frame_is_an_empty_line() -> None:
    assert texts(frame("") + b"text\n") == ["\n", "text\n"]


def test_an_unfinished_frame_is_not_taken_for_text() -> None:
    assert texts(frame("whole\n")[:-3]) == []


def test_a_record_does_not_come_before_the_print_that_was_read_late() -> None:
    parser = OutputParser()
    parser.feed(b"first\n" + frame("second\n"))
    (first, _), (second, _) = parser.take()
    assert first <= second
