"""What has changed since a day: spikes, sources, the age of the data. Only changes, so that an empty digest is good news."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from queries import dictionaries, spikes, store
from queries.access import Access
from queries.ask import ask
from queries.scope import Scope
from words import _, dates, numbers
from words.plurals import counted

LOOK_BACK = 120
ENDS_AFTER = {"D": 3, "W": 7}
GREW, LEAST_GROWTH = 0.5, 5


@dataclass(frozen=True)
class Change:
    """kind: new | grown | ended (spikes) | silent | back (sources) | stale (all data); text: a whole sentence; day: when it
    began; territory_id and spike_id where it is about a spike, observed and expected over the whole spike."""

    kind: str
    text: str
    day: date
    territory_id: int | None = None
    spike_id: int | None = None
    observed: int | None = None
    expected: float | None = None


def of_place(territory_id: int, access: Access | None = None) -> Scope:
    """The scope of a digest: a territory up to the last full day of the store. ValueError for an unknown number."""
    tree = dictionaries.territories()
    if territory_id not in tree.all:
        raise ValueError(_("Нет территории с номером {number}.").format(number=territory_id))
    last = dictionaries.days(tree.timezone(territory_id)).last_full
    return Scope(territory_id, last, last, tree.places(territory_id), access=access or Access.reader())


def name_of(scope: Scope) -> str:
    """The name of a digest's territory."""
    return dictionaries.territories().all[scope.place].name


def changes(scope: Scope, since: date) -> list[Change]:
    """What differs at the end of the scope's last day from the end of the day `since`?

    Spikes found at the usual setting, one line an episode, the gravest first: new ones nobody has decided about, those
    whose excess grew by half and five appeals, those that ended; false alarms are left out. Then sources that send
    appeals from the scope and fell silent or came back, then whether all data are out of date.
    """
    return [*_spikes(scope, since), *_sources(scope, since), *_stale(scope)]


def _spikes(scope: Scope, since: date) -> list[Change]:
    heads = spikes.listing(scope, since - timedelta(days=LOOK_BACK), scope.last)
    heads = heads[heads["observed"].notna() & (heads["decision"] != "false_alarm")]
    flagged, frequency = heads["first_flagged"].dt.date, heads["frequency"]
    over = heads["last_day"] + pd.to_timedelta(frequency.map(ENDS_AFTER), unit="D")
    fresh = (flagged > since) & (flagged <= scope.last)
    ended = ~fresh & (over.dt.date > since) & (over.dt.date <= scope.last)
    new = fresh & heads["decision"].isna()
    growth = ask("digest_growth", scope, since=since, spike_ids=heads.loc[~fresh & ~ended & (heads["state"] != "ended"), "spike_id"].tolist())
    grown = growth[(growth["added"] >= LEAST_GROWTH) & (growth["added"] >= GREW * growth["before"])].set_index("spike_id")
    found = [_change("new", row, _new(row)) for row in heads[new].itertuples()]
    for row in heads[heads["spike_id"].isin(grown.index)].itertuples():
        added, before = grown.loc[row.spike_id, ["added", "before"]]
        found.append(_change("grown", row, _grown(row, added, before, since)))
    return found + [_change("ended", row, _ended(row)) for row in heads[ended].itertuples()]


def _change(kind: str, row: object, text: str) -> Change:
    spike = pd.Series(row._asdict())  # type: ignore[attr-defined]
    return Change(
        kind,
        text,
        spike["onset"].date(),
        int(spike["territory_id"]),
        int(spike["spike_id"]),
        int(spike["observed"]),
        round(float(spike["expected"]), 2),
    )


def _new(row: object) -> str:
    flood = " " + _("Обращения однотипные, от немногих авторов.") if getattr(row, "is_flood", False) is True else ""
    return _("Новый всплеск: {what}. С {day}: {count} вместо обычных {usual}.").format(**_facts(row)) + flood


def _grown(row: object, added: float, before: float, since: date) -> str:
    return _("Всплеск вырос: {what}. К {since} сверх обычного было {before}, с тех пор добавилось {added}.").format(
        since=dates.short_day(since), before=numbers.integer(round(before)), added=numbers.integer(round(added)), **_facts(row)
    )


def _ended(row: object) -> str:
    return _("Всплеск закончился: {what}. За {span}: {count} вместо обычных {usual}.").format(**_facts(row))


def _facts(row: object) -> dict[str, str]:
    spike = pd.Series(row._asdict())  # type: ignore[attr-defined]
    subject = spike["topic"] if pd.notna(spike["topic"]) else spike["topic_group"]
    first, last, expected = spike["onset"].date(), spike["last_day"].date(), float(spike["expected"])
    return {
        "what": _("{place}, «{subject}»").format(place=spike["territory"], subject=subject),
        "day": dates.short_day(first),
        "span": dates.span(first, last),
        "count": counted(int(spike["observed"]), "обращение"),
        "usual": numbers.integer(round(expected)) if expected >= 10 else numbers.number(round(expected, 2)),
    }


def _sources(scope: Scope, since: date) -> list[Change]:
    found = []
    for source, was_silent, is_silent, day in ask("digest_sources", scope, since=since, until=scope.last).itertuples(
        index=False, name=None
    ):
        if was_silent == is_silent:
            continue
        text = (
            _("Источник «{source}» молчит с {day}.")
            if is_silent
            else _("Источник «{source}» снова присылает обращения, он молчал с {day}.")
        )
        found.append(Change("silent" if is_silent else "back", text.format(source=source, day=dates.short_day(day.date())), day.date()))
    return found


def _stale(scope: Scope) -> list[Change]:
    if not store.is_stale():
        return []
    newest = pd.Timestamp(datetime.fromisoformat(store.meta()["newest"]), tz="UTC").tz_convert(
        dictionaries.territories().timezone(scope.place)
    )
    text = _("Данные устарели: самое новое обращение от {moment}. Загрузите свежую выгрузку.").format(
        moment=dates.moment(newest.to_pydatetime())
    )
    return [Change("stale", text, newest.date())]
