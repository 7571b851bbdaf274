"""Which parts of a citizen's text point at a person, and the text without them.

Rules, not a model: what is masked can be explained, and a million texts take minutes. It is a mask for reading and
export, not anonymisation in the sense of law 152-ФЗ: bare surnames, nicknames and rare details stay.
"""

import re
from collections.abc import Callable
from re import Match

NAME, PHONE, EMAIL, CARD, PASSPORT, SNILS = "[имя]", "[телефон]", "[почта]", "[карта]", "[паспорт]", "[СНИЛС]"
ACCOUNT, PLATE, FLAT, PROFILE, DOCUMENT = "[счёт]", "[госномер]", "[квартира]", "[профиль]", "[документ]"
PLACEHOLDERS = (NAME, PHONE, EMAIL, CARD, PASSPORT, SNILS, ACCOUNT, PLATE, FLAT, PROFILE, DOCUMENT)

_I = re.IGNORECASE
_Rule = tuple[re.Pattern[str], "str | Callable[[Match[str]], str]"]


def mask(text: str) -> str:
    """What does the text say without personal data?

    Replaces phones, e-mails, card, passport, СНИЛС and account numbers, car plates, flat numbers, profile links and
    nicknames, full names with initials or a patronymic, and a usual first name beside a surname by a placeholder in
    square brackets (`PLACEHOLDERS`).
    Dates, times, sums, house numbers, bus routes, cadastral numbers and streets named after people stay.
    Masking twice changes nothing more.
    """
    for gate, rules in _GROUPS:
        if gate.search(text):
            for pattern, replacement in rules:
                text = pattern.sub(replacement, text)
    return text


def _luhn(digits: str) -> bool:
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


# links and addresses of a person ------------------------------------------------------------------------------------
_COMMUNITY = (
    r"(?:club\d|public\d|event\d|wall-|video-|photo-|topic-|album-|market-|clip-|app\d|away|feed|im\b|search|video\b|"
    r"gosuslugi|s/|joinchat|addlist|share|groups?/|posts?/|reel|p/|watch)"
)
_LINKS: list[_Rule] = [
    (re.compile(r"\[(?:id\d+|(?!club|public|event)[a-z][\w.]{3,31})\|[^\]\n]{1,80}\]", _I), NAME),
    (re.compile(r"[@*]id\d+\s*\([^)\n]{1,80}\)", _I), NAME),
    (re.compile(r"(?<![\w.+-])[a-z0-9а-яё][\w.+-]*@[\w-]+(?:\.[\w-]+)*\.[a-zа-я]{2,10}(?!\w)", _I), EMAIL),
    (
        re.compile(
            r"(?:https?://)?(?:www\.|m\.)?"
            rf"(?:(?:vk\.com|vk\.ru|vkontakte\.ru|instagram\.com|facebook\.com|fb\.com)/(?!{_COMMUNITY}|[\w.]+\?w=wall-)[\w.?=]*\w"
            r"|ok\.ru/profile/\w+|odnoklassniki\.ru/profile/\w+"
            r"|(?:t\.me|telegram\.me)/(?!s/|joinchat|\+)\w{4,32}(?![\w/])"
            r"|wa\.me/\d+|viber\.click/\d+)/?",
            _I,
        ),
        PROFILE,
    ),
    (re.compile(r"(?<![\w@#./])@(?!club\d|public\d|event\d)[a-zа-яё][\w.]{2,31}", _I), PROFILE),
]

# numbers ------------------------------------------------------------------------------------------------------------
_SPACE = r"[\s\u00a0]"
_SEP = rf"(?:{_SPACE}|[-–—.()])"
_MONEY = rf"(?!{_SPACE}*(?:р\b|руб|₽|тыс|млн|млрд|т\.\s?р))"


def _phone(match: Match[str]) -> str:
    return PHONE if len(_digits(match[0])) == 11 else match[0]


def _city_phone(match: Match[str]) -> str:
    first, second, third = (int(part) for part in match.groups())
    is_date = (1 <= first <= 31 and 1 <= second <= 12) or (1 <= second <= 12 and 1 <= third <= 31)
    is_hours = first <= 24 and second in (0, 15, 30, 45)
    return match[0] if is_date or is_hours else PHONE


def _card(match: Match[str]) -> str:
    grouped = bool(re.search(r"\D", match[0]))
    return CARD if grouped or _luhn(match[0]) else match[0]


def _after_word(placeholder: str) -> Callable[[Match[str]], str]:
    return lambda match: match["word"] + placeholder


