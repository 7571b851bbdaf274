"""The sections of a briefing: each asks queries and gives a Section, or None where there is nothing to say."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics import season
from briefing.model import Block, Cell, Chart, Column, Heading, Map, Paragraph, Point, Quote, Quotes, Section, Series, Table, Tile, Tiles
from queries import appeals, cities, dictionaries, done, effects, figures, kpi, outlines, rating, spikes, store
from queries.appeals import Chosen
from queries.context import Context
from queries.metrics import METRICS, WEIGHTS
from queries.scope import COUNTRY, Scope
from words import _, briefings
from words import effects as effect_words
from words.dates import day, moment, period_label, span
from words.figures import delta_text, delta_tone, value_text, verdict
from words.numbers import per_thousand
from words.plurals import counted
from words.predicates import DECISIONS, OUTCOMES, SPIKE_STATES, STATUSES, short_channel
from words.solving import rating_finding

TILES = ("appeals", "resolved_on_time", "first_response", "overdue", "official", "rating")
TREND_DAYS, HISTORY_DAYS, WEEKS_AHEAD, LEAST_HISTORY = 28, 5 * 364, 4, 56
TOPICS, BARS, TOWNS, HOLDERS, STREETS, RATED = 10, 7, 25, 8, 8, 15
SPIKES, SPIKES_TOLD, QUOTES, LONGEST_QUOTE, WORDS, TEXTS = 10, 3, 2, 420, 5, 500
ACTIONS, DONE, WEEKS_SHOWN = 8, 8, 52
DOTS, DOT_DAYS = 3000, 365


@dataclass(frozen=True)
class Ground:
    """What all sections stand on: the context of the page and the scope of the briefing, with the counts of its periods."""

    context: Context
    scope: Scope
    history: pd.DataFrame
    previous: pd.Series | None

    @property
    def total(self) -> int:
        return int(self.history.loc[0, "appeals"])

    @property
    def covered(self) -> bool:
        """Whether the store has days of the period."""
        days = self.context.days
        return days.first is not None and days.last is not None and days.first <= self.scope.last and self.scope.first <= days.last


def ground(context: Context, scope: Scope) -> Ground:
    """The counts every section needs."""
    before, history = scope.before(), figures.periods(scope)
    return Ground(context, scope, history, figures.totals_of(before, scope, history) if before else None)


def _known(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def figure(on: Ground, key: str) -> figures.Figure:
    """One figure, as the overview shows it."""
    if key == "overdue":
        return figures.overdue_figure(on.scope, figures.overdue_history(on.scope, store.as_of()))
    return figures.figure(key, on.scope, on.history, on.previous)


def kpi_section(on: Ground) -> Section:
    """The six figures of the overview."""
    return Section("kpi", _("Показатели"), (Tiles(tuple(_tile(on, key) for key in TILES)),))


def _tile(on: Ground, key: str) -> Tile:
    metric, one, now = METRICS[key], figure(on, key), on.history.loc[0]
    state, tone = verdict(metric.better, one.value, metric.target)
    norm = f"{_('норма') if metric.better else _('ориентир')} {value_text(metric.unit, metric.target)}" if metric.target is not None else ""
    facts = {"waiting": int(now["waiting"]), "still_in_time": int(now["still_in_time"])}
    people = on.context.territories.population(on.scope.place)
    note = (
        _per_thousand(one.value, people)
        if key == "appeals"
        else briefings.tile_note(key, one.numerator, one.n, one.first, one.last, (one.first, one.last) == (on.scope.first, on.scope.last), facts)
    )
    return Tile(
        label=_(metric.title),
        unit=metric.unit,
        value=one.value,
        about=metric.unit == "minutes" and bool(now["about"]),
        delta=delta_text(metric.unit, one.value, one.before),
        tone=delta_tone(metric.better, one.value, one.before),
        norm=f"{norm}, {state}" if norm and state else norm,
        verdict_tone=tone,
        note=note,
    )


def _per_thousand(value: float | None, people: int | None) -> str:
    return per_thousand(value / people * 1000) if people and value is not None else ""


def headlines(on: Ground) -> tuple[str, ...]:
    """What the period was like, in sentences."""
    scope, now, before = on.scope, on.history.loc[0], on.previous
    said = [
        briefings.received_sentence(on.total, None if before is None else int(before["appeals"]), scope.days, scope.comparison, on.covered)
    ]
    if not on.covered:
        return tuple(said)
    topics = figures.top_topics(scope)
    rows = [(None if pd.isna(t) else t, int(n), int(b)) for t, n, b in topics[["topic", "appeals", "before"]].itertuples(index=False, name=None)]
    said.append(briefings.topics_sentence(rows, on.total, before is not None))
    found = going_on(on)
    said.append(briefings.spikes_sentence([(s.territory, s.what, int(s.observed), float(s.expected), span(s.onset.date(), s.last_day.date())) for s in found.itertuples()]))
    resolved, response = figure(on, "resolved_on_time"), figure(on, "first_response")
    said.append(
        briefings.resolved_sentence(
            resolved.numerator, resolved.n, METRICS["resolved_on_time"].target, resolved.before, resolved.first, resolved.last
        )
    )
    said.append(briefings.response_sentence(response.value, response.n, int(now["waiting"]), bool(now["about"])))
    backlog = figures.backlog(scope)
    said.append(
        briefings.overdue_sentence(*(int(backlog[name]) for name in ("overdue", "open", "due_soon", "oldest_overdue_days")))
    )
    return tuple(line for line in said if line)


def dynamics(on: Ground) -> Section | None:
    """Appeals by day with the upper bound of the usual."""
    chart = daily_chart(on)
    return None if chart is None else Section("dynamics", _("По дням"), (chart,))


def daily_chart(on: Ground) -> Chart | None:
    """The last four weeks up to the scope's last day; None outside the days of the store."""
    frame = spikes.usual(on.scope, max(TREND_DAYS, min(on.scope.days, 92)), on.context.days)
    if frame.empty:
        return None
    above = int(frame["is_alarm"].tail(on.scope.days).sum())
    first, last = frame["day"].iloc[0].date(), frame["day"].iloc[-1].date()
    return Chart(
        "line",
        _("{n} выше обычного").format(n=counted(above, "день")) if above else _("Дни в пределах обычного"),
        _("Обращений в день, {span}").format(span=span(first, last)),
        tuple(f"{one:%d.%m}" for one in frame["day"]),
        (
            Series(_("Обращений"), _values(frame["observed"])),
            Series(_("Верхняя граница обычного"), _values(frame["upper"]), "limit"),
            Series(_("Ожидаемое"), _values(frame["expected"]), "context"),
        ),
    )


