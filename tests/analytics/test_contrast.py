import random
import warnings

import numpy as np

from analytics import contrast, lemmas

USUAL = [
    "Во дворе дома яма, машины объезжают",
    "На детской площадке сломаны качели",
    "Не горит фонарь у школы",
    "Автобус 42 опять не пришёл на остановку",
    "Мусор не вывозят третий день",
    "В подъезде холодно, батареи еле тёплые",
    "Нужен пешеходный переход у поликлиники",
    "Снег с тротуара не убран",
    "Собаки бегают стаей у гаражей",
    "Лифт стоит с понедельника",
    "Парковка заставлена, скорая не проедет",
    "Сухое дерево наклонилось над тротуаром",
    "Течёт крыша, вода на площадке пятого этажа",
    "Ремонт дороги начали и бросили",
    "В парке нет скамеек и урн",
    "Маршрутка проезжает мимо остановки",
]
TAILS = ["прошу принять меры", "дети боятся", "жители ждут ответа", "сколько можно", "писали в управу", "всё лето так"]
DUST = [
    "На набережной идёт ремонт, пыль летит в окна",
    "Пыль с набережной, нечем дышать",
    "Когда закончат набережную? Кругом пыль",
    "Гулять по набережной нельзя из-за пыли",
    "Пыль от набережной на балконах",
    "Полейте набережную, пыль стоит столбом",
    "Строители подняли пыль по всей набережной",
    "Окна не открыть: набережная, пыль, шум",
]


def ordinary(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [f"{draw.choice(USUAL)}, {draw.choice(TAILS)}" for _ in range(n)]


def test_eight_texts_of_128_put_both_their_words_first() -> None:
    found = contrast.terms(ordinary(120, 1) + DUST, ordinary(1500, 2))
    assert {term.word for term in found[:2]} == {"набережная", "пыль"}
    assert all(term.rows == tuple(range(120, 128)) and term.count == 8 and term.times > 20 for term in found[:2])
    assert found[0].share == 8 / 128


def test_shuffled_texts_are_met_with_silence() -> None:
    texts = ordinary(900, 3) + DUST
    keys = lemmas.keys(texts)
    noisy = 0
    for seed in range(60):
        order = list(range(len(texts)))
        random.Random(seed).shuffle(order)
        focus, rest = order[:128], order[128:]
        noisy += bool(
            contrast.terms(
                [texts[i] for i in focus],
                [texts[i] for i in rest],
                ([keys[i] for i in focus], [keys[i] for i in rest]),
            )
        )
    assert noisy <= 3


def test_a_phrase_replaces_the_words_it_consists_of() -> None:
    focus = [f"Нет горячей воды {tail}" for tail in TAILS] * 4
    baseline = ordinary(400, 4) + [f"Вода в подвале {tail}" for tail in TAILS] * 10
    found = {term.word: term for term in contrast.terms(focus, baseline)}
    assert found["горячая вода"].count == 24
    assert "горячий" not in found


def test_neighbours_that_are_no_phrase_are_not_shown() -> None:
    focus = [f"Вода в подъезде {tail}" for tail in TAILS] * 4
    found = contrast.terms(focus, ordinary(400, 5))
    assert found
    assert not [term for term in found if " " in term.word]


def test_a_route_is_named_with_its_number() -> None:
    focus = [f"Маршрут 17 отменили, {tail}" for tail in TAILS] * 4
    assert "маршрут 17" in {term.word for term in contrast.terms(focus, ordinary(400, 6))}


def test_at_most_five_terms_and_the_strongest_first() -> None:
    found = contrast.terms(["Салют фейерверк концерт артист сцена площадь ночь"] * 30, ordinary(300, 7))
    assert len(found) == 5
    assert [term.z for term in found] == sorted((term.z for term in found), reverse=True)


def test_repeating_a_word_inside_one_text_does_not_count() -> None:
    assert contrast.terms(["пыль " * 50, "яма", "лужа"], ordinary(300, 8)) == []


def test_too_few_texts_say_nothing() -> None:
    assert contrast.terms(DUST[:2], ordinary(300, 9)) == []
    assert contrast.terms(DUST, USUAL[:5]) == []
    assert contrast.terms([], []) == []


def test_english_texts_are_told_apart_too() -> None:
    focus = ["Broken water main on the corner", "Water main leaks", "water main flooding the street"] * 5
    baseline = ["Pothole on the street", "Street light is out", "No heat in the building"] * 50
    assert "water main" in {term.word for term in contrast.terms(focus, baseline)}


def test_a_word_of_every_text_is_no_difference_and_no_error() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = contrast.terms(["Воды нет, трубы старые"] * 30, ["Воды нет, ремонт идёт"] * 300)
    assert found and all(np.isfinite(term.z) for term in found)
    assert "вода" not in {word for term in found for word in term.key.split()}