_PLATE_LETTER = "[АВЕКМНОРСТУХABEKMHOPCTYX]"
_PLATE_WORD = r"(?:г\.?\s?/?\s?н\.?|гос\.?\s?-?(?:номер\w*|знак\w*)|номер\w*|авто\w*|машин\w*|а/м)"
_LONG_NUMBERS: list[_Rule] = [
    (
        re.compile(
            r"(?P<word>\b(?:лиц(?:ев\w+|\.)?\s?сч[её]т\w*|лицевой|л/с(?:ч[её]т\w*)?|р/с|расч[её]тн\w+ сч[её]т\w*|"
            r"сч[её]т(?!чик)\w*)\s*(?:№|N|номер|:)?\s*)\d(?:[\d ]|-(?=\d)){3,24}\d\b" + _MONEY,
            _I,
        ),
        _after_word(ACCOUNT),
    ),
    (
        re.compile(
            r"(?P<word>\b(?:паспорт\w*|сери[яию])[^\d\n[\]]{0,25})\d{2}\s?\d{2}(?:[^\d\n[\]]{0,12}?)\d{6}\b",
            _I,
        ),
        _after_word(PASSPORT),
    ),
    (re.compile(r"(?P<word>\bснилс[^\d\n[\]]{0,12})\d{3}[\s-]?\d{3}[\s-]?\d{3}[\s-]?\d{2}\b", _I), _after_word(SNILS)),
    (re.compile(r"(?<![\d-])\d{3}-\d{3}-\d{3}[\s-]\d{2}(?![\d-])"), SNILS),
    (re.compile(r"(?P<word>\b(?:инн|полис\w*(?:\s+[а-яё]+){0,3})[^\d[\]]{0,6})\d{10,16}\b", _I), _after_word(DOCUMENT)),
    (re.compile(r"(?<!\d)\d{20}(?!\d)"), ACCOUNT),
    (re.compile(r"(?<![\d-])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{2,3})?|\d{16,19})(?![\d-])"), _card),
    (
        re.compile(
            rf"(?<!\d:)(?<![\d№-])(?:\+{_SPACE}?7|8|7){_SEP}{{0,3}}\d{{3,5}}{_SEP}{{0,3}}\d{{1,3}}{_SEP}{{0,2}}\d{{1,2}}"
            rf"{_SEP}{{0,2}}\d{{1,3}}(?:{_SEP}?\d{{1,2}})?(?!\d)" + _MONEY
        ),
        _phone,
    ),
    (
        re.compile(rf"(?<!\d:)(?<![\d№+-])\(?9\d{{2}}\)?{_SEP}?\d{{3}}{_SEP}?\d{{2}}{_SEP}?\d{{2}}(?![\d-]){_MONEY}"),
        PHONE,
    ),
    (re.compile(r"(?<![\d-])\d{2} ?\d{2} \d{6}(?![\d-])" + _MONEY), PASSPORT),
    (re.compile(r"\(\d{3,5}\)\s?\d{1,3}[\s-]?\d{2}[\s-]?\d{2}(?!\d)"), PHONE),
    (
        re.compile(
            r"(?P<word>\b(?:тел(?:\.|ефон\w*(?: [а-яё]+){0,3})?|т\.|сот(?:\.|ов\w+)|моб(?:\.|ильн\w+)|дом\. тел\.|"
            r"(?:по|до|пере|об)?звон\w+|"
            r"whats\w*|вайбер\w*|viber|вацап\w*|ватсап\w*)[^\w\n[\]]{0,4}(?:(?:по|на|номер\w*|тел\w*|мой|№)[^\w\n[\]]{0,3}){0,3})"
            r"(?!\d{1,2}-\d{1,2}-(?:19|20)\d\d)\+?\d(?:[\s()-]?\d){4,11}(?!\d)(?![-.]\d)" + _MONEY,
            _I,
        ),
        _after_word(PHONE),
    ),
    (re.compile(r"(?<![\d.,:№-])\d{3}-\d{2}-\d{2}(?![\d-])"), PHONE),
    (re.compile(r"(?<![\d.,:№-])(\d{2})-(\d{2})-(\d{2})(?![\d-])"), _city_phone),
]
_PLATES: list[_Rule] = [
    (
        re.compile(
            rf"(?<!\w){_PLATE_LETTER}\d{{3}}{_PLATE_LETTER}{{2}}(?: ?\d{{2,3}}(?: ?rus)?)?(?!\w)"
            rf"|(?<!\w){_PLATE_LETTER} \d{{3}} {_PLATE_LETTER}{{2}} ?/?\d{{2,3}}(?: ?rus)?(?!\w)",
        ),
        PLATE,
    ),
    (
        re.compile(
            rf"(?<!\w){_PLATE_LETTER}\d{{3}}{_PLATE_LETTER}{{2}} ?\d{{2,3}}(?: ?rus)?(?!\w)"
            rf"|(?<!\w){_PLATE_LETTER} ?\d{{3}} ?{_PLATE_LETTER}{{2}} ?\d{{2,3}} ?(?:rus|рус)(?!\w)"
            rf"|(?<!\w)(?P<word>{_PLATE_WORD}[^\w\n[\]]{{0,4}}){_PLATE_LETTER} ?\d{{3}} ?{_PLATE_LETTER}{{2}}"
            r"(?: ?\d{2,3})?(?: ?rus)?(?!\w)",
            _I,
        ),
        lambda match: (match["word"] or "") + PLATE,
    ),
]
_NOT_A_FLAT = (
    r"(?!\s?(?:кв\b|квадрат|м2|м²|м\b|метр|руб|лет|шт|градус|°|гр\b|этаж|человек|семей|%|[-–]\s?(?:го|м\b|й\b|х))"
    r"|,\d+\s?(?:градус|°|гр\b|[сc]\b|%|кв\b|м2|м²|м\b))"
)
_NOT_AN_AREA = r"(?!\.?\s?(?:м|км|см|квадрат|20\d\d|этого|текущ|прошл|следующ))"
_FLATS: list[_Rule] = [
    (
        re.compile(
            r"\b(?:кв\.?|кв-р[аеуы]|квартир[аеуыо]\w?)[^\S\n]?(?:№|N|номер)?\s?(?!20[0-3]\d\s?г)\d{1,4}[а-г]?(?![\d\w])"
            + _NOT_A_FLAT
            + r"(?:\s?(?:,|и)\s?\d{1,4}(?=\s*(?:[).;!?\n]|$)))?",
            _I,
        ),
        FLAT,
    ),
    (
        re.compile(
            r"(?P<word>\b(?:под[ьъ]?езд\w*|(?:дом|д\.)\s?\d{1,3}[а-я]?)[,.]?\s?)(?!20[0-3]\d)\d{1,4}\s?(?:кв\b\.?|квартира\b)"
            + _NOT_AN_AREA,
            _I,
        ),
        _after_word(FLAT),
    ),
    (
        re.compile(
            r"(?P<word>\b(?:в|над|под)\s)(?:№\s?)?(?:\d{1,4}(?:-?(?:й|ой|ю|ую))?\s?квартир(?:[еу]|ой)\b"
            r"|(?:[5-9]|\d{2,3})\s?кв\b" + _NOT_AN_AREA + ")",
            _I,
        ),
        _after_word(FLAT),
    ),
    (re.compile(r"(?P<word>\b(?:из|от)\s)(?:№\s?)?\d{1,4}(?:-?(?:й|ой))?\s?квартиры\b", _I), _after_word(FLAT)),
]

