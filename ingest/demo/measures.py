"""Measures and campaigns of the demonstration: what was done about the planted stories, as its people would have written it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from queries import registers

WORKS, DONE = 30, timedelta(days=1)
PLANNED_FOR = 60


def fill(stories: Sequence[Mapping[str, Any]], until: date) -> None:
    """Write the measures and campaigns of the stories (those of demo_truth.json) into their registers."""
    made: dict[str, list[Mapping[str, Any]]] = {"measures": [], "campaigns": []}
    for story in stories:
        if story["story"] in MADE and (sheet := MADE[story["story"]](story, until)) is not None:
            made[sheet[0]].append({"territory": story["territory_id"], "topic": story["topic"], **sheet[1]})
    for code, sheets in made.items():
        checked = [registers.check(code, sheet) for sheet in sheets]
        assert not any(mistakes for _facts, mistakes in checked), checked
        registers.save_many(code, [facts for facts, _mistakes in checked])


def _roads(story: Mapping[str, Any], until: date) -> tuple[str, dict[str, Any]]:
    change = date.fromisoformat(story["first_day"])
    return "measures", {
        "problem": "Ремонт дорог в трёх микрорайонах", "place": "; ".join(story["streets"]), "cause": "Покрытие изношено, ямочного ремонта не хватает",
        "owner": "Дорожная служба", "bodies": ["Дорожная служба", "Управление ЖКХ"], "start": change - timedelta(days=WORKS), "end": change - DONE,
        "due": change + timedelta(days=7), "status": "done", "km": 14.2, "money": 186_000_000,
    }  # fmt: skip


def _buses(story: Mapping[str, Any], until: date) -> tuple[str, dict[str, Any]] | None:
    if story["kind"] != "measure":
        return None
    change = date.fromisoformat(story["first_day"])
    return "measures", {
        "problem": "Изменено расписание автобусов", "cause": "Автобусы не совпадали с началом смен", "owner": "Управление транспорта",
        "bodies": ["Управление транспорта"], "start": change, "due": change, "status": "done",
    }  # fmt: skip


def _embankment(story: Mapping[str, Any], until: date) -> tuple[str, dict[str, Any]]:
    start = date.fromisoformat(story["measure_day"])
    return "measures", {
        "problem": "Полив и укрытие грунта на набережной", "place": "; ".join(story["streets"]), "cause": "Ремонт набережной, сухой грунт без укрытия",
        "owner": "Подрядчик ремонта", "bodies": ["Управление благоустройства", "Подрядчик ремонта", "Роспотребнадзор"], "start": start,
        "due": start + timedelta(days=PLANNED_FOR), "status": "planned" if start > until else "running",
    }  # fmt: skip


def _hot_water(story: Mapping[str, Any], until: date) -> tuple[str, dict[str, Any]] | None:
    if not story["announced"]:
        return None
    first, last = date.fromisoformat(story["first_day"]), date.fromisoformat(story["last_day"])
    return "campaigns", {
        "what": "Отключение горячей воды на время испытаний сетей", "announced": story["campaign_day"], "start": first, "end": last,
        "channels": ["Официальная страница ВКонтакте", "Объявления в подъездах", "СМС-рассылка"],
        "text": "Горячей воды не будет две недели: сети проверяют перед зимой. Точные адреса и даты на странице администрации.",
    }  # fmt: skip


MADE = {"lipetsk_roads": _roads, "bus_timetable": _buses, "embankment": _embankment, "hot_water": _hot_water}
