"""The one plot style of the course: a sentence as title, no box, labels at the lines.

    line_plot("Write units by hour", {"units": values}, x=hours, mark="max mean")

Lines can be told from the paper of both themes. Words take the theme's own ink, which can be read
on both, and every series has its label beside it, so that no reader depends on colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.errors import LearnerError
from orderlab.showing.picture import INK, Picture, measured_plot

COLOURS = ("#3d8bfd", "#d9730d", "#2e9e5b", "#b565d9", "#c9a100", "#d6455d")
_SIZE = (8.0, 3.0)
# from one label to the next above it
_LABEL_POINTS = 12.0

Numbers = Sequence[float]


def line_plot(
    title: str,
    series: Mapping[str, Numbers],
    *,
    x: Sequence[Any] | None = None,
    x_label: str = "",
    y_label: str = "",
    mark: str = "",
    limit: tuple[float, str] | None = None,
    log: bool = False,
    alt: str = "",
    n: int | None = None,
    seed: int | None = None,
    seconds: float | None = None,
) -> Picture:
    """Lines over one x axis, each with its label at its end.

    `mark` may hold the words `max` and `mean`: they are drawn and named on the first series.
    `limit` is a height and its name, drawn as a dashed line. Without `alt` the picture is described
    by its title and each series' smallest and largest value. The caption states `n` (without it,
    how many values a line has), the seed and how long it was measured, where they are given.
    """
    _demand(series)
    figure, axes = plain_axes(title, x_label, y_label)
    for colour, values in zip(_cycle(len(series)), series.values(), strict=True):
        places = list(x) if x is not None else list(range(len(values)))
        axes.plot(places, values, color=colour, linewidth=1.8)
    first = next(iter(series.values()))
    _mark(axes, mark, first, list(x) if x is not None else list(range(len(first))))
    if limit:
        axes.axhline(limit[0], color=INK, linestyle="--", linewidth=1)
        axes.annotate(
            limit[1], (0, limit[0]), xycoords=("axes fraction", "data"), xytext=(4, 3),
            textcoords="offset points", color=INK, fontsize=10,
        )  # fmt: skip
    if log:
        axes.set_yscale("log")
    _name_lines(axes, list(series))
    return measured_plot(
        figure,
        alt or _described(title, series),
        caption=stated(n, seed, seconds, values=len(first)),
        rows=_rows(series, x, x_label),
    )


def bar_plot(
    title: str,
    bars: Mapping[str, float],
    *,
    parts: Mapping[str, Numbers] | None = None,
    y_label: str = "",
    alt: str = "",
    form: str = "{:,.0f}",
    n: int | None = None,
    seed: int | None = None,
    seconds: float | None = None,
) -> Picture:
    """A bar for each name, with its value above it.

    With `parts`, each bar is split: `parts` holds, by part, a value for each bar, and `bars` gives
    the totals. The caption states `n`, the seed and how long it was measured, where given.
    """
    _demand(bars)
    figure, axes = plain_axes(title, "", y_label)
    names = list(bars)
    if parts:
        floor = [0.0] * len(names)
        for colour, (label, values) in zip(_cycle(len(parts)), parts.items(), strict=True):
            axes.bar(names, list(values), bottom=floor, color=colour, label=label, width=0.6)
            floor = [below + value for below, value in zip(floor, values, strict=True)]
        axes.legend(frameon=False, fontsize=10)
    else:
        axes.bar(names, list(bars.values()), color=COLOURS[0], width=0.6)
    for place, value in enumerate(bars.values()):
        axes.annotate(
            form.format(value), (place, value), xytext=(0, 3), textcoords="offset points",
            ha="center", color=INK, fontsize=10,
        )  # fmt: skip
    described = ", ".join(f"{name} {form.format(value)}" for name, value in bars.items())
    split = {label: list(values) for label, values in (parts or {}).items()}
    rows = [
        {"name": name, y_label or "value": bars[name]}
        | {label: values[place] for label, values in split.items()}
        for place, name in enumerate(names)
    ]
    said = alt or f"{title}: {described} {y_label}".strip()
    return measured_plot(figure, said, caption=stated(n, seed, seconds), rows=rows)


def stated(
    n: int | None = None,
    seed: int | None = None,
    seconds: float | None = None,
    *,
    values: int = 0,
) -> str:
    """What a plot states of its measurement: "n = 200, seed 7, 12.0 s"; without n, how many values
    a line has."""
    counted = f"{values:,} values" if values else ""
    said = [
        counted if n is None else f"n = {n:,}",
        "" if seed is None else f"seed {seed}",
        "" if seconds is None else f"{seconds:,.1f} s",
    ]
    return ", ".join(each for each in said if each)


def _rows(
    series: Mapping[str, Numbers], x: Sequence[Any] | None, x_label: str
) -> list[dict[str, Any]]:  # fmt: skip
    """The numbers of the lines, a row for each place; a shorter line ends earlier."""
    longest = max(len(values) for values in series.values())
    places = list(x) if x is not None else list(range(longest))
    return [
        {x_label or "x": places[row]}
        | {label: values[row] for label, values in series.items() if row < len(values)}
        for row in range(min(longest, len(places)))
    ]


def plain_axes(title: str, x_label: str, y_label: str) -> tuple[Any, Any]:
    """A figure in the style of the course, with its axes."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=_SIZE)
    axes.set_title(title, loc="left", fontsize=12, color=INK)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", alpha=0.25)
    axes.set_axisbelow(True)
    # what stands above the highest value would else meet the title
    axes.margins(y=0.14)
    return figure, axes


