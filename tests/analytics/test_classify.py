import json
import random

import numpy as np
import pytest

from analytics import classify, lemmas

WORDS = {
    "дороги": ["яма", "асфальт", "дорога", "выбоина", "колея", "обочина", "ремонт дороги", "щебень"],
    "вода": ["горячая вода", "кран", "водоснабжение", "напор", "труба", "ржавая вода", "водоканал", "стояк"],
    "мусор": ["мусор", "контейнер", "свалка", "вывоз", "бак", "урна", "отходы", "запах помойки"],
}
FILLER = ["у дома", "вторую неделю", "жители жалуются", "сколько ждать", "никто не приехал", "во дворе", "снова"]


def appeals(n: int, seed: int) -> tuple[list[str], list[str]]:
    draw = random.Random(seed)
    labels = [draw.choice(list(WORDS)) for _ in range(n)]
    return [f"{draw.choice(WORDS[label])} {' '.join(draw.sample(FILLER, 3))}" for label in labels], labels


def test_learns_topics_and_is_sure_of_the_clear_ones() -> None:
    classifier = classify.train(*appeals(300, 1))
    texts, labels = appeals(100, 2)
    found = classifier.predict(texts)
    assert np.mean([top[0][0] == label for top, label in zip(found.top3, labels, strict=True)]) > 0.95
    assert np.mean([got == label for got, label in zip(found.labels, labels, strict=True)]) > 0.9
    assert classifier.classes == ("вода", "дороги", "мусор")


def test_abstains_when_nothing_can_be_told_and_still_offers_three() -> None:
    draw = random.Random(33)
    texts, labels = appeals(240, 3)
    noise = [draw.choice(list(WORDS)) for _ in labels]
    found = classify.train(texts, noise).predict(texts[:20])
    assert found.labels == [None] * 20
    assert all(len(top) == 3 for top in found.top3)


def test_top_three_are_probabilities_in_order_and_agree_with_the_confidence() -> None:
    found = classify.train(*appeals(200, 4)).predict(["яма и мусор", "", "напор воды слабый", "Ҫул ҫинче шӑтӑк"])
    for top, sure in zip(found.top3, found.confidences, strict=True):
        values = [value for _, value in top]
        assert values == sorted(values, reverse=True)
        assert values[0] == pytest.approx(sure)
        assert sum(values) <= 1 + 1e-9


def test_stored_keys_give_the_same_answer_as_texts() -> None:
    texts, labels = appeals(150, 5)
    by_text = classify.train(texts, labels)
    by_keys = classify.train(texts, labels, lemmas.keys(texts))
    assert by_text.threshold == by_keys.threshold
    assert by_text.predict(texts).top3 == by_keys.predict(texts, lemmas.keys(texts)).top3


def test_words_never_met_give_the_shares_of_classes_and_no_answer() -> None:
    classifier = classify.train(*appeals(300, 1))
    found = classifier.predict(["бегемот", "", "!!! 123"])
    assert found.labels == [None] * 3
    assert all(sum(value for _, value in top) == pytest.approx(1) for top in found.top3) and max(found.confidences) < 0.5


def test_a_classifier_made_again_from_its_parts_is_the_same() -> None:
    texts, labels = appeals(200, 5)
    for given in (labels, [label if label == "вода" else "прочее" for label in labels]):
        classifier = classify.train(texts, given)
        arrays, values = classifier.state()
        again = classify.Classifier.from_state(arrays, json.loads(json.dumps(values)))
        assert again.predict(texts).top3 == classifier.predict(texts).top3
        assert (again.threshold, again.figures) == (classifier.threshold, classifier.figures)
    with pytest.raises(ValueError, match="fit together"):
        classify.Classifier.from_state(arrays, values | {"words": values["words"][:-1]})


def test_figures_come_from_texts_it_was_not_taught() -> None:
    draw = random.Random(33)
    texts, labels = appeals(240, 3)
    noise = [draw.choice(list(WORDS)) for _ in labels]
    figures = classify.train(texts, noise).figures
    assert figures.accuracy < 0.5 and figures.covered == 0 and figures.accuracy_covered is None
    good = classify.train(texts, labels).figures
    assert (good.rows, good.classes) == (240, 3) and good.accuracy > 0.9 and good.calibration_error < 0.1


def test_weights_decide_where_the_same_words_have_two_labels() -> None:
    texts, labels = appeals(200, 8)
    disputed = ["фонтан в парке"] * 10
    for heavy in ("дороги", "вода"):
        given = ["дороги", "вода"] * 5
        weights = [1.0] * 200 + [5.0 if label == heavy else 1.0 for label in given]
        found = classify.train(texts + disputed, labels + given, weights=weights).predict(["фонтан в парке"])
        assert found.top3[0][0][0] == heavy


def test_two_classes_and_rare_labels() -> None:
    texts, labels = appeals(120, 6)
    pairs = [(t, lab) for t, lab in zip(texts, labels, strict=True) if lab != "мусор"]
    pairs += [("лифт застрял", "лифты"), ("лифт гремит", "лифты")]
    classifier = classify.train([t for t, _ in pairs], [lab for _, lab in pairs])
    assert classifier.classes == ("вода", "дороги")
    assert classifier.left_out == ("лифты",)
    assert [top[0][0] for top in classifier.predict(["асфальт и яма", "кран и напор"]).top3] == ["дороги", "вода"]


def test_too_little_to_learn_from_is_said() -> None:
    with pytest.raises(ValueError, match="две темы"):
        classify.train(["яма", "яма", "яма", "кран"], ["а", "а", "а", "б"])


def test_nothing_to_predict() -> None:
    found = classify.train(*appeals(100, 7)).predict([])
    assert (found.labels, found.top3, len(found.confidences)) == ([], [], 0)


def test_calibration_error_is_the_gap_between_stated_and_right() -> None:
    sure = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    assert classify.expected_calibration_error(sure, right) == pytest.approx((0.05 + 0.35) / 2)


def test_hints_come_from_the_words_of_the_topics() -> None:
    topics = ["Вывоз мусора и свалки", "Горячее водоснабжение", "Ремонт дорог и ямы"]
    found = classify.hints(["на дороге ямы", "свалка за гаражами", "спасибо"], topics)
    assert found[0][0][0] == topics[2]
    assert found[1][0][0] == topics[0]
    assert found[2] == []
