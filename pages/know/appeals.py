"""«Какие обращения стоят за числом?»"""

import streamlit as st

from components import headline, links, tables
from components.links import set_params
from queries import appeals
from queries.appeals import Chosen
from queries.context import Context
from queries.scope import integer_of
from words import _
from words.dates import span
from words.numbers import integer
from words.plurals import counted
from words.predicates import in_words, state

APPEAL = "pages/know/appeal.py"
PAGE = 200

context: Context = st.session_state["context"]
scope = context.scope
chosen = Chosen.decode({name: st.query_params.get(name, "") for name in appeals.KEYS})
number, restricted = appeals.count(scope, chosen)
conditions = in_words(
    chosen.predicates,
    appeals.executor_name(chosen.executor),
    chosen.street,
    chosen.words or chosen.term,
    appeals.source_name(chosen.source),
)
headline.headline(
    counted(number, "обращение") + (f": {', '.join(conditions)}" if conditions else ""),
    f"{context.place.name}, {span(scope.first, scope.last)}"
    + (". " + _("Тексты закрыты у {n}, они посчитаны, но не показаны").format(n=integer(restricted)) if restricted else ""),
)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.text_input(
        _("Слова в тексте"),
        value=chosen.words,
        placeholder=_("например: набережная пыль"),
        key="appeals_words",
        on_change=lambda: set_params({"q": st.session_state["appeals_words"] or None, "page": None}),
    )
    if chosen != Chosen():
        st.button(_("Убрать условия списка"), on_click=set_params, args=(dict.fromkeys([*Chosen().encode(), "page"]),))

if not number:
    headline.empty(
        _("Таких обращений нет"),
        _("В выбранном месте и периоде ничего не подходит под условия."),
        _("Расширьте период или уберите условия."),
    )
    st.stop()

pages = -(-number // PAGE)
page = min(max(integer_of(st.query_params.get("page", "")) or 1, 1), pages)
frame = appeals.listing(scope, chosen, PAGE, (page - 1) * PAGE)
row = tables.appeals_table(
    frame.rename(columns={"created_local": "created_at", "territory": "place", "is_overdue": "late"}).assign(
        executor=lambda f: f["executor"].fillna(_("не назначен")),
        status=lambda f: [state(s, o) for s, o in zip(f["status"], f["outcome"], strict=True)],
    ),
    key="appeals_list",
    height=640 if len(frame) > 17 else None,
)
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(
        _("{first}–{last} из {all}. Нажмите на строку, чтобы открыть обращение").format(
            first=integer((page - 1) * PAGE + 1), last=integer(min(page * PAGE, number)), all=integer(number)
        )
    )
    if page > 1:
        st.button(_("Новее"), on_click=set_params, args=({"page": page - 1},))
    if page < pages:
        st.button(_("Старше"), on_click=set_params, args=({"page": page + 1},))
if row is not None:
    links.open_page(APPEAL, {"id": int(frame.iloc[row]["appeal_id"])})
