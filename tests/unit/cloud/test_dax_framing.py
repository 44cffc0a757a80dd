"""Bytes as they arrive: in pieces, in heaps, and from strangers."""

from __future__ import annotations

import contextlib
import random
import struct

import pytest

from orderlab.cloud.dax.protocol import cbor, methods, requests
from orderlab.cloud.dax.protocol.cbor import BadCbor
from orderlab.cloud.dax.protocol.framing import MAGIC, MAX_REQUEST_BYTES, Framer

HANDSHAKE = MAGIC + b"\x00\xf6\xa1\x69UserAgent\x64test\x00"


def request(method: int, *arguments: bytes) -> bytes:
    return b"\x01" + cbor.integer(method) + b"".join(arguments)


GET = request(methods.GET_ITEM, cbor.binary(b"table"), cbor.binary(b"key"), cbor.NULL)
STREAMED = request(
    methods.GET_ITEM,
    cbor.binary(b"table"),
    cbor.binary(b"key"),
    b"\xbf" + cbor.integer(2) + b"\xf5" + cbor.integer(3) + cbor.integer(1) + b"\xff",
)
PUT = request(
    methods.PUT_ITEM, cbor.binary(b"t"), cbor.binary(b"k"), cbor.binary(b"v" * 70_000), cbor.NULL
)
NODES = request(methods.ENDPOINTS)
ALL = [NODES, GET, STREAMED, PUT, NODES]


def test_requests_are_cut_apart() -> None:
    assert list(Framer().feed(HANDSHAKE + b"".join(ALL))) == ALL


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_it_does_not_matter_in_which_pieces_they_come(size: int) -> None:
    framer, whole = Framer(), HANDSHAKE + b"".join(ALL)
    found: list[bytes] = []
    for at in range(0, len(whole), size):
        found += framer.feed(whole[at : at + size])
    assert found == ALL
    assert framer.pending == 0


def test_every_byte_is_looked_at_once() -> None:
    """What a stream of pieces costs: as often as there are members, not pieces times members."""
    framer = Framer()
    list(framer.feed(HANDSHAKE))
    members = b"".join(cbor.text(f"n{number}") for number in range(50_000))
    raw = request(methods.DEFINE_ATTRIBUTE_LIST_ID, cbor.head(4, 50_000) + members)
    steps = 0
    taken = framer._take

    def counted(major: int, low: int, number: int) -> None:
        nonlocal steps
        steps += 1
        taken(major, low, number)

    framer._take = counted  # type: ignore[method-assign]
    found: list[bytes] = []
    for at in range(0, len(raw), 10):
        found += framer.feed(raw[at : at + 10])
    assert found == [raw]
    assert steps == 50_003


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
        HANDSHAKE + b"\x02" + GET[1:],
        HANDSHAKE + request(12345),
        HANDSHAKE + b"\x01\x61x",
        HANDSHAKE + b"\xff",
        HANDSHAKE + request(methods.GET_ITEM) + b"\x81" * 1000,
        HANDSHAKE + request(methods.GET_ITEM) + b"\x5b" + struct.pack(">Q", 1 << 40),
        HANDSHAKE + request(methods.GET_ITEM) + b"\x1c",
        HANDSHAKE + request(methods.GET_ITEM) + b"\x9f" + b"\x00" * (MAX_REQUEST_BYTES + 1),
        MAGIC + b"\x00" + b"\x9f" + b"\x00" * 20_000,
    ],
)
def test_what_is_no_request_is_refused(raw: bytes) -> None:
    with pytest.raises(BadCbor):
        list(Framer().feed(raw))


def test_random_bytes_are_refused_or_waited_for() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        framer = Framer()
        begin = HANDSHAKE + chance.choice([b"", b"\x01", GET[:-1], STREAMED[: chance.randrange(9)]])
        with contextlib.suppress(BadCbor):
            for frame in framer.feed(begin + chance.randbytes(chance.randrange(200))):
                requests.read(frame)


def test_requests_with_some_bytes_changed_are_read_or_refused() -> None:
    chance = random.Random(8)
    for _ in range(3000):
        raw = bytearray(chance.choice([GET, STREAMED]))
        for _ in range(chance.randrange(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        with contextlib.suppress(BadCbor):
            for frame in Framer().feed(HANDSHAKE + bytes(raw)):
                requests.read(frame)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xc4\x82\x3a\xff\xff\xff\xff\x01",
        b"\xc4\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xc2\x59\x04\x00" + b"\xff" * 1024,
        b"\xc5\x82\x1a\xff\xff\xff\xff\x01",
        b"\xd8\x23\x61(",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xbf\x00\xff",
        b"\x61\xff",
        b"\xa1\x80\x00",
        b"\x00\x00",
        b"",
    ],
)
def test_values_that_nobody_can_want_are_refused(raw: bytes) -> None:
    with pytest.raises(BadCbor):
        cbor.read_all(raw)
