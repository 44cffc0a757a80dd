"""A pipe's states: made, started, stopped, changed, deleted, each in the background.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-start-stop.html
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from orderlab.clock import Clock
from orderlab.cloud.contracts import Permissions, Queues, Streams
from orderlab.cloud.pipes.pipe import Pipe
from orderlab.cloud.pipes.reader import Reader
from orderlab.cloud.pipes.source_rights import (
    problem_of_queue,
    problem_of_role,
    problem_of_stream,
)
from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.sender import TargetSender, kind_of

log = logging.getLogger("orderlab.cloud.pipes")
# scaled seconds that a change of state takes; with AWS it is half a minute
CHANGE_SECONDS = 1.0


class Lifecycle:
    """Runs the readers of pipes, and takes pipes from state to state."""

    def __init__(
        self,
        *,
        make_reader: Callable[[Pipe], Reader],
        sender: TargetSender,
        queues: Queues,
        streams: Streams,
        permissions: Permissions,
        clock: Clock,
    ) -> None:
        self._make_reader = make_reader
        self._sender = sender
        self._queues = queues
        self._streams = streams
        self._permissions = permissions
        self._clock = clock
        self._readers: dict[str, Reader] = {}
        self._changing: dict[str, asyncio.Task[None]] = {}

    def change(
        self, pipe: Pipe, how: Literal["CREATE", "UPDATE", "START", "STOP", "DELETE"]
    ) -> None:
        """Begin a change; the pipe's state says what goes on."""
        pipe.current_state = {
            "CREATE": "CREATING",
            "UPDATE": "UPDATING",
            "START": "STARTING",
            "STOP": "STOPPING",
            "DELETE": "DELETING",
        }[how]
        pipe.state_reason = None
        before = self._changing.get(pipe.arn)
        if before is not None:
            # a pipe may be deleted while it is made
            before.cancel()
        task = asyncio.get_running_loop().create_task(
            self._change(pipe, how), name=f"pipe {pipe.name} {how}"
        )
        self._changing[pipe.arn] = task
        task.add_done_callback(lambda done: self._changed(pipe, done))

    def _changed(self, pipe: Pipe, task: asyncio.Task[None]) -> None:
        if self._changing.get(pipe.arn) is task:
            del self._changing[pipe.arn]

    async def _change(self, pipe: Pipe, how: str) -> None:
        # changes of the stream's place while the pipe is made count from the beginning
        self._mark_starting_place(pipe)
        await self._stop_reading(pipe)
        await self._clock.pause(CHANGE_SECONDS)
        if how == "DELETE":
            pipe.current_state = "DELETED"
            return
        if pipe.desired_state == "STOPPED":
            pipe.current_state = "STOPPED"
            return
        problem = self._problem(pipe)
        if problem is not None:
            failed = "START" if how == "STOP" else how
            pipe.current_state, pipe.state_reason = f"{failed}_FAILED", problem
            return
        reader = self._readers[pipe.arn] = self._make_reader(pipe)
        reader.start()
        pipe.current_state = "RUNNING"

    def _mark_starting_place(self, pipe: Pipe) -> None:
        """With LATEST a pipe reads what comes from the moment of its making."""
        if not pipe.of_stream or pipe.progress:
            return
        place: Literal["TRIM_HORIZON", "LATEST"] = (
            "LATEST" if pipe.source_settings["StartingPosition"] == "LATEST" else "TRIM_HORIZON"
        )
        for shard in self._streams.shards(pipe.source) or ():
            pipe.progress[shard.id] = shard.start(place).index

    async def _stop_reading(self, pipe: Pipe) -> None:
        reader = self._readers.pop(pipe.arn, None)
        if reader is not None:
            await reader.stop()

    def _problem(self, pipe: Pipe) -> str | None:
        """Why a pipe cannot run."""
        problem = problem_of_role(pipe, self._permissions)
        if problem is not None:
            return problem
        if pipe.of_stream:
            if self._streams.shards(pipe.source) is None:
                return f"The source {pipe.source} does not exist."
            problem = problem_of_stream(pipe, self._permissions)
        else:
            queue = self._queues.queue(pipe.source)
            if queue is None:
                return f"The source {pipe.source} does not exist."
            problem = problem_of_queue(pipe, queue, self._permissions)
        return problem or self._problem_of_target(pipe)

    def _problem_of_target(self, pipe: Pipe) -> str | None:
        try:
            self._sender.policy(kind_of(pipe.target), pipe.target)
        except TargetFailure as failure:
            return f"The target {pipe.target} does not exist: {failure.message}"
        return None

    async def stop(self) -> None:
        """End all readers at once: the cloud stops."""
        works: list[Coroutine[Any, Any, None]] = [each.kill() for each in self._readers.values()]
        self._readers.clear()
        for task in self._changing.values():
            task.cancel()
        await asyncio.gather(*self._changing.values(), *works, return_exceptions=True)
