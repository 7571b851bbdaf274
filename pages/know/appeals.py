"""«Какие обращения стоят за числом?»"""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components import charts, headline, links, quotes, tables
from components import themes as draw
from components.links import set_params
from components.safe import plain
from queries import appeals, mentions, themes
from queries.appeals import Chosen
from queries.context import Context
from queries.scope import end_of_month, integer_of
from words import _
from words.dates import moment, month, span
from words.numbers import integer, percent
from words.plurals import counted
from words.predicates import answers_words, in_words, near_words, slot_words, spoken, state, zone_words

APPEAL = "pages/know/appeal.py"
PAGE, HITS, MONTHS, PLACES, LONGEST = 200, 25, 12, 10, 10.0
VIEWS = {"themes": _("Темы текстов"), "copies": _("Однотипные")}
COPIES = {"only": _("только однотипные"), "none": _("без однотипных")}
NOTHING = pd.DataFrame({"appeal_id": [], "day": []})
CLOSE = {"view": None, "theme": None, "copies": None, "said": None, "page": None}

context: Context = st.session_state["context"]
scope = context.scope
given = st.query_params
chosen = Chosen.decode({name: given.get(name, "") for name in appeals.KEYS})
view, theme, copies = given.get("view", ""), given.get("theme", ""), given.get("copies", "")
said = given["said"] if ":" in given.get("said", "") else ""


def part() -> tuple[pd.DataFrame, str] | None:
    """The rows of the theme, copies or place of the address and what they are called, none of them where the scope has it
    no more; None where none is chosen or it is not known yet."""
    if said:
        work = mentions.named(scope, chosen)
        place = work.result.one(said) if work.wait(LONGEST) and work.result else None
        named = _("в тексте названо: {place}").format(place=spoken(*(place.kind, place.name) if place else said.split(":", 1)))
        return (place.rows if place else NOTHING, named) if work.result else None
    if view == "themes" and theme:
        grouping = themes.grouped(scope, chosen)
        found = grouping.result if grouping.wait(draw.MOMENT) else None
        one = found.one(theme) if found else None
        named = _("о теме «{title}»").format(title=one.title) if one else _("о теме, которой здесь больше нет")
        return (one.rows if one else NOTHING, named) if found else None
    if view == "copies" and copies:
        alike = themes.alike(scope, chosen)
        same = alike.result if alike.wait(draw.MOMENT) else None
        rows = same.rows(copies) if same else None
        return (NOTHING if rows is None else rows, COPIES.get(copies, _("с одним и тем же текстом"))) if same else None
    return None


