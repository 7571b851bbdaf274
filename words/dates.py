"""Days and moments in Russian: 13–19 июля 2026; 29 июня – 5 июля 2026; 20 июля, 08:50."""

from datetime import date, datetime

MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")
NOMINATIVE = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь")
SHORT = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
NBSP = "\u00a0"


def _of(day: date) -> str:
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}"


def day(of: date | None) -> str:
    """13 июля 2026; «—» for none."""
    return "—" if _none(of) else f"{_of(of)}{NBSP}{of.year}"  # type: ignore[union-attr, arg-type]


def short_day(of: date) -> str:
    """13 июля."""
    return _of(of)


def span(first: date, last: date) -> str:
    """One day, within a month, across months, across years."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{_of(first)} – {day(last)}"
    return f"{day(first)} – {day(last)}"


def moment(at: datetime | None) -> str:
    """20 июля 2026, 08:50, by the clock of the given value; «—» for none."""
    return "—" if _none(at) else f"{day(at)}, {at:%H:%M}"  # type: ignore[str-format]


def month(of: date) -> str:
    """июль 2026."""
    return f"{NOMINATIVE[of.month - 1]} {of.year}"


def short_month(of: date) -> str:
    """июл; with the year in January: янв 2026."""
    return SHORT[of.month - 1] + (f" {of.year}" if of.month == 1 else "")


def period_label(first: date, bucket: str) -> str:
    """The name of a week (its Monday), month or quarter, as on an axis; every name is of one period only."""
    if bucket == "week":
        return f"{first.day} {SHORT[first.month - 1]} {first.year % 100:02}"
    if bucket == "quarter":
        return f"{(first.month - 1) // 3 + 1} кв. {first.year}"
    return f"{SHORT[first.month - 1]} {first.year % 100:02}"


def weekday(of: date) -> str:
    """понедельник."""
    return WEEKDAYS[of.weekday()]


def _none(value: object) -> bool:
    return value is None or value != value
