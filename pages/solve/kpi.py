"""«Решают ли и как быстро отвечают?»"""

from datetime import timedelta

import pandas as pd
import streamlit as st

from components import charts, headline, links, tables
from components.charts import Line
from components.tables import Column
from queries import appeals, figures, kpi, spikes
from queries.context import Context
from queries.metrics import METRICS
from words import _
from words.dates import period_label, span
from words.figures import value_text
from words.numbers import days, integer, percent
from words.plurals import counted
from words.predicates import CONDITIONS
from words.sentences import kpi_finding

LIST = "pages/know/appeals.py"
BUCKETS = {"week": _("Неделя"), "month": _("Месяц"), "quarter": _("Квартал")}
VARIANTS = ("resolved_on_time", "closed_resolved", "rated_good")

context: Context = st.session_state["context"]
scope = context.scope
before = scope.before()
history = figures.periods(scope)
now, previous = history.loc[0], figures.totals(before) if before else None
resolved = figures.figure("resolved_on_time", scope, history, previous)
cohort = scope.over(resolved.first, resolved.last)
settled = figures.totals(cohort)
backlog = figures.backlog(scope)

headline.headline(
    kpi_finding(resolved.value, METRICS["resolved_on_time"].target, figures.value_of("first_response", now), resolved.n),
    _("{place}, {span}. Решаемость: по поступившим {cohort}, у девяти из десяти срок уже наступил").format(
        place=context.place.name, span=span(scope.first, scope.last), cohort=span(cohort.first, cohort.last)
    ),
)
bucket = st.segmented_control(
    _("Шаг"), list(BUCKETS), format_func=BUCKETS.get, default="month", key="kpi_bucket", label_visibility="collapsed", required=True
)
frame = kpi.by_period(scope, bucket, context.days.last_full, context.days.first)
marks = spikes.marks_by_period(scope, [first.date() for first in pd.to_datetime(frame["first"])])
labels = [period_label(first, bucket) for first in frame["first"]]
finished = -1 - int(frame["unfinished"].sum() if len(frame) > 1 else 0)


def open_period(picked: str | None, only: str | None) -> None:
    """The list behind a clicked point: the same cohort, the same predicate."""
    if picked in labels:
        row = frame.iloc[labels.index(picked)]
        links.open_page(LIST, {"from": row["first"].isoformat(), "to": row["last"].isoformat(), "only": only})


def resolution() -> None:
    """Three ways to count, side by side."""
    headline.section(
        _("Три способа посчитать решаемость"),
        _("Доля по времени поступления, %. Штриховка: период не закончен. Нажмите на точку, чтобы увидеть обращения"),
    )
    target = METRICS["resolved_on_time"].target
    lines = [
        Line(
            METRICS[key].title,
            list(frame[f"{key}_value"]),
            main=key == "resolved_on_time",
            note=f"n = {integer(frame[METRICS[key].denominator].iloc[finished])}",
        )
        for key in VARIANTS
    ]
    picked = charts.trend_lines(
        labels,
        lines,
        "kpi_resolution",
        norm=(target, _("норма {target}").format(target=percent(target))) if target else None,
        unfinished=int(frame["unfinished"].sum()),
        marks=marks,
    )
    headline.method_note(" ".join(METRICS[key].title + ": " + METRICS[key].formula for key in VARIANTS))
    open_period(picked, "resolved_on_time")


def response() -> None:
    """Median first response over time."""
    headline.section(
        _("Первый ответ: медиана"), _("Часов от поступления; ждущие ответа считаются дольше любого ответившего. Нажмите на точку")
    )
    hours = (frame["first_response_value"] / 60).tolist()
    target = METRICS["first_response"].target
    picked = charts.trend_lines(
        labels,
        [Line(_("Медиана, ч"), hours, main=True, note=f"n = {integer(frame['appeals'].iloc[finished])}")],
        "kpi_response",
        norm=(target / 60, _("норма {target}").format(target=value_text("minutes", target))) if target else None,
        unfinished=int(frame["unfinished"].sum()),
        percent=False,
        marks=marks,
    )
    headline.method_note(METRICS["first_response"].formula)
    open_period(picked, None)


def channels() -> None:
    """How first answers split over channels."""
    found = appeals.by_channel(scope)
    if found.empty:
        return
    headline.section(
        _("Время до первого ответа по каналам"),
        _("Доля обращений. Черта: норма 4 часа. 30 минут: ориентир бизнеса, не норма. Нажмите на строку"),
    )
    picked = charts.channel_responses(found, "kpi_channels")
    if picked is not None:
        links.open_page(LIST, {"channels": picked} if picked else {})


