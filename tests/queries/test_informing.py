"""«Информируем»: polls, hearings, votes, what was asked nearby, fakes, official pages, what was done, drafts."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest import rebuild
from queries import accounts, appeals, channels, cities, done, fakes, figures, participation, planner, registers, spikes, store, writes
from queries.appeals import Chosen
from queries.dictionaries import territories
from queries.participation import counts
from queries.scope import COUNTRY, Scope
from queries.themes import alike
from tests import naive, small
from tests.queries import plant
from tests.queries.scopes import many, scope
from tests.small import KALININGRAD, row

YEAR = (date(2023, 7, 1), date(2024, 6, 14))
POLL = {"question": "Что сделать", "territory": 2301, "start": date(2024, 5, 1), "end": date(2024, 5, 9), "asked": 200, "method": "phone"}
HOSTILE = "[x](javascript:alert(1)) <img src=x onerror=alert(1)> $a$ :red[б] {where} '; DROP TABLE appeals; -- \u202e\x00"


def put(code: str, *sheets: dict[str, Any]) -> None:
    for sheet in sheets:
        registers.save(code, sheet)


def by_hand(k: int, n: int) -> tuple[float, float]:
    """Wilson's interval, as the formula stands in the paper."""
    z, p = 1.959963984540054, k / n
    middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


# polls, hearings, votes -------------------------------------------------------------------------------------------------


def test_lines_of_counts_are_read_whatever_stands_before_the_colon() -> None:
    assert counts(["Да: 540", "Нет — 1 200", "Вариант 3: «так»: 7", "без числа", "Пусто:", "-5"]) == [("Да", 540), ("Нет", 1200), ("Вариант 3: «так»", 7)]


def test_answers_have_shares_of_those_asked_with_wilson_intervals(store_file: Path) -> None:
    put("polls", POLL | {"answers": ["Свет: 80", "Двор: 119", "Ничего: 0"]})
    poll = participation.polls(scope(2300)).iloc[0]
    found = participation.answers(poll)
    assert found["share"].tolist() == pytest.approx([0.4, 0.595, 0])
    for own in found.itertuples():
        assert (own.low, own.high) == pytest.approx(by_hand(own.n, 200), abs=1e-12)
    assert (poll["top"], poll["share"]) == ("Двор", 0.595) and poll["low"] == pytest.approx(by_hand(119, 200)[0])


def test_more_answers_than_people_asked_have_no_share(store_file: Path) -> None:
    put("polls", POLL | {"answers": ["Свет: 201"]})
    poll = participation.polls(scope()).iloc[0]
    assert pd.isna(poll["share"]) and participation.answers(poll)[["share", "low", "high"]].isna().all(axis=None)


def test_only_what_has_begun_in_the_territory_is_shown(store_file: Path) -> None:
    put("polls", *(POLL | {"question": name, "territory": place, "start": day, "end": None, "answers": ["Да: 1"]} for name, place, day in (
        ("старый", 2301, date(2020, 1, 1)), ("сахалинский", 6401, date(2024, 6, 1)), ("будущий", 2301, date(2024, 6, 14)))))  # fmt: skip
    assert participation.polls(scope(2300))["question"].tolist() == ["старый"]
    assert participation.polls(scope(COUNTRY))["question"].tolist() == ["сахалинский", "старый"]
    assert participation.polls(scope(COUNTRY, reader=(2301,)))["question"].tolist() == ["старый"]
    assert participation.hearings(scope()).empty and participation.objects(scope()).empty and participation.votes(participation.objects(scope())).empty


def test_turnout_of_hearings_needs_to_know_who_could_come(store_file: Path) -> None:
    common = {"territory": 2301, "held": date(2024, 5, 20), "announced": date(2024, 4, 20)}
    put("hearings", common | {"subject": "а", "participants": 30, "eligible": 1200, "proposals": 8, "accepted": 2})
    put("hearings", common | {"subject": "б", "participants": 30, "proposals": 0})
    put("hearings", common | {"subject": "в", "participants": 30, "eligible": 20})
    found = participation.hearings(scope()).set_index("subject")
    assert found.loc["а", ["turnout", "taken", "notice"]].tolist() == [0.025, 0.25, 30]
    assert found.loc[["б", "в"], ["turnout", "taken"]].isna().all(axis=None)