def _values(column: pd.Series) -> tuple[float | None, ...]:
    return tuple(None if pd.isna(value) else round(float(value), 2) for value in column)


def topics(on: Ground) -> Section | None:
    """What is written about."""
    found = figures.top_topics(on.scope)
    found = found[found["appeals"] > 0]
    if found.empty:
        return None
    shown = found.head(TOPICS)
    compares = on.previous is not None
    names = [_("без темы") if pd.isna(name) else name for name in shown["topic"]]
    columns = [Column(_("Тема"), wide=4.5), Column(_("Обращений"), "count"), Column(_("Доля"), "share")]
    columns += [Column(_("Было"), "count"), Column(_("Изменение"), "change")] if compares else []
    rows: list[tuple[Cell, ...]] = [
        (name, int(n), int(n) / on.total, *((int(was), int(n - was)) if compares else ()))
        for name, n, was in zip(names, shown["appeals"], shown["before"], strict=True)
    ]
    rest = int(found["appeals"].iloc[TOPICS:].sum())
    note = _("Ещё {topics}: {n}").format(topics=counted(len(found) - TOPICS, "тема"), n=counted(rest, "обращение")) if rest else ""
    chart = Chart(
        "bars",
        _("Темы, о которых пишут чаще всего"),
        _("Обращений, {span}").format(span=span(on.scope.first, on.scope.last)),
        tuple(names[:BARS]),
        (Series(_("Обращений"), tuple(float(n) for n in shown["appeals"].head(BARS))),),
    )
    return Section("topics", _("О чём пишут"), (chart, Table(_("Темы"), tuple(columns), tuple(rows), note)))


