"""Made-up texts: every topic speaks its own words, nothing is left unfilled, no two residents write the same."""

import re
import tomllib
from difflib import SequenceMatcher

import numpy as np
import pytest

from ingest.demo import world as w
from ingest.demo.texts import ADDRESS_FORMS, LONGEST, PHRASES, SHORTEST, Place, topics, write_comments, write_replies, write_texts

TOPICS = [row["topic"] for row in w.read_reference("topics")]
KALUGA = Place("Калуга", ("ул. Ленина", "Московский проспект", "пер. Речной", "мкр. Северный", "Кирова"))
OUTCOMES = ("resolved", "explained", "not_resolved", "postponed", None)
STORIES = tuple(tomllib.loads((PHRASES / "stories.toml").read_text(encoding="utf-8"))["plots"])
COMMON = tomllib.loads((PHRASES / "common.toml").read_text(encoding="utf-8"))["pools"]
PARTS = ("about", "core", "short", "detail", "ask", "comment", "done", "why")
NOT_RUSSIAN = re.compile("[ӑӗҫӳәөүҗңһ]", re.IGNORECASE)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def unfilled(texts: list[str]) -> list[str]:
    return [text for text in texts if re.search(r"[\[\]{}|]", text)]


def share_with(word: str, texts: list[str]) -> float:
    return sum(word in text.lower() for text in texts) / len(texts)


def likeness(texts: list[str]) -> list[float]:
    usual = max(set(texts), key=texts.count)
    return [SequenceMatcher(None, usual, text, autojunk=False).ratio() for text in texts]


# vocabularies --------------------------------------------------------------------------------------------------------


def test_every_topic_has_its_own_vocabulary_and_no_vocabulary_is_of_an_unknown_topic():
    assert topics() == set(TOPICS)


@pytest.mark.parametrize("file", sorted(path.name for path in PHRASES.glob("*.toml")))
def test_a_phrase_names_only_slots_that_can_be_filled(file):
    lines = (PHRASES / file).read_text(encoding="utf-8").splitlines()
    slots = set(re.findall(r"\{(\w+)\}", "\n".join(line for line in lines if not line.startswith("#"))))
    assert slots <= {*ADDRESS_FORMS, *COMMON, "topic", "about", "done", "why"}


@pytest.mark.parametrize("file", sorted(path.name for path in PHRASES.glob("*.toml") if path.stem not in ("common", "stories")))
def test_a_vocabulary_is_complete(file):
    tables = tomllib.loads((PHRASES / file).read_text(encoding="utf-8"))
    missing = {topic: [part for part in PARTS if not table.get(part, "").strip()] for topic, table in tables.items()}
    assert {topic: parts for topic, parts in missing.items() if parts} == {}


# appeals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_residents_of_one_city_write_different_whole_texts_of_a_fair_length(topic):
    texts = write_texts(topic, 500, rng(), KALUGA)
    assert len(texts) == 500
    assert unfilled(texts) == []
    assert [text for text in texts if not SHORTEST <= len(text) <= LONGEST] == []
    assert len(set(texts)) >= 0.95 * 500


def test_topics_do_not_share_their_texts():
    texts = [text for topic in TOPICS for text in write_texts(topic, 100, rng(), KALUGA)]
    assert len(set(texts)) >= 0.95 * len(texts)


def test_a_text_may_do_without_a_place():
    texts = write_texts("Ямы и выбоины", 200, rng())
    assert unfilled(texts) == []
    assert len(set(texts)) >= 190


def test_residents_name_the_streets_of_their_city():
    texts = write_texts("Уличное освещение", 200, rng(), Place("Калуга", ("ул. Циолковского",)))
    assert share_with("циолковского", texts) > 0.6


def test_one_lives_in_a_lane_or_district_but_on_a_street():
    for street, right, wrong in (
        ("мкр. Северный", "в мкр. Северный", "на мкр. Северный"),
        ("Речной переулок", "в пер. Речной", "на пер. Речной"),
        ("улица Кирова", "на ул. Кирова", "в ул. Кирова"),
    ):
        said = " ".join(write_texts("Работа почты", 200, rng(), Place("Калуга", (street,))))
        assert right in said
        assert wrong not in said


