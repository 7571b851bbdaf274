"""What seasons, zones and priorities say in words."""

from collections.abc import Sequence
from datetime import date, timedelta

from words import _
from words.dates import short_day, span
from words.numbers import decimal, integer, percent
from words.plurals import counted

WEEKS = 52
COMMON_YEAR = date(2023, 1, 1)


def week_days(first: int, last: int) -> str:
    """«3 декабря – 11 марта», of weeks of the year 1–52."""
    end = 31 + 334 if last == WEEKS else 7 * last
    begin, until = COMMON_YEAR + timedelta(days=7 * (first - 1)), COMMON_YEAR + timedelta(days=end - 1)
    if begin.month == until.month and first <= last:
        return f"{begin.day}–{short_day(until)}"
    return f"{short_day(begin)} – {short_day(until)}"


def how_often(hits: int, years: int) -> str:
    """«каждый год из 3» or «2 года из 3»."""
    return _("каждый год из {n}").format(n=years) if hits == years else _("{hits} из {n}").format(hits=hits, n=counted(years, "год", "gen"))


def chance(p: float) -> str:
    """«реже 1 раза из 250», of a probability."""
    if p >= 0.1:
        return _("бывает часто")
    return _("реже 1 раза из {n}").format(n=integer(int(1 / p + 1e-9)))


def between(value: float, low: float, high: float) -> str:
    """«120 [95–148]»."""
    return f"{integer(value)} [{integer(low)}–{integer(high)}]"


def soon(weeks: int) -> str:
    """«На следующей неделе», «Через 3 недели», of weeks from now (0: the next seven days)."""
    return _("В ближайшие семь дней") if weeks == 0 else _("Через {n}").format(n=counted(weeks, "неделя", "acc"))


def season_finding(rising: Sequence[tuple[str, int, float, float, float]], topics: int) -> str:
    """The headline of seasons. rising: topic, week of the rise, mean, low, high of a week of it, soonest first; topics: how
    many were looked at."""
    if not topics:
        return _("О сезонах говорить рано: мало обращений")
    if not rising:
        return _("Сезонного роста в ближайшие восемь недель не видно")
    topic, week, mean, low, high = rising[0]
    said = _("{when} ждём рост: «{topic}», {n} в неделю [{low}–{high}]").format(
        when=soon(week), topic=topic, n=counted(mean, "обращение"), low=integer(low), high=integer(high)
    )
    return said + (_(". Всего тем с ростом: {n}").format(n=integer(len(rising))) if len(rising) > 1 else "")


def zones_finding(names: Sequence[str], share: float, kind: str) -> str:
    """The headline of zones. names: the first places; share: of appeals with an address that lie in them."""
    if not names:
        return _("Зон нет: у обращений нет адресов")
    what = {"streets": _("Улицы и районы"), "cells": _("Ячейки карты")}[kind]
    return _("{what}, которые просят внимания первыми: {names}. В них {share} обращений с адресом").format(
        what=what, names="; ".join(names), share=percent(share)
    )


def cluster_words(first: date, last: date, seen: float, awaited: float) -> str:
    """«1–14 июня 2026: 40 авторов при обычных 12»."""
    return _("{when}: {seen} при ожидаемых {awaited}").format(when=span(first, last), seen=counted(seen, "автор"), awaited=decimal(awaited, 1))


def budget_words(zones: int, covered: int, share: float, cost: float, left: float, unit: str) -> str:
    """What a budget buys."""
    if not zones:
        return _("На этот бюджет не помещается ни одна зона с известной стоимостью")
    return _("{zones}: {covered}, это {share} всех обращений с адресом. Потратим {cost} {unit}, останется {left}").format(
        zones=counted(zones, "место"), covered=counted(covered, "обращение"), share=percent(share), cost=decimal(cost, 1), unit=unit, left=decimal(left, 1)
    )


def priorities_finding(items: Sequence[tuple[str, str]], sure: bool) -> str:
    """The headline of priorities. items: (topic, territory), first first; sure: whether the first holds its place under moved
    weights."""
    if not items:
        return _("Явных приоритетов нет: ни об одной теме не пишут хотя бы трое")
    topic, place = items[0]
    said = _("Первым делом на этой неделе: «{topic}», {place}").format(topic=topic, place=place)
    return said if sure else said + _(". Место зависит от весов")