# names --------------------------------------------------------------------------------------------------------------
_UPPER, _LOWER = "А-ЯЁӐӖҪӲ", "а-яёӑӗҫӳ"
_TITLE = rf"[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}][{_LOWER}]+)?"
_CAPS = rf"[{_UPPER}]{{2,}}(?:-[{_UPPER}]{{2,}})?"
_PATRONYMIC = r"(?:[оеёОЕЁ][вВ](?:ич|ИЧ)(?:[ауе]|ем|[АУЕ]|ЕМ)?|[оеёОЕЁ][вВ](?:н|Н)(?:[аыеу]|ой|ою|[АЫЕУ]|ОЙ)|"
_PATRONYMIC += (
    r"(?:ьич|ЬИЧ|мич|МИЧ|кич|КИЧ)(?:[ауе]|ем|[АУЕ]|ЕМ)?|(?:инич|ИНИЧ|ьинич|ЬИНИЧ)(?:н[аыеу]|ной|Н[АЫЕУ]|НОЙ))"
)
_SURNAME_END = re.compile(
    r"(?:[оеё]в|[иы]н|ск(?:ий|ого|ому|им|ом)|цк(?:ий|ого|ому|им|ом)|[оеё]в(?:а|ой|у|ым|е|ы)|[иы]н(?:а|ой|у|ым|е|ы)|"
    r"[сц]к(?:ая|ой|ую)|ко|ук[ау]?|юк[ау]?|як[ау]?|ян|ич[ау]?|[ыи]х|дзе|швили|ец|р[ауе]?|ль|ман)$",
    _I,
)
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:ул|улиц\w+|пр|пр-к?т\w*|просп|проспект\w*|пр-д|проезд\w*|б-р|бульвар\w*|пер|переул\w+|пл|площад\w+|"
    r"наб|набережн\w+|сквер\w*|парк\w*|памятник\w*|мкр|микрорайон\w*|школ\w+|музе\w+|театр\w*|библиотек\w+|"
    r"стадион\w*|остановк\w+|ост|больниц\w+|им|имени|зодч\w+|академик\w*|маршал\w*|генерал\w*|космонавт\w*|"
    r"геро\w+ (?:советского союза|россии|труда))\b\.?\s*[«\"]?\s*)$",
    _I,
)
_NOT_INITIALS = {"ТК", "ТЕ", "ТД", "ТП", "ЖК", "ТЦ", "ДК", "ЖД", "УК", "ГО", "МО", "РП", "СП", "НП", "НЭ", "ИО", "РФ"}
_ROLE = re.compile(r"(?:глав|директ|начальн|мэр|минист|губерн|замест|руковод|председ|заведующ|прокур|врач)", _I)


