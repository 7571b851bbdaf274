"""«Что жители сказали, когда их спросили?»"""


import pandas as pd
import streamlit as st

from components import charts, charts_shares, choices, headline, links, maps, register, tables, windows
from components.register import Doors
from components.safe import plain, safe_url
from components.tables import Column
from ingest import jobs
from queries import participation, registers
from queries.context import Context
from words import _
from words.dates import day
from words.informing import METHODS, host, interval, participation_finding, taken
from words.numbers import integer, percent
from words.plurals import counted

LIST = "pages/know/appeals.py"
VIEWS = {"polls": _("Опросы"), "hearings": _("Слушания"), "votes": _("Голосования")}
RADII = {str(metres): _("{n} м").format(n=integer(metres)) for metres in participation.RADII}

context: Context = st.session_state["context"]
scope = context.scope
found = {"polls": participation.polls(scope), "hearings": participation.hearings(scope), "votes": participation.objects(scope)}
votes = participation.votes(found["votes"])
given = st.query_params.get("view", "")
view = given if given in VIEWS else next((name for name, frame in found.items() if len(frame)), "polls")
own = registers.registers()[view]
doors = Doors.of(view, registers, jobs.send_file)
options = registers.choices(context.territories)


def picked(frame: pd.DataFrame, columns: list[Column], key: str, name: str = "item", column: str = "item_id") -> pd.Series:
    """Draws a table and returns the row whose `column` the address holds under `name`, else the first; a click changes the address."""
    now = st.query_params.get(name, "")
    marked = frame.assign(total=frame[column] == now)
    row = tables.ranked(marked, columns, f"{key}_{now}", height=290 if len(frame) > 7 else None)
    if row is not None and frame.iloc[row][column] != now:
        links.set_params({"item": None, name: frame.iloc[row][column]})
        st.rerun()
    return frame[marked["total"]].iloc[0] if marked["total"].any() else frame.iloc[0]


