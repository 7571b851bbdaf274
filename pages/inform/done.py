"""«Что сделано и что об этом сказать?»"""

import pandas as pd
import streamlit as st

from components import choices, headline, links, tables
from components.tables import Column
from queries import appeals, done
from queries.context import Context
from words import _
from words.dates import span
from words.informing import FORMS, done_finding
from words.numbers import integer
from words.plurals import counted

APPEAL, LIST = "pages/know/appeal.py", "pages/know/appeals.py"
MATTERS, POSTED, STREETS, LONGEST = 12, 5, 12, 300
WHICH = {"yes": _("Подтвердили жители"), "all": _("Все решённые")}
VIEWS = {"feed": _("Что сделано"), "draft": _("Черновики")}

context: Context = st.session_state["context"]
scope = context.scope
view = st.query_params.get("view", "feed")
view = view if view in VIEWS else "feed"
which = st.query_params.get("which", "yes")
which = which if which in WHICH else "yes"
confirmed = done.solved(scope)
every = done.solved(scope, "all")
finished = done.measures(scope)


def feed() -> None:
    """Solved appeals by matter, the newest of them, finished measures, and a text for the head's own page."""
    frame = confirmed if which == "yes" else every
    matters = done.by_matter(frame)
    if frame.empty and finished.empty:
        headline.empty(
            _("За эти дни показать нечего"),
            _("Показываем обращения, закрытые как решённые в выбранные дни, и меры, завершённые в них."),
            _("Расширьте период или выберите «Все решённые»."),
        )
        return
    left, right = st.columns([5, 4], gap="large")
    with left:
        solved(frame, matters)
    with right:
        measures()
        post(matters)


def solved(frame: pd.DataFrame, matters: pd.DataFrame) -> None:
    """What was solved by topic and place; a click shows its appeals."""
    headline.section(_("Решено: {n}").format(n=counted(len(frame), "обращение")), _("По темам и местам, по дню закрытия. Нажмите на строку, чтобы увидеть случаи"))
    if frame.empty:
        return
    shown = matters.head(MATTERS).assign(
        topic=lambda f: f["topic"].fillna(_("без темы")), streets=lambda f: [", ".join(f"{s} {n}" for s, n in own) for own in f["streets"]]
    )
    row = tables.ranked(
        shown,
        [
            Column("topic", _("Тема"), width=170),
            Column("territory", _("Где"), width=105),
            Column("n", _("Решено"), "count", width=70),
            Column("days", _("Дней"), "tenths", help=_("Медиана от поступления до закрытия"), width=60),
            Column("rating", _("Оценка"), "tenths", help=_("Средняя оценка авторов, где она есть"), width=70),
            Column("streets", _("Улицы"), width=180),
        ],
        "done_matters",
    )
    if len(matters) > MATTERS:
        st.caption(_("Показаны первые {n} из {all}").format(n=integer(MATTERS), all=integer(len(matters))))
    cases = frame if row is None else frame[(frame["territory_id"] == matters.iloc[row]["territory_id"]) & _same(frame["topic_id"], matters.iloc[row]["topic_id"])]
    headline.section(_("Последние случаи"), _("Без имён и квартир. Нажмите, чтобы открыть обращение"))
    cases = cases.head(MATTERS).reset_index(drop=True)
    picked = tables.ranked(
        cases.assign(topic=cases["topic"].fillna(_("без темы")), street=cases["street"].fillna(""), closed=[context.local(at) for at in cases["closed_at"]]),
        [
            Column("closed", _("Закрыто"), "day", width=130),
            Column("topic", _("Тема"), width=170),
            Column("territory", _("Где"), width=105),
            Column("street", _("Улица"), width=150),
            Column("days", _("Дней"), "tenths", width=60),
            Column("rating", _("Оценка"), "count", width=70),
        ],
        "done_cases",
    )
    if picked is not None:
        links.open_page(APPEAL, {"id": int(cases.iloc[picked]["appeal_id"])})
    headline.method_note(
        _(
            "Решённые: закрыты с итогом «решено», тексты открыты, день закрытия в периоде (поступить могли раньше). "
            "Подтвердили жители: автор поставил 4 или 5. Оценки ставят не все, поэтому подтверждённых меньше."
        )
    )


