"""Sentences of a briefing, built by rules from the same numbers as its tables."""

from collections.abc import Mapping, Sequence
from datetime import date

from words import _
from words.dates import day, span
from words.numbers import NBSP, decimal, integer, minutes, percent, points, rate
from words.plurals import counted
from words.sentences import FEW, STANDS_OUT, compared, period_phrase

SHOWN = 3


def than(days: int, comparison: str) -> str:
    """What a period is compared with: «неделей раньше», «год назад», «в прошлом периоде»."""
    if comparison == "year":
        return _("год назад")
    return {7: _("неделей раньше"), 1: _("днём раньше")}.get(days, _("в прошлом периоде"))


def received_sentence(now: int, before: int | None, days: int, comparison: str, covered: bool) -> str:
    """«За неделю поступило 46 обращений: на 12 % больше, чем неделей раньше.» covered: the store has days of the period."""
    period, other = period_phrase(days), than(days, comparison)
    if not covered:
        return _("За этот период данных нет.")
    if now == 0:
        said = _("{period} обращений не поступило").format(period=period)
        return said + (_(", {than} было {n}.").format(than=other, n=integer(before)) if before else ".")
    begin = _("{period} поступило {n}").format(period=period, n=counted(now, "обращение"))
    if before is None:
        return begin + "."
    if before == 0:
        return _("{begin}, {than} их не было.").format(begin=begin, than=other)
    if now < FEW and before < FEW:
        return _("{begin}, {than} было {before}: мало, чтобы говорить об изменении.").format(begin=begin, than=other, before=integer(before))
    return f"{begin}: {compared(now, before, other)}."


def topics_sentence(topics: Sequence[tuple[str | None, int, int]], total: int, compares: bool) -> str:
    """What is written about most, and what grew most. topics: (name, now, before), the most frequent first; empty where
    there is nothing to name."""
    named = [(name, now, before) for name, now, before in topics if name and now]
    if not named:
        return ""
    name, now, _before = named[0]
    share = _(", это {share} всех").format(share=percent(now / total)) if total >= FEW else ""
    said = _("Чаще всего пишут по теме «{name}»: {n}{share}").format(name=name, n=counted(now, "обращение"), share=share)
    grown = [(new - old, title, new, old) for title, new, old in named if new >= STANDS_OUT * old and new - old >= max(SHOWN + 2, total / 20)]
    if not compares or not grown:
        return said + "."
    _added, title, new, old = max(grown, key=lambda item: item[0])
    was = _("было {old}").format(old=integer(old)) if old else _("раньше не писали")
    if title == name:
        return _("{said}, {was}.").format(said=said, was=was)
    return said + ". " + _("Больше всего прибавила тема «{name}»: {was}, стало {new}.").format(name=title, was=was, new=integer(new))


def spikes_sentence(found: Sequence[tuple[str, str, int, float, str]]) -> str:
    """How many spikes and which is the gravest. found: (place, topic, observed, expected, days in
    words), the gravest first."""
    if not found:
        return _("Всплесков за период нет.")
    place, topic, observed, expected, days = found[0]
    one = _("{place}, «{topic}», {n} за {days} вместо обычных {usual}").format(
        days=days, place=place, topic=topic, n=counted(observed, "обращение"), usual=usual(expected)
    )
    if len(found) == 1:
        return _("За период 1{nbsp}всплеск: {one}.").format(nbsp=NBSP, one=one)
    return _("За период {n}, самый заметный: {one}.").format(n=counted(len(found), "всплеск"), one=one)


def usual(expected: float) -> str:
    """An expected number of appeals: whole from ten on, else with one decimal."""
    expected = max(expected, 0.0)
    return integer(expected) if expected >= 10 else decimal(expected)


def resolved_sentence(k: int, n: int, target: float | None, before: float | None, first: date, last: date) -> str:
    """«Решено в срок 72 % (36 из 50 за 8–14 ноября 2026), норма 75 % не выполнена, на 3 п. п. меньше, чем в прошлом периоде.»"""
    if n == 0:
        return _("Сроки решения ещё не наступили.")
    if n < FEW:
        return _("Решено в срок {k} из {n} за {span}: мало, чтобы судить о доле.").format(k=integer(k), n=integer(n), span=span(first, last))
    parts = [_("Решено в срок {share} ({k} из {n} за {span})").format(share=percent(k / n), k=integer(k), n=integer(n), span=span(first, last))]
    if target:
        met = _("выполнена") if k / n >= target else _("не выполнена")
        parts.append(_("норма {target} {met}").format(target=percent(target), met=met))
    if before is not None:
        parts.append(_points(k / n - before))
    return ", ".join(parts) + "."


def _points(difference: float) -> str:
    if not round(100 * difference):
        return _("столько же, сколько периодом раньше")
    size = points(abs(difference)).lstrip("+")
    return (_("на {size} больше, чем периодом раньше") if difference > 0 else _("на {size} меньше, чем периодом раньше")).format(size=size)