def blocks(on: Ground) -> Section | None:
    """The same by block."""
    tree = dictionaries.topic_tree().drop_duplicates("block_id").dropna(subset="block_id")
    names = dict(zip(tree["block_id"].astype(int).astype(str), tree["block"], strict=True))
    return _broken_down(on, "block", names, "blocks", _("По блокам"), _("Блок"))


def executors(on: Ground) -> Section | None:
    """The same by executor."""
    names = {str(own): name for own, name in dictionaries.executors().items()}
    return _broken_down(on, "executor", names, "executors", _("Кто отвечает"), _("Исполнитель"))


def channels(on: Ground) -> Section | None:
    """The same by channel."""
    names = {str(row.channel_id): short_channel(row.title) for row in dictionaries.channels().rename(columns={"name": "title"}).itertuples()}
    return _broken_down(on, "channel", names, "channels", _("Откуда пишут"), _("Канал"))


def _broken_down(on: Ground, by: str, names: dict[str, str], key: str, title: str, one: str) -> Section | None:
    found = kpi.breakdown(on.scope, by, names)
    if found.empty:
        return None
    shown = found.head(TOPICS + 2)
    columns = (
        Column(one, wide=4), Column(_("Обращений"), "count"), Column(_("Срок наступил"), "count"), Column(_("Решено в срок"), "share"),
        Column(_("Первый ответ"), "minutes", 1.2),
    )  # fmt: skip
    rows = tuple(
        (row.name_, int(row.appeals), int(row.due_resolvable), _known(row.resolved_on_time_value), _known(row.response_median))
        for row in shown.rename(columns={"name": "name_"}).itertuples()
    )
    rest = int(found["appeals"].iloc[len(shown) :].sum())
    note = _("Остальные: {n}. ").format(n=counted(rest, "обращение")) if rest else ""
    return Section(key, title, (Table("", columns, rows, note + _("Первый ответ: медиана, прочерк там, где половина ещё ждёт")),))


def towns(on: Ground) -> Section | None:
    """The children of the territory side by side; None for a town."""
    found = cities.figures(on.scope)
    tree = on.context.territories
    found = found[found["territory_id"].isin(tree.all)]
    if len(found) < 2:
        return None
    before = cities.by_block(on.scope).groupby("territory_id")["before"].sum()
    rows = []
    for row in found.sort_values(["appeals", "territory_id"], ascending=[False, True]).itertuples():
        place = tree.all[row.territory_id]
        per = row.appeals / place.population * 1000 if place.population else None
        median = _known(row.response_median)
        share = row.resolved_on_time / row.due_resolvable if row.due_resolvable else None
        was = int(before.get(row.territory_id, 0)) if on.previous is not None else None
        rows.append((place.name, int(row.appeals), None if was is None else int(row.appeals) - was, per, int(row.due_resolvable), share, median))
    columns = (
        Column(_("Территория"), wide=3), Column(_("Обращений"), "count"), Column(_("Изменение"), "change"),
        Column(_("На 1 000 жителей"), "rate"), Column(_("Срок наступил"), "count"), Column(_("Решено в срок"), "share"),
        Column(_("Первый ответ"), "minutes", 1.3),
    )  # fmt: skip
    said = briefings.towns_sentence([(row[0], row[1], row[3]) for row in rows])
    rest = sum(row[1] for row in rows[TOWNS:])
    note = _("Ещё {n} территорий: {appeals}").format(n=len(rows) - TOWNS, appeals=counted(rest, "обращение")) if rest else ""
    chart = Chart(
        "bars",
        _("Обращения по территориям"),
        _("Обращений, {span}").format(span=span(on.scope.first, on.scope.last)),
        tuple(row[0] for row in rows[:BARS]),
        (Series(_("Обращений"), tuple(float(row[1]) for row in rows[:BARS])),),
    )
    title = _("Регионы") if on.scope.place == COUNTRY else _("Города и районы")
    said_blocks: tuple[Block, ...] = (Paragraph(said),) if said else ()
    return Section("towns", title, (*said_blocks, chart, Table("", columns, tuple(rows[:TOWNS]), note)))


