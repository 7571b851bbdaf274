import random

import numpy as np

from analytics import lemmas, topics

THEMES = {
    "площадка": ["детская площадка", "качели на детской площадке", "песочница и горка", "детская горка сломана"],
    "вода": ["нет горячей воды", "горячая вода ржавая", "слабый напор горячей воды", "кран и ржавая вода"],
    "автобус": [
        "автобус 17 не пришёл",
        "ждём автобус на остановке",
        "остановка автобуса без крыши",
        "водитель автобуса",
    ],
    "мусор": ["мусор не вывозят", "контейнер для мусора полон", "свалка мусора", "вывоз мусора и контейнеры"],
}
FILLER = ["вторую неделю", "сколько можно", "у пятого дома", "во дворе", "жители просят", "опять", "никто не едет"]


def appeals(n: int, seed: int) -> tuple[list[str], list[str]]:
    draw = random.Random(seed)
    themes = [draw.choice(list(THEMES)) for _ in range(n)]
    texts = [f"{draw.choice(THEMES[t]).capitalize()}, {draw.choice(FILLER)}, {draw.choice(FILLER)}" for t in themes]
    return texts, themes


def test_texts_of_one_theme_come_together_under_a_readable_title() -> None:
    texts, themes = appeals(400, 1)
    found = topics.group(texts)
    grouped = [(theme, label) for theme, label in zip(themes, found.labels, strict=True) if label != topics.REST]
    assert len(grouped) > 380
    pure = sum(
        max(sum(theme == t for theme, label in grouped if label == i) for t in THEMES) for i in range(len(found.groups))
    )
    assert pure > 0.95 * len(grouped)
    titles = " | ".join(group.title.lower() for group in found.groups)
    assert "горячая вода" in titles
    assert "мусор" in titles


def test_sizes_and_labels_agree_and_groups_stand_from_large_to_small() -> None:
    found = topics.group(appeals(300, 2)[0])
    sizes = [group.size for group in found.groups]
    assert sizes == [int((found.labels == i).sum()) for i in range(len(sizes))]
    assert sizes == sorted(sizes, reverse=True)
    assert 1 <= len(sizes) <= topics.MAX_GROUPS


def test_the_same_texts_give_the_same_answer() -> None:
    texts, _ = appeals(4000, 3)
    texts = [f"{text} {i % 977}а" for i, text in enumerate(texts)]  # all distinct, so the approximate graph is used
    first, second = topics.group(texts), topics.group(texts)
    assert np.array_equal(first.labels, second.labels)
    assert first.groups == second.groups


def test_copies_count_in_full_and_are_quoted_once() -> None:
    texts, _ = appeals(200, 4)
    copy = "Верните маршрут 17, ждём автобус на остановке по часу каждое утро"
    found = topics.group(texts + [copy] * 50 + [copy.upper() + "!!!"])
    quotes = [quote for group in found.groups for quote in group.quotes if "маршрут 17" in quote.text.lower()]
    assert [quote.copies for quote in quotes] in ([], [51])
    assert len(set(found.labels[200:])) == 1


def test_quotes_are_rows_of_the_input() -> None:
    texts, _ = appeals(150, 5)
    found = topics.group(texts)
    for i, group in enumerate(found.groups):
        assert 1 <= len(group.quotes) <= 3
        for quote in group.quotes:
            assert texts[quote.row] == quote.text
            assert found.labels[quote.row] == i


def test_texts_without_words_are_the_rest() -> None:
    texts, _ = appeals(100, 6)
    found = topics.group([*texts, "", "!!!", "12:30"])
    assert found.labels[100:].tolist() == [topics.REST] * 3


def test_stored_keys_give_the_same_answer() -> None:
    texts, _ = appeals(120, 7)
    assert np.array_equal(topics.group(texts).labels, topics.group(texts, lemmas.keys(texts)).labels)


def test_few_or_equal_texts_do_not_break() -> None:
    assert topics.group([]).groups == ()
    assert topics.group(["яма"]).labels.tolist() == [topics.REST]
    assert topics.group(["", ""]).groups == ()
    assert len(topics.group(["яма на дороге"] * 20).labels) == 20
    assert len(topics.group(["яма на дороге", "нет воды", "лифт стоит"]).labels) == 3


def test_english_texts_are_grouped_sensibly() -> None:
    draw = random.Random(8)
    kinds = [["no heat in apartment", "heat is off, cold apartment"], ["street light out", "broken street light"]]
    texts = [f"{draw.choice(draw.choice(kinds))} at number {i}" for i in range(80)]
    found = topics.group(texts)
    for kind in ("heat", "light"):
        labels = {int(label) for text, label in zip(texts, found.labels, strict=True) if kind in text}
        assert topics.REST not in labels
    heat = {int(label) for text, label in zip(texts, found.labels, strict=True) if "heat" in text}
    light = {int(label) for text, label in zip(texts, found.labels, strict=True) if "light" in text}
    assert not heat & light


def test_chuvash_words_are_shown_whole() -> None:
    texts = [f"Ҫул ҫинче шӑтӑк пысӑк {word}" for word in ["кунта", "унта", "халь", "паян", "ӗнер", "ыран"]] * 3
    for group in topics.group(texts + appeals(60, 9)[0]).groups:
        assert not {"ул", "инче", "ш", "т", "к"} & set(group.phrases)


def test_titles_name_things_and_not_people_streets_months_or_greetings() -> None:
    """Every text of the first theme has the same name and abbreviations beside the matter."""
    quay = ["самосвалы", "песок", "плитка", "лавочка", "перила", "ветер"]
    dust = [
        f"Добрый день! На наб. Адмирала Трибуца пыль, {what} и {other}, апрель, просьба к Антону Алиханову, ул. Мира 5"
        for what in quay for other in quay if what != other
    ]
    doctors = [f"В поликлинике нет талонов к врачу: {who}, {how}" for who in ("хирург", "окулист", "терапевт", "лор", "невролог") for how in quay]
    titles = [group.title for group in topics.group(dust + doctors).groups]
    words = {word for title in titles for word in title.lower().replace(",", " ").split()}
    assert "пыль" in words
    assert not words & {"наб", "адмирал", "трибуц", "мир", "апрель", "день", "просьба", "антон", "алиханов"}
    assert len(set(titles)) == len(titles)


def test_themes_of_english_texts_are_named_by_words_and_pairs() -> None:
    draws = ["kitchen", "bathroom", "basement", "bedroom", "hallway", "attic"]
    texts = [f"No hot water since 5 pm in {a} and {b}, caller says" for a in draws for b in draws if a != b]
    texts += [f"The doorbell won't ring in {a} near {b}, please call prior to entry" for a in draws for b in draws if a != b]
    titles = " ".join(group.title.lower() for group in topics.group(texts).groups).replace(",", " ").split()
    assert "water" in titles and "doorbell" in titles
    assert not {"pm", "since", "prior", "won't", "call", "caller"} & set(titles)
