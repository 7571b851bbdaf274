import pytest

from analytics import replies
from analytics.places import Gazetteer

EMPTY = "Здравствуйте! Ваше обращение взято на контроль и направлено по подведомственности. Благодарим за обращение."
REAL = "Яма у дома 5 на улице Мира засыпана, асфальт уложим до 12 июня, работы выполнены подрядчиком в срок."


def test_an_empty_answer_and_a_real_one_differ_in_signals() -> None:
    empty, real = replies.signals([EMPTY, REAL], ["Яма на улице Мира", "Яма на улице Мира, колесо пробили"])
    assert empty.names_matter is False
    assert real.names_matter is True
    assert "взято на контроль" in empty.cues
    assert real.cues == ()
    assert real.names_time
    assert real.names_deed
    assert not empty.names_time
    assert not empty.names_deed


def test_copies_are_counted_over_all_answers() -> None:
    found = replies.signals([EMPTY, EMPTY.upper(), REAL, EMPTY + "!"], ["яма"] * 4)
    assert [one.copies for one in found] == [3, 3, 1, 3]


def test_an_unanswered_appeal_carries_no_signals() -> None:
    (found,) = replies.signals([""], ["яма"])
    assert (found.words, found.copies, found.cues) == (0, 1, ())
    assert replies.summary([found]).answers == 0


def test_an_appeal_without_words_says_nothing_about_the_answer() -> None:
    assert replies.signals([REAL], ["!!!"])[0].names_matter is None


def test_summary_puts_the_emptiest_first() -> None:
    texts = [REAL, EMPTY, EMPTY]
    total = replies.summary(replies.signals(texts, ["яма на Мира"] * 3))
    assert total.answers == 3
    assert total.copied == pytest.approx(2 / 3)
    assert total.silent_on_matter == pytest.approx(2 / 3)
    assert total.with_cues == pytest.approx(2 / 3)
    assert total.examples == (1,)


def test_an_answer_that_names_another_place_is_silent_on_the_place() -> None:
    asked = "Яма у дома 5 на улице Мира, не ходит маршрут 42"
    said = ["На улице Мира работы выполнены", "По маршруту 42 добавлен автобус", "Работы на улице Гагарина выполнены", EMPTY, REAL]
    assert [one.names_place for one in replies.signals(said, [asked] * 5)] == [True, True, False, False, True]
    assert replies.signals([REAL], ["Яма, колесо пробили"])[0].names_place is None
    city = Gazetteer([("street", "улица Николая Гастелло", [])])
    assert replies.signals([REAL], ["Темно на Гастелло"], city)[0].names_place is False
    total = replies.summary(replies.signals([REAL, EMPTY, EMPTY], [asked, asked, "яма"]))
    assert total.silent_on_place == pytest.approx(1 / 2)


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        replies.signals(["a"], [])
