"""How often a function was invoked in one chain of calls: `Lineage` in the trace header.

A function gets the header with its invocation, and AWS's SDKs send it with every request that the
function makes. SQS keeps it with the message, SNS passes it on, and so it comes back with the
invocation that the function causes. It says for each function of the chain how often that was
invoked: `Lineage=5be88d12:3|a87bd80c:1`.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import zlib
from urllib.parse import unquote

from orderlab.cloud.contracts import Principal

# invocations of one function in a chain; the next one is not made
MOST_INVOCATIONS = 16
_NAME = "Lineage="
# functions that a header tells of; whoever comes later takes the place of the least invoked
_MOST_FUNCTIONS = 32
# a batch has a header for each message
_MOST_TEXT = 65_536


def key_of(function_arn: str) -> str:
    """What a function is called in a lineage."""
    return f"{zlib.crc32(function_arn.encode()):08x}"


def lineage_of(headers: str, principal: Principal) -> dict[str, int]:
    """Invocations by function, the most that one of the headers tells; commas between headers.

    Loops through services other than SQS and SNS are not told from several events, as on AWS.
    """
    if _NAME not in headers or principal.acts_for:
        return {}
    if principal.kind == "service" and principal.arn != "sns.amazonaws.com":
        return {}
    found: dict[str, int] = {}
    for part in headers[:_MOST_TEXT].replace(",", ";").split(";"):
        if part.startswith(_NAME):
            for entry in unquote(part[len(_NAME) :]).split("|"):
                key, _, count = entry.rpartition(":")
                if key and len(key) <= 16 and count.isascii() and count.isdigit():
                    found[key] = max(found.get(key, 0), int(count[:6]))
    return found


def with_lineage(header: str, lineage: dict[str, int], key: str) -> str:
    """A trace header that says that the function `key` is invoked once more."""
    counts = {**lineage, key: lineage.get(key, 0) + 1}
    if len(counts) > _MOST_FUNCTIONS:
        kept = sorted(counts, key=lambda each: (each == key, counts[each]))[-_MOST_FUNCTIONS:]
        counts = {each: counts[each] for each in kept}
    told = "|".join(f"{each}:{count}" for each, count in counts.items())
    if _NAME in header:
        parts = header.split(";")
        header = ";".join(part for part in parts if not part.startswith(_NAME))
    return f"{header};{_NAME}{told}" if header else f"{_NAME}{told}"
