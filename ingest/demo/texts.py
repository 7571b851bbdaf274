"""What citizens write, what they are answered and what others comment, made up for the demonstration store.

Every sentence comes from ingest/demo/phrases: one file per block with a vocabulary per topic, `common.toml` with the words
that any topic shares, `stories.toml` with the plots of the demo. A phrase is a template: `[a|b]` is a choice (may nest),
`{street}` is a slot filled from the place of the text or from `common.toml`.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

PHRASES = Path(__file__).parent / "phrases"
FLOOD_RU, FLOOD_CYRILLIC = "flood_ru", "flood_cyrillic"
SHORTEST, LONGEST = 20, 350
TYPO_SHARE = 0.25
BOILERPLATE_SHARE = 0.35
ATTEMPTS = 6

STREET_TYPES = {
    "улица": "ул.", "ул": "ул.", "проспект": "пр-т", "просп": "пр-т", "пр": "пр-т", "пр-т": "пр-т", "пр-кт": "пр-т",
    "переулок": "пер.", "пер": "пер.", "бульвар": "б-р", "бул": "б-р", "б-р": "б-р", "набережная": "наб.", "наб": "наб.",
    "площадь": "пл.", "пл": "пл.", "проезд": "проезд", "пр-д": "проезд", "шоссе": "шоссе", "тракт": "тракт",
    "аллея": "аллея", "микрорайон": "мкр.", "мкр": "мкр.", "мкрн": "мкр.", "посёлок": "пос.", "пос": "пос.",
}  # fmt: skip
TYPES_WITH_V = frozenset({"пер.", "мкр.", "пос."})
CHUVASH_CITIES = frozenset({"Чебоксары", "Новочебоксарск", "Канаш", "Алатырь", "Шумерля"})


@dataclass(frozen=True)
class Place:
    """Where a text is written from. Streets may carry their type («ул. Ленина», «Московский проспект») or not."""

    city: str
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    options: "tuple[Template, ...]"


Template = tuple[str | Slot | Choice, ...]
Pool = tuple[Template, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The phrases of one topic or of one plot of a story.

    core: complaints; short: the same in telegraphic style; detail: consequences; ask: demands and questions;
    comment: reactions of others; about: the matter as «о …» (prepositional); done, why: what officials report as done
    and how they explain what was not done.
    """

    about: str
    core: Pool
    short: Pool
    detail: Pool
    ask: Pool
    comment: Pool
    done: Pool
    why: Pool


@dataclass(frozen=True)
class Manner:
    """How one kind of author writes: probabilities of the parts and of the marks at the end."""

    weight: float
    opening: float
    detail: float
    ask: float
    own_ask: float
    exclaim: float
    careless: float
    tail: float


MANNERS = {
    "polite": Manner(0.30, opening=0.88, detail=0.50, ask=0.72, own_ask=0.65, exclaim=0.02, careless=0.0, tail=0.0),
    "plain": Manner(0.22, opening=0.10, detail=0.62, ask=0.45, own_ask=0.85, exclaim=0.05, careless=0.15, tail=0.02),
    "angry": Manner(0.20, opening=0.40, detail=0.60, ask=0.60, own_ask=0.50, exclaim=0.50, careless=0.15, tail=0.05),
    "slangy": Manner(0.15, opening=0.55, detail=0.45, ask=0.40, own_ask=0.45, exclaim=0.10, careless=0.70, tail=0.30),
    "telegraphic": Manner(0.13, opening=0.0, detail=0.12, ask=0.22, own_ask=0.90, exclaim=0.05, careless=0.50, tail=0.0),
}


def write_texts(
    topic: str, count: int, rng: np.random.Generator, place: Place | None = None, story: str | None = None
) -> list[str]:
    """`count` appeals about `topic`, 20–350 characters each; a topic without a vocabulary gets general phrases.

    `story` puts a plot of stories.toml in the place of the topic. «flood_ru» and «flood_cyrillic» give near-identical
    copies of one text (in Russian about the topic; in Chuvash or Tatar). Raises ValueError for an unknown story.
    """
    random = _random(rng)
    if story == FLOOD_RU:
        return list(_copies(_long_text(_vocabulary(topic), random, place), count, random))
    if story == FLOOD_CYRILLIC:
        return list(_copies(_say(random.choice(_flood_pool(place)), _Voice(random, place)), count, random))
    vocabularies = _plots(story) if story else (_vocabulary(topic),)
    return _distinct(lambda: _appeal(random.choice(vocabularies), random, place, topic), count)