def response_sentence(median: float | None, n: int, waiting: int, about: bool) -> str:
    """How long the first answer takes; the unanswered count as longer than any answer."""
    if not n:
        return ""
    if median is None:
        return _("Первого ответа ещё ждёт половина написавших или больше: {k} из {n}.").format(k=integer(waiting), n=integer(n))
    sure = _("примерно ") if about else ""
    wait = _(", ещё ждут {k} из {n}").format(k=integer(waiting), n=integer(n)) if waiting else ""
    return _("Половине отвечают {sure}за {time}{wait}.").format(sure=sure, time=minutes(median), wait=wait)


def overdue_sentence(overdue: int, open_: int, due_soon: int, oldest_days: int) -> str:
    """What is late now and what soon will be."""
    soon = _("за сутки истекает срок у {n}").format(n=counted(due_soon, "обращение", "gen")) if due_soon else _("за сутки срок ни у кого не истекает")
    if not open_:
        return _("Открытых обращений нет.")
    if not overdue:
        return _("Просроченных нет, открыто {n}, {soon}.").format(n=integer(open_), soon=soon)
    return _("Просрочено {n} из {open}, самое старое на {days}; {soon}.").format(
        n=counted(overdue, "обращение"), open=_open_ones(open_), days=counted(oldest_days, "день"), soon=soon
    )


def _open_ones(n: int) -> str:
    return (_("{n} открытого") if _is_one(n) else _("{n} открытых")).format(n=integer(n))


def _is_one(n: int) -> bool:
    """Whether a noun after the number stands as after one: 1, 21, 101, not 11."""
    return n % 10 == 1 and n % 100 != 11


def outlook_sentence(mean: float, low: float, high: float, first: date, last: date, seasonal: bool) -> str:
    """What the coming week will bring."""
    said = _("На {span} ожидаем около {mean}, с вероятностью 80{nbsp}% от {low} до {high}.").format(
        span=span(first, last), mean=counted(round(mean), "обращение", "gen"), low=integer(low), high=integer(high), nbsp=NBSP
    )
    return said if seasonal else said + " " + _("История короче 400 дней, время года не учтено.")


def spike_sentence(place: str, topic: str, observed: int, expected: float, first: date, last: date, authors: int) -> str:
    """One spike: where, about what, how many instead of how many, who writes."""
    writers = (_(", пишет {n}") if _is_one(authors) else _(", пишут {n}")).format(n=counted(authors, "автор")) if authors else ""
    return _("{place}, «{topic}»: {n} вместо обычных {usual} за {span}{writers}.").format(
        place=place, topic=topic, n=counted(observed, "обращение"), usual=usual(expected), span=span(first, last), writers=writers
    )


def cause_sentence(cause: str) -> str:
    """What people recorded as the cause."""
    return _("Причина: {cause}.").format(cause=cause.rstrip(". ")) if cause else _("Причина ещё не записана.")


def terms_sentence(terms: Sequence[tuple[str, int]]) -> str:
    """The words that set the texts apart: they are not the cause."""
    if not terms:
        return ""
    return _("Чаще обычного в текстах: {words}.").format(words=", ".join(f"«{word}» ({integer(n)})" for word, n in terms))


def towns_sentence(frame: Sequence[tuple[str, int, float | None]]) -> str:
    """Where people write most for each resident. frame: (name, appeals, per thousand)."""
    enough = [(per, name, n) for name, n, per in frame if n >= FEW and per is not None]
    if len(enough) < 2:
        return ""
    per, name, n = max(enough)
    return _("На жителя чаще всего пишут: {name}, {rate} на 1{nbsp}000 жителей ({n}).").format(
        name=name, rate=rate(per), nbsp=NBSP, n=counted(n, "обращение")
    )


def tile_note(key: str, numerator: int, n: int, first: date, last: date, own_period: bool, facts: Mapping[str, int]) -> str:
    """What stands behind a figure: k of n, how many wait, how many are still in time."""
    if key == "first_response":
        return _("из {n} ждут {wait}").format(n=integer(n), wait=integer(facts["waiting"]))
    if key == "overdue":
        return _("из {n} открытых").format(n=integer(n))
    if key == "rating":
        return _("оценок: {n}").format(n=integer(n))
    if key == "resolved_on_time":
        when = "" if own_period else _(" за {span}").format(span=span(first, last))
        return _("{k} из {n}{when}; ещё в сроке {left}").format(k=integer(numerator), n=integer(n), when=when, left=integer(facts["still_in_time"]))
    return _("{k} из {n}").format(k=integer(numerator), n=integer(n))


def list_note(shown: int, total: int) -> str:
    """What a list of appeals holds."""
    if shown == total:
        return _("Все обращения периода: {n}").format(n=integer(total))
    return _("Последние {n} из {all}").format(n=integer(shown), all=counted(total, "обращение", "gen"))


def measure_sentence(title: str, territory: str, topic: str, in_force: date | None) -> str:
    """One measure: what, where, about what, since when."""
    begin = _(", действует с {day}").format(day=day(in_force)) if in_force else ""
    return _("{title}: {territory}, «{topic}»{begin}.").format(title=title, territory=territory, topic=topic, begin=begin)


def seen_sentence(seen: float, awaited: float, weeks: int) -> str:
    """How many came after a measure and how many would have come without it."""
    return _("За {weeks} после начала пришло {seen}, без меры ждали {awaited}.").format(
        weeks=counted(weeks, "неделя", "acc"), seen=counted(seen, "обращение"), awaited=integer(awaited)
    )
