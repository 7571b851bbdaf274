"""Entry: page config, navigation, the scope of the URL, the scope bar, the gate."""

import logging

import streamlit as st

from briefing import command
from components import exports, headline, links, menu, theme, windows
from components.links import SCOPE_PARAMS, set_params
from components.scope_bar import Choice, Place, ScopeOptions, ScopeState, scope_bar
from ingest import jobs
from queries import ask, context, dictionaries, sources, store
from queries.access import Access
from queries.context import Context
from queries.scope import encode
from words import _
from words.dates import span
from words.freshness import data_line, sources_line, stale_line

logging.getLogger("pulse").setLevel(logging.INFO)
log = logging.getLogger("pulse.app")
st.set_page_config(page_title="Пульс", page_icon="static/pulse.png", layout="wide")

COMPARISONS = (
    ("prev", _("предыдущий период, те же дни недели")),
    ("year", _("год назад")),
    ("none", _("без сравнения")),
)


def read_url() -> Context:
    """The scope of the URL; where the menu left it out, the scope of the page before."""
    if "place" not in st.query_params:
        set_params(st.session_state.get("scope_params", {}))
    found = context.read({name: st.query_params.get(name, "") for name in SCOPE_PARAMS}, Access.reader())
    set_params(dict.fromkeys(SCOPE_PARAMS) | encode(found.scope))
    st.session_state["scope_params"] = encode(found.scope)
    st.session_state["context"] = found
    return found


def name_files(found: Context, title: str) -> None:
    """Under which names the tables of the page are saved; nothing is, where the reader may not."""
    exports.forbid()
    if found.scope.access.may_export:
        about = ", ".join([_("Пульс"), title, found.place.name, span(found.scope.first, found.scope.last)])
        demo = [_("Демонстрационные данные: все обращения выдуманы")] if store.is_demo() else []
        exports.allow(about + (_(", демо") if demo else ""), [data_line(store.is_demo(), found.days.last_full, found.moment), *demo])


def draw_scope_bar(found: Context) -> None:
    """The one place where territory, period, comparison, channels and topics are chosen."""
    scope, before, params = found.scope, found.scope.before(), encode(found.scope)
    fresh = sources.freshness()
    silent = int((fresh["last_silent"].dt.date == found.days.last).sum()) if len(fresh) else 0
    state = ScopeState(
        place=str(scope.place),
        start=scope.first,
        end=scope.last,
        vs=scope.comparison,
        last_day=found.days.last_full,
        compared=(before.first, before.last) if before else None,
        channels=tuple(map(str, scope.channels)),
        topics=tuple(params["topics"].split(",")) if "topics" in params else (),
        without_fakes=scope.without_fakes,
        changed=not found.is_default,
        data_line=data_line(store.is_demo(), found.days.last_full, found.moment),
        stale=store.is_stale(),
        sources=sources_line(len(fresh), silent),
        sources_page="pages/data/method.py",
    )
    options = ScopeOptions(
        places=[Place(*place) for place in dictionaries.place_choices(found.territories)],
        comparisons=[Choice(*comparison) for comparison in COMPARISONS],
        channels=[Choice(*channel) for channel in dictionaries.channel_choices()],
        topics=[Choice(*topic) for topic in dictionaries.topic_choices()],
    )
    scope_bar(state, options)
    if store.is_stale():
        headline.banner(stale_line(found.moment))


def main() -> None:
    """Open the store, start the one worker, draw the frame, run the page."""
    ask.begin_noting()
    theme.style()
    links.one_step()
    st.logo("static/logo.svg", size="large")
    page = menu.navigation()
    try:
        store.open_store()
    except store.StoreBusy as busy:
        st.error(_("Не открыть базу: {why}. Закройте ту программу и обновите страницу.").format(why=busy))
        return
    except store.StoreMissing:
        st.error(
            _("Базы ещё нет. Запустите «python3 run.py»: он построит демонстрационную, или «python3 run.py --empty» для своих данных.")
        )
        return
    except store.StoreDamaged:
        st.error(_("Файл базы повреждён. Остановите приложение и восстановите базу: python3 run.py ingest rebuild"))
        return
    jobs.add_verb("briefing", command.make)
    jobs.ensure_worker()
    found = read_url()
    name_files(found, page.title)
    if store.is_demo():
        headline.demo_ribbon()
    if page.url_path not in ("imports", "method", "spike"):
        draw_scope_bar(found)
    if found.days.last is None and page.url_path != "imports":
        headline.empty(_("Данных пока нет"), _("База пуста."), (_("Загрузить выгрузку"), "pages/data/imports.py", None))
        return
    try:
        with windows.kept():
            page.run()
    except Exception:
        log.exception("page %s", page.url_path)
        st.error(_("Эта страница не открылась: в программе ошибка. Данные целы. Подробности записаны в журнал приложения, покажите его тому, кто её ведёт."))
    finally:
        if "debug" in st.query_params:
            st.dataframe(ask.noted(), hide_index=True)


main()
