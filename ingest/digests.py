"""Digests for mailing: what has been told is remembered beside the store, so that nothing is told twice."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any

from queries import store
from queries.digest import Change
from words import _, dates

MOST_REMEMBERED = 5000


def since_last(territory_id: int, last: date) -> date:
    """The day from whose end on a digest told once counts: that of the last one, so that a missed day is not lost."""
    told = _read(_path(territory_id))
    before = last - timedelta(days=1)
    return min(date.fromisoformat(told["until"]), before) if "until" in told else before


def untold(territory_id: int, last: date, found: Sequence[Change]) -> list[Change]:
    """Of the changes found by the end of a day, those nobody has been told of; from now on they count as told. A spike that goes
    on growing is told of once a day."""
    path = _path(territory_id)
    told = _read(path).get("told", [])
    fresh = {_identity(change, last): change for change in found}
    new = {own: change for own, change in fresh.items() if own not in set(told)}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"until": last.isoformat(), "told": [*told, *new][-MOST_REMEMBERED:]}, ensure_ascii=False), encoding="utf-8")
    os.replace(draft, path)
    return list(new.values())


def answer(territory_id: int, place: str, since: date, last: date, found: Sequence[Change]) -> dict[str, Any]:
    """What a command answers: territory, place, since, until, is_demo, changes; days as text."""
    facts = {"territory": territory_id, "place": place, "since": since, "until": last, "is_demo": store.is_demo(), "changes": list(map(asdict, found))}
    return dict(json.loads(json.dumps(facts, ensure_ascii=False, default=str)))


def title(told: Mapping[str, Any]) -> str:
    """The subject of a letter."""
    return _("{place}: что изменилось к {day}").format(place=told["place"], day=dates.day(date.fromisoformat(told["until"])))


def page(told: Mapping[str, Any]) -> str:
    """The digest as a page of HTML without scripts, styles and links; every word from data is literal."""
    lines = [change["text"] for change in told["changes"]] or [_("Ничего не изменилось.")]
    demo = f"<p>{escape(_('Демонстрационные данные: все обращения выдуманы'))}</p>" if told["is_demo"] else ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    head = escape(title(told))
    return f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{head}</title></head><body><h1>{head}</h1>{demo}<ul>{items}</ul></body></html>'


def _identity(change: Change, until: date) -> str:
    about = str(change.spike_id) if change.spike_id is not None else change.text
    return f"{change.kind}|{about}" + (f"|{until}" if change.kind == "grown" else "")


def _path(territory_id: int) -> Path:
    return store.paths().folder / "digests" / f"{territory_id}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
