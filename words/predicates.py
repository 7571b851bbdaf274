"""Conditions of a list and states of an appeal, in words."""

from words import _
from words.dates import WEEKDAYS
from words.numbers import integer

CONDITIONS = {
    "open": _("открытые"),
    "closed": _("закрытые"),
    "overdue": _("просроченные сейчас"),
    "due_soon": _("срок истекает за сутки"),
    "late": _("с нарушением срока"),
    "due_resolvable": _("решаемые с наступившим сроком"),
    "resolved_on_time": _("решённые в срок"),
    "still_in_time": _("ещё в сроке"),
    "closed_resolvable": _("закрытые решаемые"),
    "closed_resolved": _("закрытые как «решено»"),
    "rated": _("с оценкой жителя"),
    "rated_good": _("с оценкой 4 или 5"),
    "rated_bad": _("с оценкой от 1 до 3"),
    "answered": _("с ответом"),
    "waiting": _("ждут ответа"),
    "within_30m": _("ответ за 30 минут"),
    "within_1h": _("ответ за 30–60 минут"),
    "within_4h": _("ответ за 1–4 часа"),
    "within_8h": _("ответ за 4–8 часов"),
    "within_24h": _("ответ за 8–24 часа"),
    "over_24h": _("ответ позже суток"),
    "official": _("из официальных каналов"),
    "unofficial": _("из неофициальных каналов"),
    "restricted": _("с закрытым текстом"),
    "reopened": _("возвращённые в работу"),
    "repeated": _("повторные"),
    "postponed": _("отложенные"),
    "with_point": _("с точкой на карте"),
    "without_point": _("без точки на карте"),
    "municipal": _("муниципального уровня"),
    "assigned": _("переданные исполнителям"),
    "unassigned": _("без исполнителя"),
    "new": _("новые"),
    "in_work": _("в работе"),
    "replied": _("отвеченные, но не закрытые"),
    "solved": _("закрытые с итогом «решено»"),
    "closed_otherwise": _("закрытые с другим итогом"),
    "declined": _("отклонённые"),
    "without_block": _("без блока"),
    "without_group": _("без группы тем"),
    "without_topic": _("без темы"),
    "without_street": _("без улицы"),
    "without_author": _("без автора"),
    "closed_undated": _("закрытые неизвестно когда"),
    "closed_unrated": _("закрытые без оценки жителя"),
    "regional": _("регионального уровня"),
    "federal": _("федерального уровня"),
    "without_level": _("без уровня исполнителя"),
    "term_came": _("с наступившим сроком"),
    "to_3_days": _("открытые до 3 дней, в сроке"),
    "to_7_days": _("открытые 4–7 дней, в сроке"),
    "to_10_days": _("открытые 8–10 дней, в сроке"),
    "longer": _("открытые больше 10 дней, в сроке"),
    "answered_4h": _("с ответом за 4 часа"),
    "answer_due_4h": _("старше 4 часов"),
    "answer_term_came": _("с наступившим сроком ответа"),
    "answered_in_norm": _("с ответом в норматив"),
    "answer_overdue": _("ждут первого ответа дольше норматива"),
    "not_repeated": _("не повторные"),
    "not_postponed": _("не отложенные"),
    "without_town": _("без города"),
    "written_again": _("повторённые после ответа"),
    "logged": _("с журналом"),
    "in_hours": _("поступили в рабочие часы"),
    "off_hours": _("поступили вечером и ночью по будням"),
    "weekend": _("поступили в выходные"),
    "pilot": _("в пилотных регионах"),
    "not_pilot": _("не в пилотных регионах"),
    "vulnerable": _("пишут о детях, пожилых или инвалидах"),
    "connected": _("со дня подключения территории"),
    "ladder_1": _("первая ступень: звонить исполнителю"),
    "ladder_2": _("вторая ступень: звонить руководителю"),
    "ladder_3": _("третья ступень: звонить курирующему"),
}
STATUSES = {"new": _("новое"), "assigned": _("в работе"), "answered": _("отвечено"), "closed": _("закрыто"), "rejected": _("отклонено")}
OUTCOMES = {"resolved": _("решено"), "explained": _("разъяснено"), "not_resolved": _("не решено"), "postponed": _("отложено")}
TYPES = {"resolvable": _("решаемое"), "informational": _("информационное"), "unresolvable": _("нерешаемое")}
PLACES = {"route": _("маршрут {name}"), "stop": _("остановка {name}")}
ENDINGS = {
    "new": _("новое"),
    "in_work": _("в работе"),
    "replied": _("отвечено"),
    "solved": _("решено"),
    "closed_otherwise": _("закрыто иначе"),
    "declined": _("отклонено"),
}
ANSWERS = {
    "within_30m": _("≤ 30 мин"),
    "within_1h": _("≤ 1 ч"),
    "within_4h": _("≤ 4 ч"),
    "within_8h": _("≤ 8 ч"),
    "within_24h": _("≤ 24 ч"),
    "over_24h": _("> 24 ч"),
}
WORDINGS = {
    "read": _("прочитанные ответы"),
    "copied": _("одинаковые ответы"),
    "empty": _("в ответе ни места, ни сути"),
    "with_cues": _("в ответе общие фразы"),
}
DECISIONS = {
    "acknowledged": _("принято к сведению"),
    "false_alarm": _("ложная тревога"),
    "campaign": _("нужно предупредить жителей"),
    "measure_planned": _("назначена мера"),
}


