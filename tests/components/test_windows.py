"""A window over a page: what happens behind it does not close it; going elsewhere does."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    """A page with a button, a window, and a place to leave for."""
    import streamlit as st

    from components import windows

    def write() -> None:
        st.text_input("Слово", key="word")
        if st.button("Сохранить"):
            windows.close()

    with windows.kept():
        elsewhere = st.toggle("Уйти")
        if not elsewhere and (st.button("Записать") or windows.is_open("note")):
            windows.show("Записать", "note", write)
        st.text(f"{windows.any_open()}")


def test_a_window_outlives_a_run_of_its_page_until_it_is_saved() -> None:
    at = AppTest.from_function(page).run()
    assert [text.value for text in at.text] == ["False"]
    at.button[0].click().run()
    at.text_input(key="word").input("полив").run()
    at.run()
    assert at.text_input(key="word").value == "полив"
    assert [text.value for text in at.text] == ["True"]
    next(button for button in at.button if button.label == "Сохранить").click().run()
    assert not at.text_input and [text.value for text in at.text] == ["False"]


def test_a_window_left_behind_does_not_wait_for_the_return() -> None:
    at = AppTest.from_function(page).run()
    at.button[0].click().run()
    at.toggle[0].set_value(True).run()
    at.toggle[0].set_value(False).run()
    assert not at.text_input and not at.exception
