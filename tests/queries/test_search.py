"""Search in texts: words in any form, phrases, exclusion; numbers equal the list; nothing typed can harm."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import appeals, search, store
from queries.appeals import Chosen
from queries.search import Query
from tests import small
from tests.queries.scopes import scope

TEXTS = {
    1: ("Во дворе детская площадка, качели сломаны", "public"),
    2: ("Площадка для машин, детская коляска не проедет", "public"),
    3: ("Снега по колено на детской площадке", "public"),
    4: (f"Детская площадка: {small.MARKER}", "restricted"),
    5: ("Маршрут 17 не ходит, 1 7 и 171", "public"),
    6: ("На площадке снегопад <b>и</b> 100% грязь \u202e!", "public"),
}


@pytest.fixture
def asked(empty_store: Path):
    """A scope that holds TEXTS, one a day over six months."""
    rows = [
        small.row(number, small.KALININGRAD if number % 2 else small.SAKHALIN, f"0{number}-10 12:00", text=text, visibility=visibility)
        for number, (text, visibility) in TEXTS.items()
    ]
    small.load.load([small.part(rows)], small.label(), small.quiet)
    return scope(first=date(2024, 1, 1), last=date(2024, 6, 14))


def numbers(asked, words: str) -> list[int]:
    with store.cursor() as cursor:
        known = dict(cursor.execute("FROM appeals SELECT appeal_id, external_id").fetchall())
    found = appeals.listing(asked, Chosen(words=words))
    assert appeals.count(asked, Chosen(words=words)) == (len(found), 0) == (appeals.hits(asked, Chosen(words=words))["appeals"].sum(), 0)
    return [int(known[own].removeprefix("A-")) for own in found["appeal_id"]]


def test_words_phrases_and_exclusion(asked) -> None:
    assert numbers(asked, "детские площадки") == [3, 2, 1]
    assert numbers(asked, '"детская площадка"') == [3, 1] == numbers(asked, "«Детской Площадкой»")
    assert numbers(asked, '"детская площадка" -снег') == [1]
    assert numbers(asked, "площадка –снега") == [6, 2, 1]
    assert numbers(asked, '-"детская площадка"') == [6, 5, 2]
    assert numbers(asked, '"качели во дворе"') == [] and numbers(asked, '"площадка и качели"') == [1]
    assert numbers(asked, "17") == [5] and numbers(asked, "маршрут 7") == [5] and numbers(asked, "маршрут 71") == []
    assert numbers(asked, "снег-площадка") == []


def test_words_without_meaning_find_nothing_and_no_words_find_all(asked) -> None:
    for words in ("и", "!!!", '""', "-", "на под"):
        assert numbers(asked, words) == []
    assert appeals.count(asked, Chosen(words="  ")) == (6, 1)


def test_closed_texts_are_never_found(asked) -> None:
    for words in (small.MARKER, f"детская {small.MARKER}", f'"площадка {small.MARKER}"'):
        assert numbers(asked, words) == []
    assert appeals.count(asked, Chosen(term=small.MARKER)) == (0, 0)
    assert 4 not in numbers(asked, f"площадка -{small.MARKER}x") + numbers(asked, "-носорог")


def test_months_and_places_add_up(asked) -> None:
    found = appeals.hits(asked, Chosen(words="площадка"))
    assert found["month"].dt.month.tolist() == [6, 3, 2, 1]
    assert dict(found.groupby("territory")["appeals"].sum()) == {"Калининград": 2, "Южно-Сахалинск": 2}


def test_a_page_of_hits_reads_only_the_months_it_needs(asked) -> None:
    whole = appeals.newest(asked, Chosen(words="площадка"), 10)["appeal_id"].tolist()
    assert [appeals.newest(asked, Chosen(words="площадка"), 1, skip)["appeal_id"].tolist() for skip in range(5)] == [
        [own] for own in whole
    ] + [[]]


def test_forms_are_those_of_the_text() -> None:
    assert search.parse('"детская площадка" снег -лёд').forms("На детской площадке снега много, лёд") == ["детской", "площадке", "снега"]
    assert search.parse("", ["портовый деться"]).forms("Куда деться на Портовой?") == ["деться", "Портовой"]
    assert search.parse("") == Query() and not search.parse("и").is_empty


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text(alphabet="\"«»“”-– 'яснег%_\\$0", max_size=30))
def test_no_string_raises_or_reaches_closed_texts(store_file: Path, typed: str) -> None:
    chosen = Chosen.decode({"q": typed, "term": typed[::-1]})
    over = scope(first=date(2024, 4, 1), last=date(2024, 6, 14))
    found = appeals.listing(over, chosen)
    assert appeals.count(over, chosen)[0] >= len(found)
    if not chosen.query.is_empty:
        assert not found["is_restricted"].any() and found["text"].notna().all()
        for text in found["text"]:
            chosen.query.forms(text)