def _named_after(match: Match[str]) -> bool:
    return bool(_PLACE_BEFORE.search(match.string[max(0, match.start() - 24) : match.start()]))


def _full_name(match: Match[str]) -> str:
    first, *_ = match[0].split()
    return match[0] if _named_after(match) or _PLACE_BEFORE.search(first) else NAME


def _initials(match: Match[str]) -> str:
    if _named_after(match):
        return match[0]
    left, right = match["left"] or "", match["right"] or ""
    letters = _letters(match["initials"])
    left_fits, right_fits = (bool(word) and bool(_SURNAME_END.search(word)) for word in (left, right))
    if letters in _NOT_INITIALS and (_ROLE.match(right) or not (left_fits or right_fits)):
        return match[0]
    if left and _PLACE_BEFORE.search(left + match["gap"]):
        return match[0]
    if left_fits or (left and not right):
        return NAME + match.string[match.end("initials") : match.end()]
    if right and (right_fits or right[1:].islower()):
        return match.string[match.start() : match.start("initials")] + NAME
    return match[0]


def _letters(text: str) -> str:
    return re.sub(r"[^А-ЯЁ]", "", text)


_KNOWN_NAME = (
    r"(?:александр|алексе|анатол|андре|антон|аркад|арсен|артем|артём|борис|вадим|валентин|валер|васил|виктор|витал|"
    r"владимир|владислав|вячеслав|геннад|георг|григор|дан|денис|дмитр|евген|егор|иван|игор|иль|кирилл|константин|"
    r"леонид|максим|марат|михаил|никола|никит|олег|павел|петр|пётр|радик|рафаил|рашид|ренат|рифат|роман|руслан|семен|"
    r"семён|серг|станислав|степан|тимур|федор|фёдор|эдуард|юри|яков|ярослав|алин|алл|альбин|анастас|ангелин|анжел|"
    r"анн|антонин|валентин|валери|варвар|вер|вероник|виктор|галин|дар|диан|екатерин|елен|елизавет|жанн|зинаид|зо|инн|"
    r"ирин|карин|кристин|ксен|ларис|лид|лилия|любов|людмил|маргарит|марин|мар|надежд|натал|нин|оксан|ольг|пелаге|"
    r"полин|раис|регин|римм|светлан|софи|тамар|татьян|ульян|юли|яна)"
)
_GREETING = r"(?i:уваж|спасиб|благодар|здравств|добр|дорог|надее|прос|прош|обращ|господин|госпож|союз|росси)"
_PATRONYMICS: list[_Rule] = [
    (
        re.compile(
            rf"\b(?:(?!{_GREETING})(?:{_TITLE}|{_CAPS})\s+)?(?:{_TITLE}|{_CAPS})\s+[{_UPPER}][{_LOWER}{_UPPER}-]+{_PATRONYMIC}\b"
            rf"(?:\s+[{_UPPER}][{_LOWER}{_UPPER}]+(?<=[оеёОЕЁиИыЫ][вВнН])[аАыЫуУеЕ]?(?:ой|ым|ОЙ|ЫМ)?\b)?"
        ),
        _full_name,
    ),
    (
        re.compile(
            rf"\b(?:[{_LOWER}]{{3,}}(?:[оеё]ва?|[иы]на?|ск(?:ий|ая)|ко|ук|юк)\s+)?{_KNOWN_NAME}[{_LOWER}]{{0,3}}\s+"
            rf"[{_LOWER}]{{2,}}(?:[оеё]вич(?:[ауе]|ем)?|[оеё]вн(?:[аыеу]|ой)|ьич(?:[ауе]|ем)?|иничн(?:[аыеу]|ой))\b"
        ),
        _full_name,
    ),
    (re.compile(rf"\b{_TITLE}\s+{_TITLE}\s+{_TITLE}[\s-](?i:оглы|кызы)\b"), NAME),
]
_WITH_INITIALS: list[_Rule] = [
    (
        re.compile(
            rf"(?:\b(?P<left>{_TITLE}|{_CAPS})(?P<gap>\s+|\s?,\s?))?"
            rf"\b(?P<initials>[{_UPPER}]\.\s?[{_UPPER}]\b\.?)(?:\s?(?P<right>{_TITLE}|{_CAPS}))?"
        ),
        _initials,
    ),
]
_INTRODUCED: list[_Rule] = [
    (
        re.compile(
            rf"(?P<word>\b(?:[Мм]еня зовут|[Мм]о[её] имя|ФИО|Ф\.\s?И\.\s?О\.?|[Сс] уважением|[Зз]аявитель)"
            rf"[\s,:–—-]{{1,4}})(?!Жит|Жил|Соб|Ваш|Все|Сем|Адм|Род){_TITLE}(?:\s+{_TITLE}){{0,2}}"
        ),
        lambda match: match["word"] + NAME,
    ),
]

