"""Where is it? Streets with houses, districts, stops, bus routes and embankments named in a text.

Rules find what has its type beside it («ул. Мира 5», «остановка Лесная», «маршрут 42»); the gazetteer of a city also
knows bare names («на Ленина 5»), aliases and ordinals, and gives every form of a name one spelling.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

STREET, DISTRICT, STOP, ROUTE, EMBANKMENT = "street", "district", "stop", "route", "embankment"


@dataclass(frozen=True)
class Place:
    """`kind`: street | district | stop | route | embankment; `name`: of the gazetteer, or as written; `key`: the same for
    all forms of the name; `house`: «12а», «5/2», «7к1» or None; `known`: found in the gazetteer; text[start:end]."""

    kind: str
    name: str
    key: str
    house: str | None
    known: bool
    start: int
    end: int


@dataclass(frozen=True)
class _Entry:
    kind: str
    name: str
    type_stem: str


class Gazetteer:
    """Names of one city, looked up by stems. Build once, use for every text."""

    def __init__(self, entries: Iterable[tuple[str, str, Iterable[str]]] = ()) -> None:
        """`entries`: (kind, name with its type, aliases), as («street», «улица Карла Маркса», [«Маркса»])."""
        self._by_key: dict[str, list[_Entry]] = defaultdict(list)
        surnames: dict[str, list[_Entry]] = defaultdict(list)
        for kind, name, aliases in entries:
            entry = _Entry(kind, name, _type_stem(name))
            for written in (name, *aliases):
                key = key_of(written)
                if key and entry not in self._by_key[key]:
                    self._by_key[key].append(entry)
            parts = key_of(name).split()
            if len(parts) > 1 and not any(part.isdigit() for part in parts):
                surnames[parts[-1]].append(entry)
        for key, found in surnames.items():
            if key not in self._by_key and len(found) == 1:
                self._by_key[key] = found
        self.longest = max((len(key.split()) for key in self._by_key), default=0)

    def look_up(self, key: str, kind: str | None = None, type_stem: str = "") -> _Entry | None:
        """The entry of that key, preferably of the written type («пр. Мира» is not «улица Мира»)."""
        found = [entry for entry in self._by_key.get(key, []) if kind is None or entry.kind == kind]
        return next((entry for entry in found if entry.type_stem == type_stem), found[0] if found else None)


def find(text: str, gazetteer: Gazetteer) -> list[Place]:
    """Which places does the text name? In order of reading, one for each house; a place named twice is listed once.

    With an empty `Gazetteer()` the rules work alone.
    """
    found: list[Place] = []
    taken: list[tuple[int, int]] = []
    for finder in (_routes, _stops, _streets, _districts, _bare, _housed, _unhoused, _embankments):
        fresh = [place for place in finder(text, gazetteer) if not _overlaps(place, taken)]
        taken += [(place.start, place.end) for place in fresh]
        found += fresh
    return _once(sorted(found, key=lambda place: (place.start, place.end)))


def key_of(name: str) -> str:
    """What do all written forms of a name share? Stems without the type, ordinals as digits, in order."""
    words = re.findall(rf"\d+|{_W}+", name.lower().replace("ё", "е"))
    stems = [_ORDINALS.get(word) or _ROMAN.get(word) or _stem(word) for word in words if not _ANY_TYPE.fullmatch(word)]
    kept = [stem for stem in stems if len(stem) > 1 or stem.isdigit()]
    return " ".join(stem for i, stem in enumerate(kept) if not (stem in _ORDINAL_TAILS and i and kept[i - 1].isdigit()))


# words --------------------------------------------------------------------------------------------------------------
_W = "[А-Яа-яЁёӐӑӖӗҪҫӲӳA-Za-z]"
_UP = "[А-ЯЁӐӖҪӲ]"
_CAP = rf"{_UP}{_W}+(?:-{_W}+)*"
_ORDINAL = r"\d{1,3}(?:\s?-?\s?(?:ый|ий|ой|ая|ого|его|ому|ом|ую|ые|ых|й|я|е|го|ю|м)\b)?"
_INITIALS = rf"(?:{_UP}\.\s?){{0,2}}"
_NAME = (
    rf"(?:им(?:\.|ени)\s*)?(?:{_ORDINAL}\s+лет\s+(?:{_CAP}|[а-яё]{{4,}})(?:\s+{_UP}{{2,6}}\b)?"
    rf"|(?:{_ORDINAL}\s*)?{_INITIALS}{_CAP}(?:\s+{_CAP})?)"
)
_STREET_TYPE = (
    r"(?:ул(?:\.|иц\w{1,3}\b|\b)|просп(?:\.|ек\w*)|пр(?:-к?т\w{0,2}|\.|\b(?=\s[А-ЯЁ]))|проезд\w{0,3}|пр-д|"
    r"пер(?:\.|еул\w+)|б-р|бул(?:\.|ьвар\w*)|шоссе|пл(?:\.|ощад(?:ь|и|ью)\b)|туп(?:\.|ик\w*)|алле\w+|тракт\w{0,2})"
)
_TYPE_AFTER = r"(?:проезд|переул[ок]*к|тупик|бульвар|шоссе|проспект|площад(?=[ьие])|спуск|тракт|улиц)(?!к)\w{0,3}"
_DISTRICT_TYPE = (
    r"(?:мкрн?\.?|мкр-н\w?|мик-?рн?\.?|микр(?:\.|орайон\w{0,3})|пос(?:\.|[её]л(?:ок|к[аеуи])\b)|"
    r"дер(?:\.|евн[яиею]\b)|сел[оеау]\b|[сп]\.|жк\b|квартал\w{0,2}|хутор\w{0,2}|поселени[еяию]\b)"
)
_DISTRICT_AFTER = r"(?:микрорайон|пос[её]л[ок]*к)\w{0,2}"
_STOP_TYPE = r"(?:остановк\w{1,3}|остановочн\w+ (?:пункт|павильон)\w{0,2}|ост\.)"
_ANY_TYPE = re.compile(
    r"ул|улиц\w{0,3}|просп\w*|пр|пр-?к?т\w*|т|кт|проезд\w*|д|пер|переул\w+|б|р|бул|бульвар\w*|шоссе|пл|площад\w+|туп|тупик\w*|"
    r"аллея|тракт\w*|наб|набережн\w+|мкр\w*|микр\w*|пос|посел\w+|дер|деревн\w+|сел[оеау]|жк|квартал\w{0,2}|хутор(?:а|у|е|ом)?|"
    r"остановк\w*|ост|им|имени|городск\w+ округ"
)
_ENDING = re.compile(r"(?<=\w\w\w)(?:ого|его|ому|ему|ыми|ими|ая|яя|ую|юю|ой|ей|ые|ие|ых|их|ый|ий|ым|им|ом|ем|а|я|у|ю|ы|и|е|о|ь)$")
_ORDINALS = {
    stem + ending: str(number)
    for number, stem, endings in (
        (1, "перв", "ый ая ой ую ого ом"), (2, "втор", "ой ая ую ого ом"), (3, "трет", "ий ья ьей ью ьего ьем"),
        (4, "четверт", "ый ая ой ую ого ом"), (5, "пят", "ый ая ой ую ого ом"), (6, "шест", "ой ая ую ого ом"),
        (7, "седьм", "ой ая ую ого ом"), (8, "восьм", "ой ая ую ого ом"), (9, "девят", "ый ая ой ую ого ом"),
        (10, "десят", "ый ая ой ую ого ом"),
    )
    for ending in endings.split()
}  # fmt: skip
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
_ORDINAL_TAILS = {"ый", "ий", "ой", "ая", "ого", "его", "ому", "ом", "ую", "го", "ые", "ых", "й", "я", "е", "ю", "м"}

_HOUSE = (
    r"(?>\d{1,3}(?:\s?[/\\]\s?\d{1,3})?(?:(?:-|[«\"]|\s(?=[абгдеАБГДЕ]))?[а-иА-И][»\"]?(?![а-яёА-ЯЁ]))?"
    r"(?:\s?(?:к|корп|корпус|стр)\.?\s?\d{1,2})?)"
)
_NOT_HOUSE = (
    r"(?!\d|\s?-?(?:й|я|е|го|му|ти|х)\b|\s*-?\s*(?:лет|год|г\.|час|мин|(?:подъезд|подьезд|под\.|этаж)(?!\w*\s*\d)|дн|день|сут|"
    r"мес|недел|раз|человек|чел|км|метр|м\b|кв\.?\s?м|руб|школ|поликл|градус|шт|дет|ребен|машин|январ|феврал|март|апрел|"
    r"ма[йя]|июн|июл|август|сентяб|октяб|нояб|декаб|маршрут|автобус|%)|[.:]\d\d)"
)
_HOUSE_WORD = r"(?:д(?:ом(?:а|у|е|ом|ов|ами|ах)?\b|\.)?\s*)"
_HOUSE_LIST = rf"{_HOUSE}{_NOT_HOUSE}(?:\s*(?:,|;|\bи\b|-|–)\s*{_HOUSE_WORD}?№?\s*{_HOUSE}{_NOT_HOUSE})*"
_NEAR = r"(?:(?:около|возле|у|на|во|дворе|напротив|в|районе|рядом|с|со|торце|за|перед|между|стороны)\s+){1,3}"
_AFTER = re.compile(rf"\s*,?\s*(?:{_HOUSE_WORD}?№?\s*|{_NEAR}{_HOUSE_WORD}№?\s*)(?P<houses>{_HOUSE_LIST})", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?:(?:\b{_HOUSE_WORD}№?\s*|№\s*)(?P<houses>{_HOUSE_LIST})|\b(?P<plural>{_HOUSE_LIST})\s+дом\w{{0,3}})"
    r"\s*,?\s*(?:(?:по|на|,)\s*)?$",
    re.IGNORECASE,
)
_ONE_HOUSE = re.compile(_HOUSE)


def _stem(word: str) -> str:
    return word if word.isdigit() else _ENDING.sub("", word)


def _type_stem(written: str) -> str:
    lowered = written.lower()
    for stem, pattern in _TYPE_STEMS:
        if pattern.search(lowered):
            return stem
    return ""


_TYPE_STEMS = [
    ("проезд", re.compile(r"\bпроезд|\bпр-д")),
    ("проспект", re.compile(r"\bпросп|\bпр\b|\bпр[.-]")),
    ("переулок", re.compile(r"\bпер\.|\bпереул")),
    ("бульвар", re.compile(r"\bб-р|\bбул")),
    ("площадь", re.compile(r"\bпл\.|\bплощад")),
    ("шоссе", re.compile(r"\bшоссе")),
    ("улица", re.compile(r"\bул")),
]


def _houses(written: str) -> list[str]:
    found = []
    for match in _ONE_HOUSE.finditer(written):
        house = re.sub(r"[\s\"«».-]", "", match[0].lower()).replace("\\", "/")
        found.append(re.sub(r"корпус|корп", "к", house))
    return found


def _overlaps(place: Place, taken: Iterable[tuple[int, int]]) -> bool:
    return any(place.start < end and start < place.end for start, end in taken)


def _once(places: Iterable[Place]) -> list[Place]:
    """Without repeats; a street without a house is dropped where the same street has one."""
    places = list(places)
    housed = Counter((place.kind, place.key) for place in places if place.house)
    seen: set[tuple[str, str, str | None]] = set()
    kept = []
    for place in places:
        mark = (place.kind, place.key, place.house)
        if mark not in seen and (place.house or not housed[place.kind, place.key]):
            seen.add(mark)
            kept.append(place)
    return kept


# finders ------------------------------------------------------------------------------------------------------------
_NUMBERS = r"\d{1,3}[а-яА-Я]?(?![\w-])(?:\s*(?:,|\bи\b)\s*№?\s*\d{1,3}[а-яА-Я]?(?![\w-]))*"
_VEHICLE = r"(?:маршрут(?:а|у|ом|е|ы|ов|ам)?|маршрутк\w{1,2}|автобус\w{0,3}|троллейбус\w{0,3}|трамва\w{1,3})"
_ROUTE = re.compile(
    rf"\b{_VEHICLE}\s*(?:№№?|N|номер\w?)?\s*(?P<after>{_NUMBERS})(?!\s*(?:час|мин|раз|руб|шт|лет|дн|\.\d|:\d))"
    rf"|(?<![\d.,:-])№?\s*(?P<before>\d{{1,3}}[а-я]?)(?:\s?-?\s?(?:й|го|му|м|ый|ого|ому))?\s+"
    r"(?:маршрут(?!ок)\w{0,2}|автобус(?!ов|а\b)\w{0,2}|троллейбус(?!ов|а\b)\w{0,2}|трамва(?!ев|я\b)\w{0,2})",
    re.IGNORECASE,
)
_QUOTED = r"[\"«“](?P<quoted>[^\"»”\n]{3,40})[\"»”]"
_STOP = re.compile(
    rf"(?i:\b{_STOP_TYPE})\s*(?i:общественного транспорта|транспорта|автобус\w*)?\s*"
    rf"(?:{_QUOTED}|(?i:{_STREET_TYPE})?\s*(?P<name>{_NAME}(?:\s(?:поворот|рынок|завод|парк|мост|вокзал|школа|больница)\b)?))"
)
_DISTRICT = re.compile(
    rf"(?<![\w.])(?i:{_DISTRICT_TYPE})\s*(?:{_QUOTED}|(?P<name>{_NAME}))"
    r"|\b(?i:мкрн?\.?|микрорайон\w{0,2})\s*№?\s*(?P<number>\d{1,2})\b"
    rf"|\b(?P<adjective>(?:{_ORDINAL}\s*)?{_CAP}(?:[оеё]м|[иы]й|ого|его|ому))\s+(?i:{_DISTRICT_AFTER})\b"
    r"|(?<![\d.])(?P<numbered>\d{1,2})(?:\s?-?\s?(?:й|ый|ой|го|м|ом|ого))?\s+(?i:микрорайон\w{0,2}|мкр)\b"
)
_STREET = re.compile(
    rf"(?<![\w-])(?P<type>(?i:{_STREET_TYPE}))\s*[\"«]?(?P<name>{_CAP}\s\d{{1,3}}-\w{{1,2}}\s{_CAP}|{_NAME})"
    rf"(?P<more>(?:\s*(?:,|\bи\b)\s*(?:{_ORDINAL}\s*)?{_CAP}(?<=[ойвнаеяи])(?:\s+{_CAP}(?<=[ойвнаеяи]))?(?=\W|$))*)"
    rf"|\b(?P<adjective>(?:{_ORDINAL}\s*)?{_CAP}(?i:ый|ий|ой|ая|ом|ем|ого|его|ому|ую|ое|ее))\s+(?P<after>(?i:{_TYPE_AFTER}))\b"
)
_LOWER_STREET = re.compile(
    r"(?<![\w-])(?P<type>(?i:ул\.?|улиц[аеуы]|просп\w*\.?|пр-?к?т\w{0,2}\.?|пер\.|переул\w+|б-р|бульвар\w?))\s+"
    rf"(?P<name>(?:{_ORDINAL}\s+)?[а-яё]{{4,}}(?:\s+[а-яё]{{4,}})?)"
)
_WORD = re.compile(rf"\d{{1,3}}(?:-?(?:й|я|ая|ой|го|ю|ую)\b)?|{_W}+(?:-{_W}+)*")
_BEFORE_BARE = re.compile(
    r"(?:\b(?:на|по|с|со|у|от|до|возле|около|вдоль|между|напротив|перекр\w+|угл\w|адрес\w{0,2}|пересечени\w+|и|через)"
    r"|[,/;:(-]|\d)\s*$",
    re.IGNORECASE,
)
_CROSSING = re.compile(
    rf"(?i:перекр[её]ст\w+|пересечени\w+|на углу|угол)\s+(?i:улиц\w*\s+|ул\.\s*)?"
    rf"(?P<first>{_INITIALS}{_CAP}(?:\s{_CAP})?)\s*(?:[-–/]|\bи\b|\bс\b)\s*(?P<second>{_INITIALS}{_CAP}(?:\s{_CAP})?)"
)
_STREET_ENDING = re.compile(r"(?:ая|[оеё]ва|[иы]на|[сц]кого|[сц]кой|ной)$")
_HOUSED = re.compile(
    rf"(?<![\w-])(?P<name>(?:{_ORDINAL}\s*)?{_INITIALS}(?:{_CAP}\s)?"
    r"(?:[А-ЯЁ][а-яё]+(?:[сцнвдлртк]ая|[оеё]ва|[иы]на|[сц]кого)|Маркса|Мира)|(?<=на )[а-яё]{4,}[сц]кой)"
    rf"(?=\s*,?\s*(?:{_HOUSE_WORD})?№?\s*{_HOUSE}{_NOT_HOUSE})"
)
_SURNAME = rf"(?:{_INITIALS}(?:{_CAP}\s)?[А-ЯЁ][а-яё]+(?:[оеё]ва|[иы]на|[сц]кого|[вкр]ого)|Маркса|Мира|Победы|Гайдара)"
_ADJECTIVE = r"(?:[А-ЯЁ][а-яё]+(?:ой|ей)\s)?[А-ЯЁ][а-яё]{2,}(?:[сц]кой|[аоея]вой|[кнт]ной|ежной|[лб]ьной|овой)"
_NO_NOUN = (
    r"(?=\s*(?:[.,;:!?)(\d-]|$|\n)|\s+(?:и|до|от|у|в|на|с|по|к|за|не|нет|есть|опять|снова|тоже|постоянно|возле|около|между|д\.|дом)\b)"
)
_UNHOUSED = [
    re.compile(rf"(?<![Жж]алоба )(?<![Жж]алобу )(?<![Нн]адежда )\b(?i:на|по|вдоль)\s+(?P<name>{_SURNAME})(?![а-яё-]|\s[А-ЯЁ])"),
    re.compile(rf"\b(?i:на|по|вдоль)\s+(?P<name>{_ADJECTIVE})(?![а-яё-]){_NO_NOUN}"),
    re.compile(rf"(?<![\w-])(?P<name>{_SURNAME})(?=\s?/\s?{_SURNAME}(?![а-яё-]))"),
    re.compile(rf"(?<=/)\s?(?P<name>{_SURNAME})(?![а-яё-])"),
    re.compile(
        r"(?<![\w.,-])(?P<name>\d{1,2}\s?-?\s?(?:я|й|ю|ая|ой|ую)\s(?!детск|городск|областн|районн|клиническ|младш|старш|жил|средн|"
        r"скор|рабоч|подготов|автобусн|маршрутн|очередн|последн|больш|нов|стар|лестничн|входн|секц)[А-Яа-яё][а-яё]{3,}(?:н|ск|в)"
        r"(?:ая|ую|ой))(?![а-яё-])(?!\s(?:школ|больниц|поликлин|лини|очеред|част|групп|сторон|площадк|подстанц|котельн|смен|полос))"
    ),
]
_EMBANKMENT = re.compile(r"\bнабережн(?:ая|ой|ую|ою)\b", re.IGNORECASE)


def _routes(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    for match in _ROUTE.finditer(text):
        for number in re.findall(r"\d+[а-яА-Я]?", match["after"] or match["before"]):
            yield Place(ROUTE, number.upper(), number.lower(), None, False, match.start(), match.end())


def _stops(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    for match in _STOP.finditer(text):
        yield _named(STOP, match["quoted"] or match["name"], gazetteer, match.start(), match.end())


def _districts(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    for match in _DISTRICT.finditer(text):
        written = match["quoted"] or match["name"] or match["adjective"] or match["numbered"] or match["number"]
        yield _named(DISTRICT, written, gazetteer, match.start(), match.end())


def _streets(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    for match in _CROSSING.finditer(text):
        for part in ("first", "second"):
            if not _ANY_TYPE.fullmatch(match[part].lower()):
                yield _named(STREET, match[part], gazetteer, match.start(part), match.end(part))
    for match in _STREET.finditer(text):
        type_stem = _type_stem(match["type"] or match["after"])
        if match["adjective"]:
            yield from _with_houses(text, _named(STREET, match["adjective"], gazetteer, *match.span(), type_stem))
            continue
        end = match.end("name")
        place = _named(STREET, match["name"], gazetteer, match.start(), end, type_stem)
        shorter = re.match(rf"{_CAP}(?=\s)", match["name"])
        if not place.known and shorter and gazetteer.look_up(key_of(shorter[0]), STREET, type_stem):
            end = match.start("name") + shorter.end()
            place = _named(STREET, shorter[0], gazetteer, match.start(), end, type_stem)
        yield from _with_houses(text, place)
        for other in re.finditer(rf"(?:{_ORDINAL}\s*)?{_CAP}(?:\s+{_CAP})?", match["more"] or ""):
            start = match.start("more") + other.start()
            named = _named(STREET, other[0], gazetteer, start, start + len(other[0]), type_stem)
            yield from _with_houses(text, named)
    for match in _LOWER_STREET.finditer(text):
        yield from _lower_street(text, match, gazetteer)


def _lower_street(text: str, match: re.Match[str], gazetteer: Gazetteer) -> Iterator[Place]:
    """«ул строителей 5»: known to the gazetteer, or with a house after what looks like a name."""
    type_stem = _type_stem(match["type"])
    words = match["name"].split()
    for count in range(len(words), 0, -1):
        written = " ".join(words[:count])
        end = match.start("name") + len(written)
        place = _named(STREET, written, gazetteer, match.start(), end, type_stem)
        housed = list(_with_houses(text, place))
        looks_named = len(match["type"]) < 4 or _STREET_ENDING.search(written)
        if place.known or (count == 1 and looks_named and housed[0].house):
            yield from housed
            return


def _bare(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    """Names without a type: capitalised, of the gazetteer, with a house after them or a word of place before."""
    tokens = list(_WORD.finditer(text))
    i = 0
    while i < len(tokens):
        step = 1
        for count in range(min(gazetteer.longest, len(tokens) - i), 0, -1):
            start, end = tokens[i].start(), tokens[i + count - 1].end()
            entry = gazetteer.look_up(key_of(text[start:end]))
            if entry and _is_name(text[start:end]):
                place = Place(entry.kind, entry.name, key_of(entry.name), None, True, start, end)
                housed = list(_with_houses(text, place)) if entry.kind == STREET else [place]
                if housed[0].house or entry.kind != STREET or _BEFORE_BARE.search(text[:start]):
                    yield from housed
                    step = count
                    break
        i += step


def _housed(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    """«Хуторская 12г», «Ленина 92/3»: the ending of a street and a house, whatever the gazetteer."""
    for match in _HOUSED.finditer(text):
        yield from _with_houses(text, _named(STREET, match["name"], gazetteer, *match.span()))


def _unhoused(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    """«на Бородина», «по Верхней Луговой», «Жукова/Маяковского», «5ю Северную»: the form of a street in the place of one."""
    for form in _UNHOUSED:
        for match in form.finditer(text):
            yield from _with_houses(text, _named(STREET, match["name"], gazetteer, *match.span("name")))


def _is_name(written: str) -> bool:
    return any(character.isupper() for character in written)


def _embankments(text: str, gazetteer: Gazetteer) -> Iterator[Place]:
    for match in _EMBANKMENT.finditer(text):
        yield Place(EMBANKMENT, "набережная", "набережная", None, False, match.start(), match.end())


def _named(kind: str, written: str, gazetteer: Gazetteer, start: int, end: int, type_stem: str = "") -> Place:
    entry = gazetteer.look_up(key_of(written), kind, type_stem)
    if entry:
        return Place(kind, entry.name, key_of(entry.name), None, True, start, end)
    return Place(kind, re.sub(r"\s+", " ", written).strip(), key_of(written) or written.lower(), None, False, start, end)


def _with_houses(text: str, place: Place) -> Iterator[Place]:
    after = _AFTER.match(text, place.end)
    if after:
        for house in _houses(after["houses"]):
            yield replace(place, house=house, end=after.end())
        return
    before = _BEFORE.search(text[max(0, place.start - 60) : place.start])
    if before:
        offset = max(0, place.start - 60)
        for house in _houses(before["houses"] or before["plural"]):
            yield replace(place, house=house, start=offset + before.start())
        return
    yield place
