"""Themes and near-identical texts of a selection: their sizes, the period before, what may not be read, cancelling."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from queries import appeals, background, store, themes
from queries.appeals import Chosen
from queries.background import Work
from queries.scope import Scope
from tests import small
from tests.queries.scopes import scope

KINDS = {
    "яма": "Огромная яма на дороге у дома {n}, машины бьют колёса, асфальт разбит вариант {w}",
    "вода": "Нет горячей воды в кране, квартира {n} без отопления, батареи холодные {w}",
    "мусор": "Мусор не вывозят, баки переполнены, контейнерная площадка завалена у подъезда {n} {w}",
}
WORDS = [
    "утро",
    "вечер",
    "сосед",
    "ребёнок",
    "бабушка",
    "собака",
    "магазин",
    "школа",
    "парк",
    "река",
    "мост",
    "окно",
    "крыша",
    "забор",
    "лестница",
]
FLOOD = "Уберите незаконный ларёк у входа в парк, он загородил весь проход людям и коляскам"


def texts(count: int, kind: str) -> list[str]:
    return [KINDS[kind].format(n=n, w=f"{WORDS[n % 15]} {WORDS[(n * 7 + 3) % 15]}") for n in range(count)]


@pytest.fixture
def asked(empty_store: Path) -> Scope:
    """June: 120 + 90 + 60 texts of three kinds, 12 copies of one text by two authors, 30 closed; May: 30 + 90 + 0."""
    said = [(t, "06", "public", None) for kind, n in (("яма", 120), ("вода", 90), ("мусор", 60)) for t in texts(n, kind)]
    said += [(FLOOD, "06", "public", n % 2) for n in range(12)]
    said += [(f"{small.MARKER} {t}", "06", "restricted", None) for t in texts(30, "яма")]
    said += [(t, "05", "public", None) for kind, n in (("яма", 30), ("вода", 90)) for t in texts(n, kind)]
    rows = [
        small.row(
            number, small.KALININGRAD, f"{month}-{number % 13 + 1:02} 12:{number % 60:02}", text=text, visibility=visibility,
            author=author, street="Портовая улица" if "яма" in text else None,
        )
        for number, (text, month, visibility, author) in enumerate(said)
    ]  # fmt: skip
    small.put(rows)
    return scope(first=date(2024, 6, 1), last=date(2024, 6, 13))


def done(work: Work[Any]) -> Any:
    assert work.wait(60) and work.result is not None
    return work.result


def test_sizes_shares_streets_and_the_period_before(asked: Scope) -> None:
    found = done(themes.grouped(asked, Chosen()))
    assert (found.texts, found.is_cut) == (282, False)
    assert sum(theme.size for theme in found.groups) + found.rest == found.texts
    assert [theme.size for theme in found.groups] == sorted((theme.size for theme in found.groups), reverse=True)
    assert 100 <= sum(theme.before or 0 for theme in found.groups) <= 120
    assert sum(theme.before or 0 for theme in found.groups if "Мусор" in theme.quotes[0].text) <= 5
    assert len({theme.id for theme in found.groups}) == len(found.groups)
    for theme in found.groups:
        listed = appeals.named(asked, theme.rows)
        assert len(listed) == theme.size and listed["appeal_id"].tolist() == theme.rows["appeal_id"].tolist()
        assert found.one(theme.id) is theme
        assert theme.share == theme.size / 282
        with_street = int((listed["street"] == "Портовая улица").sum())
        assert theme.streets == ((("Портовая улица", with_street),) if with_street else ())
        known = dict(zip(listed["appeal_id"], listed["text"], strict=True))
        assert all(known[quote.appeal_id] == quote.text for quote in theme.quotes)
    assert found.one("nothing") is None


def test_the_same_selection_has_the_same_themes(asked: Scope) -> None:
    first = done(themes.grouped(asked, Chosen()))
    assert themes.grouped(asked, Chosen()).result is first
    with store.transaction():
        pass
    again = done(themes.grouped(asked, Chosen()))
    assert again is not first
    assert [(t.id, t.title, t.size) for t in again.groups] == [(t.id, t.title, t.size) for t in first.groups]


def test_closed_texts_are_in_no_theme_and_no_copies(asked: Scope) -> None:
    found, alike = done(themes.grouped(asked, Chosen())), done(themes.alike(asked, Chosen()))
    assert small.MARKER not in repr(found).lower() + repr(alike).lower()
    assert alike.texts == found.texts == 282


def test_too_few_texts_are_not_grouped(asked: Scope) -> None:
    found = done(themes.grouped(asked.over(date(2024, 6, 1), date(2024, 6, 5)), Chosen()))
    assert 0 < found.texts == found.rest < themes.FEWEST and found.groups == ()


def test_conditions_narrow_what_is_grouped(asked: Scope) -> None:
    assert done(themes.grouped(asked, Chosen(words="яма"))).texts == 120
    assert done(themes.grouped(asked, Chosen(street="Портовая улица"))).texts == 120


def test_copies_with_their_authors(asked: Scope) -> None:
    found = done(themes.alike(asked, Chosen()))
    flood = next(copies for copies in found.sets if copies.text == FLOOD)
    assert (flood.size, flood.authors, flood.is_flood, flood.share) == (12, 2, True, 12 / 282)
    assert flood.first < flood.last
    assert len(found.rows("only")) + len(found.rows("none")) == found.texts
    assert found.rows(flood.id)["appeal_id"].tolist() == flood.rows["appeal_id"].tolist()
    assert set(flood.rows["appeal_id"]) <= set(found.rows("only")["appeal_id"])
    assert found.rows("nothing") is None


def test_work_is_stopped_begun_again_and_its_failure_is_no_answer(empty_store: Path) -> None:
    entered, go = threading.Event(), threading.Event()

    def slow(step: Callable[[float], None]) -> int:
        step(0.5)
        entered.set()
        go.wait(10)
        step(0.6)
        return 1

    work = background.begin("slow", slow)
    assert entered.wait(10) and work.share == 0.5 and not work.is_over
    assert background.begin("slow", slow) is work
    work.cancel()
    go.set()
    assert work.wait(10) and work.result is None
    assert done(background.begin("slow", slow)) == 1
    broken = background.begin("broken", lambda step: 1 // 0)
    assert broken.wait(10) and broken.result is None