def test_a_vote_is_its_objects_together(store_file: Path) -> None:
    common = {"vote": "Среда", "territory": 2301, "start": date(2024, 4, 1), "end": date(2024, 5, 1)}
    put("votes", common | {"object": "Сквер", "ballots": 60, "voters": 90, "eligible": 1000}, common | {"object": "Парк", "ballots": 40})
    put("votes", {"vote": "Среда", "territory": 6401, "start": date(2024, 4, 1), "object": "Двор", "ballots": 7})
    objects = participation.objects(scope())
    votes = participation.votes(objects).set_index("territory_name")
    assert objects.groupby("vote_id")["share"].sum().tolist() == pytest.approx([1, 1])
    own = votes.loc["Калининград"]
    assert own[["objects", "voters", "eligible", "turnout", "leader", "share", "by_ballots"]].tolist() == [2, 90, 1000, 0.09, "Сквер", 0.6, False]
    other = votes[votes.index != "Калининград"].iloc[0]
    assert other["voters"] == 7 and other["by_ballots"] and pd.isna(other["turnout"])


def test_what_was_asked_nearby_is_what_lies_in_the_circle_and_opens_as_a_list(store_file: Path) -> None:
    item = pd.Series({"territory": 2301, "lat": 54.70, "lon": 20.50, "start": pd.Timestamp(2024, 6, 14)})
    for metres in (300, 1500, 2500):
        near = participation.around(scope(6401, channels=(1,), topics=(20,)), item, metres, date(2024, 6, 15))
        own = [r for r in small.rows() if r["place"] is KALININGRAD and r.get("lat") and flat(r["lat"], r["lon"], 54.70, 20.50) <= metres]
        assert near.total == len(own) == near.topics["appeals"].sum()
        assert near.topics.set_index("topic")["appeals"].to_dict() == pd.Series([r["topic"] for r in own], dtype=object).value_counts().to_dict()
        assert appeals.count(near.scope, Chosen.decode({k: v for k, v in near.chosen.encode().items() if v}))[0] == near.total
    assert near.total == 3


def flat(lat: float, lon: float, lat0: float, lon0: float) -> float:
    """Metres on a plane, good enough for a kilometre."""
    return 111_195 * math.hypot(lat - lat0, (lon - lon0) * math.cos(math.radians(lat0)))


# fakes ------------------------------------------------------------------------------------------------------------------


def fake(name: str, found: str, **more: Any) -> dict[str, Any]:
    return {"claim": name, "territory": 2301, "found": datetime.fromisoformat(f"2024-{found}"), "form": "text", **more}


def hours(found: str, later: float) -> datetime:
    return datetime.fromisoformat(f"2024-{found}") + timedelta(hours=later)


def test_fakes_are_counted_and_timed(store_file: Path) -> None:
    put(
        "fakes",
        fake("а", "06-10 10:00", checked=hours("06-10 10:00", 1), verdict="untrue", refuted=hours("06-10 10:00", 2), channels=["Телеграм: 5", "ВК: 3"], days=["10.06.2024: 8"]),
        fake("б", "06-11 10:00", checked=hours("06-11 10:00", 2), verdict="distorted", refuted=hours("06-11 10:00", 30), channels=["ВК: 4"], days=["2024-06-12: 4", "когда-то: 9"]),
        fake("в", "06-12 10:00", verdict="untrue"),
        fake("г", "06-12 11:00", verdict="confirmed", refuted=hours("06-12 11:00", 1)),
        fake("д", "06-13 23:30"),
        fake("е", "06-14 00:30"),
        fake("ж", "06-12 10:00", territory=6401),
    )  # fmt: skip
    found = fakes.found(scope(2300))
    assert found["claim"].tolist() == ["д", "г", "в", "б", "а"]
    figures = fakes.figures(found)
    assert (figures.found, figures.checked, figures.wrong, figures.refuted, figures.posts) == (5, 4, 3, 2, 12)
    assert figures.time == 30 * 60
    assert found.set_index("claim").loc["а", ["to_check", "to_refute"]].tolist() == [60, 120]
    assert fakes.by_channel(found).to_dict("records") == [{"label": "ВК", "value": 7}, {"label": "Телеграм", "value": 5}]
    assert fakes.by_day(found)["observed"].tolist() == [8, 0, 4]
    assert fakes.found(scope(6400))["claim"].tolist() == ["ж"]


