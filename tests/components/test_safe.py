"""Foreign text stays text: in Markdown widgets, in HTML, in spreadsheets."""

import html
import re
from unicodedata import category

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.exports import csv_bytes, inert
from components.safe import plain, safe_text
from components.tables import Column

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "![x](http://evil.example/pixel.png)",
    "[нажмите](javascript:alert(1))",
    "</mark><b onclick=alert(1)>жирный</b>",
    "&lt;script&gt; &amp; \"кавычки\" 'апостроф'",
    "пыль\u202eьтлып <i>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_leaves_no_tag_but_mark(text):
    shown = safe_text(text, ["пыль", "script", "<b", "alert(1)"])
    assert set(re.findall(r"<[^>]*>", shown)) <= {"<mark>", "</mark>"}


@given(st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_whatever_is_marked_nothing_is_lost_or_added(text, words):
    shown = safe_text(text, words)
    bare = re.sub(r"</?mark>", "", shown).replace("<br>", "\n")
    assert not re.search(r"[<>]", bare)
    assert html.unescape(bare) == "".join(char for char in text if char in "\n\t" or category(char)[0] != "C")


def test_words_are_marked_from_their_beginning_in_any_case_with_yo_as_ye():
    assert safe_text("Ёлки и ЕЛКА, не поделка", ["елк"]) == "<mark>Ёлки</mark> и <mark>ЕЛКА</mark>, не поделка"


def test_a_letter_that_grows_in_lower_case_does_not_shift_the_marks():
    assert safe_text("İ пыль", ["пыль"]) == "İ <mark>пыль</mark>"


def test_words_are_literals_not_patterns():
    assert safe_text("a.c abc", ["a.c"]) == "<mark>a.c</mark> abc"


@pytest.mark.parametrize("text", ["**жирно** _к_ `код`", "# заголовок", "$x^2$", "[a](http://b.c)", ":red[x]", "a | b ~~c~~"])
def test_labels_have_every_markdown_sign_escaped(text):
    shown = plain(text)
    assert not re.search(r"(?<!\\)[*_`#$\[\]()~|]", shown)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("http://evil.example", r"https?://"),
        ("www.evil.example", r"www\\?\."),
        ("a@evil.example", r"@\w"),
        (":smile: :material/home:", r":\w"),
    ],
)
def test_addresses_and_emoji_codes_in_labels_are_broken(text, pattern):
    assert re.search(pattern, text)
    assert not re.search(pattern, plain(text))


def test_a_time_of_day_and_an_arrow_stay_as_they_are():
    assert plain("20 июля, 08:50 →") == "20 июля, 08:50 →"


@pytest.mark.parametrize("cell", ["=1+1", "+7 900", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", " =HYPERLINK(1)", "＠x"])
def test_a_formula_in_a_file_becomes_text(cell):
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["пыль = грязь", "", 5, None, "№ 5"])
def test_other_cells_are_left_alone(cell):
    assert inert(cell) == cell


def test_csv_is_for_a_russian_excel():
    frame = pd.DataFrame({"place": ["Омск", "=1"], "share": [0.5, float("nan")], "hidden": [1, 2]})
    saved = csv_bytes(frame, [Column("place", "Где"), Column("share", "Доля", "percent")])
    assert saved.decode("utf-8-sig").splitlines() == ["Где;Доля", "Омск;0,5", "'=1;"]
    assert saved.startswith(b"\xef\xbb\xbf")
