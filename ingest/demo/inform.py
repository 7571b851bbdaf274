"""What the demo's people kept about residents' opinions, fakes and official pages. All of it is made up; addresses lead nowhere."""

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from ingest.demo.world import World
from queries import registers

SHOWN = ("Калининград", "Липецк", "Нижний Новгород", "Архангельск", "Рязань", "Калуга", "Иркутск")
NOWHERE = "https://example.org"
NETWORKS = (("vk", "https://vk.com/wall-", "_1", "https://vk.com/pulse_demo_"),
            ("ok", "https://ok.ru/group/", "/topic/1", "https://ok.ru/group/pulse_demo_"),
            ("tg", "https://t.me/pulse_demo_", "/1", "https://t.me/pulse_demo_"))  # fmt: skip
PAGES_FROM = date(2022, 12, 1)

# question, method, days before the end of the data, asked, answers with their shares, several
POLLS = (
    ("Что в первую очередь сделать во дворах", "phone", 64, 812, (("Освещение", 0.36), ("Парковка", 0.27), ("Детская площадка", 0.22), ("Затрудняюсь ответить", 0.15)), False),
    ("Как вы оцениваете уборку улиц", "street", 31, 405, (("Хорошо", 0.28), ("Удовлетворительно", 0.41), ("Плохо", 0.26), ("Затрудняюсь ответить", 0.05)), False),
    ("Нужны ли автобусы после 23 часов", "online", 12, 3120, (("Да", 0.71), ("Нет", 0.18), ("Всё равно", 0.11)), False),
    ("Откуда вы узнаёте об отключениях", "panel", 120, 640, (("Домовой чат", 0.62), ("Официальные страницы", 0.34), ("Объявление в подъезде", 0.29), ("Ниоткуда", 0.17)), True),
)  # fmt: skip
NOTES = {
    "phone": "Случайные номера, жители от 18 лет; дозвонились до каждого девятого.",
    "street": "Прохожие в шести местах города, с квотами по полу и возрасту.",
    "online": "Ссылка на официальной странице, ответить мог каждый.",
    "panel": "Добровольцы, взвешены по полу и возрасту.",
}
OBJECTS = ("Сквер у школы", "Пешеходная зона", "Спортивный парк", "Набережная: вторая очередь")
# subject, days before the end, notice, participants, eligible, proposals, accepted, decision
HEARINGS = (
    ("Проект планировки набережной", 47, 32, 146, 5200, 38, 21, "changed"),
    ("Изменение правил землепользования: участок под школу", 96, 31, 73, 2900, 12, 9, "approved"),
    ("Застройка пустыря у реки", 18, 29, 211, 3400, 64, None, "pending"),
    ("Проект бюджета города", 8, 20, 58, None, 17, 4, "approved"),
)
# claim, form, town, days before the end, hours to check, verdict, hours to refutation, posts by channel, days it went on, topic, fed
FAKES = (
    ("В городской водопровод попало дизельное топливо", "text", "Калининград", 4, 1.5, "untrue", 3.2, {"Телеграм: чаты жителей": 46, "ВКонтакте: городские группы": 31, "Одноклассники: группы": 8}, 3, "Качество питьевой воды", "zefir"),
    ("Видео, на котором глава города будто бы объявляет о платном въезде", "video", "Калининград", 2, 2.0, "untrue", 5.5, {"Телеграм: чаты жителей": 64, "ВКонтакте: городские группы": 22}, 2, None, "zefir"),
    ("Школы закроют на карантин до конца месяца", "image", "Калининград", 1, 3.0, None, None, {"Телеграм: чаты жителей": 17}, 1, None, "staff"),
    ("Голосовое сообщение о прорыве плотины", "audio", "Иркутск", 3, 0.7, "untrue", 1.6, {"Телеграм: чаты жителей": 88, "Другое": 12}, 2, None, "zefir"),
    ("Фотография разрушенного моста: снимок сделан в другом городе", "image", "Нижний Новгород", 5, 4.0, "untrue", 9.0, {"ВКонтакте: городские группы": 40, "Телеграм: чаты жителей": 25}, 3, "Ремонт дорог", "resident"),
    ("Тарифы на тепло поднимут втрое с 1 декабря", "text", "Липецк", 6, 6.0, "distorted", 27.0, {"Одноклассники: группы": 33, "ВКонтакте: городские группы": 29}, 4, "Начисления за ЖКУ", "staff"),
    ("Поликлиника прекращает приём", "text", "Рязань", 9, 2.5, "untrue", 7.0, {"ВКонтакте: городские группы": 18}, 2, "Запись к врачу", "zefir"),
    ("Автобусы не выйдут на линию в понедельник", "text", "Архангельск", 15, 1.0, "confirmed", None, {"ВКонтакте: городские группы": 26, "Телеграм: чаты жителей": 14}, 1, "Расписание автобусов", "resident"),
    ("Поддельный приказ об эвакуации района", "image", "Калининград", 24, 1.2, "untrue", 2.4, {"Телеграм: чаты жителей": 52}, 2, None, "zefir"),
    ("Мэрия вырубит парк ради стоянки", "text", "Калуга", 40, 12.0, "distorted", None, {"ВКонтакте: городские группы": 61}, 6, "Вырубка деревьев", "staff"),
    ("Видео с вызовом «скорой» снято в другой стране", "video", "Калининград", 58, 5.0, "untrue", 30.0, {"Телеграм: чаты жителей": 19, "ВКонтакте: городские группы": 7}, 3, None, "zefir"),
)  # fmt: skip