def test_a_topic_without_a_vocabulary_is_written_about_all_the_same():
    texts = write_texts("Полёты на Луну", 200, rng(), KALUGA)
    assert unfilled(texts) == []
    assert share_with("полёты на луну", [text.replace("ё", "е").replace("Полеты", "Полёты") for text in texts]) > 0.6


# seeds ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", [None, "embankment_dust", "flood_ru", "flood_cyrillic"])
def test_the_same_seed_writes_the_same_texts(story):
    first, again, other = (write_texts("Набережные", 60, rng(seed), KALUGA, story) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_the_same_seed_answers_and_comments_the_same():
    assert write_replies("Лифты", "resolved", 30, rng(5)) == write_replies("Лифты", "resolved", 30, rng(5))
    assert write_comments("Лифты", 30, rng(5)) == write_comments("Лифты", 30, rng(5))


# stories -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_told_in_different_whole_texts(story):
    texts = write_texts("Набережные", 500, rng(), KALUGA, story)
    assert unfilled(texts) == []
    assert [text for text in texts if not SHORTEST <= len(text) <= LONGEST] == []
    assert len(set(texts)) >= 0.95 * 500


def test_most_of_the_embankment_story_is_about_dust_on_the_embankment():
    texts = write_texts("Пыль и грязь от стройки", 500, rng(), KALUGA, "embankment_dust")
    assert share_with("пыль", texts) > 0.6
    assert share_with("набережн", texts) > 0.6


def test_an_unknown_story_is_refused():
    with pytest.raises(ValueError, match="unknown story: dragons"):
        write_texts("Набережные", 5, rng(), KALUGA, "dragons")


@pytest.mark.parametrize("story", ["flood_ru", "flood_cyrillic"])
@pytest.mark.parametrize("seed", range(5))
def test_a_flood_is_one_text_copied_almost_word_for_word(story, seed):
    texts = write_texts("Парковки", 200, rng(seed), KALUGA, story)
    alike = likeness(texts)
    assert unfilled(texts) == []
    assert np.median(alike) > 0.97
    assert min(alike) > 0.7
    assert len(set(texts)) > 3


def test_a_flood_in_another_language_is_in_the_language_of_the_place():
    chuvash = write_texts("Парковки", 50, rng(), Place("Чебоксары", ("ул. Ленина",)), "flood_cyrillic")
    tatar = write_texts("Парковки", 50, rng(), Place("Казань", ("ул. Ленина",)), "flood_cyrillic")
    assert all(NOT_RUSSIAN.search(text) for text in [*chuvash, *tatar])
    assert share_with("тархасшӑн", chuvash) > 0.8
    assert share_with("зинһар", tatar) > 0.8
    assert not any(NOT_RUSSIAN.search(text) for text in write_texts("Парковки", 50, rng(), KALUGA, "flood_ru"))


# answers and comments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_answers_are_filled_whatever_the_outcome(topic):
    for outcome in OUTCOMES:
        replies = write_replies(topic, outcome, 60, rng())
        assert len(replies) == 60
        assert unfilled(replies) == []
        assert min(map(len, replies)) >= SHORTEST


def test_answers_about_a_topic_without_a_vocabulary_are_filled():
    assert unfilled(write_replies("Полёты на Луну", "resolved", 60, rng())) == []


def test_some_answers_are_boilerplate_and_the_rest_name_the_matter():
    replies = write_replies("Ямы и выбоины", "postponed", 500, rng())
    boilerplate = set(COMMON["boilerplate"].strip().splitlines())
    copies = sum(reply in boilerplate for reply in replies) / 500
    assert 0.25 < copies < 0.45
    assert share_with("о ямах на дороге", [reply for reply in replies if reply not in boilerplate]) == 1


def test_an_unknown_outcome_is_refused():
    with pytest.raises(KeyError):
        write_replies("Лифты", "forgotten", 5, rng())


@pytest.mark.parametrize("topic", TOPICS)
def test_comments_are_whole(topic):
    comments = write_comments(topic, 200, rng())
    assert len(comments) == 200
    assert all(comments)
    assert unfilled(comments) == []


def test_comments_under_a_story_are_about_the_story():
    assert share_with("пыл", write_comments("Набережные", 300, rng(), "embankment_dust")) > 0.25
