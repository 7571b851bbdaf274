"""Maps without the outside world: one constant folium.Map, everything that changes in feature groups.

The class-level lists of scripts and styles of folium are replaced by files of our own host (`VENDOR`, copied from
pip packages). The map itself never depends on data: streamlit-folium mounts the frame anew when it does.
"""

import html
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import folium
import pandas as pd
import streamlit as st
from branca.element import MacroElement
from folium.plugins import FastMarkerCluster, HeatMap, MarkerCluster
from jinja2 import Template
from streamlit_folium import st_folium

from components.safe import safe_text
from components.theme import FONT, STATIC, Palette, palette
from words import _, numbers

GeoJson = dict[str, Any]

VENDOR = ("leaflet.js", "leaflet.markercluster.js", "leaflet_heat.min.js")
VENDOR_CSS = ("leaflet.css", "MarkerCluster.css", "MarkerCluster.Default.css")

_JS = [(name, f"{STATIC}/{name}") for name in VENDOR]
_CSS = [(name, f"{STATIC}/{name}") for name in VENDOR_CSS]
folium.Map.default_js, folium.Map.default_css = _JS, _CSS
for _plugin in (FastMarkerCluster, MarkerCluster, HeatMap):
    _plugin.default_js, _plugin.default_css = [], []

WIDTH, HEIGHT = 760, 540
LABELS, PHONE_LABELS = 14, 5
COLUMNS = ["id", "name", "lat", "lon", "value", "rate", "spikes"]


@dataclass(frozen=True)
class Classes:
    """Five classes of a measure: upper bounds of the first four; `colour` of a value by its class."""

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    unknown: str

    def colour(self, value: float) -> str:
        """Fill of a value; NaN gets the colour of «нет данных»."""
        if pd.isna(value):
            return self.unknown
        return self.colours[sum(value >= bound for bound in self.breaks)]


def classes(values: Iterable[float]) -> Classes:
    """Five classes with about equally many values in each; fewer when values repeat."""
    colours = palette()
    known = pd.Series(list(values), dtype=float).dropna()
    quantiles = [] if known.empty else [_round(float(known.quantile(share))) for share in (0.2, 0.4, 0.6, 0.8)]
    breaks = tuple(sorted({bound for bound in quantiles if known.min() < bound <= known.max()}))
    return Classes(breaks, colours.sequential[: len(breaks) + 1], colours.panel)


# ---- what pages draw -------------------------------------------------------------------------------------------


def bubble_map(
    frame: pd.DataFrame,
    metric: str,
    key: str,
    *,
    selected: int | None = None,
    outline: GeoJson | None = None,
    layer: GeoJson | None = None,
    attribution: str = "",
    height: int = HEIGHT,
) -> int | None:
    """Draws territories, coloured by rate, and returns the id of the clicked one.

    frame: id, name, lat, lon, value (count), rate (the measure called `metric`, NaN = too little data), spikes,
    optional tip (the second line of the tooltip in place of count and rate).
    layer: polygons with properties.id are filled where known, the others stand as bubbles sized by count.
    outline: a border drawn under everything. The legend with its breaks stands above the map.
    """
    known = frame.dropna(subset=["lat", "lon"])
    scale = classes(known["rate"])
    drawn = _ids(layer)
    colours = palette()
    view = _view(known["lat"], known["lon"], outline or layer)
    group = _outline(outline, colours)
    rows = known.sort_values("value", ascending=False).to_dict("records")
    if layer:
        facts = {int(row["id"]): row for row in rows}
        _polygons(layer, facts, metric, scale, selected, colours).add_to(group)
    bubbles = [row for row in rows if int(row["id"]) not in drawn]
    if bubbles:
        _bubbles(bubbles, metric, scale, selected, colours).add_to(group)
    _labels(rows, view, drawn).add_to(group)
    marked = bool((frame["spikes"].fillna(0) > 0).any())
    if scale.breaks or marked:
        map_legend(metric, scale, spikes=marked)
    clicked = _draw([group], view, key, height, attribution)
    return clicked if clicked in set(frame["id"].astype(int)) else None


