"""«Где чинить в первую очередь?»"""

import pandas as pd
import streamlit as st

from analytics.zones import LEAST_AUTHORS, WEIGHTS
from components import choices, exports, headline, links, maps_zones, quotes, tables, themes
from components.links import set_params
from components.maps_zones import Zone
from components.safe import plain
from components.tables import Column
from queries import appeals, cells, outlines, store, zones
from queries.appeals import Chosen
from queries.cells import Cells
from queries.context import Context
from queries.scope import COUNTRY
from queries.zones import Zones
from words import _
from words.dates import day, span
from words.foresight import budget_words, chance, cluster_words, zones_finding
from words.numbers import decimal, integer, times
from words.plurals import counted

LIST, APPEAL = "pages/know/appeals.py", "pages/know/appeal.py"
KINDS = {"streets": _("Улицы и районы"), "cells": _("Ячейки карты")}
UNITS = {"km": _("Километры"), "rub": _("Рубли")}
LEADERS, DRAWN, TABLED, PRICED, QUOTED = 3, 400, 100, 40, 3
PARTS = {"volume": _("число авторов"), "persistence": _("постоянство"), "unresolved": _("не решено"), "growth": _("рост"), "severity": _("тяжесть темы")}
COLUMNS = [
    Column("name", _("Место"), width=250),
    Column("score", _("Балл"), "tenths", _("От 0 до 100. Вес частей: {parts}").format(parts=", ".join(f"{PARTS[k]} {w:.0f}" for k, w in WEIGHTS.items()))),
    Column("volume", _("Обращений"), "count"),
    Column("authors", _("Авторов"), "count", _("Сто писем одного человека почти ничего не добавляют: каждый считается корнем из числа своих писем")),
    Column("persistence", _("Постоянство"), "percent", _("Доля недель периода, в которые отсюда писали")),
    Column("unresolved", _("Не решено"), "percent", _("Закрыто без решения или просрочено, из закрытых и просроченных; среднее по авторам")),
    Column("growth", _("Рост"), "rate", _("Во сколько раз больше людей писало во второй половине периода, нижняя граница 90 %: больше 1 значит рост наверняка")),
]

context: Context = st.session_state["context"]
if context.scope.place == COUNTRY:
    headline.headline(_("Зоны считаются внутри региона или города"), _("Выберите место"))
    for territory in sorted(context.territories.children(COUNTRY), key=lambda one: -one.appeals):
        links.page_link(territory.name, "pages/prevent/zones.py", {"place": territory.territory_id})
    st.stop()
scope = zones.span_of(context.scope)
kind = st.query_params.get("by", "streets") if st.query_params.get("by") in KINDS else "streets"
picked = Cells.decode(st.query_params.get("zone", "")) if kind == "cells" else None
street = st.query_params.get("at", "") if kind == "streets" else ""
period = {"from": scope.first.isoformat(), "to": scope.last.isoformat()}


def shapes(found: Zones) -> list[Zone]:
    """The best zones of the kind as the map draws them."""
    drawn = found.of(kind).dropna(subset=["lat"]).head(DRAWN)
    return [
        Zone(
            row["key"],
            zones.shape(row, kind),
            row["score"],
            [row["name"], _("балл {score}: {n}, {who}").format(score=decimal(row["score"], 1), n=counted(row["volume"], "обращение"), who=counted(row["authors"], "автор"))],
        )
        for row in drawn.to_dict("records")
    ]


def draw_map(found: Zones) -> None:
    """The map; a click picks a street, or adds a cell to the zone."""
    hot = {cell for spot in found.spots for cell in spot.cells} if kind == "cells" else set()
    border = outlines.regions({context.territories.all[context.place.region_id].name}) if context.place.kind == "region" else None
    clicked = maps_zones.zone_map(shapes(found), _("балл"), "zones_map", hot=hot, chosen=(*(picked.ids if picked else ()), street), outline=border)
    if clicked is None or clicked == st.session_state.get("zones_clicked"):
        return
    st.session_state["zones_clicked"] = clicked
    if kind == "streets":
        set_params({"at": clicked})
    else:
        set_params({"zone": Cells.of([*(picked.ids if picked else ()), clicked]).encode()})
    st.rerun()


def board(found: Zones) -> None:
    """The ranked table; a click picks the place."""
    table = found.of(kind)
    headline.section(
        _("Мест: {n}").format(n=integer(len(table))),
        _("{n} с адресом из {all}. Серым: меньше {least} авторов, такие места не бывают первыми. Нажмите на строку").format(
            n=integer(found.placed(kind)), all=integer(found.appeals), least=LEAST_AUTHORS
        ),
    )
    shown = table.head(TABLED)
    row = tables.ranked(shown.assign(muted=shown["few"]), COLUMNS, key=f"zones_board_{kind}", height=520)
    key = None if row is None else str(shown.iloc[row]["key"])
    if key and key != st.session_state.get("zones_row"):
        st.session_state["zones_row"] = key
        set_params({"at": key} if kind == "streets" else {"zone": key})
        st.rerun()


