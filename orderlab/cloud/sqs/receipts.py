"""Receipt handles: opaque to clients, and proof that a message was received from this queue."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct

from orderlab.cloud.sqs.errors import ReceiptHandleIsInvalid

_LAYOUT = struct.Struct("!QI")
_SEAL_BYTES = 36
_PREFIX = "AQEB"


class ReceiptBook:
    """Writes and reads the handles of one queue."""

    def __init__(self, queue_key: bytes) -> None:
        self._key = queue_key

    def write(self, number: int, receive_count: int) -> str:
        """A handle for one receive of the message with that number."""
        packed = _LAYOUT.pack(number, receive_count)
        return _PREFIX + base64.b64encode(packed + self._seal(packed)).decode()

    def read(self, handle: str) -> tuple[int, int]:
        """The message's number and which receive it was; ReceiptHandleIsInvalid if neither."""
        try:
            raw = base64.b64decode(handle.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise ReceiptHandleIsInvalid(handle) from None
        packed, seal = raw[: _LAYOUT.size], raw[_LAYOUT.size :]
        if not handle.startswith(_PREFIX) or len(packed) < _LAYOUT.size:
            raise ReceiptHandleIsInvalid(handle)
        if not hmac.compare_digest(seal, self._seal(packed)):
            raise ReceiptHandleIsInvalid(handle)
        number, receive_count = _LAYOUT.unpack(packed)
        return number, receive_count

    def _seal(self, packed: bytes) -> bytes:
        return hashlib.blake2b(packed, key=self._key, digest_size=_SEAL_BYTES).digest()
