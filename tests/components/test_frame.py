"""The frame of a page: links keep the scope, the scope bar tells the URL, cards and words are shown literally."""

import datetime as dt
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from components.scope_bar import _year_before, presets

APP = """
import datetime as dt
import streamlit as st
from components.scope_bar import Choice, Place, ScopeOptions, ScopeState, scope_bar
from components.theme import style

page = st.navigation([st.Page("pages/know/one.py", default=True), st.Page("pages/know/two.py")], position="top")
style()
query = st.query_params
start = dt.date.fromisoformat(query.get("from", "2026-07-13"))
end = dt.date.fromisoformat(query.get("to", "2026-07-19"))
state = ScopeState(
    place=query.get("place", "2"), start=start, end=end, vs=query.get("vs", "prev"), last_day=dt.date(2026, 7, 22),
    compared=None if query.get("vs") == "none" else (start - dt.timedelta(7), end - dt.timedelta(7)),
    channels=tuple(query["channels"].split(",")) if "channels" in query else (), topics=tuple(query.get_all("topics")),
    changed=len(query.to_dict()) > 0, data_line="Данные на 20 июля, 08:50", stale=True, sources="6 из 6", sources_page="pages/know/two.py",
)
options = ScopeOptions(
    places=[Place("1", "Россия"), Place("2", "**Омск**", "Омская область")],
    comparisons=[Choice("prev", "предыдущий период"), Choice("none", "без сравнения")],
    channels=[Choice("5", "ВК, официальные", official=True), Choice("6", "ВК, группы"), Choice("7", "Чаты")],
    topics=[Choice("t1", "Ямы", "Дороги")],
)
scope_bar(state, options)
page.run()
"""

ONE = """
import streamlit as st
from components.cards import AttentionCard, KpiCard, Link, attention_row, kpi_row
from components.headline import banner, breadcrumb, demo_ribbon, empty, headline, method_note, section
from components.links import merged, open_button, page_link
from components.quotes import quote_card

breadcrumb([("Всплески", "pages/know/two.py", {"place": 1})], "<i>тема</i>")
headline("Обращений 5 от ![x](http://evil.example/x.png)", "http://evil.example")
section("**Не жирно**", "подпись", help="как посчитано")
page_link("Показать 5 обращений →", "pages/know/two.py", {"only": "late", "vs": None})
open_button("Открыть", "pages/know/two.py", {"place": 9}, key="go", primary=True)
nothing = KpiCard("Обращений", "нет данных", "формула")
full = KpiCard("Решено", "78 %", "формула", unit="мин", delta="−2 п. п.", delta_tone="bad", compared="к прошлой", norm="Норма 85 %",
               trend=[1.0, float("nan"), 3.0], norm_value=2.0, usual=(1.0, 2.0), verdict="не выполнена", verdict_tone="bad", note="n = 5",
               link=Link("Показать 5 →", "pages/know/two.py"))
kpi_row([nothing, full])
kpi_row([])
call = AttentionCard("◆", "attention", "Новый", "[т](http://a.b)", "текст", Link("Открыть →", "pages/know/two.py"), fresh=True)
attention_row([call] * 5)
attention_row([])
quote_card("<script>alert(1)</script> пыль", "ВК <b>", ["пыль"])
quote_card(None, "Госуслуги")
empty("Нет", "Потому", ("Показать", "pages/know/two.py", {"from": "2026-07-06"}))
empty("Нет", "Потому", "Подождите")
method_note("a * b * c", "источник")
demo_ribbon()
banner("Телеграм: нет данных с 14:00")
st.session_state["merged"] = merged({"only": 1, "vs": None, "topics": ["a", "b"]})
"""


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "pages" / "know"
    folder.mkdir(parents=True)
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (folder / "one.py").write_text(ONE, encoding="utf-8")
    (folder / "two.py").write_text("import streamlit as st\nst.title('Вторая')\n", encoding="utf-8")
    return AppTest.from_file(str(tmp_path / "app.py"), default_timeout=30)


def widget(at, kind, name):
    return next(one for one in at.get(kind) if one.key.startswith(f"scope_{name}_"))


def test_everything_draws_and_nothing_foreign_is_markdown(app):
    at = app.run()
    assert not at.exception
    markdown = " ".join(one.value for one in (*at.markdown, *at.title, *at.header, *at.caption))
    assert "![x](" not in markdown and "http://" not in markdown and "[т](" not in markdown
    drawn = " ".join(one.proto.body for one in at.get("html"))
    assert "<script>alert" not in drawn and "&lt;script&gt;" in drawn and "<mark>пыль</mark>" in drawn and "Текст закрыт" in drawn


def test_an_empty_trend_draws_no_picture(app):
    pictures = [one for one in app.run().get("html") if "data:image/svg+xml" in one.proto.body]
    assert len(pictures) == 1


def test_at_most_five_calls_for_attention(app):
    assert sum("◆" in one.value for one in app.run().markdown) == 5


