"""Text as people write it → plain text, its language, and the keys stored beside it for search, groups and terms.

A key is a word's dictionary form in lower case with «е» for «ё». Russian words are lemmatised, English ones lose the
plural; words of other languages written in Cyrillic (Chuvash, Tatar, …) are kept exactly as written.
"""

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from analytics import morphology

CYRILLIC = "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8f\ua640-\ua69f"
_LETTER = f"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f{CYRILLIC}"
_WORD = re.compile(rf"\d+[{_LETTER}]?(?![{_LETTER}])|[{_LETTER}]+(?:['’-][{_LETTER}]+)*|\d+")
_RAILWAY = re.compile(r"\bж ?[/.-] ?д\b")
_PLACEHOLDER = re.compile(r"\[[а-яёА-ЯЁ]{3,9}\]|\[id\d+\|[^\]]*\]")

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,9})\b[^<>]{0,2000}>")
_BLOCK_TAGS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "blockquote"})
_LINK = re.compile(r"\[(?:(?:club|public|event)\d+|https?://[^|\]\s]+|#[^|\]]+)\|([^\]\n]{1,200})\]")
_MENTION = re.compile(r"[@*](?:club|public|event)\d+\s*\(([^)\n]{1,200})\)")
_HASHTAG = re.compile(r"(#[^\s@#]+)@\w+")
_EMOJI = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3\U000E0000-\U000E007F]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffc]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_GUARD = re.compile(r"^\s*['‘’`]+(?=\S)")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")

_CHUVASH_LATIN = str.maketrans("ăĕçÿĂĔÇŸ", "ӑӗҫӳӐӖҪӲ")
_LOOKALIKES = str.maketrans("aceopxykmtbh", "асеорхукмтвн")
_CHUVASH, _BASHKIR, _TATAR = frozenset("ӑӗҫӳ"), frozenset("ҡғҙһ"), frozenset("әөүҗң")
_UKRAINIAN_OR_KAZAKH = frozenset("іїєґўқұ")
_RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
_FOREIGN_SHARE = 0.02


def clean(text: str) -> str:
    """What would a person read on the page? Plain text: no HTML, VK markup, emoji or invisible characters.

    The guard apostrophe of cabinet exports goes, lines stay lines. Mentions of people («[id1|Имя]») are left for
    `privacy.mask`, so the order is mask(clean(raw)).
    """
    text = _GUARD.sub("", text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCK_TAGS else "", text)
    if "|" in text or "(" in text:
        text = _MENTION.sub(r"\1", _LINK.sub(r"\1", text))
    if "#" in text:
        text = _HASHTAG.sub(r"\1", text)
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", _EMOJI.sub(" ", unicodedata.normalize("NFC", text))))
    return _LINES.sub("\n", _SPACES.sub(" ", text.replace("`", '"'))).strip()


def language(text: str) -> str:
    """In which language is the text? 'ru', 'en' (any Latin), 'cv', 'tt', 'other-cyrillic', or 'none' without letters.

    Told by letters: short Chuvash or Tatar texts without one of their own letters pass for Russian.
    """
    return _tongue(words(text))


def words(text: str) -> list[str]:
    """Which words and numbers does the text hold? Lower case, in order; placeholders of the mask are left out."""
    return _WORD.findall(_RAILWAY.sub("жд", _normalised(_PLACEHOLDER.sub(" ", text))))


def keys(texts: Iterable[str]) -> list[str]:
    """What is each text about, as space-joined lemmas without stop-words? One string a text, '' for nothing.

    Order and repeats are kept; numbers up to three digits (routes, houses) stay. Call it once per distinct text.
    """
    return [found for found, _tongue_of in keys_and_languages(texts)]


def keys_and_languages(texts: Iterable[str]) -> list[tuple[str, str]]:
    """What `keys` and `language` say of each text, in less time than both."""
    split = [words(text) for text in texts]
    tongues = [_tongue(tokens) for tokens in split]
    russian = sorted({word for tokens, tongue in zip(split, tongues, strict=True) if tongue == "ru" for word in tokens})
    lemma_of = dict(
        zip(russian, (_key(word, lemma) for word, lemma in zip(russian, _russian(russian), strict=True)), strict=True)
    )
    result = []
    for tokens, tongue in zip(split, tongues, strict=True):
        if tongue == "ru":
            found = [lemma_of[word] for word in tokens]
        elif tongue == "en":
            found = [_singular(word) for word in tokens if word not in ENGLISH_STOP_WORDS]
        else:
            found = [word for word in tokens if word not in STOP_WORDS]
        result.append((" ".join(word for word in found if word and _useful(word)), tongue))
    return result


def content(key: str) -> list[str]:
    """Which lemmas of a stored key carry meaning for groups, terms and classes? All but bare numbers."""
    return [word for word in key.split() if not word[0].isdigit()]


def display(key: str) -> str:
    """How is the lemma written for people? With «ё» and abbreviations in capitals («ёлка», «СНТ»)."""
    if key in morphology.AS_WRITTEN or not morphology.VOWEL.search(key) and key.isalpha() and key[0] in _RUSSIAN:
        return key.upper()
    lemma = morphology.lemmas([key])[0]
    return lemma if fold(lemma) == key else key


