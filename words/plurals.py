"""Counted nouns of the domain, in agreement with their number."""

from words import ngettext
from words.numbers import integer

# nominative singular, genitive plural, accusative singular where it differs
NOUNS = {
    "обращение": ("обращение", "обращений", "обращение"),
    "комментарий": ("комментарий", "комментариев", "комментарий"),
    "автор": ("автор", "авторов", "автор"),
    "исполнитель": ("исполнитель", "исполнителей", "исполнитель"),
    "всплеск": ("всплеск", "всплесков", "всплеск"),
    "муниципалитет": ("муниципалитет", "муниципалитетов", "муниципалитет"),
    "день": ("день", "дней", "день"),
    "неделя": ("неделя", "недель", "неделю"),
    "месяц": ("месяц", "месяцев", "месяц"),
    "год": ("год", "лет", "год"),
    "тема": ("тема", "тем", "тему"),
    "канал": ("канал", "каналов", "канал"),
    "источник": ("источник", "источников", "источник"),
    "строка": ("строка", "строк", "строку"),
    "час": ("час", "часов", "час"),
    "минута": ("минута", "минут", "минуту"),
    "регион": ("регион", "регионов", "регион"),
    "запись": ("запись", "записей", "запись"),
    "город": ("город", "городов", "город"),
    "балл": ("балл", "баллов", "балл"),
    "улица": ("улица", "улиц", "улицу"),
    "оценка": ("оценка", "оценок", "оценку"),
    "ответ": ("ответ", "ответов", "ответ"),
    "блок": ("блок", "блоков", "блок"),
    "звонок": ("звонок", "звонков", "звонок"),
    "место": ("место", "мест", "место"),
    "передача": ("передача", "передач", "передачу"),
    "файл": ("файл", "файлов", "файл"),
}


def counted(n: float, noun: str, case: str = "nom") -> str:
    """«1 обращение», «2 обращения», «5 обращений». `case`: nom, acc («1 неделю») or gen («из 5 источников»: always
    the genitive plural, 1 included as «1 источника»). KeyError for a noun that is not of the domain."""
    one, many, accusative = NOUNS[noun]
    number = round(n)
    if case == "gen":
        return f"{integer(number)}\u00a0{ngettext_of(one, many, 2 if number % 10 == 1 and number % 100 != 11 else 5)}"
    return (
        ngettext("{n} " + (accusative if case == "acc" else one), "{n} " + many, abs(number))
        .format(n=integer(number))
        .replace(" ", "\u00a0", 1)
    )


def ngettext_of(one: str, many: str, n: int) -> str:
    """The noun alone in the form that agrees with `n`."""
    return ngettext("{n} " + one, "{n} " + many, n).removeprefix("{n} ")
