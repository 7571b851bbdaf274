"""Findings and words of «Информируем», built by rules from the same numbers as the tables."""

from datetime import date
from urllib.parse import urlsplit

from words import _
from words.dates import day, span
from words.numbers import integer, minutes, percent
from words.plurals import counted

METHODS = {
    "phone": _("Телефонный опрос. Интервал верен, если номера набирали случайно; отказы отвечать он не учитывает."),
    "street": _("Личный опрос. Интервал верен, если людей выбирали случайно, а не тех, кто сам подошёл."),
    "panel": _("Панель добровольцев, взвешенная под жителей. Интервал приблизительный."),
    "online": _(
        "Отвечали те, кто захотел. Интервал учитывает только число ответивших и не исправляет того, что недовольные и пользователи "
        "соцсетей отвечают чаще: на всех жителей результат не переносится."
    ),
    "paper": _("Анкеты заполняли те, до кого они дошли. На всех жителей результат переносится только при случайной раздаче."),
}
FAULTS = {
    "slow": _("долго отвечают: позже 4 часов"),
    "written_again": _("после ответа пишут снова"),
    "reopened": _("обращения возвращают в работу"),
    "rated_bad": _("ставят 1–3"),
}
FORMS = {"notice": _("Объявления жителям"), "answer": _("Ответы")}


def taken(first: date, last: date | None) -> str:
    """«с 1 по 14 сентября 2026»; a day alone where the end is not known."""
    return day(first) if last is None else span(first, last)


def interval(low: float, high: float) -> str:
    """«46–53 %»; «нет данных» where it cannot be said."""
    if low != low or high != high:
        return _("нет данных")
    begin, end = percent(low), percent(high)
    return begin if begin == end else f"{begin.split()[0]}–{end}"


def participation_finding(polls: int, hearings: int, votes: int) -> str:
    """The headline of participation."""
    parts = [(_("опросов {n}"), polls), (_("слушаний {n}"), hearings), (_("голосований {n}"), votes)]
    said = ", ".join(words.format(n=integer(n)) for words, n in parts if n)
    return _("Жителей спросили: {what}").format(what=said) if said else _("Опросов, слушаний и голосований в реестре нет")


def fakes_finding(found: int, checked: int, wrong: int, refuted: int, time: float | None) -> str:
    """The headline of fakes: how many were found, how many of the untrue ones were refuted and how soon."""
    if not found:
        return _("За период фейков в реестр не внесено")
    begin = _("В реестре за период {n}").format(n=counted(found, "запись"))
    if not checked:
        return _("{begin}, ещё не проверено ничего").format(begin=begin)
    if not wrong:
        return _("{begin}, недостоверных среди проверенных нет").format(begin=begin)
    middle = _("{begin}: недостоверных {n}, опровергнуто {k}").format(begin=begin, k=integer(refuted), n=integer(wrong))
    return middle if time is None else _("{middle}, половина за {time}").format(middle=middle, time=minutes(time))


def accounts_finding(pages: int, linked: int, messages: int, on_time: float | None) -> str:
    """The headline of official pages."""
    if not pages:
        return _("Официальных страниц в реестре нет")
    begin = _("В реестре {n}").format(n=counted(pages, "страница"))
    if not linked:
        return _("{begin}, сообщения к ним не привязаны").format(begin=begin)
    middle = _("{begin}, за период {k}").format(begin=begin, k=counted(messages, "сообщение"))
    return middle if on_time is None else _("{middle}; за 4 часа отвечено {share}").format(middle=middle, share=percent(on_time))


def done_finding(solved: int, confirmed: int, measures: int) -> str:
    """The headline of what was done."""
    if not solved and not measures:
        return _("За период решённых обращений и завершённых мер нет")
    parts = []
    if solved:
        parts.append(_("решено {n}, жители подтвердили {k}").format(n=counted(solved, "обращение"), k=integer(confirmed)))
    if measures:
        parts.append(_("завершённых мер {n}").format(n=integer(measures)))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def host(url: str) -> str:
    """Where a checked address leads: «vk.com»."""
    return urlsplit(url).hostname or ""
