"""Registers: measures, campaigns and whatever else people keep beside appeals. One mechanism for all of them: the fields of a
register are described in data/reference/registers.yaml, an item is one sheet of facts, each change a line of the journal."""

import hashlib
import json
import math
import unicodedata
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import pandas as pd
import yaml

from queries import dictionaries, store, writes
from queries.access import Access
from queries.ask import ask
from queries.dictionaries import Territories
from queries.scope import COUNTRY, EARLIEST, LATEST, UNPLACED, Scope
from words import _

Kind = Literal["text", "long", "date", "moment", "number", "whole", "territory", "topic", "block", "choice", "flag", "spike", "list"]
Facts = dict[str, Any]

LONGEST = {"text": 300, "long": writes.LONGEST_TEXT, "list": 300}
LONGEST_LIST = 50
YES, NO = ("да", "1", "true", "yes", "+", "есть"), ("нет", "0", "false", "no", "-")
DEFAULT_ZONE = "Europe/Moscow"
_FILE = store.ROOT / "data" / "reference" / "registers.yaml"


@dataclass(frozen=True)
class Field:
    """One field. `key`: rows of files that agree in their key fields are one item; `headers`: names of its column in files;
    `options`: code → words, the first ones are shown; `least`, `most`: bounds of a number."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    key: bool = False
    help: str = ""
    example: str = ""
    headers: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Register:
    """One register: its names (plural, singular), the name of its template file, its fields in the order of the form."""

    code: str
    title: str
    one: str
    file: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of this name."""
        return next(field for field in self.fields if field.name == name)


class Mistakes(Exception):
    """A sheet of facts that cannot be saved; `fields`: field → what is wrong, in Russian."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = fields


@dataclass(frozen=True)
class Saved:
    """What became of several sheets: items written, items that stood so already, earlier sheets of the same item."""

    saved: int
    unchanged: int
    duplicates: int


@cache
def registers() -> dict[str, Register]:
    """All registers by code."""
    sections = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        code: Register(code, own["title"], own["one"], own["file"], tuple(_field(facts) for facts in own["fields"]))
        for code, own in sections.items()
    }


def _field(facts: Mapping[str, Any]) -> Field:
    options = {code: tuple(words) if isinstance(words, list) else (words,) for code, words in facts.get("options", {}).items()}
    return Field(**{**facts, "headers": tuple(facts.get("headers", ())), "options": options or None})


# reading --------------------------------------------------------------------------------------------------------------


def items(code: str, scope: Scope | Access) -> pd.DataFrame:
    """The items of a register, oldest entry first: item_id, written_at (UTC), author, then a column a field, empty where a
    sheet lacks it: days and moments (UTC) as timestamps, numbers as floats, lists as lists; beside territory, topic, block and
    choice a column `<name>_name` with the words.

    A scope leaves those of its territory and topics (an item about a group is about each of its topics); an Access all that
    its reader may see. The period of the scope leaves nothing out.
    """
    reader = scope if isinstance(scope, Scope) else Scope(COUNTRY, EARLIEST, LATEST, access=scope)
    frame = ask("register_items", replace(reader, blocks=(), groups=(), topics=()), register=code)
    register = registers()[code]
    sheets = [json.loads(facts) for facts in frame["facts"]]
    columns: dict[str, Any] = {name: frame[name].tolist() for name in ("item_id", "written_at", "author")}
    names = _names()
    for field in register.fields:
        values = [sheet.get(field.name) for sheet in sheets]
        columns[field.name] = _column(field, values)
        if field.kind in ("territory", "topic", "block", "choice"):
            columns[f"{field.name}_name"] = [_name_of(field, value, names) for value in values]
    found = pd.DataFrame(columns)
    topic = next((field.name for field in register.fields if field.kind == "topic"), None)
    if topic is None or not (reader.blocks or reader.groups or reader.topics):
        return found
    wanted = about(reader)
    return found[found[topic].isin(wanted)].reset_index(drop=True)


def about(scope: Scope) -> set[str]:
    """The topics of items that speak of any of the scope's topics, as a field of kind topic holds them: g18, t101."""
    tree = dictionaries.topic_tree()
    chosen = tree[tree["block_id"].isin(scope.blocks) | tree["topic_group_id"].isin(scope.groups) | tree["topic_id"].isin(scope.topics)]
    groups = {f"g{int(own)}" for own in chosen["topic_group_id"].dropna()}
    return groups | {f"t{int(own)}" for own in chosen["topic_id"].dropna()}


