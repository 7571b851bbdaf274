import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.places import Gazetteer, Place, find, key_of

CITY = Gazetteer(
    [
        ("street", "улица Карла Маркса", ["Маркса"]),
        ("street", "проспект Мира", []),
        ("street", "улица Мира", []),
        ("street", "улица Терешковой", []),
        ("street", "улица Николая Гастелло", []),
        ("street", "улица 10 Пятилетки", []),
        ("street", "проспект 9-й Пятилетки", []),
        ("street", "улица Строителей", []),
        ("street", "улица Школьная", []),
        ("district", "микрорайон Солнечный", []),
        ("district", "Юго-Западный район", ["ЮЗР"]),
        ("stop", "остановка Дом торговли", []),
    ]
)
NOTHING = Gazetteer()


def short(places: list[Place]) -> list[tuple[str, str, str | None]]:
    return [(place.kind, place.name, place.house) for place in places]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("яма на ул. К. Маркса, д. 12а", [("street", "улица Карла Маркса", "12а")]),
        ("Маркса 77/2, нет воды", [("street", "улица Карла Маркса", "77/2")]),
        ("по пр. Мира д 5 корп. 2", [("street", "проспект Мира", "5к2")]),
        ("на ул. Мира темно", [("street", "улица Мира", None)]),
        ("дома №4, №10 и №22 по улице Строителей", [("street", "улица Строителей", h) for h in ("4", "10", "22")]),
        ("на Гастелло снег", [("street", "улица Николая Гастелло", None)]),
        ("ул. Терешкова 6а", [("street", "улица Терешковой", "6а")]),
        ("ул 10-й Пятилетки, 3", [("street", "улица 10 Пятилетки", "3")]),
        ("по Девятой Пятилетки 3", [("street", "проспект 9-й Пятилетки", "3")]),
        ("ул строителей 5", [("street", "улица Строителей", "5")]),
        ("в мкр. Солнечном нет света", [("district", "микрорайон Солнечный", None)]),
        ("ЮЗР без автобусов", [("district", "Юго-Западный район", None)]),
        ("на остановке «Дом торговли» лёд", [("stop", "остановка Дом торговли", None)]),
    ],
)
def test_names_of_the_gazetteer_in_any_form(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert short(find(text, CITY)) == expected
    assert all(place.known for place in find(text, CITY))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ул. Ленина, 5", [("street", "Ленина", "5")]),
        ("Орловская, 24, яма", [("street", "Орловская", "24")]),
        ("во 2-м Садовом переулке", [("street", "2-м Садовом", None)]),
        ("на углу Ломакина и Кирова", [("street", "Ломакина", None), ("street", "Кирова", None)]),
        ("маршрут № 42 и 101", [("route", "42", None), ("route", "101", None)]),
        ("42-й автобус не ходит", [("route", "42", None)]),
        ("автобусы 5, 12 переполнены", [("route", "5", None), ("route", "12", None)]),
        ("остановка Лесная занесена", [("stop", "Лесная", None)]),
        ("посёлок Рудавский", [("district", "Рудавский", None)]),
        ("5-й микрорайон", [("district", "5", None)]),
        ("пыль на набережной", [("embankment", "набережная", None)]),
    ],
)
def test_rules_alone_find_what_has_its_type_beside_it(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert short(find(text, NOTHING)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Детская площадка сломана, Спортивная площадка тоже",
        "на улице темно и скользко",
        "ждали автобус 40 минут, 3 автобуса не пришли",
        "автобусы ходят с 05-50",
        "в 15 лет и 3 подъезда",
        "п.9.9 и п. 12.1 правил",
        "живём в мире и строителей не видим",
        "",
    ],
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert find(text, CITY) == []


def test_a_number_after_the_name_is_not_always_a_house() -> None:
    assert short(find("на ул. Ленина 3 года нет света", NOTHING)) == [("street", "Ленина", None)]
    assert short(find("ул. Ленина, 3-й подъезд", NOTHING)) == [("street", "Ленина", None)]
    assert short(find("ул. Ленина 15 и 17 без воды", NOTHING)) == [
        ("street", "Ленина", "15"),
        ("street", "Ленина", "17"),
    ]


def test_a_place_is_listed_once_and_the_house_wins() -> None:
    text = "На ул. Ленина яма. Адрес: ул. Ленина, 5. Ещё раз: Ленина 5"
    assert short(find(text, NOTHING)) == [("street", "Ленина", "5")]


def test_spans_point_at_the_words() -> None:
    text = "Вчера на проспекте Мира, 14 упало дерево"
    (place,) = find(text, CITY)
    assert text[place.start : place.end] == "проспекте Мира, 14"


def test_all_forms_share_a_key() -> None:
    assert len({key_of(name) for name in ("Заречный проезд", "Заречного проезда", "Заречном")}) == 1
    assert key_of("5-я Кордная") == key_of("Пятой Кордной") == "5 кордн"
    assert key_of("улица Карла Маркса") != key_of("улица Маркса")


@given(st.text(max_size=150))
def test_any_string_is_survived(text: str) -> None:
    for place in find(text, CITY):
        assert 0 <= place.start < place.end <= len(text)


@pytest.mark.parametrize("text", ["5," * 2000, "д. " * 2000, "ул. Мира " * 500, "А" * 5000, "№ 1 и " * 1000])
def test_hostile_texts_do_not_hang(text: str) -> None:
    assert isinstance(find(text, CITY), list)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("на Бородина тоже нужно", [("street", "Бородина", None)]),
        ("напротив дома 15 по Орловской", [("street", "Орловской", "15")]),
        ("темно по Верхней Луговой", [("street", "Верхней Луговой", None)]),
        ("рельсы у Жукова/Маяковского", [("street", "Жукова", None), ("street", "Маяковского", None)]),
        ("5ю северную чистили", [("street", "5ю северную", None)]),
        ("Жалоба на Иванова", []),
        ("на Курской земле и на Городской больнице", []),
        ("1-я детская поликлиника и 2-я лестничная клетка", []),
    ],
)
def test_a_street_without_type_house_or_gazetteer_is_told_by_its_form(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert short(find(text, NOTHING)) == expected
