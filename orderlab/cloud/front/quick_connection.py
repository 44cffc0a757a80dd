"""A connection whose plain requests are answered without a detour.

uvicorn makes a scope, an event and a task for each request, and hands head and body of the answer
on in messages: as much work as a small call of the AWS API itself. Where a request came whole, in
plain form (`plain_requests.py`), and nothing before it is still being answered, it is answered
here. All else goes uvicorn's way, and so does an answer that is not plain.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from orderlab.cloud.front.asgi import Send, send_response
from orderlab.cloud.front.bounded_connection import BoundedConnection
from orderlab.cloud.front.header_names import NamesAsSent
from orderlab.cloud.front.one_write import OneWrite
from orderlab.cloud.front.plain_answers import plain_answer
from orderlab.cloud.front.plain_requests import read_plain
from orderlab.cloud.http import Request, Response

log = logging.getLogger("orderlab.cloud")

Begin = Callable[[Request], Response | Awaitable[Response]]


class QuickConnection(BoundedConnection, NamesAsSent, OneWrite):
    """Asks `begin` for the answers to plain requests."""

    def __init__(self, begin: Begin, come: Callable[[BoundedConnection], None], **own: Any) -> None:
        super().__init__(come, **own)
        self._begin = begin

    def data_received(self, data: bytes) -> None:
        """Answer a plain request, or let the parser have what came."""
        request = read_plain(data, self.source_ip) if self._between_requests() else None
        if request is None:
            super().data_received(data)
            return
        self.heard = self.loop.time()
        self.received += len(data)
        self.requests += 1
        try:
            answer = self._begin(request)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            answer = Response(500, b"Internal Server Error", [("content-type", "text/plain")])
        plain = plain_answer(answer) if isinstance(answer, Response) else None
        if plain is None:
            self._answer_later(request, answer)
        else:
            self.gathering.write_whole(plain)
            if self.timeout_keep_alive_task is None:
                self._look_again_after(self.timeout_keep_alive)

    def _between_requests(self) -> bool:
        """Whether nothing is being read, answered, or refused."""
        if self._in_head or self._in_body or self._held or self._refusal is not None:
            return False
        answered = self.cycle is None or self.cycle.response_complete
        return answered and not (self.pipeline or self._leaving or self.flow.write_paused)

    # --- what takes time, or is not plain ---

    def _answer_later(self, request: Request, answer: Response | Awaitable[Response]) -> None:
        """Go uvicorn's way from here: what comes in the meantime waits behind this request."""
        self._unset_keepalive_if_required()
        scope: Any = {"type": "http", "method": request.method}
        self.cycle = cycle = RequestResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=[],
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=self.on_response_complete,
        )

        async def application(scope: Any, receive: Any, send: Send) -> None:
            response = answer if isinstance(answer, Response) else await answer
            plain = plain_answer(response)
            if (
                plain is None
                or cycle.disconnected
                or self.flow.write_paused
                or not cycle.keep_alive
            ):
                await send_response(response, send, head_only=False)
                return
            cycle.response_started = cycle.response_complete = True
            self.gathering.write_whole(plain)
            cycle.on_response()

        run: Any = application
        self._start_asgi_task(cycle, run)

    # --- connections that nobody uses ---

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if nothing came since; a plain request does not set the alarm."""
        self.timeout_keep_alive_task = None
        left = self.heard + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again_after(left)
        else:
            super().timeout_keep_alive_handler()

    def _look_again_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )
