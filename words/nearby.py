"""Sensors, inspections and national projects beside appeals, in words."""

from datetime import date, datetime

import pandas as pd

from words import _
from words.dates import moment, short_day
from words.effects import changed, too_early
from words.numbers import compact, days, decimal, in_times, integer, minutes, number, percent
from words.plurals import counted

UNITS = {"mg_m3": _("мг/м³"), "ug_m3": _("мкг/м³")}
EVENTS = {"done": _("выполнено"), "partial": _("выполнено частично"), "missed": _("не выполнено")}
EXAMPLES = _("Датчики, показания, проверки и проекты в этой базе выдуманы, это примеры.")
OWN_FORMAT = _("Форматы файлов наши: с «Монитором города», платформой КНД и постами контроля программа не соединена, данные загружают файлом.")
LONGEST_RATIO = 100


def sensors_finding(sensors: int, alarming: int, first: str, hours: float | None) -> str:
    """The finding of the page: the sensor that knew first, else how many had alarms."""
    if not sensors:
        return _("Датчиков пока нет")
    if first and hours is not None:
        return _("{name}: превышение за {time} до первой жалобы").format(name=first, time=minutes(60 * hours))
    if alarming:
        return _("Превышения и срывы у {n} из {all}").format(n=integer(alarming), all=counted(sensors, "датчик", "gen"))
    return _("Превышений и срывов нет: {n}").format(n=counted(sensors, "датчик"))


def reading(value: float | None, event: str | None, unit: str | None) -> str:
    """«0,06 мг/м³», «не выполнено»."""
    if event is not None and not pd.isna(event):
        return EVENTS.get(event, "")
    if value is None or pd.isna(value):
        return _("нет данных")
    return f"{decimal(value, 3 if value < 0.1 else 2 if value < 10 else 0)} {UNITS.get(unit or '', '')}".strip()


def alarm_span(start: datetime, end: datetime) -> str:
    """«12 ноября, 15:00 – 21 ноября, 20:00», local."""
    return moment(start) if start == end else f"{moment(start)} – {moment(end)}"


def alarm_words(kind: str, peak: float, readings: int, unit: str | None) -> str:
    """How large an alarm was."""
    if kind == "air":
        return _("наибольшее {peak}, выше порога {n}").format(peak=reading(peak, None, unit), n=counted(readings, "показание"))
    return _("не выполнено: {n}").format(n=integer(readings))


def wait_words(wait: float | None, by_chance: float, known_hours: float) -> str:
    """How soon people wrote, and how often it is so soon anyway."""
    if wait is None:
        return _("За {n} ч после начала рядом никто не написал; хоть одно обращение за такое время приходит с вероятностью {p}").format(
            n=integer(known_hours), p=percent(by_chance)
        )
    return _("Первая жалоба рядом через {time}. При обычном потоке так скоро пишут с вероятностью {p}").format(
        time=minutes(60 * wait), p=percent(by_chance)
    )


def rise_words(seen: int, awaited: float, ratio: float, low: float, high: float, significant: bool, known_hours: float) -> str:
    """Whether more was written after the alarm than is usual."""
    begin = _("За {h} ч после начала {n}, обычно {usual}").format(h=integer(known_hours), n=counted(seen, "обращение"), usual=decimal(awaited, 1))
    if not significant:
        return _("{begin}: разница может быть случайной").format(begin=begin)
    return _("{begin}: {ratio}").format(begin=begin, ratio=ratio_words(ratio, low, high))


def earlier_words(ratio: float, significant: bool) -> str:
    """Whether people knew before the sensor."""
    if significant and ratio > 1:
        return _("За сутки до начала писали чаще обычного: жители заметили раньше датчика")
    return _("За сутки до начала писали не чаще обычного")


def rising_words(flagged: date, later: float) -> str:
    """When the spike was noticed."""
    when = short_day(flagged)
    if later > 0:
        return _("Всплеск стал заметен в конце дня {day}: через {n} после датчика").format(day=when, n=days(later))
    return _("Всплеск стал заметен в конце дня {day}: раньше датчика").format(day=when)


def ratio_words(ratio: float, low: float, high: float) -> str:
    """«чаще в 35 раз [16–88]», «реже в 2 раза [1,4–3]»; ends beyond LONGEST_RATIO read «больше 100»."""
    if ratio >= 1:
        often, ends = ratio, (low, high)
    else:
        often, ends = _inverse(ratio), (_inverse(high), _inverse(low))
    begin = _("чаще") if ratio >= 1 else _("реже")
    many = _("больше чем в 100 раз") if often > LONGEST_RATIO else in_times(often)
    return f"{begin} {many} [{_end(ends[0])}–{_end(ends[1])}]"


def _inverse(ratio: float) -> float:
    return 1 / ratio if ratio else float("inf")


def _end(ratio: float) -> str:
    return _("больше 100") if ratio > LONGEST_RATIO else number(round(ratio, 1 if ratio < 10 else 0))


def inspection_verdict(enough: bool, windowed: bool, changed_too: bool, ratio: float) -> str:
    """What an inspection's windows say, in a cell."""
    if not windowed:
        return _("рано судить")
    if not enough:
        return _("мало обращений")
    if not changed_too:
        return _("как и в остальном городе")
    return _("стало меньше, чем в остальном городе") if ratio < 1 else _("стало больше, чем в остальном городе")


def inspections_finding(judged: int, enough: int, fewer: int, more: int) -> str:
    """The finding of the page on inspections."""
    if not judged:
        return _("Проверок пока нет")
    if not enough:
        return _("{n}: судить пока не по чему").format(n=counted(judged, "проверка"))
    if not fewer and not more:
        return _("После проверок рядом пишут так же, как в остальном городе")
    parts = [_("меньше после {n}").format(n=integer(fewer))] if fewer else []
    parts += [_("больше после {n}").format(n=integer(more))] if more else []
    return _("Жалоб рядом стало {parts} из {all}").format(parts=_(", ").join(parts), all=counted(enough, "проверка", "gen"))


def projects_finding(projects: int, judged: int, fewer: int, more: int) -> str:
    """The finding of the page on national projects."""
    if not projects:
        return _("Объектов национальных проектов пока нет")
    if not judged:
        return _("{n}: судить о переменах рано").format(n=counted(projects, "проект"))
    if not fewer and not more:
        return _("Перемен рядом с объектами не видно: {n}").format(n=counted(judged, "проект"))
    parts = [_("меньше у {n}").format(n=integer(fewer))] if fewer else []
    parts += [_("больше у {n}").format(n=integer(more))] if more else []
    return _("Жалоб рядом стало {parts} из {all}").format(parts=_(", ").join(parts), all=counted(judged, "проект", "gen"))


def effect_cell(change: float, low: float, high: float, reason: str | None) -> str:
    """The effect of a stage in a cell of a table."""
    if reason is not None:
        return _("мало обращений") if reason == "few" else _("рано судить")
    return changed(change, low, high)


def effect_sentence(stage: str, change: float, low: float, high: float, reason: str | None, before: int, after: int, is_over: bool) -> str:
    """The effect of a stage in a sentence."""
    begin = {"during": _("Во время работ"), "after": _("После работ")}[stage]
    said = too_early(reason, before, after, is_over) if reason else changed(change, low, high)
    return f"{begin}: {said}"


def money(roubles: float | None) -> str:
    """«64,0 млн ₽»."""
    return _("не сказано") if roubles is None or pd.isna(roubles) else f"{compact(roubles)} ₽"