def write_replies(topic: str, outcome: str | None, count: int, rng: np.random.Generator) -> list[str]:
    """`count` official answers: about a third are word-for-word copies that name nothing, the rest name the matter.

    `outcome` is resolved, explained, not_resolved, postponed or None (taken into work). Raises KeyError for another.
    """
    random = _random(rng)
    vocabulary, common = _vocabulary(topic), _common()
    boilerplate, named = common["boilerplate"], common[f"reply_{outcome or 'accepted'}"]

    def reply() -> str:
        if random.random() < BOILERPLATE_SHARE:
            return _tidy(_say(random.choice(boilerplate), _Voice(random, None)))
        facts = {"about": vocabulary.about.replace("{topic}", topic), "topic": topic}
        voice = _Voice(random, None, facts)
        facts["done"], facts["why"] = (
            _sentence(_say(random.choice(pool), voice), ".") for pool in (vocabulary.done, vocabulary.why)
        )
        return _tidy(_say(random.choice(named), voice))

    return [reply() for _ in range(count)]


def write_comments(topic: str, count: int, rng: np.random.Generator, story: str | None = None) -> list[str]:
    """`count` short reactions under a post about `topic` or about `story`; short ones repeat, as they do in life."""
    random = _random(rng)
    is_plot = story is not None and story not in (FLOOD_RU, FLOOD_CYRILLIC)
    vocabularies = _plots(story) if is_plot and story else (_vocabulary(topic),)
    return [_comment(random.choice(vocabularies), random, topic) for _ in range(count)]


def topics() -> frozenset[str]:
    """Names of the topics that have their own vocabulary."""
    return frozenset(_topic_vocabularies())


# composition ---------------------------------------------------------------------------------------------------------


def _random(rng: np.random.Generator) -> Random:
    return Random(int(rng.integers(2**63)))


def _distinct(write: Callable[[], str], count: int) -> list[str]:
    texts: list[str] = []
    seen: set[str] = set()
    for _ in range(count):
        text = write()
        for _ in range(ATTEMPTS):
            if text not in seen:
                break
            text = write()
        seen.add(text)
        texts.append(text)
    return texts


def _appeal(vocabulary: Vocabulary, random: Random, place: Place | None, topic: str) -> str:
    voice = _Voice(random, place, {"topic": topic})
    name = random.choices(_MANNER_NAMES, cum_weights=_MANNER_WEIGHTS)[0]
    manner, common, chance = MANNERS[name], _common(), random.random
    core = vocabulary.short if name == "telegraphic" else vocabulary.core
    parts = [_say(random.choice(core), voice)]
    if chance() < manner.detail:
        parts.append(_say(random.choice(vocabulary.detail), voice))
    if chance() < manner.ask:
        own = chance() < manner.own_ask
        parts.append(_say(random.choice(vocabulary.ask if own else common[f"ask_{name}"]), voice))
    opening = _say(random.choice(common[f"opening_{name}"]), voice) if chance() < manner.opening else ""
    text = _join(opening, parts, manner, random)
    if len(text) < SHORTEST:
        text = _join("", [*parts, _say(random.choice(vocabulary.detail), voice)], manner, random)
    while len(text) > LONGEST:
        parts.pop()
        text = _join("", parts, manner, random)
    if chance() < manner.tail:
        text += _say(random.choice(common["tail"]), voice)
    return _as_typed(_tidy(text), random, manner.careless)


def _long_text(vocabulary: Vocabulary, random: Random, place: Place | None) -> str:
    voice = _Voice(random, place)
    parts = [_say(random.choice(pool), voice) for pool in (vocabulary.core, vocabulary.detail, vocabulary.ask)]
    return _tidy(_join("", parts, MANNERS["polite"], random))[:LONGEST]


def _comment(vocabulary: Vocabulary, random: Random, topic: str) -> str:
    voice = _Voice(random, None, {"topic": topic})
    common = _common()
    parts = [_say(random.choice(vocabulary.comment if random.random() < 0.5 else common["comment"]), voice)]
    if random.random() < 0.25:
        parts.append(_say(random.choice(common["comment_more"]), voice))
    text = _join("", parts, MANNERS["slangy"], random)
    if random.random() < 0.12:
        text += _say(random.choice(common["tail"]), voice)
    return _as_typed(_tidy(text), random, 0.5)


def _copies(text: str, count: int, random: Random) -> Iterator[str]:
    """The text as copied by several people: most word for word, the rest with another end, case, comma or hello."""
    prefixes = [_say(template, _Voice(random, None)) for template in _common()["copy_prefix"]]
    bare = text.rstrip(".!")
    variants: list[Callable[[], str]] = [
        lambda: bare,
        lambda: bare + "!",
        lambda: bare + "!!!",
        lambda: text[:1].lower() + text[1:],
        lambda: text.replace(",", "", 1),
        lambda: f"{random.choice(prefixes)} {text}",
        lambda: _misspell(text, random),
    ]
    for _ in range(count):
        yield text if random.random() < 0.4 else random.choice(variants)()


