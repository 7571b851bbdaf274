"""Which sections make up each kind of briefing, and the briefing itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from briefing import parts
from briefing.model import Briefing, Quotes, Section, clean
from briefing.parts import Ground
from queries import dictionaries, effects, spikes, store
from queries.context import Context
from queries.scope import Scope, encode
from words import _
from words.dates import span
from words.freshness import data_line

KINDS = {
    "weekly": _("Справка главе за период"),
    "city": _("Паспорт города"),
    "block": _("Один блок"),
    "spike": _("Один всплеск"),
    "measure": _("Эффект меры"),
}
LISTED = 5000
Part = Callable[[Ground], Section | None]
WEEKLY: tuple[Part, ...] = (
    parts.kpi_section, parts.dynamics, parts.topics, parts.towns, parts.rating_section, parts.spikes_section, parts.measures,
    parts.done_section, parts.deadlines, parts.map_section, parts.outlook,
)  # fmt: skip
CITY: tuple[Part, ...] = (
    parts.kpi_section, parts.dynamics, parts.blocks, parts.topics, parts.channels, parts.executors, parts.spikes_section,
    parts.measures, parts.done_section, parts.deadlines, parts.map_section, parts.outlook,
)  # fmt: skip
BLOCK: tuple[Part, ...] = (
    parts.kpi_section, parts.dynamics, parts.topics, parts.towns, parts.executors, parts.spikes_section, parts.measures,
    parts.done_section, parts.deadlines, parts.map_section, parts.outlook,
)  # fmt: skip
SPIKE: tuple[Part, ...] = (parts.channels, parts.executors, parts.map_section)
MEASURE: tuple[Part, ...] = (parts.kpi_section, parts.executors, parts.map_section)


class Unknown(ValueError):
    """There is nothing to write about: no such spike, block or kind."""


def build(context: Context, kind: str, subject: str | None = None) -> Briefing:
    """The briefing of the context's scope. subject: the number of a spike, block or measure. Raises Unknown."""
    access = replace(context.scope.access, may_read_restricted=False)  # files are handed on: closed texts stay out of them
    context = replace(context, scope=replace(context.scope, access=access))
    if kind == "spike":
        return _of_spike(context, subject)
    if kind == "block":
        return _of_block(context, subject)
    if kind == "measure":
        return _of_measure(context, subject)
    if kind not in ("weekly", "city"):
        raise Unknown(_("Нет такого вида справки: {kind}. Есть: {kinds}.").format(kind=kind, kinds=", ".join(KINDS)))
    on = parts.ground(context, context.scope)
    if kind == "city":
        title = _("Паспорт: {place}").format(place=context.place.name)
        return _whole(on, kind, title, parts.headlines(on), _made(on, CITY))
    title = _("Справка за неделю") if on.scope.days == 7 else _("Справка за период")
    return _whole(on, kind, f"{title}: {context.place.name}", parts.headlines(on), _made(on, WEEKLY))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None


def _made(on: Ground, order: tuple[Part, ...]) -> list[Section]:
    if not on.covered:
        return []
    return [section for section in (part(on) for part in order) if section is not None]


def _of_block(context: Context, subject: str | None) -> Briefing:
    tree = dictionaries.topic_tree().dropna(subset="block_id").drop_duplicates("block_id").set_index("block_id")["block"]
    number = _number(subject)
    if number is None or number not in tree.index:
        raise Unknown(_("Нет блока с номером {n}.").format(n=subject))
    on = parts.ground(context, replace(context.scope, blocks=(number,), groups=(), topics=()))
    title = _("Блок «{block}»: {place}").format(block=tree[number], place=context.place.name)
    return _whole(on, "block", title, parts.headlines(on), _made(on, BLOCK), subject)


def _of_spike(context: Context, subject: str | None) -> Briefing:
    number = _number(subject)
    spike = None if number is None else spikes.one(context.everywhere(), number)
    if spike is None:
        raise Unknown(_("Нет всплеска с номером {n}.").format(n=subject))
    own = spikes.scope_of(context.scope, spike, context.territories.places(int(spike["territory_id"])))
    on = parts.ground(context, replace(own, comparison="none"))
    told = parts.story(on, spike)
    said = Section("spike", _("Что пишут жители"), (Quotes(told.quotes),)) if told.quotes else None
    found = (said, parts.spike_dynamics(on, spike), *(part(on) for part in SPIKE), parts.similar(on, spike))
    title = _("Всплеск: {what}, {place}").format(what=parts.subject(spike), place=spike["territory"])
    return _whole(on, "spike", title, told.sentences, [section for section in found if section is not None], subject)


def _of_measure(context: Context, subject: str | None) -> Briefing:
    reader = context.everywhere()
    action = None if subject is None else effects.one(reader, subject)
    if action is None:
        raise Unknown(_("Нет меры с номером {n}.").format(n=subject))
    own = effects.scope_of(action, context.scope, context.territories, context.days)
    since = max(own.first, min(action.in_force or own.last, own.last))
    on = parts.ground(context, replace(own.over(since, own.last), comparison="none"))
    found = effects.judge(action, reader)
    sections = (parts.measure_weeks(found) if found else None, *(part(on) for part in MEASURE))
    title = _("Эффект меры: {title}").format(title=action.title)
    said = parts.measure_sentences(found, action, on)
    return _whole(on, "measure", title, said, [section for section in sections if section is not None], action.item_id[:8])


def _whole(on: Ground, kind: str, title: str, headlines: tuple[str, ...], sections: list[Section], subject: str | None = None) -> Briefing:
    context, scope = on.context, on.scope
    place = context.territories.all[scope.place].name
    return clean(
        Briefing(
            kind=kind,
            title=title,
            place=place,
            period=span(scope.first, scope.last),
            filters=_filters(scope),
            data_line=data_line(store.is_demo(), context.days.last_full, context.moment),
            built_at=_local_clock(context),
            is_demo=store.is_demo(),
            headlines=headlines,
            sections=tuple(sections),
            appeals=parts.listing(on, LISTED),
            total=on.total,
            file_name=_file_name(kind, subject, place, scope.first, scope.last),
        )
    )


def _local_clock(context: Context) -> datetime:
    """The present moment on the scope's clock, with its offset."""
    there = store.clock().replace(microsecond=0, tzinfo=UTC).astimezone(context.zone)
    return there.astimezone(timezone(there.utcoffset() or timedelta()))


def _filters(scope: Scope) -> str:
    """Channels, topics, what is left out and the comparison of a scope in words; empty where nothing is chosen."""
    said = []
    if scope.channels:
        names = dictionaries.channels().set_index("channel_id")["name"]
        said.append(_("каналы: {names}").format(names=", ".join(str(names.get(own, own)) for own in scope.channels)))
    if "topics" in (params := encode(scope)):
        names = {own: name for own, name, _heading in dictionaries.topic_choices()}
        said.append(_("темы: {names}").format(names=", ".join(names.get(own, own) for own in params["topics"].split(","))))
    if scope.without_fakes:
        said.append(_("без отложенных как фейки"))
    if (before := scope.before()) is not None:
        said.append(_("сравнение: {span}").format(span=span(before.first, before.last)))
    return "; ".join(said)


def _file_name(kind: str, subject: str | None, place: str, first: date, last: date) -> str:
    """«spravka-weekly-Калининград-2026-11-09-2026-11-15», without what a file system forbids."""
    safe = "".join(char if char.isalnum() else "-" for char in place).strip("-")
    return "-".join(filter(None, ("spravka", kind, subject, safe, f"{first}", f"{last}")))