def zone_panel(found: Zones) -> None:
    """What is picked: its figures, its newest texts, the way to all of them."""
    table = found.of(kind).set_index("key")
    if kind == "cells":
        names = {key: row["name"] for key, row in table.iterrows()}
        own = [one for one in (picked.ids if picked else ()) if one in names]
        widget = f"zones_cells_{'_'.join(own)}"
        st.multiselect(
            _("Зона из ячеек: нажимайте на карту или выбирайте здесь, до {n}").format(n=cells.MOST),
            list(names), default=own, format_func=names.get, key=widget, max_selections=cells.MOST, placeholder=_("ни одной"),
            on_change=lambda: set_params({"zone": ",".join(st.session_state[widget]) or None}),
        )  # fmt: skip
        keys = own
    else:
        keys = [street] if street in table.index else []
    if not keys:
        st.caption(_("Место не выбрано. Выберите его на карте или в таблице, чтобы прочитать, о чём там пишут."))
        return
    rows = table.loc[keys]
    chosen = Chosen(zone=Cells.of(keys)) if kind == "cells" else Chosen(street=rows.iloc[0]["street"])
    inside = context.within(int(rows.iloc[0]["territory_id"])).over(scope.first, scope.last)
    number, closed = appeals.count(inside, chosen)
    with st.container(border=True):
        headline.section(
            rows.iloc[0]["name"] if len(rows) == 1 else _("Зона, ячеек: {n}").format(n=integer(len(rows))),
            _("{n} за {span}").format(n=counted(number, "обращение"), span=span(scope.first, scope.last))
            + (_(". Тексты закрыты у {n}").format(n=integer(closed)) if closed else ""),
        )
        for text in appeals.written(inside, chosen, QUOTED).itertuples():
            quotes.quote_card(text.text, day(text.day))
            links.page_link(_("Открыть обращение"), APPEAL, {"id": text.appeal_id})
        links.open_button(
            _("Показать {n}").format(n=counted(number, "обращение")), LIST, period | {"place": inside.place} | chosen.encode(), key="zones_open", primary=True
        )


def hot_spots(found: Zones) -> None:
    """Clusters that chance does not explain."""
    headline.section(
        _("Больше, чем объясняет случайность: {n}").format(n=integer(len(found.spots))),
        _("Ячейки с соседями и отрезки периода; считаем людей, а не письма. Нажмите на строку, чтобы увидеть зону на карте"),
        help=_(
            "Пространственно-временной поиск Кульдорфа: 199 раз разыгрываем мир без скоплений, такой же шумный, и смотрим, бывает ли в нём скопление "
            "сильнее. Человек считается один раз за тринадцатую часть периода. «К обычному»: сравнение с теми же местами в другое время. «К другим темам»: с тем, сколько оттуда пишут обо всём."
        ),
    )
    if not found.spots:
        headline.empty(_("Скоплений нет"), _("Всё, что видно на карте, может быть случайным разбросом."))
        return
    frame = pd.DataFrame(
        {
            "name": [spot.name for spot in found.spots],
            "what": [cluster_words(spot.first, spot.last, spot.seen, spot.awaited) for spot in found.spots],
            "ratio": [times(spot.ratio) for spot in found.spots],
            "against": [_("к обычному") if spot.usual else _("к другим темам") for spot in found.spots],
            "cells": [len(spot.cells) for spot in found.spots],
            "p": [chance(spot.p) for spot in found.spots],
        }
    )
    row = tables.ranked(
        frame,
        [
            Column("name", _("Где"), width=260),
            Column("what", _("Когда и сколько"), width=380),
            Column("ratio", _("Во сколько раз")),
            Column("against", _("Сравнение"), width=130),
            Column("cells", _("Ячеек"), "count"),
            Column("p", _("Случайно бывает"), width=160),
        ],
        key="zones_spots",
    )
    if row is not None and row != st.session_state.get("zones_spot"):
        st.session_state["zones_spot"] = row
        set_params({"by": "cells", "at": None, "zone": Cells.of(found.spots[row].cells[: cells.MOST]).encode()})
        st.rerun()


