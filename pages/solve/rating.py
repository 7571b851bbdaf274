"""«Кто решает лучше, и насколько это надёжно?»"""

import pandas as pd
import streamlit as st

from components import charts_rating, headline, links, tables
from components.tables import Column
from queries import rating, writes
from queries.context import Context
from queries.metrics import METRICS, WEIGHTS
from queries.rating import Board
from words import _
from words.dates import day, span
from words.numbers import decimal, integer
from words.plurals import counted
from words.solving import improved_finding, rating_finding

LIST = "pages/know/appeals.py"
KINDS = {"towns": _("Города"), "executors": _("Исполнители")}
WHOSE = {"towns": _("городов"), "executors": _("исполнителей")}
GROUPS = {
    "towns": (_("до 50 тыс."), _("50–100 тыс."), _("100–500 тыс."), _("от 500 тыс."), _("без числа жителей")),
    "executors": (_("муниципальные"), _("региональные"), _("федеральные"), _("без уровня")),
}

context: Context = st.session_state["context"]
kind = st.session_state.get("rating_kind") or "towns"
own = context.scope.place if kind == "towns" and context.place.kind == "municipality" else None
base = context.within(context.place.region_id) if own else context.scope
period = rating.span_of(base)


finding = st.container()


def weights_now() -> dict[str, float]:
    """The weights of the sliders; those of the file before they are drawn."""
    return {key: float(st.session_state.get(f"weight_{key}", weight)) for key, weight in WEIGHTS.items()}


def set_weights(weights: dict[str, float]) -> None:
    """Put a saved set, or the file's, on the sliders."""
    for key, weight in weights.items():
        st.session_state[f"weight_{key}"] = int(weight)


