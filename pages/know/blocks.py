"""«Как справляются отраслевые блоки и города против своих целей?»"""

import pandas as pd
import streamlit as st

from components import charts, charts_rating, headline, links, tables
from components.tables import Column
from queries import blocks, dictionaries, figures, kpi
from queries.context import Context
from queries.metrics import METRICS
from words import _
from words.dates import span
from words.figures import value_text
from words.numbers import decimal, integer, percent
from words.plurals import counted
from words.solving import LENGTHS, blocks_finding

LIST, BLOCK, CITY = "pages/know/appeals.py", "pages/know/block.py", "pages/know/overview.py"
LEVELS = {"municipal": _("Муниципальный (ОМСУ)"), "regional": _("Региональный"), "federal": _("Федеральный")}
TARGET = METRICS["resolved_on_time"].target or 1.0

context: Context = st.session_state["context"]
scope = context.scope
tree = dictionaries.topic_tree().drop_duplicates("block_id")
names = dict(zip(tree["block_id"].astype(int).astype(str), tree["block"], strict=True))
places = {str(own): place.name for own, place in context.territories.all.items()}
scores = blocks.scores(scope, context.days.last_full)
history = figures.periods(scope)
settled = figures.figure("resolved_on_time", scope, history, None)
cohort = scope.over(settled.first, settled.last)
table = blocks.table(cohort, names, context.territories.population(scope.place))
scored = table.dropna(subset="score")


def score_card() -> None:
    """Measures against targets by length of period."""
    headline.section(
        _("Балл против цели"),
        _("1: цель выполнена, меньше: нет, потолок {top}. До {day}").format(top=decimal(blocks.TOP_SCORE, 2), day=span(scope.last, scope.last)),
        help=_(
            "Значение, делённое на цель (для времени наоборот), как в «Оценке города» Бостона. Сводный балл: среднее по мерам с n от 30. "
            "«Решено в срок»: по последнему периоду той же длины, у которого сроки наступили. Цели: data/reference/targets.csv."
        ),
    )
    rows = [
        {"name": METRICS[key].title, "target": value_text(METRICS[key].unit, METRICS[key].target)}
        | {one.length: one.score for one in scores if one.key == key}
        for key in blocks.SCORED
    ]
    rows.append({"name": _("Сводный балл"), "target": ""} | {length: blocks.overall(scores, length) for length in blocks.LENGTHS})
    frame = pd.DataFrame(rows).assign(total=[False] * len(blocks.SCORED) + [True])
    frame[list(blocks.LENGTHS)] = frame[list(blocks.LENGTHS)].astype(float)
    picked = tables.cells(
        frame,
        [Column("name", _("Мера"), width=150), Column("target", _("Цель")), *(Column(length, LENGTHS[length], "rate") for length in blocks.LENGTHS)],
        key="blocks_scores",
    )
    if picked is not None and picked[0] < len(blocks.SCORED) and picked[1] in blocks.LENGTHS:
        one = next(s for s in scores if (s.key, s.length) == (blocks.SCORED[picked[0]], picked[1]))
        only = {"first_response": None, "rating": "rated"}.get(one.key, METRICS[one.key].denominator)
        links.open_page(LIST, {"only": only, "from": one.first.isoformat(), "to": one.last.isoformat()})


def lists() -> None:
    """«Держим» and «требует внимания»."""
    for title, chosen in ((_("Держим"), scored[scored["score"] >= 1]), (_("Требует внимания"), scored[scored["score"] < 1].sort_values("score"))):
        headline.section(f"{title}: {integer(len(chosen))}", _("Блоки, «решено в срок» против цели {target}").format(target=percent(TARGET)))
        if chosen.empty:
            st.caption(_("Ни одного блока"))
        for row in chosen.head(6).itertuples():
            links.page_link(
                _("{name}: {share} из {n}").format(name=row.name, share=percent(row.resolved_on_time_value), n=integer(row.due_resolvable)),
                BLOCK,
                {"id": row.part},
            )


FIGURES = [
    Column("appeals", _("Обращений"), "count"),
    Column("resolved_on_time_value", METRICS["resolved_on_time"].title, "percent", help=METRICS["resolved_on_time"].formula),
    Column("due_resolvable", _("из n"), "count"),
    Column("change", _("К прошлому"), "points"),
    Column("score", _("Балл"), "rate"),
    Column("late_value", _("Нарушен срок"), "percent"),
    Column("repeated_value", _("Повторно"), "percent"),
    Column("response_median", _("Ответ, медиана"), "minutes"),
]


def figures_table(frame: pd.DataFrame, label: str, by: str, key: str, extra: list[Column]) -> None:
    """Parts with their figures; a number opens its list, a name its own page."""
    picked = tables.cells(
        frame.assign(muted=frame["due_resolvable"] < blocks.FEW), [Column("name", label, width=260), *extra, *FIGURES], key=key, height=480 if len(frame) > 13 else None
    )  # fmt: skip
    if picked is None:
        return
    row, column = frame.iloc[picked[0]], picked[1]
    if column == "name":
        if by == "block" and row["part"] is not None:
            links.open_page(BLOCK, {"id": row["part"]})
        links.open_page(CITY if by == "city" else LIST, kpi.part_params(by, row["part"]))
    links.open_page(LIST, kpi.part_params(by, row["part"], kpi.predicate_of(column)) | {"from": cohort.first.isoformat(), "to": cohort.last.isoformat()})


