"""What a measure changed, in words: the size, how sure it is, or why it is too early to say."""

from words import _
from words.numbers import decimal, integer, percent
from words.plurals import counted

SURE, HARDLY = 0.05, 0.001
REASONS = {
    "before": _("рано судить: до меры {n}, нужно не меньше {needed}"),
    "after": _("рано судить: после начала прошло {n}, нужно не меньше {needed}"),
    "short": _("не оценить: длилось {n}, нужно не меньше {needed}"),
    "few": _("рано судить: обращений так мало, что разницы было бы не увидеть"),
}
WEEKS = {"before": 8, "after": 3, "short": 3, "few": 0}
STATUSES = {"planned": _("запланирована"), "running": _("идёт"), "done": _("выполнена"), "cancelled": _("отменена")}


def changed(change: float, low: float, high: float) -> str:
    """«жалоб меньше на 63 % [51–72]»; «разницы не видно: от −12 % до +20 %» where the interval holds zero."""
    if low < 0 < high:
        return _("разницы не видно: от {low} до {high}").format(low=share(low), high=share(high))
    if change < 0:
        return _("жалоб меньше на {change} [{low}–{high}]").format(change=percent(-change), low=_whole(-high), high=_whole(-low))
    return _("жалоб больше на {change} [{low}–{high}]").format(change=percent(change), low=_whole(low), high=_whole(high))


def share(change: float) -> str:
    """−12 %, +20 %."""
    return ("−" if change < 0 else "+") + percent(abs(change))


def _whole(value: float) -> str:
    return integer(100 * value)


def chance(p: float) -> str:
    """«вероятность случайности 3 %»; small ones as «меньше 0,1 %»."""
    if p < HARDLY:
        return _("вероятность случайности меньше {p}").format(p=f"{decimal(100 * HARDLY, 1)} %")
    return _("вероятность случайности {p}").format(p=percent(p, 1 if p < 0.1 else 0))


def chance_cell(p: float) -> str:
    """The same for a cell of a table: «3 %», «< 0,1 %»."""
    return f"< {decimal(100 * HARDLY, 1)} %" if p < HARDLY else percent(p, 1 if p < 0.1 else 0)


def too_early(reason: str, before: int, after: int, is_over: bool = False) -> str:
    """Why there is no answer yet; or never, where it `is_over`."""
    reason = "short" if reason == "after" and is_over else reason
    n = before if reason == "before" else after
    return REASONS[reason].format(n=counted(n, "неделя"), needed=counted(WEEKS[reason], "неделя", "gen"))


def usual_again(change: float, low: float, high: float) -> str:
    """The same against the usual level before a spike: «столько же, сколько до всплеска (от −12 % до +20 %)»."""
    if low < 0 < high:
        return _("жалоб столько же, сколько до всплеска (от {low} до {high})").format(low=share(low), high=share(high))
    return _("против уровня до всплеска {changed}").format(changed=changed(change, low, high))