def test_the_median_time_waits_while_half_of_the_untrue_wait(store_file: Path) -> None:
    put("fakes", fake("а", "06-10 10:00", verdict="untrue"), fake("б", "06-10 10:00", verdict="untrue", refuted=hours("06-10 10:00", 1)))
    assert fakes.figures(fakes.found(scope())).time == 60
    put("fakes", fake("в", "06-10 11:00", verdict="untrue"))
    assert fakes.figures(fakes.found(scope())).time is None
    assert fakes.figures(fakes.found(scope(6400))) == fakes.Figures(0, 0, 0, 0, None, 0)


def test_a_refutation_before_the_finding_takes_no_time(store_file: Path) -> None:
    put("fakes", fake("а", "06-10 10:00", verdict="untrue", refuted=hours("06-10 10:00", -5)))
    assert fakes.found(scope())["to_refute"].isna().all()


def test_floods_are_candidates_until_they_are_in_the_register(store_file: Path) -> None:
    for number, facts in enumerate(({"is_flood": True}, {"is_flood": False}, {"is_flood": True, "onset": date(2024, 1, 1), "last_day": date(2024, 1, 2)}), 1):
        plant.spike(number, 2301, **facts)
    asked = scope(2300)
    assert fakes.flood_spikes(asked)["spike_id"].tolist() == [1]
    sheet = fakes.sheet_of_spike(asked, fakes.flood_spikes(asked).iloc[0], territories())
    registers.save("fakes", sheet | {"claim": "вброс"})
    assert fakes.flood_spikes(asked).empty and fakes.flood_spikes(scope(6400)).empty
    saved = fakes.found(scope(first=date(2024, 6, 1))).iloc[0]
    assert (saved["spike"], saved["form"], saved["fed"], saved["territory"]) == (1, "copies", "flood", 2301)
    with store.transaction() as cursor:
        cursor.execute("UPDATE spikes SET is_flood = TRUE WHERE spike_id = 2")
    writes.save_decision(2, "false_alarm")
    assert fakes.flood_spikes(asked).empty


def test_near_identical_texts_become_a_sheet_that_can_be_saved(empty_store: Path) -> None:
    text = "Срочно всем жителям города: завтра отключат воду на целый месяц, запасайтесь {n}"
    rows = [row(n, KALININGRAD, f"06-1{n % 3} 10:00", text=text.format(n=n), author=n % 3, channel="tg_chats" if n % 4 else "vk_groups") for n in range(12)]
    rows += [row(100 + n, KALININGRAD, "06-11 10:00", text=f"Обычное обращение о яме номер {n} на улице {n * 7}", author=50 + n) for n in range(5)]
    small.put(rows)
    asked = scope(2300)
    work = alike(asked, Chosen())
    assert work.wait(30) and work.result
    sets = fakes.flood_copies(asked, work.result.sets, spikes.listing(asked, asked.first, asked.last))
    assert [copies.size for copies in sets] == [12]
    sheet = fakes.sheet_of_copies(asked, sets[0], territories(), datetime(2024, 6, 14, 11))
    assert sheet["territory"] == 2301 and sheet["days"] == ["10.06.2024: 4", "11.06.2024: 4", "12.06.2024: 4"]
    assert sorted(n for _label, n in counts(sheet["channels"])) == [3, 9]
    registers.save("fakes", sheet)
    assert fakes.flood_copies(asked, work.result.sets, spikes.listing(asked, asked.first, asked.last)) == []


# official pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("post", "start"),
    [
        ("https://vk.com/wall-123_45", "vk.com/wall-123_"),
        ("http://m.vk.com/wall-123_45?reply=7", "vk.com/wall-123_"),
        ("HTTPS://www.OK.ru/group/55/topic/99", "ok.ru/group/55/topic/"),
        ("https://t.me/name1/77#c", "t.me/name1/"),
        ("", ""),
        (None, ""),
        ("https://example.org/page", "example.org/page"),
    ],
)
def test_posts_of_one_page_begin_alike_in_python_and_in_sql(store_file: Path, post: str | None, start: str) -> None:
    assert accounts.address(post) == start
    if post:
        with store.cursor() as cursor:
            assert cursor.execute(f"SELECT {appeals.ADDRESS.format('?')}", [post]).fetchone() == (start,)


def page(body: str, place: int = 2301, **more: Any) -> dict[str, Any]:
    return {"body": body, "territory": place, "network": "vk", "url": f"https://vk.com/{body}", **more}