def budget(found: Zones) -> None:
    """What to repair for the money or the kilometres there are."""
    table = found.of(kind)
    worth = table[~table["few"]].head(PRICED).reset_index(drop=True)
    headline.section(
        _("Что отремонтировать на этот бюджет"),
        _("Выбираем из первых {n} мест набор, который закрывает больше всего обращений. Стоимость можно исправить в таблице").format(n=len(worth)),
        help=_("Длина улицы: расстояние между крайними адресами обращений, это оценка. У ячейки длины нет, её стоимость нужно вписать. Место без стоимости не выбирается. Набор найден точно, перебором с отсечением."),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = st.segmented_control(_("В чём бюджет"), list(UNITS), format_func=UNITS.get, default="km", key="zones_unit", required=True)
        limit = st.number_input(_("Бюджет, {unit}").format(unit=_("км") if unit == "km" else _("млн ₽")), min_value=0.0, value=3.0 if unit == "km" else 50.0, key=f"zones_budget_{unit}")
        price = st.number_input(_("Цена километра, млн ₽"), min_value=0.0, value=20.0, key="zones_price") if unit == "rub" else 1.0
    priced = pd.DataFrame({"name": worth["name"], "volume": worth["volume"], "cost": (worth["km"] * price).round(2)})
    edited = st.data_editor(
        priced, key=f"zones_costs_{kind}_{unit}_{price}", hide_index=True, height=300, disabled=["name", "volume"], placeholder=_("впишите"),
        column_config={
            "name": st.column_config.TextColumn(_("Место")),
            "volume": st.column_config.NumberColumn(_("Обращений")),
            "cost": st.column_config.NumberColumn(_("Сколько нужно, {unit}").format(unit=_("км") if unit == "km" else _("млн ₽")), min_value=0.0, format="%.2f"),
        },
    )  # fmt: skip
    rows, choice = zones.bought(worth, edited["cost"].to_numpy(float), limit)
    share = choice.covered / max(found.placed(kind), 1)
    st.markdown(f"**{plain(budget_words(len(rows), int(choice.covered), share, choice.cost, choice.left, _('км') if unit == 'km' else _('млн ₽')))}**")
    if len(rows):
        tables.ranked(rows, [COLUMNS[0], Column("cost", _("Стоимость"), "rate"), *COLUMNS[1:4]], key="zones_bought", selectable=False)
    files(found, rows)


def files(found: Zones, rows: pd.DataFrame) -> None:
    """The zones to take away."""
    if not scope.access.may_export:
        return
    about = [
        f"{context.place.name}, {span(scope.first, scope.last)}",
        _("Демонстрационные данные: все обращения выдуманы") if store.is_demo() else "",
        _("Длина улицы: расстояние между крайними адресами обращений, оценка."),
    ]
    places = [*COLUMNS, Column("km", _("Длина, км"), "rate"), Column("lat", _("Широта"), "rate"), Column("lon", _("Долгота"), "rate")]
    sheets = [(KINDS["streets"], found.streets, places), (KINDS["cells"], found.cells, [Column("key", "H3"), *places])]
    if len(rows):
        sheets.append((_("На бюджет"), rows, [COLUMNS[0], Column("cost", _("Стоимость"), "rate"), *COLUMNS[1:4]]))
    with st.container(horizontal=True):
        exports.xlsx_button(sheets, [line for line in about if line], _("Скачать таблицы, XLSX"), f"zones-{scope.place}-{scope.last}.xlsx")
        exports.geojson_button(zones.geojson(found.of(kind), kind), _("Скачать места на карту, GeoJSON"), f"zones-{scope.place}-{kind}-{scope.last}.geojson")


finding = st.container()
found = themes.asked(lambda: zones.found(scope, context.territories), _("Считаем зоны и проверяем их на случайность"))
if found is None:
    with finding:
        headline.headline(_("Зоны"), context.place.name)
    st.stop()
whole = found.of(kind)
leaders = whole[~whole["few"]].head(LEADERS)
with finding:
    headline.headline(
        zones_finding(leaders["name"].tolist(), leaders["volume"].sum() / max(found.placed(kind), 1), kind),
        _("{place}, {span}{why}").format(
            place=context.place.name,
            span=span(scope.first, scope.last),
            why="" if scope == context.scope else _(". Выбранный период короче восьми недель, зоны посчитаны за год"),
        ),
    )
if whole.empty:
    headline.empty(_("Мест нет"), _("У обращений этого периода нет улиц и координат."), _("Адреса появятся, когда источник их передаст."))
    st.stop()
choices.segmented("by", _("Что сравнить"), KINDS, kind)
left, right = st.columns([5, 6], gap="large")
with left:
    draw_map(found)
    zone_panel(found)
with right:
    board(found)
hot_spots(found)
budget(found)
