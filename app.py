"""Entry: page config, navigation, the scope of the URL, the scope bar, the gate."""

import logging

import streamlit as st

from components import headline, theme
from components.links import SCOPE_PARAMS, set_params
from components.scope_bar import Choice, Place, ScopeOptions, ScopeState, scope_bar
from ingest import jobs
from ingest.commands import VERBS
from queries import context, dictionaries, sources, store
from queries.access import Access
from queries.context import Context
from queries.scope import COUNTRY, encode
from words import _
from words.dates import moment
from words.plurals import counted

logging.getLogger("pulse").setLevel(logging.INFO)
st.set_page_config(page_title="Пульс", page_icon="static/pulse.png", layout="wide")

SECTIONS = {
    _("Все знаем"): [
        ("know/overview", _("Обзор"), True), ("know/cities", _("Города и темы"), True), ("know/map", _("Карта"), True),
        ("know/appeals", _("Обращения"), True), ("know/appeal", _("Обращение"), False),
    ],
    _("Быстро решаем"): [("solve/kpi", _("Решение и ответы"), True)],
    _("Не допускаем"): [("prevent/spikes", _("Всплески"), True), ("prevent/spike", _("Всплеск"), False)],
    _("Данные"): [("data/imports", _("Загрузки"), True), ("data/method", _("Как посчитано"), True)],
}


def navigation() -> st.Page:
    """Pages by the centre's directions; those opened by an id in the URL are hidden."""
    pages = {
        section: [
            st.Page(f"pages/{path}.py", title=title, url_path=path.split("/")[1], default=path == "know/overview", visibility="visible" if shown else "hidden")
            for path, title, shown in entries
        ]
        for section, entries in SECTIONS.items()
    }
    return st.navigation(pages, position="top")


def read_url() -> Context:
    """The scope of the URL; where the menu left it out, the scope of the page before."""
    if "place" not in st.query_params:
        set_params(st.session_state.get("scope_params", {}))
    found = context.read({name: st.query_params.get(name, "") for name in SCOPE_PARAMS}, Access.reader())
    set_params(dict.fromkeys(SCOPE_PARAMS) | encode(found.scope))
    st.session_state["scope_params"] = encode(found.scope)
    st.session_state["context"] = found
    return found


def draw_scope_bar(found: Context) -> None:
    """The one place where territory, period, comparison, channels and topics are chosen."""
    scope, before = found.scope, found.scope.before()
    fresh = sources.freshness()
    silent = int((fresh["last_silent"].dt.date == found.days.last).sum()) if len(fresh) else 0
    tree = found.territories
    places = [tree.all[COUNTRY]]
    for region in tree.children(COUNTRY):
        places += [region, *(t for t in tree.children(region.territory_id) if t.territory_id != region.territory_id)]
    topics = dictionaries.topic_tree()
    choices = [Choice(f"b{r.block_id}", r.block, _("Блоки")) for r in topics.drop_duplicates("block_id").itertuples()]
    choices += [Choice(f"g{int(r.topic_group_id)}", r.topic_group, _("Группы тем")) for r in topics.dropna(subset="topic_group_id").drop_duplicates("topic_group_id").itertuples()]
    choices += [Choice(f"t{int(r.topic_id)}", r.topic, r.topic_group) for r in topics.dropna(subset="topic_id").itertuples()]
    params = encode(scope)
    scope_bar(
        ScopeState(
            place=str(scope.place), start=scope.first, end=scope.last, vs=scope.comparison, last_day=found.days.last_full,
            compared=(before.first, before.last) if before else None, channels=tuple(map(str, scope.channels)),
            topics=tuple(params["topics"].split(",")) if "topics" in params else (), changed=not found.is_default,
            data_line=_("Данные на {moment}").format(moment=moment(found.moment)), stale=store.is_stale(),
            sources=_("{fresh} из {all}").format(fresh=len(fresh) - silent, all=counted(len(fresh), "источник", "gen")) if len(fresh) else "",
            sources_page="pages/data/method.py",
        ),
        ScopeOptions(
            places=[Place(str(t.territory_id), t.name, tree.all[t.parent_id].name if t.kind == "municipality" else "") for t in places],
            comparisons=[
                Choice("prev", _("предыдущий период, те же дни недели")), Choice("year", _("год назад")), Choice("none", _("без сравнения")),
            ],
            channels=[Choice(str(c.channel_id), c.name_, official=c.is_official) for c in dictionaries.channels().rename(columns={"name": "name_"}).itertuples()],
            topics=choices,
        ),
    )
    if store.is_stale():
        headline.banner(_("Данные устарели: последняя запись {moment}. Загрузите свежую выгрузку на странице «Загрузки».").format(moment=moment(found.moment)))


def main() -> None:
    """Open the store, start the one worker, draw the frame, run the page."""
    theme.style()
    page = navigation()
    try:
        store.open_store()
    except store.StoreBusy as busy:
        st.error(_("Не открыть базу: {why}. Закройте ту программу и обновите страницу.").format(why=busy))
        return
    except store.StoreMissing:
        st.error(_("Базы ещё нет. Запустите «python3 run.py»: он построит демонстрационную, или «python3 run.py --empty» для своих данных."))
        return
    except store.StoreDamaged:
        st.error(_("Файл базы повреждён. Остановите приложение и восстановите базу: python3 run.py ingest rebuild"))
        return
    jobs.ensure_worker(VERBS)
    found = read_url()
    if store.is_demo():
        headline.demo_ribbon()
    if page.url_path not in ("imports", "method"):
        draw_scope_bar(found)
    if found.days.last is None and page.url_path != "imports":
        headline.empty(_("Данных пока нет"), _("База пуста."), (_("Загрузить выгрузку"), "pages/data/imports.py", None))
        return
    page.run()


main()
