"""Reading a file of orders: what is wrong with a line is said, and the next line is read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from orderlab.errors import LearnerError
from orderlab.orders.reading import (
    LONGEST_LINE,
    MalformedLine,
    OrderLine,
    count_lines,
    read_orders,
)

GOOD = b'{"order_id":"o-1","placed_at":"2017-12-18T00:02:21Z"}'


def write(folder: Path, *lines: bytes, name: str = "orders.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"\n".join(lines))
    return path


def test_lines_keep_their_number_though_blank_ones_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, b"", GOOD, b"   ", GOOD)
    assert [line.number for line in read_orders(path)] == [2, 4]
    assert count_lines(path) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"order_id":', "no JSON"),
        (b"[1]", "not a JSON object"),
        (b"\xff\xfe", "no UTF-8: byte 1"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b"[" * 50_000, "nested too deeply"),
        (b"x" * (LONGEST_LINE + 5), "longer than 1,048,576 bytes"),
        (b"1" * 5_000, "no"),
    ],
    ids=["cut", "array", "bytes", "nan", "deep", "long", "number"],
)
def test_a_malformed_line_is_said_and_the_next_is_read(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    first, second = read_orders(write(tmp_path, line, GOOD))
    assert isinstance(first, MalformedLine)
    assert reason in first.reason and first.number == 1
    assert isinstance(second, OrderLine) and second.order_id == "o-1"


def test_gzip_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(GOOD + b"\n" + GOOD), name="orders.txt")
    assert len(list(read_orders(path))) == 2


def test_a_cut_gzip_file_gives_what_it_holds_and_says_that_it_is_damaged(tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join(b'{"order_id":"o-%d"}' % n for n in range(20_000)))
    *before, last = read_orders(write(tmp_path, whole[: len(whole) // 2]))
    assert before and all(isinstance(line, OrderLine) for line in before[:-1])
    assert isinstance(last, MalformedLine) and "damaged" in last.reason


def test_a_byte_order_mark_is_no_part_of_the_first_order(tmp_path: Path) -> None:
    (line,) = read_orders(write(tmp_path, b"\xef\xbb\xbf" + GOOD))
    assert isinstance(line, OrderLine) and json.loads(line.body)


def test_no_more_orders_are_read_than_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path, *[GOOD] * 10)
    assert len(list(read_orders(path, 3))) == 3
    assert count_lines(path, 3) == 3


def test_an_order_without_an_id_is_still_sent_so_that_the_api_refuses_it(tmp_path: Path) -> None:
    (line,) = read_orders(write(tmp_path, b'{"order_id": 5}'))
    assert isinstance(line, OrderLine) and line.order_id == ""


def test_a_missing_file_is_reported_as_the_learners_error(tmp_path: Path) -> None:
    with pytest.raises(LearnerError, match="cannot be read"):
        list(read_orders(tmp_path / "none.jsonl"))
