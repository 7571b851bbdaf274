"""«Решают ли и как быстро отвечают?»"""

from datetime import timedelta

import pandas as pd
import streamlit as st

from components import charts, headline, links, tables
from components.charts import Line
from components.tables import Column
from queries import appeals, dictionaries, figures, kpi, spikes
from queries.context import Context
from queries.metrics import METRICS
from words import _
from words.dates import period_label, span
from words.figures import value_text
from words.numbers import days, integer, minutes, percent, share_or_count
from words.plurals import counted
from words.sentences import kpi_finding
from words.solving import working

LIST = "pages/know/appeals.py"
BUCKETS = {"week": _("Неделя"), "month": _("Месяц"), "quarter": _("Квартал")}
BY = {"block": _("Блок"), "executor": _("Исполнитель"), "channel": _("Канал"), "level": _("Уровень"), "place": _("Город")}
LEVELS = {"municipal": _("муниципальный"), "regional": _("региональный"), "federal": _("федеральный")}
AGES = {
    "to_3_days": _("до 3 дней"),
    "to_7_days": _("4–7 дней"),
    "to_10_days": _("8–10 дней"),
    "longer": _("больше 10 дней"),
    "overdue": _("просрочено"),
}
VARIANTS = ("resolved_on_time", "closed_resolved", "rated_good")

context: Context = st.session_state["context"]
scope = context.scope
before = scope.before()
history = figures.periods(scope)
now, previous = history.loc[0], figures.totals_of(before, scope, history) if before else None
resolved = figures.figure("resolved_on_time", scope, history, previous)
cohort = scope.over(resolved.first, resolved.last)
settled = figures.totals_of(cohort, scope, history)
backlog = figures.backlog(scope)

headline.headline(
    kpi_finding(resolved.value, METRICS["resolved_on_time"].target, figures.value_of("first_response", now), resolved.n),
    _("{place}, {span}. Решаемость: по поступившим {cohort}, у девяти из десяти срок уже наступил").format(
        place=context.place.name, span=span(scope.first, scope.last), cohort=span(cohort.first, cohort.last)
    ),
)
bucket = st.segmented_control(
    _("Шаг"), list(BUCKETS), format_func=lambda one: BUCKETS[one], default="month", key="kpi_bucket", label_visibility="collapsed", required=True
)
frame = kpi.by_period(scope, bucket, context.days.last_full, context.days.first)
marks = spikes.marks_by_period(scope, [first.date() for first in pd.to_datetime(frame["first"])])
labels = [period_label(first, bucket) for first in frame["first"]]
finished = -1 - int(frame["unfinished"].sum() if len(frame) > 1 else 0)


def open_period(picked: str | None) -> None:
    """The list behind a clicked point («predicate|period»): the same cohort, the same predicate."""
    only, _bar, label = (picked or "").partition("|")
    if label in labels:
        row = frame.iloc[labels.index(label)]
        links.open_page(LIST, {"from": row["first"].isoformat(), "to": row["last"].isoformat(), "only": None if only == "all" else only})


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
            id=key,
            counts=[_("{k} из {n}").format(k=integer(k), n=integer(n)) for k, n in zip(frame[key], frame[METRICS[key].denominator], strict=True)],
        )
        for key in VARIANTS
    ]
    open_period(
        charts.trend_lines(
            labels,
            lines,
            "kpi_resolution",
            norm=(target, _("норма {target}").format(target=percent(target))) if target else None,
            unfinished=int(frame["unfinished"].sum()),
        )
    )
    headline.method_note(" ".join(METRICS[key].title + ": " + METRICS[key].formula for key in VARIANTS))


def response() -> None:
    """Median first response over time."""
    headline.section(
        _("Первый ответ: медиана"), _("Часов от поступления; ждущие ответа считаются дольше любого ответившего. Нажмите на точку")
    )
    target = METRICS["first_response"].target
    line = Line(
        ("≈ " if frame["about"].any() else "") + _("Медиана, ч"),
        (frame["first_response_value"] / 60).tolist(),
        main=True,
        note=f"n = {integer(frame['appeals'].iloc[finished])}",
        id="all",
        counts=[f"n = {integer(n)}" for n in frame["appeals"]],
    )
    open_period(
        charts.trend_lines(
            labels,
            [line],
            "kpi_response",
            norm=(target / 60, _("норма {target}").format(target=value_text("minutes", target))) if target else None,
            unfinished=int(frame["unfinished"].sum()),
            percent=False,
        )
    )
    headline.method_note(METRICS["first_response"].formula)


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


