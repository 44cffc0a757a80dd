"""A trace as bars on one time axis: a colour for each service, the parts of a call told apart."""

from __future__ import annotations

import html
from collections.abc import Sequence

from orderlab.drawing.axis import axis_end, tick_label, ticks
from orderlab.drawing.measure import text_width
from orderlab.drawing.trace_steps import Step, milliseconds
from orderlab.showing.picture import Picture

WIDTH, LABEL, ROW, TOP = 960, 316, 22, 26
AFTER = 72  # to the right of the axis, for what stands behind a bar
LEGEND = 46
# under this the type of 12 px would be shown with less than 10
NARROWEST = 820
_INK = "var(--jp-content-font-color1, currentColor)"
_FAILED = "var(--jp-error-color1, #b3261e)"
_LINE = "var(--jp-border-color2, #8a8a8a)"

# readable on white and on black
SERVICES = {
    "API Gateway": "#9a6ee0",
    "Lambda": "#d9730d",
    "SQS": "#d6455d",
    "SNS": "#c25fa0",
    "DynamoDB": "#3d8bfd",
    "DAX": "#1b998b",
    "EventBridge": "#b0357f",
    "EventBridge Pipes": "#b0357f",
    "EventBridge Scheduler": "#b0357f",
}
OTHER = "#80868b"


def waterfall(steps: Sequence[Step], words: str) -> Picture:
    """One row a step: where it began, how long it took, from whom to whom.

    A call of a function is split into waiting, Init and handler where its step knows them. `words`
    say what the picture shows.
    """
    room = WIDTH - LABEL - AFTER
    end = axis_end(milliseconds(steps))
    first = steps[0].at if steps else 0.0
    bottom = TOP + ROW * len(steps) + 6
    parts = [_axis(end, room, bottom)]
    for number, step in enumerate(steps):
        begin = LABEL + (step.at - first) * 1000 / end * room
        parts.append(_row(step, begin, room / end, TOP + number * ROW))
    parts.append(_legend(steps, bottom))
    height = bottom + LEGEND
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'style="max-width:{WIDTH}px;min-width:{NARROWEST}px;width:100%;'
        f'font:12px sans-serif">{_stripes()}{"".join(parts)}</svg>'
    )
    return Picture(svg, f"Waterfall. {words}", measured=True)


def parts_of(step: Step) -> list[tuple[str, float]]:
    """The parts of a step in ms, in time order: wait, Init and handler, or the whole call."""
    if step.duration_ms is None:
        return []
    if step.handler_ms is None:
        return [("call", step.duration_ms)]
    init = step.init_ms or 0.0
    wait = max(step.duration_ms - init - step.handler_ms, 0.0)
    known = [("wait", wait), ("Init", init), ("handler", step.handler_ms)]
    return [(name, took) for name, took in known if took > 0]


def _row(step: Step, x: float, scale: float, y: int) -> str:
    source = step.source.replace("lambda.amazonaws.com", "Lambda") or "log"
    label = f"{source} → {step.target}: {step.what}"
    failed = step.outcome != "ok"
    colour = SERVICES.get(step.service, OTHER)
    edge = f' stroke="{_FAILED}" stroke-width="1.5"' if failed else ""
    bars, at = [], x
    for name, took in parts_of(step) or [("call", 0.0)]:
        width = max(took * scale, 1.0 if step.handler_ms is not None else 2.0)
        bars.append(_bar(name, at, y, width, colour, edge))
        at += width
    said = "duration not known" if step.duration_ms is None else f"{step.duration_ms:.1f} ms"
    if failed:
        said += f" ✗ {step.outcome}"
    # what stands behind a late bar would end outside of the picture
    left = at + 4 + 7 * len(said) > WIDTH
    place = f'x="{x - 5:.1f}" text-anchor="end"' if left else f'x="{at + 4:.1f}"'
    return (
        f'<text x="{LABEL - 8}" y="{y + 14}" text-anchor="end" fill="{_INK}">'
        f"{html.escape(_short(label))}<title>{html.escape(label)}</title></text>"
        f"<g><title>{html.escape(_spelt_out(step))}</title>{''.join(bars)}</g>"
        f'<text {place} y="{y + 14}" fill="{_INK}">{html.escape(said)}</text>'
    )


def _bar(part: str, x: float, y: float, width: float, colour: str, edge: str = "") -> str:
    place = f'x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="12"'
    outline = f' stroke="{colour}"'
    if part == "wait":
        return f'<rect class="wait" {place} fill="{colour}" fill-opacity="0.3"{edge or outline}/>'
    bar = f'<rect class="{part}" {place} fill="{colour}"{edge}/>'
    return bar + (f'<rect {place} fill="url(#orderlab-init)"/>' if part == "Init" else "")


def _stripes() -> str:
    return (
        '<defs><pattern id="orderlab-init" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="2.5" height="5" '
        'fill="var(--jp-layout-color0, #fff)" fill-opacity="0.75"/></pattern></defs>'
    )


def _spelt_out(step: Step) -> str:
    parts = parts_of(step)
    if not parts:
        return "duration not known"
    if parts[0][0] == "call":
        return f"{parts[0][1]:.1f} ms"
    return ", ".join(f"{name} {took:.1f} ms" for name, took in parts)


def _legend(steps: Sequence[Step], y: float) -> str:
    """The services that are in the picture, then what the kinds of bar mean."""
    served = {step.service for step in steps}
    entries = [("call", SERVICES[name], name) for name in SERVICES if name in served]
    if served - SERVICES.keys():
        entries.append(("call", OTHER, "other"))
    kinds = [(name, OTHER, _MEANING[name]) for name in _MEANING if _is_in(name, steps)]
    drawn = []
    for row, line in enumerate((entries, kinds)):
        x = 12.0
        for part, colour, words in line:
            drawn.append(_bar(part, x, y + 2 + row * 19, 14, colour))
            drawn.append(f'<text x="{x + 20}" y="{y + 16 + row * 19}" fill="{_INK}">{words}</text>')
            x += 40 + text_width(words, 12)
    if any(step.service == "Lambda" and step.handler_ms is None for step in steps):
        where = f'x="{x}" y="{y + 35}"'
        drawn.append(f'<text {where} fill="{_INK}">parts of a call: not known</text>')
    return "".join(drawn)


_MEANING = {
    "wait": "wait: until an environment is ready",
    "Init": "Init: the code is loaded",
    "handler": "handler: your code runs",
}


def _is_in(part: str, steps: Sequence[Step]) -> bool:
    return any(name == part for step in steps for name, _ in parts_of(step))


def _axis(end: float, room: float, height: int) -> str:
    marks = []
    for tick in ticks(end):
        x = LABEL + room * tick / end
        marks.append(
            f'<line x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{height}" stroke="{_LINE}" '
            f'stroke-width="0.5"/><text x="{x:.1f}" y="12" text-anchor="middle" fill="{_INK}">'
            f"{tick_label(tick, end)}</text>"
        )
    return "".join(marks)


def _short(label: str, length: int = 44) -> str:
    return label if len(label) <= length else f"{label[: length - 1]}…"
