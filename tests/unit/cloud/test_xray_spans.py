"""OpenTelemetry's spans as segments.

https://docs.aws.amazon.com/xray/latest/devguide/xray-opentelemetry.html
"""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest

from orderlab.cloud.xray.daemon import Daemon
from orderlab.cloud.xray.errors import BadSegment
from orderlab.cloud.xray.registry import TraceRegistry
from orderlab.cloud.xray.segment import Segment
from orderlab.cloud.xray.spans import read_spans

TRACE, PARENT = "6b08a229880d514f99b2a58737c1b77d", "53995c3f42cd8ad8"


def varint(number: int) -> bytes:
    found = b""
    while True:
        number, low = number >> 7, number & 127
        found += bytes([low | 128 if number else low])
        if not number:
            return found


def field(number: int, value: int | float | bytes | str) -> bytes:
    """A field on the wire: text and bytes with their length, a double in eight bytes."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    return varint(number << 3) + varint(value)


def any_value(value: Any) -> bytes:
    if isinstance(value, bool):
        return field(2, int(value))
    if isinstance(value, int):
        return field(3, value % (1 << 64))
    if isinstance(value, float):
        return field(4, value)
    if isinstance(value, list):
        return field(5, b"".join(field(1, any_value(each)) for each in value))
    return field(1, str(value))


def attributes(number: int, given: dict[str, Any]) -> bytes:
    pairs = [field(1, name) + field(2, any_value(value)) for name, value in given.items()]
    return b"".join(field(number, each) for each in pairs)


def sent(
    span: bytes = b"", *, parent: str = PARENT, kind: int = 1, **given: dict[str, Any]
) -> list[Segment]:
    """The segments of one span of a function."""
    return read_spans(request(span, parent=parent, kind=kind, **given))


def request(
    span: bytes = b"", *, parent: str = PARENT, kind: int = 1, **given: dict[str, Any]
) -> bytes:
    """One span, as an exporter sends it."""
    whole = (
        field(1, bytes.fromhex(TRACE))
        + field(2, bytes.fromhex("0123456789abcdef"))
        + (field(4, bytes.fromhex(parent)) if parent else b"")
        + field(5, "price")
        + field(6, kind)
        + varint(7 << 3 | 1)
        + struct.pack("<Q", 1_795_727_914_500_000_000)
        + varint(8 << 3 | 1)
        + struct.pack("<Q", 1_795_727_914_750_000_000)
        + attributes(9, given.get("attributes", {}))
        + span
    )
    resource = attributes(1, {"service.name": "orders", **given.get("resource", {})})
    of_scope = field(2, field(1, b"") + field(2, whole))
    return base64.b64encode(field(1, field(1, resource) + of_scope))


def test_a_span_within_a_function_is_a_part_of_its_segment() -> None:
    (found,) = sent(
        kind=2,
        resource={"faas.name": "orders"},
        attributes={"aws.xray.annotations": ["id"], "id": "A-1", "n": -2, "part": 0.5, "ok": True},
    )
    assert found.is_subsegment
    assert found.trace_id == f"1-{TRACE[:8]}-{TRACE[8:]}"
    assert found.document["parent_id"] == PARENT
    assert (found.document["name"], round(found.end - found.start, 3)) == ("price", 0.25)
    assert found.document["annotations"] == {"id": "A-1"}
    metadata = found.document["metadata"]["default"]
    assert (metadata["n"], metadata["part"], metadata["ok"]) == (-2, 0.5, True)


def test_a_span_of_a_server_is_a_segment_with_the_services_name() -> None:
    (found,) = sent(parent="", kind=2, attributes={"http.response.status_code": 404})
    assert not found.is_subsegment
    assert found.document["name"] == "orders"
    assert found.document["error"] is True
    assert found.document["http"] == {"response": {"status": 404}}


def test_a_call_of_aws_says_so() -> None:
    given = {"rpc.system": "aws-api", "rpc.service": "SQS", "rpc.method": "SendMessage"}
    (found,) = sent(kind=3, attributes={**given, "aws.region": "us-east-1"})
    document = found.document
    assert (document["name"], document["namespace"]) == ("SQS", "aws")
    assert document["aws"] == {"operation": "SendMessage", "region": "us-east-1"}


def test_an_exception_is_a_fault() -> None:
    raised = {"exception.type": "ValueError", "exception.message": "no"}
    event = field(11, field(2, "exception") + attributes(3, raised))
    (found,) = sent(event + field(15, field(3, 2)))
    assert found.document["fault"] is True
    (exception,) = found.document["cause"]["exceptions"]
    assert (exception["type"], exception["message"]) == ("ValueError", "no")


@pytest.mark.parametrize(
    "data",
    [
        b"no base64!",
        base64.b64encode(b"\x0a\xff"),
        base64.b64encode(b"\xff" * 20),
        base64.b64encode(field(1, field(2, field(2, field(5, "no ids"))))),
    ],
)
def test_what_is_no_span_is_refused(data: bytes) -> None:
    with pytest.raises(BadSegment):
        read_spans(data)


def test_deep_values_are_refused() -> None:
    value: Any = "deep"
    for _ in range(100):
        value = [value]
    with pytest.raises(BadSegment):
        sent(attributes={"deep": value})


def test_the_daemon_keeps_spans_of_sampled_traces() -> None:
    registry = TraceRegistry()
    daemon = Daemon(registry)
    header = b'{"format":"json","version":1}\n'
    trace_id = f"1-{TRACE[:8]}-{TRACE[8:]}"
    daemon.datagram_received(header + b"T1U" + request(), ("127.0.0.1", 1))
    assert registry.get(trace_id) is None
    daemon.datagram_received(b"nonsense", ("127.0.0.1", 1))
    daemon.datagram_received(header + b"T1S" + request(), ("127.0.0.1", 1))
    found = registry.get(trace_id)
    assert found is not None and len(found.segments) == 1