def spans(text: str, wanted: Collection[str]) -> list[tuple[int, int]]:
    """Where in the text do the wanted lemmas stand? (start, end) in characters, for highlighting."""
    lowered = _normalised(text)
    if len(lowered) != len(text):  # a rare capital whose lower case is two characters
        lowered = text
    places = [(match.start(), match.end(), match[0]) for match in _WORD.finditer(lowered)]
    found = keys_of_words([word for *_, word in places])
    return [(start, end) for (start, end, _), key in zip(places, found, strict=True) if key in wanted]


def keys_of_words(tokens: Sequence[str]) -> list[str]:
    """Which key does each single word get? Stop-words too, so a query can be matched word by word."""
    return [
        _key(word, lemma) or fold(word) if _is_cyrillic(word) else _singular(word)
        for word, lemma in zip(tokens, _russian(tokens), strict=True)
    ]


def fold(word: str) -> str:
    """The spelling under which words are compared: «ё» is «е»."""
    return word.replace("ё", "е")


def _normalised(text: str) -> str:
    lowered = text.lower()
    if any(c in lowered for c in "ăĕçÿ") and any("\u0400" <= c <= "\u052f" for c in lowered):
        return lowered.translate(_CHUVASH_LATIN)
    return lowered


def _is_cyrillic(word: str) -> bool:
    return "\u0400" <= word[0] <= "\u052f" or "\u0400" <= word[-1] <= "\u052f"


def _tongue(tokens: Sequence[str]) -> str:
    total = sum(len(word) for word in tokens if word.isalpha() or not word[0].isdigit())
    cyrillic = sum(len(word) for word in tokens if "\u0400" <= word[0] <= "\u052f")
    if not total:
        return "none"
    if 2 * cyrillic < total:
        return "en"
    letters = "".join(tokens)
    seen = {c for c in set(letters) if "\u0400" <= c <= "\u052f"} - _RUSSIAN
    if sum(letters.count(c) for c in seen) <= _FOREIGN_SHARE * total:
        return "ru"
    if (seen & _BASHKIR and "һ" not in seen) or seen & _UKRAINIAN_OR_KAZAKH:
        return "other-cyrillic"
    if seen & _CHUVASH and not seen & _TATAR:
        return "cv"
    return "tt" if seen & _TATAR else "other-cyrillic"


def _russian(tokens: Sequence[str]) -> list[str]:
    return morphology.lemmas([_repaired(word) for word in tokens])


def _repaired(word: str) -> str:
    """«дoрога» with a Latin «o» and «подьезд» are the words their writers meant."""
    word = word.replace("ьезд", "ъезд").replace("ьявл", "ъявл")
    if word.isascii() or not any("a" <= c <= "z" for c in word):
        return word
    repaired = word.translate(_LOOKALIKES)
    return repaired if all(c in _RUSSIAN or c == "-" for c in repaired) else word


def _key(word: str, lemma: str) -> str:
    if word in STOP_WORDS or lemma in STOP_WORDS:
        return ""
    if word[0].isdigit() or not any(c in _RUSSIAN for c in word):
        return word
    return fold(lemma) if all(c in _RUSSIAN or c == "-" for c in _repaired(word)) else word


def _useful(word: str) -> bool:
    return len(word) <= 3 if word.isdigit() else len(word) > 1


def _singular(word: str) -> str:
    """Harman's S-stemmer (1991), and «es» off after a hiss: the plural off, nothing else."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word[:-1] if word.endswith("s") and word[-2] not in "us" else word


_STOP_WORDS = """
а без более больше будто бы быть в вам вас ваш вдоль ведь весь вместо вне во вообще вот впрочем все всегда всего
всё всю вы где да даже для до достаточно другой его ее её если есть еще ещё же за здесь и из из-за или им иметь именно
иной их к каждый как какой какой-то как-то кем когда кому кто кто-то который куда либо лишь лучше любой между менее меня мне
много многий многие можно мой мочь мы на над надо наш не него нельзя неё нет нету ни никакой никто никуда ничто ничего
но ну о об обо оба однако он она они оно опять от относительно отсюда очень перед по под поверх пока поскольку после
потом потому почему почти поэтому при про просто против пусть раз разве с сам самый свой себя сей сейчас со согласно
совсем спустя среди столь столько стать так также такой там тем теперь то тогда того тоже той только тот тут ты у уж
уже хотеть хотеться хоть хотя через чей чем через что чтобы что-то чуть эта эти это этот я являться
один два три сколько несколько некоторый весьма крайне вовсе лично мол видимо например собственно
здравствуйте здравствовать пожалуйста спасибо уважаемый добрый день вечер утро прошу просить просьба просим
подсказать скажите сказать пояснить поясните помочь помогите уважение благодарить благодарность заранее
данный следующий вышеуказанный соответствующий адрес д дом г город ул улица кв корп т год сегодня время находиться снова вновь давно
e г. р м п б н й ж л ч ш щ ф х ц э ю ы
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_ENGLISH_STOP_WORDS = """
a about above after again all also am an and any are as at be because been before being below between both but by
can could did do does doing down during each few for from further had has have having he her here hers him his how
i if in into is it its itself just me more most my no nor not now of off on once only or other our out over own
please same she should so some such than that the their them then there these they this those through to too under
until up very was we were what when where which while who why will with would you your hello dear thanks thank
i'm it's don't
"""
ENGLISH_STOP_WORDS = frozenset(_ENGLISH_STOP_WORDS.split())
