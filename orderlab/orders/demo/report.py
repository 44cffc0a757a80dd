"""The report as one HTML page that needs nothing else, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from orderlab.orders.architecture import INBOX, SERVICES
from orderlab.orders.books import Books
from orderlab.orders.demo import plot
from orderlab.orders.demo.measured import Demo, Outage, Run, machine, why_refused
from orderlab.orders.figures import percentiles
from orderlab.orders.prices import CHECKED_ON, REGION, Charge, total_usd
from orderlab.orders.replayed import Replayed

MOST_LINES = 50
_CSS = Path(__file__).with_name("report.css")


def write(demo: Demo, folder: Path) -> tuple[Path, Path]:
    """Write `report.html` and `report.json` into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "report.html", folder / "report.json"
    page.write_text(html(demo), encoding="utf-8")
    data.write_text(json.dumps(demo.as_json(), indent=1) + "\n", encoding="utf-8")
    return page, data


def html(demo: Demo) -> str:
    """The page; every text that came from a file or a system is escaped."""
    parts = [
        _head(demo),
        _tiles(demo.main),
        _outcome(demo.main.books),
        _refusals(demo.main.replayed),
        _latency(demo.main),
        _over_time(demo.main),
        _outage(demo.outage),
        _cost(demo.main.charges, demo.main.books.stored),
        _picture(demo.picture),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Orders: what became of each</title><style>{_CSS.read_text(encoding='utf-8')}"
        f"</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _head(demo: Demo) -> str:
    verdict = (
        '<p class="verdict good">Nothing was lost, and nothing was applied twice.</p>'
        if demo.all_well
        else '<p class="verdict bad">Orders were lost or applied twice: see below.</p>'
    )
    facts = machine()
    where = f"Python {facts['python']}, {facts['system']}, {facts['cores']} cores"
    return (
        f"<h1>What became of each order</h1>{verdict}"
        f'<p class="soft">{escape(demo.orders_name)}, {escape(demo.at)}, {escape(where)}</p>'
    )


def _tiles(run: Run) -> str:
    answer, whole = percentiles(run.replayed.answer_ms), percentiles(run.books.end_to_end_ms)
    tiles = [
        ("accepted", f"{len(run.replayed.accepted):,}"),
        ("refused", f"{len(run.replayed.refused) + len(run.replayed.malformed):,}"),
        ("orders per second, end to end", f"{run.orders_per_second:.0f}"),
        ("time to answer, p99", f"{answer.get('p99', 0):.0f} ms"),
        ("accepted to done by all, p50", f"{whole.get('p50', 0) / 1000:.1f} s"),
        ("peak memory, all processes", f"{run.peak_memory_mb:.0f} MB"),
    ]
    items = "".join(f"<li><b>{value}</b>{escape(name)}</li>" for name, value in tiles)
    return f'<ul class="tiles">{items}</ul>'


def _outcome(books: Books) -> str:
    rows: list[Sequence[Any]] = [
        ("stored", books.stored, books.lost["orders"], "", books.dead[INBOX])
    ]
    rows += [
        (name, books.applied[name], books.lost[name], books.twice[name], books.dead[name])
        for name in SERVICES
    ]
    return (
        f"<h2>Stored and delivered</h2><p>{books.accepted:,} different orders were accepted.</p>"
        + _table(("", "orders", "lost", "applied twice", "dead letters"), rows)
    )


def _refusals(replayed: Replayed) -> str:
    if not replayed.refused and not replayed.malformed:
        return ""
    rows = list(why_refused(replayed).items())[:MOST_LINES]
    lines = [(entry.number, entry.reason) for entry in replayed.malformed][:MOST_LINES]
    parts = ["<h2>Refused</h2>"]
    if rows:
        parts.append(_table(("status and reason", "orders"), rows))
    if lines:
        parts.append("<p>Lines that hold no order:</p>" + _table(("line", "reason"), lines))
    return "".join(parts)


def _latency(run: Run) -> str:
    answer, whole = percentiles(run.replayed.answer_ms), percentiles(run.books.end_to_end_ms)
    rows = [
        ("time to answer", *(f"{answer[p]:.1f} ms" for p in answer)),
        ("accepted to done by all three", *(f"{whole[p]:.0f} ms" for p in whole)),
    ]
    note = f"{run.replayed.repeats} requests were sent again after 429, 5xx or no answer."
    return f"<h2>How long</h2>{_table(('', 'p50', 'p95', 'p99'), rows)}<p>{note}</p>"


def _over_time(run: Run) -> str:
    queues = {
        name: [(sample.at, float(sample.depths.get(name, 0))) for sample in run.samples]
        for name in (INBOX, *SERVICES)
    }
    environments = {"execution environments": [(s.at, float(s.environments)) for s in run.samples]}
    return (
        "<h2>Over time</h2>"
        + plot.lines("Messages in each queue", queues)
        + plot.lines("Execution environments", environments)
    )


def _outage(outage: Outage) -> str:
    def row(name: str, books: Books) -> Sequence[Any]:
        delivered = (books.applied[service] for service in SERVICES)
        return (name, books.stored, *delivered, books.dead["shipping"])

    rows = [row("while shipping failed", outage.while_broken), row("in the end", outage.after)]
    twice, lost = sum(outage.after.twice.values()), sum(outage.after.lost.values())
    return (
        "<h2>With shipping broken</h2>"
        f"<p>{len(outage.replayed.accepted):,} orders were accepted while the shipping function "
        f"failed on every one, for {outage.broken_seconds:.0f} s. Then it was repaired and its "
        f"dead letters were sent back: all was shipped {outage.recovery_seconds:.1f} s later. "
        f"{lost} lost, {twice} applied twice.</p>"
        + _table(("", "stored", *SERVICES, "dead letters"), rows)
        + f'<p class="soft">In this experiment the cloud\'s waits (visibility timeouts, retries) '
        f"pass {outage.wait_speed:g} times as fast.</p>"
    )


def _cost(charges: list[Charge], orders: int) -> str:
    rows = [
        (
            charge.label + (" (unverified price)" if charge.recalled else ""),
            f"{charge.quantity:,.0f}",
            "no price here" if charge.usd is None else f"${charge.usd:.6f}",
            charge.source,
        )
        for charge in charges
    ]
    total = total_usd(charges)
    thousand = f", about ${total / orders * 1000:.4f} for 1,000 orders" if orders else ""
    return (
        "<h2>Metered usage and what it would cost</h2>"
        + _table(("", "quantity", "cost", "price from"), rows)
        + f"<p>About ${total:.4f}{thousand}.</p>"
        f'<p class="soft">{REGION}, prices of {CHECKED_ON}, second-hand, without free tiers; '
        "an unverified price was found on no page.</p>"
    )


def _picture(svg: str) -> str:
    if not svg:
        return ""
    return f'<h2>What is deployed</h2><div class="picture">{svg}</div>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    def cell(value: Any) -> str:
        if isinstance(value, int):
            return f'<td class="n">{value:,}</td>'
        return f"<td>{escape(str(value))}</td>"

    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'