def test_messages_of_a_page_are_counted_row_by_row_and_open_as_a_list(empty_store: Path) -> None:
    def message(n: int, group: int, answered: float | None, **more: Any) -> dict[str, Any]:
        return row(n, KALININGRAD, "06-10 10:00", channel="vk_official", url=f"https://vk.com/wall-{group}_{n}", answered=answered, status="answered" if answered else "new", **more)

    rows = [message(1, 7, 10), message(2, 7, 300), message(3, 7, None), message(4, 8, 100), message(5, 77, 5)]
    rows += [row(6, KALININGRAD, "06-10 10:00", url="https://vk.com/wall-7_6"), row(7, KALININGRAD, "06-10 10:00", channel="vk_official")]
    small.put(rows)
    put("accounts", page("Мэрия", post="https://vk.com/wall-7_1", opened=date(2023, 1, 1)), page("Школа", post="https://vk.com/wall-9_1"), page("Музей"))
    put("accounts", page("Будущая", post="https://vk.com/wall-8_1", opened=date(2024, 7, 1)))
    asked = scope(2300)
    found = accounts.pages(asked).set_index("body")
    assert found.index.tolist() == ["Мэрия", "Школа", "Музей"]
    own = found.loc["Мэрия"]
    assert own[["messages", "answered", "waiting", "answered_4h", "answer_due_4h", "response_median"]].tolist() == [3, 2, 1, 1, 3, 300]
    assert own["on_time"] == pytest.approx(1 / 3)
    assert found.loc["Школа", ["messages", "answered"]].tolist() == [0, 0] and pd.isna(found.loc["Школа", "on_time"])
    assert found.loc["Музей", list(accounts.COUNTS)].isna().all()
    assert accounts.unregistered(asked, accounts.pages(asked)).to_dict("records") == [
        {"page": "vk.com/wall-77_", "messages": 1}, {"page": "vk.com/wall-8_", "messages": 1}]  # fmt: skip
    assert appeals.count(asked, Chosen.decode({"account": own["address"]}))[0] == 3
    assert accounts.totals(accounts.pages(asked))[:2] == (3, 2)
    assert accounts.totals(accounts.pages(scope(2300, channels=(7,))))[:2] == (3, 2), "the choice of channels leaves pages alone"


def test_two_sheets_of_one_address_count_its_messages_once(empty_store: Path) -> None:
    small.put([row(1, KALININGRAD, "06-10 10:00", channel="vk_official", url="https://vk.com/wall-7_1")])
    put("accounts", page("А", post="https://vk.com/wall-7_1"), page("Б", post="https://vk.com/wall-7_2"))
    assert accounts.pages(scope(2300))["messages"].sum() == 1


def test_pages_grow_by_the_day_they_were_opened(store_file: Path) -> None:
    put("accounts", *(page(name, opened=day) for name, day in (
        ("а", date(2024, 4, 30)), ("б", date(2024, 5, 1)), ("в", date(2024, 5, 31)), ("г", None))))  # fmt: skip
    found = accounts.growth(scope(), date(2024, 6, 13))
    assert found.values.tolist() == [[date(2024, 4, 1), 1, 1], [date(2024, 5, 1), 3, 2], [date(2024, 6, 1), 3, 0]]
    assert accounts.growth(scope(6400), date(2024, 6, 13)).empty


def test_who_needs_training_answers_worse_than_the_same_network_by_more_than_chance() -> None:
    def sheet(name: str, quick: int, network: str = "vk") -> dict[str, Any]:
        return {"item_id": name, "network": network, "messages": 100.0, **dict.fromkeys(accounts.COUNTS, 0.0), "answer_due_4h": 100.0, "answered_4h": float(quick)}

    pages = pd.DataFrame([sheet("плохая", 20), *(sheet(f"обычная {n}", 80 + n) for n in range(5)), sheet("одна в сети", 5, "ok")])
    found = accounts.to_train(pages)
    assert found[["item_id", "fault", "k", "n", "share"]].values.tolist() == [["плохая", "slow", 80, 100, 0.8]]
    assert found["others"].iloc[0] == pytest.approx(sum(20 - n for n in range(5)) / 500)
    assert accounts.to_train(pages[pages["item_id"] != "плохая"]).empty and accounts.to_train(pages.head(0)).empty


