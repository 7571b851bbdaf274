"""What can be told about official answers by their words alone? Signals with examples, never a verdict.

Copies, the matter and the place of the appeal named or not, length, phrases of an empty answer. A copied answer may be
right and an original one useless, so the signals are for reading answers, not for marking people.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analytics import lemmas, places
from analytics.floods import near_copies

SHORT_WORDS = 12
_CUE_WORDS = (
    r"в пределах (?:своей )?компетенции",
    r"примем к сведению|принят[оаы]? к сведению|информаци\w+ принят\w+",
    r"взят[оаы]? на (?:особый )?контроль|находится на контроле",
    r"(?:направлен[оаы]?|передан[оаы]?|перенаправлен[оаы]?) (?:\w+ ){0,4}(?:по подведомственности|по принадлежности|"
    r"для рассмотрения|в работу|для принятия мер)",
    r"(?:работы|вопрос|ремонт) (?:\w+ ){0,4}(?:будет|будут) (?:\w+ ){0,4}(?:при|по мере) (?:\w+ ){0,3}"
    r"(?:финансировани\w+|возможност\w+|средств)",
    r"(?:при|по мере) (?:наличии|поступлени\w+|выделени\w+) (?:\w+ ){0,3}(?:финансировани\w+|средств)",
    r"просим (?:отнестись с пониманием|вашего понимания)|благодарим за (?:обращение|активную)",
    r"рекомендуем обратиться|вам (?:необходимо|следует) обратиться",
    r"в (?:ближайшее время|установленном порядке|плановом порядке|установленные сроки)",
    r"обращение (?:зарегистрировано|принято|рассмотрено)(?!.*(?:выполнен|устранен|установлен|отремонтирован))",
)
_CUES = [re.compile(pattern, re.IGNORECASE) for pattern in _CUE_WORDS]
_DONE = re.compile(
    r"(?<!будут )(?<!будет )(?:выполнен|устранен|отремонтирован|восстановлен|установлен[оаы]?\b|вывезен|заменен|убран|очищен|завершен|отсыпан|"
    r"запущен|подключен|проведен[оаы]?\b)",
    re.IGNORECASE,
)
_DATE_OR_NUMBER = re.compile(r"\b\d{1,2}[.:]\d{2}|\b(?:до|к|с) \d{1,2} \w+|\b\d{1,2} (?:январ|феврал|март|апрел|ма[йя]|"
                             r"июн|июл|август|сентябр|октябр|ноябр|декабр)", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True)
class Signals:
    """One answer. `words`: its length; `copies`: answers with near-identical wording, itself included; `names_matter`:
    it repeats a telling word of the appeal, `names_place`: a street, district, stop or route of it (None when the appeal
    has none); `names_time` and `names_deed`: it names a date or a thing done; `cues`: phrases of an empty answer, as
    written."""

    words: int
    copies: int
    names_matter: bool | None
    names_place: bool | None
    names_time: bool
    names_deed: bool
    cues: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """`copied`, `silent_on_matter`, `with_cues`: shares of all answers; `silent_on_place`: share of answers to appeals
    that name a place, None without such; `median_words`; `examples`: rows worth reading first, those with most signals,
    one of each kind."""

    answers: int
    copied: float
    silent_on_matter: float
    silent_on_place: float | None
    with_cues: float
    median_words: float
    examples: tuple[int, ...]


def signals(replies: Sequence[str], appeals: Sequence[str], gazetteer: places.Gazetteer | None = None) -> list[Signals]:
    """What do the words of each answer tell, given the appeal it answers? Empty answers get zero words and no signals.
    With the `gazetteer` of the city more places are recognised.

    Raises ValueError when the lengths differ.
    """
    if len(replies) != len(appeals):
        raise ValueError("replies and appeals differ in length")
    wording = near_copies(replies).tolist()
    sizes = Counter(wording)
    city = gazetteer or places.Gazetteer()
    reply_keys, appeal_keys = lemmas.keys(replies), lemmas.keys(appeals)
    return [
        _signals(reply, sizes[first], reply_key, appeal_key, _names_place(reply, appeal, city))
        for reply, appeal, first, reply_key, appeal_key in zip(replies, appeals, wording, reply_keys, appeal_keys, strict=True)
    ]


def summary(found: Sequence[Signals]) -> Summary:
    """How do many answers look together, and which ten should be read first?"""
    answered = [row for row, one in enumerate(found) if one.words]
    if not answered:
        return Summary(0, 0.0, 0.0, None, 0.0, 0.0, ())
    n = len(answered)
    of_places = [found[row].names_place for row in answered if found[row].names_place is not None]
    order = sorted(answered, key=lambda row: (-_weight(found[row]), row))
    first_of_kind = {found[row]: row for row in reversed(order) if _weight(found[row])}
    return Summary(
        n,
        sum(found[row].copies > 1 for row in answered) / n,
        sum(found[row].names_matter is False for row in answered) / n,
        of_places.count(False) / len(of_places) if of_places else None,
        sum(bool(found[row].cues) for row in answered) / n,
        float(median(found[row].words for row in answered)),
        tuple(row for row in order if row in first_of_kind.values())[:10],
    )


def _names_place(reply: str, appeal: str, city: places.Gazetteer) -> bool | None:
    named = [place.key.split() for place in places.find(appeal, city) if place.kind != places.EMBANKMENT]
    if not named:
        return None
    said = set(places.key_of(reply).split())
    return any(said.issuperset(stems) for stems in named)


def _signals(reply: str, copies: int, reply_key: str, appeal_key: str, names_place: bool | None) -> Signals:
    telling = set(lemmas.content(appeal_key))
    return Signals(
        len(lemmas.words(reply)),
        copies,
        bool(telling & set(reply_key.split())) if telling else None,
        names_place,
        bool(_DATE_OR_NUMBER.search(reply)),
        bool(_DONE.search(reply)),
        tuple(match[0] for cue in _CUES if (match := cue.search(reply))),
    )


def _weight(one: Signals) -> int:
    return (one.copies > 1) + (one.names_matter is False) + (one.names_place is False) + (one.words < SHORT_WORDS) + min(len(one.cues), 2)