def _column(field: Field, values: list[Any]) -> Any:
    if field.kind in ("date", "moment"):
        return pd.to_datetime(pd.Series(values, dtype="object"), format="ISO8601", errors="coerce")
    if field.kind in ("number", "whole"):
        return pd.to_numeric(pd.Series(values, dtype="object"), errors="coerce").astype(float)
    if field.kind == "list":
        return [value or [] for value in values]
    return pd.Series(values, dtype="object")


@dataclass(frozen=True)
class _Names:
    """Words by code; topic_of: the group, or else the one topic, of a plain name, «группа / тема» too."""

    territories: Territories
    topics: Mapping[str, str]
    topic_of: Mapping[str, str]
    blocks: Mapping[int, str]


_known_names: tuple[tuple[object, ...], _Names] | None = None


def _names() -> _Names:
    """Made once for each state of the store."""
    global _known_names
    state = (store.paths().database, store.version())
    if _known_names is None or _known_names[0] != state:
        _known_names = (state, _read_names())
    return _known_names[1]


def _read_names() -> _Names:
    tree = dictionaries.topic_tree()
    groups = {f"g{int(row.topic_group_id)}": row.topic_group for row in tree.dropna(subset="topic_group_id").itertuples()}
    topics = list(tree.dropna(subset="topic_id").itertuples())
    several = {word for word, times in Counter(_plain(row.topic) for row in topics).items() if times > 1}
    words = {_plain(f"{row.topic_group} / {row.topic}"): f"t{int(row.topic_id)}" for row in topics}
    words |= {_plain(row.topic): f"t{int(row.topic_id)}" for row in topics if _plain(row.topic) not in several}
    words |= {_plain(name): code for code, name in groups.items()}
    blocks = {int(row.block_id): row.block for row in tree.itertuples()}
    return _Names(dictionaries.territories(), groups | {f"t{int(row.topic_id)}": row.topic for row in topics}, words, blocks)


def _name_of(field: Field, value: Any, names: _Names) -> str:
    if value is None:
        return ""
    if field.kind == "territory":
        known = names.territories.all.get(value)
        return known.name if known else ""
    if field.kind == "topic":
        return names.topics.get(value, "")
    if field.kind == "block":
        return names.blocks.get(value, "")
    return (field.options or {}).get(value, ("",))[0]


def choices(tree: Territories) -> dict[str, dict[Any, str]]:
    """What a form offers by kind of field: territory (those with appeals), topic, block; value → words."""
    names = _names()
    towns = [(int(own), name if not region else f"{name} · {region}") for own, name, region in dictionaries.place_choices(tree)]
    return {"territory": dict(towns), "topic": dict(names.topics), "block": dict(names.blocks)}


# checking -------------------------------------------------------------------------------------------------------------


def check(code: str, raw: Mapping[str, Any]) -> tuple[Facts, dict[str, str]]:
    """The sheet of facts of what a person or a file gave (field → value or text) and what is wrong with it (field → words).

    Texts lose control characters and marks that turn the direction of writing; territories are ids, topics are g18 or t101 or
    names, choices and blocks codes or words; a moment without a zone is local time of the item's territory.
    """
    register, names = registers()[code], _names()
    facts: Facts = {}
    mistakes: dict[str, str] = {}
    zone = DEFAULT_ZONE
    for field in sorted(register.fields, key=lambda field: field.kind != "territory"):
        given = raw.get(field.name)
        if _is_empty(given):
            if field.required:
                mistakes[field.name] = _("{label}: не заполнено").format(label=field.label)
            continue
        try:
            facts[field.name] = _value(field, given, names, zone)
        except ValueError as error:
            mistakes[field.name] = f"{field.label}: {error}"
            continue
        if field.kind == "territory":
            zone = names.territories.all[facts[field.name]].timezone
        if _is_empty(facts[field.name]):
            del facts[field.name]
            if field.required:
                mistakes[field.name] = _("{label}: не заполнено").format(label=field.label)
    for first, last in (("start", "end"), ("start", "due")):
        if first in facts and last in facts and facts[last] < facts[first]:
            mistakes[last] = _("{label}: раньше, чем «{first}»").format(label=register.field(last).label, first=register.field(first).label)
    return {field.name: facts[field.name] for field in register.fields if field.name in facts}, mistakes


