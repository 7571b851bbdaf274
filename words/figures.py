"""A metric in words: its value, its change, its target and verdict, by unit.

Units: count, share (0..1), minutes, mark (1..5).
"""

from words import _
from words.numbers import change, decimal, integer, minutes, percent, points, signed

NO_DATA = "—"


def value_text(unit: str, value: float | None) -> str:
    """«1 284», «78 %», «2 ч 40 мин», «3,9»; «—» for None."""
    if value is None:
        return NO_DATA
    if unit == "share":
        return percent(value)
    if unit == "minutes":
        return minutes(value)
    if unit == "mark":
        return decimal(value, 1)
    return integer(value)


def delta_text(unit: str, now: float | None, before: float | None) -> str:
    """«+208 (+19 %)», «−2 п. п.», «−15 мин», «+0,1», «без изменений»; empty where there is nothing to compare."""
    if now is None or before is None:
        return ""
    difference = now - before
    if unit == "share":
        return points(difference) if round(100 * difference) else _("без изменений")
    if unit == "minutes":
        return ("+" if difference > 0 else "−") + minutes(abs(difference)) if round(difference) else _("без изменений")
    if unit == "mark":
        return ("+" if difference > 0 else "−") + decimal(abs(difference), 1) if round(difference, 1) else _("без изменений")
    if not difference:
        return _("без изменений")
    relative = change(now, before) if before else ""
    return f"{signed(difference)} ({relative})" if relative else signed(difference)


def delta_tone(better: str | None, now: float | None, before: float | None) -> str:
    """good or bad where the metric has a better direction and moved; neutral otherwise."""
    if better is None or now is None or before is None or now == before:
        return "neutral"
    return "good" if (now > before) == (better == "up") else "bad"


def verdict(better: str | None, value: float | None, target: float | None) -> tuple[str, str]:
    """(«выполнена» | «не выполнена», tone) of a target; empty without one."""
    if better is None or value is None or target is None:
        return "", "neutral"
    met = value >= target if better == "up" else value <= target
    return (_("выполнена"), "good") if met else (_("не выполнена"), "bad")