def rating_section(on: Ground) -> Section | None:
    """The rating of towns, for a governor; None for a town and where fewer than two can be rated."""
    if on.context.territories.all[on.scope.place].kind == "municipality":
        return None
    base = rating.span_of(on.scope)
    board = rating.board(base, on.context.territories, "towns", WEIGHTS)
    rated = board.bodies[board.bodies["rated"]]
    if len(rated) < 2:
        return None
    calls = {1: _("лучше равных"), -1: _("хуже равных")}
    columns = (
        Column(_("Место"), "count", 0.8), Column(_("Город"), wide=3), Column(_("Балл"), "count"), Column(_("Надёжные места"), wide=1.4),
        Column(_("Обращений"), "count"), Column(_("Сдвиг"), "change"), Column(_("Вывод"), wide=1.8),
    )  # fmt: skip
    rows = tuple(
        (
            int(row.place), row.name_, round(100 * row.score), f"{row.first}–{row.last}" if row.first != row.last else str(row.first),
            int(row.appeals), _known(row.moved), calls.get(row.call, _("не выделяется")),
        )
        for row in rated.rename(columns={"name": "name_"}).head(RATED).itertuples()
    )  # fmt: skip
    few = len(board.bodies) - len(rated)
    note = _("За {span}. Балл от 0 до 100; надёжные места учитывают число обращений; сдвиг показан, где он больше случайного.").format(
        span=span(base.first, base.last)
    )
    if few:
        note += " " + _("Мало обращений для места: {n}.").format(n=counted(few, "город"))
    return Section("rating", _("Рейтинг городов"), (Paragraph(rating_finding(board.bodies, _("городов")) + "."), Table("", columns, rows, note)))


def going_on(on: Ground) -> pd.DataFrame:
    """The spikes of the scope that were going on in its period, the gravest first, described."""
    return spikes.described(spikes.found(on.scope, spikes.Chosen("period"), on.context.days.last_full).spikes)


def spikes_section(on: Ground) -> Section | None:
    """The spikes of the period, and the gravest told: cause, words, quotes."""
    found = going_on(on)
    if found.empty:
        return None
    columns = (
        Column(_("Что"), wide=3), Column(_("Где"), wide=2), Column(_("Начало"), "day", 1.6), Column(_("Обращений"), "count", 1.3),
        Column(_("Обычно"), "rate"), Column(_("Состояние"), wide=1.6), Column(_("Решение"), wide=1.8),
    )  # fmt: skip
    rows = tuple(
        (s.what, s.territory, s.onset.date(), int(s.observed), max(float(s.expected), 0.0), SPIKE_STATES[s.state], s.decision_words)
        for s in found.head(SPIKES).itertuples()
    )
    note = _("Показаны {k} самых заметных из {n}").format(k=SPIKES, n=counted(len(found), "всплеск", "gen")) if len(found) > SPIKES else ""
    blocks_: list[Block | Heading] = [Table(_("Всплески периода"), columns, rows, note)]
    for spike_id in found["spike_id"].head(SPIKES_TOLD):
        one = spikes.one(on.scope, int(spike_id))
        if one is not None:
            blocks_ += story(on, one).blocks
    return Section("spikes", _("Всплески и причины"), tuple(blocks_))


def subject(spike: pd.Series) -> str:
    """The topic of a spike, or its group."""
    return str(spike["topic_group"] if pd.isna(spike["topic"]) else spike["topic"])


@dataclass(frozen=True)
class Story:
    """One spike in words: its name, what happened with the cause, the decision and the words of the texts, quotes."""

    name: str
    sentences: tuple[str, ...]
    quotes: tuple[Quote, ...]

    @property
    def blocks(self) -> list[Block | Heading]:
        said: list[Block | Heading] = [Heading(self.name), Paragraph(" ".join(self.sentences))]
        return said + ([Quotes(self.quotes)] if self.quotes else [])