def change(item: pd.Series) -> None:
    """Change or remove the item, and the address where its results are published."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Изменить"), key="participation_edit") or windows.is_open(view):
            register.edit(own, registers.shown(view, item.to_dict()), options, doors, view, item["item_id"])
        if address := safe_url(item["url"]):
            st.link_button(plain(_("Открыть результаты: {host}").format(host=host(address))), address)


def polls(frame: pd.DataFrame) -> None:
    """Polls with their intervals, and the answers of one."""
    left, right = st.columns([5, 4], gap="large")
    with left:
        shown = frame.assign(
            sure=[interval(*pair) for pair in zip(frame["low"], frame["high"], strict=True)],
            top=[f"{top}, {percent(share)}" if top else _("нет данных") for top, share in zip(frame["top"], frame["share"], strict=True)],
        )
        poll = picked(
            shown,
            [
                Column("question", _("Вопрос"), width=175),
                Column("territory_name", _("Где"), width=100),
                Column("start", _("Начало"), "day", width=122),
                Column("asked", _("n"), "count", help=_("Ответили на вопрос"), width=52),
                Column("top", _("Чаще всего"), width=140),
                Column("sure", _("Интервал"), help=_("95-процентный интервал доли самого частого ответа"), width=80),
            ],
            "participation_polls",
        )
        st.caption(_("Нажмите на опрос, чтобы увидеть ответы"))
    with right:
        headline.section(poll["question"], f"{poll['territory_name']}, {taken(poll['start'], poll['end'])}, n = {integer(poll['asked'])}")
        answers = participation.answers(poll)
        charts_shares.shares(answers, f"participation_answers_{poll['item_id']}")
        if poll["several"] is True:
            st.caption(_("Можно было выбрать несколько ответов: доли в сумме больше 100 %"))
        tables.facts(
            {_("Способ"): poll["method_name"], _("О выборке"): poll["note"] or _("не сказано"), _("Кто проводил"): poll["owner"] or _("не сказано")}
        )
        st.caption(METHODS[poll["method"]])
        headline.method_note(
            _("Доля = выбрали ответ / ответили на вопрос. Усы: 95-процентный интервал Уилсона для доли; он говорит только о случайности выборки.")
        )
        change(poll)


def hearings(frame: pd.DataFrame) -> None:
    """Hearings, turnout, what became of proposals."""
    item = picked(
        frame,
        [
            Column("subject", _("Предмет"), width=300),
            Column("territory_name", _("Где"), width=120),
            Column("held", _("Собрание"), "day", width=110),
            Column("notice", _("Объявили за, дней"), "count", width=120),
            Column("participants", _("Участников, n"), "count", width=110),
            Column("turnout", _("Явка"), "part", help=_("Участники / жители в границах проекта"), width=90),
            Column("proposals", _("Предложений"), "count", width=105),
            Column("taken", _("Учтено"), "percent", help=_("Учтённые предложения / все предложения"), width=90),
            Column("decision_name", _("Итог"), width=170),
        ],
        "participation_hearings",
    )
    st.caption(_("Явка считается там, где известно, сколько жителей могли участвовать. Слушания не выборка: интервала у явки нет"))
    headline.section(item["subject"], f"{item['territory_name']}, {day(item['held'])}")
    change(item)
    around(item, item["held"])


def objects(frame: pd.DataFrame) -> None:
    """Votes, their objects over the map of appeals, and what people asked for near the chosen one."""
    vote = picked(
        votes,
        [
            Column("vote", _("Голосование"), width=220),
            Column("territory_name", _("Где"), width=130),
            Column("start", _("Начало"), "day", width=110),
            Column("end", _("Конец"), "day", width=110),
            Column("objects", _("Объектов"), "count", width=85),
            Column("voters", _("Проголосовали, n"), "count", width=125),
            Column("turnout", _("Явка"), "part", help=_("Проголосовали / жители, которые могли голосовать"), width=70),
            Column("leader", _("Больше всего голосов"), width=260),
            Column("share", _("Доля"), "percent", width=70),
        ],
        "participation_votes",
        "vote",
        "vote_id",
    )
    own_objects = frame[frame["vote_id"] == vote["vote_id"]].reset_index(drop=True)
    headline.section(
        f"{vote['vote']}, {vote['territory_name']}",
        _("{when}. Явка {turnout}: {n} из {all}").format(
            when=taken(vote["start"], vote["end"]), turnout=percent(vote["turnout"], 1), n=integer(vote["voters"]), all=integer(vote["eligible"])
        )
        if pd.notna(vote["turnout"])
        else taken(vote["start"], vote["end"]),
    )
    left, right = st.columns([4, 5], gap="large")
    with left:
        item = picked(
            own_objects,
            [
                Column("object", _("Объект"), width=250),
                Column("ballots", _("Голосов"), "count", width=85),
                Column("share", _("Доля"), "percent", width=70),
                Column("result_name", _("Итог"), width=100),
            ],
            "participation_objects",
        )
        headline.method_note(
            _(
                "Доля = голоса за объект / все голоса. Голосование сплошное, а не выборка: интервала у долей нет. Проголосовали те, кто захотел, "
                "мнение остальных жителей неизвестно."
            )
        )
        change(item)
    with right:
        year = participation.before(scope, item)
        numbered = own_objects.assign(id=range(len(own_objects)), name=own_objects["object"])
        numbered["tip"] = [_("{n} голосов, {share}").format(n=integer(r.ballots), share=percent(r.share)) for r in own_objects.itertuples()]
        clicked = maps.object_map(
            numbered[["id", "name", "lat", "lon", "tip"]],
            participation.points(year),
            "participation_map",
            selected=int((own_objects["item_id"] == item["item_id"]).argmax()),
            height=380,
        )
        st.caption(_("Кружки: объекты. Цвет под ними: обращения за год до голосования, самые новые {n}. Нажмите на кружок").format(n=integer(participation.POINTS)))
        if clicked is not None and own_objects.iloc[clicked]["item_id"] != item["item_id"]:
            links.set_params({"item": own_objects.iloc[clicked]["item_id"]})
            st.rerun()
    around(item, item["start"])


def around(item: pd.Series, until: pd.Timestamp) -> None:
    """What people asked for near the place in the year before."""
    if pd.isna(item["lat"]) or pd.isna(item["lon"]):
        headline.empty(_("Места на карте нет"), _("У записи не указаны широта и долгота."), _("Нажмите «Изменить» и впишите их, тогда покажем обращения рядом."))
        return
    asked = st.query_params.get("metres", "")
    metres = int(asked) if asked in RADII else participation.RADII[1]
    near = participation.around(scope, item, metres, until.date())
    headline.section(
        _("О чём просили рядом: {n}").format(n=counted(near.total, "обращение")),
        _("За год до {day}, не дальше {n} м. Нажмите на тему").format(day=day(until), n=integer(metres)),
    )
    choices.segmented("metres", _("Радиус"), RADII, str(metres))
    if not near.total:
        headline.empty(_("Обращений рядом нет"), _("В этом круге за год не писали, или у обращений нет координат."), _("Выберите больший радиус."))
        return
    days = {"from": near.scope.first.isoformat(), "to": near.scope.last.isoformat()}
    params = {**days, "place": near.scope.place, "channels": None, "topics": None, **near.chosen.encode()}
    topics = near.topics.assign(label=near.topics["topic"].fillna(_("без темы")), value=near.topics["appeals"], id=near.topics["topic_id"].fillna(0).astype(int))
    picked = charts.bars(topics[["label", "value", "id"]], f"participation_near_{item['item_id']}_{metres}")
    if picked is not None:
        links.open_page(LIST, params | ({"topics": f"t{picked}"} if picked != "0" else {"only": "without_topic"}))
    links.page_link(_("Показать {n} →").format(n=counted(near.total, "обращение")), LIST, params)


headline.headline(
    participation_finding(len(found["polls"]), len(found["hearings"]), len(votes)),
    _("{place}, начались не позже {day}").format(place=context.place.name, day=day(scope.last)),
)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    choices.segmented("view", _("Что показать"), VIEWS, view)
    register.buttons(own, {"territory": scope.place}, options, doors, view)
if found[view].empty:
    headline.empty(
        _("{title}: записей нет").format(title=VIEWS[view]),
        _("Для этой территории в реестр ничего не внесено."),
        _("Добавьте запись или загрузите файл: образец таблицы есть в окне загрузки."),
    )
    st.stop()
{"polls": polls, "hearings": hearings, "votes": objects}[view](found[view])