def point_map(frame: pd.DataFrame, key: str, *, outline: GeoJson | None = None, attribution: str = "", height: int = HEIGHT) -> int | None:
    """Draws single appeals, gathered into numbered clusters, and returns the id of the clicked one.

    frame: id, lat, lon, label (shown on hover: topic or street, never a text of a citizen).
    """
    known = frame.dropna(subset=["lat", "lon"])
    group = _outline(outline, palette())
    if len(known):
        data = [[row.lat, row.lon, str(row.id), html.escape(str(row.label))] for row in known.itertuples()]
        FastMarkerCluster(data, callback=_POINT % palette().data, options={"maxClusterRadius": 50}).add_to(group)
    clicked = _draw([group], _view(known["lat"], known["lon"], None if len(known) else outline), key, height, attribution)
    return clicked if clicked in set(known["id"].astype(int)) else None


def heat_map(frame: pd.DataFrame, key: str, *, outline: GeoJson | None = None, attribution: str = "", height: int = HEIGHT) -> None:
    """Draws density: frame with lat, lon and optional weight."""
    known = frame.dropna(subset=["lat", "lon"])
    group = _outline(outline, palette(), filled=False)
    if len(known):
        weights = known["weight"] if "weight" in known else pd.Series(1.0, index=known.index)
        steps = {0.2: palette().sequential[1], 0.5: palette().sequential[3], 1.0: palette().sequential[5]}
        HeatMap(list(zip(known["lat"], known["lon"], weights, strict=True)), radius=18, blur=14, gradient=steps).add_to(group)
    _draw([group], _view(known["lat"], known["lon"], None if len(known) else outline), key, height, attribution)


def grid_map(
    cells: GeoJson,
    metric: str,
    key: str,
    *,
    outline: GeoJson | None = None,
    attribution: str = "",
    height: int = HEIGHT,
) -> str | None:
    """Draws equal hexagons coloured by count and returns the id of the clicked one.

    cells: FeatureCollection of polygons, properties id (h3 index) and value; `metric` names the value.
    """
    values = [feature["properties"]["value"] for feature in cells["features"]]
    scale = classes(values)
    group = _outline(outline, palette())
    lats, lons = _extent(cells)
    if values:
        _cells(cells, metric, scale, palette()).add_to(group)
    map_legend(metric, scale)
    clicked = _draw_raw([group], _view(lats, lons), key, height, attribution)
    known = {str(feature["properties"]["id"]) for feature in cells["features"]}
    return clicked if clicked in known else None


def object_map(
    objects: pd.DataFrame, around: pd.DataFrame, key: str, *, selected: int | None = None, outline: GeoJson | None = None, height: int = HEIGHT
) -> int | None:
    """Draws a few objects as numbered circles over the density of appeals, and returns the id of the clicked one.

    objects: id, lat, lon, name, tip (shown on hover); around: lat, lon of appeals. The map shows the objects, not all appeals.
    """
    colours = palette()
    known = objects.dropna(subset=["lat", "lon"])
    group = _outline(outline, colours, filled=False)
    if len(around):
        steps = {0.2: colours.sequential[1], 0.5: colours.sequential[3], 1.0: colours.sequential[5]}
        HeatMap(list(zip(around["lat"], around["lon"], strict=True)), radius=16, blur=14, gradient=steps).add_to(group)
    features = [
        {
            "type": "Feature",
            "properties": {"id": str(int(row.id)), "tip": f"<b>{html.escape(str(row.name))}</b><br>{html.escape(str(row.tip))}"},
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        }
        for row in known.itertuples(index=False)
    ]

    def look(feature: GeoJson) -> dict[str, Any]:
        chosen = feature["properties"]["id"] == str(selected)
        return {"color": colours.text, "weight": 4 if chosen else 1.5, "fillColor": colours.attention, "fillOpacity": 1, "radius": 11 if chosen else 8}

    if features:
        _geojson(features, look, folium.CircleMarker(radius=8, fill=True)).add_to(group)
    clicked = _draw([group], _view(known["lat"], known["lon"], None if len(known) else outline), key, height, "")
    return clicked if clicked in set(known["id"].astype(int)) else None


