"""The menu: pages by the directions of the centre's concept."""

import streamlit as st

from words import _

# path, title, whether the menu shows it; the others are opened by an id in the address.
SECTIONS = {
    _("Все знаем"): [
        ("know/overview", _("Обзор"), True),
        ("know/cities", _("Города и темы"), True),
        ("know/map", _("Карта"), True),
        ("know/blocks", _("Блоки"), True),
        ("know/block", _("Блок"), False),
        ("know/channels", _("Каналы"), True),
        ("know/appeals", _("Обращения"), True),
        ("know/appeal", _("Обращение"), False),
    ],
    _("Быстро решаем"): [
        ("solve/kpi", _("Решение и ответы"), True),
        ("solve/deadlines", _("Сроки и звонки"), True),
        ("solve/rating", _("Рейтинг"), True),
        ("solve/answers", _("Качество ответов"), True),
        ("solve/process", _("Путь обращения"), True),
        ("solve/workload", _("Нагрузка"), True),
    ],
    _("Не допускаем"): [
        ("prevent/spikes", _("Всплески"), True),
        ("prevent/spike", _("Всплеск"), False),
        ("prevent/seasons", _("Сезоны"), True),
        ("prevent/zones", _("Зоны"), True),
        ("prevent/sensors", _("Датчики и объекты"), True),
        ("prevent/priorities", _("Приоритеты"), True),
        ("prevent/measures", _("Меры"), True),
        ("prevent/effects", _("Эффект мер"), True),
        ("prevent/campaigns", _("Кампании"), True),
    ],
    _("Информируем"): [
        ("inform/briefing", _("Справка"), True),
        ("inform/participation", _("Участие жителей"), True),
        ("inform/projects", _("Национальные проекты"), True),
        ("inform/fakes", _("Фейки"), True),
        ("inform/accounts", _("Госпаблики"), True),
        ("inform/done", _("Что сделано"), True),
    ],
    _("Данные"): [
        ("data/imports", _("Загрузки"), True),
        ("data/quality", _("Качество данных"), True),
        ("data/method", _("Как посчитано"), True),
    ],
}


def navigation() -> st.Page:
    """The page that the address asks for, under the menu."""
    pages = {
        section: [
            st.Page(
                f"pages/{path}.py",
                title=title,
                url_path=path.split("/")[1],
                default=path == "know/overview",
                visibility="visible" if shown else "hidden",
            )
            for path, title, shown in entries
        ]
        for section, entries in SECTIONS.items()
    }
    return st.navigation(pages, position="top")