def meanings() -> None:
    """What «solved» means, by definition."""
    headline.section(_("Что значит «решено»"), _("Поступившие {span}").format(span=span(cohort.first, cohort.last)))
    rows = [
        {
            "name": METRICS[key].title,
            "value": value_text("share", figures.value_of(key, settled)),
            "n": int(settled[METRICS[key].denominator]),
            "k": int(settled[METRICS[key].numerator]),
            "key": METRICS[key].numerator,
        }
        for key in VARIANTS
    ]
    row = tables.ranked(
        pd.DataFrame(rows),
        [Column("name", _("Определение")), Column("value", _("Доля")), Column("k", _("Обращений"), "count"), Column("n", _("Из"), "count")],
        key="kpi_meanings",
    )
    st.caption(_("Ещё в сроке: {n}").format(n=integer(settled["still_in_time"])))
    if row is not None:
        links.open_page(LIST, {"only": rows[row]["key"], "from": cohort.first.isoformat(), "to": cohort.last.isoformat()})


def open_now() -> None:
    """The backlog and its balance."""
    balance = kpi.flow(scope, context.zone, context.days.last_full)
    headline.section(
        _("Открыто {n}").format(n=integer(backlog["open"])),
        _("За период: {before} было + {arrived} поступило − {closed} закрыто = {after} открыто на конец").format(
            before=integer(balance["before"]),
            arrived=integer(balance["arrived"]),
            closed=integer(balance["closed"]),
            after=integer(balance["after"]),
        ),
    )
    parts = {
        "to_3_days": _("до 3 дней"),
        "to_7_days": _("4–7 дней"),
        "to_10_days": _("8–10 дней"),
        "longer": _("больше 10 дней"),
        "overdue": _("просрочено"),
    }
    charts.bars(pd.DataFrame({"label": list(parts.values()), "value": [int(backlog[p]) for p in parts]}), "kpi_backlog")
    if backlog["overdue"]:
        links.page_link(
            _("Показать {n} →").format(n=counted(backlog["overdue"], "обращение")), LIST, {"only": "overdue", **context.whole_time()}
        )


def closing() -> None:
    """How long it takes, the open ones included."""
    found = kpi.closing_time(scope.over(scope.last - timedelta(days=89), scope.last))
    if not found.n:
        return
    headline.section(
        _("Половину закрывают за {days}").format(days=days(found.median)) if found.median is not None else _("Меньше половины закрыто"),
        _("По поступившим за 90 дней, n = {n}").format(n=integer(found.n)),
        help=_(
            "Оценка Каплана — Мейера: открытые учтены как ещё не закрытые. Доля решённых к дню t: оценка Аалена — Йохансена, прочие итоги конкурируют."
        ),
    )
    if found.median is not None:
        st.caption(
            _("Медиана с учётом открытых{interval}. Если считать только закрытые, выходит {naive}: это занижает срок").format(
                interval=_(", от {low} до {high}").format(low=days(found.low), high=days(found.high))
                if found.low is not None and found.high is not None
                else "",
                naive=days(found.closed_only),
            )
        )
    tables.facts({_("Решено к {t}-му дню").format(t=t): value_text("share", share) for t, share in found.resolved.items()})


def repeats() -> None:
    """Repeated, postponed, returned."""
    headline.section(_("Повторы и возвраты"), _("Из {n}").format(n=counted(int(now["appeals"]), "обращение", "gen")))
    rows = []
    for key in ("repeated", "postponed", "reopened"):
        share = now[key] / now["appeals"] if now["appeals"] else None
        change = None if previous is None or not previous["appeals"] or share is None else share - previous[key] / previous["appeals"]
        rows.append({"name": CONDITIONS[key].capitalize(), "n": int(now[key]), "share": share, "change": change, "key": key})
    row = tables.ranked(
        pd.DataFrame(rows),
        [
            Column("name", ""),
            Column("n", _("Обращений"), "count"),
            Column("share", _("Доля"), "percent"),
            Column("change", _("К прошлому"), "points"),
        ],
        key="kpi_repeats",
    )
    if row is not None:
        links.open_page(LIST, {"only": rows[row]["key"]})


left, right = st.columns([5, 3], gap="large")
with left:
    resolution()
    response()
    channels()
with right:
    for part in (meanings, open_now, closing, repeats):
        with st.container(border=True):
            part()