def map_legend(metric: str, scale: Classes, spikes: bool = False) -> None:
    """Draws the classes of a map with their breaks, above it."""
    edges = [numbers.number(bound) for bound in scale.breaks]
    between = [f"{low} – {high}" for low, high in pairwise(edges)]
    words = [f"< {edges[0]}", *between, f"≥ {edges[-1]}"] if edges else [_("одно значение")]
    items = [
        f'<span><i style="background:{colour}"></i>{html.escape(word)}</span>' for colour, word in zip(scale.colours, words, strict=True)
    ]
    mark = f'<span><b style="color:{palette().attention}">◆</b> {html.escape(_("есть всплеск"))}</span>' if spikes else ""
    st.html(f'<div class="pulse-legend"><b>{safe_text(metric)}</b>{"".join(items)}{mark}</div>')


# ---- layers ----------------------------------------------------------------------------------------------------


def _outline(outline: GeoJson | None, colours: Palette, filled: bool = True) -> folium.FeatureGroup:
    group = folium.FeatureGroup()
    if outline:
        style = {"color": colours.context, "weight": 1.2, "fillColor": colours.page, "fillOpacity": int(filled)}
        folium.GeoJson(outline, style_function=lambda _feature: style, interactive=False).add_to(group)
    return group


def _polygons(
    layer: GeoJson,
    facts: Mapping[int, dict[Any, Any]],
    metric: str,
    scale: Classes,
    selected: int | None,
    colours: Palette,
) -> folium.GeoJson:
    features = [
        _feature(facts[int(feature["properties"]["id"])], feature["geometry"], metric)
        for feature in layer["features"]
        if int(feature["properties"]["id"]) in facts
    ]

    def look(feature: GeoJson) -> dict[str, Any]:
        return _look(feature, scale, selected, colours) | {"fillOpacity": 1}

    return _geojson(features, look)


def _bubbles(rows: Sequence[dict[Any, Any]], metric: str, scale: Classes, selected: int | None, colours: Palette) -> folium.GeoJson:
    largest = _largest(rows)
    features = [_feature(row, {"type": "Point", "coordinates": [row["lon"], row["lat"]]}, metric) for row in rows]

    def look(feature: GeoJson) -> dict[str, Any]:
        size = _radius(feature["properties"]["value"], largest)
        return _look(feature, scale, selected, colours) | {"radius": size, "fillOpacity": 0.92}

    return _geojson(features, look, folium.CircleMarker(radius=8, fill=True))


def _largest(rows: Sequence[dict[Any, Any]]) -> float:
    return max((float(row["value"]) for row in rows), default=0.0) or 1.0


def _radius(value: float, largest: float) -> float:
    """Bubble radius in pixels: area grows with the count."""
    return round(5 + 21 * math.sqrt(max(value, 0) / largest), 1)


def _cells(cells: GeoJson, metric: str, scale: Classes, colours: Palette) -> folium.GeoJson:
    features = []
    for cell in cells["features"]:
        value = cell["properties"]["value"]
        tip = f"<b>{html.escape(numbers.number(value))}</b> {html.escape(metric)}"
        properties = {"id": str(cell["properties"]["id"]), "rate": value, "tip": tip, "spikes": 0}
        features.append({"type": "Feature", "properties": properties, "geometry": cell["geometry"]})

    def look(feature: GeoJson) -> dict[str, Any]:
        return _look(feature, scale, None, colours) | {"fillOpacity": 0.85}

    return _geojson(features, look)