def _same(values: pd.Series, wanted: object) -> pd.Series:
    return values.isna() if pd.isna(wanted) else values == wanted


def measures() -> None:
    """Measures finished in the period."""
    headline.section(_("Завершённые меры: {n}").format(n=integer(len(finished))), _("Из реестра мер, по дате окончания"))
    if finished.empty:
        st.caption(_("За эти дни завершённых мер в реестре нет"))
        return
    tables.ranked(
        finished.assign(place=finished["place"].fillna("")),
        [
            Column("problem", _("Мера"), width=220),
            Column("territory_name", _("Где"), width=110),
            Column("place", _("Место"), width=130),
            Column("end", _("Завершена"), "day", width=110),
        ],
        "done_measures",
        selectable=False,
    )


def post(matters: pd.DataFrame) -> None:
    """A text for the head's own page, to copy."""
    headline.section(_("Текст для страницы главы"), _("Собран из таблиц слева. Скопируйте и поправьте своими словами"))
    heading = _("{place}. Что сделано: {span}").format(place=context.place.name, span=span(scope.first, scope.last))
    st.code(done.post(matters.head(POSTED), finished.head(POSTED), heading), language=None, wrap_lines=True)


def draft() -> None:
    """A notice or an answer from a template: facts are filled in by a person, blanks stay visible."""
    known = done.templates()
    code = st.query_params.get("template", "")
    code = code if code in known else next(iter(known))
    template = known[code]
    left, right = st.columns(2, gap="large")
    with left:
        st.selectbox(
            _("Шаблон"),
            list(known),
            index=list(known).index(code),
            format_func=lambda own: f"{FORMS[known[own].kind]}: {known[own].title}",
            key=f"done_template_{code}",
            on_change=lambda: links.set_params({"template": st.session_state[f"done_template_{code}"]}),
        )
        streets = appeals.by_street(scope, STREETS)
        asked = {street: f"{street}: {n}" for street, n in zip(streets["street"], streets["appeals"], strict=True)}
        chosen = st.multiselect(
            _("Улицы, о которых пишут чаще всего"),
            list(asked),
            format_func=lambda street: asked[street],
            key=f"done_streets_{scope.place}",
            placeholder=_("Выберите, кому сообщить"),
            help=_("Обращения среза за {span}: темы и период меняются вверху").format(span=span(scope.first, scope.last)),
        )
        known_facts = done.known_facts(scope)
        source = st.selectbox(
            _("Взять место и сроки из реестра"),
            list(known_facts),
            index=None,
            key=f"done_source_{scope.place}",
            placeholder=_("Кампания или мера") if known_facts else _("Подходящих кампаний и мер нет"),
            disabled=not known_facts,
        )
        filled = {"where": done.where(context.place.name, chosen), **(known_facts[source] if source else {})}
        given = {}
        for fact in template.facts:
            value = filled.get(fact.name, "")
            given[fact.name] = st.text_input(
                fact.label, value[:LONGEST], LONGEST, key=f"done_{code}_{fact.name}_{value}", placeholder=_("например: {example}").format(example=fact.example)
            )
    with right:
        made = done.draft(template, given)
        headline.section(_("Черновик"), _("Проверьте и отправьте сами: «Пульс» ничего не рассылает"))
        st.code(made.text, language=None, wrap_lines=True)
        if made.missing:
            st.warning(_("Не заполнено: {what}. В тексте на этих местах пропуски в скобках.").format(what=", ".join(made.missing).lower()))
        if made.masked:
            st.warning(_("Убраны личные данные: {what}. Имена, телефоны и квартиры жителей в объявлении не нужны.").format(what=", ".join(made.masked).lower()))
        st.caption(_("Шаблоны лежат в файле data/reference/drafts.yaml, их можно менять и добавлять"))


headline.headline(done_finding(len(every), len(confirmed), len(finished)), _("{place}, закрыто {span}").format(place=context.place.name, span=span(scope.first, scope.last)))
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    choices.segmented("view", _("Что показать"), VIEWS, view)
    if view == "feed":
        choices.segmented("which", _("Какие"), WHICH, which)
{"feed": feed, "draft": draft}[view]()
