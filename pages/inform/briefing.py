"""«Что показать главе?»"""

from datetime import timedelta
from functools import partial

import streamlit as st

from briefing import build, command, pdf, templates
from briefing.model import Briefing
from components import choices, headline
from components.links import set_params
from components.safe import plain
from queries import dictionaries, effects, spikes, store
from queries.context import Context
from queries.scope import fingerprint
from words import _
from words.dates import short_day
from words.plurals import counted

PREVIEW_PPI, PREVIEW_HEIGHT = 88, 900
TYPES = {
    "pdf": ("PDF", "application/pdf"),
    "docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pptx": ("PowerPoint", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

NAMELESS = {"spike": _("Всплеск из ссылки"), "measure": _("Мера из ссылки")}
NOTHING = {
    "spike": (_("Всплесков за двенадцать недель нет"), _("В выбранной территории ничего не выходило за границу обычного.")),
    "measure": (_("Мер здесь нет"), _("В выбранной территории не записано мер, которые начались или выполнены.")),
    "block": (_("Блоков нет"), _("В базе нет тем по блокам.")),
}

context: Context = st.session_state["context"]
scope = context.scope


def subjects(kind: str) -> dict[str, str]:
    """What a briefing of this kind can be about: number → name; empty where it is about the whole scope."""
    if kind == "block":
        tree = dictionaries.topic_tree().dropna(subset="block_id").drop_duplicates("block_id")
        return dict(zip(tree["block_id"].astype(int).astype(str), tree["block"], strict=True))
    if kind == "spike":
        last = context.days.last_full
        found = spikes.described(spikes.listing(scope, last - timedelta(days=spikes.SEASON), last))
        return {
            str(one.spike_id): _("{what}, {place}, с {day}: {n}").format(
                what=one.what, place=one.territory, day=short_day(one.onset.date()), n=counted(one.observed, "обращение")
            )
            for one in found.itertuples()
        }
    if kind == "measure":
        return {one.item_id: _("{title}, {place}").format(title=one.title, place=one.territory) for one in effects.actions(scope)}
    return {}


def chosen_subject(kind: str) -> str | None:
    """The block, spike or measure of the address, else the first; the choice is kept in the address."""
    options = subjects(kind)
    given = st.query_params.get("subject", "")
    if kind in NAMELESS and given and given not in options:
        options = {given: NAMELESS[kind]} | options
    if not options:
        return None
    st.selectbox(
        build.KINDS[kind],
        list(options),
        index=list(options).index(given) if given in options else 0,
        format_func=lambda one: plain(options[one]),
        key=f"briefing_subject_{kind}_{given}",
        on_change=lambda: set_params({"subject": st.session_state[f"briefing_subject_{kind}_{given}"]}),
    )
    return given if given in options else next(iter(options))


def built(kind: str, subject: str | None) -> Briefing:
    """The briefing, made once for this reader while the store stays as it is."""
    key = (str(store.paths().database), store.version(), fingerprint(scope), kind, subject)
    if st.session_state.get("briefing_key") != key:
        st.session_state["briefing_built"] = build.build(context, kind, subject)
        st.session_state["briefing_key"] = key
    return st.session_state["briefing_built"]


def edited(whole: Briefing, key: str) -> Briefing:
    """The sentences and sections as the reader wants them."""
    said = st.text_area(
        _("Главное, каждая строка отдельным пунктом"),
        "\n".join(whole.headlines),
        height=260,
        key=f"briefing_lines_{key}",
        help=_("Предложения составлены по числам. Их можно править: в файлы попадёт то, что здесь написано."),
    )
    st.caption(_("Разделы"))
    columns = st.columns(2)
    kept = [
        section.key
        for place, section in enumerate(whole.sections)
        if columns[place % 2].checkbox(plain(section.title), True, key=f"briefing_{section.key}_{key}")
    ]
    return whole.edited(tuple(said.splitlines()), tuple(kept))


def downloads(briefing: Briefing) -> None:
    """A file of each format, written when it is asked for."""
    headline.section(_("Скачать"), _("Числа во всех файлах одни и те же. Личные данные в текстах скрыты, закрытые тексты в файлы не входят"))
    with st.container(horizontal=True):
        for name, (label, mime) in TYPES.items():
            st.download_button(
                label,
                partial(command.write, name, briefing),
                file_name=f"{briefing.file_name}.{name}",
                mime=mime,
                on_click="ignore",
                key=f"briefing_{name}",
                type="primary" if name == "pdf" else "secondary",
            )
    st.caption(_("Свои шаблоны briefing.docx и briefing.pptx и герб emblem.png кладут в папку templates рядом с базой."))


def preview(briefing: Briefing) -> None:
    """The pages of the PDF."""
    try:
        pages = templates.guarded("pdf", lambda: pdf.pages(briefing, PREVIEW_PPI))
    except templates.Broken as broken:
        headline.banner(str(broken))
        return
    headline.section(_("Как будет выглядеть"), _("Страниц: {n}").format(n=len(pages)))
    with st.container(height=PREVIEW_HEIGHT, border=True, key="briefing_preview"):
        for number, page in enumerate(pages, 1):
            st.image(page, caption=_("Страница {n}").format(n=number), width="stretch")


kind = st.query_params.get("kind", "")
kind = kind if kind in build.KINDS else "weekly"
title = st.container()
choices.segmented("kind", _("О чём справка"), build.KINDS, kind)
subject = chosen_subject(kind)
if kind in NOTHING and subject is None:
    with title:
        headline.headline(_("Справка для руководителя"))
    headline.empty(*NOTHING[kind], _("Выберите другую территорию или другой вид справки."))
    st.stop()
try:
    whole = built(kind, subject)
except build.Unknown as unknown:
    with title:
        headline.headline(_("Справка для руководителя"))
    headline.empty(str(unknown), _("Ссылка неполная, или после новой загрузки это исчезло."), _("Выберите из списка выше."))
    st.stop()
with title:
    headline.headline(whole.title, f"{whole.place}, {whole.period}")
left, right = st.columns([4, 5], gap="large")
with left:
    final = edited(whole, f"{fingerprint(scope)}_{kind}_{subject}")
    downloads(final)
with right:
    preview(final)
