import pytest

from analytics import replies

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


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        replies.signals(["a"], [])
