"""The map of a briefing as a drawing: outlines, points, circles with names or numbers."""

import math
from html import escape

from briefing.model import Map, Point
from briefing.style import CONTEXT, DATA, LINE, PANEL, TEXT

WIDTH, HEIGHT, MARGIN = 760.0, 430.0, 34.0
LARGEST, SMALLEST, NAMED = 26.0, 4.0, 12
WIDE = 25.0  # degrees of longitude from which the Earth's roundness shows
LETTER, LINE_HEIGHT = 6.6, 13.0
Spot = tuple[float, float]


def svg(drawn: Map) -> str:
    """The map as SVG of WIDTH × HEIGHT; names in the font of the document that holds it."""
    place = _projection(drawn)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" font-family="IBM Plex Sans" font-size="12">']
    for ring in drawn.rings:
        path = "M" + "L".join("{:.1f} {:.1f}".format(*place(lat, lon)) for lon, lat in ring) + "Z"
        parts.append(f'<path d="{path}" fill="{PANEL}" stroke="{LINE}" stroke-width="0.8"/>')
    for x, y in (place(lat, lon) for lat, lon in drawn.dots):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="{CONTEXT}" fill-opacity="0.55"/>')
    most = max((point.value for point in drawn.points), default=1.0)
    spots = [(point, place(point.lat, point.lon), max(LARGEST * math.sqrt(point.value / most), SMALLEST)) for point in drawn.points]
    for _point, (x, y), radius in spots:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{DATA}" fill-opacity="0.35" stroke="{DATA}" stroke-width="1"/>')
    parts += _labels(spots)
    return "".join([*parts, "</svg>"])


def _labels(spots: list[tuple[Point, Spot, float]]) -> list[str]:
    """Numbers inside numbered circles; otherwise names of the largest circles, each where no other lies."""
    parts: list[str] = []
    taken: list[tuple[float, ...]] = []
    for point, (x, y), _radius in spots:
        if point.number:
            box = (x - 8, y - 8, x + 8, y + 8)
            while any(_meet(box, other) for other in taken):
                box = (box[0], box[1] + 15, box[2], box[3] + 15)
            taken.append(box)
            middle = (box[1] + box[3]) / 2
            if middle > y + 1:
                parts.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{middle:.1f}" stroke="{DATA}" stroke-width="0.8"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="8" fill="{DATA}"/>')
            parts.append(f'<text x="{x:.1f}" y="{middle + 4:.1f}" text-anchor="middle" fill="#FFFFFF" font-weight="bold" font-size="11">{point.number}</text>')
    for point, (x, y), radius in [spot for spot in spots if not spot[0].number][:NAMED]:
        long = LETTER * len(point.name)
        for left, base in ((x + radius + 3, y + 4), (x - radius - 3 - long, y + 4), (x - long / 2, y - radius - 4), (x - long / 2, y + radius + LINE_HEIGHT)):
            box = (left, base - LINE_HEIGHT + 2, left + long, base + 2)
            if box[0] >= 0 and box[2] <= WIDTH and not any(_meet(box, other) for other in taken):
                taken.append(box)
                parts.append(f'<text x="{left:.1f}" y="{base:.1f}" fill="{TEXT}">{escape(point.name)}</text>')
                break
    return parts


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _projection(drawn: Map):  # type: ignore[no-untyped-def]
    """(lat, lon) → (x, y): conic with standard parallels 52° and 64° for a country, else flat with the scale of the middle."""
    known = [(lat, lon) for ring in drawn.rings for lon, lat in ring] + [(p.lat, p.lon) for p in drawn.points]
    known += [] if drawn.rings else list(_core(drawn.dots))
    lons = [lon % 360 if lon < -100 else lon for _lat, lon in known]
    wide = max(lons) - min(lons) > WIDE
    middle = sum((min(lat for lat, _lon in known), max(lat for lat, _lon in known))) / 2

    def flat(lat: float, lon: float) -> Spot:
        lon = lon + 360 if lon < -100 else lon
        return (_conic(lat, lon)) if wide else (lon * math.cos(math.radians(middle)), -lat)

    spots = [flat(lat, lon) for lat, lon in known]
    left, top = min(x for x, _y in spots), min(y for _x, y in spots)
    width, height = max(x for x, _y in spots) - left, max(y for _x, y in spots) - top
    scale = min((WIDTH - 2 * MARGIN) / max(width, 1e-3), (HEIGHT - 2 * MARGIN) / max(height, 1e-3))
    aside, above = (WIDTH - scale * width) / 2, (HEIGHT - scale * height) / 2

    def place(lat: float, lon: float) -> Spot:
        x, y = flat(lat, lon)
        return aside + scale * (x - left), above + scale * (y - top)

    return place


def _core(dots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """The dots without the farthest hundredth on each side: one wrong address must not shrink a town to a spot."""
    if len(dots) < 50:
        return dots
    cut = len(dots) // 100
    lats, lons = sorted(lat for lat, _lon in dots), sorted(lon for _lat, lon in dots)
    low, high, west, east = lats[cut], lats[-1 - cut], lons[cut], lons[-1 - cut]
    return tuple((lat, lon) for lat, lon in dots if low <= lat <= high and west <= lon <= east)


def _conic(lat: float, lon: float) -> Spot:
    """Albers' equal-area conic around 100° E, standard parallels 52° and 64° (Snyder, Map Projections, 1987, p. 98)."""
    first, second = math.radians(52), math.radians(64)
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)
    rho = math.sqrt(max(c - 2 * n * math.sin(math.radians(lat)), 0)) / n
    theta = n * math.radians(lon - 100)
    return rho * math.sin(theta), rho * math.cos(theta)


def words(drawn: Map) -> str:
    """The map for those who cannot see it: its title and the largest places."""
    largest = ", ".join(f"{point.name}: {point.value:.0f}" for point in drawn.points[:5])
    return f"{drawn.title}. {drawn.subtitle}. {largest}"
