"""An order's path, from an order id alone: the flight recorder's hops, X-Ray, and functions' logs.

In the local cloud the recorder knows every call; in an AWS account the logs alone tell, through
CloudWatch Logs, and the path has fewer lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from orderlab.aws_target.base import RECORDER, Target
from orderlab.drawing.discover import discover
from orderlab.drawing.route import draw_route
from orderlab.drawing.trace_steps import Step, milliseconds
from orderlab.drawing.waterfall import waterfall
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.table import Table
from orderlab.trace_segments import annotated_traces, segments, traces_of

LOG_PREFIX = "/aws/lambda/"
# the word in an ARN and the name that people use
SERVICE_NAMES = {
    "apigateway": "API Gateway",
    "execute-api": "API Gateway",
    "lambda": "Lambda",
    "sqs": "SQS",
    "sns": "SNS",
    "dynamodb": "DynamoDB",
    "dax": "DAX",
    "events": "EventBridge",
    "pipes": "EventBridge Pipes",
    "scheduler": "EventBridge Scheduler",
}
# by the service and the first word of an ARN's last part
_KINDS = {
    ("events", "event-bus"): "bus",
    ("events", "rule"): "rule",
    ("events", "archive"): "archive",
    ("pipes", "pipe"): "pipe",
    ("scheduler", "schedule"): "schedule",
}


@dataclass
class Trace(Exportable):
    """The steps of one order, in time order."""

    order_id: str
    steps: list[Step] = field(default_factory=list)
    # the architecture with the order's way in it, as SVG; empty where nothing is known of the way
    route_svg: str = ""
    # what X-Ray has of it where requests are traced: segments and their parts, callers first
    segments: list[Step] = field(default_factory=list)
    # when the recorder's oldest step was, in seconds since 1970, if it has forgotten any
    recorded_since: float | None = None

    @property
    def components(self) -> list[str]:
        """Every part that the order passed, in the order of its passing."""
        names = [name for step in self.steps for name in (step.source, step.target)]
        # a service that acts for a part (Lambda, reading a queue) is no part of the system itself
        parts = (n for n in names if n and n != "client" and not n.endswith(".amazonaws.com"))
        return list(dict.fromkeys(parts))

    @property
    def with_durations(self) -> list[str]:
        """The parts of which it is known how long the order was in them: a call that was timed,
        or a way in and a way out."""
        timed = {n for s in self.steps if s.duration_ms is not None for n in (s.source, s.target)}
        ways_in = {step.target for step in self.steps}
        ways_out = {step.source for step in self.steps}
        return [n for n in self.components if n in timed or (n in ways_in and n in ways_out)]

    @property
    def milliseconds(self) -> float:
        """From the first step to the end of the last."""
        return milliseconds(self.steps)

    def table(self, *columns: str) -> Table:
        """The steps as a table; `columns` of when, from, to, what, took, outcome."""
        first = self.steps[0].at if self.steps else 0.0
        rows = [
            {
                "when": f"{(step.at - first) * 1000:7.1f} ms",
                "from": step.source,
                "to": step.target,
                "what": step.what,
                "took": "" if step.duration_ms is None else f"{step.duration_ms:.1f} ms",
                "outcome": step.outcome,
            }
            for step in self.steps
        ]
        chosen = columns or ("when", "from", "to", "what", "took", "outcome")
        return Table(rows, chosen, caption=f"Order {self.order_id}")

    def exported_plot(self) -> Picture | None:
        """The steps as bars, if there are any."""
        return self.waterfall() if self.steps else None

    def waterfall(self) -> Picture:
        """The steps as bars on one time axis."""
        return waterfall(self.steps, self.in_words())

    def route(self) -> Picture:
        """The architecture, with the edges that the order went along drawn thick."""
        return Picture(self.route_svg, f"The way of the order. {self.in_words()}", measured=True)

    def segments_waterfall(self) -> Picture:
        """X-Ray's segments as bars on one time axis, from the API to the last consumer."""
        said = f"X-Ray's segments of order {self.order_id}, {len(self.segments)} in all."
        return waterfall(self.segments, said)

    def in_words(self) -> str:
        """One sentence that says the path."""
        if not self.steps:
            return self._nothing_in_words()
        path = ", ".join(self.components)
        return f"Order {self.order_id} took {self.milliseconds:.0f} ms through {path}."

    def _nothing_in_words(self) -> str:
        nothing = f"Nothing is known of order {self.order_id}."
        if self.recorded_since is None:
            return nothing
        since = datetime.fromtimestamp(self.recorded_since).strftime("%H:%M:%S")
        return (
            f"{nothing} The flight recorder keeps the newest steps of all orders, which are those "
            f"since {since}, and has forgotten what came before."
        )

    def __repr__(self) -> str:
        return f"{self.in_words()}\n{self.table()!r}" if self.steps else self.in_words()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        if not self.steps:
            return {"text/plain": repr(self)}
        pictures = [self.route(), self.waterfall()] if self.route_svg else [self.waterfall()]
        if self.segments:
            pictures.append(self.segments_waterfall())
        drawn = "".join(each._repr_mimebundle_()["text/html"] for each in pictures)
        folded = (
            f"<details><summary>The {len(self.steps)} steps as a table</summary>"
            f"{self.table()._repr_html_()}</details>"
        )
        return {"text/plain": repr(self), "text/html": drawn + folded}


