"""«Можно ли верить данным: кто молчит, чего не хватает, откуда не доходит?»"""

from datetime import timedelta

import streamlit as st

from components import charts, headline, links, tables
from components.tables import Column
from queries import quality, store
from queries.context import Context
from words import _
from words.dates import span
from words.numbers import integer
from words.predicates import short_channel
from words.sentences import quality_finding

LIST, IMPORTS = "pages/know/appeals.py", "pages/data/imports.py"
VIEWS = {"share": _("Заполнено, %"), "count": _("Не заполнено, штук")}
FIELDS = {
    "place": _("Территория"),
    "street": _("Улица"),
    "point": _("Координаты"),
    "topic": _("Тема"),
    "executor": _("Исполнитель"),
    "response": _("Первый ответ"),
    "closing": _("Когда закрыто"),
    "rating": _("Оценка жителя"),
    "author": _("Автор"),
}

context: Context = st.session_state["context"]
scope = context.scope
where = f"{context.place.name}, {span(scope.first, scope.last)}"
days = quality.calendar(context.days.last_full)
weeks = span(context.days.last_full - timedelta(days=7 * quality.WEEKS - 1), context.days.last_full)


def sources() -> None:
    """Last record, last load, lag, gaps, rejects and duplicates of each source."""
    found = quality.sources(context.everywhere(), days, store.as_of())
    headline.section(
        _("Источники"),
        _("Молчание и неполные дни за {weeks}; строки по всем загрузкам. Нажмите на источник, чтобы открыть загрузки").format(weeks=weeks),
    )
    row = tables.ranked(
        found.assign(
            last_record=[context.local(at) for at in found["last_record"]], last_loaded=[context.local(at) for at in found["last_loaded"]]
        ),
        [
            Column("source", _("Источник")),
            Column("last_record", _("Последняя запись"), "moment"),
            Column("lag", _("Отставание"), "minutes", help=_("От последней записи до момента данных")),
            Column("last_loaded", _("Последняя загрузка"), "moment"),
            Column("silent", _("Дней молчания"), "count"),
            Column("partial", _("Неполных"), "count"),
            Column("read_rows", _("Прочитано строк"), "count"),
            Column("rejected_share", _("Отбраковано"), "part"),
            Column("duplicates_share", _("Повторы"), "part", help=_("Строки, которые в базе уже были или встретились в файле дважды")),
        ],
        key="quality_sources",
    )
    if row is not None:
        links.open_page(IMPORTS)


def calendar() -> None:
    """Eight weeks of each source, day by day."""
    headline.section(
        _("Дни источников"), _("{weeks}. Обычно: медиана того же дня недели за восемь недель. Нажмите на день").format(weeks=weeks)
    )
    picked = charts.day_strips(days, "quality_days")
    if picked:
        source, day = picked
        number = int(days.loc[days["source"] == source, "source_id"].iloc[0])
        everywhere = {"place": 1, "channels": None, "topics": None}
        links.open_page(LIST, {"from": day.isoformat(), "to": day.isoformat(), "source": number, **everywhere})


def completeness() -> None:
    """What is filled, by source and field."""
    found = quality.completeness(scope)
    headline.section(
        _("Чего не хватает"), _("{where}. Чем темнее, тем больше пропусков. Нажмите на ячейку, чтобы открыть их").format(where=where)
    )
    view = st.segmented_control(
        _("Показать"),
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        default="share",
        key="quality_view",
        label_visibility="collapsed",
        required=True,
    )
    fields = {(f"{field}_share" if view == "share" else field): field for field in quality.fields(scope)}
    gaps = tables.shades(1 - found[[f"{field}_share" for field in fields.values()]].set_axis(list(fields), axis=1))
    picked = tables.cells(
        found.assign(source=found["source"].replace("", _("Все источники")), total=found["source_id"] == 0),
        [
            Column("source", _("Источник")),
            Column("appeals", _("Обращений"), "count"),
            *(Column(name, FIELDS[field], "part" if view == "share" else "count") for name, field in fields.items()),
        ],
        key=f"quality_fields_{view}",
        styles=gaps,
    )
    headline.method_note(
        _(
            "Доля обращений, в которых поле заполнено. «Когда закрыто» и «Оценка жителя»: из закрытых. «Первый ответ»: ответ уже есть. Пустое поле не ошибка, если источник его не передаёт."
        )
    )
    if picked:
        number = int(found.iloc[picked[0]]["source_id"])
        of_source = {"source": number} if number else {}
        links.open_page(LIST, quality.lacking_params(fields[picked[1]], number) if picked[1] in fields else of_source)


def coverage() -> None:
    """Which channel brings nothing from where."""
    area = quality.area(scope, context.territories)
    found = quality.coverage(context.within(area), context.territories)
    if found.counts.empty:
        return
    silent = int(found.missing.to_numpy().sum())
    headline.section(
        _("Канал есть, а из территории ничего не приходит: {n}").format(n=integer(silent))
        if silent
        else _("Явных провалов нет: нули только там, где обращений мало"),
        _("{place}, {days}. Оранжевым: ни одного обращения, хотя по доле канала ждали не меньше пяти. Нажмите на ячейку").format(
            place=context.territories.all[area].name, days=span(found.first, found.last)
        ),
    )
    frame = found.counts.rename_axis(None, axis=1)
    picked = tables.cells(
        frame.assign(name=frame.index).reset_index(drop=True),
        [Column("name", _("Территория")), *(Column(channel, short_channel(channel), "count", help=channel) for channel in frame)],
        key="quality_coverage",
        styles=tables.flags(found.missing, found.counts == 0).reset_index(drop=True),
        height=480 if len(frame) > 13 else None,
    )
    if picked:
        params = {"place": int(found.ids[frame.index[picked[0]]]), "from": found.first.isoformat(), "to": found.last.isoformat()}
        links.open_page(LIST, params | ({"channels": int(found.channel_ids[picked[1]])} if picked[1] in frame else {}))


headline.headline(quality_finding(quality.silent_now(days), days), _("Все источники, {weeks}").format(weeks=weeks))
sources()
calendar()
completeness()
coverage()