def _feature(row: Mapping[Any, Any], geometry: GeoJson, metric: str) -> GeoJson:
    rate = None if pd.isna(row["rate"]) else float(row["rate"])
    shown = _("мало данных") if rate is None else f"{numbers.number(rate)} {metric}"
    spikes = int(row["spikes"]) if pd.notna(row["spikes"]) else 0
    told = row.get("tip") or f"{numbers.integer(row['value'])} · {shown}"
    lines = [f"<b>{html.escape(str(row['name']))}</b>", html.escape(str(told))]
    if spikes:
        lines.append(html.escape(_("◆ всплесков: {count}").format(count=spikes)))
    properties = {
        "id": str(int(row["id"])),
        "value": float(row["value"]),
        "rate": rate,
        "spikes": spikes,
        "tip": "<br>".join(lines),
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _look(feature: GeoJson, scale: Classes, selected: int | None, colours: Palette) -> dict[str, Any]:
    facts = feature["properties"]
    chosen = selected is not None and facts["id"] == str(selected)
    border = colours.text if chosen else colours.attention if facts["spikes"] else colours.context
    rate = float("nan") if facts["rate"] is None else facts["rate"]
    return {"color": border, "weight": 3 if chosen or facts["spikes"] else 1, "fillColor": scale.colour(rate)}


def _geojson(features: list[GeoJson], look: Any, marker: folium.CircleMarker | None = None) -> folium.GeoJson:
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=look,
        marker=marker,
        tooltip=folium.GeoJsonTooltip(fields=["tip"], labels=False, sticky=False),
    )


def _labels(rows: Sequence[dict[Any, Any]], view: "_View", drawn: set[int]) -> folium.FeatureGroup:
    """Names and ◆ on the map: the largest first, those that would lie on another are left to the tooltip."""
    group = folium.FeatureGroup()
    taken: list[tuple[float, float]] = []
    largest = _largest(rows)
    for row in rows:
        x, y = view.pixels(row["lat"], row["lon"])
        free = all(abs(x - left) > 96 or abs(y - top) > 30 for left, top in taken)
        if not free or len(taken) >= LABELS:
            continue
        taken.append((x, y))
        mark = '<b class="spike">◆</b> ' if row["spikes"] and row["spikes"] > 0 else ""
        below = 0 if int(row["id"]) in drawn else round(_radius(row["value"], largest)) + 4
        text = f'<div class="name" style="margin-top:{below}px">{mark}{html.escape(str(row["name"]))}</div>'
        rank = "pulse" if len(taken) <= PHONE_LABELS else "pulse minor"
        icon = folium.DivIcon(html=text, icon_size=(140, 30), icon_anchor=(70, 8), class_name=rank)
        folium.Marker((row["lat"], row["lon"]), icon=icon, interactive=False).add_to(group)
    return group


_POINT = """function (row) {
    var marker = L.circleMarker(new L.LatLng(row[0], row[1]), {radius: 6, weight: 1, color: '#fff', fillOpacity: 0.9,
                                fillColor: '%s'});
    marker.feature = {type: 'Feature', properties: {id: row[2]}};
    marker.bindTooltip(row[3]);
    return marker;
}"""


# ---- the map itself --------------------------------------------------------------------------------------------