def story(on: Ground, spike: pd.Series) -> Story:
    """What the page of a spike says, in a few sentences."""
    own = spikes.scope_of(on.context.scope, spike, on.context.territories.places(int(spike["territory_id"])))
    number, _restricted = appeals.count(own, Chosen())
    texts = appeals.texts(own, limit=TEXTS)
    found = spikes.terms(own, texts)
    expected = 0.0 if pd.isna(spike["expected"]) else float(spike["expected"])
    writers = 0 if pd.isna(spike["authors"]) else int(spike["authors"])
    records = spikes.records(on.context.everywhere(), spike)
    causes = records[records["kind"] == "cause"]
    said = (
        briefings.spike_sentence(spike["territory"], subject(spike), number, expected, own.first, own.last, writers),
        briefings.cause_sentence("" if causes.empty else str(causes.iloc[0]["text"])),
        "" if pd.isna(spike["decision"]) else _("Решение: {what}.").format(what=DECISIONS[spike["decision"]]),
        briefings.terms_sentence([(term.word, term.count) for term in found[:WORDS]]),
    )
    quotes = quotes_of(on, spikes.ordered(texts, found, "typical").head(QUOTES))
    return Story(f"{subject(spike)} · {spike['territory']}", tuple(filter(None, said)), quotes)


def quotes_of(on: Ground, texts: pd.DataFrame) -> tuple[Quote, ...]:
    """Readable texts with their channel and moment, the long ones cut."""
    return tuple(
        Quote(row.text if len(row.text) <= LONGEST_QUOTE else row.text[:LONGEST_QUOTE] + "…", f"{row.channel}, {moment(on.context.local(row.created_at))}")
        for row in texts.itertuples()
        if row.text
    )


def deadlines(on: Ground) -> Section | None:
    """What is late and who holds it."""
    backlog = figures.backlog(on.scope)
    if not backlog["open"]:
        return None
    said = briefings.overdue_sentence(*(int(backlog[name]) for name in ("overdue", "open", "due_soon", "oldest_overdue_days")))
    holders = figures.overdue_executors(on.scope).sort_values(["overdue", "due_soon", "open"], ascending=False, kind="stable")
    blocks_: list[Block] = [Paragraph(said), Paragraph(_("На {at}, независимо от дня поступления.").format(at=moment(on.context.moment)), muted=True)]
    if len(holders):
        columns = (
            Column(_("Исполнитель"), wide=4), Column(_("Просрочено"), "count"), Column(_("Истекает за сутки"), "count"), Column(_("Открыто"), "count"),
            Column(_("Самое старое просрочено, дней"), "count", 1.4),
        )  # fmt: skip
        rows = tuple(
            (
                _("не назначен") if pd.isna(row.executor) else row.executor, int(row.overdue), int(row.due_soon), int(row.open),
                _known(row.oldest_days),
            )
            for row in holders.head(HOLDERS).itertuples()
        )  # fmt: skip
        rest = holders.iloc[HOLDERS:]
        note = _("У остальных просрочено {n}").format(n=counted(int(rest["overdue"].sum()), "обращение")) if len(rest) else ""
        blocks_.append(Table(_("У кого просрочено и истекает"), columns, rows, note))
    return Section("deadlines", _("Сроки"), tuple(blocks_))


