"""Numbers as sort keys: bytes that sort as the numbers do.

A number is 0.DDD... times a power of ten. The first byte says the sign and, for all usual numbers,
the power; others have the power in four more bytes. The digits follow in groups of three, each in
ten bits, and a group that tells how many digits the last of them has. Negative numbers are turned
round, bit by bit.
"""

from __future__ import annotations

from orderlab.cloud.dax.protocol.cbor import BadCbor

MAX_BYTES = 64
_ZERO = 0x80
_NEAR = range(-0x3E, 0x3E)
# what the bits of a group of digits count from; values below and above end the number
_POSITIVE_BASE, _NEGATIVE_BASE = 12, 1011


def encode(text: str) -> bytes:
    """The bytes of a number, given as DynamoDB writes it: digits and a point, no exponent."""
    negative, digits, exponent = _parts(text)
    if not digits:
        return bytes((_ZERO,))
    groups = [int(digits[at : at + 3].ljust(3, "0")) for at in range(0, len(digits), 3)]
    last = (len(digits) - 1) % 3
    if negative:
        coded = [_NEGATIVE_BASE - group for group in groups] + [1023 - last]
    else:
        coded = [_POSITIVE_BASE + group for group in groups] + [last]
    bits = 0
    for group in coded:
        bits = bits << 10 | group
    width = 10 * len(coded)
    spare = -width % 8
    return _header(negative, exponent) + (bits << spare).to_bytes((width + spare) // 8, "big")


def _parts(text: str) -> tuple[bool, str, int]:
    """Sign, significant digits, and the power of ten that 0.DIGITS is multiplied with."""
    negative = text.startswith("-")
    whole, _, fraction = text.lstrip("-").partition(".")
    whole = whole.lstrip("0")
    digits = whole + fraction
    exponent = len(whole)
    if not whole:
        digits = fraction.lstrip("0")
        exponent = len(digits) - len(fraction)
    return negative, digits.rstrip("0"), exponent


def _header(negative: bool, exponent: int) -> bytes:
    if exponent in _NEAR:
        return bytes((0x3F - exponent if negative else 0xC0 + exponent,))
    if negative:
        first, mask = (0x7E if exponent < 0 else 0x01), 0x7FFFFFFF
    else:
        first, mask = (0x81 if exponent < 0 else 0xFE), 0x80000000
    return bytes((first,)) + ((exponent & 0xFFFFFFFF) ^ mask).to_bytes(4, "big")


def decode(raw: bytes) -> str:
    """The number as DynamoDB writes it. Raises BadCbor if the bytes are no number."""
    if not raw or len(raw) > MAX_BYTES:
        raise BadCbor("no number as a key")
    if raw[0] in (_ZERO, 0x7F):
        return "0"
    negative, exponent, rest = _read_header(raw)
    digits = _digits(rest, negative)
    if abs(exponent) > 1000:
        raise BadCbor("a number as a key is out of range")
    return ("-" if negative else "") + plain(digits, exponent)


def _read_header(raw: bytes) -> tuple[bool, int, bytes]:
    first = raw[0]
    if first not in (0x01, 0x7E, 0x81, 0xFE):
        negative = first < _ZERO
        return negative, (0x3F - first if negative else first - 0xC0), raw[1:]
    if len(raw) < 5:
        raise BadCbor("no number as a key")
    negative = first in (0x01, 0x7E)
    number = int.from_bytes(raw[1:5], "big") ^ (0x7FFFFFFF if negative else 0x80000000)
    if number >= 1 << 31:
        number -= 1 << 32
    return negative, number, raw[5:]


def _digits(rest: bytes, negative: bool) -> str:
    bits, width = int.from_bytes(rest, "big"), 8 * len(rest)
    groups: list[str] = []
    while width >= 10:
        width -= 10
        group = bits >> width & 0x3FF
        end = 1023 - group if negative else group
        if end < 3 and groups:
            return "".join(groups)[: len(groups) * 3 - 2 + end]
        value = _NEGATIVE_BASE - group if negative else group - _POSITIVE_BASE
        if not 0 <= value < 1000:
            break
        groups.append(f"{value:03}")
    raise BadCbor("no number as a key")


def plain(digits: str, exponent: int) -> str:
    """0.DIGITS times ten to the exponent, without an exponent and without needless zeros."""
    if exponent <= 0:
        whole, fraction = "", "0" * -exponent + digits
    else:
        digits = digits.ljust(exponent, "0")
        whole, fraction = digits[:exponent], digits[exponent:]
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
