"""Orders from a file, one JSON object a line: plain or gzip, of any length, one line at a time.

What is wrong with a line is a value with the line's number, never an exception: the next line is
as good as any.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from orderlab.errors import LearnerError

SAMPLE = Path(__file__).parent / "sample" / "orders-2017-12-18-to-24.jsonl.gz"
# SQS takes 1 MiB a message; a longer line can be no order that the system accepts
LONGEST_LINE = 1_048_576
_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line that holds a JSON object; whether it is an order, the API says."""

    number: int
    order_id: str
    placed_at: str
    body: bytes


@dataclass(frozen=True, slots=True)
class MalformedLine:
    number: int
    reason: str


def read_orders(path: Path, limit: int | None = None) -> Iterator[OrderLine | MalformedLine]:
    """The lines of a file that are not blank, at most `limit` of them.

    Raises LearnerError if there is no such file.
    """
    given = 0
    for number, line in _lines(path):
        if limit is not None and given >= limit:
            return
        if line is not None and not isinstance(line, str) and not line.strip():
            continue
        given += 1
        yield MalformedLine(number, line) if isinstance(line, str) else _parse(number, line)


def count_lines(path: Path, limit: int | None = None) -> int:
    """How many lines `read_orders` will give, for a progress bar; reads the file once."""
    count = 0
    for _, line in _lines(path):
        if limit is not None and count >= limit:
            break
        count += isinstance(line, str) or bool(line.strip())
    return count


def _parse(number: int, line: bytes) -> OrderLine | MalformedLine:
    try:
        order = json.loads(line.decode("utf-8"), parse_constant=_no_json)
    except UnicodeDecodeError as error:
        return MalformedLine(number, f"no UTF-8: byte {error.start + 1}")
    except RecursionError:
        return MalformedLine(number, "no order: nested too deeply")
    except ValueError as error:
        return MalformedLine(number, f"no JSON: {error}")
    if not isinstance(order, dict):
        return MalformedLine(number, "no order: not a JSON object")
    return OrderLine(number, _text(order, "order_id"), _text(order, "placed_at"), line.strip())


def _no_json(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _text(order: dict[str, Any], name: str) -> str:
    value = order.get(name)
    return value if isinstance(value, str) else ""


def _lines(path: Path) -> Iterator[tuple[int, bytes | str]]:
    """Line numbers with bytes, or with the reason (text) why a line cannot be read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise LearnerError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        source = cast(IO[bytes], gzip.GzipFile(fileobj=file) if packed else file)
        number = 0
        while True:
            number += 1
            try:
                line = _next_line(source)
            except (OSError, EOFError, zlib.error) as error:
                yield number, f"the file is damaged from here on: {error}"
                return
            if line is None:
                return
            if number == 1 and isinstance(line, bytes):
                line = line.removeprefix(_BYTE_ORDER_MARK)
            yield number, line


def _next_line(source: IO[bytes]) -> bytes | str | None:
    """One line; None at the end. A line that is too long is passed over, never held whole."""
    line = source.readline(LONGEST_LINE + 1)
    if not line:
        return None
    if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
        return line
    while line and not line.endswith(b"\n"):
        line = source.readline(LONGEST_LINE)
    return f"longer than {LONGEST_LINE:,} bytes"