def _is_empty(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return not value
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT or (isinstance(value, str) and not value.strip())


def _value(field: Field, given: Any, names: _Names, zone: str) -> Any:
    if field.kind in ("text", "long"):
        return _text(str(given), LONGEST[field.kind], lines=field.kind == "long")
    if field.kind == "list":
        parts = given if isinstance(given, (list, tuple)) else str(given).replace("\n", ";").split(";")
        return [part for part in dict.fromkeys(_text(str(one), LONGEST["list"]) for one in parts) if part][:LONGEST_LIST]
    if field.kind == "date":
        return _day(given).isoformat()
    if field.kind == "moment":
        return _moment(given, zone).isoformat(timespec="seconds")
    if field.kind in ("number", "whole"):
        return _number(field, given)
    if field.kind == "flag":
        return _flag(given)
    if field.kind == "spike":
        return _spike(given)
    return _known(field, given, names)


def _text(value: str, longest: int, *, lines: bool = False) -> str:
    visible = "".join(char if unicodedata.category(char)[0] != "C" else "\n" if char == "\n" else " " if char in "\t\r" else "" for char in value)
    kept = [" ".join(line.split()) for line in visible.split("\n")]
    return ("\n" if lines else " ").join(line for line in kept if line)[:longest].strip()


def _day(given: Any) -> date:
    try:
        day = given.date() if isinstance(given, datetime) else given if isinstance(given, date) else date.fromisoformat(str(given).strip()[:10])
    except ValueError:
        raise ValueError(_("дата не читается: «{what}»").format(what=_shown(given))) from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(_("дата вне 2000–2099 годов"))
    return day


def _moment(given: Any, zone: str) -> datetime:
    try:
        if isinstance(given, date) and not isinstance(given, datetime):
            given = datetime(given.year, given.month, given.day)
        at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given).strip())
    except ValueError:
        raise ValueError(_("дата и время не читаются: «{what}»").format(what=_shown(given))) from None
    _day(at)
    local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def _number(field: Field, given: Any) -> float | int:
    try:
        number = float(given) if isinstance(given, (int, float)) else float("".join(str(given).split()).replace(",", "."))
    except ValueError:
        raise ValueError(_("число не читается: «{what}»").format(what=_shown(given))) from None
    if not math.isfinite(number) or abs(number) > 1e15:
        raise ValueError(_("число не читается: «{what}»").format(what=_shown(given)))
    if field.least is not None and number < field.least or field.most is not None and number > field.most:
        raise ValueError(_("число вне допустимых границ"))
    if field.kind == "whole":
        if not number.is_integer():
            raise ValueError(_("нужно целое число"))
        return int(number)
    return number