def _join(opening: str, parts: Sequence[str], manner: Manner, random: Random) -> str:
    sentences = []
    for part in parts:
        exclaims = random.random() < manner.exclaim
        sentences.append(_sentence(part, random.choice(("!", "!", "!!!")) if exclaims else "."))
    if opening.endswith(","):
        first = sentences[0]
        sentences[0] = first if first[1:2].isupper() else first[:1].lower() + first[1:]
    return " ".join([opening, *sentences] if opening else sentences)


def _sentence(text: str, end: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + end


def _tidy(text: str) -> str:
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".").replace(" ?", "?").replace("..", ".")


# typing --------------------------------------------------------------------------------------------------------------


def _as_typed(text: str, random: Random, careless: float) -> str:
    """The text as a hand in a hurry leaves it: е for ё, a small first letter, no last stop, sometimes misspelt."""
    if random.random() < 0.65:
        text = text.replace("ё", "е").replace("Ё", "Е")
    if random.random() < careless:
        if not text[1:2].isupper():
            text = text[:1].lower() + text[1:]
        text = text.removesuffix(".")
    if random.random() < TYPO_SHARE:
        text = _misspell(text, random)
    return text


def _misspell(text: str, random: Random) -> str:
    for _ in range(random.choice((1, 1, 2, 3))):
        text = random.choice(SLIPS)(text, random)
    return text


def _letter(text: str, random: Random) -> int:
    """Position of a letter inside a word, or -1; four tries find one in any real sentence."""
    if len(text) < 3:
        return -1
    for _ in range(4):
        at = random.randrange(1, len(text) - 1)
        if text[at - 1].isalpha() and text[at].islower() and text[at + 1].isalpha():
            return at
    return -1


def _drop_letter(text: str, random: Random) -> str:
    at = _letter(text, random)
    return text if at < 0 else text[:at] + text[at + 1 :]


def _double_letter(text: str, random: Random) -> str:
    at = _letter(text, random)
    return text if at < 0 else text[:at] + text[at] + text[at:]


def _swap_letters(text: str, random: Random) -> str:
    at = _letter(text, random)
    return text if at < 0 else text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _lose_commas(text: str, random: Random) -> str:
    return text.replace(", ", " ")


def _space_before_comma(text: str, random: Random) -> str:
    return text.replace(", ", " ,", 1) if random.random() < 0.5 else text.replace(", ", ",", 1)


def _mix_up_verbs(text: str, random: Random) -> str:
    return text.replace("ться", "тся", 1) if "ться" in text else text.replace("тся", "ться", 1)


def _many_marks(text: str, random: Random) -> str:
    if text[-1] == "?":
        return text + random.choice(("?", "??", "!"))
    return text.rstrip(".") + random.choice(("!!!", "!!", "...", "(("))


def _small_start(text: str, random: Random) -> str:
    return text[:1].lower() + text[1:]


SLIPS: tuple[Callable[[str, Random], str], ...] = (
    _drop_letter, _drop_letter, _double_letter, _swap_letters, _swap_letters, _lose_commas, _space_before_comma,
    _mix_up_verbs, _many_marks, _many_marks, _small_start,
)  # fmt: skip


# templates -----------------------------------------------------------------------------------------------------------


class _Voice:
    """Fills the slots of one text: the same street and house wherever the text names them."""

    def __init__(self, random: Random, place: Place | None, facts: Mapping[str, str] | None = None) -> None:
        self.random = random
        self.facts = facts or {}
        streets = place.streets if place and place.streets else _default_streets()
        self._kind, self._name = _split_street(random.choice(streets))
        self._house = ""

    def slot(self, name: str) -> str:
        if name in self.facts:
            return self.facts[name]
        form = ADDRESS_FORMS.get(name)
        if form is None:
            return _say(self.random.choice(_common()[name]), self)
        return self.random.choice(form).format(
            street=f"{self._kind} {self._name}", name=self._name, house=self.house, on=self._preposition
        )

    @property
    def house(self) -> str:
        if not self._house:
            number, suffix = self.random.randint(1, 140), self.random.random()
            self._house = f"{number}{self.random.choice('абв')}" if suffix < 0.15 else str(number)
            if suffix > 0.93:
                self._house = f"{number}/{self.random.randint(1, 4)}"
        return self._house

    @property
    def _preposition(self) -> str:
        return "в" if self._kind in TYPES_WITH_V else "на"