def fill(world: World, until: date) -> None:
    """Write polls, hearings, votes, fakes and official pages into their registers; the journal keeps them."""
    rng = np.random.default_rng([world.seed, 9])
    towns = [world.town_number(name) for name in SHOWN]
    _save("polls", [_poll(rng, world, towns[n % len(towns)], until, poll) for n in range(9) for poll in [POLLS[(n + n // 7) % len(POLLS)]]])
    _save("hearings", [_hearing(world, town, until, hearing) for town, hearing in zip((towns[0], towns[0], towns[1], towns[0]), HEARINGS, strict=True)])
    _save("votes", [row for town in towns for row in _vote(rng, world, town, until)])
    _save("fakes", [_fake(rng, world, until, fake) for fake in FAKES])
    _save("accounts", [row for town in range(len(world.town)) for row in _pages(rng, world, town, until)])


def _save(code: str, rows: list[dict[str, Any]]) -> None:
    sheets = []
    for row in rows:
        facts, mistakes = registers.check(code, row)
        if mistakes:
            raise ValueError(f"{code}: {mistakes}")
        sheets.append(facts)
    registers.save_many(code, sheets)


def _place(world: World, town: int, number: int) -> tuple[str, float, float]:
    """A street of the town and its point."""
    at = world.streets.of(town)[number]
    return world.streets.names[at], round(float(world.streets.lat[at]), 5), round(float(world.streets.lon[at]), 5)


def _poll(rng: np.random.Generator, world: World, town: int, until: date, poll: tuple[Any, ...]) -> dict[str, Any]:
    question, method, ago, asked, answers, several = poll
    start = until - timedelta(days=ago + 13)
    shares = np.array([share for _label, share in answers])
    counts = rng.binomial(asked, shares) if several else rng.multinomial(asked, shares / shares.sum())
    return {
        "question": question, "territory": int(world.town_id[town]), "start": start, "end": start + timedelta(days=10), "asked": asked, "method": method,
        "answers": [f"{label}: {n}" for (label, _share), n in zip(answers, counts, strict=True)], "several": several, "note": NOTES[method],
        "owner": "Администрация города", "url": f"{NOWHERE}/opros",
    }  # fmt: skip


def _hearing(world: World, town: int, until: date, hearing: tuple[Any, ...]) -> dict[str, Any]:
    subject, ago, notice, participants, eligible, proposals, accepted, decision = hearing
    street, lat, lon = _place(world, town, ago % 6)
    held = until - timedelta(days=ago)
    return {
        "subject": subject, "territory": int(world.town_id[town]), "held": held, "announced": held - timedelta(days=notice), "participants": participants,
        "eligible": eligible, "proposals": proposals, "accepted": accepted, "decision": decision, "place": street, "lat": lat, "lon": lon,
        "url": f"{NOWHERE}/protokol",
    }  # fmt: skip


def _vote(rng: np.random.Generator, world: World, town: int, until: date) -> list[dict[str, Any]]:
    """One vote of the town on objects of the urban environment, in the last spring whose vote is over."""
    year = until.year if until >= date(until.year, 6, 12) else until.year - 1
    eligible = round(0.86 * int(world.population[town]))
    voters = round(eligible * rng.uniform(0.06, 0.19))
    ballots = rng.multinomial(voters, rng.dirichlet(np.full(len(OBJECTS), 6.0)))
    rows = []
    for number, (name, n) in enumerate(zip(OBJECTS, ballots, strict=True)):
        street, lat, lon = _place(world, town, number)
        rows.append(
            {
                "vote": f"Городская среда {year}", "object": f"{name}, {street}", "territory": int(world.town_id[town]), "start": date(year, 4, 21),
                "end": date(year, 6, 12), "ballots": int(n), "voters": voters, "eligible": eligible,
                "result": "won" if n == ballots.max() else "lost", "topic": "Парки и скверы", "place": street, "lat": lat, "lon": lon,
                "url": f"{NOWHERE}/golosovanie",
            }
        )  # fmt: skip
    return rows


def _fake(rng: np.random.Generator, world: World, until: date, fake: tuple[Any, ...]) -> dict[str, Any]:
    claim, form, town, ago, check, verdict, refute, channels, lasted, topic, fed = fake
    found = datetime.combine(until - timedelta(days=ago), time(8 + ago % 9, 5 * (ago % 11)))
    daily = rng.multinomial(sum(channels.values()), np.array([0.6**n for n in range(lasted)]) / sum(0.6**n for n in range(lasted)))
    return {
        "claim": claim, "territory": int(world.town_id[world.town_number(town)]), "found": found, "form": form, "verdict": verdict, "fed": fed, "topic": topic,
        "checked": found + timedelta(hours=check) if verdict else None, "refuted": found + timedelta(hours=refute) if refute else None,
        "refutation": f"{NOWHERE}/oproverzhenie" if refute else None, "source": f"{NOWHERE}/zapis",
        "days": [f"{found + timedelta(days=n):%d.%m.%Y}: {posts}" for n, posts in enumerate(daily) if posts and ago >= n],
        "channels": [f"{name}: {posts}" for name, posts in channels.items()], "audience": int(sum(channels.values()) * rng.integers(80, 400)),
    }  # fmt: skip


def _pages(rng: np.random.Generator, world: World, town: int, until: date) -> list[dict[str, Any]]:
    """Pages of the town's administration in each network; in the shown towns also of institutions nobody writes to yet."""
    own = int(world.town_id[town])
    group = own + 990_000_000
    people = int(world.population[town])
    spread = max((until - PAGES_FROM).days, 1)
    rows = []
    for network, head, tail, page in NETWORKS:
        opened = PAGES_FROM + timedelta(days=int(spread * rng.beta(1, 3)))
        rows.append(
            {
                "body": "Администрация", "territory": own, "network": network, "url": f"{page}{group}", "post": f"{head}{group}{tail}", "kind": "municipal",
                "opened": opened, "followers": int(people * rng.uniform(0.02, 0.2)), "counted": until - timedelta(days=until.day - 1),
                "trained": until - timedelta(days=int(rng.integers(30, 700))) if rng.random() < 0.7 else None,
            }
        )  # fmt: skip
    if world.town[town] in SHOWN:
        for number, body in enumerate(("Управление образования", "Городская поликлиника", "Дворец культуры")):
            rows.append(
                {
                    "body": body, "territory": own, "network": "vk", "url": f"https://vk.com/pulse_demo_{group}_{number}", "kind": "institution",
                    "opened": PAGES_FROM + timedelta(days=int(spread * rng.random())), "followers": int(people * rng.uniform(0.002, 0.02)),
                    "counted": until - timedelta(days=until.day - 1),
                }
            )  # fmt: skip
    return rows