def _flag(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    said = str(given).strip().lower()
    if said not in YES + NO:
        raise ValueError(_("нужно «да» или «нет», а не «{what}»").format(what=_shown(given)))
    return said in YES


def _spike(given: Any) -> int:
    try:
        return int(given)
    except ValueError:
        raise ValueError(_("номер всплеска не читается: «{what}»").format(what=_shown(given))) from None


def _known(field: Field, given: Any, names: _Names) -> Any:
    """The code behind a word of one of the dictionaries."""
    word = _plain(str(given))
    if field.kind == "territory":
        try:
            own = int(given)
        except ValueError:
            own = UNPLACED
        if own != UNPLACED and own in names.territories.all:
            return own
        raise ValueError(_("не найдена: «{what}»").format(what=_shown(given)))
    if field.kind == "topic":
        if given in names.topics:
            return given
        if (code := names.topic_of.get(word)) is not None:
            return code
        raise ValueError(_("не найдена: «{what}»").format(what=_shown(given)))
    if field.kind == "block":
        found = next((own for own, name in names.blocks.items() if str(own) == word or _plain(name) == word), None)
        if found is not None:
            return found
        raise ValueError(_("не найден: «{what}»").format(what=_shown(given)))
    options = field.options or {}
    chosen = next((code for code, words in options.items() if word in {_plain(code), *map(_plain, words)}), None)
    if chosen is None:
        shown = ", ".join(words[0] for words in options.values())
        raise ValueError(_("нет значения «{what}», бывает: {options}").format(what=_shown(given), options=shown))
    return chosen


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").split())


def _shown(value: Any) -> str:
    return _text(str(value), 60)


# writing --------------------------------------------------------------------------------------------------------------


def save(code: str, facts: Mapping[str, Any], item_id: str | None = None, author: str = "") -> str:
    """Save one item, a new one where no id is given; its id. Raises Mistakes."""
    sheet, mistakes = check(code, _as_given(code, facts))
    if mistakes:
        raise Mistakes(mistakes)
    own = item_id or uuid.uuid4().hex
    with store.transaction() as cursor:
        writes.save_items(cursor, code, {own: _text_of(sheet)}, author=author)
    return own


def save_many(code: str, sheets: Sequence[Facts], author: str = "") -> Saved:
    """Save checked sheets of facts in one transaction. A sheet whose key fields are known replaces the item; the last one of
    a key wins; what stands so already is not written again."""
    last = {key_of(code, sheet): _text_of(sheet) for sheet in sheets}
    with store.transaction() as cursor:
        known = ask("register_known", register=code)
        there = dict(zip(known["item_id"], known["facts"], strict=True))
        changed = {own: facts for own, facts in last.items() if there.get(own) != facts}
        writes.save_items(cursor, code, changed, author=author)
    return Saved(len(changed), len(last) - len(changed), len(sheets) - len(last))


def remove(code: str, item_id: str, author: str = "") -> None:
    """Take an item out of its register; its history stays in the journal. Raises LookupError where there is none."""
    with store.transaction() as cursor:
        known = ask("register_known", register=code)
        facts = dict(zip(known["item_id"], known["facts"], strict=True))
        if item_id not in facts:
            raise LookupError(item_id)
        writes.save_items(cursor, code, {item_id: facts[item_id]}, author=author, removed=True)


def key_of(code: str, facts: Mapping[str, Any]) -> str:
    """The id of an item that comes from a file: of its key fields, so that the same file gives the same items."""
    keys = [facts.get(field.name) for field in registers()[code].fields if field.key]
    said = json.dumps([code, *(_plain(value) if isinstance(value, str) else value for value in keys)], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def shown(code: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """An item (a row of `items`) as values for its form: days as dates, moments on the clock of its territory, None where empty."""
    register = registers()[code]
    place = next((field.name for field in register.fields if field.kind == "territory"), None)
    known = dictionaries.territories().all.get(cast(int, item[place])) if place and not _is_empty(item[place]) else None
    return {field.name: _given_back(field, item.get(field.name), known.timezone if known else DEFAULT_ZONE) for field in register.fields}


def _given_back(field: Field, value: Any, zone: str) -> Any:
    if _is_empty(value):
        return None
    if field.kind == "date":
        return pd.Timestamp(value).date()
    if field.kind == "moment":
        return pd.Timestamp(value, tz="UTC").tz_convert(zone).tz_localize(None).to_pydatetime()
    return value


def _as_given(code: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Checked facts may be checked again: their moments are UTC."""
    moments = {field.name for field in registers()[code].fields if field.kind == "moment"}
    return {name: f"{value}+00:00" if name in moments and isinstance(value, str) and len(value) == 19 else value for name, value in facts.items()}


def _text_of(sheet: Mapping[str, Any]) -> str:
    return json.dumps(sheet, ensure_ascii=False, sort_keys=True)
