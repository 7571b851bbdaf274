"""«Хорошие ли ответы, и кому нужно обучение?»"""

import streamlit as st

from components import headline, links, quotes, tables
from components.tables import Column
from queries import answers, figures
from queries.context import Context
from words import _
from words.dates import span
from words.numbers import decimal, integer
from words.plurals import counted
from words.solving import FAULTS, answers_finding

SIGNALS = ("copied", "empty", "with_cues")
LIST, APPEAL = "pages/know/appeals.py", "pages/know/appeal.py"

context: Context = st.session_state["context"]
scope = context.scope
now = figures.totals(scope)
read = answers.wording(scope)
table = answers.compared(scope, read)


def residents() -> None:
    """What residents make of the answers."""
    headline.section(_("Что показали жители"), _("Поступившие {span}. Нажмите на строку").format(span=span(scope.first, scope.last)))
    rows = [
        ("rated", _("Поставили оценку"), "closed"),
        ("rated_good", _("Из них 4 и 5"), "rated"),
        ("written_again", _("Написали снова после ответа"), "answered"),
        ("reopened", _("Возвращено в работу"), "appeals"),
    ]
    frame = tables.shares_table([(words, int(now[key]), int(now[below])) for key, words, below in rows])
    picked = tables.ranked(frame, tables.SHARE_COLUMNS, key="answers_residents")
    mean = _("Средняя оценка {mean} из 5, оценок {n}").format(mean=decimal(now["rating"]), n=integer(now["rated"])) if now["rated"] else _("Оценок нет")
    st.caption(_("{mean}. Оценивают не все и чаще недовольные или довольные: судите вместе с долей оценивших").format(mean=mean))
    if picked is not None:
        links.open_page(LIST, {"only": rows[picked][0]})


def words() -> None:
    """What the wording tells."""
    n = len(read.rows)
    headline.section(_("Что видно по словам"), _("Последние {n} с открытым текстом. Это повод прочитать, а не приговор. Нажмите на строку").format(n=counted(n, "ответ")))
    if not n:
        st.caption(_("Ответов с открытым текстом за период нет."))
        return
    rows = [(FAULTS[key].capitalize(), int(read.rows[key].sum()), n) for key in SIGNALS]
    picked = tables.ranked(tables.shares_table(rows), tables.SHARE_COLUMNS, key="answers_words")
    if picked is not None:
        links.open_page(LIST, {"wording": SIGNALS[picked]})
    st.caption(
        _("Одинаковые: почти дословно повторяют другой ответ. Ни места, ни сути: не названо ни одно место и ни одно значимое слово обращения.")
    )


def training() -> None:
    """Who would gain from training, with reasons."""
    found = answers.to_train(table)
    headline.section(
        _("Кому нужно обучение: {n}").format(n=integer(found["executor"].nunique())) if len(found) else _("Обучение: никто не выделяется больше случайного"),
        _("Хуже исполнителей того же уровня больше случайного"),
        help=_("Точный тест против остальных того же уровня, от 30 ответов, с поправкой на число исполнителей и признаков."),
    )
    if found.empty:
        return
    picked = tables.ranked(
        found.assign(why=found["fault"].map(FAULTS)),
        [
            Column("executor", _("Исполнитель"), width=240),
            Column("why", _("Что не так"), width=220),
            Column("share", _("Доля"), "percent"),
            Column("others", _("У остальных"), "percent"),
            Column("k", _("Случаев"), "count"),
            Column("n", _("Из"), "count"),
        ],
        key="answers_training",
    )
    if picked is not None:
        row = found.iloc[picked]
        only = {"written_again": "written_again", "reopened": "answered,reopened", "rated_bad": "rated_bad"}.get(row["fault"])
        links.open_page(LIST, {"executor": int(row["executor_id"]), "only": only, "wording": None if only else row["fault"]})


def executors() -> None:
    """All executors side by side."""
    headline.section(_("Исполнители"), _("Нажмите на число, чтобы увидеть обращения"))
    shown = table.assign(
        response=table["rated"] / table["closed"].where(table["closed"] > 0),
        again=table["written_again"] / table["answered"].where(table["answered"] > 0),
        back=table["reopened"] / table["answered"].where(table["answered"] > 0),
        muted=table["answered"] < 30,
        **{f"{key}_share": table[key] / table["read"].where(table["read"] > 0) for key in SIGNALS},
    )
    picked = tables.cells(
        shown,
        [
            Column("executor", _("Исполнитель"), width=260),
            Column("answered", _("Ответов"), "count"),
            Column("rating", _("Оценка"), "rate"),
            Column("rated", _("Оценок"), "count"),
            Column("response", _("Оценили"), "percent", help=_("Доля закрытых обращений, которым житель поставил оценку.")),
            Column("again", _("Написали снова"), "percent"),
            Column("back", _("Возвраты"), "percent"),
            Column("copied_share", _("Одинаковые"), "percent"),
            Column("empty_share", _("Ни места, ни сути"), "percent"),
            Column("with_cues_share", _("Общие фразы"), "percent"),
        ],
        key="answers_executors",
        height=480 if len(shown) > 13 else None,
    )
    st.caption(_("Серым: меньше 30 ответов. Последние три столбца: по {n} с открытым текстом").format(n=counted(len(read.rows), "ответ")))
    if picked is not None:
        row, column = picked
        only = {"rated": "rated", "rating": "rated", "response": "rated", "again": "written_again", "back": "answered,reopened"}
        signal = column.removesuffix("_share")
        own = {"wording": signal} if signal in SIGNALS else {"only": only.get(column, "answered")}
        links.open_page(LIST, {"executor": int(shown.iloc[row]["executor_id"])} | own)


def examples() -> None:
    """Answers worth reading first."""
    if not read.examples:
        return
    headline.section(_("Прочитайте эти ответы"), _("По одному каждого вида, сначала те, где признаков больше"))
    rows = read.rows.set_index("appeal_id")
    for appeal_id in read.examples[:6]:
        row = rows.loc[appeal_id]
        signs = [FAULTS[key] for key in ("copied", "empty") if row[key]] + ([row["cues"]] if row["cues"] else [])
        quotes.quote_card(row["reply"], ". ".join(filter(None, [row["executor"], row["topic"], "; ".join(signs)])))
        links.page_link(_("Открыть обращение →"), APPEAL, {"id": appeal_id})


headline.headline(
    answers_finding(int(now["rated"]), int(now["rated_good"]), int(now["closed"]), int(now["written_again"]), int(now["answered"])),
    f"{context.place.name}, {span(scope.first, scope.last)}",
)
left, right = st.columns(2, gap="large")
with left:
    residents()
    words()
with right:
    training()
executors()
examples()