def weight_panel() -> None:
    """The parts of the score, how much each weighs, and named sets."""
    headline.section(_("Веса в балле"), _("Балл: средневзвешенная доля от 0 до 100. Вес 0: не входит"))
    for key, weight in WEIGHTS.items():
        st.session_state.setdefault(f"weight_{key}", int(weight))
        st.slider(METRICS[key].title, 0, 100, step=5, key=f"weight_{key}", help=METRICS[key].formula)
    saved = rating.saved_weights()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(_("Веса из файла"), on_click=set_weights, args=(WEIGHTS,))
        for name, chosen in saved.items():
            st.button(name, on_click=set_weights, args=(dict.fromkeys(WEIGHTS, 0.0) | chosen,), key=f"set_{name}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(_("Название набора"), max_chars=60, key="rating_name")
        if st.button(_("Сохранить набор"), disabled=not name.strip()):
            writes.save_view(rating.PAGE, name, weights_now())
            st.toast(_("Набор сохранён"))
            st.rerun()


def behind(board: Board, body: int, only: str) -> dict[str, object]:
    """URL parameters of the appeals of a body that count here."""
    whose = {"place": body} if board.kind == "towns" else {"executor": body, "place": period.place}
    return whose | {"from": period.first.isoformat(), "to": period.last.isoformat(), "only": "connected" if only == "all" else f"connected,{only}"}


def open_list(board: Board, body: int, only: str) -> None:
    """Go to those appeals."""
    links.open_page(LIST, behind(board, body, only))


def details(board: Board, body: int) -> None:
    """What the score of one body is made of, each part with its list."""
    row = board.bodies.set_index("body").loc[body]
    headline.section(
        row["name"],
        _("Балл {score}, от {low} до {high}").format(
            score=decimal(100 * row["score"], 1), low=decimal(100 * row["low"], 1), high=decimal(100 * row["high"], 1)
        )
        + (_(", место {first}–{last} из {all}").format(first=row["first"], last=row["last"], all=int(board.bodies["rated"].sum())) if row["rated"] else _(", места нет: мало данных")),
    )  # fmt: skip
    frame = rating.parts(board, body)
    picked = tables.cells(
        frame,
        [
            Column("title", _("Из чего")),
            Column("share", _("Доля"), "percent"),
            Column("k", _("Выполнено"), "count"),
            Column("n", _("Из"), "count"),
            Column("weight", _("Вес"), "count"),
        ],
        key="rating_parts",
    )
    if picked is not None:
        key = frame.at[picked[0], "key"]
        open_list(board, body, (METRICS[key].denominator or "all") if picked[1] == "n" else key)
    links.page_link(_("Показать {n} →").format(n=counted(row["appeals"], "обращение")), LIST, behind(board, body, "all"))


def board_chart(board: Board, rated: pd.DataFrame) -> None:
    """The places and their bounds; what is clicked is taken apart below."""
    headline.section(
        _("Место и его границы"),
        _("Зелёное и красное: надёжно лучше или хуже равных себе. Сдвиг показан, если он не случаен. Нажмите на строку"),
        help=_(
            "Доли подтянуты к среднему группы равных (по числу жителей или уровню) тем сильнее, чем меньше обращений; место и балл с "
            "границами 95 %. Лучше или хуже равных: точный тест с поправкой на число сравнений. Обращения до дня подключения не входят."
        ),
    )
    if rated.empty:
        headline.empty(_("Места не расставлены"), _("Ни у кого нет 30 случаев в каждой части балла."), _("Возьмите период длиннее или уберите часть балла."))
        return
    shown = rated.rename(columns={"body": "id", "name": "label"}).assign(own=rated["body"] == own)
    picked = charts_rating.places(shown, "rating_places")
    headline.method_note(" ".join(f"{METRICS[key].title}: {METRICS[key].formula}" for key in board.weights))
    body = int(picked) if picked is not None else own
    if body is not None and body in set(board.bodies["body"]):
        with st.container(border=True, key="chosen_body"):
            details(board, body)


def few(board: Board) -> None:
    """Who has no place, and why."""
    rest = board.bodies[~board.bodies["rated"]]
    if rest.empty:
        return
    headline.section(_("Мало данных, места нет: {n}").format(n=integer(len(rest))), _("Нужно от 30 случаев в каждой части балла"))
    reasons = [
        _("подключён {day}").format(day=day(row.connected)) if row.connected and row.connected > period.first else _("меньше 30 случаев")
        for row in rest.itertuples()
    ]
    tables.ranked(
        rest.assign(reason=reasons),
        [Column("name", KINDS[board.kind], width=230), Column("appeals", _("Обращений"), "count"), Column("reason", _("Почему"))],
        key="rating_few",
        height=300 if len(rest) > 7 else None,
        selectable=False,
    )


def practices(board: Board) -> None:
    """Who improved beyond chance, and what they did."""
    found = rating.improved(board, context.territories)
    headline.section(
        improved_finding(len(found)),
        _("«Решено в срок», к {span}. Лучшие практики: кто прибавил и что сделал").format(span=span(board.before.first, board.before.last)),
        help=_("Точный тест Фишера до и после, с поправкой на число сравнений. «У равных»: среднее изменение той же группы."),
    )
    if found.empty:
        return
    tables.ranked(
        found.assign(practice=found["practice"].replace("", _("мера не записана"))),
        [
            Column("name", KINDS[board.kind], width=200),
            Column("before", _("Было"), "percent"),
            Column("now", _("Стало"), "percent"),
            Column("change", _("Изменение"), "points"),
            Column("others", _("У равных"), "points"),
            Column("practice", _("Что записано о мерах"), width=320),
        ],
        key="rating_practices",
        selectable=False,
    )


def shares(board: Board) -> None:
    """The funnel of one component."""
    key = st.selectbox(_("Часть балла"), list(board.weights), format_func=lambda one: METRICS[one].title, key="rating_component")
    found, limits = rating.funnel(board, key)
    if limits is None:
        return
    outside = int((found["outside"] != 0).sum())
    headline.section(
        _("{title}: за пределами случайного {n}").format(title=METRICS[key].title, n=integer(outside)),
        _("Доля, %, от {n} случаев. Тёмная воронка 95 %, светлая 99,8 %. Нажмите на точку").format(n=rating.SMALLEST),
        help=_("Пределы по числу обращений; разброс между телами сверх случайного ({phi}) их расширяет.").format(
            phi=decimal(limits.dispersion, 1)
        ),
    )
    picked = charts_rating.funnel(found.rename(columns={"body": "id", "name": "label"}), limits.limits, limits.target, "rating_funnel")
    if picked is not None:
        open_list(board, int(picked), METRICS[key].denominator or "all")


with st.container(horizontal=True, vertical_alignment="bottom"):
    st.segmented_control(_("Кого сравнить"), list(KINDS), format_func=lambda one: KINDS[one], default="towns", key="rating_kind", required=True)
    group = st.selectbox(
        _("С кем"),
        [None, *range(len(GROUPS[kind]))],
        format_func=lambda one: _("со всеми") if one is None else GROUPS[kind][one],
        key=f"rating_group_{kind}",
        width=220,
    )
left, right = st.columns([5, 4], gap="large")
with right:
    shares_place = st.container()
    with st.container(border=True):
        weight_panel()
weights = weights_now() if any(weights_now().values()) else dict(WEIGHTS)
board = rating.board(period, context.territories, kind, weights, group)
rated = board.bodies[board.bodies["rated"]]
with finding:
    headline.headline(
        rating_finding(board.bodies, WHOSE[kind]),
        _("{place}, {span}{why}").format(
            place=context.territories.all[base.place].name,
            span=span(period.first, period.last),
            why="" if period == base else _(". Выбранный период короче четырёх недель, рейтинг взят за тринадцать"),
        ),
    )
with left:
    board_chart(board, rated)
    few(board)
with shares_place:
    shares(board)
practices(board)
