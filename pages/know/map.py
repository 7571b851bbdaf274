"""«Где пишут?»"""

import pandas as pd
import streamlit as st

from analytics import zones
from components import headline, links, maps, tables
from components.tables import Column
from queries import cities, outlines, spikes
from queries.context import Context
from queries.scope import COUNTRY
from words import _
from words.dates import span
from words.numbers import integer, per_thousand
from words.plurals import counted
from words.sentences import map_finding

LIST, OVERVIEW, MAP, APPEAL = "pages/know/appeals.py", "pages/know/overview.py", "pages/know/map.py", "pages/know/appeal.py"
LAYERS = {"places": _("Территории"), "points": _("Точки"), "heat": _("Плотность"), "grid": _("Сетка")}
MEASURES = {"rate": _("На 1 000 жителей"), "count": _("Число")}
POINTS = 5000

context: Context = st.session_state["context"]
tree = context.territories
in_town = context.place.kind == "municipality"
shown = tree.all[context.place.region_id] if in_town else context.place
around = context.within(shown.territory_id)

found = cities.figures(around)
going = spikes.by_child(around, tree)
frame = (
    pd.DataFrame(
        [
            {
                "id": t.territory_id,
                "name": t.name,
                "lat": t.lat,
                "lon": t.lon,
                "people": t.population,
                "spikes": going.get(t.territory_id, 0),
            }
            for t in tree.children(shown.territory_id)
        ]
    ).merge(found.rename(columns={"territory_id": "id", "appeals": "value"}), on="id", how="inner")
    if len(found)
    else pd.DataFrame()
)

if frame.empty:
    headline.headline(_("Обращений нет"), f"{shown.name}, {span(around.first, around.last)}")
    headline.empty(_("За этот период обращений нет"), _("Выберите другой период или уберите фильтры."))
    st.stop()

frame["per_thousand"] = 1000 * frame["value"] / frame["people"]
headline.headline(map_finding(frame), f"{shown.name}, {span(around.first, around.last)}")
with st.container(horizontal=True, vertical_alignment="center"):
    layer = st.segmented_control(
        _("Слой"),
        list(LAYERS),
        format_func=LAYERS.get,
        default="points" if in_town else "places",
        key="map_layer",
        label_visibility="collapsed",
        required=True,
    )
    measure = (
        st.segmented_control(
            _("Показатель"),
            list(MEASURES),
            format_func=MEASURES.get,
            default="rate",
            key="map_measure",
            label_visibility="collapsed",
            required=True,
        )
        if layer == "places"
        else "count"
    )
frame["rate"] = frame["per_thousand"] if measure == "rate" else frame["value"].astype(float)
border = outlines.regions(None if shown.territory_id == COUNTRY else {shown.name})


def draw() -> int | None:
    """The chosen layer; returns the clicked territory."""
    if layer == "places":
        borders = outlines.layer(
            "regions" if shown.territory_id == COUNTRY else "municipalities",
            {t.name: t.territory_id for t in tree.children(shown.territory_id)},
        )
        return maps.bubble_map(
            frame, MEASURES[measure], "map", selected=context.scope.place if in_town else None, outline=border, layer=borders
        )
    points = cities.points(context.scope, POINTS)
    inside = int(frame.loc[frame["id"] == context.scope.place, "value"].sum()) if in_town else int(frame["value"].sum())
    if points.empty:
        headline.empty(_("Точек нет"), _("У обращений этого периода нет координат."), _("Адреса появятся, когда источник их передаст."))
        return None
    if layer == "points":
        label = points["topic"].fillna("") + ", " + points["street"].fillna(_("без улицы")) + " " + points["house"].fillna("")
        clicked = maps.point_map(
            pd.DataFrame({"id": points["appeal_id"], "lat": points["lat"], "lon": points["lon"], "label": label}), "map", outline=border
        )
        if clicked is not None:
            links.open_page(APPEAL, {"id": clicked})
    elif layer == "heat":
        maps.heat_map(points[["lat", "lon"]], "map", outline=border)
    else:
        maps.grid_map(
            zones.hexagons(points["lat"].to_numpy(), points["lon"].to_numpy(), zones.RESOLUTIONS[context.place.kind]),
            _("обращений"),
            "map",
            outline=border,
        )
    st.caption(
        _("На карте {shown} из {all}: у остальных нет координат или показаны новейшие {limit}").format(
            shown=integer(len(points)), all=integer(inside), limit=integer(POINTS)
        )
    )
    return None


left, right = st.columns([5, 3], gap="large")
with left:
    clicked = draw()
with right:
    listed = frame.sort_values("rate" if measure == "rate" else "value", ascending=False)
    row = tables.ranked(
        listed.assign(muted=listed["value"] < 30),
        [
            Column("name", _("Регион") if shown.territory_id == COUNTRY else _("Муниципалитет")),
            Column("per_thousand", _("На 1 000"), "rate"),
            Column("value", _("Всего"), "count"),
            Column("spikes", _("Всплески"), "count"),
        ],
        key="map_list",
    )
    st.caption(_("Серым: меньше 30 обращений. Нажмите на строку или круг"))
    picked = int(listed.iloc[row]["id"]) if row is not None else clicked
    if picked is not None and picked in set(frame["id"]):
        chosen = frame[frame["id"] == picked].iloc[0]
        with st.container(border=True):
            headline.section(
                f"{chosen['name']}: {counted(int(chosen['value']), 'обращение')}",
                _("{rate}. С координатами {n}").format(rate=per_thousand(chosen["per_thousand"]), n=integer(chosen["with_point"])),
            )
            with st.container(horizontal=True):
                links.open_button(
                    _("Открыть: {name}").format(name=chosen["name"]), OVERVIEW, {"place": picked}, key="map_open", primary=True
                )
                links.open_button(_("Показать на карте"), MAP, {"place": picked}, key="map_drill")
                links.open_button(
                    _("Показать {n}").format(n=counted(int(chosen["value"]), "обращение")), LIST, {"place": picked}, key="map_list_open"
                )
