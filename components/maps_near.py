"""Places of a register and the appeals near one of them."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import folium
import pandas as pd
import streamlit as st
from folium.plugins import FastMarkerCluster

from components.maps import _POINT, HEIGHT, GeoJson, _draw_raw, _geojson, _View
from components.safe import safe_text
from components.theme import palette
from words import _

METRES_A_DEGREE = 111_000


@dataclass(frozen=True)
class Place:
    """A place of a register: its id, point, what a hover says, whether something is going on there."""

    id: str
    lat: float
    lon: float
    tip: str
    calls: bool = False


def near_map(places: Sequence[Place], points: pd.DataFrame, key: str, *, chosen: str, metres: int, height: int = HEIGHT) -> str | None:
    """Draws the circle of `metres` around the chosen place under its name, the appeals in it and all places; returns what was clicked: the id
    of a place, or of an appeal.

    points: appeal_id, lat, lon, label (topic and street, never a text of a citizen).
    """
    colours = palette()
    group = folium.FeatureGroup()
    here = next(place for place in places if place.id == chosen)
    folium.Circle(
        (here.lat, here.lon), radius=metres, color=colours.data, weight=1.5, fill=True, fill_opacity=0.06, interactive=False, dash_array="4 4"
    ).add_to(group)
    if len(points):
        rows = [[row.lat, row.lon, str(row.appeal_id), html.escape(str(row.label))] for row in points.itertuples()]
        FastMarkerCluster(rows, callback=_POINT % colours.data, options={"maxClusterRadius": 40}).add_to(group)
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
         "properties": {"id": place.id, "tip": html.escape(place.tip), "calls": place.calls}}
        for place in sorted(places, key=lambda one: one.id == chosen)
    ]  # fmt: skip

    def look(feature: GeoJson) -> dict[str, object]:
        own = feature["properties"]
        fill = colours.attention if own["calls"] else colours.context
        return {"color": colours.text, "weight": 3 if own["id"] == chosen else 1, "fillColor": fill, "fillOpacity": 1}

    _geojson(features, look, folium.CircleMarker(radius=9, fill=True)).add_to(group)
    label = f'<div class="name">{html.escape(here.tip)}</div>'
    north = metres / METRES_A_DEGREE
    icon = folium.DivIcon(html=label, icon_size=(220, 32), icon_anchor=(110, 36), class_name="pulse")
    folium.Marker((here.lat + north, here.lon), icon=icon, interactive=False).add_to(group)
    view = _View(here.lat - 1.1 * north, here.lon - 2 * north, here.lat + 1.4 * north, here.lon + 2 * north)
    clicked = _draw_raw([group], view, key, height, "")
    _legend(any(place.calls for place in places))
    return clicked


def _legend(calls: bool) -> None:
    colours = palette()
    marks = [(colours.data, _("обращения")), (colours.context, _("места реестра")), *([(colours.attention, _("с превышением или срывом"))] if calls else [])]
    spans = "".join(f'<span><i style="background:{colour}"></i>{safe_text(words)}</span>' for colour, words in marks)
    st.html(f'<div class="pulse-legend">{spans}</div>')
