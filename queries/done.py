"""What was done: solved appeals and finished measures for the head's own words, and drafts with facts filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd
import yaml

from analytics import privacy
from queries import registers, store
from queries.ask import ask
from queries.metrics import PREDICATES
from queries.scope import Scope
from words import _
from words.dates import day
from words.plurals import counted

CONFIRMED = {
    "yes": PREDICATES["rated_good"],
    "all": "TRUE",
}
STREETS = 3
_FACT = re.compile(r"{(\w+)}")
_FILE = store.ROOT / "data" / "reference" / "drafts.yaml"


def solved(scope: Scope, confirmed: str = "yes") -> pd.DataFrame:
    """Appeals that may be read and were closed as resolved on the scope's days (local days of closing, whenever they came), the
    newest first: columns of solved.sql. confirmed: «yes» those whose author marked the result 4 or 5, «all» any."""
    return ask("solved", scope, {"confirmed": CONFIRMED[confirmed]})


def by_matter(frame: pd.DataFrame) -> pd.DataFrame:
    """topic_id, topic, territory_id, territory, n, days (median from arrival to closing), rating (mean), streets (the most
    frequent as pairs of name and count): solved appeals by topic and territory, most first. frame: from `solved`."""
    if frame.empty:
        return pd.DataFrame(columns=["topic_id", "topic", "territory_id", "territory", "n", "days", "rating", "streets"])
    keys = ["topic_id", "topic", "territory_id", "territory"]
    grouped = frame.groupby(keys, dropna=False)
    found = grouped.agg(n=("appeal_id", "size"), days=("days", "median"), rating=("rating", "mean"), streets=("street", _streets)).reset_index()
    return found.sort_values(["n", "territory", "topic"], ascending=[False, True, True], ignore_index=True)


def _streets(values: pd.Series) -> list[tuple[str, int]]:
    counts = values.dropna().value_counts()
    return sorted(((str(street), int(n)) for street, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))[:STREETS]


def measures(scope: Scope) -> pd.DataFrame:
    """Measures of the scope that were finished on its days, the latest first: columns of the register."""
    every = registers.items("measures", scope)
    frame = every[(every["status"] == "done") & every["end"].between(pd.Timestamp(scope.first), pd.Timestamp(scope.last))]
    return frame.sort_values(["end", "item_id"], ascending=False, ignore_index=True)


# drafts ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """One blank of a template; `public`: an official contact, kept as it is written."""

    name: str
    label: str
    example: str = ""
    public: bool = False


@dataclass(frozen=True)
class Template:
    """A notice to residents or an answer (kind: notice | answer) with its blanks."""

    code: str
    title: str
    kind: str
    facts: tuple[Fact, ...]
    text: str


@dataclass(frozen=True)
class Draft:
    """`text` with facts filled in; `missing`: labels of the blanks left in it; `masked`: labels of facts from which personal data
    were taken out."""

    text: str
    missing: tuple[str, ...]
    masked: tuple[str, ...]


@cache
def templates() -> dict[str, Template]:
    """All templates of data/reference/drafts.yaml by code."""
    sections = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        code: Template(code, own["title"], own["kind"], tuple(Fact(**fact) for fact in own["facts"]), own["text"]) for code, own in sections.items()
    }


def draft(template: Template, given: Mapping[str, str]) -> Draft:
    """The template with the given facts. Nothing is made up: a fact that is not given is a visible blank «[до какого времени]»,
    or its line is left out where the template allows. Personal data in facts are replaced by placeholders."""
    facts: dict[str, str] = {}
    masked = []
    for fact in template.facts:
        said = " ".join(given.get(fact.name, "").split()).rstrip(".")
        clean = said if fact.public else privacy.mask(said)
        if clean != said:
            masked.append(fact.label)
        facts[fact.name] = clean
    lines = []
    missing: list[str] = []
    labels = {fact.name: fact.label for fact in template.facts}
    for line in template.text.strip().split("\n"):
        names = _FACT.findall(line)
        if line.startswith("?") and not any(facts[name] for name in names):
            continue
        missing += [labels[name] for name in names if not facts[name]]
        lines.append(_FACT.sub(lambda found: facts[found[1]] or f"[{_small(labels[found[1]])}]", line.removeprefix("?")))
    return Draft("\n".join(lines), tuple(dict.fromkeys(missing)), tuple(masked))


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def known_facts(scope: Scope) -> dict[str, dict[str, str]]:
    """Facts that the registers already hold, by the words of their item: campaigns whose works have not ended before the scope's
    first day, and measures planned or under way. Names of facts are those of the templates."""
    found = {}
    for row in registers.items("campaigns", scope).itertuples():
        if not (pd.notna(row.end) and row.end.date() < scope.first):
            found[_("Кампания: {what}, {where}").format(what=row.what, where=row.territory_name)] = {
                "where": where(row.territory_name, _parts(row.place)), "since": _day(row.start), "until": _day(row.end), "reason": _small(row.what),
            }  # fmt: skip
    for row in registers.items("measures", scope).itertuples():
        if row.status in ("planned", "running"):
            found[_("Мера: {what}, {where}").format(what=row.problem, where=row.territory_name)] = {
                "where": where(row.territory_name, _parts(row.place)), "since": _day(row.start), "until": _day(row.due if pd.isna(row.end) else row.end),
                "measure": _small(row.problem), "cause": _small(row.cause or ""), "body": row.owner or "",
            }  # fmt: skip
    return found


def _parts(place: object) -> list[str]:
    return [part.strip() for part in place.split(";") if part.strip()] if isinstance(place, str) else []


def _day(at: pd.Timestamp) -> str:
    return "" if pd.isna(at) else day(at.date())


def where(place: str, streets: Sequence[str]) -> str:
    """«Калининград: ул. Мира, ул. Горького», or the place alone."""
    return f"{place}: {', '.join(streets)}" if streets else place


def post(matters: pd.DataFrame, finished: pd.DataFrame, heading: str) -> str:
    """Lines for the head's own post: what was solved by topic and street, and which measures were finished. No names, no
    addresses of people."""
    lines = [heading]
    for row in matters.itertuples():
        streets = ", ".join(street for street, _n in row.streets)
        said = f"• {row.topic if isinstance(row.topic, str) else _('Другие вопросы')}, {row.territory}: {counted(row.n, 'обращение')}"
        lines.append(f"{said} ({streets})" if streets else said)
    for row in finished.itertuples():
        lines.append(f"• {row.problem}, {row.territory_name}" + (f": {row.place}" if isinstance(row.place, str) and row.place else ""))
    return "\n".join(lines)
