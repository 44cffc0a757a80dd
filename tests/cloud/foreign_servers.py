"""moto's own server, as a server that nobody here wrote."""

from __future__ import annotations

from benchmarks.endpoints.servers import moto_server

__all__ = ["moto_server"]
