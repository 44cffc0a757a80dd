"""Requests to web servers, in threads of their own: nothing else waits when servers are slow.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from orderlab.cloud.apigateway.data.failures import GatewayFailure

MAX_ANSWER_BYTES = 10 * 1024 * 1024
# requests that wait for servers at the same time; further ones wait for their turn
_MAX_WAITING = 100

Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass(slots=True, eq=False)
class Exchange:
    """One request and its answer. `seconds` is how long the server may take for a piece of it."""

    scheme: str
    address: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    seconds: float
    _connection: http.client.HTTPConnection | None = field(default=None, init=False)
    _given_up: bool = field(default=False, init=False)

    def carry_out(self) -> Answer:
        """What the server answers.

        Raises:
            GatewayFailure: if it cannot be reached, takes too long or answers too much.
        """
        secure = self.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = connection = kind(self.address, timeout=self.seconds)
        try:
            if self._given_up:
                raise TimeoutError
            sent = {name: value.encode("utf-8", "replace") for name, value in self.headers.items()}
            connection.request(self.method, self.path, body=self.body or None, headers=sent)
            response = connection.getresponse()
            content = response.read(MAX_ANSWER_BYTES + 1)
            if len(content) > MAX_ANSWER_BYTES:
                raise GatewayFailure("DEFAULT_5XX", status=500, reason="The answer is too long")
            if response.length:
                raise http.client.IncompleteRead(content, response.length)
            return response.status, response.getheaders(), content
        except TimeoutError:
            raise GatewayFailure("INTEGRATION_TIMEOUT") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise GatewayFailure("INTEGRATION_FAILURE", reason=str(error)) from None
        finally:
            connection.close()

    def give_up(self) -> None:
        """End the exchange, whatever its thread waits for."""
        self._given_up = True
        connected = self._connection.sock if self._connection is not None else None
        if connected is not None:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)


class Exchanges:
    """The threads in which exchanges are carried out, and the exchanges that are under way."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_MAX_WAITING, thread_name_prefix="apigateway-http")
        self._under_way: set[Exchange] = set()

    async def carry_out(self, exchange: Exchange) -> Answer:
        """The server's answer. If the caller is cancelled, the exchange ends.

        Raises:
            GatewayFailure: as `Exchange.carry_out`.
        """
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, exchange.carry_out)
        self._under_way.add(exchange)
        try:
            return await work
        finally:
            self._under_way.discard(exchange)
            exchange.give_up()

    def stop(self) -> None:
        """End every exchange that is under way, and begin no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for exchange in list(self._under_way):
            exchange.give_up()
