"""Periods to compare with, and the form of a scope in the address."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import scope as scopes
from queries.access import Access
from queries.scope import COUNTRY, Scope, decode, default_period, encode

PLACES: dict[int, tuple[int, ...] | None] = {COUNTRY: None, 2300: (2300, 2301), 2301: (2301,)}
days = st.dates(date(2020, 1, 1), date(2026, 12, 31))


def of(first: str, last: str, comparison: str = "prev") -> Scope:
    return Scope(COUNTRY, date.fromisoformat(first), date.fromisoformat(last), comparison=comparison)


@pytest.mark.parametrize(
    ("first", "last", "comparison", "expected"),
    [
        ("2024-06-10", "2024-06-16", "prev", ("2024-06-03", "2024-06-09")),
        ("2024-06-10", "2024-06-12", "prev", ("2024-06-03", "2024-06-05")),  # Monday to Wednesday against the same days
        ("2024-06-01", "2024-06-30", "prev", ("2024-05-01", "2024-05-31")),  # whole months
        ("2024-05-01", "2024-05-31", "prev", ("2024-04-01", "2024-04-30")),
        ("2024-03-01", "2024-03-31", "prev", ("2024-02-01", "2024-02-29")),
        ("2024-06-01", "2024-06-14", "prev", ("2024-05-01", "2024-05-14")),  # a month to date
        ("2024-03-01", "2024-03-30", "prev", ("2024-02-01", "2024-02-29")),  # the shorter month has no 30th
        ("2024-06-01", "2024-06-03", "prev", ("2024-05-25", "2024-05-27")),  # a few days: by weekday
        ("2024-05-10", "2024-06-10", "prev", ("2024-04-05", "2024-05-06")),  # 32 days: five weeks back
        ("2024-06-10", "2024-06-16", "year", ("2023-06-12", "2023-06-18")),  # Monday to Sunday too
        ("2024-02-29", "2024-02-29", "year", ("2023-03-02", "2023-03-02")),
        ("2024-01-01", "2024-01-31", "prev", ("2023-12-01", "2023-12-31")),
    ],
)
def test_the_period_before_is_like_for_like(first: str, last: str, comparison: str, expected: tuple[str, str]) -> None:
    before = of(first, last, comparison).before()
    assert before is not None
    assert (before.first.isoformat(), before.last.isoformat()) == expected


def test_without_comparison_there_is_nothing_before() -> None:
    assert of("2024-06-10", "2024-06-16", "none").before() is None


@given(days, st.integers(1, 400), st.sampled_from(["prev", "year"]))
def test_what_is_compared_does_not_overlap_and_keeps_the_rest_of_the_scope(first: date, length: int, comparison: str) -> None:
    now = Scope(2300, first, first + timedelta(days=length - 1), (2300, 2301), comparison, channels=(2,), topics=(5,))
    before = now.before()
    assert before is not None
    assert replace(before, first=now.first, last=now.last) == now
    if comparison == "prev":
        assert before.last < now.first
        by_month = first.day == 1 and first.month == now.last.month and first.year == now.last.year and length > 7
        assert by_month or (before.days == now.days and before.first.weekday() == now.first.weekday())
    elif length <= 364:
        assert before.last < now.first and before.first.weekday() == now.first.weekday()


@given(
    st.sampled_from(list(PLACES)),
    days,
    st.integers(0, 500),
    st.sampled_from(["prev", "year", "none"]),
    *[st.lists(st.integers(1, 30000), max_size=4, unique=True).map(tuple)] * 4,
)
def test_a_scope_survives_the_address(
    place: int,
    first: date,
    length: int,
    comparison: str,
    channels: tuple[int, ...],
    blocks: tuple[int, ...],
    groups: tuple[int, ...],
    topics: tuple[int, ...],
) -> None:
    asked = Scope(place, first, first + timedelta(days=length), PLACES[place], comparison, channels, blocks, groups, topics)
    assert decode(encode(asked), date(2024, 6, 13), COUNTRY, PLACES, Access.reader()) == asked


@given(
    st.dictionaries(
        st.sampled_from(scopes.KEYS),
        st.text(max_size=30) | st.sampled_from(["-1", "99999999999", "2301", "b1,tx,g²,,z9", "2024-06-10", "0x10", "1e3", "٣"]),
    )
)
def test_junk_in_the_address_falls_back(params: dict[str, str]) -> None:
    found = decode(params, date(2024, 6, 13), 2301, PLACES, Access.reader())
    assert found.place in PLACES and found.places == PLACES[found.place]
    assert found.first <= found.last
    assert found.comparison in scopes.COMPARISONS
    assert all(0 < n < 10**9 for n in (*found.channels, *found.blocks, *found.groups, *found.topics))
    assert decode(encode(found), date(2024, 6, 13), 2301, PLACES, Access.reader()) == found


def test_a_period_turned_round_or_half_given_is_the_default() -> None:
    for params in ({"from": "2024-06-13", "to": "2024-06-10"}, {"from": "2024-06-10"}, {"from": "вчера", "to": "2024-06-10"}):
        found = decode(params, date(2024, 6, 13), COUNTRY, PLACES, Access.reader())
        assert (found.first, found.last) == default_period(date(2024, 6, 13)) == (date(2024, 6, 7), date(2024, 6, 13))


def test_fingerprints_tell_scopes_and_readers_apart() -> None:
    one = of("2024-06-10", "2024-06-16")
    limited = replace(one, access=replace(one.access, territories=(2301,)))
    assert len({scopes.fingerprint(s) for s in (one, limited, one.over(one.first, one.first))}) == 3
    assert scopes.fingerprint(one) == scopes.fingerprint(of("2024-06-10", "2024-06-16"))
