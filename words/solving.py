"""Findings of «Быстро решаем» in one sentence each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from words import _
from words.numbers import days, decimal, integer, minutes, percent, share_or_count
from words.plurals import counted

FEW = 30


def deadlines_finding(overdue: int, due_soon: int, oldest_days: int) -> str:
    """The headline of deadlines: what is late and what soon will be."""
    soon = _("за сутки истекает срок у {n}").format(n=integer(due_soon))
    if not overdue:
        return _("Просроченных нет, {soon}").format(soon=soon) if due_soon else _("Просроченных нет, и за сутки срок не истекает ни у одного")
    return _("Просрочено {n}, самое старое на {days}; {soon}").format(
        n=counted(overdue, "обращение"), days=counted(oldest_days, "день"), soon=soon
    )


def lateness(days_late: float) -> str:
    """«5 дней», or «срок через 14 ч» before the term."""
    if days_late < 0:
        return _("срок через {n} ч").format(n=integer(-days_late * 24))
    return days(days_late) if days_late >= 1 else _("{n} ч").format(n=integer(days_late * 24))


def working(minutes_worked: float | None) -> str:
    """A span of working time, in hours from a day on: a working day is not 24 hours; «среди ждущих» for None."""
    if minutes_worked is None:
        return _("среди ждущих")
    return minutes(minutes_worked) if minutes_worked < 1440 else _("{n} ч").format(n=integer(minutes_worked / 60))


def call_reason(row: Mapping[str, Any]) -> str:
    """What makes a call pressing: the commonest topic and how many are unanswered, repeated, returned."""
    parts = [_("«{topic}»").format(topic=row["topic"])] if row["topic"] else []
    for key, words in (("waiting", _("без ответа {n}")), ("repeated", _("повторных {n}")), ("reopened", _("возвращённых {n}"))):
        if row[key]:
            parts.append(words.format(n=integer(row[key])))
    return "; ".join(parts)


def rating_finding(frame: pd.DataFrame, what: str) -> str:
    """The headline of a rating: who surely stands out, or that nobody does. frame: name, call, rated; what: «городов»."""
    rated = frame[frame["rated"]]
    if rated.empty:
        return _("Мало данных для рейтинга {what}").format(what=what)
    parts = []
    for call, word in ((1, _("лучше")), (-1, _("хуже"))):
        names = list(rated.loc[rated["call"] == call, "name"])
        if names:
            more = _(" и ещё {n}").format(n=len(names) - 3) if len(names) > 3 else ""
            parts.append(_("{word} равных себе: {names}{more}").format(word=word, names=", ".join(names[:3]), more=more))
    if not parts:
        return _("Рейтинг {what}: в сравнении с равными никто не выделяется больше случайного").format(what=what)
    return _("Надёжно {parts}").format(parts="; ".join(parts))


def improved_finding(n: int) -> str:
    """The heading of best practices."""
    return _("Улучшились больше случайного: {n}").format(n=integer(n)) if n else _("Больше случайного не улучшился никто")


FAULTS = {
    "written_again": _("пишут снова после ответа"),
    "reopened": _("обращения возвращаются в работу"),
    "rated_bad": _("ставят 1–3"),
    "copied": _("одинаковые ответы"),
    "empty": _("ни места, ни сути"),
    "with_cues": _("общие фразы"),
}


def answers_finding(rated: int, good: int, closed: int, again: int, answered: int) -> str:
    """The headline of answers: the mark never without how many gave it, and how many wrote again."""
    if not answered:
        return _("Ответов за период нет")
    again_words = _("после ответа снова написали {share}").format(share=share_or_count(again, answered))
    if rated < FEW:
        return _("Оценок {n}: мало, чтобы судить об ответах; {again}").format(n=integer(rated), again=again_words)
    return _("Ответами довольны {good} из тех {rated}, кто поставил оценку; {again}").format(
        good=percent(good / rated), rated=percent(rated / closed), again=again_words
    )


def process_finding(appeals: int, direct: float | None, bottleneck: str | None, share: float) -> str:
    """The headline of the way: how many reach the right executor at once, and where time goes."""
    if not appeals:
        return _("У обращений за период нет журнала")
    parts = []
    if direct is not None:
        parts.append(_("Сразу к нужному исполнителю попадают {share}").format(share=percent(direct)))
    if bottleneck:
        parts.append(_("больше всего времени уходит {stage}: {share}").format(stage=bottleneck, share=percent(share)))
    return "; ".join(parts)


SHIFTS = {"in_hours": _("будни, 9–18 ч"), "off_hours": _("будни, вечер и ночь"), "weekend": _("выходные")}


def workload_finding(shifts: pd.DataFrame) -> str:
    """The headline of load: how much comes when nobody is at work, and how it is answered. shifts: shift, appeals, share."""
    counts = shifts.set_index("shift")
    total = int(counts["appeals"].sum())
    if not total:
        return _("За период обращений нет")
    outside = total - int(counts.at["in_hours", "appeals"])
    begin = _("Вне рабочих часов приходит {share} обращений").format(share=share_or_count(outside, total))
    day, night = counts.at["in_hours", "share"], counts.at["off_hours", "share"]
    if min(counts.loc[["in_hours", "off_hours"], "appeals"]) < FEW or day != day or night != night:
        return begin
    return _("{begin}; за 4 часа отвечают на {night} вечерних и ночных и на {day} дневных").format(begin=begin, night=percent(night), day=percent(day))


LENGTHS = {"day": _("День"), "week": _("Неделя"), "month": _("4 недели"), "quarter": _("13 недель")}


def blocks_finding(score: float | None, holding: int, attention: int) -> str:
    """The headline of blocks: the score of four weeks against the targets, and how the blocks stand."""
    if score is None:
        return _("Мало данных для сводного балла")
    said = _("Сводный балл {score} при цели 1").format(score=decimal(score, 2))
    return said + (_(": держат срок {holding}, требуют внимания {attention} из {all}").format(holding=holding, attention=attention, all=counted(holding + attention, "блок", "gen")) if holding + attention else "")