def outlook(on: Ground) -> Section | None:
    """What the coming four weeks will bring, forecast from the days up to the end of the period."""
    days = on.context.days
    last = min(on.scope.last, days.last_full)
    first = max(days.first or last, last - timedelta(days=HISTORY_DAYS - 1))
    if (last - first).days < LEAST_HISTORY:
        return None
    counts = figures.daily(on.scope.over(first, last))
    if counts.sum() < LEAST_HISTORY:
        return None
    ahead = season.forecast(counts.to_numpy(), counts.index.to_numpy("datetime64[D]"), 7 * WEEKS_AHEAD)
    weeks = [last + timedelta(days=1 + 7 * n) for n in range(WEEKS_AHEAD)]
    rows = tuple(
        (span(week, week + timedelta(days=6)), round(float(mean)), round(float(low)), round(float(high)))
        for week, mean, low, high in zip(weeks, ahead.week_mean, ahead.week_low, ahead.week_high, strict=True)
    )
    said = briefings.outlook_sentence(rows[0][1], rows[0][2], rows[0][3], weeks[0], weeks[0] + timedelta(days=6), ahead.seasonal)
    columns = (Column(_("Неделя"), wide=3), Column(_("Ожидаем"), "count"), Column(_("Не меньше"), "count"), Column(_("Не больше"), "count"))
    past = counts.to_numpy()[-7 * 8 :]
    seen = past.reshape(-1, 7).sum(axis=1) if len(past) == 56 else np.array([])
    starts = [last - timedelta(days=6 + 7 * n) for n in reversed(range(len(seen)))]
    labels = (*(period_label(start, "week") for start in starts), *(period_label(week, "week") for week in weeks))
    gap: tuple[float | None, ...] = (None,) * len(seen)
    none: tuple[float | None, ...] = (None,) * WEEKS_AHEAD
    chart = Chart(
        "line",
        _("Ближайшие недели"),
        _("Обращений в неделю; пунктир: ожидаемое и верхняя граница, которую неделя не превысит с вероятностью 90 %"),
        labels,
        (
            Series(_("Было"), (*map(float, seen), *none)),
            Series(_("Верхняя граница"), (*gap, *(float(row[3]) for row in rows)), "limit"),
            Series(_("Ожидаем"), (*gap, *(float(row[1]) for row in rows)), "context"),
        ),
    )
    return Section("outlook", _("Что впереди"), (Paragraph(said), chart, Table(_("Ожидаемые обращения"), columns, rows, _("Прогноз по данным до {day} включительно; из 100 недель 80 лежат между границами").format(day=day(last)))))


def map_section(on: Ground) -> Section | None:
    """Where people write from: towns of an area by circles, streets of a town by numbered circles over its appeals."""
    tree = on.context.territories
    place = tree.all[on.scope.place]
    return _street_map(on) if place.kind == "municipality" else _area_map(on)


def _area_map(on: Ground) -> Section | None:
    tree, country = on.context.territories, on.scope.place == COUNTRY
    found = cities.figures(on.scope)
    points = tuple(
        Point(float(one.lat), float(one.lon), float(row.appeals), one.name)
        for row in found.sort_values("appeals", ascending=False).itertuples()
        if (one := tree.all.get(row.territory_id)) is not None and one.lat is not None and one.lon is not None and row.appeals
    )
    if not points:
        return None
    borders = outlines.regions(None if country else {tree.all[on.scope.place].name})
    drawn = Map(
        _("Откуда пишут"),
        _("Площадь круга: число обращений, {span}").format(span=span(on.scope.first, on.scope.last)),
        _rings(borders),
        (),
        points,
    )
    return Section("map", _("На карте"), (drawn,))


def _street_map(on: Ground) -> Section | None:
    dots = cities.points(on.scope.over(on.scope.last - timedelta(days=DOT_DAYS), on.scope.last), DOTS)
    streets = appeals.by_street(on.scope, STREETS).dropna(subset=["lat", "lon"])
    if dots.empty or streets.empty:
        return None
    tree = on.context.territories
    borders = outlines.layer("municipalities", {tree.all[on.scope.place].name: on.scope.place})
    points = tuple(
        Point(float(row.lat), float(row.lon), float(row.appeals), row.street, number) for number, row in enumerate(streets.itertuples(), 1)
    )
    named = int(streets["appeals"].sum())
    columns = (Column(_("№"), "count", 0.5), Column(_("Улица"), wide=4), Column(_("Обращений"), "count"))
    rows = tuple((point.number, point.name, int(point.value)) for point in points)
    drawn = Map(
        _("Улицы, о которых пишут чаще"),
        _("Круги с номерами: улицы таблицы, площадь по числу обращений; серые точки: адреса обращений за год, чтобы был виден город"),
        _rings(borders),
        tuple((float(row.lat), float(row.lon)) for row in dots.itertuples()),
        points,
    )
    note = _("На остальных улицах и без улицы: {n}").format(n=counted(on.total - named, "обращение"))
    return Section("map", _("На карте"), (drawn, Table(_("Улицы"), columns, rows, note)))


