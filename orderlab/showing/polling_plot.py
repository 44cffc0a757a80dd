"""The shares of empty answers by number of messages: measured, simulated and computed."""

from __future__ import annotations

from collections.abc import Mapping

from orderlab.showing.picture import INK, Picture, measured_plot
from orderlab.showing.plots import COLOURS, plain_axes

Shares = Mapping[int, float]


def shares_plot(
    measured: Shares,
    simulated: Shares,
    computed: Shares,
    errors: Shares,
    *,
    caption: str = "",
) -> Picture:
    """Measured shares as points with their stated error, simulated ones as crosses, computed ones
    as a line."""
    figure, axes = plain_axes(
        "Short polls that are empty although messages wait", "messages in the queue", "share (%)"
    )
    counts = list(measured)
    axes.plot(
        counts, _percent(computed), color=COLOURS[0], linewidth=1.8, label="computed", zorder=1
    )
    axes.plot(
        counts, _percent(simulated), "x", color=COLOURS[1], markersize=9, markeredgewidth=2,
        label="simulated", zorder=3,
    )  # fmt: skip
    axes.errorbar(
        counts, _percent(measured), yerr=_percent(errors), fmt="o", color=COLOURS[2],
        ecolor=INK, elinewidth=1, capsize=3, markersize=5, label="measured, with the stated error",
        zorder=4,
    )  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_xticks(counts)
    axes.legend(frameon=False, fontsize=10)
    rows = [
        {
            "messages": count,
            "measured": measured[count],
            "stated error": errors[count],
            "simulated": simulated[count],
            "computed": computed[count],
        }
        for count in counts
    ]
    words = _words(measured, simulated, computed)
    return measured_plot(figure, words, caption=caption, rows=rows)


def _percent(shares: Shares) -> list[float]:
    return [100 * share for share in shares.values()]


def _words(measured: Shares, simulated: Shares, computed: Shares) -> str:
    rows = "; ".join(
        f"with {count} {'message' if count == 1 else 'messages'} {measured[count]:.1%} measured, "
        f"{simulated[count]:.1%} simulated, {computed[count]:.1%} computed"
        for count in measured
    )
    return f"The share of short polls that are empty: {rows}."