# what was done ----------------------------------------------------------------------------------------------------------


def test_what_was_solved_goes_by_the_local_day_of_closing(store_file: Path) -> None:
    zones = {own.territory_id: own.timezone for own in small.PLACES}
    for asked in many(20):
        wide = asked.over(date(2024, 1, 1), asked.last)
        own = [r for r in naive.rows(wide) if not r.restricted and r.status == "closed" and r.outcome == "resolved" and asked.first <= closed_day(r, zones) <= asked.last]
        assert len(done.solved(asked, "all")) == len(own)
        assert len(done.solved(asked)) == sum(r.rating in (4, 5) for r in own)


def closed_day(r: Any, zones: dict[int, str]) -> date:
    return pd.Timestamp(r.closed_at, tz=UTC).tz_convert(zones[r.territory_id]).date()


def test_matters_add_up_to_what_was_solved(store_file: Path) -> None:
    frame = done.solved(scope(first=date(2024, 4, 1)), "all")
    matters = done.by_matter(frame)
    assert matters["n"].sum() == len(frame) and done.by_matter(frame.head(0)).empty
    text = done.post(matters, registers.items("measures", scope()), "Сделано")
    assert len(text.split("\n")) == 1 + len(matters) and small.MARKER not in text


def test_measures_are_told_when_they_are_finished_in_the_period(store_file: Path) -> None:
    for name, status, end in (("да", "done", date(2024, 6, 10)), ("нет", "running", date(2024, 6, 10)), ("рано", "done", date(2024, 6, 1)), ("без дня", "done", None)):
        registers.save("measures", {"problem": name, "territory": 2301, "topic": "Набережные", "status": status, "end": end})
    assert done.measures(scope(2300))["problem"].tolist() == ["да"] and done.measures(scope(6400)).empty


# drafts -----------------------------------------------------------------------------------------------------------------


def test_every_draft_names_its_blanks_and_invents_nothing() -> None:
    for template in done.templates().values():
        names = {fact.name for fact in template.facts}
        assert set(done._FACT.findall(template.text)) == names, template.code
        bare = done.draft(template, {})
        assert bare.missing and all(f"[{label[:1].lower()}{label[1:]}]" in bare.text for label in bare.missing) and "{" not in bare.text and "?" not in bare.text
        full = done.draft(template, {fact.name: fact.example for fact in template.facts})
        assert not full.missing and not full.masked and "[" not in full.text, template.code
        assert all(fact.example.rstrip(".") in full.text for fact in template.facts)


def test_a_draft_has_no_personal_data_but_keeps_an_official_phone() -> None:
    given = {"where": "ул. Мира, 5, кв. 12, Иванов Иван Петрович, +7 912 345-67-89", "contact": "диспетчер 8 (4012) 55-55-55"}
    made = done.draft(done.templates()["water_off"], given)
    assert "Иванов" not in made.text and "345-67-89" not in made.text and "55-55-55" in made.text and made.masked == ("Где",)


def test_a_fact_is_put_in_once_and_as_it_stands() -> None:
    made = done.draft(done.templates()["water_off"], {"where": "{until} {where} \\1", "until": "завтра"})
    assert "{until} {where} \\1" in made.text and made.text.count("завтра") == 1


def test_facts_come_from_campaigns_and_measures_that_are_not_over(store_file: Path) -> None:
    for name, end in (("Испытания сетей", date(2024, 6, 20)), ("Прошлые", date(2024, 6, 1))):
        registers.save("campaigns", {"what": name, "territory": 2301, "topic": "Горячая вода", "announced": date(2024, 5, 1), "place": "ул. Мира; ул. Горького", "start": date(2024, 5, 20), "end": end})
    registers.save("measures", {"problem": "Полив", "territory": 2301, "topic": "Набережные", "status": "running", "due": date(2024, 7, 1)})
    registers.save("measures", {"problem": "Сделанная", "territory": 2301, "topic": "Набережные", "status": "done"})
    found = done.known_facts(scope(2300))
    assert found == {
        "Кампания: Испытания сетей, Калининград": {"where": "Калининград: ул. Мира, ул. Горького", "since": "20\xa0мая\xa02024", "until": "20\xa0июня\xa02024", "reason": "испытания сетей"},
        "Мера: Полив, Калининград": {"where": "Калининград", "since": "", "until": "1\xa0июля\xa02024", "measure": "полив", "cause": "", "body": ""},
    }
    assert done.known_facts(scope(6400)) == {}


