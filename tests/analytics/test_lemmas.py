import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import lemmas, morphology

CHUVASH = "Урамра ҫул ҫинче пысӑк шӑтӑк, ӳкме пулать"
TATAR = "Урамда чокырлар күп, җәяүлеләр өчен юл юк"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("'Добрый день", "Добрый день"),
        ("<p>Нет&nbsp;воды</p><p>совсем</p>", "Нет воды\nсовсем"),
        ("яма &lt;2 м&gt; и 5 < 6 > 4", "яма <2 м> и 5 < 6 > 4"),
        ("лифт 😡🔥 стоит 👨‍👩‍👧", "лифт стоит"),
        ("мага\u00adзин\u200b закрыт", "магазин закрыт"),
        ("[club12|ЖКХ города], ответьте", "ЖКХ города, ответьте"),
        ("@club193 (Водоканал) не слышит", "Водоканал не слышит"),
        ("#яма@gorod #двор", "#яма #двор"),
        ("ТЦ `Заря`", 'ТЦ "Заря"'),
        ("и\u0306од", "йод"),
        ("<script>alert(1)</script>лужа", "alert(1)лужа"),
        ("", ""),
    ],
)
def test_clean_leaves_what_a_person_reads(raw: str, expected: str) -> None:
    assert lemmas.clean(raw) == expected


def test_a_mention_of_a_person_is_left_for_the_mask() -> None:
    assert lemmas.clean("[id1|Имя Фамилия], да") == "[id1|Имя Фамилия], да"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Яма на дороге", "ru"),
        ("No heat in the building since Monday", "en"),
        (CHUVASH, "cv"),
        ("çул çинче шăтăк", "cv"),
        (TATAR, "tt"),
        ("На вулиці немає світла, їхати неможливо", "other-cyrillic"),
        ("Урам юлында ҡар күп, ҙур соҡорҙар", "other-cyrillic"),
        ("Фото в WhatsApp, яма на ул. Мира", "ru"),
        ("[телефон] 12:30 !!!", "none"),
        ("", "none"),
    ],
)
def test_language(text: str, expected: str) -> None:
    assert lemmas.language(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ямы на дорогах, снова яма!", "яма дорога яма"),
        ("Добрый день, прошу убрать наледь", "убрать наледь"),
        ("СНТ «Заря», мкр Северный, ж/д вокзал", "снт заря микрорайон северный жд вокзал"),
        ("Вывоз ТКО у ТЦ", "вывоз тко тц"),
        ("Подьезда 3, автобус 42 с 2021 года, телефон 123456", "подъезд 3 автобус 42 телефон"),
        ("Ёлка и елка", "елка елка"),
        ("дoрoгa с латинскими буквами", "дорога латинский буква"),
        ("[имя] не отвечает, звонили на [телефон]", "отвечать звонить"),
        ("Potholes and broken street lights", "pothole broken street light"),
        (CHUVASH, "урамра ҫул ҫинче пысӑк шӑтӑк ӳкме пулать"),
        (TATAR, "урамда чокырлар күп җәяүлеләр өчен юл юк"),
        ("...", ""),
    ],
)
def test_keys(text: str, expected: str) -> None:
    assert lemmas.keys([text]) == [expected]


def test_one_key_per_text_in_order() -> None:
    assert lemmas.keys(["лужа", "", "снег", "лужи"]) == ["лужа", "", "снег", "лужа"]
    assert lemmas.keys([]) == []


def test_spans_mark_every_form_of_a_word_in_the_original_text() -> None:
    text = "Пыль! Дышим ПЫЛЬЮ у ёлки, пыльный ветер."
    assert [text[a:b] for a, b in lemmas.spans(text, {"пыль", "елка"})] == ["Пыль", "ПЫЛЬЮ", "ёлки"]


def test_display_restores_yo_and_capitals() -> None:
    assert [lemmas.display(key) for key in ("ребенок", "снт", "тко", "пыль", "шӑтӑк")] == [
        "ребёнок",
        "СНТ",
        "ТКО",
        "пыль",
        "шӑтӑк",
    ]


def test_noun_phrases_are_shown_in_the_nominative() -> None:
    text = "Просим отремонтировать детские площадки и сделать уборку набережной. Нет горячей воды в доме"
    found = {phrase.key: phrase.text for phrase in morphology.noun_phrases(text)}
    assert found == {
        "детский площадка": "детские площадки",
        "уборка набережная": "уборка набережной",
        "горячий вода": "горячая вода",
    }


def test_a_phrase_does_not_cross_a_sentence() -> None:
    assert morphology.noun_phrases("Прорвало трубу. Воды нет") == []


@given(st.text(max_size=120))
def test_any_string_is_survived(text: str) -> None:
    plain = lemmas.clean(text)
    assert lemmas.clean(plain.lstrip("'‘’\"")) is not None
    (key,) = lemmas.keys([plain])
    assert key == " ".join(key.split())
    lemmas.language(text)
    assert all(text[a:b] for a, b in lemmas.spans(text, set(key.split())))
    morphology.noun_phrases(text)
