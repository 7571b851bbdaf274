"""«Какие фейки нашли и как быстро их опровергли?»"""


import pandas as pd
import streamlit as st

from components import cards, charts, headline, links, quotes, register, tables, windows
from components import themes as draw
from components.cards import KpiCard
from components.register import Doors
from components.safe import plain, safe_url
from components.tables import Column
from ingest import jobs
from queries import fakes, registers, themes
from queries.appeals import Chosen
from queries.context import Context
from words import _
from words.dates import day, moment, span
from words.figures import value_text
from words.informing import fakes_finding, host
from words.numbers import integer
from words.plurals import counted

SPIKE, LIST = "pages/prevent/spike.py", "pages/know/appeals.py"
SETS = 5

context: Context = st.session_state["context"]
scope, tree = context.scope, context.territories
own = registers.registers()["fakes"]
doors = Doors.of("fakes", registers, jobs.send_file)
options = registers.choices(tree)
# What was found today belongs to a period that reaches the last full day.
last = max(scope.last, context.moment.date()) if scope.last == context.days.last_full else scope.last
listed_days = span(scope.first, last)
found = fakes.found(scope.over(scope.first, last))
figures = fakes.figures(found)


def counters() -> None:
    """Found, checked, refuted, how soon."""
    half = _("Половина недостоверных опровергнута за это время; неопровергнутые считаются более долгими, чем любые")
    row = [
        KpiCard(label=_("Найдено"), value=integer(figures.found), help=_("Записи реестра, обнаруженные в выбранные дни"), note=_("сообщений о них {n}").format(n=integer(figures.posts))),
        KpiCard(
            label=_("Проверено"), value=integer(figures.checked), help=_("Записи, у которых есть итог проверки"),
            note=_("{k} из {n}").format(k=integer(figures.checked), n=integer(figures.found)),
        ),
        KpiCard(
            label=_("Опровергнуто"), value=integer(figures.refuted), help=_("Опровергнутые среди недостоверных и искажённых"),
            note=_("{k} из {n} недостоверных").format(k=integer(figures.refuted), n=integer(figures.wrong)),
        ),
        KpiCard(
            label=_("До опровержения"), value=value_text("minutes", figures.time) if figures.wrong else _("нет данных"), help=half,
            note=_("медиана от обнаружения, n = {n}").format(n=integer(figures.wrong)),
        ),
    ]  # fmt: skip
    cards.kpi_row(row, "fakes_kpi")


def listed() -> None:
    """The register; a click shows one."""
    headline.section(_("Реестр"), _("Обнаружены {span}, время территории «{place}». Нажмите на строку").format(span=listed_days, place=context.place.name))
    now = st.query_params.get("item", "")
    shown = found.assign(
        total=found["item_id"] == now,
        found_local=[context.local(at) for at in found["found"]],
        answer=[_("опровергнут") if pd.notna(at) else "" for at in found["refuted"]],
        state=found["verdict_name"].replace("", _("не проверен")),
    )
    row = tables.ranked(
        shown,
        [
            Column("claim", _("Что утверждается"), width=290),
            Column("territory_name", _("Где"), width=110),
            Column("form_name", _("Вид"), width=100),
            Column("found_local", _("Обнаружен"), "moment", width=155),
            Column("state", _("Итог проверки"), width=115),
            Column("to_check", _("До проверки"), "minutes", width=95),
            Column("to_refute", _("До опровержения"), "minutes", width=120),
            Column("posts", _("Сообщений"), "count", width=90),
            Column("audience", _("Охват"), "count", width=80),
            Column("fed_name", _("Кто сообщил"), width=110),
        ],
        f"fakes_table_{now}",
    )
    if row is not None and found.iloc[row]["item_id"] != now:
        links.set_params({"item": found.iloc[row]["item_id"]})
        st.rerun()
    known = found[found["item_id"] == now]
    if len(known):
        one(known.iloc[0])


def one(item: pd.Series) -> None:
    """One fake: when, what came of it, where its refutation is, how it spread."""
    with st.container(border=True):
        headline.section(item["claim"], item["territory_name"])
        left, right = st.columns(2, gap="large")
        with left:
            said = {name: moment(context.local(item[column])) if pd.notna(item[column]) else _("нет") for name, column in (
                (_("Обнаружен"), "found"), (_("Проверен"), "checked"), (_("Опровергнут"), "refuted"))}  # fmt: skip
            tables.facts(said | {_("Итог проверки"): item["verdict_name"] or _("не проверен"), _("Тема"): item["topic_name"] or _("не указана")})
            with st.container(horizontal=True):
                address(item["refutation"], _("Опровержение"))
                address(item["source"], _("Первая запись"))
                if st.button(_("Изменить"), key="fakes_edit") or windows.is_open("fakes"):
                    register.edit(own, registers.shown("fakes", item.to_dict()), options, doors, "fakes", item["item_id"])
                if pd.notna(item["spike"]):
                    links.page_link(_("Открыть всплеск →"), SPIKE, {"id": int(item["spike"])})
            leave_out(item)
        with right:
            spread(found[found["item_id"] == item["item_id"]], f"fakes_one_{item['item_id']}")


def leave_out(item: pd.Series) -> None:
    """Leave the appeals that repeat a fake out of all counts, or count them again."""
    kept = fakes.aside().get(item["item_id"], 0)
    if kept:
        st.caption(_("Отложено {n} с теми же словами").format(n=counted(kept, "обращение")))
        if st.button(_("Снова считать их"), key="fakes_back"):
            fakes.set_aside(item["item_id"], [])
            st.rerun()
        return
    found_same = fakes.same_words(scope, item)
    if not found_same:
        st.caption(_("Обращений с теми же словами нет: исключать из подсчётов нечего"))
        return
    st.caption(_("С теми же словами {n}: за неделю до и месяц после").format(n=counted(len(found_same), "обращение")))
    if st.button(_("Отложить: можно будет не считать"), key="fakes_aside"):
        fakes.set_aside(item["item_id"], found_same)
        st.rerun()


