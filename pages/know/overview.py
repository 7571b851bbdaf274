"""«Что происходит и что требует внимания?»"""

from datetime import timedelta

import pandas as pd
import streamlit as st

from components import cards, charts, headline, links, tables
from components.cards import AttentionCard, KpiCard, Link
from queries import digest, figures, spikes, store
from queries.context import Context
from queries.metrics import METRICS
from queries.spikes import Chosen
from words import _
from words.dates import day, span
from words.figures import delta_text, delta_tone, value_text, verdict
from words.numbers import decimal, integer, per_thousand, percent, times
from words.plurals import counted
from words.sentences import overview_finding

LIST, SPIKE, SPIKES, KPI = "pages/know/appeals.py", "pages/prevent/spike.py", "pages/prevent/spikes.py", "pages/solve/kpi.py"
TREND_DAYS = 28
SPIKES_SHOWN, CHANGES = 3, 4
QUALITY = "pages/data/quality.py"
TOP = 7

context: Context = st.session_state["context"]
scope, before = context.scope, context.scope.before()


def attention(backlog, alarms) -> None:  # type: ignore[no-untyped-def]
    """What calls for a person: the gravest spike and the gravest new ones, what is overdue and what is due soon."""
    found = []
    others = alarms.iloc[1:].sort_values("state", key=lambda state: state != "new", kind="stable")
    serious = pd.concat([alarms.head(1), others]).head(SPIKES_SHOWN)
    for spike in serious.itertuples():
        is_new = spike.state == "new"
        found.append(
            AttentionCard(
                mark="◆",
                tone="attention",
                fresh=is_new,
                state=(_("Новый всплеск, с {day}") if is_new else _("Всплеск продолжается, с {day}")).format(day=day(spike.onset)),
                title=f"{spike.what} · {spike.territory}",
                text=_("{seen} при обычных {usual}, {times} к обычному").format(
                    seen=counted(spike.observed, "обращение"),
                    usual=integer(spike.expected) if spike.expected >= 10 else decimal(spike.expected),
                    times=times(spike.ratio),
                ),
                link=Link(_("Открыть всплеск →"), SPIKE, {"id": spike.spike_id}),
            )
        )
    holders = figures.overdue_executors(scope)
    if backlog["overdue"]:
        most = holders.sort_values("overdue", ascending=False).iloc[0]
        found.append(
            AttentionCard(
                mark="■",
                tone="bad",
                state=_("Просрочено"),
                title=counted(backlog["overdue"], "обращение"),
                text=_("Самое старое просрочено на {days}. Больше всего у исполнителя «{who}»: {n}").format(
                    days=counted(backlog["oldest_overdue_days"], "день"), who=most.executor or _("не назначен"), n=integer(most.overdue)
                ),
                link=Link(
                    _("Показать {n} →").format(n=counted(backlog["overdue"], "обращение")),
                    LIST,
                    {"only": "overdue", **context.whole_time()},
                ),
            )
        )
    if backlog["due_soon"]:
        found.append(
            AttentionCard(
                mark="□",
                tone="neutral",
                state=_("Срок истекает за сутки"),
                title=counted(backlog["due_soon"], "обращение"),
                text=_("Исполнителей: {n}").format(n=integer(backlog["executors_due_soon"])),
                link=Link(
                    _("Показать {n} →").format(n=counted(backlog["due_soon"], "обращение")),
                    LIST,
                    {"only": "due_soon", **context.whole_time()},
                ),
            )
        )
    if found:
        cards.attention_row(found)
    if len(alarms) > len(serious):
        links.page_link(_("Все идущие сейчас: {n} →").format(n=counted(len(alarms), "всплеск")), SPIKES, {"state": "current"})


def kpi(history, previous) -> None:  # type: ignore[no-untyped-def]
    """The six figures of the period."""
    overdue = figures.overdue_history(scope, store.as_of())
    found = []
    for key in ("appeals", "resolved_on_time", "first_response", "overdue", "official", "rating"):
        metric = METRICS[key]
        f = figures.figure(key, scope, history, previous) if key != "overdue" else figures.overdue_figure(scope, overdue)
        state, tone = verdict(metric.better, f.value, metric.target)
        norm = "" if metric.target is None else f"{_('Норма') if metric.better else _('Ориентир')} {value_text(metric.unit, metric.target)}"
        only = metric.numerator if metric.numerator != "all" else None
        extra = context.whole_time() if key == "overdue" else {"from": f.first.isoformat(), "to": f.last.isoformat()}
        note, shown = notes(key, f, history.loc[0])
        found.append(
            KpiCard(
                label=_(metric.title),
                value=("≈ " if metric.unit == "minutes" and f.value is not None and history.loc[0, "about"] else "") + value_text(metric.unit, f.value),
                help=_(metric.formula) + (f" {metric.basis}" if metric.basis else ""),
                delta=delta_text(metric.unit, f.value, f.before),
                delta_tone=delta_tone(metric.better, f.value, f.before),
                compared=_("к прошлому") if f.before is not None else "",
                trend=[float("nan") if v is None else v for v in f.history],
                norm_value=metric.target,
                norm=norm,
                verdict=state,
                verdict_tone=tone,
                note=note,
                link=Link(_("Показать {n} →").format(n=counted(shown, "обращение")), LIST, {"only": only, **extra}) if shown else None,
            )
        )
    cards.kpi_row(found)


