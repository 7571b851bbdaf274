"""The quality of answers: counts row by row, who differs by more than chance, answers to start from."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from queries import answers, appeals, store
from queries.appeals import Chosen
from queries.scope import COUNTRY
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.small import DAY, KALININGRAD, row

YEAR = (date(2024, 1, 1), date(2024, 6, 14))


def number(name: str) -> int:
    with store.cursor() as cursor:
        return int(cursor.execute("FROM appeals SELECT appeal_id WHERE external_id = ?", [name]).fetchone()[0])


def test_executors_are_counted_row_by_row(store_file: Path) -> None:
    for asked in many(12):
        for r in answers.by_executor(asked).itertuples():
            own = [n for n in naive.rows(asked) if n.executor == (None if pd.isna(r.executor) else r.executor)]
            for column in ("answered", "closed", "rated", "rated_good", "written_again"):
                assert getattr(r, column) == naive.count(own, column), column
            marks = [n.rating for n in own if n.rating is not None]
            assert pd.isna(r.rating) if not marks else r.rating == pytest.approx(sum(marks) / len(marks))
            assert r.reopened == sum(n.reopened and n.response is not None for n in own)


def test_empty_and_copied_answers_are_told_from_good_ones(empty_store: Path) -> None:
    good = ["Яму на Портовой засыпали 3 июня, проверили", "На Озёрной дорогу отремонтировали до 5 мая", "Выбоину на Мира убрали 9 июня утром"]
    streets = ["Портовой улице", "Озёрной улице", "улице Мира"]
    rows = [row(n, KALININGRAD, "06-03 10:00", text=f"Яма на {streets[n]}", answered=60, reply=good[n], status="answered", executor="Дорожная служба") for n in range(3)]
    rows += [row(10 + n, KALININGRAD, "06-04 10:00", text="Глубокая яма у школы", answered=60, reply="Ваше обращение принято к сведению, благодарим за обращение.", status="answered", executor="Горсвет") for n in range(4)]  # fmt: skip
    small.put(rows)
    asked = scope(COUNTRY, *YEAR)
    read = answers.wording(asked)
    signs = read.rows.groupby("executor")[["copied", "empty", "with_cues"]].sum()
    assert signs.loc["Горсвет"].tolist() == [4, 4, 4] and signs.loc["Дорожная служба"].tolist() == [0, 0, 0]
    assert read.examples[0] in set(read.rows.loc[read.rows["executor"] == "Горсвет", "appeal_id"])
    for signal in answers.SIGNALS:
        own = set(read.rows.loc[read.rows[signal], "appeal_id"])
        assert set(appeals.listing(asked, Chosen(wording=signal))["appeal_id"]) == own and appeals.count(asked, Chosen(wording=signal))[0] == len(own)
        bad = read.rows[read.rows["executor"] == "Горсвет"]
        assert appeals.count(asked, Chosen(wording=signal, executor=int(bad["executor_id"].iloc[0])))[0] == bad[signal].sum() == 4
    assert appeals.count(asked, Chosen(wording="copied", words="яма"))[0] == 4
    table = answers.compared(asked, read).set_index("executor")
    assert table.loc["Горсвет", "read"] == 4 and table.loc["Горсвет", "empty"] == 4


def test_training_is_for_those_who_differ_by_more_than_chance() -> None:
    def body(own: int, again: int, n: int, copied: int = 50) -> dict[str, object]:
        return {"executor_id": own, "executor": f"Тело {own}", "level": "municipal", "answered": n, "written_again": again, "reopened": n // 50,
                "rated": 40, "rated_good": 30, "read": 100, "copied": copied, "empty": 10, "with_cues": 10}  # fmt: skip

    table = pd.DataFrame([body(1, 60, 200), *(body(own, 10, 200) for own in range(2, 9)), body(9, 3, 3), body(10, 10, 200, copied=95)])
    found = answers.to_train(table)
    assert found[["executor_id", "fault"]].values.tolist() == [[1, "written_again"], [10, "copied"]]
    first = found.iloc[0]
    assert (first["k"], first["n"], first["share"]) == (60, 200, 0.3) and first["others"] == pytest.approx(80 / 1600)
    alike = pd.DataFrame([body(own, 10, 200) for own in range(1, 9)])
    assert answers.to_train(alike).empty and answers.to_train(alike.head(0)).empty


def test_the_best_answers_to_similar_appeals(empty_store: Path) -> None:
    def past(n: int, text: str, reply: str | None, rating: int | None, topic: str = "Горячая вода", **more: object) -> dict[str, object]:
        return row(n, KALININGRAD, "06-01 10:00", topic, "closed", "resolved", answered=60, closed=DAY, text=text, reply=reply, rating=rating, **more)

    small.put(
        [
            row(1, KALININGRAD, "06-12 10:00", "Горячая вода", text="Нет горячей воды в подъезде, стояк холодный"),
            past(2, "Стояк холодный, горячей воды нет", "Стояк промыли, вода пошла", 5),
            past(3, "Отключили горячую воду на лето", "График отключений на сайте", 5),
            past(4, "Стояк холодный третий день", "Заменили вентиль стояка", 4),
            past(5, "Стояк холодный, воды нет", "Отписка про стояк", 2),
            past(6, "Яма, стояк, вода, холодный", "Не та тема", 5, topic="Ямы и выбоины"),
            past(7, "Нет горячей воды, стояк холодный", "Закрытый ответ", 5, visibility="restricted"),
            past(8, "Вода пропала", "Стояк промыли, вода пошла", 5),
        ]
    )
    found = answers.best_alike(scope(COUNTRY, *YEAR), number("A-1"))
    assert found["reply"].tolist() == ["Стояк промыли, вода пошла", "Заменили вентиль стояка", "График отключений на сайте"]
    assert answers.best_alike(scope(6401), number("A-1")).empty
    assert answers.best_alike(scope(), 5).empty


def test_nothing_was_answered(empty_store: Path) -> None:
    asked = scope()
    read = answers.wording(asked)
    assert read.rows.empty and read.examples == () and answers.compared(asked, read).empty
    assert answers.to_train(answers.compared(asked, read)).empty
