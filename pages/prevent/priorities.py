"""«За что взяться на этой неделе?»"""

from datetime import date

import pandas as pd
import streamlit as st

from components import headline, links, tables, themes
from components.links import set_params
from components.tables import Column
from queries import priorities, writes
from queries.context import Context
from queries.priorities import WEIGHTS, Items
from words import _
from words.dates import span
from words.foresight import between, priorities_finding
from words.numbers import decimal, integer, percent, times
from words.plurals import counted

LIST, SEASONS, MEASURES = "pages/know/appeals.py", "pages/prevent/seasons.py", "pages/prevent/measures.py"
SHOWN, LEADERS = 40, 10
TITLES = {
    "volume": _("Сколько людей пишет"),
    "growth": _("Рост"),
    "severity": _("Тяжесть темы"),
    "overdue": _("Просрочено"),
    "vulnerable": _("Дети, пожилые, инвалиды"),
    "reach": _("Охват публикаций"),
    "outlook": _("Прогноз на четыре недели"),
    "cost": _("Стоимость начатых мер"),
}
HELP = {
    "volume": _("Разные авторы за период. Логарифм к самому большому: вдесятеро больше видно, но остальных не заслоняет"),
    "growth": _("Во сколько раз больше авторов, чем за четыре таких же периода до этого, нижняя граница 90 %"),
    "severity": _("Из справочника тем: от 1 до 5. Балл: доля строк, у которых тема легче"),
    "overdue": _("Открыто и просрочено сейчас, когда бы ни поступило"),
    "vulnerable": _("В открытых текстах есть слова из списка: ребёнок, пожилой, инвалид и другие"),
    "reach": _("Сумма аудитории публикаций, где она известна"),
    "outlook": _("Самая большая из ближайших четырёх недель темы к среднему за последние четыре"),
    "cost": _("Деньги начатых и запланированных мер: чем дешевле, тем раньше. Где цен нет, вес делят остальные"),
}

context: Context = st.session_state["context"]
scope = context.scope


def weights_now() -> dict[str, float]:
    """The weights of the sliders; the usual ones before they are drawn."""
    return {key: float(st.session_state.get(f"priority_{key}", weight)) for key, weight in WEIGHTS.items()}


def set_weights(weights: dict[str, float]) -> None:
    """Put a saved set, or the usual one, on the sliders."""
    for key, weight in weights.items():
        st.session_state[f"priority_{key}"] = int(weight)


