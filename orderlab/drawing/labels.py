"""Where the labels of edges stand: above their own line, over no line, card or other label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

# type of 11 px takes this height, and this much air to its line
HEIGHT, AIR = 13.0, 3.0
SAMPLES = 12
_SHARES = (0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.9, 0.1)
_RAISED = (0.0, 7.0, 14.0, 21.0)
# what is worse than standing a pixel further away from the line
_BELOW, _HIT = 40.0, 1000.0


def label_places(
    widths: Mapping[str, float], paths: Mapping[str, str], cards: Iterable[Box]
) -> dict[str, Point]:
    """The middle of each label, by the id of its edge, in the order of `widths`.

    `paths` are all edges in SVG's terms: no label may lie over any of them.
    """
    lines = {name: samples(path) for name, path in paths.items()}
    every = [point for line in lines.values() for point in line]
    taken = list(cards)
    places = {}
    for name, width in widths.items():
        found = min(
            _boxes(lines[name], width),
            key=lambda option: option[0] + _HIT * _hits(option[1], every, taken),
        )[1]
        taken.append(found)
        places[name] = ((found[0] + found[2]) / 2, (found[1] + found[3]) / 2)
    return places


def _boxes(line: Sequence[Point], width: float) -> list[tuple[float, Box]]:
    """Boxes above and below a line, and how little each one is wanted."""
    found = []
    left, right = min(x for x, _ in line), max(x for x, _ in line)
    for rank, share in enumerate(_SHARES):
        middle = line[round(share * (len(line) - 1))]
        x = min(max(middle[0], left + width / 2 + 2), max(right - width / 2 - 9, left))
        near = [y for px, y in line if abs(px - x) <= width / 2 + AIR] or [middle[1]]
        for raised in _RAISED:
            top, bottom = min(near) - AIR - raised, max(near) + AIR + raised
            gap = abs(top - middle[1])
            found.append((gap + rank, (x - width / 2, top - HEIGHT, x + width / 2, top)))
            gap = abs(bottom - middle[1])
            below = (x - width / 2, bottom, x + width / 2, bottom + HEIGHT)
            found.append((gap + rank + _BELOW, below))
    return found


def _hits(box: Box, points: Iterable[Point], boxes: Iterable[Box]) -> int:
    left, top, right, bottom = box
    crossed = sum(left - 1 < x < right + 1 and top - 1 < y < bottom + 1 for x, y in points)
    covered = sum(left < r and right > x and top < b and bottom > y for x, y, r, b in boxes)
    return crossed + 2 * covered


def samples(path: str) -> list[Point]:
    """Points along a path of M, L, Q and C, close enough that no letter fits between two."""
    found: list[Point] = []
    for command, numbers in re.findall(r"([MLQC])([^MLQC]*)", path):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        points = list(zip(values[::2], values[1::2], strict=True))
        if command == "M":
            found.append(points[0])
        else:
            found += _piece([found[-1], *points])
    return found


def _piece(control: Sequence[Point]) -> list[Point]:
    """A line, or a Bézier curve of any degree, by de Casteljau."""
    length = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in pairwise(control))
    count = max(SAMPLES, round(length / 4))
    return [_at(control, step / count) for step in range(1, count + 1)]


def _at(control: Sequence[Point], share: float) -> Point:
    points = list(control)
    while len(points) > 1:
        points = [
            (ax + (bx - ax) * share, ay + (by - ay) * share)
            for (ax, ay), (bx, by) in pairwise(points)
        ]
    return points[0]