def _name_lines(axes: Any, labels: Sequence[str]) -> None:
    """A label at the end of each line, moved up where it would lie over the one below it."""
    axes.autoscale_view()
    ends: list[tuple[float, str, str, Any]] = []
    for label, line in zip(labels, axes.get_lines(), strict=False):
        place = tuple(line.get_xydata()[-1])
        ends.append((float(axes.transData.transform(place)[1]), label, line.get_color(), place))
    points_per_pixel = 72 / axes.figure.dpi
    last = float("-inf")
    for height, label, colour, place in sorted(ends, key=lambda end: end[0]):
        last = max(height * points_per_pixel, last + _LABEL_POINTS)
        raised = last - height * points_per_pixel
        # a sign in the line's colour tells which it is, where lines end close together
        for right, words, ink in ((5, "■", colour), (15, label, INK)):
            axes.annotate(
                words, place, xytext=(right, raised), textcoords="offset points", color=ink,
                va="center", fontsize=10, annotation_clip=False,
            )  # fmt: skip


def _mark(axes: Any, words: str, values: Numbers, places: Sequence[Any]) -> None:
    if "mean" in words.split():
        mean = sum(values) / len(values)
        axes.axhline(mean, color=INK, linestyle=":", linewidth=1)
        axes.annotate(
            f"mean {mean:,.0f}", (0, mean), xycoords=("axes fraction", "data"), xytext=(4, 3),
            textcoords="offset points", color=INK, fontsize=10,
        )  # fmt: skip
    if "max" in words.split():
        top = max(range(len(values)), key=lambda index: values[index])
        axes.plot([places[top]], [values[top]], "o", color=INK, markersize=5)
        axes.annotate(
            f"{values[top]:,.0f}", (places[top], values[top]), xytext=(6, 2),
            textcoords="offset points", color=INK, fontsize=10,
        )  # fmt: skip


def _described(title: str, series: Mapping[str, Numbers]) -> str:
    ranges = "; ".join(
        f"{label}: {min(values):,.1f} to {max(values):,.1f}" for label, values in series.items()
    )
    return f"{title}. {ranges}."


def _demand(series: Mapping[str, Any]) -> None:
    if not series or any(isinstance(v, Sequence) and not len(v) for v in series.values()):
        raise LearnerError("There is nothing to plot.", advice="Give at least one number.")


def _cycle(count: int) -> list[str]:
    return [COLOURS[index % len(COLOURS)] for index in range(count)]
