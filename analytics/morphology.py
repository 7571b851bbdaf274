"""Russian words to dictionary forms: the only place that knows which dictionary is installed.

`lemmas` and `noun_phrases` are all the rest of Pulse sees. rumorph (OpenCorpora dictionary and a context model) does the
work; where it is not installed, pymorphy3 takes over without context.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol

VOWEL = re.compile(r"[аеёиоуыэюяӑӗӳ]")
LONG_FORMS = {
    "ул": "улица", "пр-т": "проспект", "пр-кт": "проспект", "просп": "проспект", "б-р": "бульвар", "бул": "бульвар",
    "р-н": "район", "мкр": "микрорайон", "мкрн": "микрорайон", "мкр-н": "микрорайон", "микр": "микрорайон",
    "микрор": "микрорайон", "пер": "переулок", "наб": "набережная", "пос": "посёлок", "обл": "область",
    "дет": "детский", "ж-д": "жд", "ост": "остановка", "пл": "площадь", "троту": "тротуар",
    "гос": "государственный", "авт": "автобус", "поликл": "поликлиника", "спорт": "спортивный",
}  # fmt: skip
_AS_WRITTEN = """
ук уо тко тбо азс тэц лэп жэу жеу жэк фап фок сош мбоу мбдоу моу оао ооо зао пао егэ огэ омс гаи
апк сво нко тос осаго мку муп гуп ано омвд имо ффо дюсш атп гсм узи мрт экг цур мцу окдц ипр тик уик
ржд обж гост снип
"""
AS_WRITTEN = frozenset(_AS_WRITTEN.split())


@dataclass(frozen=True)
class _Word:
    lemma: str
    kind: str  # noun | adjective | other
    case: str
    number: str
    gender: str
    inflect: Callable[[str, str], str]  # (number, gender) -> the nominative


class _Dictionary(Protocol):
    def lemmas(self, words: list[str]) -> list[str]: ...
    def sentence(self, words: list[str]) -> list[_Word]: ...


_KINDS = {"NOUN": "noun", "PROPN": "noun", "ADJ": "adjective", "ADJF": "adjective"}
_CASES = {"nomn": "Nom", "gent": "Gen", "gen2": "Gen", "datv": "Dat", "accs": "Acc", "ablt": "Ins", "loct": "Loc"}
_GENDERS = {"masc": "Masc", "femn": "Fem", "neut": "Neut"}
_NUMBERS = {"sing": "Sing", "plur": "Plur"}


class _Rumorph:
    def __init__(self) -> None:
        rumorph = import_module("rumorph")
        self._analyzer = rumorph.Analyzer()
        self._no_form = rumorph.FormNotFoundError

    def lemmas(self, words: list[str]) -> list[str]:
        return self._analyzer.lemmatize(words)

    def sentence(self, words: list[str]) -> list[_Word]:
        return [
            self._word(token, analyses[0])
            for token, analyses in zip(words, self._analyzer.analyze_sentence(words), strict=True)
            if analyses
        ]

    def _word(self, token: str, analysis: Any) -> _Word:
        feats = analysis.feats

        def inflect(number: str, gender: str) -> str:
            wanted = {"Case": "Nom", "Number": number}
            if gender and number == "Sing":
                wanted["Gender"] = gender
            try:
                return analysis.inflect(**wanted)
            except self._no_form:
                return analysis.lemma

        kind = _KINDS.get(analysis.pos, "other")
        if feats.get("Abbr") or feats.get("Variant") == "Short" or feats.get("NumForm") or not VOWEL.search(token):
            kind = "other"
        return _Word(
            analysis.lemma, kind, feats.get("Case", ""), feats.get("Number", ""), feats.get("Gender", ""), inflect
        )


class _Pymorphy:
    def __init__(self) -> None:
        self._analyzer = import_module("pymorphy3").MorphAnalyzer()

    def lemmas(self, words: list[str]) -> list[str]:
        return [self._analyzer.parse(word)[0].normal_form for word in words]

    def sentence(self, words: list[str]) -> list[_Word]:
        return [self._word(self._analyzer.parse(word)[0]) for word in words]

    def _word(self, parse: Any) -> _Word:
        tag = parse.tag

        def inflect(number: str, gender: str) -> str:
            genders = {short for short, long in _GENDERS.items() if long == gender}
            form = parse.inflect({"nomn", "plur"} if number == "Plur" else {"nomn", "sing"} | genders)
            return form.word if form else parse.normal_form

        return _Word(
            parse.normal_form,
            _KINDS.get(str(tag.POS), "other"),
            _CASES.get(str(tag.case), ""),
            _NUMBERS.get(str(tag.number), ""),
            _GENDERS.get(str(tag.gender), ""),
            inflect,
        )


@cache
def _loaded() -> _Dictionary:
    try:
        return _Rumorph()
    except ImportError:
        return _Pymorphy()


def lemmas(tokens: Iterable[str]) -> list[str]:
    """What is the dictionary form of each lower-case Russian word? In the same order, «ё» where the dictionary has it.

    Abbreviations are spelled out («мкр» → «микрорайон») or kept («снт»), never inflected.
    """
    words = list(tokens)
    found = _loaded().lemmas(words)
    return [
        LONG_FORMS.get(word) or (word if word in AS_WRITTEN or not VOWEL.search(word) else lemma)
        for word, lemma in zip(words, found, strict=True)
    ]


@dataclass(frozen=True)
class Phrase:
    """`key`: space-joined lemmas with «е» for «ё»; `text`: how to show it, head in the nominative."""

    key: str
    text: str


_SENTENCE = re.compile(r"[.!?…\n;:()«»\"]+")
_TOKEN = re.compile(r"\[[^\]\s]{3,12}\]|[а-яё]+(?:-[а-яё]+)*|[^\s]", re.IGNORECASE)
_MAX_WORDS = 3


def noun_phrases(text: str, shortest: int = 2) -> list[Phrase]:
    """Which noun phrases of `shortest` (1 or 2) to three words does the Russian text hold, in the order of reading?

    A noun with agreeing adjectives («детская площадка») and a noun with a genitive («ремонт набережной»,
    «уборка детской площадки»); overlapping shorter phrases are listed too.
    """
    found = []
    for sentence in _SENTENCE.split(text):
        tokens = [token.lower() for token in _TOKEN.findall(sentence)]
        if len(tokens) >= shortest:
            found += _phrases(tokens, _loaded().sentence(tokens), shortest)
    return found


def _phrases(tokens: Sequence[str], words: Sequence[_Word], shortest: int) -> list[Phrase]:
    found = []
    for start in range(len(words)):
        for length in range(shortest, _MAX_WORDS + 1):
            window = words[start : start + length]
            if len(window) < length or window[-1].kind != "noun" or any(word.kind == "other" for word in window):
                continue
            shown = _nominative(tokens[start : start + length], window)
            if shown:
                key = " ".join(
                    LONG_FORMS.get(token, word.lemma) for token, word in zip(tokens[start:], window, strict=False)
                )
                found.append(Phrase(key.replace("ё", "е"), shown))
    return found


def _nominative(tokens: Sequence[str], words: Sequence[_Word]) -> str | None:
    head = next(i for i, word in enumerate(words) if word.kind == "noun")
    noun = words[head]
    number = noun.number or "Sing"
    if any(not _agree(word, noun) for word in words[:head]):
        return None
    tail = words[head + 1 :]
    if tail and (tail[-1].case != "Gen" or any(word.case != "Gen" for word in tail)):
        return None
    if len(tail) == _MAX_WORDS - 1 and tail[0].kind == "adjective" and not _agree(tail[0], tail[1]):
        return None
    parts = [word.inflect(number, noun.gender) for word in words[:head]]
    parts.append(noun.inflect(number, ""))
    return " ".join([*parts, *tokens[head + 1 :]])


def _agree(adjective: _Word, noun: _Word) -> bool:
    same = adjective.case == noun.case and adjective.number == noun.number
    return same and (noun.number != "Sing" or not adjective.gender or adjective.gender == noun.gender)