def in_words(predicates: tuple[str, ...], executor: str | None, street: str, searched: str, source: str | None = None) -> list[str]:
    """The conditions of a list, one phrase each."""
    found = [CONDITIONS[p] for p in predicates]
    if source:
        found.append(_("источник «{name}»").format(name=source))
    if executor:
        found.append(_("исполнитель «{name}»").format(name=executor))
    if street:
        found.append(street)
    if searched:
        found.append(_("в тексте «{words}»").format(words=searched))
    return found


def spoken(kind: str, name: str) -> str:
    """«маршрут 17», «остановка Лесная»; a street or district as it is named."""
    return PLACES[kind].format(name=name) if kind in PLACES else name


def slot_words(slot: str) -> str:
    """«поступили: среда, 14–15 ч», of a slot of the list («a3-14»)."""
    weekday, hour = slot[1:].split("-")
    begin = _("поступили") if slot[0] == "a" else _("первый ответ")
    return _("{begin}: {day}, {hour}–{next} ч").format(begin=begin, day=WEEKDAYS[int(weekday) - 1], hour=int(hour), next=int(hour) + 1)


def answers_words(signal: str) -> str:
    """«одинаковые ответы», of a signal of the wording of answers."""
    return WORDINGS[signal]


def near_words(metres: int) -> str:
    """«не дальше 800 м от места на карте», of a circle of the list."""
    return _("не дальше {n} м от места на карте").format(n=integer(metres))


def zone_words(cells: int) -> str:
    """«в зоне на карте», of one or more cells of the list."""
    return _("в ячейке карты") if cells == 1 else _("в зоне на карте, ячеек: {n}").format(n=integer(cells))


def state(status: str, outcome: str | None) -> str:
    """«закрыто, решено»."""
    named = STATUSES[status]
    return f"{named}, {OUTCOMES[outcome]}" if outcome in OUTCOMES else named


SPIKE_STATES = {"new": _("новый"), "ongoing": _("продолжается"), "ended": _("закончился")}
NETWORKS = {"ВКонтакте": _("ВК"), "Одноклассники": _("ОК"), "Телеграм": _("ТГ")}


def short_channel(name: str) -> str:
    """«ВК: госпаблики», for a heading of a narrow column."""
    network, colon, kind = name.partition(":")
    return f"{NETWORKS.get(network, network)}{colon}{kind}"


SHORT_BLOCKS = {
    "Жилищно-коммунальное хозяйство": _("ЖКХ"),
    "Твёрдые коммунальные отходы": _("ТКО"),
    "Здравоохранение": _("Здравоохр."),
    "Социальная защита": _("Соцзащита"),
    "МФЦ.госуслуги.связь": _("МФЦ, связь"),
    "МФЦ, госуслуги, связь": _("МФЦ, связь"),
    "Благоустройство": _("Благоустр."),
}