class _Fit(MacroElement):
    """Shows the given bounds, once: a filter or a selection inside them leaves the reader's own view alone."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "if (window.pulseBounds !== {{ this.bounds|tojson }}) {"
        " window.pulseBounds = {{ this.bounds|tojson }};"
        " map_div.fitBounds({{ this.bounds }}, {padding: [24, 24], maxZoom: 15}); }"
        "{% endmacro %}"
    )

    def __init__(self, bounds: str) -> None:
        super().__init__()
        self.bounds = bounds


@dataclass(frozen=True)
class _View:
    """What part of the world is shown, in degrees."""

    south: float
    west: float
    north: float
    east: float

    def bounds(self) -> str:
        return json.dumps([[self.south, self.west], [self.north, self.east]])

    def pixels(self, lat: float, lon: float) -> tuple[float, float]:
        """Where a place lies on a picture of usual size, to keep labels apart."""
        wide = max(self.east - self.west, 0.05)
        tall = max(_mercator(self.north) - _mercator(self.south), 0.0005)
        scale = min(WIDTH / math.radians(wide), HEIGHT / tall) * 0.9
        return math.radians(lon) * scale, -_mercator(lat) * scale


def _view(lats: pd.Series, lons: pd.Series, outline: GeoJson | None = None) -> _View:
    if outline and outline["features"]:
        lats, lons = _extent(outline)
    if lats.empty:
        return _View(42.0, 20.0, 74.0, 178.0)
    return _View(*(round(float(edge), 4) for edge in (lats.min(), lons.min(), lats.max(), lons.max())))


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def _extent(shapes: GeoJson) -> tuple[pd.Series, pd.Series]:
    points = [point for feature in shapes["features"] for point in _points(feature["geometry"]["coordinates"])]
    frame = pd.DataFrame(points, columns=["lon", "lat"], dtype=float)
    return frame["lat"], frame["lon"]


def _points(coordinates: Any) -> Iterable[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], (int, float)):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _points(part)


def _draw(groups: list[folium.FeatureGroup], view: _View, key: str, height: int, attribution: str) -> int | None:
    clicked = _draw_raw(groups, view, key, height, attribution)
    return int(clicked) if clicked and clicked.isdecimal() else None


def _draw_raw(groups: list[folium.FeatureGroup], view: _View, key: str, height: int, attribution: str) -> str | None:
    _Fit(view.bounds()).add_to(groups[0])
    answer = st_folium(
        _blank(palette()),
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=groups,
        returned_objects=["last_active_drawing"],
    )
    if attribution:
        st.caption(attribution)
    return _clicked_id(answer)


def _clicked_id(answer: Mapping[str, Any] | None) -> str | None:
    drawing = (answer or {}).get("last_active_drawing") or {}
    found = (drawing.get("properties") or {}).get("id")
    return str(found) if found is not None else None


def _blank(colours: Palette) -> folium.Map:
    """The constant map: no tiles, no data. Only colours of the page depend on the theme, and they sit in the header."""
    blank = folium.Map((62, 95), zoom_start=3, tiles=None, maxZoom=17, zoomSnap=0.5, attributionControl=False)
    header: folium.Element = blank.get_root().header  # type: ignore[attr-defined]
    header.add_child(folium.Element(_MAP_CSS % (vars(colours) | {"font": FONT})))
    return blank


_MAP_CSS = """<style>
@font-face { font-family: "IBM Plex Sans"; src: url("/app/static/vendor/IBMPlexSans.ttf"); font-weight: 100 700; }
.leaflet-container { background: %(panel)s; font-family: %(font)s; border-radius: 8px; }
.leaflet-tooltip { background: %(text)s; color: %(page)s; border: 0; box-shadow: none; font-size: 13px; }
.leaflet-tooltip::before { display: none; }
.leaflet-bar a { background: %(page)s; color: %(text)s; border-color: %(line)s; }
.pulse .name { text-align: center; font-size: 12px; font-weight: 600; line-height: 14px; color: %(text)s;
  text-shadow: 0 0 3px %(page)s, 0 0 3px %(page)s, 0 0 3px %(page)s; }
@media (max-width: 480px) { .minor { display: none; } }
.pulse .spike { color: %(attention)s; }
.marker-cluster, .marker-cluster div { background: %(data)s !important; color: %(page)s !important; font-weight: 600; }
.marker-cluster { opacity: 0.9; }
.leaflet-interactive:focus { outline: none; }
</style>"""


def _round(value: float) -> float:
    """Two significant digits, so that a legend is readable."""
    if value == 0:
        return 0.0
    digits = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return float(rounded)


def _ids(layer: GeoJson | None) -> set[int]:
    return {int(feature["properties"]["id"]) for feature in layer["features"]} if layer else set()
