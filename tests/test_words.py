"""What the product says: numbers, dates and nouns as Russians write them."""

import math
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from words import _, dates, figures, numbers, predicates, sentences
from words.plurals import NOUNS, counted

WITHOUT_VALUE = [numbers.integer, numbers.decimal, numbers.compact, numbers.percent, numbers.points, numbers.signed, numbers.minutes]
WITHOUT_VALUE += [numbers.days, numbers.times, numbers.per_thousand, numbers.rate, numbers.number]


def plain(text: str) -> str:
    """With ordinary spaces, for reading; the kind of space has its own test."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("say", WITHOUT_VALUE)
@pytest.mark.parametrize("absent", [None, math.nan])
def test_absent_is_not_zero(say, absent):
    assert say(absent) == "нет данных"
    assert say(0) != "нет данных"


def test_thousands_and_units_never_part_at_the_end_of_a_line():
    for text in (numbers.integer(1_234_567), numbers.percent(0.78), numbers.points(0.02), numbers.compact(12_400), counted(1284, "обращение")):
        assert " " not in text and "\u00a0" in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (numbers.integer(0), "0"),
        (numbers.integer(1284), "1 284"),
        (numbers.integer(-1284), "−1 284"),
        (numbers.integer(-0.4), "0"),
        (numbers.decimal(1234.56, 1), "1 234,6"),
        (numbers.decimal(5, 2), "5,00"),
        (numbers.compact(9_999), "9 999"),
        (numbers.compact(12_400), "12,4 тыс."),
        (numbers.compact(999_960), "1,0 млн"),
        (numbers.compact(38_700_000), "38,7 млн"),
        (numbers.compact(999_960_000), "1,0 млрд"),
        (numbers.percent(0.78), "78 %"),
        (numbers.percent(0.785, 1), "78,5 %"),
        (numbers.points(0.02), "+2 п. п."),
        (numbers.points(-0.02), "−2 п. п."),
        (numbers.points(0.001), "0 п. п."),
        (numbers.signed(208), "+208"),
        (numbers.signed(-9), "−9"),
        (numbers.signed(0), "0"),
        (numbers.change(1284, 1076), "+19 %"),
        (numbers.change(7, 1), "+600 %"),
        (numbers.change(0, 5), "−100 %"),
        (numbers.change(5, 0), ""),
        (numbers.change(None, 5), ""),
        (numbers.minutes(0), "0 мин"),
        (numbers.minutes(35), "35 мин"),
        (numbers.minutes(59.7), "1 ч"),
        (numbers.minutes(160), "2 ч 40 мин"),
        (numbers.minutes(779), "13 ч"),
        (numbers.minutes(1440), "1 день"),
        (numbers.minutes(4464), "3,1 дня"),
        (numbers.days(1), "1 день"),
        (numbers.days(2), "2 дня"),
        (numbers.days(5.2), "5,2 дня"),
        (numbers.days(11), "11 дней"),
        (numbers.days(21), "21 день"),
        (numbers.times(8), "×8"),
        (numbers.times(1.52), "×1,5"),
        (numbers.times(12.4), "×12"),
        (numbers.times(math.inf), "впервые"),
        (numbers.per_thousand(2.6), "2,6 на 1 000 жителей"),
        (numbers.share_or_count(3, 7), "3 из 7, мало данных"),
        (numbers.share_or_count(29, 29), "29 из 29, мало данных"),
        (numbers.share_or_count(24, 30), "80 %"),
    ],
)
def test_numbers(said, expected):
    assert plain(said) == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(1.5, "в 1,5 раза"), (2, "в 2 раза"), (4, "в 4 раза"), (5, "в 5 раз"), (7, "в 7 раз"), (8, "в 8 раз"), (12, "в 12 раз"), (22, "в 22 раза")],
)
def test_how_many_times(ratio, expected):
    assert plain(numbers.in_times(ratio)) == expected


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "0 обращений"),
        (1, "1 обращение"),
        (2, "2 обращения"),
        (5, "5 обращений"),
        (11, "11 обращений"),
        (14, "14 обращений"),
        (21, "21 обращение"),
        (111, "111 обращений"),
        (1284, "1 284 обращения"),
    ],
)
def test_nouns_agree_with_numbers(n, expected):
    assert plain(counted(n, "обращение")) == expected


def test_cases_of_nouns():
    assert plain(counted(1, "неделя", "acc")) == "1 неделю"
    assert plain(counted(2, "неделя", "acc")) == "2 недели"
    assert plain(counted(5, "строка", "acc")) == "5 строк"
    assert plain(counted(1, "источник", "gen")) == "1 источника"
    assert plain(counted(2, "источник", "gen")) == "2 источников"
    assert plain(counted(5, "год")) == "5 лет"


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("case", ["nom", "acc"])
def test_every_noun_has_three_forms(noun, case):
    """Without its entry in the catalogue a noun would follow English: «2 обращений»."""
    one, few, many = (counted(n, noun, case).split("\u00a0")[1] for n in (1, 2, 5))
    assert len({one, few, many}) == 3
    assert [counted(n, noun, case).split("\u00a0")[-1] for n in (21, 1284, 11)] == [one, few, many]


@given(st.floats(min_value=-1e12, max_value=1e12))
def test_a_whole_number_reads_back(x):
    assert int(numbers.integer(x).replace("\u00a0", "").replace("−", "-")) == round(x)


@given(st.floats(min_value=0, max_value=1e6))
def test_a_duration_never_shows_sixty_minutes(m):
    assert "60\u00a0мин" not in numbers.minutes(m)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 7, 13), date(2026, 7, 19), "13–19 июля 2026"),
        (date(2026, 6, 29), date(2026, 7, 5), "29 июня – 5 июля 2026"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 декабря 2025 – 4 января 2026"),
        (date(2025, 7, 1), date(2026, 7, 31), "1 июля 2025 – 31 июля 2026"),
        (date(2026, 7, 20), date(2026, 7, 20), "20 июля 2026"),
    ],
)
def test_periods(first, last, expected):
    assert plain(dates.span(first, last)) == expected


def test_days_and_moments():
    assert plain(dates.day(date(2026, 5, 1))) == "1 мая 2026"
    assert plain(dates.moment(datetime(2026, 7, 20, 8, 50))) == "20 июля 2026, 08:50"
    assert dates.day(None) == "—"
    assert plain(dates.month(date(2026, 7, 1))) == "июль 2026"
    assert dates.weekday(date(2026, 7, 20)) == "понедельник"


def test_labels_of_periods_are_distinct_over_years():
    weeks = [date.fromordinal(date(2023, 1, 2).toordinal() + 7 * k) for k in range(200)]
    assert len({dates.period_label(week, "week") for week in weeks}) == len(weeks)


def test_unknown_message_stays_as_written():
    assert _("Такого в каталоге нет") == "Такого в каталоге нет"


@pytest.mark.parametrize(
    ("unit", "now", "before", "expected"),
    [
        ("count", 1284, 1076, "+208 (+19 %)"),
        ("count", 5, 0, "+5"),
        ("count", 7, 7, "без изменений"),
        ("share", 0.78, 0.80, "−2 п. п."),
        ("share", 0.781, 0.78, "без изменений"),
        ("minutes", 160, 175, "−15 мин"),
        ("mark", 3.9, 4.0, "−0,1"),
        ("count", 5, None, ""),
    ],
)
def test_change_of_a_metric(unit, now, before, expected):
    assert plain(figures.delta_text(unit, now, before)) == expected


def test_a_norm_is_met_at_its_very_value():
    assert figures.verdict("up", 0.85, 0.85) == ("выполнена", "good")
    assert figures.verdict("down", 241, 240) == ("не выполнена", "bad")
    assert figures.verdict(None, 5, 4) == ("", "neutral")


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (1284, 1076, "За неделю 1 284 обращения: на 19 % больше, чем неделей раньше"),
        (869, 1076, "За неделю 869 обращений: на 19 % меньше, чем неделей раньше"),
        (700, 100, "За неделю 700 обращений: в 7 раз больше, чем неделей раньше"),
        (101, 101, "За неделю 101 обращение: столько же, сколько неделей раньше"),
        (1001, 1000, "За неделю 1 001 обращение: почти столько же, сколько неделей раньше"),
        (5, 3, "За неделю 5 обращений, было 3: мало, чтобы говорить об изменении"),
        (0, 50, "За неделю обращений нет"),
        (21, 0, "За неделю 21 обращение, сравнить не с чем: в прошлом периоде их не было"),
        (1, None, "За неделю 1 обращение"),
    ],
)
def test_headline_of_the_week(now, before, expected):
    assert plain(sentences.overview_finding(now, before, 7, [])) == expected


def test_headline_names_the_topic_that_made_the_growth():
    said = plain(sentences.overview_finding(1284, 1076, 7, [("Пыль", 167, 24), ("Ямы", 131, 138), (None, 900, 500)]))
    assert said.endswith("Больше всего прибавила тема «Пыль»: +143")
    assert "тема" not in sentences.overview_finding(1284, 1076, 7, [("Ямы", 60, 40)])


def test_headline_of_deadlines_does_not_judge_by_few():
    assert "мало, чтобы судить" in sentences.kpi_finding(0.9, 0.85, 160, 29)
    assert plain(sentences.kpi_finding(0.78, 0.85, 160, 1043)) == "Решено в срок 78 % при норме 85 %. Половине отвечают за 2 ч 40 мин"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0 %"), (0.0003, "< 1 %"), (0.005, "< 1 %"), (0.006, "1 %"), (0.5, "50 %"), (0.994, "99 %"), (0.9998, "> 99 %"), (1, "100 %")],
)
def test_a_part_never_rounds_to_none_or_all(share, expected):
    assert plain(numbers.part(share)) == expected


def test_headline_of_channels_does_not_judge_by_few():
    mix = pd.DataFrame({"channel": ["Звонок", "Портал"], "share": [0.7, 0.3]})
    assert plain(sentences.channels_finding(mix, 40, 100)) == (
        "Через официальные каналы 40 % обращений. Больше всего приносит канал «Звонок»: 70 %"
    )
    assert "мало" in sentences.channels_finding(mix, 20, 29)


def test_headline_of_quality_names_who_is_silent_now():
    days = pd.DataFrame({"state": ["ok", "silent", "partial", "partial"]})
    assert sentences.quality_finding(["Портал"], days) == "Молчат сейчас: Портал"
    assert plain(sentences.quality_finding([], days)) == "Сейчас никто не молчит. За восемь недель 1 день молчания и 2 дня неполных данных"
    assert sentences.quality_finding([], days.head(1)) == "Источники присылают данные как обычно"


def test_a_network_is_short_in_a_narrow_heading():
    assert [predicates.short_channel(name) for name in ("ВКонтакте: госпаблики", "Звонок")] == ["ВК: госпаблики", "Звонок"]
