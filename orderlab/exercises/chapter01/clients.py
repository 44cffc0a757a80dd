"""Who calls in this chapter: programs that invoke a function, and clients of an API."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

from orderlab.requirements.system import fresh_orders


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP; `headers` have lower-case names."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def by_the_gateway(self) -> bool:
        """Whether API Gateway refused the request itself, before anything behind it was called."""
        return "x-amzn-errortype" in self.headers and self.status < 500


def probe_order() -> dict[str, Any]:
    """A real order under an id that nobody used before."""
    order: dict[str, Any] = json.loads(next(iter(fresh_orders(1))).body)
    return order


def post(
    url: str,
    body: Any,
    content_type: str = "application/json",
    method: str = "POST",
    **headers: str,
) -> Answer:
    """Send one request and give the answer, whatever its status.

    `body` is text, or a value that is sent as JSON. Headers are written with underscores:
    `x_api_key="..."`.
    """
    text = body if isinstance(body, str) else json.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        url, text.encode(), {"Content-Type": content_type, **sent}, method=method
    )
    # no proxy: the address is on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as response:
            return _answer(response.status, response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _answer(refusal.code, refusal)


def _answer(status: int, response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, response.read().decode("utf-8", "replace"), headers)


def post_many(
    url: str, bodies: Sequence[Any], *, clients: int = 8, keys: Sequence[str] = ()
) -> list[Answer]:
    """Send many requests from some clients at a time; `keys` are their API keys, in order."""
    headers = [{"x_api_key": key} for key in keys] or [{}] * len(bodies)
    with ThreadPoolExecutor(clients) as pool:
        return list(
            pool.map(lambda each: post(url, each[0], **each[1]), zip(bodies, headers, strict=True))
        )


@dataclass(frozen=True)
class Report:
    """The REPORT line of one invocation, in milliseconds; `init_ms` is None in a warm one."""

    duration_ms: float
    billed_ms: float
    init_ms: float | None


def report(functions: Any, name: str, event: Any) -> Report:
    """Invoke a function and read the REPORT line at the end of its log."""
    reply = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail")
    log = base64.b64decode(reply["LogResult"]).decode()
    line = log[log.rindex("REPORT RequestId") :]
    init = re.search(r"Init Duration: ([\d.]+) ms", line)
    return Report(
        float(re.findall(r"\tDuration: ([\d.]+) ms", line)[0]),
        float(re.findall(r"Billed Duration: ([\d.]+) ms", line)[0]),
        float(init[1]) if init else None,
    )


def invoke(functions: Any, name: str, event: Any) -> Any:
    """Invoke a function and give what it returned; a function's error comes as its JSON."""
    reply = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.loads(reply["Payload"].read() or b"null")


def at_once(functions: Any, name: str, events: Sequence[Any]) -> list[Any]:
    """Invoke a function once for each event, all at the same moment, and give the answers."""
    start = Barrier(len(events))

    def call(event: Any) -> Any:
        start.wait(30)
        return invoke(functions, name, event)

    with ThreadPoolExecutor(len(events)) as pool:
        return list(pool.map(call, events))