_FIRST_NAME = (
    rf"(?=[{_UPPER}])(?i:{_KNOWN_NAME})"
    r"(?:й|ь|я|ю|и|е|а|у|ы|ом|ем|ой|ей|ью|ий|ия|ию|ии|ием|ией|ья|ьи|ье|ьей)?(?![\w-])"
)
_SURNAME = r"(?:(?:[оеё]в|[иы]н)(?:а|у|ым|е|ой|ы)?|[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую)|енко)(?![\w-])"
_SURNAME_AFTER = rf"[{_UPPER}][{_LOWER}]+{_SURNAME}"
_SURNAME_BEFORE = rf"(?!(?i:магазин|мужчин|женщин|один))[{_UPPER}][{_LOWER}]{{2,}}{_SURNAME}"
_STREET_BEFORE = re.compile(r"\b(?:на|по|до|вдоль|через|возле|около)\s$", _I)
_HOUSE_AFTER = re.compile(r",?\s?(?:д\.|дом\b)?\s?\d")


def _first_and_surname(match: Match[str]) -> str:
    before, after = match.string[max(0, match.start() - 10) : match.start()], match.string[match.end() : match.end() + 8]
    is_street = _named_after(match) or _STREET_BEFORE.search(before) or _HOUSE_AFTER.match(after)
    return match[0] if is_street else NAME


_FIRST_AND_SURNAME: list[_Rule] = [
    (re.compile(rf"\b(?:{_FIRST_NAME}\s+{_SURNAME_AFTER}|{_SURNAME_BEFORE}\s+{_FIRST_NAME})"), _first_and_surname),
]

# a group of rules runs only where its cheap first search finds something
_GROUPS: list[tuple[re.Pattern[str], list[_Rule]]] = [
    (re.compile(r"@|\|[^\]]{1,80}\]|\*id\d|vk\.|\.com/|\.me/|/profile/|vkontakte|viber\."), _LINKS),
    (re.compile(r"\d(?:[^\w\n.]{0,3}\d){4}|\d\.\d{3}\.\d"), _LONG_NUMBERS),
    (re.compile(rf"\d{{3}} ?{_PLATE_LETTER}{{2}}(?![^\W\d])", _I), _PLATES),
    (re.compile(r"[кК][вВ]"), _FLATS),
    (re.compile(r"[вм]ич|ьич|кич|инич|вн[аыеуо]|[ВМЬК]ИЧ|ВН[АЫЕУО]|оглы|кызы"), _PATRONYMICS),
    (re.compile(rf"[{_UPPER}]\.\s?[{_UPPER}]\b"), _WITH_INITIALS),
    (re.compile(r"зовут|[Мм]о[её] имя|ФИО|Ф\.\s?И|уважением|аявитель"), _INTRODUCED),
    (re.compile(rf"[{_UPPER}][{_LOWER}]{{2,}}\s+[{_UPPER}][{_LOWER}]{{2}}"), _FIRST_AND_SURNAME),
]
