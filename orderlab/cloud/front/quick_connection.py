"""A connection whose plain requests are answered without a detour.

uvicorn makes a scope, an event and a task for each request, and hands head and body of the answer
on in messages: as much work as a small call of the AWS API itself. A request in plain form
(`plain_requests.py`) is answered here, if nothing before it is still being answered. Its head is
read while the client still sends the body: SDKs write the two apart. All else goes uvicorn's way,
and so does an answer that is not plain.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from orderlab.cloud.front.asgi import Send, send_response
from orderlab.cloud.front.bounded_connection import BoundedConnection
from orderlab.cloud.front.header_names import NamesAsSent
from orderlab.cloud.front.one_write import OneWrite
from orderlab.cloud.front.plain_answers import plain_answer
from orderlab.cloud.front.plain_requests import Plain, read_plain
from orderlab.cloud.http import Request, Response

log = logging.getLogger("orderlab.cloud")


class Answers(Protocol):
    """What is asked for answers (`server.Front`)."""

    def refuse(self, request: Request) -> Response | None:
        """A refusal if the head of the request is enough to refuse it."""

    def begin(self, request: Request) -> Response | Awaitable[Response]:
        """The answer, or what to wait for."""


class QuickConnection(BoundedConnection, NamesAsSent, OneWrite):
    """Asks the front for the answers to plain requests."""

    def __init__(
        self, front: Answers, come: Callable[[BoundedConnection], None], **uvicorns_own: Any
    ) -> None:
        super().__init__(come, **uvicorns_own)
        self._front = front
        # the request whose body is on its way
        self._plain: Plain | None = None

    def data_received(self, data: bytes) -> None:
        """Answer a plain request, or let the parser have what came."""
        if self._plain is not None and self._refusal is None:
            self._go_on(self._plain, data)
            return
        plain = read_plain(data, self.source_ip) if self._between_requests() else None
        if plain is None or self._front.refuse(plain.request) is not None:
            super().data_received(data)
            return
        self.requests += 1
        self._heard(len(data))
        if plain.missing:
            self._plain, self._in_body = plain, True
        else:
            self._answer(plain.whole())

    def _go_on(self, plain: Plain, data: bytes) -> None:
        """More of a body has come; mostly all of it, in one piece."""
        rest = plain.take(data)
        self._heard(len(data) - len(rest))
        if plain.missing:
            return
        self._plain, self._in_body = None, False
        self._answer(plain.whole())
        if rest:
            self.data_received(rest)

    def _heard(self, count: int) -> None:
        self.heard = self.loop.time()
        self.received += count

    def _answer(self, request: Request) -> None:
        try:
            answer = self._front.begin(request)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            answer = Response(500, b"Internal Server Error", [("content-type", "text/plain")])
        at_once = plain_answer(answer) if isinstance(answer, Response) else None
        if at_once is None:
            self._answer_later(request, answer)
        else:
            self.gathering.write_whole(at_once)
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