def trace(target: Target, order_id: str) -> Trace:
    """Everything that is known of an order, in time order."""
    recorded_since = None
    if RECORDER in target.can:
        page = target.page(f"recorder/trace?id={quote(order_id)}")
        hops = page["hops"]
        if page.get("forgotten"):
            recorded_since = page["since"]
        if hops:
            steps = sorted(map(_step, hops), key=lambda step: step.at)
            calls = [(hop["source"], hop["target"]) for hop in hops]
            route = draw_route(discover(target, prefix=target.name("")), calls)
            traced = traces_of(hops)
            if traced:
                # a function may have annotated the order in a trace that no hop has named
                more = annotated_traces(target.client("xray"), order_id)
                traced = list(dict.fromkeys([*traced, *more]))
            return Trace(order_id, steps, route, segments(target, traced))
    logged = sorted(_logged(target, order_id), key=lambda step: step.at)
    found: list[Step] = []
    if logged and RECORDER not in target.can:
        found = segments(target, annotated_traces(target.client("xray"), order_id))
    return Trace(order_id, logged, segments=found, recorded_since=recorded_since)


def _step(hop: dict[str, Any]) -> Step:
    detail = hop.get("detail") or {}
    return Step(
        hop["at"],
        component(hop["source"]),
        component(hop["target"]),
        hop["action"],
        hop["outcome"],
        hop["duration_ms"] or None,
        SERVICE_NAMES.get(_service(hop["target"]), ""),
        detail.get("init_ms"),
        detail.get("function_ms"),
    )


def _logged(target: Target, order_id: str) -> list[Step]:
    logs = target.client("logs")
    groups = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=LOG_PREFIX)
    steps = []
    for page in groups:
        for group in page["logGroups"]:
            name = group["logGroupName"]
            found = logs.filter_log_events(logGroupName=name, filterPattern=f'"{order_id}"')
            steps += [
                Step(
                    event["timestamp"] / 1000,
                    "",
                    name.removeprefix(LOG_PREFIX),
                    event["message"].strip()[:120],
                    service="Lambda",
                )
                for event in found["events"]
            ]
    return steps


def _service(name: str) -> str:
    return name.split(":")[2] if name.startswith("arn:") else ""


def component(name: str) -> str:
    """The short name of an ARN, with its kind where a queue, a table and a function share one.

    An API's stage is `api`; a principal or a service keeps its name.
    """
    if not name.startswith("arn:"):
        return name
    service, rest = name.split(":", 5)[2], name.split(":", 5)[5]
    if service == "dynamodb":
        parts = rest.split("/")
        return f"{parts[1]} ({'stream' if 'stream' in parts else 'table'})"
    if service == "lambda":
        return rest.removeprefix("function:").partition(":")[0]
    if service in ("execute-api", "apigateway"):
        return "api"
    if service == "sqs":
        return f"{rest} (queue)"
    if service == "dax":
        return f"{rest.partition('/')[2]} (cache)"
    kind = _KINDS.get((service, rest.partition("/")[0]))
    if kind is not None:
        return f"{rest.rpartition('/')[2]} ({kind})"
    return rest.rpartition("/")[2].rpartition(":")[2]
