"""Findings in one sentence, built by rules from the same numbers as the tiles."""

import math
from collections.abc import Sequence

import pandas as pd

from words import _
from words.numbers import NBSP, in_times, integer, minutes, percent, rate
from words.plurals import counted

STANDS_OUT = 1.5
FEW = 30


def period_phrase(days: int) -> str:
    """«За неделю», «За день», «За 28 дней»."""
    if days == 7:
        return _("За неделю")
    if days == 1:
        return _("За день")
    return _("За {days}").format(days=counted(days, "день"))


def compared(now: float, before: float, than: str) -> str:
    """«на 19 % больше, чем неделей раньше», «в 3 раза больше, чем …», «столько же, сколько …»."""
    if now == before:
        return _("столько же, сколько {than}").format(than=than)
    if now >= 2 * before:
        return _("{times} больше, чем {than}").format(times=in_times(now / before), than=than)
    more = now > before
    size = percent(abs(now / before - 1))
    if size.startswith("0"):
        return _("почти столько же, сколько {than}").format(than=than)
    return (_("на {size} больше, чем {than}") if more else _("на {size} меньше, чем {than}")).format(size=size, than=than)


def overview_finding(now: int, before: int | None, days: int, topics: Sequence[tuple[str | None, int, int]]) -> str:
    """The headline of the overview. topics: (name, now, before), any order."""
    begin = f"{period_phrase(days)} {counted(now, 'обращение')}"
    if now == 0:
        return _("{period} обращений нет").format(period=period_phrase(days))
    if before is None:
        return begin
    if before == 0:
        return _("{begin}, сравнить не с чем: в прошлом периоде их не было").format(begin=begin)
    if before < FEW and now < FEW:
        return _("{begin}, было {before}: мало, чтобы говорить об изменении").format(begin=begin, before=integer(before))
    finding = f"{begin}: {compared(now, before, _('неделей раньше') if days == 7 else _('в прошлом периоде'))}"
    grown = [(name, new - old) for name, new, old in topics if name and new >= STANDS_OUT * old and new - old >= max(FEW, now / 20)]
    if grown:
        name, added = max(grown, key=lambda item: item[1])
        finding += ". " + _("Больше всего прибавила тема «{name}»: +{added}").format(name=name, added=integer(added))
    return finding


def cities_finding(counts: pd.DataFrame, ratio: pd.DataFrame, view: str, area: str) -> str:
    """The headline of cities × topics: the cell that stands out most among those with enough appeals."""
    total = counts.sum(axis=1)
    flat = ratio.where(counts >= FEW).stack()
    flat = flat[flat.map(math.isfinite)]
    if len(flat) and flat.max() >= 1.5:
        place, block = flat.idxmax()
        against = {"change": _("чем в прошлом периоде")}.get(view, _("чем по территории «{area}»").format(area=area))
        how = _("на жителя ") if view == "rate" else _("доля темы ") if view == "count" else ""
        return _("{place}, «{block}»: {how}{times} больше, {against}").format(
            place=place, block=block, how=how, times=in_times(flat.max()), against=against
        )
    return _("{place}: больше всего обращений, {n} из {all}").format(place=total.idxmax(), n=integer(total.max()), all=integer(total.sum()))


def map_finding(frame: pd.DataFrame) -> str:
    """The headline of the map. frame: name, value, per_thousand."""
    enough = frame[(frame["value"] >= FEW) & frame["per_thousand"].notna()]
    if len(enough) > 1:
        most = enough.loc[enough["per_thousand"].idxmax()]
        return _("Чаще всего на жителя пишут: {name}, {rate} на 1{nbsp}000").format(
            name=most["name"], rate=rate(most["per_thousand"]), nbsp=NBSP
        )
    most = frame.loc[frame["value"].idxmax()]
    return _("{name}: {n}").format(name=most["name"], n=counted(most["value"], "обращение"))


def kpi_finding(resolved: float | None, target: float | None, response: float | None, due: int) -> str:
    """The headline of resolution and response."""
    if not due:
        first = _("Сроки ещё не наступили")
    elif due < FEW or resolved is None:
        first = _("Срок наступил у {n}: мало, чтобы судить о решаемости").format(n=counted(due, "обращение", "gen"))
    else:
        first = _("Решено в срок {share}").format(share=percent(resolved)) + (
            _(" при норме {target}").format(target=percent(target)) if target else ""
        )
    second = _("Половина ещё ждёт первого ответа") if response is None else _("Половине отвечают за {time}").format(time=minutes(response))
    return f"{first}. {second}"


def channels_finding(mix: pd.DataFrame, official: int, appeals: int) -> str:
    """The headline of channels. mix: channel, appeals, share, the most frequent first; official of appeals whatever the channel."""
    if appeals < FEW:
        return _("{n}: мало, чтобы говорить о долях каналов").format(n=counted(appeals, "обращение"))
    most = mix.iloc[0]
    return _("Через официальные каналы {share} обращений. Больше всего приносит канал «{name}»: {n}").format(
        share=percent(official / appeals), name=most["channel"], n=percent(most["share"])
    )


def quality_finding(silent: Sequence[str], days: pd.DataFrame) -> str:
    """The headline of data quality. silent: sources silent on the last day; days: state of each source and day."""
    if silent:
        return _("Молчат сейчас: {names}").format(names=", ".join(silent))
    gaps, partial = ((days["state"] == state).sum() for state in ("silent", "partial"))
    if not gaps and not partial:
        return _("Источники присылают данные как обычно")
    return _("Сейчас никто не молчит. За восемь недель {silent} молчания и {partial} неполных данных").format(
        silent=counted(gaps, "день"), partial=counted(partial, "день")
    )