def test_links_keep_the_scope_and_change_what_they_name(app):
    app.query_params.update({"place": "2", "vs": "year", "topics": ["t1", "t2"], "page": "3"})
    at = app.run()
    assert at.session_state["merged"] == {"place": "2", "only": "1", "topics": ["a", "b"]}


def target(link):
    """Page and parameters of a page link."""
    return link.proto.page, parse_qs(link.proto.query_string)


def test_a_button_is_a_link_in_the_changed_scope(app):
    app.query_params.update({"from": "2026-07-06", "to": "2026-07-12"})
    found = [target(link) for link in app.run().get("page_link") if link.proto.label == "Открыть"]
    assert found == [("two", {"from": ["2026-07-06"], "to": ["2026-07-12"], "place": ["9"]})]


def test_opening_a_page_is_one_pressed_link_and_the_end_of_the_page(app, tmp_path):
    text = (
        "import streamlit as st\nfrom components.links import open_page\n"
        "open_page('pages/know/two.py', {'only': 'late', 'from': None})\nst.title('дальше')"
    )
    (tmp_path / "pages" / "know" / "one.py").write_text(text, encoding="utf-8")
    app.query_params.update({"from": "2026-07-06", "place": "2"})
    at = app.run()
    assert not at.exception and not at.title
    assert target(at.get("page_link")[-1]) == ("two", {"place": ["2"], "only": ["late"]})
    assert any("click()" in one.proto.body for one in at.get("html"))


def test_a_period_becomes_two_parameters_and_the_calendar_shows_it(app):
    at = app.run()
    days = widget(at, "date_input", "days")
    days.set_value((dt.date(2026, 7, 1), dt.date(2026, 7, 3))).run()
    assert at.query_params["from"] == "2026-07-01" and at.query_params["to"] == "2026-07-03"
    assert widget(at, "date_input", "days").value == (dt.date(2026, 7, 1), dt.date(2026, 7, 3))


def test_a_named_period_becomes_two_parameters(app):
    at = app.run()
    widget(at, "button_group", "preset").set_value("7 дней").run()
    assert at.query_params["from"] == "2026-07-16" and at.query_params["to"] == "2026-07-22"


def test_official_channels_are_one_click(app):
    at = app.run()
    widget(at, "button_group", "official").set_value("неофициальные").run()
    assert at.query_params["channels"] == "6,7" and widget(at, "multiselect", "channels").value == ["6", "7"]


def test_half_a_period_changes_nothing(app):
    at = app.run()
    widget(at, "date_input", "days").set_value((dt.date(2026, 7, 1),)).run()
    assert "from" not in at.query_params


def test_choices_become_parameters_and_reset_removes_them_all(app):
    at = app.run()
    widget(at, "multiselect", "channels").set_value(["7", "5"]).run()
    widget(at, "radio", "vs").set_value("none").run()
    widget(at, "selectbox", "place").set_value("1").run()
    assert at.query_params["channels"] == "7,5" and at.query_params["vs"] == "none" and at.query_params["place"] == "1"
    at.button(key="scope_reset").click().run()
    assert not at.query_params
    assert widget(at, "multiselect", "channels").value == [] and widget(at, "selectbox", "place").value == "2"


def test_a_change_of_the_url_makes_new_widgets_so_old_values_cannot_return(app):
    at = app.run()
    before = widget(at, "multiselect", "channels").key
    widget(at, "multiselect", "channels").set_value(["6"]).run()
    assert widget(at, "multiselect", "channels").key == before
    at.button(key="scope_reset").click().run()
    assert widget(at, "multiselect", "channels").key != before


def test_unknown_values_of_the_url_are_not_an_error(app):
    app.query_params.update({"place": "77", "channels": "99", "topics": "zz"})
    at = app.run()
    assert not at.exception and widget(at, "multiselect", "channels").value == []


def test_presets_end_with_the_data():
    named = presets(dt.date(2026, 7, 22))
    day = dt.date
    assert named["вчера"] == (day(2026, 7, 22), day(2026, 7, 22))
    assert named["последняя полная неделя"] == (day(2026, 7, 13), day(2026, 7, 19))
    assert named["7 дней"] == (day(2026, 7, 16), day(2026, 7, 22))
    assert named["этот месяц"] == (day(2026, 7, 1), day(2026, 7, 22))
    assert named["прошлый месяц"] == (day(2026, 6, 1), day(2026, 6, 30))
    assert named["год"] == (day(2025, 7, 23), day(2026, 7, 22))


def test_a_sunday_ends_its_own_week_and_a_leap_day_has_a_year_before():
    assert presets(dt.date(2026, 7, 19))["последняя полная неделя"] == (dt.date(2026, 7, 13), dt.date(2026, 7, 19))
    assert _year_before(dt.date(2028, 2, 29)) == dt.date(2027, 2, 28)