ADDRESS_FORMS: dict[str, tuple[str, ...]] = {
    "street": ("{street}",),
    "on_street": ("{on} {street}",),
    "along": ("по {street}",),
    "address": ("{street}, {house}", "{street} {house}", "{street}, д. {house}", "{street}, дом {house}", "{name} {house}"),
    "by_house": (
        "возле дома {house} по {street}",
        "у дома {house} {on} {street}",
        "рядом с домом {house} по {street}",
        "напротив дома {house} по {street}",
        "около дома {street}, {house}",
    ),
    "in_house": ("в доме {house} по {street}", "в доме {street}, {house}", "{on} {street}, {house}", "{on} {street} в доме {house}"),
    "in_yard": ("во дворе дома {house} по {street}", "во дворе {street}, {house}", "во дворе по адресу {street}, {house}"),
    "where": (
        "{on} {street}",
        "возле дома {house} по {street}",
        "у дома {house} {on} {street}",
        "{on} {street} в районе дома {house}",
        "{on} {street} напротив дома {house}",
    ),
}


@cache
def _split_street(street: str) -> tuple[str, str]:
    words = street.split()
    for at in (0, -1):
        kind = STREET_TYPES.get(words[at].lower().rstrip("."))
        if kind and len(words) > 1:
            del words[at]
            return kind, " ".join(words)
    return "ул.", street


def _say(template: Template, voice: _Voice) -> str:
    said = []
    for piece in template:
        if isinstance(piece, str):
            said.append(piece)
        elif isinstance(piece, Slot):
            said.append(voice.slot(piece.name))
        else:
            said.append(_say(voice.random.choice(piece.options), voice))
    return "".join(said)


def _parse(text: str) -> Template:
    options, at = _parse_options(text, 0)
    if at != len(text) or len(options) != 1:
        raise ValueError(f"unbalanced brackets in phrase: {text}")
    return options[0]


def _parse_options(text: str, at: int) -> tuple[list[Template], int]:
    options: list[Template] = []
    pieces: list[str | Slot | Choice] = []
    while at < len(text) and text[at] != "]":
        if text[at] == "[":
            inner, at = _parse_options(text, at + 1)
            pieces.append(Choice(tuple(inner)))
            at += 1
        elif text[at] == "|":
            options.append(tuple(pieces))
            pieces = []
            at += 1
        elif text[at] == "{":
            end = text.index("}", at)
            pieces.append(Slot(text[at + 1 : end]))
            at = end + 1
        else:
            end = min((e for e in (text.find(mark, at) for mark in "[]|{") if e >= 0), default=len(text))
            pieces.append(text[at:end])
            at = end
    options.append(tuple(pieces))
    return options, at


def _pool(lines: str) -> Pool:
    return tuple(_parse(line.strip()) for line in lines.splitlines() if line.strip())


# files ---------------------------------------------------------------------------------------------------------------


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((PHRASES / name).read_text(encoding="utf-8"))


def _to_vocabulary(table: Mapping[str, str]) -> Vocabulary:
    pools = {name: _pool(table.get(name, "")) for name in ("core", "short", "detail", "ask", "comment", "done", "why")}
    return Vocabulary(about=table.get("about", ""), **pools)


@cache
def _common() -> dict[str, Pool]:
    return {name: _pool(lines) for name, lines in _read("common.toml")["pools"].items()}


@cache
def _default_streets() -> tuple[str, ...]:
    return tuple(_read("common.toml")["streets"])


@cache
def _fallback() -> Vocabulary:
    return _to_vocabulary(_read("common.toml")["fallback"])


@cache
def _topic_vocabularies() -> dict[str, Vocabulary]:
    files = sorted(path.name for path in PHRASES.glob("*.toml") if path.stem not in ("common", "stories"))
    return {topic: _to_vocabulary(table) for name in files for topic, table in _read(name).items()}


def _vocabulary(topic: str) -> Vocabulary:
    return _topic_vocabularies().get(topic) or _fallback()


@cache
def _stories() -> dict[str, tuple[Vocabulary, ...]]:
    return {name: tuple(_to_vocabulary(plot) for plot in plots) for name, plots in _read("stories.toml")["plots"].items()}


def _plots(story: str) -> tuple[Vocabulary, ...]:
    if story not in _stories():
        raise ValueError(f"unknown story: {story}; known: {', '.join(sorted(_stories()))}, {FLOOD_RU}, {FLOOD_CYRILLIC}")
    return _stories()[story]


@cache
def _flood_texts() -> dict[str, Pool]:
    return {language: _pool(lines) for language, lines in _read("stories.toml")["floods"].items()}


def _flood_pool(place: Place | None) -> Pool:
    return _flood_texts()["chuvash" if place and place.city in CHUVASH_CITIES else "tatar"]


_MANNER_NAMES = tuple(MANNERS)
_MANNER_WEIGHTS = tuple(float(w) for w in np.cumsum([m.weight for m in MANNERS.values()]))
