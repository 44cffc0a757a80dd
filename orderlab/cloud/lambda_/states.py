"""The states of an execution environment, and which may follow which.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import enum


class State(enum.Enum):
    """What an environment is doing, in the word that the lab's pages show."""

    COLD = "cold"
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    RESET = "reset"
    GONE = "gone"


# What each state means, and what leads to it. `docs/execution-environments.md` is drawn from both.
MEANINGS: dict[State, str] = {
    State.COLD: "made for an event; no process was started yet",
    State.STARTING: "a process was started; Init runs until it asks for an event",
    State.BUSY: "the process works on an event",
    State.READY: "the event was answered, by a result or an error, or, with provisioned "
    "concurrency, Init has ended; the process waits for the next event",
    State.RESET: "Init failed, or the process timed out, exited or used up its memory: there is no "
    "process until the next event starts one, inside that event's own time",
    State.GONE: "ended: idle for too long, replaced by an update, killed, or the cloud stops",
}

TRANSITIONS: dict[State, frozenset[State]] = {
    State.COLD: frozenset({State.STARTING, State.GONE}),
    State.STARTING: frozenset({State.BUSY, State.READY, State.RESET, State.GONE}),
    State.BUSY: frozenset({State.READY, State.RESET, State.GONE}),
    State.READY: frozenset({State.BUSY, State.RESET, State.GONE}),
    State.RESET: frozenset({State.STARTING, State.GONE}),
    State.GONE: frozenset(),
}