def counted_or_not() -> None:
    """The switch that leaves the appeals set aside out of all pages; it lives in the address."""
    total = sum(fakes.aside().values())
    if not total and not scope.without_fakes:
        return
    st.toggle(
        _("Не считать отложенные обращения на всех страницах: {n}").format(n=integer(total)),
        scope.without_fakes,
        key=f"fakes_off_{scope.without_fakes}",
        on_change=links.set_params,
        args=({"fakes": None if scope.without_fakes else "off"},),
        help=_("Числа, доли, списки и карты считаются без них. Найденные раньше всплески не пересчитываются"),
    )


def address(text: object, label: str) -> None:
    """A link where the address may be opened by a click; else its words, which do nothing."""
    if url := safe_url(text):
        st.link_button(plain(f"{label}: {host(url)}"), url)
    elif isinstance(text, str) and text:
        st.text(_("{label}: адрес не открываем, нужен http или https: {text}").format(label=label, text=text[:200]))


def spread(frame: pd.DataFrame, key: str, *, wide: bool = False) -> None:
    """Posts by day and by channel, as the register gives them."""
    channels = fakes.by_channel(frame)
    days = fakes.by_day(frame)
    if channels.empty and days.empty:
        st.caption(_("Сколько сообщений и где, в реестре не сказано"))
        return
    left, right = st.columns(2, gap="large") if wide else (st.container(), st.container())
    with left:
        if len(days):
            st.caption(_("Сообщений по дням"))
            charts.series_band(days, f"{key}_days", height=200)
    with right:
        if len(channels):
            st.caption(_("Сообщений по каналам"))
            charts.bars(channels, f"{key}_channels")


def candidates() -> None:
    """Floods of near-identical texts that may belong in the register."""
    headline.section(
        _("Однотипные сообщения: проверить"),
        _("Похожие тексты от немногих авторов за {span}. Это ещё не фейк: проверьте и внесите в реестр").format(span=span(scope.first, scope.last)),
    )
    spikes = fakes.flood_spikes(scope)
    for spike in spikes.to_dict("records"):
        series = pd.Series(spike)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            topic = series["topic"] if isinstance(series["topic"], str) else series["topic_group"]
            st.text(
                _("Всплеск: {where}, {topic}, с {day}: {n}, авторов {authors}").format(
                    where=series["territory"], topic=topic, day=day(series["onset"]), n=counted(series["observed"], "обращение"), authors=integer(series["authors"])
                ),
                width="stretch",
            )
            links.page_link(_("Открыть всплеск →"), SPIKE, {"id": int(series["spike_id"])})
            window = f"spike_{series['spike_id']}"
            if st.button(_("Внести в реестр"), key=f"fakes_{window}") or windows.is_open(window):
                register.edit(own, fakes.sheet_of_spike(scope, series, tree), options, doors, window)
    work = themes.alike(scope, Chosen())
    alike = draw.settled(work, _("Ищем однотипные тексты"), {})
    if alike is None:
        return
    sets = fakes.flood_copies(scope, alike.sets, spikes)[:SETS]
    for copies in sets:
        with st.container(border=True):
            said = _("{n}, авторов {authors}, {first} – {last}").format(
                n=counted(copies.size, "обращение"), authors=integer(copies.authors), first=moment(context.local(copies.first)), last=moment(context.local(copies.last))
            )
            quotes.quote_card(draw.shortened(copies.text), said)
            with st.container(horizontal=True):
                links.page_link(_("Показать {n} →").format(n=counted(copies.size, "обращение")), LIST, {"view": "copies", "copies": copies.id})
                window = f"copies_{copies.id}"
                if st.button(_("Внести в реестр"), key=f"fakes_{window}") or windows.is_open(window):
                    register.edit(own, fakes.sheet_of_copies(scope, copies, tree, context.moment), options, doors, window)
    if spikes.empty and not sets:
        headline.empty(
            _("Похожих текстов от немногих авторов нет"),
            _("Прочитано текстов: {n}. Десяти и больше почти одинаковых сообщений от немногих авторов среди них нет.").format(n=integer(alike.texts)),
            _("Расширьте период, чтобы искать дальше."),
        )


headline.headline(fakes_finding(figures.found, figures.checked, figures.wrong, figures.refuted, figures.time), f"{context.place.name}, {listed_days}")
st.caption(_("Это реестр. Его ведут люди или система «Зефир», загрузкой файла. Сам «Пульс» дипфейки не распознаёт: он находит только однотипные тексты."))
register.buttons(own, {"territory": scope.place, "found": context.moment.replace(second=0, microsecond=0), "fed": "staff"}, options, doors, "fakes")
counted_or_not()
if found.empty:
    headline.empty(
        _("За эти дни в реестре ничего нет"),
        _("Записи показаны по дню обнаружения."),
        _("Расширьте период, добавьте запись или загрузите выгрузку «Зефира»."),
    )
else:
    counters()
    listed()
    if st.query_params.get("item", "") not in set(found["item_id"]):
        headline.section(_("Как расходились"), _("Сообщений о всех записях периода, как сказано в реестре"))
        spread(found, "fakes_all", wide=True)
candidates()
headline.method_note(
    _(
        "До опровержения: медиана времени от обнаружения до опровержения среди недостоверных и искажённых; неопровергнутые считаются более долгими, "
        "чем любые. Однотипные: десять и больше почти одинаковых текстов, на трёх копий не больше одного автора."
    )
)