def clocks() -> None:
    """The first answer by both clocks."""
    found = kpi.response_clocks(scope)
    headline.section(_("Первый ответ по двум часам"), _("Поступившие {span}, n = {n}").format(span=span(scope.first, scope.last), n=integer(found.n)))
    among = _("среди ждущих")
    tables.facts(
        {
            _("Медиана, подряд"): among if found.calendar_median is None else minutes(found.calendar_median),
            _("Медиана, рабочее время"): working(found.working_median),
            _("9 из 10 получили за, подряд"): among if found.calendar_p90 is None else minutes(found.calendar_p90),
            _("9 из 10 получили за, рабочее время"): working(found.working_p90),
        }
    )
    in_norm, came = int(now["answered_in_norm"]), int(now["answer_term_came"])
    links.page_link(
        _("В норматив ответили {share}: {n} →").format(share=share_or_count(in_norm, came), n=counted(in_norm, "обращение")),
        LIST,
        {"only": "answered_in_norm"},
    )
    within = int(now["within_30m"])
    links.page_link(
        _("За 30 минут ответили {share}: {n} →").format(share=share_or_count(within, int(now["appeals"])), n=counted(within, "обращение")),
        LIST,
        {"only": "within_30m"},
    )
    st.caption(
        _(
            "Норматив у каждого источника, блока, темы и места свой, считаем тех, у кого он истёк: {n}. 30 минут: ориентир бизнеса, не норма. "
            "Рабочее время: производственный календарь и часы территории (data/reference/norms.csv, working_hours.csv)"
        ).format(n=integer(came))
    )


def parts() -> None:
    """The same figures, divided."""
    headline.section(_("Разрез"), _("Поступившие {span}. Нажмите на число, чтобы увидеть обращения").format(span=span(cohort.first, cohort.last)))
    by = st.segmented_control(
        _("Разрез"), list(BY), format_func=lambda one: BY[one], default="block", key="kpi_by", label_visibility="collapsed", required=True
    )
    found = kpi.breakdown(cohort, by, names(by))
    about = "≈ " if found["about"].any() else ""
    picked = tables.cells(
        found.assign(muted=found["due_resolvable"] < 30),
        [
            Column("name", BY[by], width=250),
            Column("appeals", _("Обращений"), "count"),
            Column("resolved_on_time_value", METRICS["resolved_on_time"].title, "percent", help=METRICS["resolved_on_time"].formula),
            Column("due_resolvable", _("из n"), "count"),
            Column("change", _("К прошлому"), "points", help=_("Изменение доли решённых в срок против периода сравнения.")),
            Column("closed_resolved_value", _("Закрыто «решено»"), "percent", help=METRICS["closed_resolved"].formula),
            Column("late_value", _("Нарушен срок"), "percent", help=METRICS["late"].formula),
            Column("repeated_value", _("Повторно"), "percent", help=METRICS["repeated"].formula),
            Column("answered_in_norm_value", METRICS["answered_in_norm"].title, "percent", help=METRICS["answered_in_norm"].formula),
            Column("response_median", about + _("Ответ, медиана"), "minutes"),
            Column("response_p90", about + _("9 из 10 за"), "minutes"),
        ],
        key="kpi_parts",
        height=480 if len(found) > 13 else None,
    )
    st.caption(_("Серым: меньше 30 обращений с наступившим сроком, сравнивать рано"))
    if picked is not None:
        row, column = picked
        only = kpi.predicate_of(column)
        period = {"from": cohort.first.isoformat(), "to": cohort.last.isoformat()}
        links.open_page(LIST, kpi.part_params(by, found.iloc[row]["part"], only) | period)


def names(by: str) -> dict[str, str]:
    """Names of the parts by their id."""
    if by == "block":
        tree = dictionaries.topic_tree().drop_duplicates("block_id")
        return dict(zip(tree["block_id"].astype(int).astype(str), tree["block"], strict=True))
    if by == "executor":
        return {str(own): name for own, name in dictionaries.executors().items()}
    if by == "place":
        return {str(own): place.name for own, place in context.territories.all.items()}
    return dict(zip(dictionaries.channels()["channel_id"].astype(str), dictionaries.channels()["name"], strict=True)) | LEVELS


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
    st.caption(
        _("Из поступивших {all}: {closed} закрыто + {open} открыто + {declined} отклонено").format(
            all=integer(now["appeals"]), closed=integer(now["closed"]), open=integer(now["open"]), declined=integer(now["declined"])
        )
    )
    picked = charts.bars(pd.DataFrame({"id": list(AGES), "label": list(AGES.values()), "value": [int(backlog[p]) for p in AGES]}), "kpi_backlog")
    if picked is not None:
        links.open_page(LIST, {"only": picked, **context.whole_time()})
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
    """Repeated, postponed, returned, late."""
    headline.section(_("Повторы, отложенное и нарушенный срок"), _("Поступившие {span}").format(span=span(scope.first, scope.last)))
    rows = []
    for key in ("repeated", "postponed", "reopened", "late"):
        share, past = figures.value_of(key, now), None if previous is None else figures.value_of(key, previous)
        n = int(now["appeals" if METRICS[key].denominator == "all" else METRICS[key].denominator])
        change = None if share is None or past is None else share - past
        rows.append({"name": METRICS[key].title, "k": int(now[key]), "n": n, "share": share, "change": change, "key": key})
    row = tables.ranked(
        pd.DataFrame(rows),
        [
            Column("name", ""),
            Column("k", _("Обращений"), "count"),
            Column("n", _("Из"), "count"),
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
    for part in (meanings, open_now, clocks, closing, repeats):
        with st.container(border=True):
            part()
parts()
