"""The header by which a trace goes on from service to service.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass

_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """What goes with a request from service to service: `Root=...;Parent=...;Sampled=1`.

    `sampled` is None where nobody has decided yet.
    """

    root: str = ""
    parent: str = ""
    sampled: bool | None = None

    @classmethod
    def read(cls, text: str) -> TraceHeader:
        """The parts of a header, as far as it has them."""
        pairs = (part.strip().partition("=") for part in text[:1024].split(";"))
        found = {name.lower(): value for name, _, value in pairs}
        sampled = {"1": True, "0": False}.get(found.get("sampled", ""))
        return cls(found.get("root", ""), found.get("parent", ""), sampled)

    @property
    def is_whole(self) -> bool:
        """Whether it names a trace in X-Ray's form."""
        return _ROOT.fullmatch(self.root) is not None

    def __str__(self) -> str:
        parts = [f"Root={self.root}"]
        if self.parent:
            parts.append(f"Parent={self.parent}")
        if self.sampled is not None:
            parts.append(f"Sampled={int(self.sampled)}")
        return ";".join(parts)


def new_segment_id() -> str:
    """An id for a segment: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def new_root() -> str:
    """An id for a trace, which begins now."""
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
