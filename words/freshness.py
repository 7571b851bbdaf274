"""How fresh the data are, in words."""

from datetime import date, datetime

from words import _
from words.dates import day, moment
from words.numbers import integer
from words.plurals import counted


def data_line(is_demo: bool, last_full: date, now: datetime) -> str:
    """«Данные на 20 июля 2026, 08:50»; a demo speaks of its last day."""
    if is_demo:
        return _("Данные по {day} включительно").format(day=day(last_full))
    return _("Данные на {moment}").format(moment=moment(now))


def sources_line(known: int, silent: int) -> str:
    """«5 из 6 источников» without the silent ones; empty when there are none."""
    return _("{fresh} из {all}").format(fresh=integer(known - silent), all=counted(known, "источник", "gen")) if known else ""


def stale_line(now: datetime) -> str:
    """What to do when nothing fresh has come."""
    return _("Данные устарели: последняя запись {moment}. Загрузите свежую выгрузку на странице «Загрузки».").format(moment=moment(now))
