"""AWS behaviours that the course teaches, each tried through boto3 alone."""

from __future__ import annotations

from benchmarks.endpoints.behaviours import events, functions, gateway, queues, tables, watching
from benchmarks.endpoints.behaviours.behaviour import Behaviour

BEHAVIOURS: tuple[Behaviour, ...] = (
    *queues.BEHAVIOURS,
    *tables.BEHAVIOURS,
    *functions.BEHAVIOURS,
    *gateway.BEHAVIOURS,
    *events.BEHAVIOURS,
    *watching.BEHAVIOURS,
)