def search() -> None:
    """The line of search and what is above the list."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("Слова в тексте"),
            value=chosen.words,
            placeholder=_("например: набережная пыль"),
            help=_('Слова ищутся в любой форме. В кавычках: слова рядом, «"детская площадка"». С минусом: тексты без слова, «-снег»'),
            key=f"appeals_words_{chosen.words}",
            on_change=lambda: set_params({"q": st.session_state[f"appeals_words_{chosen.words}"] or None} | CLOSE),
        )
        st.segmented_control(
            _("Показать над списком"),
            list(VIEWS),
            format_func=VIEWS.get,
            default=view if view in VIEWS else None,
            key=f"appeals_view_{view}",
            on_change=lambda: set_params(CLOSE | {"view": st.session_state[f"appeals_view_{view}"]}),
        )
        if chosen != Chosen() or narrowed:
            st.button(_("Убрать условия списка"), on_click=set_params, args=(dict.fromkeys([*Chosen().encode(), *CLOSE]),))


def grouped() -> None:
    """Themes of the selection; a click narrows the list."""
    found = draw.settled(themes.grouped(scope, chosen), _("Читаем тексты и собираем темы"), CLOSE)
    if found is None:
        return
    if found.texts < themes.FEWEST:
        draw.few(found.texts, themes.FEWEST)
        return
    read = _("Прочитаны {n} самых новых текстов") if found.is_cut else _("Прочитано текстов: {n}")
    headline.section(
        _("Тем: {n}").format(n=len(found.groups)),
        read.format(n=integer(found.texts))
        + _("; ни к одной теме не отнесено {n}. Нажмите на тему, чтобы сузить список").format(n=integer(found.rest)),
    )
    picked = draw.table(found.groups, theme, "appeals_themes")
    one = found.one(theme)
    draw.typical(one or found.groups[0])
    if one:
        st.button(_("Показать все темы"), on_click=set_params, args=({"theme": None, "page": None},))
    if picked and picked != theme:
        set_params({"theme": picked, "page": None})
        st.rerun()


def alike() -> None:
    """Near-identical texts; a click narrows the list."""
    found = draw.settled(themes.alike(scope, chosen), _("Ищем однотипные тексты"), CLOSE)
    if found is None:
        return
    read = _("прочитано текстов: {n}").format(n=integer(found.texts))
    if not found.sets:
        headline.empty(_("Однотипных текстов нет"), _("Ни один текст не повторён трижды; {read}.").format(read=read))
        return
    headline.section(
        _("Однотипных: {n}, {share}").format(n=counted(len(found.copied), "обращение"), share=percent(len(found.copied) / found.texts)),
        _("Одинаковые с точностью до нескольких слов, три и больше; {read}. ◆ много копий от немногих авторов").format(read=read),
    )
    with st.container(horizontal=True):
        for which, label in COPIES.items():
            st.button(label.capitalize(), on_click=set_params, args=({"copies": which, "page": None},), disabled=copies == which)
        if copies:
            st.button(_("Показать все обращения"), on_click=set_params, args=({"copies": None, "page": None},))
    picked = draw.copies_table(found.sets, context.local, copies, "appeals_copies")
    if picked and picked != copies:
        set_params({"copies": picked, "page": None})
        st.rerun()


def beside(found: pd.DataFrame) -> None:
    """Hits by month and by territory; a click narrows the scope."""
    months = found.groupby("month")["appeals"].sum().tail(MONTHS)
    headline.section(
        _("По месяцам"),
        _("Обращений с этими словами") + (_(", последние {n}").format(n=MONTHS) if found["month"].nunique() > MONTHS else ""),
    )
    key = f"{scope.place}_{scope.first}_{scope.last}_{chosen.words}"
    picked = charts.bars(
        pd.DataFrame(
            {"label": [month(m) for m in months.index], "value": months.to_numpy(), "id": [f"{m:%Y-%m-%d}" for m in months.index]}
        ),
        f"search_months_{key}",
    )
    if picked:
        first = date.fromisoformat(picked)
        set_params({"from": max(first, scope.first).isoformat(), "to": min(end_of_month(first), scope.last).isoformat(), "page": None})
        st.rerun()
    places = found.groupby(["territory", "territory_id"])["appeals"].sum().sort_values(ascending=False, kind="stable")
    if len(places) > 1:
        headline.section(
            _("По территориям"), _("Обращений с этими словами") + (_(", первые {n}").format(n=PLACES) if len(places) > PLACES else "")
        )
        top = places.head(PLACES).reset_index()
        picked = charts.bars(top.rename(columns={"territory": "label", "appeals": "value", "territory_id": "id"}), f"search_places_{key}")
        if picked:
            set_params({"place": picked, "page": None})
            st.rerun()


def card(row: Any) -> None:
    """One hit: its words, bold where they were looked for, and the way to the appeal."""
    shown = chosen.query.excerpt(row.text)
    with st.container(gap="xsmall"):
        quotes.quote_card(shown, "", chosen.query.forms(shown))
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            links.page_link(moment(row.created_local), APPEAL, {"id": row.appeal_id})
            st.caption(plain(" · ".join([row.territory, *([] if pd.isna(row.topic) else [row.topic]), row.channel])), width="content")


def told(frame: pd.DataFrame) -> pd.DataFrame:
    """Appeals as their table names them."""
    return frame.rename(columns={"created_local": "created_at", "territory": "place", "is_overdue": "late"}).assign(
        executor=lambda f: f["executor"].fillna(_("не назначен")),
        status=lambda f: [state(s, o) for s, o in zip(f["status"], f["outcome"], strict=True)],
    )


def listed(frame: pd.DataFrame) -> None:
    """The list as a table; its files hold all pages."""
    among = [int(own) for own in narrowed[0]["appeal_id"]] if narrowed else None
    row = tables.appeals_table(
        told(frame),
        key="appeals_list",
        whole=lambda: told(appeals.to_save(scope, chosen, among)),
        height=640 if len(frame) > 17 else None,
    )
    if row is not None:
        links.open_page(APPEAL, {"id": int(frame.iloc[row]["appeal_id"])})


def pager(words: str) -> None:
    """Which rows these are, and the way to newer and older ones."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.format(first=integer((page - 1) * size + 1), last=integer(min(page * size, number)), all=integer(number)))
        if page > 1:
            st.button(_("Новее"), on_click=set_params, args=({"page": page - 1},))
        if page < pages:
            st.button(_("Старше"), on_click=set_params, args=({"page": page + 1},))


narrowed = part()
number, restricted = (len(narrowed[0]), 0) if narrowed else appeals.count(scope, chosen)
conditions = (
    in_words(
        chosen.predicates,
        appeals.executor_name(chosen.executor),
        chosen.street,
        chosen.words or chosen.term,
        appeals.source_name(chosen.source),
    )
    + ([narrowed[1]] if narrowed else [])
    + ([slot_words(chosen.slot)] if chosen.slot else [])
    + ([near_words(chosen.near.metres)] if chosen.near else [])
    + ([zone_words(len(chosen.zone.ids))] if chosen.zone else [])
    + ([_("страница {address}").format(address=chosen.account)] if chosen.account else [])
    + ([answers_words(chosen.wording)] if chosen.wording else [])
)
headline.headline(
    counted(number, "обращение") + (f": {', '.join(conditions)}" if conditions else ""),
    f"{context.place.name}, {span(scope.first, scope.last)}"
    + (". " + _("Тексты закрыты у {n}, они посчитаны, но не показаны").format(n=integer(restricted)) if restricted else ""),
)
search()
if view in VIEWS:
    {"themes": grouped, "copies": alike}[view]()
    headline.section(_("Обращения"), narrowed[1].capitalize() if narrowed else "")
if not number:
    headline.empty(
        _("Таких обращений нет"),
        _("В выбранном месте и периоде ничего не подходит под условия."),
        _("Расширьте период или уберите условия."),
    )
    st.stop()

size = PAGE if chosen.query.is_empty else HITS
pages = -(-number // size)
page = min(max(integer_of(given.get("page", "")) or 1, 1), pages)
rows = narrowed[0].iloc[(page - 1) * size : page * size] if narrowed else appeals.newest(scope, chosen, size, (page - 1) * size)
frame = appeals.named(scope, rows)
if chosen.query.is_empty:
    listed(frame)
    pager(_("{first}–{last} из {all}. Нажмите на строку, чтобы открыть обращение"))
else:
    left, right = st.columns([5, 3], gap="large")
    with left:
        for row in frame.itertuples():
            card(row)
        pager(_("{first}–{last} из {all}, сначала новые"))
    with right:
        if not narrowed:
            beside(appeals.hits(scope, chosen))
