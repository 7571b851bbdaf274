"""The list behind every number: counts, rows, one appeal, search."""

from itertools import product
from pathlib import Path

import pandas as pd

from queries import appeals, figures, store
from queries.appeals import Chosen
from queries.metrics import PREDICATES
from tests import naive
from tests.queries.scopes import many, scope
from tests.small import KALININGRAD, MARKER, local


def numbers() -> dict[int, str]:
    """External id of each appeal of the store."""
    with store.cursor() as cursor:
        return dict(cursor.execute("FROM appeals SELECT appeal_id, external_id").fetchall())


def named(frame: pd.DataFrame) -> list[str]:
    known = numbers()
    return [known[own] for own in frame["appeal_id"]]


def test_every_predicate_of_the_registry_is_checked() -> None:
    assert naive.MEETS.keys() == PREDICATES.keys()


def test_the_figure_the_count_and_the_list_agree(store_file: Path) -> None:
    known = numbers()
    for asked, predicate in product(many(7), PREDICATES):
        rows = [r for r in naive.rows(asked) if naive.MEETS[predicate](r)]
        chosen = Chosen(predicates=(predicate,))
        assert appeals.count(asked, chosen) == (len(rows), sum(r.restricted for r in rows)), asked
        listed = appeals.listing(asked, chosen, limit=1000)
        assert sorted(known[own] for own in listed["appeal_id"]) == sorted(r.external_id for r in rows)
        if predicate in figures.totals(asked):
            assert figures.totals(asked)[predicate] == len(rows)
        if predicate in ("open", "overdue", "due_soon"):
            whole = asked.over(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-12-31").date())
            assert figures.backlog(asked)[predicate] == appeals.count(whole, chosen)[0]


def test_predicates_together_narrow_the_list(store_file: Path) -> None:
    asked = scope(first=pd.Timestamp("2024-04-01").date())
    rows = [r for r in naive.rows(asked) if naive.MEETS["official"](r) and naive.MEETS["late"](r)]
    assert rows
    assert appeals.count(asked, Chosen(predicates=("official", "late")))[0] == len(rows)


def test_a_list_is_newest_first_in_local_time_and_is_read_page_by_page(store_file: Path) -> None:
    asked = scope(first=pd.Timestamp("2024-04-01").date(), last=pd.Timestamp("2024-06-30").date())
    rows = {r.external_id: r for r in naive.rows(asked)}
    whole = appeals.listing(asked, Chosen(), limit=1000)
    assert [rows[name].created_at for name in named(whole)] == sorted((r.created_at for r in rows.values()), reverse=True)
    pages = [appeals.listing(asked, Chosen(), limit=20, skip=skip) for skip in range(0, 100, 20)]
    assert pd.concat(pages)["appeal_id"].tolist() == whole["appeal_id"].tolist()
    at = dict(zip(named(whole), whole["created_local"], strict=True))
    assert at["A-1"] == pd.Timestamp("2024-06-09 23:59") and at["A-4"] == pd.Timestamp("2024-06-10 00:01")
    assert all(at[r.external_id].date() == r.day and at[r.external_id].hour == r.hour for r in rows.values())
    late = dict(zip(named(whole), whole["is_overdue"], strict=True))
    assert all(late[name] == naive.MEETS["overdue"](r) for name, r in rows.items())


def test_executor_and_street(store_file: Path) -> None:
    for asked in many(16):
        for r in appeals.by_executor(asked).itertuples():
            executor = None if pd.isna(r.executor) else r.executor
            own = [n for n in naive.rows(asked) if n.executor == executor]
            assert (r.appeals, r.overdue) == (len(own), naive.count(own, "overdue"))
            if executor:
                assert appeals.count(asked, Chosen(executor=int(r.executor_id)))[0] == r.appeals
                assert appeals.executor_name(int(r.executor_id)) == executor
        for r in appeals.by_street(asked).itertuples():
            assert r.appeals == sum(n.street == r.street for n in naive.rows(asked)) == appeals.count(asked, Chosen(street=r.street))[0]
    assert appeals.executor_name(None) is None
    assert appeals.by_street(scope(last=pd.Timestamp("2024-06-14").date()))["street"].tolist() == [
        "Портовая улица",
        "Набережная Петра Великого",
    ]


def test_one_source(store_file: Path) -> None:
    with store.cursor() as cursor:
        sources = dict(cursor.execute("FROM sources SELECT source_id, code").fetchall())
    for asked in many(8):
        for own, code in sources.items():
            rows = [r for r in naive.rows(asked) if r.source == code]
            assert appeals.count(asked, Chosen(source=own))[0] == len(rows)
            assert appeals.count(asked, Chosen(("official",), source=own))[0] == naive.count(rows, "official")
    assert appeals.source_name(2) == "Госуслуги. Решаем вместе" and appeals.source_name(None) is None


def test_channels_and_how_fast_they_were_answered(store_file: Path) -> None:
    for asked in many(16):
        answer = appeals.by_channel(asked)
        assert answer["appeals"].sum() == len(naive.rows(asked))
        for r in answer.itertuples():
            own = [n for n in naive.rows(asked) if naive.small.CHANNELS[n.channel][0] == r.channel_id]
            buckets = ("within_30m", "within_1h", "within_4h", "within_8h", "within_24h", "over_24h", "waiting")
            assert [getattr(r, name) for name in buckets] == [naive.count(own, name) for name in buckets]
            assert sum(getattr(r, name) for name in buckets) == r.appeals == len(own)


def test_search_finds_a_word_in_any_form(store_file: Path) -> None:
    asked = scope(first=pd.Timestamp("2024-06-12").date(), last=pd.Timestamp("2024-06-12").date())
    for words in ("яма", "Ямы", "ям на портовой", "портовая"):
        assert set(named(appeals.listing(asked, Chosen(words=words)))) == {"A-24", "A-25"} | (
            {r.external_id for r in naive.rows(asked) if r.topic == "Ямы и выбоины"} if words in ("яма", "Ямы") else set()
        ), words
    assert appeals.count(asked, Chosen(words="носорог"))[0] == 0
    assert named(appeals.listing(asked, Chosen(term="портовый деться"))) == ["A-25"]
    assert appeals.count(asked, Chosen(term="деться портовый"))[0] == 0


def test_a_search_cannot_leave_its_quotes(store_file: Path) -> None:
    asked = scope()
    for words in ("'; DROP TABLE appeals; --", "' OR TRUE --", "%", "$first", "{scope}", "\x00"):
        appeals.count(asked, Chosen(words=words, street=words, term=words))
    assert appeals.count(asked, Chosen())[0] == len(naive.rows(asked))


def test_one_appeal_with_its_log_comments_and_repeats(store_file: Path) -> None:
    own = {name: number for number, name in numbers().items()}
    asked = scope()
    found = appeals.one(asked, own["A-2"])
    assert found is not None
    assert (found["territory"], found["topic"], found["status"], found["outcome"]) == ("Калининград", "Ямы и выбоины", "closed", "resolved")
    assert (found["response_minutes"], found["closing_minutes"], found["is_overdue"], found["timezone"]) == (
        31,
        2880,
        False,
        KALININGRAD.timezone,
    )
    assert local(found["created_at"].to_pydatetime(), KALININGRAD).isoformat() == "2024-06-10T00:01:00"
    log = appeals.events(asked, own["A-2"])
    assert log["status"].tolist() == ["new", "answered", "closed"] and log["note"].dropna().tolist() == ["Принято"]
    assert set(named(appeals.repeats(asked, own["A-2"]))) == {"A-24", "A-25"}
    assert named(appeals.repeats(asked, own["A-24"])) == ["A-2"]
    assert appeals.comments(asked, own["A-7"])["text"].tolist() == ["И пыль с набережной летит в окна"]
    assert appeals.one(asked, 5) is None


def test_texts_and_comments_are_those_that_may_be_read(store_file: Path) -> None:
    asked = scope(last=pd.Timestamp("2024-06-14").date())
    readable = [r for r in naive.rows(asked) if not r.restricted]
    assert sorted(named(appeals.texts(asked))) == sorted(r.external_id for r in readable)
    assert len(appeals.texts(asked, limit=3)) == 3
    assert appeals.comments_under(asked)["text"].tolist() == ["И пыль с набережной летит в окна"]
    assert not appeals.texts(asked)["text"].str.contains(MARKER).any()


def test_conditions_of_a_list_survive_the_address(store_file: Path) -> None:
    chosen = Chosen(("overdue", "official"), 3, "улица Мира, 5 & Ко", "дорога = яма", "яма двор", 2)
    assert Chosen.decode({k: v for k, v in chosen.encode().items() if v}) == chosen
    assert Chosen.decode({}) == Chosen()
    junk = Chosen.decode({"only": "all,DROP,overdue,,", "executor": "1; --", "street": "x" * 999, "q": " ", "term": ""})
    assert junk == Chosen(("overdue",), None, "x" * 200)