def _rings(borders: dict[str, object] | None) -> tuple[tuple[tuple[float, float], ...], ...]:
    found = []
    for feature in (borders or {}).get("features", ()):  # type: ignore[attr-defined]
        shape = feature["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            found.append(tuple((float(lon), float(lat)) for lon, lat, *_height in polygon[0]))
    return tuple(found)


def listing(on: Ground, limit: int) -> Table:
    """The appeals behind the figures, newest first: no names, houses, addresses of pages; closed texts are left out."""
    found = appeals.listing(on.scope, Chosen(), limit=limit)

    columns = (
        Column(_("Номер"), wide=2), Column(_("Поступило"), wide=2), Column(_("Территория"), wide=2), Column(_("Тема"), wide=3),
        Column(_("Канал"), wide=2), Column(_("Состояние"), wide=1.2), Column(_("Итог"), wide=1.2), Column(_("Исполнитель"), wide=3),
        Column(_("Улица"), wide=2), Column(_("Первый ответ, минут"), "count"), Column(_("Оценка"), "count"), Column(_("Просрочено"), wide=1),
        Column(_("Текст"), wide=8),
    )  # fmt: skip
    rows = tuple(
        (
            str(row.appeal_id), f"{row.created_local:%d.%m.%Y %H:%M}", _text(row.territory), _text(row.topic), _text(row.channel),
            STATUSES.get(row.status, ""), OUTCOMES.get(row.outcome, ""), _text(row.executor), _text(row.street),
            _known(row.response_minutes), _known(row.rating), _("да") if row.is_overdue is True else "",
            _("текст закрыт") if row.is_restricted else _text(row.text),
        )
        for row in found.itertuples()
    )  # fmt: skip
    return Table(briefings.list_note(len(rows), on.total), columns, rows)


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def similar(on: Ground, spike: pd.Series) -> Section | None:
    """Earlier spikes of the same kind and what came of them."""
    past = spikes.similar(on.context.everywhere(), spike)
    if past.empty:
        return None
    columns = (
        Column(_("Начало"), "day", 1.6), Column(_("Где"), wide=2), Column(_("О чём"), wide=2.5), Column(_("Обращений"), "count", 1.3),
        Column(_("Причина"), wide=2.5), Column(_("Что сделали"), wide=2.5),
    )  # fmt: skip
    rows = tuple(
        (
            row.onset.date(), row.territory, row.topic, int(row.observed), _text(row.cause) or _("не записана"),
            ": ".join(filter(None, (DECISIONS.get(row.decision, ""), _text(row.said)))) or _("не записано"),
        )
        for row in past.itertuples()
    )  # fmt: skip
    return Section("similar", _("Похожее уже было"), (Table("", columns, rows),))


def spike_dynamics(on: Ground, spike: pd.Series) -> Section | None:
    """The series of one spike."""
    frame = spikes.days(on.scope, spike)
    if frame.empty:
        return None
    weekly = spike["frequency"] == "W"
    peak = frame.loc[frame["observed"].idxmax()] if frame["observed"].notna().any() else None
    title = "" if peak is None else _("Пик: {n}, {day}").format(n=counted(int(peak["observed"]), "обращение"), day=day(peak["day"].date()))
    chart = Chart(
        "line",
        title,
        _("Обращений в неделю") if weekly else _("Обращений в день"),
        tuple(f"{one:%d.%m}" for one in frame["day"]),
        (
            Series(_("Обращений"), _values(frame["observed"])),
            Series(_("Верхняя граница обычного"), _values(frame["upper"]), "limit"),
            Series(_("Ожидаемое"), _values(frame["expected"]), "context"),
        ),
    )
    return Section("dynamics", _("По неделям") if weekly else _("По дням"), (chart,))


def measures(on: Ground) -> Section | None:
    """Measures and campaigns of the scope with what they changed, the latest first."""
    reader = on.context.everywhere()
    found = effects.actions(on.scope)
    started = [action for action in found if action.in_force is not None and action.in_force <= on.scope.last]
    if not started:
        return None
    columns = (
        Column(_("Что сделано"), wide=3.5), Column(_("Где"), wide=1.6), Column(_("Тема"), wide=2), Column(_("Действует с"), "day", 1.6),
        Column(_("Что изменилось"), wide=3.6),
    )  # fmt: skip
    rows = tuple(
        (action.title, action.territory, action.topic_name, action.in_force, judged(effects.judge(action, reader), on)) for action in started[:ACTIONS]
    )
    note = _("В скобках 95-процентный интервал.")
    if len(started) > ACTIONS:
        note += " " + _("Показаны последние {k} из {n}.").format(k=ACTIONS, n=len(started))
    return Section("measures", _("Меры и что они изменили"), (Table("", columns, rows, note),))


def judged(found: effects.Found | None, on: Ground) -> str:
    """What an action changed, in a few words."""
    if found is None:
        return _("ещё не началась или вне данных")
    one, until = found.effect, found.action.until
    if one.too_early:
        return effect_words.too_early(one.too_early, one.before, one.after, until is not None and until <= on.context.days.last_full)
    words = effect_words.usual_again if found.against == "usual" else effect_words.changed
    return words(one.change, one.low, one.high)


def done_section(on: Ground) -> Section | None:
    """What was solved in the period and confirmed by residents: for the head's own words."""
    found = done.by_matter(done.solved(on.scope))
    if found.empty:
        return None
    columns = (
        Column(_("Тема"), wide=3.5), Column(_("Где"), wide=2), Column(_("Решено"), "count"), Column(_("Дней до решения"), "rate", 1.2),
        Column(_("Чаще всего на улицах"), wide=3.5),
    )  # fmt: skip
    rows = tuple(
        (_text(row.topic) or _("без темы"), row.territory, int(row.n), _known(row.days), ", ".join(street for street, _n in row.streets))
        for row in found.head(DONE).itertuples()
    )
    total = int(found["n"].sum())
    said = _("Закрыто {span} и подтверждено жителями оценкой 4 или 5: {n}.").format(
        n=counted(total, "обращение"), span=span(on.scope.first, on.scope.last)
    )
    rest = total - sum(int(n) for n in found["n"].head(DONE))
    note = _("Остальные: {n}").format(n=counted(rest, "обращение")) if rest else ""
    return Section("done", _("Что сделано"), (Paragraph(said), Table("", columns, rows, note)))


def measure_sentences(found: effects.Found | None, action: effects.Action, on: Ground) -> tuple[str, ...]:
    """What one measure changed, in sentences."""
    said = [briefings.measure_sentence(action.title, action.territory, action.topic_name, action.in_force), _capital(judged(found, on))]
    if found is not None and not found.effect.too_early:
        one = found.effect
        said.append(briefings.seen_sentence(one.seen, one.awaited, one.after))
        said.append(_capital(effect_words.chance(one.p)))
        if found.against == "before" and not one.significant:
            said.append(_("Такая разница бывает и случайно, поэтому действием меры её не называем."))
        if found.streets:
            said.append(_("Считаны обращения с этих мест: {places}.").format(places=", ".join(found.streets)))
        if one.pretrend:
            said.append(_("Жалобы начали меняться ещё до меры: возможно, дело не в ней."))
    if found is not None and found.effect.year_on_year is not None:
        said.append(
            _("Простое сравнение с теми же неделями год назад: {share}; оно не знает про рост, сезон и соседей.").format(
                share=effect_words.share(found.effect.year_on_year)
            )
        )
    return tuple(said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def measure_weeks(found: effects.Found) -> Section | None:
    """The weeks around a measure with what would have been without it."""
    frame = effects.weeks(found)
    if frame.empty:
        return None
    frame = frame.tail(WEEKS_SHOWN)
    series = Series(_("Было"), _values(frame["observed"])), Series(_("Без меры"), _values(frame["expected"]), "context")
    chart = Chart(
        "line",
        _("Что было и что было бы без меры"),
        _("Обращений в неделю; недели считаны от дня, с которого мера действует: {day}").format(day=day(found.action.in_force)),
        tuple(period_label(one.date(), "week") for one in frame["day"]),
        tuple(one for one in series if any(value is not None for value in one.values)),
    )
    return Section("effect", _("По неделям"), (chart,))
