"""Themes of a selection of texts and near-identical texts: the wait for them, their tables, quotes of the chosen one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import pandas as pd
import streamlit as st

from components import headline, quotes, tables, windows
from components.links import Params, set_params
from components.tables import Column
from words import _
from words.numbers import integer, times
from words.plurals import counted

MOMENT = 0.4
ENOUGH = 10
Result_co = TypeVar("Result_co", covariant=True)


class Work(Protocol[Result_co]):
    """What is being done beside the page."""

    share: float

    @property
    def is_over(self) -> bool: ...
    @property
    def result(self) -> Result_co | None: ...
    def wait(self, seconds: float) -> bool: ...
    def cancel(self) -> None: ...


def settled(work: Work[Result_co], words: str, leave: Params) -> Result_co | None:
    """The result of the work; while it is under way draws how far it is and a button to stop, which changes the URL by
    `leave`. None as well where the work failed, which is said."""
    if not work.wait(MOMENT):
        _progress(work, words, lambda: set_params(leave))
        return None
    if work.result is None:
        headline.empty(_("Не получилось посчитать"), _("Подробности в журнале приложения."), _("Обновите страницу."))
    return work.result


def asked(begin: Callable[[], Work[Result_co]], words: str) -> Result_co | None:
    """`settled` for a page that is nothing without the result: stopped, it offers to begin again."""
    if st.query_params.get("stopped"):
        headline.empty(_("Счёт остановлен"), words)
        st.button(_("Посчитать"), on_click=set_params, args=({"stopped": None},), key="begin_work")
        return None
    return settled(begin(), words, {"stopped": 1})


@st.fragment(run_every=MOMENT)
def _progress(work: Work[Result_co], words: str, leave: Callable[[], None]) -> None:
    if work.is_over and not windows.any_open():
        st.rerun()
    st.progress(min(work.share, 1.0), text=words)
    if st.button(_("Остановить"), key=f"stop_{words}"):
        work.cancel()
        leave()
        st.rerun()


class Quote(Protocol):
    """A typical text and how many appeals have the same words."""

    text: str
    copies: int


class Theme(Protocol):
    """What is drawn of one theme."""

    id: str
    title: str
    size: int
    share: float
    before: int | None
    quotes: tuple[Quote, ...]
    streets: tuple[tuple[str, int], ...]


class Copies(Protocol):
    """What is drawn of one set of near-identical texts; `first`, `last` in UTC."""

    id: str
    text: str
    size: int
    authors: int | None
    first: datetime
    last: datetime
    share: float
    is_flood: bool


def few(texts: int, needed: int) -> None:
    """Draws that there are too few texts to group, and how many it takes."""
    headline.empty(
        _("Мало текстов: {n}").format(n=integer(texts)),
        _("Чтобы сгруппировать по темам, нужно хотя бы {needed}.").format(needed=integer(needed)),
        _("Расширьте период, место или уберите условия."),
    )


def table(found: Sequence[Theme], chosen: str, key: str) -> str | None:
    """Draws themes, at most twelve, and returns the id of the clicked one; the chosen one is bold."""
    shown = pd.DataFrame(
        [
            {
                "title": theme.title,
                "size": theme.size,
                "share": theme.share,
                "before": theme.before,
                "change": _change(theme.size, theme.before),
                "streets": ", ".join(f"{street} {integer(n)}" for street, n in theme.streets),
                "total": theme.id == chosen,
            }
            for theme in found
        ]
    )
    compared = shown["before"].notna().any()
    columns = [Column("title", _("Тема текстов"), width=230), Column("size", _("Обращений"), "count", width=90)]
    columns.append(Column("share", _("Доля"), "part", help=_("От прочитанных текстов"), width=70))
    if compared:
        columns.append(Column("before", _("Было"), "count", help=_("В таком же периоде перед этим"), width=70))
        columns.append(Column("change", _("Изменение"), help=_("К периоду перед этим; отношение при десяти и более"), width=100))
    columns.append(Column("streets", _("Улицы"), help=_("Чаще других, обращений"), width=420))
    row = tables.ranked(shown, columns, f"{key}_{chosen}")
    return None if row is None else found[row].id


def _change(now: int, before: int | None) -> str:
    """A ratio where both are large enough to divide."""
    if before is None or min(now, before) < ENOUGH:
        return _("не было") if before == 0 else ""
    return times(now / before)


def typical(theme: Theme) -> None:
    """Draws the typical texts of a theme, each with how many appeals have the same words."""
    headline.section(_("Как пишут: «{title}»").format(title=theme.title))
    for column, quote in zip(st.columns(max(len(theme.quotes), 1), gap="large"), theme.quotes, strict=False):
        with column:
            same = _("с теми же словами {n}").format(n=counted(quote.copies, "обращение"))
            quotes.quote_card(shortened(quote.text), same if quote.copies > 1 else "")


def copies_table(found: Sequence[Copies], local: Callable[[datetime], datetime | None], chosen: str, key: str) -> str | None:
    """Draws sets of near-identical texts and returns the id of the clicked one; the chosen one is bold. `local` puts a
    moment on the reader's clock."""
    row = tables.ranked(
        pd.DataFrame(
            [
                {
                    "text": shortened(one.text),
                    "size": one.size,
                    "authors": one.authors,
                    "mark": _("◆ мало авторов") if one.is_flood else "",
                    "share": one.share,
                    "first": local(one.first),
                    "last": local(one.last),
                    "total": one.id == chosen,
                }
                for one in found
            ]
        ),
        [
            Column("text", _("Один из текстов"), width=420),
            Column("size", _("Обращений"), "count", width=90),
            Column("authors", _("Авторов"), "count", width=80),
            Column("mark", "", width=120),
            Column("share", _("Доля"), "part", help=_("От прочитанных текстов"), width=70),
            Column("first", _("Первое"), "moment", width=150),
            Column("last", _("Последнее"), "moment", width=150),
        ],
        f"{key}_{chosen}",
        height=420 if len(found) > 11 else None,
    )
    return None if row is None else found[row].id


def shortened(text: str, longest: int = 300) -> str:
    """A text cut at a word."""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"
