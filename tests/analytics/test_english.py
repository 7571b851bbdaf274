"""Requests written in English (Chicago 311, Open311) go through every text question; invented texts."""

import random
from collections import Counter
from pathlib import Path

from sklearn.metrics import adjusted_mutual_info_score

from analytics import classify, contrast, floods, lemmas, places, replies, topics
from queries import store
from tests import small
from tests.small import KALININGRAD, row

THEMES = {
    "pothole": ["pothole in the road", "potholes on the street", "deep pothole by the crosswalk", "road surface full of potholes"],
    "light": ["street light is out", "street lights are not working", "broken light pole", "the lamp on the light pole flickers"],
    "garbage": ["garbage was not picked up", "garbage cart is missing", "overflowing garbage carts", "missed garbage pickup"],
    "tree": [
        "tree branches block the sidewalk",
        "fallen tree on the parkway",
        "dead tree needs trimming",
        "tree branch hangs over the wires",
    ],
}
TAILS = [
    "near 55th and Wells",
    " since last week",
    " please fix it soon",
    " reported twice already",
    " in the alley",
    " on my block",
    " again",
    " next to the school",
    "\nfor ten days now",
    " by the bus stop",
    " behind the library",
    " at the corner of Pine",
    " it is dangerous",
    " neighbors complain",
    " no answer from the city",
    "\nclose to the park",
    " in front of my house",
    " kids walk here",
    " crews drove past",
    " after the storm",
    " on Western Avenue",
    " under the bridge",
]


def requests(n: int = 320, seed: int = 1) -> tuple[list[str], list[str]]:
    draw = random.Random(seed)
    labels = [draw.choice(list(THEMES)) for _ in range(n)]
    return [f"{draw.choice(THEMES[label]).capitalize()} {draw.choice(TAILS).strip()}" for label in labels], labels


def test_groups_are_the_themes_and_titles_their_words() -> None:
    texts, labels = requests()
    found = topics.group(texts)
    assert adjusted_mutual_info_score(labels, found.labels) > 0.5
    of_one_theme = named = 0
    for number, group in enumerate(found.groups):
        inside = [label for label, where in zip(labels, found.labels, strict=True) if where == number]
        theme, count = Counter(inside).most_common(1)[0]
        of_one_theme += count
        named += theme in group.title.lower() or any(theme in phrase for phrase in group.phrases)
        assert group.quotes
    assert of_one_theme > 0.8 * sum(found.labels >= 0)
    assert named >= 0.7 * len(found.groups)
    assert lemmas.keys(["Branches, boxes, potholes, houses, cities, gas"]) == ["branch box pothole house city gas"]


def test_every_text_question_takes_english() -> None:
    texts, labels = requests()
    assert {lemmas.language(text) for text in texts} == {"en"}
    learned = classify.train(texts, labels)
    unseen, truth = requests(100, 2)
    assert sum(top[0][0] == label for top, label in zip(learned.predict(unseen).top3, truth, strict=True)) > 90
    assert "light" in classify.hints(["Street light is out"], ["Lights and poles", "Trees"])[0][0][0].lower()
    told = contrast.terms(
        [t for t, label in zip(texts, labels, strict=True) if label == "tree"],
        [t for t, label in zip(texts, labels, strict=True) if label != "tree"],
    )
    assert any("tree" in term.word for term in told)
    assert not places.find("Pothole near 55th and Wells, 1200 S Wells St", places.Gazetteer())
    assert not floods.measure(texts, list(range(len(texts)))).is_flood
    (signals,) = replies.signals(["The tree was trimmed on 12 June"], ["Dead tree needs trimming"])
    assert signals.names_matter


def test_a_load_of_english_rows_keeps_their_words(empty_store: Path) -> None:
    texts, _ = requests(40)
    small.put([row(n, KALININGRAD, "06-10 12:00", None, text=text) for n, text in enumerate(texts, 1)])
    with store.cursor() as cursor:
        found = cursor.execute("SELECT text, keys, language FROM texts").fetchall()
    assert len(found) == 40 and all(keys and language == "en" for _, keys, language in found)
    assert all("pothole" in keys.split() for text, keys, _ in found if "pothole" in text.lower())