def weight_panel() -> None:
    """How much each part weighs, and named sets."""
    headline.section(_("Веса в балле"), _("Вес 0: не входит"))
    for key, weight in WEIGHTS.items():
        st.session_state.setdefault(f"priority_{key}", int(weight))
        st.slider(TITLES[key], 0, 100, step=5, key=f"priority_{key}", help=HELP[key])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(_("Обычные веса"), on_click=set_weights, args=(dict(WEIGHTS),))
        for name, chosen in priorities.saved_weights().items():
            st.button(name, on_click=set_weights, args=(dict.fromkeys(WEIGHTS, 0.0) | chosen,), key=f"priority_set_{name}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(_("Название набора"), max_chars=60, key="priority_name")
        if st.button(_("Сохранить набор"), disabled=not name.strip()):
            writes.save_view(priorities.PAGE, name, weights_now())
            st.toast(_("Набор сохранён"))
            st.rerun()


def board(table: pd.DataFrame, agreement: float) -> None:
    """The order; a click opens a score into its parts."""
    first = table[~table["few"]].head(LEADERS)
    headline.section(
        _("Тема и место по порядку"),
        _("Места: куда попадает строка, если каждый вес сдвинуть на 20 %. Нажмите на строку, чтобы увидеть, из чего балл"),
        help=_("1 000 раз сдвигаем каждый вес отдельно до 20 % в обе стороны; показаны места, в которых строка оказывается в 90 % случаев."),
    )
    shown = table.head(SHOWN)
    row = tables.ranked(
        shown.assign(
            muted=shown["few"],
            places=[integer(a) if a == b else f"{integer(a)}–{integer(b)}" for a, b in zip(shown["rank_low"], shown["rank_high"], strict=True)],
        ),
        [
            Column("topic", _("Тема"), width=220),
            Column("name", _("Где"), width=170),
            Column("score", _("Балл"), "tenths", _("От 0 до 100")),
            Column("places", _("Места")),
            Column("appeals", _("Обращений"), "count"),
            Column("authors", _("Авторов"), "count"),
            Column("growth", _("Рост"), "rate", HELP["growth"]),
            Column("overdue", _("Просрочено"), "count"),
        ],
        key="priorities_board",
        height=560 if len(shown) > 15 else None,
    )
    st.caption(
        _("Серым: пишут меньше {n} человек, такие строки не бывают первыми. При сдвиге весов в первой десятке наверняка остаются {sure} из {k}; согласие порядков {tau} из 1").format(
            n=priorities.LEAST_AUTHORS, k=len(first), sure=int(first["sure"].sum()), tau=decimal(agreement, 2)
        )
    )
    if row is not None and str(shown.iloc[row]["key"]) != st.query_params.get("item"):
        set_params({"item": shown.iloc[row]["key"]})
        st.rerun()


def said(row: pd.Series, factor: str) -> str:
    """One part of a score as the figure it comes from."""
    unknown = _("нет данных")
    if factor == "volume":
        return f"{counted(row['authors'], 'автор')}, {counted(row['appeals'], 'обращение')}"
    if factor == "growth":
        return _("не меньше чем {times}: сейчас {now}, за четыре прошлых периода {before}").format(times=times(row["growth"]), now=integer(row["authors"]), before=integer(row["before"]))
    if factor == "severity":
        return unknown if pd.isna(row["severity"]) else _("{n} из 5").format(n=integer(4 * row["severity"] + 1))
    if factor in ("overdue", "vulnerable"):
        return counted(row[factor], "обращение")
    if factor == "reach":
        return unknown if pd.isna(row["reach"]) else _("{n} просмотров").format(n=integer(row["reach"]))
    if factor == "outlook":
        if pd.isna(row["outlook"]):
            return unknown
        return _("ждём {n} в неделю, сейчас {usual}").format(n=between(row["expected"], row["low"], row["high"]), usual=decimal(row["usual"], 1))
    return unknown if pd.isna(row["cost"]) else _("{n} ₽").format(n=integer(row["cost"]))


def target(found: Items, row: pd.Series, factor: str) -> tuple[str, dict[str, object]] | None:
    """Where the part of a score opens: a page and its parameters; None where there is nothing behind it."""
    here: dict[str, object] = {"place": int(row["place"]), "topics": f"t{row['topic_id']}"}
    if factor in ("volume", "reach", "severity"):
        return LIST, here
    if factor == "growth":
        first, last = found.before
        return LIST, here | {"from": first.isoformat(), "to": last.isoformat()}
    if factor == "overdue":
        return LIST, here | {"only": "overdue"} | context.whole_time()
    if factor == "vulnerable":
        return LIST, here | {"only": "vulnerable"}
    if factor == "outlook":
        return SEASONS, {"topic": row["topic_id"]}
    return MEASURES, {"place": here["place"]}


def details(found: Items, row: pd.Series, frame: pd.DataFrame) -> None:
    """What the score of one item is made of, each part with what stands behind it."""
    with st.container(border=True, key="priority_item"):
        headline.section(
            f"{row['topic']}, {row['name']}",
            _("Балл {score}. Нажмите на часть, чтобы открыть, что за ней стоит").format(score=decimal(row["score"], 1)),
        )
        shown = frame.assign(title=frame["factor"].map(TITLES), what=[said(row, factor) for factor in frame["factor"]])
        picked = tables.ranked(
            shown,
            [
                Column("title", _("Часть"), width=200),
                Column("what", _("Что за ней стоит"), width=380),
                Column("points", _("Баллов"), "tenths"),
                Column("most", _("Из возможных"), "tenths", _("Вес части; если чего-то не знаем, его вес делят остальные")),
            ],
            key=f"priority_parts_{row['key']}",
        )
        if picked is not None:
            opened = target(found, row, str(frame.at[picked, "factor"]))
            if opened:
                links.open_page(*opened)
        links.open_button(
            _("Показать {n}").format(n=counted(row["appeals"], "обращение")),
            LIST,
            {"place": int(row["place"]), "topics": f"t{row['topic_id']}"},
            key="priority_open",
            primary=True,
        )


finding = st.container()
since: date = context.days.first or scope.first
found = themes.asked(lambda: priorities.items(scope, context.territories, since), _("Собираем, что говорит за каждую тему и место"))
if found is None:
    with finding:
        headline.headline(_("Приоритеты"), context.place.name)
    st.stop()
when = f"{context.place.name}, {span(scope.first, scope.last)}"
if found.items.empty:
    with finding:
        headline.headline(priorities_finding([], False), when)
    headline.empty(_("За этот период обращений с темами нет"), _("Выберите другой период или уберите фильтры."))
    st.stop()
left, right = st.columns([3, 1], gap="large")
with right, st.container(border=True):
    weight_panel()
chosen = weights_now() if any(weights_now().values()) else dict(WEIGHTS)
table, scored = priorities.ranked(found, chosen)
solid = table[~table["few"]]
with finding:
    headline.headline(
        priorities_finding(list(zip(solid["topic"], solid["name"])), bool(len(solid) and solid.iloc[0]["rank_high"] == solid.iloc[0]["rank_low"])),
        when + _(". Строк {n}: тема в месте. Доля первых {k} в обращениях {share}").format(
            n=integer(len(table)), k=min(LEADERS, len(solid)), share=percent(solid.head(LEADERS)["appeals"].sum() / table["appeals"].sum())
        ),
    )  # fmt: skip
with left:
    board(table, scored.agreement)
    key = st.query_params.get("item", "")
    rows = table[table["key"] == key] if key in set(table["key"]) else table.head(1)
    details(found, rows.iloc[0], priorities.parts(scored, rows.iloc[0]["key"]))