def notes(key: str, f: figures.Figure, now) -> tuple[str, int]:  # type: ignore[no-untyped-def]
    """The line of n under a figure, and how many appeals its link opens."""
    if key == "appeals":
        people = context.territories.population(scope.place)
        return (per_thousand(f.value / people * 1000) if people and f.value is not None else counted(figures.authors(scope), "автор")), int(
            f.value or 0
        )
    if key == "first_response":
        return _("n = {n}, из них {wait} ждут").format(n=integer(f.n), wait=integer(now["waiting"])), f.numerator
    if key == "overdue":
        return _("из {n} открытых").format(n=integer(f.n)), f.numerator
    if key == "rating":
        return _("оценок {n}, оценили {share} закрытых").format(
            n=integer(f.n), share=percent(f.n / now["closed"]) if now["closed"] else "0 %"
        ), f.n
    if key == "resolved_on_time":
        return _("{k} из {n} за {span}; ещё в сроке {left}").format(
            k=integer(f.numerator), n=integer(f.n), span=span(f.first, f.last), left=integer(now["still_in_time"])
        ), f.numerator
    return _("{k} из {n}").format(k=integer(f.numerator), n=integer(f.n)), f.numerator


def trend() -> None:
    """Appeals by day with the usual band."""
    frame = spikes.usual(scope, TREND_DAYS, context.days)
    if frame.empty:
        headline.empty(_("За эти дни данных нет"), _("Период лежит вне загруженных дней."), _("Выберите другой период."))
        return
    above = int(frame["is_alarm"].tail(scope.days).sum())
    headline.section(
        _("{n} выше обычного").format(n=counted(above, "день")) if above else _("Дни в пределах обычного"),
        _("Обращений в день, {span}. Полоса: обычный уровень. Нажмите на точку, чтобы увидеть обращения").format(
            span=span(frame["day"].min().date(), frame["day"].max().date())
        ),
    )
    picked = charts.series_band(frame, key="overview_trend", marks=spikes.marks(scope))
    headline.method_note(
        _(
            "Обычный уровень посчитан по истории до трёх лет с учётом дня недели, времени года и праздников; верхняя граница: такое случайно бывает реже одного раза в двести дней."
        )
    )
    if picked:
        links.open_page(LIST, {"from": picked.isoformat(), "to": picked.isoformat()})


def changed() -> None:
    """What has changed in the last full day, a few lines, each a link."""
    last = context.days.last_full
    found = [c for c in digest.changes(scope.over(last, last), last - timedelta(days=1)) if c.kind != "stale"]
    headline.section(
        _("Что изменилось со вчера"),
        _("На конец {day} против конца предыдущего дня").format(day=day(last))
        if found
        else _("На конец {day}: ничего").format(day=day(last)),
    )
    with st.container(gap="xsmall", key="overview_digest"):
        for change in found[:CHANGES]:
            subject, quote, rest = change.text.partition("». ")
            where = (SPIKE, {"id": change.spike_id}) if change.spike_id else (QUALITY, None)
            links.page_link(subject + quote.strip(". ") + " →", *where)
            if rest:
                st.caption(rest)
        if len(found) > CHANGES:
            links.page_link(_("Все всплески за 12 недель →"), SPIKES, {"state": "season"})


def topics(frame) -> None:  # type: ignore[no-untyped-def]
    """The topics written about most."""
    weeks = figures.topic_history(scope)
    shown = frame.head(TOP).assign(
        weeks=lambda f: [list(map(float, weeks.loc[t])) if t in weeks.index else [] for t in f["topic_id"]],
        change=lambda f: f["appeals"] - f["before"],
    )
    headline.section(
        _("О чём пишут"),
        _("За {span}, изменение к {before}").format(span=span(scope.first, scope.last), before=span(before.first, before.last))
        if before
        else span(scope.first, scope.last),
    )
    row = tables.ranked(
        shown.fillna({"topic": _("без темы")}),
        [
            tables.Column("topic", _("Тема")),
            tables.Column("appeals", _("Обращений"), "count"),
            tables.Column("change", _("Изм."), "change"),
            tables.Column("weeks", _("8 периодов"), "trend"),
        ],
        key="overview_topics",
    )
    if len(frame) > TOP:
        rest = int(frame["appeals"][TOP:].sum())
        st.caption(_("Ещё {topics}: {n}").format(topics=counted(len(frame) - TOP, "тема"), n=counted(rest, "обращение")))
    if row is not None:
        links.open_page(LIST, {"topics": f"t{int(shown.iloc[row]['topic_id'])}"})


history = figures.periods(scope)
previous = figures.totals_of(before, scope, history) if before else None
top = figures.top_topics(scope)
alarms = spikes.described(spikes.found(scope, Chosen(), context.days.last_full).spikes)
headline.headline(
    overview_finding(
        int(history.loc[0, "appeals"]),
        None if previous is None else int(previous["appeals"]),
        scope.days,
        list(top[["topic", "appeals", "before"]].itertuples(index=False, name=None)),
    ),
    f"{context.place.name}, {span(scope.first, scope.last)}",
)
attention(figures.backlog(scope), alarms)
kpi(history, previous)
left, right = st.columns([5, 3], gap="large")
with left:
    trend()
with right:
    changed()
    topics(top)