# what strangers write ---------------------------------------------------------------------------------------------------


def test_hostile_words_stay_words(store_file: Path) -> None:
    put("polls", POLL | {"question": HOSTILE, "answers": [f"{HOSTILE[:200].replace(';', '')}: 5"]})
    put("fakes", fake(HOSTILE, "06-10 10:00", channels=[f"{HOSTILE[:200].replace(';', '')}: 2"], refutation="javascript:alert(1)"))
    put("accounts", page("Мэрия", post=HOSTILE))
    kept = "".join(char for char in HOSTILE if char not in "\u202e\x00").strip()
    assert participation.polls(scope())["question"].tolist() == [kept] and participation.polls(scope())["top_n"].tolist() == [5]
    assert fakes.found(scope())["claim"].tolist() == [kept] and fakes.by_channel(fakes.found(scope()))["value"].tolist() == [2]
    assert len(accounts.pages(scope())) == 1
    assert appeals.count(scope(), Chosen.decode({"account": HOSTILE}))[0] == 0
    assert len(naive.rows(scope())) == appeals.count(scope(), Chosen())[0]


# without fakes ----------------------------------------------------------------------------------------------------------


def flood() -> None:
    """A dozen near-identical texts of three authors in two places, and five of another kind."""
    text = "Срочно всем жителям города: завтра отключат воду на целый месяц, запасайтесь {n}"
    rows = [row(n, KALININGRAD if n < 10 else small.SAKHALIN, f"06-1{n % 3} 10:00", text=text.format(n=n), author=n % 3) for n in range(12)]
    small.put([*rows, *(row(100 + n, KALININGRAD, "06-11 10:00", text=f"Обычное обращение о яме номер {n} на улице {n * 7}", author=50 + n) for n in range(5))])
    put("fakes", fake(text.format(n=""), "06-11 12:00"), fake("Вода", "06-11 13:00"))


def without(asked: Scope) -> Scope:
    return replace(asked, without_fakes=True)


def test_appeals_that_repeat_a_fake_leave_all_counts_and_come_back(empty_store: Path) -> None:
    flood()
    asked = scope(COUNTRY)
    short, fake_of_water = fakes.found(asked).to_dict("records")
    same = fakes.same_words(asked, pd.Series(fake_of_water))
    assert len(same) == 10 and fakes.same_words(asked, pd.Series(short)) == []
    assert figures.totals(without(asked))["appeals"] == 17, "nothing is set aside yet"
    fakes.set_aside(fake_of_water["item_id"], same)
    assert fakes.aside() == {fake_of_water["item_id"]: 10}
    off = without(asked)
    assert figures.totals(asked)["appeals"] == 17
    for count in (figures.totals(off)["appeals"], figures.daily(off).sum(), figures.top_topics(off)["appeals"].sum(), appeals.count(off, Chosen())[0],
                  channels.mix(off)["appeals"].sum(), cities.figures(off)["appeals"].sum(), len(appeals.listing(off, Chosen())),
                  appeals.by_executor(off)["appeals"].sum(), figures.backlog(off)["open"]):  # fmt: skip
        assert count == 7
    assert not set(appeals.listing(off, Chosen())["appeal_id"]) & set(same)
    fakes.set_aside(fake_of_water["item_id"], [])
    assert fakes.aside() == {} and figures.totals(off)["appeals"] == 17


def test_a_removed_fake_leaves_nothing_out_and_a_rebuild_keeps_what_is_set_aside(empty_store: Path) -> None:
    flood()
    item = fakes.found(scope())[lambda f: f["claim"].str.len() > 10].iloc[0]
    fakes.set_aside(item["item_id"], fakes.same_words(scope(), item))
    store.close_store()
    empty_store.unlink()
    rebuild.rebuild(small.quiet)
    assert figures.totals(without(scope()))["appeals"] == 7
    registers.remove("fakes", item["item_id"])
    assert figures.totals(without(scope()))["appeals"] == 17


def test_no_sum_made_beforehand_is_asked_without_fakes(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "READ_ONE_BY_ONE", -1)
    assert planner.choose("totals", scope(), (), 7) is not None and planner.by_hours(scope())
    assert planner.choose("totals", without(scope()), (), 7) is None and not planner.by_hours(without(scope()))
