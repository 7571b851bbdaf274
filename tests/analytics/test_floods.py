import random

import pytest

from analytics import floods

TEXT = "Во дворе у детской площадки вырубили здоровые деревья, теперь ни тени, ни птиц. Кто разрешил такое?"
WORDS = [
    "яма",
    "фонарь",
    "подъезд",
    "снег",
    "автобус",
    "крыша",
    "парк",
    "урна",
    "кран",
    "лифт",
    "забор",
    "школа",
    "мост",
    "лужа",
    "собака",
    "дерево",
    "тротуар",
]


def variants(n: int, seed: int) -> list[str]:
    """One text as several hands copy it: case, marks, a hello, a slip of the pen."""
    draw = random.Random(seed)
    changes = [
        lambda: TEXT,
        lambda: TEXT.upper(),
        lambda: TEXT.rstrip("?") + "!!!",
        lambda: "Добрый день! " + TEXT,
        lambda: TEXT.replace("здоровые", "здаровые"),
        lambda: TEXT.replace(",", ""),
    ]
    return [draw.choice(changes)() for _ in range(n)]


def ordinary(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.sample(WORDS, 9)).capitalize() for _ in range(n)]


def test_copies_of_a_few_authors_inside_ordinary_texts_are_a_flood() -> None:
    texts = variants(60, 1) + ordinary(100, 2)
    authors = [f"a{i % 4}" for i in range(60)] + [f"b{i}" for i in range(100)]
    found = floods.measure(texts, authors)
    assert found.is_flood
    assert found.sets[0].rows == tuple(range(60))
    assert found.sets[0].authors == 4
    assert found.copy_share == 60 / 160
    assert found.author_share == 104 / 160
    assert found.organic == pytest.approx(101 / 160)


def test_a_popular_topic_in_own_words_is_no_flood() -> None:
    found = floods.measure(ordinary(300, 3), list(range(300)))
    assert not found.is_flood
    assert found.organic > 0.95
    assert found.copy_share < 0.05


def test_a_template_signed_by_many_is_a_campaign_and_no_flood() -> None:
    found = floods.measure(variants(80, 4), list(range(80)))
    assert not found.is_flood
    assert found.copy_share == 1
    assert found.organic == 1 / 80


def test_short_texts_repeat_by_themselves() -> None:
    found = floods.measure(["Ремонт дорог", "Детская площадка во дворе"] * 50, [1, 2] * 50)
    assert found.sets == ()
    assert not found.is_flood
    assert found.organic == 2 / 100


def test_without_authors_only_a_large_share_is_a_flood() -> None:
    copies = variants(30, 5)
    assert floods.measure(copies + ordinary(30, 6), [None] * 60).is_flood
    mixed = floods.measure(copies + ordinary(170, 7), [None] * 200)
    assert not mixed.is_flood
    assert mixed.author_share is None
    assert mixed.sets[0].authors is None


def test_different_texts_of_one_author_are_one_voice() -> None:
    found = floods.measure(ordinary(10, 8), ["один"] * 10)
    assert found.organic == 1 / 10
    assert not found.is_flood


def test_chuvash_copies_are_seen() -> None:
    text = "Урамра ҫул ҫинче пысӑк шӑтӑксем нумай ачасем шкула ҫӳреме хӑраҫҫӗ"
    found = floods.measure([text, text + "!", text.upper()] * 5, [1] * 15)
    assert found.is_flood


def test_the_order_of_texts_does_not_change_the_measure() -> None:
    texts = variants(40, 9) + ordinary(60, 10)
    authors: list[int] = [i % 5 for i in range(40)] + list(range(100, 160))
    order = list(range(100))
    random.Random(11).shuffle(order)
    straight = floods.measure(texts, authors)
    mixed = floods.measure([texts[i] for i in order], [authors[i] for i in order])
    assert (straight.copy_share, straight.organic, straight.is_flood) == (
        mixed.copy_share,
        mixed.organic,
        mixed.is_flood,
    )


def test_nothing_to_measure_and_unequal_lengths() -> None:
    assert floods.measure([], []).organic == 1
    with pytest.raises(ValueError, match="length"):
        floods.measure(["а"], [])
