"""Which column of a file means what: mapping files (YAML), and a guess from the synonyms of column names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import yaml

from words import _


class Refused(Exception):
    """A file that is not loaded at all. The message is for people: what is wrong and what to do."""


REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
MAPPINGS = REFERENCE / "mappings"

Kind = Literal["appeals", "comments", "events", "replies", "readings"]

TIMES = ("created_at", "assigned_at", "first_response_at", "closed_at", "due_at", "source_updated_at")
CODES = {
    "status": ("new", "assigned", "answered", "closed", "rejected"),
    "outcome": ("resolved", "explained", "not_resolved", "postponed"),
    "type": ("resolvable", "informational", "unresolvable"),
    "level": ("municipal", "regional", "federal"),
    "visibility": ("public", "restricted"),
    "reopened": ("yes", "no"),
    "event": ("done", "partial", "missed"),
}
LABELS = (
    *("external_id", "region", "municipality", "settlement", "street", "house", "block", "topic_group", "topic"),
    *("executor", "department", "channel", "repeat_of", "language", "url", "text", "reply"),
)
NUMBERS = ("lat", "lon", "rating", "audience", "engagement")
DERIVED = (
    *("created_time", "response_time", "closing_time", "address", "location", "author", "blog_url", "reply_account"),
    *("closing_reason", "comment_id", "note"),
)
MEASURED = ("sensor", "value", "unit")
FIELDS = (*TIMES, *CODES, *LABELS, *NUMBERS, *DERIVED, *MEASURED)


@dataclass(frozen=True)
class Home:
    """The one territory a whole file speaks of. `radius_km` bounds its points; beyond it a point is not drawn."""

    region: str
    municipality: str
    timezone: str
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    population: int | None = None


@dataclass(frozen=True)
class Mapping:
    """How a file is understood.

    columns: field → names of columns, the first non-empty wins (replies are joined); values: field → code → words in
    the file; constants: field → the value of every row; dayfirst: order in 05/06/2021, None lets the file decide;
    timezone: zone of the times in the file, None means local time of the territory; detect: names that must all be in
    the header for the file to be recognised as this layout; country: RU bounds points by Russia, empty does not.
    """

    source: str = "table"
    kind: Kind = "appeals"
    title: str = ""
    note: str = ""
    columns: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: Dict[str, Dict[str, tuple[str, ...]]] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    territory: Home | None = None
    formats: tuple[str, ...] = ()
    dayfirst: bool | None = None
    timezone: str | None = None
    country: str = "RU"
    detect: tuple[str, ...] = ()

    def as_yaml(self) -> str:
        """The text of a mapping file that reads back as this mapping."""
        usual = _plain(asdict(Mapping()))
        facts = {key: value for key, value in _plain(asdict(self)).items() if value != usual.get(key)}
        return yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=120)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def normal(name: str) -> str:
    """A column name as compared: lower case, «ё» as «е», one space, no marks at the ends."""
    lowered = re.sub(r"[\s_\xa0\ufeff]+", " ", name.lower().replace("ё", "е"))
    return lowered.strip(" .:;,*\"'«»-–—")


# mapping files --------------------------------------------------------------------------------------------------------


def read_mapping(path: Path) -> Mapping:
    """Reads a mapping file. Raises Refused with the line to mend."""
    try:
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Refused(_("Файл соответствия не читается: {name}.").format(name=path.name)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise Refused(_("В файле соответствия {name} ошибка в строке {line}.").format(name=path.name, line=line)) from None
    return parse(facts, path.name)


def parse(facts: object, name: str) -> Mapping:
    """A mapping from plain values, checked: known fields, known codes, known zones. Raises Refused."""

    def wrong(what: str) -> Refused:
        return Refused(_("Файл соответствия {name}: {what}.").format(name=name, what=what))

    if not isinstance(facts, dict):
        raise wrong(_("нужен список полей, например columns и constants"))
    unknown = set(facts) - set(Mapping.__dataclass_fields__)
    if unknown:
        raise wrong(_("неизвестный раздел {what}").format(what=", ".join(sorted(map(str, unknown)))))
    sections: dict[str, dict[str, Any]] = {}
    for section in ("columns", "values", "constants"):
        sections[section] = facts.get(section) or {}
        if not isinstance(sections[section], dict):
            raise wrong(_("раздел {what} должен быть списком полей").format(what=section))
        for name_of_field in sections[section]:
            if name_of_field not in FIELDS:
                raise wrong(_("неизвестное поле {what}").format(what=name_of_field))
    values = {key: _words(words) for key, words in sections["values"].items()}
    for key, words in values.items():
        for code in words:
            if key in CODES and code not in CODES[key]:
                raise wrong(_("у поля {field} нет значения {code}").format(field=key, code=code))
    constants = {key: str(value) for key, value in sections["constants"].items()}
    for key, code in constants.items():
        if key in CODES and code not in CODES[key]:
            raise wrong(_("у поля {field} нет значения {code}").format(field=key, code=code))
    if facts.get("kind", "appeals") not in get_args(Kind):
        raise wrong(_("kind бывает {kinds}").format(kinds=", ".join(get_args(Kind))))
    try:
        home = Home(**facts["territory"]) if facts.get("territory") else None
    except TypeError:
        raise wrong(_("в territory нужны region, municipality и timezone")) from None
    zones = [zone for zone in (facts.get("timezone"), home.timezone if home else None) if zone]
    for zone in zones:
        if not _is_zone(zone):
            raise wrong(_("неизвестный часовой пояс {what}").format(what=zone))
    return Mapping(
        source=str(facts.get("source", "table")),
        kind=facts.get("kind", "appeals"),
        title=str(facts.get("title", "")),
        note=str(facts.get("note", "")),
        columns={key: _names(names) for key, names in sections["columns"].items()},
        values=values,
        constants=constants,
        territory=home,
        formats=_names(facts.get("formats")),
        dayfirst=facts.get("dayfirst"),
        timezone=facts.get("timezone"),
        country=str(facts.get("country", "RU")),
        detect=_names(facts.get("detect")),
    )


def _names(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else (str(value),)


def _words(value: object) -> dict[str, tuple[str, ...]]:
    return {str(code): _names(words) for code, words in value.items()} if isinstance(value, dict) else {}


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


USUAL_LAYOUTS: dict[Kind, str] = {"comments": "comments.yaml", "events": "status-log.yaml", "replies": "replies.yaml", "readings": "readings.yaml"}


def usual_layout(kind: Kind) -> Mapping:
    """The mapping file for what is not appeals."""
    return read_mapping(MAPPINGS / USUAL_LAYOUTS[kind])


def layouts_in(folder: Path) -> tuple[Mapping, ...]:
    """The mapping files of a folder that recognise their layout by its header."""
    return tuple(m for m in (read_mapping(path) for path in sorted(folder.glob("*.yaml"))) if m.detect)


@cache
def known_layouts() -> tuple[Mapping, ...]:
    """The layouts that come with the product."""
    return layouts_in(MAPPINGS)


def remember(mapping: Mapping, folder: Path) -> Path:
    """Writes the mapping so that the next file with the columns it reads is recognised; a later one replaces it."""
    names = sorted({name for found in mapping.columns.values() for name in found})
    told = hashlib.sha256("\n".join([mapping.kind, *map(normal, names)]).encode()).hexdigest()[:12]
    path = folder / f"{told}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".tmp")
    written.write_text(replace(mapping, detect=tuple(names)).as_yaml(), encoding="utf-8")
    written.replace(path)
    return path


# synonyms -------------------------------------------------------------------------------------------------------------


@cache
def synonyms() -> dict[str, Any]:
    """data/reference/synonyms.yaml: `fields` (field → names of columns) and `values` (field → code → words)."""
    facts: dict[str, Any] = yaml.safe_load((REFERENCE / "synonyms.yaml").read_text(encoding="utf-8"))
    return facts


@cache
def _known_names() -> dict[str, str]:
    return {normal(name): key for key, names in synonyms()["fields"].items() for name in names}


@cache
def words_of(key: str) -> dict[str, str]:
    """Words that files use for the codes of a field: word → code."""
    return {normal(str(word)): code for code, words in synonyms()["values"].get(key, {}).items() for word in words}


def known_count(cells: Iterable[str]) -> int:
    """How many different fields do these cells name? Zero for a row of data."""
    names = _known_names()
    extra = {normal(name) for layout in known_layouts() for name in layout.detect}
    found = {names.get(normal(cell), normal(cell) if normal(cell) in extra else "") for cell in cells if cell and len(cell) < 120}
    return len(found - {""})


def guess(header: Iterable[str]) -> Mapping:
    """The mapping read off the names of columns; columns whose name says nothing stay out."""
    columns: dict[str, tuple[str, ...]] = {}
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(normal(name), name)
    for key, names in synonyms()["fields"].items():
        found = tuple(dict.fromkeys(by_name[normal(n)] for n in names if normal(n) in by_name))
        if found:
            columns[key] = found
    return Mapping(columns=columns)


def recognise(header: Iterable[str], layouts: Iterable[Mapping]) -> Mapping | None:
    """The layout all of whose telling names stand in the header; the one with most of them if several do."""
    names = {normal(name) for name in header}
    fitting = [layout for layout in layouts if layout.detect and {normal(n) for n in layout.detect} <= names]
    return max(fitting, key=lambda layout: len(layout.detect), default=None)


def fit(mapping: Mapping, header: Iterable[str]) -> Mapping:
    """The mapping with only the columns that the file has, under the names it gives them."""
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(normal(name), name)
    columns = {}
    for key, names in mapping.columns.items():
        found = tuple(dict.fromkeys(by_name[normal(n)] for n in names if normal(n) in by_name))
        if found:
            columns[key] = found
    return replace(mapping, columns=columns)


def check(mapping: Mapping, header: Iterable[str]) -> None:
    """Refuses a file in which the mapping finds no date, or nothing to say what the appeal is about."""
    has = set(mapping.columns) | set(mapping.constants)
    needed = {
        "appeals": (("created_at",), ("text", "topic", "topic_group")),
        "comments": (("created_at",), ("text",), ("external_id", "url")),
        "events": (("created_at",), ("external_id",), ("status", "executor", "note")),
        "replies": (("created_at",), ("external_id",), ("reply", "rating")),
        "readings": (("created_at",), ("sensor",), ("value", "event")),
    }[mapping.kind]
    titles = {
        "created_at": _("дата"),
        "text": _("текст или тема"),
        "external_id": _("номер или ссылка на обращение"),
        "status": _("статус, исполнитель или примечание"),
        "reply": _("ответ или оценка"),
        "sensor": _("код датчика"),
        "value": _("показание или событие"),
    }
    missing = [titles[options[0]] for options in needed if not has & set(options)]
    if missing:
        names = list(header)
        shown = "; ".join(names[:12]) + ("…" if len(names) > 12 else "")
        raise Refused(
            _(
                "Не нашли в файле столбцы: {missing}. В файле есть: {names}. Укажите, какой столбец что значит, в файле соответствия."
            ).format(missing=", ".join(missing), names=shown)
        )
