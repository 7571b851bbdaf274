"""The smallest chart: a line of the last periods as an SVG picture, straight between points."""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass

from components.theme import Palette, palette

HEIGHT = 36


def sparkline(
    values: Sequence[float],
    norm: float | None = None,
    usual: tuple[float, float] | None = None,
    *,
    width: int = 200,
    from_zero: bool = False,
) -> str:
    """Address (data:) of a small line picture: the values, their last point, a dashed norm, the usual range as a band.

    values: oldest first, NaN breaks the line; nothing finite gives an empty picture. from_zero: the height starts at 0.
    """
    finite = [value for value in values if math.isfinite(value)]
    reach = [*finite, *([] if norm is None else [norm]), *(usual or ()), *([0.0] if from_zero else [])]
    scale = _Scale(len(values), width, min(reach, default=0), max(reach, default=0))
    picture = _svg(values, scale, norm, usual, palette())
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


@dataclass(frozen=True)
class _Scale:
    count: int
    width: int
    low: float
    high: float

    def x(self, position: int) -> float:
        return 4 + position * (self.width - 8) / max(self.count - 1, 1)

    def y(self, value: float) -> float:
        span = self.high - self.low
        return HEIGHT / 2 if span == 0 else HEIGHT - 4 - (value - self.low) / span * (HEIGHT - 8)


def _svg(values: Sequence[float], scale: _Scale, norm: float | None, usual: tuple[float, float] | None, colours: Palette) -> str:
    parts = []
    if usual:
        top, bottom = scale.y(usual[1]), scale.y(usual[0])
        parts.append(f'<rect x="0" y="{top:.1f}" width="100%" height="{max(bottom - top, 1):.1f}" fill="{colours.band}"/>')
    if norm is not None:
        level = f'y1="{scale.y(norm):.1f}" y2="{scale.y(norm):.1f}"'
        parts.append(f'<line x1="0" x2="100%" {level} stroke="{colours.second}" stroke-dasharray="3 3"/>')
    line = f'fill="none" stroke="{colours.data}" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"'
    parts.extend(f'<polyline points="{points}" {line}/>' for points in _runs(values, scale))
    for last in [position for position, value in enumerate(values) if math.isfinite(value)][-1:]:
        parts.append(f'<circle cx="{scale.x(last):.1f}" cy="{scale.y(values[last]):.1f}" r="3" fill="{colours.data}"/>')
    size = f'viewBox="0 0 {scale.width} {HEIGHT}" width="{scale.width}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _runs(values: Sequence[float], scale: _Scale) -> list[str]:
    """Unbroken stretches of the line as SVG points; a missing value breaks the line, a lonely one becomes a dot."""
    runs: list[list[str]] = [[]]
    for position, value in enumerate(values):
        if math.isfinite(value):
            runs[-1].append(f"{scale.x(position):.1f},{scale.y(value):.1f}")
        elif runs[-1]:
            runs.append([])
    return [" ".join(run if len(run) > 1 else run * 2) for run in runs if run]
