"""Numbers as Russians write them: 1 284, 12,4 тыс., 78 %, +2 п. п., 2 ч 40 мин."""

import math

from words import _, ngettext

NBSP, MINUS, TIMES = "\u00a0", "\u2212", "×"
HOUR, DAY = 60, 1440
SMALL = 30


def _missing(x: float | None) -> bool:
    return x is None or (isinstance(x, float) and math.isnan(x)) or x != x


def decimal(x: float | None, digits: int = 1) -> str:
    """1 234,5; trailing zeros are kept, so that a column has one precision."""
    if _missing(x):
        return _("нет данных")
    assert x is not None
    text = f"{abs(x):,.{digits}f}".replace(",", NBSP).replace(".", ",")
    negative = x < 0 and any(c not in "0,\u00a0" for c in text)
    return (MINUS if negative else "") + text


def integer(x: float | None) -> str:
    """1 284."""
    return decimal(x, 0)


def compact(x: float | None) -> str:
    """12,4 тыс., 38,7 млн; below ten thousand whole."""
    if _missing(x):
        return _("нет данных")
    assert x is not None
    for size, least, word in ((1e9, 0.99995e9, _("млрд")), (1e6, 0.99995e6, _("млн")), (1e3, 1e4, _("тыс."))):
        if abs(x) >= least:  # what would round to «1 000,0 тыс.» is a million
            return f"{decimal(x / size, 1)}{NBSP}{word}"
    return integer(x)


def percent(share: float | None, digits: int = 0) -> str:
    """0.78 → 78 %."""
    return _("нет данных") if _missing(share) else f"{decimal(100 * share, digits)}{NBSP}%"  # type: ignore[operator]


def part(share: float | None) -> str:
    """A share that never rounds to none or all: 0.0003 → < 1 %, 0.9998 → > 99 %."""
    if _missing(share) or share in (0, 1) or 0.005 < share < 0.995:  # type: ignore[operator]
        return percent(share)
    return f"<{NBSP}{percent(0.01)}" if share < 0.5 else f">{NBSP}{percent(0.99)}"  # type: ignore[operator]


def _sign(x: float, text: str) -> str:
    return text if text.startswith(MINUS) or x <= 0 or not any(c in "123456789" for c in text) else f"+{text}"


def signed(x: float | None) -> str:
    """+208, −9, 0."""
    return _("нет данных") if _missing(x) else _sign(x, integer(x))  # type: ignore[arg-type]


def points(delta: float | None, digits: int = 0) -> str:
    """A difference of shares: 0.02 → +2 п. п."""
    if _missing(delta):
        return _("нет данных")
    assert delta is not None
    return f"{_sign(delta, decimal(100 * delta, digits))}{NBSP}п.{NBSP}п."


def change(new: float | None, old: float | None) -> str:
    """+19 %; empty where there is nothing to compare with."""
    if _missing(new) or _missing(old) or not old:
        return ""
    relative = new / old - 1  # type: ignore[operator]
    return _sign(relative, percent(relative))


def minutes(m: float | None) -> str:
    """35 мин, 2 ч 40 мин, 12 ч, 3,1 дня."""
    if _missing(m):
        return _("нет данных")
    assert m is not None
    whole = round(m)
    if whole < HOUR:
        return f"{integer(whole)}{NBSP}мин"
    if whole < DAY:
        if whole >= 10 * HOUR:
            return f"{integer(whole / HOUR)}{NBSP}ч"
        rest = f" {whole % HOUR}{NBSP}мин" if whole % HOUR else ""
        return f"{integer(whole // HOUR)}{NBSP}ч{rest}"
    return days(m / DAY)


def days(x: float | None) -> str:
    """5,2 дня, 3 дня, 14 дней."""
    if _missing(x):
        return _("нет данных")
    assert x is not None
    shown = round(x, 1)
    if shown != int(shown):
        return f"{decimal(shown, 1)}{NBSP}дня"
    return ngettext("{n} день", "{n} дней", int(abs(shown))).format(n=integer(shown)).replace(" ", NBSP)


def times(ratio: float | None) -> str:
    """8.2 → ×8; below ten one decimal where it says something: ×1,5."""
    if _missing(ratio) or math.isinf(ratio):  # type: ignore[arg-type]
        return _("нет данных") if _missing(ratio) else _("впервые")
    assert ratio is not None
    shown = round(ratio, 1) if ratio < 10 else round(ratio)
    return TIMES + decimal(shown, 0 if shown == int(shown) else 1)


def in_times(ratio: float) -> str:
    """«в 8 раз», «в 2 раза», «в 1,5 раза»."""
    shown = round(ratio, 1) if ratio < 5 else round(ratio)
    if shown != int(shown):
        return f"в{NBSP}{decimal(shown, 1)}{NBSP}раза"
    return ngettext("в {n} раз", "в {n} раз", int(shown)).format(n=integer(shown)).replace(" ", NBSP)


def rate(x: float | None) -> str:
    """2,6; small rates keep two digits: 0,05."""
    if _missing(x) or x == 0:
        return integer(x)
    assert x is not None
    return decimal(x, 1 if abs(x) >= 1 else 2 if abs(x) >= 0.1 else 3)


def number(x: float | None) -> str:
    """A whole number as an integer, anything else as a rate."""
    return integer(x) if not _missing(x) and float(x).is_integer() else rate(x)  # type: ignore[arg-type]


def per_thousand(x: float | None) -> str:
    """2,6 на 1 000 жителей."""
    return _("нет данных") if _missing(x) else f"{rate(x)} на 1{NBSP}000 жителей"


def share_or_count(k: int, n: int) -> str:
    """A share where n ≥ 30, otherwise the counts: «3 из 7, мало данных»."""
    return percent(k / n) if n >= SMALL else _("{k} из {n}, мало данных").format(k=integer(k), n=integer(n))
