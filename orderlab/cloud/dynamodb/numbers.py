"""DynamoDB's numbers: decimal, 38 significant digits, sent and kept as text.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache

from orderlab.cloud.aws_error import ValidationException

MAX_DIGITS = 38
MAX_EXPONENT = 125
MIN_EXPONENT = -130
LONGEST_REMEMBERED = 64

_PLAIN = re.compile(r"-?[1-9][0-9]{0,37}", re.ASCII)
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?", re.ASCII)
# wide enough for the exact sum of any two numbers
_EXACT = Context(prec=300)

Number = int | Decimal


def normalise(text: str) -> str:
    """The number as DynamoDB gives it back: no exponent, no needless zeros."""
    if _PLAIN.fullmatch(text):
        return text
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        about = f": {text}" if text else ""
        raise ValidationException(f"The parameter cannot be converted to a numeric value{about}")
    fraction = match[3] or ""
    return _canonical(match[1] == "-", match[2] + fraction, match[4] or "0", len(fraction))


def _canonical(negative: bool, digits: str, exponent_text: str, fraction_digits: int) -> str:
    significant = digits.strip("0")
    if not significant:
        return "0"
    if len(significant) > MAX_DIGITS:
        raise ValidationException(
            f"Attempting to store more than {MAX_DIGITS} significant digits in a Number"
        )
    # an exponent of more than nine digits is out of range whatever its digits are
    exponent = int(exponent_text) if len(exponent_text) < 10 else _far(exponent_text)
    trailing_zeros = len(digits) - len(digits.rstrip("0"))
    lowest = exponent - fraction_digits + trailing_zeros
    highest = lowest + len(significant) - 1
    if highest > MAX_EXPONENT:
        raise ValidationException(
            "Number overflow. Attempting to store a number with magnitude larger than "
            "supported range"
        )
    if highest < MIN_EXPONENT:
        raise ValidationException(
            "Number underflow. Attempting to store a number with magnitude smaller than "
            "supported range"
        )
    return ("-" if negative else "") + _plain(significant, lowest)


def _far(exponent_text: str) -> int:
    return -(10**9) if exponent_text.startswith("-") else 10**9


def _plain(significant: str, lowest: int) -> str:
    if lowest >= 0:
        return significant + "0" * lowest
    if -lowest < len(significant):
        return f"{significant[:lowest]}.{significant[lowest:]}"
    return f"0.{significant.rjust(-lowest, '0')}"


def parse(text: str) -> Number:
    """A normalised number as a value that compares and hashes by what it is worth."""
    return Decimal(text) if "." in text else int(text)


def add(left: str, right: str) -> str:
    """The sum of two numbers, normalised. Raises ValidationException if it is out of range."""
    return normalise(format(_EXACT.add(Decimal(left), Decimal(right)), "f"))


def subtract(left: str, right: str) -> str:
    """The difference of two numbers, normalised. Raises ValidationException if out of range."""
    return normalise(format(_EXACT.subtract(Decimal(left), Decimal(right)), "f"))


def normalise_and_size(text: str) -> tuple[str, int]:
    """The number as DynamoDB gives it back, and the bytes that it counts for."""
    normal = normalise(text)
    return normal, size(normal)


# The numbers of one application repeat themselves. For texts of up to LONGEST_REMEMBERED
# characters: a number may be written with a million zeros before it, which must not be kept.
remembered = lru_cache(maxsize=8192)(normalise_and_size)


def size(text: str) -> int:
    """Bytes that a normalised number counts for: one for two digits, and one."""
    digits = text.strip("-0.")
    return (len(digits) - ("." in digits) + 1) // 2 + 1
