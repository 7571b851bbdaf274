"""Zones on the map: cells or streets coloured by a measure, hot spots framed, picked ones framed darker."""

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
import streamlit as st

from components.maps import HEIGHT, GeoJson, _draw_raw, _extent, _geojson, _outline, _view, classes, map_legend
from components.safe import safe_text
from components.theme import palette
from words import _


@dataclass(frozen=True)
class Zone:
    """One place: its id, its shape (GeoJSON, a polygon or a point), the measure it is coloured by, and what a hover says."""

    id: str
    shape: Mapping[str, Any]
    value: float
    tip: Sequence[str]


def zone_map(
    zones: Sequence[Zone], metric: str, key: str, *, hot: Collection[str] = (), chosen: Collection[str] = (), outline: GeoJson | None = None, height: int = HEIGHT
) -> str | None:
    """Draws zones coloured by their measure and returns the id of the one clicked last. hot: framed in orange; chosen: in
    black."""
    colours, scale = palette(), classes(zone.value for zone in zones)
    features = [
        {
            "type": "Feature",
            "geometry": dict(zone.shape),
            "properties": {"id": zone.id, "rate": zone.value, "tip": "<br>".join(html.escape(line) for line in zone.tip)},
        }
        for zone in sorted(zones, key=lambda one: (one.id in chosen, one.id in hot))
    ]

    def look(feature: GeoJson) -> dict[str, Any]:
        own = feature["properties"]["id"]
        border = colours.text if own in chosen else colours.attention if own in hot else colours.context
        return {"color": border, "weight": 3 if own in chosen or own in hot else 1, "fillColor": scale.colour(feature["properties"]["rate"]), "fillOpacity": 0.85}

    group = _outline(outline, colours)
    if features:
        _geojson(features, look, folium.CircleMarker(radius=9, fill=True)).add_to(group)
    map_legend(metric, scale)
    if hot:
        words = safe_text(_("больше, чем объясняет случайность"))
        st.html(f'<div class="pulse-legend"><span><b style="color:{colours.attention}">▢</b> {words}</span></div>')
    clicked = _draw_raw([group], _view(*_extent({"features": features})), key, height, "")
    return clicked if clicked in {zone.id for zone in zones} else None