def all_blocks() -> None:
    """Ten blocks of the Kaluga centre and «Благоустройство»."""
    headline.section(
        _("Отраслевые блоки"),
        _("Поступившие {span}. Имя открывает блок, число открывает обращения").format(span=span(cohort.first, cohort.last)),
        help=_("Восемь основных и два дополнительных блока центра Калужской области (2020) и «Благоустройство», которого в том списке нет."),
    )
    figures_table(table, _("Блок"), "block", "blocks_table", [Column("rate", _("На 100 тыс."), "rate", help=_("Обращений на 100 тысяч жителей за период."))])


def cities() -> None:
    """Each city as a block of its own."""
    found = blocks.cities_as_blocks(cohort, places).head(12)
    if found.empty:
        return
    found["name"] = [_("Город {name}").format(name=name) for name in found["name"]]
    headline.section(_("Город как блок"), _("Обращения муниципального уровня, как блок «Город Калуга». Имя открывает город, число открывает обращения"))
    figures_table(found, _("Муниципальный блок"), "city", "blocks_cities", [])


def responsibility() -> None:
    """Whose work the appeals concern."""
    found = blocks.levels(scope)
    rows = found.rows
    municipal = rows.loc[rows["level"] == "municipal", "share"]
    headline.section(
        _("Работы ОМСУ касаются {share}").format(share=percent(municipal.iloc[0])) if len(municipal) and found.known >= blocks.FEW else _("Уровень исполнителя: мало данных"),
        _("Ориентир статьи 2024 года: более 60 %. Знаменатель: {n} с известным уровнем; это не доля официальных каналов").format(
            n=counted(found.known, "обращение")
        ),
    )
    shown = rows.assign(name=[LEVELS.get(level, _("Не указан")) for level in rows["level"]])
    notes = [percent(share) if share == share else _("вне доли") for share in rows["share"]]
    picked = charts.bars(pd.DataFrame({"label": shown["name"], "value": shown["appeals"], "note": notes}), "blocks_levels")
    if picked is not None:
        level = shown.loc[shown["name"] == picked, "level"].iloc[0]
        links.open_page(LIST, {"only": level if level == level and level else "without_level"})


def pilot_table() -> None:
    """Pilots and the others, before and after: description only."""
    found = blocks.pilots(scope, context.days.first, context.days.last_full)
    if found is None or found.rows["is_pilot"].nunique() < 2:
        return
    headline.section(
        _("Пилоты и остальные, до и после июня 2024"),
        _("{before} и те же дни год спустя, {after}. Это описание: другие причины не исключены").format(before=span(*found.before), after=span(*found.after)),
    )
    rows = found.rows.assign(
        name=[_("Пилотные регионы") if pilot else _("Остальные") for pilot in found.rows["is_pilot"]],
        when=[_("после") if after else _("до") for after in found.rows["is_after"]],
    )
    picked = tables.ranked(
        rows,
        [
            Column("name", _("Регионы"), width=170),
            Column("when", _("Когда"), width=70),
            Column("appeals", _("Обращений"), "count"),
            Column("on_time", _("Решено в срок"), "percent"),
            Column("due_resolvable", _("из n"), "count"),
            Column("fast", _("Ответ за 4 ч"), "percent"),
        ],
        key="blocks_pilots",
    )
    if picked is not None:
        row = rows.iloc[picked]
        first, last = found.after if row["is_after"] else found.before
        links.open_page(LIST, {"only": "pilot" if row["is_pilot"] else "not_pilot", "from": first.isoformat(), "to": last.isoformat()})


def places_quadrant(found: pd.DataFrame) -> None:
    """How often people write against how often it is solved in time."""
    headline.section(
        _("Пишут чаще и решают хуже: {n}").format(n=integer(((found["rate"] > found["rate"].median()) & (found["value"] < TARGET)).sum())),
        _("Пунктир: цель {target} и средняя по частоте территория. От 30 случаев. Нажмите на точку").format(target=percent(TARGET)),
    )
    picked = charts_rating.quadrant(found, TARGET, "blocks_quadrant")
    if picked is not None:
        links.open_page(LIST, {"place": picked, "only": "due_resolvable", "from": cohort.first.isoformat(), "to": cohort.last.isoformat()})


headline.headline(
    blocks_finding(blocks.overall(scores, "month"), int((scored["score"] >= 1).sum()), int((scored["score"] < 1).sum())),
    _("{place}, {span}").format(place=context.place.name, span=span(cohort.first, cohort.last)),
)
left, right = st.columns([5, 3], gap="large")
with left:
    score_card()
    pilot_table()
with right:
    lists()
all_blocks()
cities()
towns = blocks.quadrant(cohort, context.territories)
left, right = st.columns(2, gap="large")
if len(towns) >= 3:
    with left:
        places_quadrant(towns)
with right if len(towns) >= 3 else left:
    responsibility()
