"""Maps ask nobody outside, never change under the reader, and show foreign names literally."""

import json
import re

import folium
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit_folium import _get_feature_group_string, generate_leaflet_string

from components import maps
from components.theme import LIGHT

FRAME = pd.DataFrame(
    [[1, "Омск", 55.0, 73.4, 100, 2.5, 1], [2, "<img src=x>", 55.5, 74.0, 0, float("nan"), 0], [3, "Без места", None, None, 5, 1.0, 0]],
    columns=maps.COLUMNS,
)
SQUARE = {"type": "Polygon", "coordinates": [[[73, 55], [74, 55], [74, 56], [73, 55]]]}


def shapes(**properties):
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": SQUARE}]}


def rows():
    return FRAME.dropna(subset=["lat"]).to_dict("records")


def script(group):
    """What the browser would run for a group of features."""
    blank = folium.Map(tiles=None)
    blank.get_root().render()
    return _get_feature_group_string(group, blank)


def test_every_script_and_style_of_a_map_is_our_own():
    classes = [folium.Map, maps.FastMarkerCluster, maps.MarkerCluster, maps.HeatMap]
    addresses = [address for one in classes for _name, address in (*one.default_js, *one.default_css)]
    assert addresses and all(address.startswith("/app/static/vendor/") for address in addresses)


def test_the_map_itself_never_changes():
    first, second = maps._blank(LIGHT), maps._blank(LIGHT)
    scripts = [re.sub(r"_[0-9a-f]{32}", "", generate_leaflet_string(one)) for one in (first, second) if one.get_root().render()]
    assert scripts[0] == scripts[1] and "tileLayer" not in scripts[0] and '"maxZoom": 17' in scripts[0]


def test_names_and_tips_are_shown_literally_and_ids_come_back():
    scale = maps.classes(FRAME["rate"])
    group = folium.FeatureGroup()
    maps._bubbles(rows(), "на 1 000 <b>", scale, None, LIGHT).add_to(group)
    maps._labels(rows(), maps._view(FRAME["lat"], FRAME["lon"]), set()).add_to(group)
    written = script(group)
    assert "<img" not in written and "<b>x" not in written
    assert "lt;img src=x" in written and json.dumps("мало данных")[1:-1] in written


def test_too_little_data_is_not_coloured_and_a_spike_has_a_border():
    scale = maps.classes([1.0, 2.0, 3.0])
    spike = maps._feature(rows()[0], SQUARE, "м")
    scarce = maps._feature(rows()[1], SQUARE, "м")
    assert maps._look(spike, scale, None, LIGHT)["color"] == LIGHT.attention
    assert maps._look(scarce, scale, None, LIGHT)["fillColor"] == LIGHT.panel
    assert maps._look(scarce, scale, 2, LIGHT)["color"] == LIGHT.text


@pytest.mark.parametrize("values", [[], [float("nan")], [5.0], [5.0, 5.0], [0.0, 0.0, 1.0], list(range(100)), [0.011, 0.024, 0.3]])
def test_every_value_has_a_class(values):
    scale = maps.classes(values)
    assert len(scale.colours) == len(scale.breaks) + 1 and list(scale.breaks) == sorted(set(scale.breaks))
    assert all(scale.colour(value) for value in values)


def test_five_classes_hold_about_equally_many():
    scale = maps.classes(range(100))
    counted = pd.Series([scale.colour(value) for value in range(100)]).value_counts()
    assert len(counted) == 5 and counted.min() >= 15


def test_a_polygon_replaces_the_bubble():
    assert maps._ids(shapes(id="1")) == {1} and maps._ids(None) == set()


def test_the_view_holds_everything_and_survives_nothing():
    view = maps._view(FRAME["lat"].dropna(), FRAME["lon"].dropna())
    assert (view.south, view.west, view.north, view.east) == (55.0, 73.4, 55.5, 74.0)
    assert maps._view(pd.Series(dtype=float), pd.Series(dtype=float)).north > 60
    assert maps._view(FRAME["lat"], FRAME["lon"], shapes(id=1)).north == 56


def test_labels_leave_each_other_room():
    crowd = [dict(rows()[0], id=number, lat=55 + number / 1000) for number in range(50)]
    group = maps._labels(crowd, maps._View(50, 60, 60, 90), set())
    assert len(group._children) == 1


def test_an_id_of_a_click_is_read_whole():
    clicked = {"last_active_drawing": {"properties": {"id": "8999999999999999075"}}}
    assert maps._clicked_id(clicked) == "8999999999999999075"
    assert maps._clicked_id({"last_active_drawing": None}) is None and maps._clicked_id(None) is None
    assert maps._clicked_id({"last_active_drawing": {"properties": {}}}) is None


def page():
    import pandas as pd

    from components import maps

    empty = pd.DataFrame(columns=maps.COLUMNS)
    points = pd.DataFrame({"id": [2**62], "lat": [55.0], "lon": [73.0], "label": ["<i>"]})
    maps.bubble_map(empty, "x", "a")
    maps.bubble_map(pd.DataFrame([[1, "Омск", 55.0, 73.4, 100, 2.5, 1]], columns=maps.COLUMNS), "x", "b", attribution="© OSM")
    maps.point_map(points, "c")
    maps.point_map(points.head(0), "d")
    maps.heat_map(points, "e")
    maps.heat_map(points.head(0), "f")
    maps.grid_map({"type": "FeatureCollection", "features": []}, "x", "g")


def test_maps_of_nothing_and_of_one_draw():
    at = AppTest.from_function(page, default_timeout=30).run()
    assert not at.exception
    assert any("© OSM" in caption.value for caption in at.caption)
